/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_skin.h: a face whose points are those of the mean face, upright and frontal. Included once per test
 * program. */
#ifndef UM_MADE_SKIN_H
#define UM_MADE_SKIN_H
#include "faces/pose.h"

/* Origin of the mean face at (x, y); `scale` pixels per millimetre. */
static inline um_face mean_face(float x, float y, float scale)
{
    um_face face = {.score = 1, .has_points = true};
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        face.points[i] = (um_point){x + scale * um_face_shape[i][0], y + scale * um_face_shape[i][1]};
    face.box = (um_rect){x - 74 * scale, y - 60 * scale, 148 * scale, 175 * scale};
    face.quality = (um_face_quality){90 * scale, 1, 1, 1, 1, 1};
    return face;
}
#endif
