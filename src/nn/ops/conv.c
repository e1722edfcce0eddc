/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conv: Winograd's way where that is faster, else oneDNN where it has a fast implementation and the shape is
 * ordinary, else plain loops. */
#include "nn/onednn/onednn.h"
#include "nn/ops/depthwise.h"
#include "nn/ops/ops.h"
#include "nn/ops/pointwise.h"
#include "nn/winograd.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BANDS = 16, ROWS_PER_BAND = 4, WORK_PER_BAND = 200000 };

typedef struct band { /* some rows of the result, made by one thread */
    um_dnnl_conv *fast;
    int64_t x_row, y_row, rows;
} band;

typedef struct conv {
    um_window w;
    int64_t groups;
    int n_bands; /* of oneDNN, or parts of `winograd`; 0: weights that learn, or the plain loops */
    int n_made;  /* of `bands` */
    band *bands;
    size_t band_scratch; /* bytes that a band works in */
    um_winograd *winograd;
    float *weights;    /* as in ONNX with a normalization folded in, where the graph does not have them so */
    const float *kept; /* what `winograd` or the plain loops read: those, of a pack, or of the graph */
    /* weights that learn: one of these */
    um_depthwise *depthwise;
    um_pointwise *pointwise;
    um_dnnl_conv_train *train;
    float *bias_sink; /* where oneDNN puts a bias gradient that nobody asked for */
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

/* The part of a window that makes rows [first, last) of the result; false when it would see padding alone. */
static bool cut(um_window *w, band *b, int64_t first, int64_t last)
{
    int64_t reach = (w->kernel[0] - 1) * w->dilation[0] + 1;
    int64_t from = first * w->stride[0] - w->pad_lo[0], to = (last - 1) * w->stride[0] - w->pad_lo[0] + reach;
    b->x_row = from < 0 ? 0 : from;
    b->y_row = first;
    b->rows = last - first;
    w->pad_lo[0] = b->x_row - from;
    w->pad_hi[0] = to > w->in[0] ? to - w->in[0] : 0;
    w->in[0] = (to > w->in[0] ? w->in[0] : to) - b->x_row;
    w->out[0] = b->rows;
    return w->in[0] > 0 && w->pad_lo[0] < reach && w->pad_hi[0] < reach;
}

static int choose_bands(const um_call *c)
{
    int64_t rows = c->out[0]->dim[2], n = um_pool_width(c->pool);
    if (c->in[0]->dim[0] != 1) /* the rows of several maps do not follow each other */
        return 1;
    n = n > rows / ROWS_PER_BAND ? rows / ROWS_PER_BAND : n;
    n = n > c->macs / WORK_PER_BAND ? c->macs / WORK_PER_BAND : n;
    return um_clampi((int)n, 1, MAX_BANDS);
}

/* Weights as in ONNX, for whoever reads them so. */
typedef struct plain_pack {
    um_pack base;
    const float *weights;
    float *own; /* NULL: those of the graph */
} plain_pack;

static void free_plain(um_pack *pack)
{
    free(((plain_pack *)pack)->own);
    free(pack);
}

static const plain_pack *find_plain(const um_call *c)
{
    const um_pack *p = c->packs ? c->packs->first : NULL;
    while (p && !(p->free == free_plain && p->node == c->node && p->norm == c->norm.node))
        p = p->next;
    return (const plain_pack *)p;
}

static um_conv_shape conv_shape(const um_call *c, const conv *v)
{
    return (um_conv_shape){.batch = c->in[0]->dim[0],
                           .groups = v->groups,
                           .in_channels = c->in[0]->dim[1],
                           .out_channels = c->out[0]->dim[1],
                           .w = v->w};
}

/* The weights as in ONNX: of the graph, or made. */
static const float *plain_weights(void *user, um_error *err)
{
    const um_call *c = user;
    conv *v = c->state;
    const um_array *w = c->in[1];
    const float *from = w->data;
    if (from && !c->norm.node)
        return from;
    if (v->weights)
        return v->weights;
    const plain_pack *pack = find_plain(c);
    if (pack)
        return pack->weights;
    if (!(v->weights = um_calloc_aligned((size_t)um_array_count(w), sizeof *v->weights))) {
        um_fail_oom(err);
        return NULL;
    }
    if (!from) { /* given up by the network */
        if (um_dnnl_unpack(c->packs, c->node, c->norm.node, v->weights, err) < 0)
            return NULL;
        return v->weights;
    }
    int64_t channels = w->dim[0], per = um_array_count(w) / channels;
    for (int64_t k = 0; k < channels; k++) {
        double f = ((const float *)c->norm.scale->data)[k] /
                   sqrt(((const float *)c->norm.variance->data)[k] + c->norm.epsilon);
        for (int64_t i = 0; i < per; i++)
            v->weights[k * per + i] = (float)(f * from[k * per + i]);
    }
    return v->weights;
}

/* The same for as long as the plan lives. */
static const float *keep_weights(um_call *c, conv *v, um_error *err)
{
    const float *weights = plain_weights(c, err);
    if (!weights || !c->packs || find_plain(c))
        return weights;
    plain_pack *pack = um_calloc(1, sizeof *pack);
    if (!pack) {
        um_fail_oom(err);
        return NULL;
    }
    pack->base = (um_pack){.node = c->node, .norm = c->norm.node, .free = free_plain};
    pack->base.pins = !v->weights; /* they are those of the graph */
    pack->base.can_unpack = v->weights != NULL;
    pack->weights = pack->own = v->weights;
    v->weights = NULL;
    if (pack->base.pins)
        pack->weights = weights;
    um_packs_add(c->packs, &pack->base);
    return weights;
}

static um_status prepare_winograd(um_call *c, conv *v, const um_conv_shape *shape, um_error *err)
{
    if (!(v->kept = keep_weights(c, v, err)))
        return UM_ENOMEM;
    v->n_bands = choose_bands(c);
    return um_winograd_new_fixed(&v->winograd, shape, v->kept, v->n_bands, c->scratch, err);
}

static um_status prepare_bands(um_call *c, conv *v, um_error *err)
{
    const um_conv_weights weights = {c->packs, c->node, c->norm.node, plain_weights, c};
    const um_window *w = &v->w;
    um_status st = UM_OK;
    int n = choose_bands(c);
    if (!(v->bands = um_calloc((size_t)n, sizeof *v->bands)))
        return um_fail_oom(err);
    v->n_made = n;
    for (int i = 0; i < n && st == UM_OK; i++) {
        um_conv_shape s = conv_shape(c, v);
        if (c->act.kind != UM_ACT_PRELU)
            s.act = c->act;
        st = n > 1 && !cut(&s.w, &v->bands[i], w->out[0] * i / n, w->out[0] * (i + 1) / n)
                 ? UM_EUNSUPPORTED
                 : um_dnnl_conv_new(&v->bands[i].fast, &s, &weights, um_has(c, 2) ? c->in[2]->data : NULL,
                                    err);
        if (n == 1)
            v->bands[0].rows = c->out[0]->dim[2];
        size_t bytes = st == UM_OK ? (um_dnnl_conv_scratch(v->bands[i].fast) + 63) / 64 * 64 : 0;
        v->band_scratch = bytes > v->band_scratch ? bytes : v->band_scratch;
    }
    v->n_bands = st == UM_OK ? n : 0;
    return st < 0 ? st : um_scratch_fit(c->scratch, (size_t)n * v->band_scratch, err);
}

static um_status prepare_training(um_call *c, conv *v, um_error *err)
{
    um_conv_shape s = conv_shape(c, v);
    if (um_winograd_suits(&s))
        return um_winograd_new(&v->winograd, &s, c->scratch, err);
    if (um_has(c, 2) && !(v->bias_sink = um_calloc((size_t)c->out[0]->dim[1], sizeof *v->bias_sink)))
        return um_fail_oom(err);
    um_status st = um_dnnl_conv_train_new(&v->train, &s, um_has(c, 2), c->scratch, err);
    return st == UM_EUNSUPPORTED ? UM_OK : st;
}

/* Whether oneDNN, or Winograd's way, may be asked. */
static bool is_ordinary(const um_call *c, const um_window *w)
{
    const um_array *x = c->in[0], *y = c->out[0];
    bool ordinary = x->layout == UM_NHWC && y->layout == UM_NHWC && um_array_count(y) && um_array_count(x) &&
                    (c->grad_in || (c->in[1]->constant && (!um_has(c, 2) || c->in[2]->constant)));
    for (int i = 0; i < w->n; i++) { /* a window entirely in the padding is none */
        int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
        ordinary = ordinary && w->pad_lo[i] < reach && w->pad_hi[i] < reach;
    }
    return ordinary;
}

static um_status prepare(um_call *c, um_error *err)
{
    conv *v = c->state = um_calloc(1, sizeof *v);
    if (!v)
        return um_fail_oom(err);
    um_status st = read(c, &v->w, &v->groups, err);
    if (st < 0)
        return st;
    if (c->fusion.before || c->fusion.behind)
        return um_depthwise_fits(c) ? um_depthwise_new(&v->depthwise, c, &v->w, err)
                                    : um_pointwise_new(&v->pointwise, c, err);
    const bool ordinary = is_ordinary(c, &v->w);
    if (c->grad_in)
        return ordinary ? prepare_training(c, v, err) : UM_OK;
    um_conv_shape whole = conv_shape(c, v);
    st = !ordinary                         ? UM_EUNSUPPORTED
         : um_winograd_suits_fixed(&whole) ? prepare_winograd(c, v, &whole, err)
                                           : prepare_bands(c, v, err);
    if (st == UM_EUNSUPPORTED && c->in[1]->constant)
        st = (v->kept = keep_weights(c, v, err)) ? UM_OK : UM_ENOMEM;
    else if (st == UM_EUNSUPPORTED)
        st = UM_OK;
    if (v->kept != v->weights) { /* packed */
        free(v->weights);
        v->weights = NULL;
    }
    return st;
}

/* Offsets in elements. */
typedef struct taps {
    int64_t x_stride[UM_MAX_RANK], y_stride[UM_MAX_RANK];
} taps;

/* What happens between one value of x, one weight and one value of y. */
typedef void tap_fn(float *x, float *weight, float *y);
static void tap_forward(float *x, float *weight, float *y)
{
    *y += *x * *weight;
}
static void tap_back_data(float *gx, float *weight, float *gy)
{
    *gx += *gy * *weight;
}
static void tap_back_weights(float *x, float *gw, float *gy)
{
    *gw += *gy * *x;
}

static void each_tap(const conv *v, const taps *t, float *x, float *weights, float *y, int64_t channels,
                     const int64_t *at, tap_fn *tap)
{
    const um_window *w = &v->w;
    int64_t n = 1;
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
            tap(x + offset + ch * t->x_stride[1], weights + ch * n + k, y);
    }
}

