/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.c: a similarity is one complex factor: least squares of |a (p - mean) - (q - mean)|. */
#include "faces/steady.h"
#include "faces/pose.h"
#include <math.h>

enum { RIGID = 8 };
static const int rigid[RIGID] = {27, 28, 29, 30,
                                 36, 39, 42, 45}; /* bridge of the nose, corners of the eyes */

bool um_face_steady(um_point out[UM_N_LANDMARKS], const um_point points[UM_N_LANDMARKS])
{
    const double unit = (double)um_face_shape[45][0] - (double)um_face_shape[36][0];
    double px = 0, py = 0, qx = 0, qy = 0, re = 0, im = 0, squares = 0;
    for (int i = 0; i < RIGID; i++) {
        px += (double)points[rigid[i]].x / RIGID;
        py += (double)points[rigid[i]].y / RIGID;
        qx += (double)um_face_shape[rigid[i]][0] / unit / RIGID;
        qy += (double)um_face_shape[rigid[i]][1] / unit / RIGID;
    }
    for (int i = 0; i < RIGID; i++) {
        const double x = (double)points[rigid[i]].x - px, y = (double)points[rigid[i]].y - py;
        const double u = (double)um_face_shape[rigid[i]][0] / unit - qx,
                     v = (double)um_face_shape[rigid[i]][1] / unit - qy;
        re += x * u + y * v; /* the conjugate of p, times q */
        im += x * v - y * u;
        squares += x * x + y * y;
    }
    if (!(squares > 0) || !isfinite(squares))
        return false;
    re /= squares, im /= squares;
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        const double x = (double)points[i].x - px, y = (double)points[i].y - py;
        out[i] = (um_point){(float)(re * x - im * y + qx), (float)(im * x + re * y + qy)};
        if (!isfinite(out[i].x) || !isfinite(out[i].y))
            return false;
    }
    return true;
}
