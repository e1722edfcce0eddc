/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LayerNormalization (Ba, Kiros and Hinton 2016): everything from an axis on has mean 0 and variance 1, then
 * scale and bias per value. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 16, ROWS = 64 }; /* rows per partial sum */

typedef struct layernorm {
    int64_t rows, n;
    float *mean, *inverse; /* [rows]; inverse: of the standard deviation */
    float *scale, *bias;   /* [n]: their gradients over some rows */
} layernorm;

static um_status infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    int64_t axis = um_attr_int(c->node, "axis", -1);
    if (!um_axis(&axis, x->rank))
        return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
    for (int i = 0; i < c->n_in; i++)
        if (c->in[i] && c->in[i]->dtype != UM_F32)
            return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    for (int i = 1; i < c->n_in; i++)
        if (c->in[i] && (c->in[i]->rank != x->rank - axis ||
                         memcmp(c->in[i]->dim, x->dim + axis, sizeof *x->dim * (size_t)(x->rank - axis))))
            return um_call_fail(c, err, UM_EUNSUPPORTED, "input %d does not have the normalized shape", i);
    um_call_same(c, err);
    for (int k = 1; k < c->n_out; k++) /* mean and 1 / standard deviation */
        if (c->out[k]) {
            c->out[k]->dtype = UM_F32;
            c->out[k]->rank = x->rank;
            for (int i = 0; i < x->rank; i++)
                c->out[k]->dim[i] = i < axis ? x->dim[i] : 1;
        }
    return UM_OK;
}

static void release(void *state)
{
    layernorm *s = state;
    free(s->mean);
    free(s->scale);
    free(s);
}

