/* SPDX-License-Identifier: GPL-3.0-or-later */
/* motion.h: where a box that moves on will be. */
#ifndef UM_MOTION_H
#define UM_MOTION_H
#include <unmask/types.h>

/* The Kalman filter of SORT (Bewley et al., "Simple online and realtime tracking", ICIP 2016): centre and
 * scale of a box with constant velocity, and its aspect. Nothing in that model couples the coordinates, so
 * that it falls apart into one filter each, exactly. The scale is the logarithm of the root of the area (a
 * zoom is a constant velocity of it), the aspect that of width over height; noise in parts of the size as in
 * DeepSORT (Wojke et al., ICIP 2017). */
typedef struct um_motion_axis {
    float at, velocity;
    float variance[3]; /* of the place, covariance, of the velocity */
} um_motion_axis;
typedef struct um_motion {
    um_motion_axis x, y, scale;
    float aspect;
} um_motion;

/* A box at rest, of unknown velocity. */
void um_motion_begin(um_motion *motion, um_rect box);
/* One frame later. */
void um_motion_predict(um_motion *motion);
/* The box was seen; `doubt` from 1: how many times as uncertain its place is as usual. */
void um_motion_update(um_motion *motion, um_rect box, float doubt);
/* Nobody knows any more how it moves. */
void um_motion_rest(um_motion *motion);
um_rect um_motion_box(const um_motion *motion);
#endif
