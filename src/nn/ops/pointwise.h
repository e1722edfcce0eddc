/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pointwise.h: training of a 1x1 convolution beside normalizations. */
#ifndef UM_NN_POINTWISE_H
#define UM_NN_POINTWISE_H
#include "nn/op.h"

/* True for a Conv call of that shape, over UM_NHWC maps and without a bias. */
bool um_pointwise_fits(const um_call *c);

/* For a call with fusion.before, fusion.behind or both. */
typedef struct um_pointwise um_pointwise;
um_status um_pointwise_new(um_pointwise **out, const um_call *c, um_error *err);
um_status um_pointwise_forward(const um_pointwise *p, const um_call *c, um_error *err);
um_status um_pointwise_backward(const um_pointwise *p, const um_call *c, um_error *err);
#endif