static um_status prepare(um_call *c, um_error *err)
{
    layernorm *s = c->state = um_calloc(1, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    s->n = um_array_count(c->in[1]);
    s->rows = s->n ? um_array_count(c->in[0]) / s->n : 0;
    s->mean = um_calloc((size_t)s->rows, 2 * sizeof *s->mean);
    s->scale = um_calloc((size_t)s->n, 2 * sizeof *s->scale);
    if (!s->mean || !s->scale)
        return um_fail_oom(err);
    s->inverse = s->mean + s->rows;
    s->bias = s->scale + s->n;
    return UM_OK;
}

static float add_up(const float *part)
{
    float sum = 0;
    for (int i = 0; i < LANES; i++)
        sum += part[i];
    return sum;
}

UM_KERNEL_OF(float, mean_of, (const float *x, int64_t n), (x, n))
{
    float part[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            part[k] += x[i + k];
    for (; i < n; i++)
        part[0] += x[i];
    return add_up(part) / (float)n;
}

UM_KERNEL_OF(float, variance_of, (const float *x, float mean, int64_t n), (x, mean, n))
{
    float part[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            part[k] += (x[i + k] - mean) * (x[i + k] - mean);
    for (; i < n; i++)
        part[0] += (x[i] - mean) * (x[i] - mean);
    return add_up(part) / (float)n;
}

UM_KERNEL(normalize,
          (float *y, const float *x, float mean, float inverse, const float *scale, const float *bias,
           int64_t n),
          (y, x, mean, inverse, scale, bias, n))
{
    if (bias) {
        UM_ELEMENTWISE
        for (int64_t i = 0; i < n; i++)
            y[i] = (x[i] - mean) * inverse * scale[i] + bias[i];
    } else {
        UM_ELEMENTWISE
        for (int64_t i = 0; i < n; i++)
            y[i] = (x[i] - mean) * inverse * scale[i];
    }
}

static um_status forward(um_call *c, um_error *err)
{
    const layernorm *s = c->state;
    const float *x = c->in[0]->data, *scale = c->in[1]->data, *bias = um_has(c, 2) ? c->in[2]->data : NULL;
    float *y = c->out[0]->data;
    double epsilon = um_attr_float(c->node, "epsilon", 1e-5);
    for (int64_t r = 0; r < s->rows; r++, x += s->n, y += s->n) {
        s->mean[r] = mean_of(x, s->n);
        s->inverse[r] = (float)(1 / sqrt(variance_of(x, s->mean[r], s->n) + epsilon));
        normalize(y, x, s->mean[r], s->inverse[r], scale, bias, s->n);
    }
    for (int k = 1; k < c->n_out; k++)
        if (c->out[k] && s->rows)
            memcpy(c->out[k]->data, k == 1 ? s->mean : s->inverse, (size_t)s->rows * sizeof *s->mean);
    return UM_OK;
}

/* With d = g scale and z the normalized x: gx = inverse (d - mean of d - z mean of d z). */
UM_KERNEL(back_row,
          (float *restrict gx, const float *restrict g, const float *restrict x, float mean, float inverse,
           const float *restrict scale, int64_t n),
          (gx, g, x, mean, inverse, scale, n))
{
    float part[LANES] = {0}, part_z[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) {
            float d = g[i + k] * scale[i + k];
            part[k] += d;
            part_z[k] += d * ((x[i + k] - mean) * inverse);
        }
    for (; i < n; i++) {
        part[0] += g[i] * scale[i];
        part_z[0] += g[i] * scale[i] * ((x[i] - mean) * inverse);
    }
    float mean_d = add_up(part) / (float)n, mean_dz = add_up(part_z) / (float)n;
    for (i = 0; i < n; i++)
        gx[i] = inverse * (g[i] * scale[i] - mean_d - (x[i] - mean) * inverse * mean_dz);
}

UM_KERNEL(add_row,
          (float *restrict scale, float *restrict bias, const float *restrict g, const float *restrict x,
           float mean, float inverse, int64_t n),
          (scale, bias, g, x, mean, inverse, n))
{
    for (int64_t i = 0; i < n; i++) {
        scale[i] += g[i] * ((x[i] - mean) * inverse);
        bias[i] += g[i];
    }
}

/* sum += part, and the part begins again */
static void hand_over(um_array *sum, float *part, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (sum)
            ((float *)sum->data)[i] += part[i];
        part[i] = 0;
    }
}

static um_status backward(um_call *c, um_error *err)
{
    const layernorm *s = c->state;
    const float *g = c->grad_out[0] ? c->grad_out[0]->data : NULL, *x = c->in[0]->data,
                *scale = c->in[1]->data;
    um_array *sum_scale = c->grad_in[1], *sum_bias = um_has(c, 2) ? c->grad_in[2] : NULL;
    for (int k = 1; k < c->n_out; k++)
        if (c->grad_out[k])
            return um_call_fail(c, err, UM_EUNSUPPORTED,
                                "nothing can learn through the second and third result");
    for (int k = 1; k < c->n_in; k++)
        if (c->grad_in[k] && s->n)
            memset(c->grad_in[k]->data, 0, um_array_bytes(c->grad_in[k]));
    for (int64_t r = 0; r < s->rows; r++, x += s->n, g += s->n) {
        if (c->grad_in[0])
            back_row((float *)c->grad_in[0]->data + r * s->n, g, x, s->mean[r], s->inverse[r], scale, s->n);
        if (sum_scale || sum_bias)
            add_row(s->scale, s->bias, g, x, s->mean[r], s->inverse[r], s->n);
        if (r % ROWS == ROWS - 1 || r == s->rows - 1) {
            hand_over(sum_scale, s->scale, s->n);
            hand_over(sum_bias, s->bias, s->n);
        }
    }
    return UM_OK;
}

const um_op um_op_layernorm = {
    .name = "LayerNormalization",
    .min_in = 2,
    .max_in = 3,
    .min_out = 1,
    .max_out = 3,
    .flags = UM_OP_IN_PLACE | UM_OP_BACK_IN,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
    .release = release,
    .backward = backward,
    .learns = 1u << 1 | 1u << 2,
};
