/* Conv: oneDNN where it has a fast implementation and the shape is ordinary, else plain loops. */
#include "nn/onednn.h"
#include "nn/ops/ops.h"
#include <stdlib.h>
#include <string.h>

typedef struct conv {
    um_window w;
    int64_t groups;
    um_dnnl_conv *fast; /* NULL: the plain loops */
} conv;

static um_status read(const um_call *c, um_window *w, int64_t *groups, um_error *err)
{
    const um_array *x = c->in[0], *wt = c->in[1];
    if (x->dtype != UM_F32 || wt->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (x->rank < 3 || wt->rank != x->rank)
        return um_call_fail(c, err, UM_EFORMAT,
                            "input and weights do not have the same number of dimensions");
    *groups = um_attr_int(c->node, "group", 1);
    if (*groups < 1 || *groups > x->dim[1] || x->dim[1] % *groups || wt->dim[0] < 1 || wt->dim[0] % *groups ||
        wt->dim[1] != x->dim[1] / *groups)
        return um_call_fail(c, err, UM_EFORMAT, "channels, groups and weights do not fit");
    if (um_has(c, 2) && (c->in[2]->dtype != UM_F32 || c->in[2]->rank != 1 || c->in[2]->dim[0] != wt->dim[0]))
        return um_call_fail(c, err, UM_EFORMAT, "the bias does not fit");
    return um_window_read(c, wt->dim + 2, w, err);
}

static um_status infer(um_call *c, um_error *err)
{
    um_window w;
    int64_t groups;
    um_array *y = c->out[0];
    um_status st = read(c, &w, &groups, err);
    if (st < 0)
        return st;
    y->dtype = UM_F32;
    y->rank = w.n + 2;
    y->dim[0] = c->in[0]->dim[0];
    y->dim[1] = c->in[1]->dim[0];
    double work = (double)um_array_count(c->in[1]) * y->dim[0];
    for (int i = 0; i < w.n; i++) {
        y->dim[i + 2] = w.out[i];
        work *= (double)w.out[i];
    }
    c->macs = work < 9e18 ? (int64_t)work : INT64_MAX;
    return UM_OK;
}

static um_status prepare(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *y = c->out[0];
    conv *v = c->state = um_calloc(1, sizeof *v);
    if (!v)
        return um_fail_oom(err);
    um_status st = read(c, &v->w, &v->groups, err);
    if (st < 0)
        return st;
    const um_window *w = &v->w;
    bool ordinary = x->layout == UM_NHWC && y->layout == UM_NHWC && um_array_count(y) && um_array_count(x) &&
                    c->in[1]->constant && (!um_has(c, 2) || c->in[2]->constant);
    for (int i = 0; i < w->n; i++) { /* a window entirely in the padding is none */
        int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
        ordinary = ordinary && w->pad_lo[i] < reach && w->pad_hi[i] < reach;
    }
    if (!ordinary)
        return UM_OK;
    um_conv_shape s = {.batch = x->dim[0],
                       .groups = v->groups,
                       .in_channels = x->dim[1],
                       .out_channels = y->dim[1],
                       .w = *w};
    if (c->act.kind != UM_ACT_PRELU)
        s.act = c->act;
    st = um_dnnl_conv_new(&v->fast, &s, c->in[1]->data, um_has(c, 2) ? c->in[2]->data : NULL, err);
    return st == UM_EUNSUPPORTED ? UM_OK : st;
}

/* One output value: a sum over the window. Offsets in elements. */
typedef struct taps {
    int64_t x_stride[UM_MAX_RANK], y_stride[UM_MAX_RANK];
} taps;

static float sum_window(const conv *v, const taps *t, const float *x, const float *weights, int64_t channels,
                        const int64_t *at)
{
    const um_window *w = &v->w;
    int64_t n = 1;
    float sum = 0;
    for (int i = 0; i < w->n; i++)
        n *= w->kernel[i];
    for (int64_t k = 0; k < n; k++) {
        int64_t rest = k, offset = 0;
        bool inside = true;
        for (int i = w->n - 1; i >= 0; i--) {
            int64_t p = at[i] * w->stride[i] - w->pad_lo[i] + rest % w->kernel[i] * w->dilation[i];
            rest /= w->kernel[i];
            inside = inside && p >= 0 && p < w->in[i];
            offset += p * t->x_stride[i + 2];
        }
        for (int64_t ch = 0; inside && ch < channels; ch++)
            sum += x[offset + ch * t->x_stride[1]] * weights[ch * n + k];
    }
    return sum;
}

static void plain(const um_call *c, const conv *v)
{
    const um_array *x = c->in[0], *wt = c->in[1], *y = c->out[0];
    const float *bias = um_has(c, 2) ? c->in[2]->data : NULL;
    int64_t per_group = y->dim[1] / v->groups, channels = wt->dim[1], spatial = 1;
    int64_t filter = um_array_count(wt) / wt->dim[0];
    taps t;
    um_array_strides(x, t.x_stride);
    um_array_strides(y, t.y_stride);
    for (int i = 0; i < v->w.n; i++)
        spatial *= v->w.out[i];
#pragma omp parallel for num_threads(c->threads) if (c->macs > 100000)
    for (int64_t k = 0; k < y->dim[0] * y->dim[1]; k++) {
        int64_t b = k / y->dim[1], oc = k % y->dim[1], at[UM_SPATIAL];
        const float *from =
            (const float *)x->data + b * t.x_stride[0] + oc / per_group * channels * t.x_stride[1];
        for (int64_t s = 0; s < spatial; s++) {
            int64_t rest = s, to = b * t.y_stride[0] + oc * t.y_stride[1];
            for (int i = v->w.n - 1; i >= 0; i--) {
                at[i] = rest % v->w.out[i];
                rest /= v->w.out[i];
                to += at[i] * t.y_stride[i + 2];
            }
            ((float *)y->data)[to] =
                (bias ? bias[oc] : 0) +
                sum_window(v, &t, from, (const float *)wt->data + oc * filter, channels, at);
        }
    }
}

static um_status forward(um_call *c, um_error *err)
{
    const conv *v = c->state;
    um_array *y = c->out[0];
    if (v->fast) {
        um_status st = um_dnnl_conv_run(v->fast, c->in[0]->data, y->data, err);
        if (st == UM_OK && c->act.kind == UM_ACT_PRELU)
            um_act_apply(&c->act, y, y, c->threads);
        return st;
    }
    plain(c, v);
    um_act_apply(&c->act, y, y, c->threads);
    return UM_OK;
}

static void release(void *state)
{
    um_dnnl_conv_free(((conv *)state)->fast);
    free(state);
}

const um_op um_op_conv = {"Conv", 2, 3, 1, 1, UM_OP_WANTS_NHWC, infer, prepare, NULL, forward, release};
