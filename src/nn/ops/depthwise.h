/* SPDX-License-Identifier: GPL-3.0-or-later */
/* depthwise.h: training of a depthwise 3x3 convolution behind a normalization. */
#ifndef UM_NN_DEPTHWISE_H
#define UM_NN_DEPTHWISE_H
#include "nn/window.h"

/* True for a Conv call of that shape, over UM_NHWC maps and without a bias. */
bool um_depthwise_fits(const um_call *c);

/* For a call with fusion.before, perhaps fusion.behind. */
typedef struct um_depthwise um_depthwise;
um_status um_depthwise_new(um_depthwise **out, const um_call *c, const um_window *w, um_error *err);
void um_depthwise_forward(um_depthwise *d, const um_call *c);
void um_depthwise_backward(um_depthwise *d, const um_call *c);
#endif
