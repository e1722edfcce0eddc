/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.h: windows that convolutions and pools move over a map. */
#ifndef UM_NN_WINDOW_H
#define UM_NN_WINDOW_H
#include "nn/op.h"

enum { UM_SPATIAL = UM_MAX_RANK - 2 };
typedef struct um_window {
    int n; /* spatial dimensions */
    int64_t in[UM_SPATIAL], out[UM_SPATIAL], kernel[UM_SPATIAL], stride[UM_SPATIAL], dilation[UM_SPATIAL];
    int64_t pad_lo[UM_SPATIAL], pad_hi[UM_SPATIAL];
} um_window;
/* `kernel` NULL: from the attribute. */
um_status um_window_read(const um_call *c, const int64_t *kernel, um_window *w, um_error *err);

/* A convolution over maps in UM_NHWC. Weights as in ONNX: out channels, in channels of a group, height,
 * width. */
typedef struct um_conv_shape {
    int64_t batch, groups, in_channels, out_channels;
    um_window w; /* two dimensions */
    um_act act;  /* not UM_ACT_PRELU */
} um_conv_shape;
#endif
