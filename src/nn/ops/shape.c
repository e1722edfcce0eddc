/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators that change the shape and not the bytes, and those that make constants of shapes. */
#include "nn/ops/ops.h"
#include <math.h>
#include <string.h>

static um_status same_count(const um_call *c, um_error *err)
{
    int64_t n;
    if (!um_dims_count(c->out[0]->rank, c->out[0]->dim, &n) || n != um_array_count(c->in[0]))
        return um_call_fail(c, err, UM_EFORMAT, "the new shape does not hold the same number of values");
    return UM_OK;
}

static um_status reshape_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    um_array *y = c->out[0];
    int64_t dim[UM_MAX_RANK], known = 1, total = um_array_count(x);
    int n, open = -1;
    um_status st = um_call_ints(c, 1, "shape", dim, UM_MAX_RANK, &n, err);
    if (st < 0)
        return st;
    bool zero_is_zero = um_attr_int(c->node, "allowzero", 0) != 0;
    y->dtype = x->dtype;
    y->rank = n < 0 ? 0 : n;
    for (int i = 0; i < y->rank; i++) {
        if (dim[i] == 0 && !zero_is_zero && i < x->rank)
            dim[i] = x->dim[i];
        if (dim[i] == -1 && open < 0)
            open = i;
        else if (dim[i] < 0 || dim[i] > INT32_MAX || (dim[i] && known > INT32_MAX / dim[i]))
            return um_call_fail(c, err, UM_EFORMAT, "an impossible shape");
        else
            known *= dim[i];
        y->dim[i] = dim[i];
    }
    if (open >= 0)
        y->dim[open] = known ? total / known : 0;
    return same_count(c, err);
}

static um_status flatten_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    int64_t axis = um_attr_int(c->node, "axis", 1);
    if (axis != x->rank && !um_axis(&axis, x->rank))
        return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
    um_array *y = c->out[0];
    y->dtype = x->dtype;
    y->rank = 2;
    y->dim[0] = y->dim[1] = 1;
    for (int i = 0; i < x->rank; i++)
        y->dim[i >= axis] *= x->dim[i];
    return UM_OK;
}

static um_status read_axes(const um_call *c, int rank, bool *chosen, int *n, um_error *err)
{
    int64_t axes[UM_MAX_RANK];
    um_status st = um_call_ints(c, 1, "axes", axes, UM_MAX_RANK, n, err);
    for (int i = 0; st == UM_OK && i < *n; i++) {
        if (!um_axis(&axes[i], rank) || chosen[axes[i]])
            return um_call_fail(c, err, UM_EFORMAT, "axes out of range");
        chosen[axes[i]] = true;
    }
    return st;
}

static um_status squeeze_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    bool chosen[UM_MAX_RANK] = {false};
    int n;
    um_status st = read_axes(c, x->rank, chosen, &n, err);
    if (st < 0)
        return st;
    um_array *y = c->out[0];
    y->dtype = x->dtype;
    y->rank = 0;
    for (int i = 0; i < x->rank; i++)
        if (!(n < 0 ? x->dim[i] == 1 : chosen[i]))
            y->dim[y->rank++] = x->dim[i];
    return same_count(c, err);
}

static um_status unsqueeze_infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    int64_t axes[UM_MAX_RANK];
    bool chosen[UM_MAX_RANK] = {false};
    int n;
    um_status st = um_call_ints(c, 1, "axes", axes, UM_MAX_RANK, &n, err);
    if (st < 0)
        return st;
    if (n < 0 || x->rank + n > UM_MAX_RANK)
        return um_call_fail(c, err, n < 0 ? UM_EFORMAT : UM_EUNSUPPORTED, "axes missing or too many");
    if ((st = read_axes(c, x->rank + n, chosen, &n, err)) < 0)
        return st;
    um_array *y = c->out[0];
    y->dtype = x->dtype;
    y->rank = x->rank + n;
    for (int i = 0, k = 0; i < y->rank; i++)
        y->dim[i] = chosen[i] ? 1 : x->dim[k++];
    return UM_OK;
}

