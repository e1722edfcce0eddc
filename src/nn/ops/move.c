/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators that copy values to other places: Transpose, Concat, Slice, Expand, Gather. */
#include "nn/ops/ops.h"
#include <string.h>

/* --- Transpose --- */

static um_status read_perm(const um_call *c, int64_t *perm, um_error *err)
{
    int n, rank = c->in[0]->rank;
    bool seen[UM_MAX_RANK] = {false};
    um_status st = um_call_ints(c, -1, "perm", perm, UM_MAX_RANK, &n, err);
    if (st < 0)
        return st;
    if (n >= 0 && n != rank)
        return um_call_fail(c, err, UM_EFORMAT, "perm does not fit");
    for (int i = 0; i < rank; i++) {
        if (n < 0)
            perm[i] = rank - 1 - i;
        if (perm[i] < 0 || perm[i] >= rank || seen[perm[i]])
            return um_call_fail(c, err, UM_EFORMAT, "perm is not a permutation");
        seen[perm[i]] = true;
    }
    return UM_OK;
}

static um_status transpose_infer(um_call *c, um_error *err)
{
    int64_t perm[UM_MAX_RANK];
    um_status st = read_perm(c, perm, err);
    if (st < 0)
        return st;
    c->out[0]->dtype = c->in[0]->dtype;
    c->out[0]->rank = c->in[0]->rank;
    for (int i = 0; i < c->in[0]->rank; i++)
        c->out[0]->dim[i] = c->in[0]->dim[perm[i]];
    return UM_OK;
}

static um_status transpose_strides(const um_call *c, int64_t *from, int64_t *to, um_error *err)
{
    int64_t perm[UM_MAX_RANK], own[UM_MAX_RANK];
    um_status st = read_perm(c, perm, err);
    if (st < 0)
        return st;
    um_array_strides(c->in[0], own);
    um_array_strides(c->out[0], to);
    for (int i = 0; i < c->in[0]->rank; i++)
        from[i] = own[perm[i]];
    return UM_OK;
}

/* From NHWC maps to [N, H, W, C] arrays and back nothing moves. */
static bool transpose_view(um_call *c)
{
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    um_array *y = c->out[0];
    for (int layout = UM_PLAIN; layout <= (y->rank == 4 && y->dtype == UM_F32 ? UM_NHWC : UM_PLAIN);
         layout++) {
        bool same = true;
        y->layout = (um_layout)layout;
        if (transpose_strides(c, from, to, NULL) < 0)
            break;
        for (int i = 0; i < y->rank; i++)
            same = same && (y->dim[i] == 1 || from[i] == to[i]);
        if (same)
            return true;
    }
    y->layout = UM_PLAIN;
    return false;
}

static um_status transpose_forward(um_call *c, um_error *err)
{
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    um_array *y = c->out[0];
    um_status st = transpose_strides(c, from, to, err);
    if (st == UM_OK)
        um_copy_strided(y->data, to, c->in[0]->data, from, y->dim, y->rank, um_dtype_size(y->dtype));
    return st;
}

static um_status transpose_backward(um_call *c, um_error *err)
{
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    const um_array *g = c->grad_out[0];
    um_status st = transpose_strides(c, to, from, err);
    if (st == UM_OK)
        um_copy_strided(c->grad_in[0]->data, to, g->data, from, g->dim, g->rank, sizeof(float));
    return st;
}

const um_op um_op_transpose = {
    .name = "Transpose",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_ANY,
    .infer = transpose_infer,
    .view = transpose_view,
    .forward = transpose_forward,
    .backward = transpose_backward,
};

/* --- Concat --- */

