/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators that choose values: Where, GatherElements, TopK. No gradient passes them. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Where --- */

static um_status where_infer(um_call *c, um_error *err)
{
    um_array *y = c->out[0], both = {0};
    if (c->in[0]->dtype != UM_BOOL || c->in[1]->dtype != c->in[2]->dtype)
        return um_call_fail(c, err, UM_EFORMAT, "the condition is not bool, or the values differ in type");
    if (!um_broadcast(c->in[1], c->in[2], both.dim, &both.rank) ||
        !um_broadcast(c->in[0], &both, y->dim, &y->rank))
        return um_call_fail(c, err, UM_EFORMAT, "shapes do not fit");
    y->dtype = c->in[1]->dtype;
    return UM_OK;
}

static um_status where_forward(um_call *c, um_error *err)
{
    const um_array *y = c->out[0];
    const size_t size = um_dtype_size(y->dtype);
    const int64_t n = um_array_count(y);
    int64_t stride[3][UM_MAX_RANK], place[UM_MAX_RANK] = {0}, at[3] = {0};
    for (int k = 0; k < 3; k++)
        um_broadcast_strides(c->in[k], y->rank, y->dim, stride[k]);
    for (int64_t i = 0; i < n; i++) {
        const int from = ((const uint8_t *)c->in[0]->data)[at[0]] ? 1 : 2;
        memcpy((char *)y->data + (size_t)i * size, (const char *)c->in[from]->data + (size_t)at[from] * size,
               size);
        for (int d = y->rank - 1; d >= 0; d--) { /* the next place, the last dimension fastest */
            const bool wraps = ++place[d] == y->dim[d];
            for (int k = 0; k < 3; k++)
                at[k] += wraps ? -stride[k][d] * (y->dim[d] - 1) : stride[k][d];
            if (!wraps)
                break;
            place[d] = 0;
        }
    }
    return UM_OK;
}

const um_op um_op_where = {
    .name = "Where",
    .min_in = 3,
    .max_in = 3,
    .min_out = 1,
    .max_out = 1,
    .infer = where_infer,
    .forward = where_forward,
};

/* --- GatherElements --- */

static um_status gatherelements_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *index = c->in[1];
    um_array *y = c->out[0];
    int64_t axis = um_attr_int(c->node, "axis", 0);
    if (!um_axis(&axis, x->rank) || (index->dtype != UM_I64 && index->dtype != UM_I32) ||
        index->rank != x->rank)
        return um_call_fail(c, err, UM_EFORMAT, "axis or indices out of range");
    y->dtype = x->dtype;
    y->rank = index->rank;
    for (int i = 0; i < y->rank; i++) {
        y->dim[i] = index->dim[i];
        if (i != axis && index->dim[i] > x->dim[i])
            return um_call_fail(c, err, UM_EFORMAT, "more indices than values");
    }
    return UM_OK;
}

static um_status gatherelements_forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *index = c->in[1];
    const size_t size = um_dtype_size(x->dtype);
    const int64_t n = um_array_count(index);
    int64_t axis = um_attr_int(c->node, "axis", 0), stride[UM_MAX_RANK], place[UM_MAX_RANK] = {0};
    um_axis(&axis, x->rank);
    um_array_strides(x, stride);
    for (int64_t i = 0; i < n; i++) {
        int64_t from = 0, at = index->dtype == UM_I64 ? ((const int64_t *)index->data)[i]
                                                      : ((const int32_t *)index->data)[i];
        if (at < -x->dim[axis] || at >= x->dim[axis])
            return um_call_fail(c, err, UM_EFORMAT, "an index is out of range");
        at += at < 0 ? x->dim[axis] : 0;
        for (int d = 0; d < x->rank; d++)
            from += stride[d] * (d == axis ? at : place[d]);
        memcpy((char *)c->out[0]->data + (size_t)i * size, (const char *)x->data + (size_t)from * size, size);
        for (int d = x->rank - 1; d >= 0 && ++place[d] == index->dim[d]; d--)
            place[d] = 0;
    }
    return UM_OK;
}

const um_op um_op_gatherelements = {
    .name = "GatherElements",
    .min_in = 2,
    .max_in = 2,
    .min_out = 1,
    .max_out = 1,
    .infer = gatherelements_infer,
    .forward = gatherelements_forward,
};

/* --- TopK --- */

typedef struct ranked {
    float value; /* turned over where the least are wanted */
    int64_t index;
} ranked;

/* Largest first, what is no number before all, equal ones in their order. */
static int by_rank(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    const int of_nan = isnan(q->value) - isnan(p->value),
              of_value = (p->value < q->value) - (p->value > q->value);
    return of_nan ? of_nan : of_value ? of_value : (p->index > q->index) - (p->index < q->index);
}

static um_status topk_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    int64_t axis = um_attr_int(c->node, "axis", -1), k = -1;
    int n;
    um_status st = um_call_ints(c, 1, NULL, &k, 1, &n, err);
    if (st < 0)
        return st;
    if (x->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (n != 1 || !um_axis(&axis, x->rank) || k < 0 || k > x->dim[axis])
        return um_call_fail(c, err, UM_EFORMAT, "k or axis out of range");
    um_call_same(c, err);
    c->out[0]->dim[axis] = k;
    if (c->n_out > 1 && c->out[1]) {
        c->out[1]->dtype = UM_I64;
        c->out[1]->rank = x->rank;
        memcpy(c->out[1]->dim, c->out[0]->dim, sizeof x->dim);
    }
    return UM_OK;
}

static um_status topk_prepare(um_call *c, um_error *err)
{
    int64_t axis = um_attr_int(c->node, "axis", -1);
    um_axis(&axis, c->in[0]->rank);
    return um_scratch_fit(c->scratch, (size_t)c->in[0]->dim[axis] * sizeof(ranked), err);
}

static um_status topk_forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *y = c->out[0];
    const bool largest = um_attr_int(c->node, "largest", 1) != 0;
    int64_t axis = um_attr_int(c->node, "axis", -1), outer = 1, inner = 1;
    ranked *row = c->scratch->data;
    um_axis(&axis, x->rank);
    for (int i = 0; i < x->rank; i++) {
        outer *= i < axis ? x->dim[i] : 1;
        inner *= i > axis ? x->dim[i] : 1;
    }
    const int64_t n = x->dim[axis], k = y->dim[axis];
    for (int64_t o = 0; o < outer * inner; o++) {
        const int64_t from = o / inner * n * inner + o % inner, to = o / inner * k * inner + o % inner;
        for (int64_t i = 0; i < n; i++) {
            const float v = ((const float *)x->data)[from + i * inner];
            row[i] = (ranked){largest ? v : -v, i};
        }
        if (n)
            qsort(row, (size_t)n, sizeof *row, by_rank);
        for (int64_t i = 0; i < k; i++) {
            ((float *)y->data)[to + i * inner] = largest ? row[i].value : -row[i].value;
            if (c->n_out > 1 && c->out[1])
                ((int64_t *)c->out[1]->data)[to + i * inner] = row[i].index;
        }
    }
    return UM_OK;
}

const um_op um_op_topk = {
    .name = "TopK",
    .min_in = 2,
    .max_in = 2,
    .min_out = 1,
    .max_out = 2,
    .known_in = 1u << 1,
    .infer = topk_infer,
    .prepare = topk_prepare,
    .forward = topk_forward,
};