/* Any shape and layout, one product after the other: for what oneDNN has no fast way for. */
static void each_window(const um_call *c, const conv *v, float *x, float *weights, float *y, tap_fn *tap)
{
    const um_array *wt = c->in[1], *ya = c->out[0];
    int64_t per_group = ya->dim[1] / v->groups, channels = wt->dim[1], spatial = 1;
    int64_t filter = um_array_count(wt) / wt->dim[0];
    taps t;
    um_array_strides(c->in[0], t.x_stride);
    um_array_strides(ya, t.y_stride);
    for (int i = 0; i < v->w.n; i++)
        spatial *= v->w.out[i];
    for (int64_t k = 0; k < ya->dim[0] * ya->dim[1]; k++) {
        int64_t b = k / ya->dim[1], oc = k % ya->dim[1], at[UM_SPATIAL];
        float *from = x + b * t.x_stride[0] + oc / per_group * channels * t.x_stride[1];
        for (int64_t s = 0; s < spatial; s++) {
            int64_t rest = s, to = b * t.y_stride[0] + oc * t.y_stride[1];
            for (int i = v->w.n - 1; i >= 0; i--) {
                at[i] = rest % v->w.out[i];
                rest /= v->w.out[i];
                to += at[i] * t.y_stride[i + 2];
            }
            each_tap(v, &t, from, weights + oc * filter, y + to, channels, at, tap);
        }
    }
}