static um_status concat_infer(um_call *c, um_error *err)
{
    const um_array *first = c->in[0];
    um_array *y = c->out[0];
    int64_t axis = um_attr_int(c->node, "axis", 1);
    if (!um_axis(&axis, first->rank))
        return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
    um_call_same(c, err);
    for (int i = 1; i < c->n_in; i++) {
        const um_array *x = c->in[i];
        if (!x)
            return um_call_fail(c, err, UM_EFORMAT, "input %d is missing", i);
        bool fits = x->dtype == first->dtype && x->rank == first->rank;
        for (int k = 0; fits && k < x->rank; k++)
            fits = k == axis || x->dim[k] == first->dim[k];
        if (!fits)
            return um_call_fail(c, err, UM_EFORMAT, "input %d does not fit the first", i);
        y->dim[axis] += x->dim[axis];
    }
    return UM_OK;
}

/* Copies between the parts and the whole. */
static void concat_copy(const um_call *c, um_array **parts, um_array *whole, bool into_whole)
{
    int64_t axis = um_attr_int(c->node, "axis", 1), at = 0, all[UM_MAX_RANK], own[UM_MAX_RANK];
    um_axis(&axis, whole->rank);
    um_array_strides(whole, all);
    size_t size = um_dtype_size(whole->dtype);
    for (int i = 0; i < c->n_in; i++) {
        const um_array *x = c->in[i];
        char *there = (char *)whole->data + (size_t)(at * all[axis]) * size;
        um_array_strides(x, own);
        if (into_whole)
            um_copy_strided(there, all, x->data, own, x->dim, x->rank, size);
        else if (parts[i])
            um_copy_strided(parts[i]->data, own, there, all, x->dim, x->rank, size);
        at += x->dim[axis];
    }
}

static um_status concat_forward(um_call *c, um_error *err)
{
    concat_copy(c, c->in, c->out[0], true);
    return UM_OK;
}

static um_status concat_backward(um_call *c, um_error *err)
{
    concat_copy(c, c->grad_in, c->grad_out[0], false);
    return UM_OK;
}

const um_op um_op_concat = {
    .name = "Concat",
    .min_in = 1,
    .max_in = UM_NN_MAX_PORTS,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS,
    .infer = concat_infer,
    .forward = concat_forward,
    .backward = concat_backward,
};

/* --- Slice: starts, ends, axes, steps are attributes up to opset 9, inputs after --- */

typedef struct slice {
    int64_t start[UM_MAX_RANK], step[UM_MAX_RANK], dim[UM_MAX_RANK];
} slice;

/* Of an axis of n: negative positions count from its end, and what is beyond it is cut. */
static void slice_axis(slice *s, int64_t axis, int64_t n, int64_t from, int64_t to, int64_t step)
{
    from = from < -n ? -n : from > n ? n : from; /* before adding: INT64_MIN is usual */
    to = to < -n - 1 ? -n - 1 : to > n ? n : to;
    from = from < 0 ? from + n : from;
    to = to < 0 ? to + n : to;
    if (step > 0) {
        to = to < 0 ? 0 : to;
        s->dim[axis] = to > from ? (to - from + step - 1) / step : 0;
    } else {
        from = from > n - 1 ? n - 1 : from;
        s->dim[axis] = from > to ? (from - to - step - 1) / -step : 0;
    }
    s->start[axis] = from;
    s->step[axis] = step;
}

static um_status read_slice(const um_call *c, slice *s, um_error *err)
{
    const um_array *x = c->in[0];
    int64_t starts[UM_MAX_RANK], ends[UM_MAX_RANK], axes[UM_MAX_RANK], steps[UM_MAX_RANK];
    int n, n_ends, n_axes, n_steps;
    um_status st;
    if ((st = um_call_ints(c, 1, "starts", starts, UM_MAX_RANK, &n, err)) < 0 ||
        (st = um_call_ints(c, 2, "ends", ends, UM_MAX_RANK, &n_ends, err)) < 0 ||
        (st = um_call_ints(c, 3, "axes", axes, UM_MAX_RANK, &n_axes, err)) < 0 ||
        (st = um_call_ints(c, 4, NULL, steps, UM_MAX_RANK, &n_steps, err)) < 0)
        return st;
    if (n < 0 || n_ends != n || (n_axes >= 0 && n_axes != n) || (n_steps >= 0 && n_steps != n) || n > x->rank)
        return um_call_fail(c, err, UM_EFORMAT, "starts, ends, axes and steps do not fit");
    for (int i = 0; i < x->rank; i++) {
        s->start[i] = 0;
        s->step[i] = 1;
        s->dim[i] = x->dim[i];
    }
    for (int i = 0; i < n; i++) {
        int64_t a = n_axes >= 0 ? axes[i] : i, step = n_steps >= 0 ? steps[i] : 1;
        if (!um_axis(&a, x->rank) || !step || step < -INT32_MAX)
            return um_call_fail(c, err, UM_EFORMAT, "an axis out of range, or a step of 0");
        slice_axis(s, a, x->dim[a], starts[i], ends[i], step > INT32_MAX ? INT32_MAX : step);
    }
    return UM_OK;
}

