/* SPDX-License-Identifier: GPL-3.0-or-later */
/* each_face.h: the faces of a picture that a signal of faces may look at. */
#ifndef UM_EACH_FACE_H
#define UM_EACH_FACE_H
#include <unmask/signal.h>

typedef um_status (*um_face_fn)(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                                um_error *err);
/* For each person of a whole picture in colour, whose time and points are known, in order; not UM_OK stops.
 */
um_status um_each_face(void *state, const um_signal_input *in, um_face_fn fn, um_findings *out,
                       um_error *err);
#endif