#define VIEW(id, type, most, rule) \
    const um_op um_op_##id = {     \
        .name = type,              \
        .min_in = 1,               \
        .max_in = most,            \
        .min_out = 1,              \
        .max_out = 1,              \
        .infer = rule,             \
        .view = um_view_always,    \
        .forward = um_view_copy,   \
        .known_in = 1u << 1,       \
        .backward = um_view_back,  \
    };
VIEW(reshape, "Reshape", 2, reshape_infer)
VIEW(flatten, "Flatten", 1, flatten_infer)
VIEW(squeeze, "Squeeze", 2, squeeze_infer)
VIEW(unsqueeze, "Unsqueeze", 2, unsqueeze_infer)

static bool view_in_layout(um_call *c)
{
    c->out[0]->layout = c->in[0]->layout;
    return true;
}

/* Outside of training Dropout passes everything on. */
const um_op um_op_identity = {
    .name = "Identity",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS,
    .infer = um_call_same,
    .view = view_in_layout,
    .forward = um_view_copy,
    .backward = um_view_back,
};
const um_op um_op_dropout = {
    .name = "Dropout",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS,
    .infer = um_call_same,
    .view = view_in_layout,
    .forward = um_view_copy,
    .backward = um_view_back,
};

/* --- constants --- */

static void shape_range(const um_call *c, int64_t *start, int64_t *end)
{
    int rank = c->in[0]->rank;
    *start = um_attr_int(c->node, "start", 0);
    *end = um_attr_int(c->node, "end", rank);
    *start = *start < -rank ? 0 : *start < 0 ? *start + rank : *start > rank ? rank : *start;
    *end = *end < -rank ? 0 : *end < 0 ? *end + rank : *end > rank ? rank : *end;
    if (*end < *start)
        *end = *start;
}

static um_status shape_infer(um_call *c, um_error *err)
{
    int64_t start, end;
    shape_range(c, &start, &end);
    c->out[0]->dtype = UM_I64;
    c->out[0]->rank = 1;
    c->out[0]->dim[0] = end - start;
    return UM_OK;
}

static um_status shape_forward(um_call *c, um_error *err)
{
    int64_t start, end;
    shape_range(c, &start, &end);
    for (int64_t i = start; i < end; i++)
        ((int64_t *)c->out[0]->data)[i - start] = c->in[0]->dim[i];
    return UM_OK;
}

const um_op um_op_shape = {
    .name = "Shape",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_SHAPE_ONLY | UM_OP_ANY,
    .infer = shape_infer,
    .forward = shape_forward,
};

static const um_attr *constant_value(const um_call *c, um_array *y)
{
    const um_attr *a;
    y->rank = 0;
    if ((a = um_attr_find(c->node, "value", UM_ATTR_TENSOR))) {
        y->dtype = a->tensor->dtype;
        y->rank = a->tensor->rank;
        memcpy(y->dim, a->tensor->dim, sizeof y->dim);
    } else if ((a = um_attr_find(c->node, "value_float", UM_ATTR_FLOAT))) {
        y->dtype = UM_F32;
    } else if ((a = um_attr_find(c->node, "value_int", UM_ATTR_INT))) {
        y->dtype = UM_I64;
    } else if ((a = um_attr_find(c->node, "value_floats", UM_ATTR_FLOATS)) ||
               (a = um_attr_find(c->node, "value_ints", UM_ATTR_INTS))) {
        y->dtype = a->kind == UM_ATTR_FLOATS ? UM_F32 : UM_I64;
        y->rank = 1;
        y->dim[0] = (int64_t)a->n;
    }
    return a;
}

/* What it is lies in the graph, which outlives every plan. */
static um_status constant_infer(um_call *c, um_error *err)
{
    um_array *y = c->out[0];
    const um_attr *a = constant_value(c, y);
    if (!a)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "this kind of constant is not supported");
    const void *from = a->kind == UM_ATTR_TENSOR   ? a->tensor->data
                       : a->kind == UM_ATTR_FLOAT  ? (const void *)&a->f
                       : a->kind == UM_ATTR_INT    ? (const void *)&a->i
                       : a->kind == UM_ATTR_FLOATS ? (const void *)a->floats
                                                   : (const void *)a->ints;
    memcpy(&y->data, &from, sizeof y->data); /* only read */
    y->constant = true;
    return UM_OK;
}