static um_status slice_infer(um_call *c, um_error *err)
{
    slice s;
    um_status st = read_slice(c, &s, err);
    if (st < 0)
        return st;
    um_call_same(c, err);
    memcpy(c->out[0]->dim, s.dim, sizeof s.dim);
    return UM_OK;
}

/* Strides of both sides, and where the slice begins in the input. */
static um_status slice_strides(const um_call *c, int64_t *whole, int64_t *part, size_t *offset, um_error *err)
{
    slice s;
    um_status st = read_slice(c, &s, err);
    if (st < 0)
        return st;
    int64_t first = 0;
    um_array_strides(c->in[0], whole);
    um_array_strides(c->out[0], part);
    for (int i = 0; i < c->in[0]->rank; i++) {
        first += s.start[i] * whole[i];
        whole[i] *= s.step[i];
    }
    *offset = (size_t)first * um_dtype_size(c->in[0]->dtype);
    return UM_OK;
}

static um_status slice_forward(um_call *c, um_error *err)
{
    um_array *y = c->out[0];
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    size_t offset;
    um_status st = slice_strides(c, from, to, &offset, err);
    if (st == UM_OK && um_array_count(y))
        um_copy_strided(y->data, to, (const char *)c->in[0]->data + offset, from, y->dim, y->rank,
                        um_dtype_size(y->dtype));
    return st;
}

static um_status slice_backward(um_call *c, um_error *err)
{
    const um_array *g = c->grad_out[0];
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    size_t offset;
    um_status st = slice_strides(c, to, from, &offset, err);
    if (st == UM_OK && um_array_bytes(c->grad_in[0]))
        memset(c->grad_in[0]->data, 0, um_array_bytes(c->grad_in[0]));
    if (st == UM_OK && um_array_count(g))
        um_copy_strided((char *)c->grad_in[0]->data + offset, to, g->data, from, g->dim, g->rank,
                        sizeof(float));
    return st;
}

const um_op um_op_slice = {
    .name = "Slice",
    .min_in = 1,
    .max_in = 5,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS,
    .infer = slice_infer,
    .forward = slice_forward,
    .known_in = 15u << 1,
    .backward = slice_backward,
};

/* --- Expand --- */

static um_status expand_infer(um_call *c, um_error *err)
{
    um_array wanted = {0}, *y = c->out[0];
    um_status st = um_call_ints(c, 1, NULL, wanted.dim, UM_MAX_RANK, &wanted.rank, err);
    if (st < 0)
        return st;
    y->dtype = c->in[0]->dtype;
    if (!um_broadcast(c->in[0], &wanted, y->dim, &y->rank))
        return um_call_fail(c, err, UM_EFORMAT, "the shapes do not fit");
    return UM_OK;
}

static um_status expand_forward(um_call *c, um_error *err)
{
    um_array *y = c->out[0];
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    um_broadcast_strides(c->in[0], y->rank, y->dim, from);
    um_array_strides(y, to);
    um_copy_strided(y->data, to, c->in[0]->data, from, y->dim, y->rank, um_dtype_size(y->dtype));
    return UM_OK;
}

static um_status expand_backward(um_call *c, um_error *err)
{
    um_broadcast_back(c->grad_in[0], c->grad_out[0], NULL, NULL, NULL);
    return UM_OK;
}

