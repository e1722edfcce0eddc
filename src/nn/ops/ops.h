/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ops.h: the table of operators and what several of them share. */
#ifndef UM_NN_OPS_H
#define UM_NN_OPS_H
#include "nn/op.h"

// clang-format off: it never comes to rest with this list
#define UM_OPS(X)        \
    X(averagepool)       \
    X(batchnorm)         \
    X(cast)              \
    X(concat)            \
    X(constant)          \
    X(constantofshape)   \
    X(conv)              \
    X(expand)            \
    X(flatten)           \
    X(gather)            \
    X(gatherelements)    \
    X(gemm)              \
    X(globalaveragepool) \
    X(globalmaxpool)     \
    X(identity)          \
    X(layernorm)         \
    X(lstm)              \
    X(dropout)           \
    X(matmul)            \
    X(maxpool)           \
    X(pad)               \
    X(reducemax)         \
    X(reducemean)        \
    X(reducemin)         \
    X(reducesum)         \
    X(reshape)           \
    X(resize)            \
    X(shape)             \
    X(slice)             \
    X(softmax)           \
    X(squeeze)           \
    X(topk)              \
    X(transpose)         \
    X(unsqueeze)         \
    X(upsample)          \
    X(where)
// clang-format on
#define X(name) extern const um_op um_op_##name;
UM_OPS(X)
#undef X

/* Families that share their code: tables that end with a name of NULL. */
extern const um_op um_ops_unary[], um_ops_binary[];

bool um_view_always(um_call *c);
um_status um_view_copy(um_call *c, um_error *err); /* forward of an operator whose result is a view */
um_status um_view_back(um_call *c, um_error *err); /* and its backward */

/* Part of the gradient of an operand: `rows` rows of n values of the result's gradient g, which follow each
 * other, beside the operands at the same places. */
typedef struct um_tile {
    int64_t rows, n;
    const float *g, *a, *b;
    int64_t a_row, a_step, b_row, b_step;
} um_tile;
/* t = what each place gives to the operand; rows follow each other. */
typedef void um_tile_fn(float *t, const um_tile *tile);
/* grad, of the shape of an operand, = the sum of fn (NULL: of g) over the places the operand was broadcast
 * to. a, b: operands that fn reads, or NULL. */
void um_broadcast_back(um_array *grad, const um_array *g, const um_array *a, const um_array *b,
                       um_tile_fn *fn);
#endif
