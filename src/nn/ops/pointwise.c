/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pointwise.c: a 1x1 convolution with the normalizations before and behind it, a block of pixels at a time,
 * so that what one of them makes is still in cache when the next one reads it. Matrix products take the
 * weights as they are, and add up the gradients that the blocks give them. */
#include "nn/ops/pointwise.h"
#include "nn/onednn/onednn.h"
#include "nn/ops/norm.h"
#include "nn/ops/ops.h"
#include <stdlib.h>

enum { BLOCK_BYTES = 128 << 10, FEWEST = 64 }; /* of input and result together, about; pixels */

struct um_pointwise {
    int64_t in, out, pixels, block;
};

bool um_pointwise_fits(const um_call *c)
{
    const um_array *x = c->in[0], *y = c->out[0];
    um_window w;
    if (c->op != &um_op_conv || x->rank != 4 || x->layout != UM_NHWC || y->layout != UM_NHWC ||
        um_has(c, 2) || um_attr_int(c->node, "group", 1) != 1 || !um_array_count(x) ||
        um_window_read(c, c->in[1]->dim + 2, &w, NULL) < 0)
        return false;
    for (int i = 0; i < 2; i++)
        if (w.kernel[i] != 1 || w.stride[i] != 1 || w.pad_lo[i] || w.pad_hi[i])
            return false;
    return true;
}

um_status um_pointwise_new(um_pointwise **out, const um_call *c, um_error *err)
{
    um_pointwise *p = *out = um_calloc(1, sizeof *p);
    if (!p)
        return um_fail_oom(err);
    const um_array *x = c->in[0];
    p->in = x->dim[1];
    p->out = c->out[0]->dim[1];
    p->pixels = x->dim[0] * x->dim[2] * x->dim[3];
    p->block = BLOCK_BYTES / (int64_t)sizeof(float) / (p->in + p->out);
    p->block = p->block < FEWEST ? FEWEST : p->block > p->pixels ? p->pixels : p->block;
    return um_scratch_fit(c->scratch, (size_t)(p->block * (p->in + p->out)) * sizeof(float), err);
}

/* The input of n pixels; normalized it lies in scratch memory. */
static const float *input(const um_pointwise *p, const um_call *c, int64_t first, int64_t n)
{
    const float *x = (const float *)c->in[0]->data + first * p->in;
    if (!c->fusion.before)
        return x;
    um_norm_apply(c->fusion.before->state, c->scratch->data, x, n);
    return c->scratch->data;
}

um_status um_pointwise_forward(const um_pointwise *p, const um_call *c, um_error *err)
{
    float *y = c->out[0]->data;
    if (c->fusion.behind)
        um_norm_start(c->fusion.behind->state);
    for (int64_t i = 0, n; i < p->pixels; i += n, y += n * p->out) {
        n = p->pixels - i < p->block ? p->pixels - i : p->block;
        um_status st =
            um_dnnl_gemm(false, true, n, p->out, p->in, 1, input(p, c, i, n), c->in[1]->data, 0, y, err);
        if (st < 0)
            return st;
        if (c->fusion.behind)
            um_norm_see(c->fusion.behind->state, y, n);
    }
    return UM_OK;
}

/* The gradient of n pixels of the result. */
static const float *gradient(const um_pointwise *p, const um_call *c, int64_t first, int64_t n)
{
    const float *g = (const float *)c->grad_out[0]->data + first * p->out,
                *y = (const float *)c->out[0]->data + first * p->out;
    float *to = (float *)c->scratch->data + p->block * p->in;
    if (!c->fusion.behind)
        return g;
    um_norm_back(c->fusion.behind->state, to, g, y, n);
    return to;
}

um_status um_pointwise_backward(const um_pointwise *p, const um_call *c, um_error *err)
{
    float *gw = c->grad_in[1]->data, *gx = c->grad_in[0] ? c->grad_in[0]->data : NULL;
    um_status st = UM_OK;
    if (c->fusion.before)
        um_norm_start(c->fusion.before->state);
    for (int64_t i = 0, n; i < p->pixels && st == UM_OK; i += n) {
        n = p->pixels - i < p->block ? p->pixels - i : p->block;
        const float *g = gradient(p, c, i, n);
        st = um_dnnl_gemm(true, false, p->out, p->in, n, 1, g, input(p, c, i, n), i ? 1 : 0, gw, err);
        if (!gx || st < 0)
            continue;
        st = um_dnnl_gemm(false, false, n, p->in, p->out, 1, g, c->in[1]->data, 0, gx + i * p->in, err);
        if (c->fusion.before)
            um_norm_back_see(c->fusion.before->state, gx + i * p->in,
                             (const float *)c->in[0]->data + i * p->in, n);
    }
    return st;
}
