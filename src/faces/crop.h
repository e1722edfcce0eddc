/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crop.h: turned squares of a picture. Points have pixel centres at integers. */
#ifndef UM_CROP_H
#define UM_CROP_H
#include <unmask/faces.h>

/* A square of `side` image pixels around `centre`, turned clockwise by angle_rad. A crop of one that is
 * larger or farther than two of the largest pictures stays within that: networks answer what they like. */
typedef struct um_square {
    um_point centre;
    float side, angle_rad;
} um_square;
um_status um_square_crop(um_image **out, const um_image *image, um_square square, int n,
                         um_error *err); /* n x n */
/* The same from a part of a picture that begins at its pixel (x, y); the square is in pixels of the picture.
 */
um_status um_square_crop_part(um_image **out, const um_image *part, int x, int y, um_square square, int n,
                              um_error *err);
/* (u, v) as fractions of the square, 0..1. */
um_point um_square_point(um_square square, float u, float v);
/* Upright square of a face: eyes level, the longer side of its box scaled by `margin` (1 = tight). */
um_square um_face_square(const um_face *face, float margin);
float um_eye_angle(const um_face *face); /* of the line from the left to the right eye, radians */
#endif
