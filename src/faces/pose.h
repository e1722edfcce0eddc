/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pose.h: head pose from 68 points, and the mean face that it is fitted to. */
#ifndef UM_POSE_H
#define UM_POSE_H
#include <unmask/faces.h>

extern const float um_face_shape[68][3]; /* mm, see shape.c */
typedef struct um_camera {
    double focal_px, cx, cy;
} um_camera;
um_camera um_camera_guess(int width, int height);
/* Weighted least squares of the reprojection error; weight NULL = the usual ones. False when degenerate. */
bool um_pose_fit(um_pose *out, const um_point points[68], const float *weight, const um_camera *camera);
#endif
