/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_input.h: a face as networks that judge it are shown it: in use as in training. */
#ifndef UM_FACE_INPUT_H
#define UM_FACE_INPUT_H
#include "faces/crop.h"
#include "networks/manifest.h"

/* Large enough (the longer side of the box of its points), and its points are believed. */
bool um_face_is_clear(const um_face *face, float least_px);
/* The square around the points, `margin` times the mean side of their box, as it was cut: eyes level, at most
 * `most` pixels wide. */
um_status um_face_surroundings(um_image **out, um_square *square, const um_image *rgb, const um_face *face,
                               float margin, int most, um_error *err);
/* The middle of that, `part` of its side, as n x n pixels. */
um_status um_face_middle(um_image **out, const um_image *surroundings, float part, int n, um_error *err);
/* Both, as the manifest of a network says. */
um_status um_face_input_cut(um_image **out, const um_net_input *in, const um_image *rgb, const um_face *face,
                            um_error *err);
#endif