const um_op um_op_expand = {
    .name = "Expand",
    .min_in = 2,
    .max_in = 2,
    .min_out = 1,
    .max_out = 1,
    .infer = expand_infer,
    .forward = expand_forward,
    .known_in = 1u << 1,
    .backward = expand_backward,
};

/* --- Gather --- */

static um_status gather_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *index = c->in[1];
    um_array *y = c->out[0];
    int64_t axis = um_attr_int(c->node, "axis", 0);
    if (!um_axis(&axis, x->rank) || (index->dtype != UM_I64 && index->dtype != UM_I32) ||
        x->rank - 1 + index->rank > UM_MAX_RANK)
        return um_call_fail(c, err, UM_EFORMAT, "axis or indices out of range");
    y->dtype = x->dtype;
    y->rank = 0;
    for (int i = 0; i < axis; i++)
        y->dim[y->rank++] = x->dim[i];
    for (int i = 0; i < index->rank; i++)
        y->dim[y->rank++] = index->dim[i];
    for (int i = (int)axis + 1; i < x->rank; i++)
        y->dim[y->rank++] = x->dim[i];
    return UM_OK;
}

/* Rows of `inner` values: row `at` of each of `outer` blocks of x is row k of each block of y. */
typedef struct gather {
    int64_t outer, rows, inner, n_index;
} gather;

static gather read_gather(const um_call *c)
{
    const um_array *x = c->in[0];
    int64_t axis = um_attr_int(c->node, "axis", 0);
    gather g = {.outer = 1, .inner = 1, .n_index = um_array_count(c->in[1])};
    um_axis(&axis, x->rank);
    for (int i = 0; i < axis; i++)
        g.outer *= x->dim[i];
    g.rows = x->dim[axis];
    for (int i = (int)axis + 1; i < x->rank; i++)
        g.inner *= x->dim[i];
    return g;
}

static um_status gather_at(const um_call *c, const gather *g, int64_t k, int64_t *at, um_error *err)
{
    const um_array *index = c->in[1];
    *at = index->dtype == UM_I64 ? ((const int64_t *)index->data)[k] : ((const int32_t *)index->data)[k];
    if (*at < -g->rows || *at >= g->rows)
        return um_call_fail(c, err, UM_EFORMAT, "an index is out of range");
    *at += *at < 0 ? g->rows : 0;
    return UM_OK;
}

static um_status gather_forward(um_call *c, um_error *err)
{
    gather g = read_gather(c);
    size_t bytes = (size_t)g.inner * um_dtype_size(c->in[0]->dtype);
    for (int64_t k = 0, at; k < g.n_index; k++) {
        um_status st = gather_at(c, &g, k, &at, err);
        if (st < 0)
            return st;
        for (int64_t o = 0; o < g.outer && bytes; o++)
            memcpy((char *)c->out[0]->data + (size_t)(o * g.n_index + k) * bytes,
                   (const char *)c->in[0]->data + (size_t)(o * g.rows + at) * bytes, bytes);
    }
    return UM_OK;
}

static um_status gather_backward(um_call *c, um_error *err)
{
    gather g = read_gather(c);
    if (um_array_bytes(c->grad_in[0]))
        memset(c->grad_in[0]->data, 0, um_array_bytes(c->grad_in[0]));
    for (int64_t k = 0, at; k < g.n_index; k++) {
        um_status st = gather_at(c, &g, k, &at, err);
        if (st < 0)
            return st;
        for (int64_t o = 0; o < g.outer; o++) {
            float *to = (float *)c->grad_in[0]->data + (o * g.rows + at) * g.inner;
            const float *from = (const float *)c->grad_out[0]->data + (o * g.n_index + k) * g.inner;
            for (int64_t i = 0; i < g.inner; i++)
                to[i] += from[i];
        }
    }
    return UM_OK;
}

const um_op um_op_gather = {
    .name = "Gather",
    .min_in = 2,
    .max_in = 2,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_BACK_IN,
    .infer = gather_infer,
    .forward = gather_forward,
    .backward = gather_backward,
};
