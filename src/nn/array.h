/* SPDX-License-Identifier: GPL-3.0-or-later */
/* array.h: what flows through a plan: values in a known shape and order of bytes. */
#ifndef UM_NN_ARRAY_H
#define UM_NN_ARRAY_H
#include "base/fast.h"
#include "nn/graph.h"

/* Order of the bytes. `dim` is always in the order of ONNX: N, C, H, W for a UM_NHWC array too. */
typedef enum um_layout { UM_PLAIN, UM_NHWC } um_layout;

typedef struct um_array {
    um_dtype dtype;
    int rank;
    int64_t dim[UM_MAX_RANK];
    um_layout layout; /* UM_NHWC only with rank 4 */
    void *data;       /* constants: always; others: during a run */
    bool constant;
    /* for the plan */
    void *owned;           /* memory of a constant that belongs to this array */
    int input;             /* graph input whose memory this is, or -1 */
    int value;             /* training: the initializer whose memory this is, or -1 */
    struct um_array *grad; /* training: the gradient of the loss, in the same layout; NULL: not needed */
    bool output;           /* leaves the graph */
    bool kept;             /* in memory that lasts until the next run: an output, or its root */
    bool learns;           /* training: a parameter lies behind it */
    int made, last;        /* first and last call that touches it */
    int n_uses, reader;    /* calls that read it, the last of them */
    struct um_array *root; /* whose memory this is a view of; NULL = its own */
    struct um_array *other_layout; /* the same values in the other layout, once made */
    size_t offset;                 /* in the memory of the plan */
} um_array;

/* Elements of a shape: false when a dimension is negative or the product is above 2^31. */
bool um_dims_count(int rank, const int64_t *dim, int64_t *count);
static inline int64_t um_array_count(const um_array *a)
{
    int64_t n = 1;
    for (int i = 0; i < a->rank; i++)
        n *= a->dim[i];
    return n;
}
static inline size_t um_array_bytes(const um_array *a)
{
    return (size_t)um_array_count(a) * um_dtype_size(a->dtype);
}
/* Step in elements along each dimension. */
void um_array_strides(const um_array *a, int64_t *stride);

/* Copies `dim` elements of `size` bytes between two strided arrays; strides in elements. */
void um_copy_strided(void *dst, const int64_t *dst_stride, const void *src, const int64_t *src_stride,
                     const int64_t *dim, int rank, size_t size);

/* Broadcast shape of two arrays; false when they do not fit. */
bool um_broadcast(const um_array *a, const um_array *b, int64_t *dim, int *rank);
/* Strides of `a` seen as an array of `rank` dimensions `dim`: 0 along broadcast ones. */
void um_broadcast_strides(const um_array *a, int rank, const int64_t *dim, int64_t *stride);
#endif
