/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.h: the points of a face without the motion of the head in the plane of the picture. */
#ifndef UM_STEADY_H
#define UM_STEADY_H
#include <unmask/faces.h>

/* Moved, turned and scaled (a similarity, least squares) so that the bridge of the nose and the corners of
 * the eyes come next to those of the mean face seen from the front. In outer eye distances of the mean face,
 * from their middle; y grows downwards. False: not finite, or all eight in one place. */
bool um_face_steady(um_point out[UM_N_LANDMARKS], const um_point points[UM_N_LANDMARKS]);
#endif
