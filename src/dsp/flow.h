/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.h: dense optical flow between two small gray pictures.
 *
 * Farneback, "Two-frame motion estimation based on polynomial expansion", SCIA 2003: around each pixel both
 * pictures are fitted by quadratic polynomials under a Gaussian (sigma 1.1); the displacement that turns one
 * polynomial into the other is found by least squares over windows of 15 x 15, from coarse to fine, three
 * times per level. The cost is bounded: it depends on the size alone. */
#ifndef UM_DSP_FLOW_H
#define UM_DSP_FLOW_H
#include "base/base.h"

enum { UM_FLOW_MAX_SIDE = 1024 };

/* from, to: [height][width], gray levels. Gives dx, dy (of the same shape) such that `to` at (x + dx, y + dy)
 * is `from` at (x, y). 0 where nothing can be told. UM_EINVAL for sides beyond UM_FLOW_MAX_SIDE; UM_ENOMEM.
 */
um_status um_flow_farneback(float *dx, float *dy, const float *from, const float *to, int width, int height,
                            um_error *err);
#endif
