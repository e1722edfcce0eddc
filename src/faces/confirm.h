/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm.h: a face seen again from another angle. */
#ifndef UM_CONFIRM_H
#define UM_CONFIRM_H
#include "faces/landmarks.h"

/* Patterns, vases and textiles look like faces, too, frame after frame, but from one angle: the crop is
 * looked at again mirrored, turned and scaled, from either side, and its points must come out where they
 * were, and be believed. Where one side sees the face elsewhere (a poor box led the first look astray), that
 * place is looked at in turn, once, and `face` becomes what is seen there; its score stays. `moved`: the
 * farthest mean distance of the points from the face's, in eye distances; may be NULL. */
um_status um_face_confirm(bool *yes, float *moved, um_face *face, um_net *net, um_face_cut *cut,
                          um_error *err);
#endif
