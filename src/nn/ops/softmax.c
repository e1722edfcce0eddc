/* SPDX-License-Identifier: GPL-3.0-or-later */
/* softmax.c: Softmax and LogSoftmax, forward and backward. */
#include "nn/ops/ops.h"
#include <math.h>

/* Up to opset 12 everything from the axis on is one distribution, after that the axis alone. */
static um_status read(const um_call *c, int64_t *outer, int64_t *n, int64_t *inner, um_error *err)
{
    const um_array *x = c->in[0];
    bool flat = c->graph->opset < 13;
    int64_t axis = um_attr_int(c->node, "axis", flat ? 1 : -1);
    if (x->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (!um_axis(&axis, x->rank))
        return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
    *outer = *n = *inner = 1;
    for (int i = 0; i < x->rank; i++)
        *(i < axis ? outer : i == axis || flat ? n : inner) *= x->dim[i];
    return UM_OK;
}

static um_status infer(um_call *c, um_error *err)
{
    int64_t outer, n, inner;
    um_status st = read(c, &outer, &n, &inner, err);
    return st < 0 ? st : um_call_same(c, err);
}

static um_status forward(um_call *c, um_error *err)
{
    int64_t outer, n, inner;
    um_status st = read(c, &outer, &n, &inner, err);
    for (int64_t k = 0; st == UM_OK && n && k < outer * inner; k++) {
        const float *x = (const float *)c->in[0]->data + k / inner * n * inner + k % inner;
        float *y = (float *)c->out[0]->data + k / inner * n * inner + k % inner, top = -INFINITY, sum = 0;
        for (int64_t i = 0; i < n; i++)
            top = x[i * inner] > top ? x[i * inner] : top;
        for (int64_t i = 0; i < n; i++)
            sum += y[i * inner] = expf(x[i * inner] - top);
        for (int64_t i = 0; i < n; i++)
            y[i * inner] /= sum;
    }
    return st;
}

/* gx = y (g - sum of g y), along one column per lane. */
enum { COLUMNS = 64, LANES = 8 };
UM_KERNEL(back_columns,
          (float *restrict gx, const float *restrict g, const float *restrict y, int64_t n, int64_t columns,
           int64_t inner),
          (gx, g, y, n, columns, inner))
{
    float dot[COLUMNS] = {0};
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < columns; k++)
            dot[k] += g[i * inner + k] * y[i * inner + k];
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < columns; k++)
            gx[i * inner + k] = y[i * inner + k] * (g[i * inner + k] - dot[k]);
}

UM_KERNEL(back_run, (float *restrict gx, const float *restrict g, const float *restrict y, int64_t n),
          (gx, g, y, n))
{
    float part[LANES] = {0}, dot = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            part[k] += g[i + k] * y[i + k];
    for (; i < n; i++)
        dot += g[i] * y[i];
    for (int k = 0; k < LANES; k++)
        dot += part[k];
    for (i = 0; i < n; i++)
        gx[i] = y[i] * (g[i] - dot);
}

static um_status backward(um_call *c, um_error *err)
{
    int64_t outer, n, inner;
    um_status st = read(c, &outer, &n, &inner, err);
    float *gx = c->grad_in[0]->data;
    const float *g = c->grad_out[0]->data, *y = c->out[0]->data;
    for (int64_t o = 0; st == UM_OK && o < outer; o++, gx += n * inner, g += n * inner, y += n * inner)
        for (int64_t k = 0; k < inner; k += COLUMNS)
            if (inner == 1)
                back_run(gx, g, y, n);
            else
                back_columns(gx + k, g + k, y + k, n, inner - k < COLUMNS ? inner - k : COLUMNS, inner);
    return st;
}

const um_op um_op_softmax = {
    .name = "Softmax",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_IN_PLACE | UM_OP_BACK_OUT,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
