/* SPDX-License-Identifier: GPL-3.0-or-later */
/* norm.h: batch normalization in training, piece by piece. A convolution beside it does some of the pieces
 * while it has the rows in cache; fuse.c says which. Rows are pixels of a UM_NHWC map, all channels of each.
 */
#ifndef UM_NN_NORM_H
#define UM_NN_NORM_H
#include "nn/op.h"

typedef struct um_norm um_norm; /* the state of a BatchNormalization call */

/* Forgets what was seen: before the first of the next two, and before the first of the last but one. */
void um_norm_start(um_norm *s);
/* Statistics: the next n rows of its input. */
void um_norm_see(um_norm *s, const float *x, int64_t n);
/* y = its result for n rows, activation included. */
void um_norm_apply(const um_norm *s, float *y, const float *x, int64_t n);
/* Sums for the gradients: the next n rows of the gradient of its result and of its input. */
void um_norm_back_see(um_norm *s, const float *g, const float *x, int64_t n);
/* The gradient of its input for n rows, perhaps over g. */
void um_norm_back(const um_norm *s, float *gx, const float *g, const float *x, int64_t n);
#endif