/* Walks `bias` over y: sets y to it, or sums y into it. */
static void each_bias(const um_array *y, float *values, float *bias, bool into_y)
{
    int64_t stride[UM_MAX_RANK], n = um_array_count(y), inner;
    um_array_strides(y, stride);
    inner = stride[1]; /* values of one channel that follow each other */
    for (int64_t i = 0; i < n; i++) {
        int64_t ch = i / inner % y->dim[1];
        if (into_y)
            values[i] = bias ? bias[ch] : 0;
        else
            bias[ch] += values[i];
    }
}

static void plain(const um_call *c, const conv *v)
{
    float *weights = c->in[1]->data;
    if (v->kept)
        memcpy(&weights, &v->kept, sizeof weights); /* only read */
    each_bias(c->out[0], c->out[0]->data, um_has(c, 2) ? c->in[2]->data : NULL, true);
    each_window(c, v, c->in[0]->data, weights, c->out[0]->data, tap_forward);
}

static void plain_backward(const um_call *c, const conv *v)
{
    for (int k = 0; k < c->n_in; k++)
        if (c->grad_in[k] && um_array_bytes(c->grad_in[k]))
            memset(c->grad_in[k]->data, 0, um_array_bytes(c->grad_in[k]));
    if (c->grad_in[0])
        each_window(c, v, c->grad_in[0]->data, c->in[1]->data, c->grad_out[0]->data, tap_back_data);
    if (c->grad_in[1])
        each_window(c, v, c->in[0]->data, c->grad_in[1]->data, c->grad_out[0]->data, tap_back_weights);
    if (um_has(c, 2) && c->grad_in[2])
        each_bias(c->out[0], c->grad_out[0]->data, c->grad_in[2]->data, false);
}

typedef struct job {
    const um_call *c;
    um_status status[MAX_BANDS];
    um_error err[MAX_BANDS];
} job;

