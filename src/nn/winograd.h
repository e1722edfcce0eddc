/* SPDX-License-Identifier: GPL-3.0-or-later */
/* winograd.h: convolution with kernels of 3 x 3, stride 1 and no groups, forward and both ways back, by
 * Winograd's minimal filtering F(4 x 4, 3 x 3) (Lavin and Gray 2016): 36 products for 16 results, where the
 * definition takes 144. Maps in UM_NHWC, weights as in ONNX (out channels, in channels, 3, 3), which may
 * change from call to call. Everything runs in the calling thread.
 *
 * The points are 0, +-1/sqrt 2, +-sqrt 2 and infinity: the largest error is then some 1.5 times that of plain
 * sums in single precision, with Lavin and Gray's 0, +-1, +-2 five times as large. */
#ifndef UM_NN_WINOGRAD_H
#define UM_NN_WINOGRAD_H
#include "nn/window.h"

typedef struct um_winograd um_winograd;

/* Whether this is such a convolution, and large enough to be faster this way. */
bool um_winograd_suits(const um_conv_shape *shape);
void um_winograd_free(um_winograd **w); /* NULL, or a pointer to NULL: does nothing */

/* For weights that change. Asks for as much of `scratch` as a pass needs; `scratch` must outlive it. */
um_status um_winograd_new(um_winograd **out, const um_conv_shape *shape, um_scratch *scratch, um_error *err);
/* `bias` and `gb`, its gradient, may be NULL. */
void um_winograd_forward(const um_winograd *w, const float *x, const float *weights, const float *bias,
                         float *y);
void um_winograd_back_data(const um_winograd *w, const float *gy, const float *weights, float *gx);
void um_winograd_back_weights(const um_winograd *w, const float *x, const float *gy, float *gw, float *gb);

/* For weights that stay as they are, and a call that several threads share: first the filters, then all
 * parts. The transformed filters, four times as large as the weights, are made anew in each call: they take a
 * few percent of its time, and all networks together need memory for one of them. */
bool um_winograd_suits_fixed(const um_conv_shape *shape);
/* `parts`: how many threads share a call. `weights` and `scratch` must outlive it. */
um_status um_winograd_new_fixed(um_winograd **out, const um_conv_shape *shape, const float *weights,
                                int parts, um_scratch *scratch, um_error *err);
void um_winograd_transform_filters(const um_winograd *w);
/* The results of one part, held to low..high: each thread makes other parts. */
void um_winograd_forward_part(const um_winograd *w, int part, const float *x, const float *bias, float low,
                              float high, float *y);
#endif
