/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tensor.c: arrays of the caller. */
#include "nn/array.h"
#include <stdlib.h>

size_t um_dtype_size(um_dtype dtype)
{
    static const size_t size[] = {[UM_F32] = 4, [UM_I64] = 8, [UM_I32] = 4, [UM_U8] = 1, [UM_BOOL] = 1};
    return size[dtype];
}

bool um_dims_count(int rank, const int64_t *dim, int64_t *count)
{
    bool empty = false;
    *count = 1;
    for (int i = 0; i < rank; i++) {
        if (dim[i] < 0 || dim[i] > INT32_MAX)
            return false;
        empty |= !dim[i];
        if (dim[i] && (*count *= dim[i]) > (int64_t)INT32_MAX + 1)
            return false;
    }
    if (empty)
        *count = 0;
    return true;
}

um_status um_tensor_new(um_tensor **out, um_dtype dtype, int rank, const int64_t *dim, um_error *err)
{
    int64_t n;
    *out = NULL;
    if (rank < 0 || rank > UM_MAX_RANK || (unsigned)dtype > UM_BOOL || !um_dims_count(rank, dim, &n))
        return um_fail(err, UM_EINVAL, "a tensor of an impossible shape");
    if ((size_t)n * um_dtype_size(dtype) > UM_NN_MAX_BYTES)
        return um_fail(err, UM_ENOMEM, "a tensor above %zu bytes", UM_NN_MAX_BYTES);
    um_tensor *t = um_calloc(1, sizeof *t);
    if (!t || !(t->data = um_calloc_aligned((size_t)n, um_dtype_size(dtype)))) {
        free(t);
        return um_fail_oom(err);
    }
    t->dtype = dtype;
    t->rank = rank;
    for (int i = 0; i < rank; i++)
        t->dim[i] = dim[i];
    *out = t;
    return UM_OK;
}

void um_tensor_free(um_tensor **tensor)
{
    if (!tensor || !*tensor)
        return;
    free((*tensor)->data);
    free(*tensor);
    *tensor = NULL;
}

int64_t um_tensor_count(const um_tensor *tensor)
{
    int64_t n = 1;
    for (int i = 0; i < tensor->rank; i++)
        n *= tensor->dim[i];
    return n;
}