static void run_band(void *context, int part)
{
    job *j = context;
    const um_call *c = j->c;
    const band *b = &((const conv *)c->state)->bands[part];
    const um_array *x = c->in[0];
    um_array y = *c->out[0];
    void *scratch = (char *)c->scratch->data + (size_t)part * ((const conv *)c->state)->band_scratch;
    int threads_before = um_omp_alone();
    y.data = (float *)y.data + b->y_row * y.dim[3] * y.dim[1];
    y.dim[2] = b->rows;
    j->status[part] = um_dnnl_conv_run(b->fast, (const float *)x->data + b->x_row * x->dim[3] * x->dim[1],
                                       y.data, scratch, &j->err[part]);
    um_omp_restore(threads_before);
    if (c->act.kind == UM_ACT_PRELU)
        um_act_apply(&c->act, &y, &y);
}

static void run_part(void *context, int part)
{
    const um_call *c = ((job *)context)->c;
    bool clip = c->act.kind == UM_ACT_CLIP;
    um_winograd_forward_part(((const conv *)c->state)->winograd, part, c->in[0]->data,
                             um_has(c, 2) ? c->in[2]->data : NULL, clip ? c->act.a : -INFINITY,
                             clip ? c->act.b : INFINITY, c->out[0]->data);
}

static um_status forward(um_call *c, um_error *err)
{
    const conv *v = c->state;
    if (v->winograd && c->grad_in) {
        um_winograd_forward(v->winograd, c->in[0]->data, c->in[1]->data, um_has(c, 2) ? c->in[2]->data : NULL,
                            c->out[0]->data);
        return UM_OK;
    }
    if (v->depthwise) {
        um_depthwise_forward(v->depthwise, c);
        return UM_OK;
    }
    if (v->pointwise)
        return um_pointwise_forward(v->pointwise, c, err);
    if (v->train)
        return um_dnnl_conv_train_forward(v->train, c->in[0]->data, c->in[1]->data,
                                          um_has(c, 2) ? c->in[2]->data : NULL, c->out[0]->data, err);
    if (!v->n_bands) {
        plain(c, v);
        um_act_apply(&c->act, c->out[0], c->out[0]);
        return UM_OK;
    }
    job j = {.c = c};
    if (v->winograd) {
        um_winograd_transform_filters(v->winograd); /* in this thread: waking others takes longer */
        um_pool_run(c->pool, run_part, &j, v->n_bands);
        if (c->act.kind != UM_ACT_CLIP)
            um_act_apply(&c->act, c->out[0], c->out[0]);
        return UM_OK;
    }
    um_pool_run(c->pool, run_band, &j, v->n_bands);
    for (int i = 0; i < v->n_bands; i++)
        if (j.status[i] < 0)
            return um_call_fail(c, err, j.status[i], "%s", j.err[i].text);
    return UM_OK;
}

static void release(void *state)
{
    conv *v = state;
    for (int i = 0; i < v->n_made; i++)
        um_dnnl_conv_free(&v->bands[i].fast);
    free(v->bands);
    um_winograd_free(&v->winograd);
    um_dnnl_conv_train_free(&v->train);
    free(v->depthwise);
    free(v->pointwise);
    free(v->bias_sink);
    free(v->weights);
    free(v);
}

static um_status backward(um_call *c, um_error *err)
{
    const conv *v = c->state;
    float *gw = c->grad_in[1] ? c->grad_in[1]->data : NULL,
          *gb = um_has(c, 2) && c->grad_in[2] ? c->grad_in[2]->data : v->bias_sink;
    um_status st = UM_OK;
    if (v->winograd) {
        if (gw)
            um_winograd_back_weights(v->winograd, c->in[0]->data, c->grad_out[0]->data, gw, gb);
        if (c->grad_in[0])
            um_winograd_back_data(v->winograd, c->grad_out[0]->data, c->in[1]->data, c->grad_in[0]->data);
        return UM_OK;
    }
    if (v->depthwise) {
        um_depthwise_backward(v->depthwise, c);
        return UM_OK;
    }
    if (v->pointwise)
        return um_pointwise_backward(v->pointwise, c, err);
    if (!v->train) {
        plain_backward(c, v);
        return UM_OK;
    }
    if (gw)
        st = um_dnnl_conv_train_back_weights(v->train, c->in[0]->data, c->grad_out[0]->data, gw, gb, err);
    if (st == UM_OK && c->grad_in[0])
        st = um_dnnl_conv_train_back_data(v->train, c->grad_out[0]->data, c->in[1]->data, c->grad_in[0]->data,
                                          err);
    return st;
}

const um_op um_op_conv = {
    .name = "Conv",
    .min_in = 2,
    .max_in = 3,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_WANTS_NHWC | UM_OP_BACK_IN,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
    .release = release,
    .backward = backward,
    .learns = 1 << 1 | 1 << 2,
};