const um_op um_op_constant = {
    .name = "Constant",
    .max_in = 0,
    .min_out = 1,
    .max_out = 1,
    .infer = constant_infer,
};

static um_status filled_infer(um_call *c, um_error *err)
{
    um_array *y = c->out[0];
    const um_attr *a = um_attr_find(c->node, "value", UM_ATTR_TENSOR);
    um_status st = um_call_ints(c, 0, NULL, y->dim, UM_MAX_RANK, &y->rank, err);
    if (st < 0)
        return st;
    if (a && um_tensor_count(a->tensor) != 1)
        return um_call_fail(c, err, UM_EFORMAT, "the value must be one number");
    y->dtype = a ? a->tensor->dtype : UM_F32;
    return UM_OK;
}

static um_status filled_forward(um_call *c, um_error *err)
{
    const um_attr *a = um_attr_find(c->node, "value", UM_ATTR_TENSOR);
    size_t size = um_dtype_size(c->out[0]->dtype), n = um_array_bytes(c->out[0]) / size;
    static const char zero[8];
    for (size_t i = 0; i < n; i++)
        memcpy((char *)c->out[0]->data + i * size, a ? a->tensor->data : zero, size);
    return UM_OK;
}

const um_op um_op_constantofshape = {
    .name = "ConstantOfShape",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .infer = filled_infer,
    .forward = filled_forward,
    .known_in = 1u << 0,
};

/* --- Cast --- */

static um_status cast_infer(um_call *c, um_error *err)
{
    static const int onnx[] = {[UM_F32] = 1, [UM_I64] = 7, [UM_I32] = 6, [UM_U8] = 2, [UM_BOOL] = 9};
    int64_t to = um_attr_int(c->node, "to", 0);
    um_status st = um_call_same(c, err);
    for (int t = UM_F32; t <= UM_BOOL; t++)
        if (onnx[t] == to) {
            c->out[0]->dtype = (um_dtype)t;
            return st;
        }
    return um_call_fail(c, err, UM_EUNSUPPORTED, "a cast to element type %d is not supported", (int)to);
}

/* Out of range values saturate, NaN gives zero. */
static int64_t to_int(double v, double low, double high)
{
    return isnan(v) ? 0 : v <= low ? (int64_t)low : v >= high ? (int64_t)high : (int64_t)v;
}

static um_status cast_forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    um_array *y = c->out[0];
    int64_t n = um_array_count(x);
    if (x->dtype == y->dtype)
        return um_view_copy(c, err);
    for (int64_t i = 0; i < n; i++) {
        double f = 0;
        int64_t v;
        if (x->dtype == UM_F32) {
            f = ((const float *)x->data)[i];
            v = to_int(f, -9.2e18, 9.2e18);
        } else {
            v = x->dtype == UM_I64   ? ((const int64_t *)x->data)[i]
                : x->dtype == UM_I32 ? ((const int32_t *)x->data)[i]
                                     : ((const uint8_t *)x->data)[i];
            f = (double)v;
        }
        switch (y->dtype) {
        case UM_F32:
            ((float *)y->data)[i] = (float)v;
            break;
        case UM_I64:
            ((int64_t *)y->data)[i] = v;
            break;
        case UM_I32:
            ((int32_t *)y->data)[i] = (int32_t)v;
            break;
        case UM_U8:
            ((uint8_t *)y->data)[i] = (uint8_t)v;
            break;
        case UM_BOOL:
            ((uint8_t *)y->data)[i] = f != 0;
            break;
        }
    }
    return UM_OK;
}

const um_op um_op_cast = {
    .name = "Cast",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS,
    .infer = cast_infer,
    .forward = cast_forward,
    .backward = um_view_back,
};
