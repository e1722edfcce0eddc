/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quality.h: how far a face can be trusted as material. */
#ifndef UM_QUALITY_H
#define UM_QUALITY_H
#include "faces/cut.h"

um_status um_face_measure(um_face_quality *out, const um_face *face, um_face_cut *cut, um_error *err);
#endif
