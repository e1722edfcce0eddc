/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_conditions.h: where landmarks fail, and whether the network says so. */
#ifndef UNMASK_COMPARE_CONDITIONS_H
#define UNMASK_COMPARE_CONDITIONS_H
#include "faces/landmarks.h"
#include "photos.h"

/* Tables on stdout: error by turn and size of the head, on darkened, blurred, gray, small and covered copies,
 * and against the confidence. */
um_status compare_conditions(const photos *p, um_net *net, const char *name, um_error *err);

double landmark_eyes(const um_point p[UM_N_LANDMARKS]);
/* Mean distance of the points from `first` to before `end`. */
double landmark_distance(const um_point *a, const um_point *b, int first, int end);
um_status landmark_find(um_landmarks *out, um_net *net, const um_image *rgb, um_rect box, um_error *err);
#endif
