/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lip_picture.h: mouths of some seconds above the two series that were compared. */
#ifndef UM_LIP_PICTURE_H
#define UM_LIP_PICTURE_H
#include <unmask/image.h>

enum { UM_LIP_WIDTH = 48, UM_LIP_HEIGHT = 32, UM_LIP_SHOWN = 6 };

/* lips: [UM_LIP_SHOWN] pictures of UM_LIP_WIDTH x UM_LIP_HEIGHT in the order of time, NULL where there is
 * none. mouth, sound: [n] with NAN where unknown, each drawn in its own spread, from left to right. The
 * caller frees *out. */
um_status um_lip_picture(um_image **out, um_image *const *lips, const double *mouth, const double *sound,
                         int n, um_error *err);
#endif
