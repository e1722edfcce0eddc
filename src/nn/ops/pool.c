/* MaxPool, AveragePool and their global forms over maps of any number of dimensions, channels innermost where
 * the layout allows. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

UM_FAST static void take_max(float *y, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];
}

UM_FAST static void take_sum(float *y, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

UM_FAST static void scale(float *y, float f, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] *= f;
}

static bool is_average(const um_call *c)
{
    return strstr(c->op->name, "Average") != NULL;
}

static bool is_global(const um_call *c)
{
    return !strncmp(c->op->name, "Global", 6);
}

static um_status read(const um_call *c, um_window *w, um_error *err)
{
    const um_array *x = c->in[0];
    if (x->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (!is_global(c))
        return um_window_read(c, NULL, w, err);
    *w = (um_window){.n = x->rank - 2};
    if (w->n < 1)
        return um_call_fail(c, err, UM_EFORMAT, "needs a batch and a channel dimension before others");
    for (int i = 0; i < w->n; i++) {
        w->in[i] = w->kernel[i] = x->dim[i + 2];
        w->stride[i] = w->dilation[i] = w->out[i] = 1;
        if (!w->in[i])
            return um_call_fail(c, err, UM_EFORMAT, "an empty input");
    }
    return UM_OK;
}

static um_status infer(um_call *c, um_error *err)
{
    um_window w;
    um_status st = read(c, &w, err);
    if (st < 0)
        return st;
    um_call_same(c, err);
    double work = 1;
    for (int i = 0; i < w.n; i++) {
        c->out[0]->dim[i + 2] = w.out[i];
        work *= (double)w.kernel[i] * (double)w.out[i];
    }
    work *= (double)c->in[0]->dim[0] * (double)c->in[0]->dim[1];
    /* comparisons and additions are no multiply-adds, but hostile amounts of them are refused */
    return work < UM_NN_MAX_MACS ? UM_OK : um_call_fail(c, err, UM_EUNSUPPORTED, "too much work");
}

static um_status prepare(um_call *c, um_error *err)
{
    um_window *w = c->state = um_calloc(1, sizeof *w);
    return w ? read(c, w, err) : um_fail_oom(err);
}

typedef struct pool {
    const um_window *w;
    bool average, count_padding;
    int64_t taps, run, x_stride[UM_MAX_RANK], y_stride[UM_MAX_RANK];
} pool;

/* `run` neighbouring channels of one output position; x is their first value at position 0. */
static void one_window(const pool *p, float *y, const float *x, const int64_t *at)
{
    const um_window *w = p->w;
    int64_t n_inside = 0, n_padded = 0;
    for (int64_t i = 0; i < p->run; i++)
        y[i] = p->average ? 0 : -INFINITY;
    for (int64_t k = 0; k < p->taps; k++) {
        int64_t rest = k, offset = 0;
        bool inside = true, padded = true;
        for (int i = w->n - 1; i >= 0; i--) {
            int64_t pos = at[i] * w->stride[i] - w->pad_lo[i] + rest % w->kernel[i] * w->dilation[i];
            rest /= w->kernel[i];
            inside = inside && pos >= 0 && pos < w->in[i];
            padded = padded && pos < w->in[i] + w->pad_hi[i];
            offset += pos * p->x_stride[i + 2];
        }
        n_padded += padded;
        n_inside += inside;
        if (inside && p->average)
            take_sum(y, x + offset, p->run);
        else if (inside)
            take_max(y, x + offset, p->run);
    }
    int64_t count = p->count_padding ? n_padded : n_inside;
    if (p->average)
        scale(y, count ? 1.f / (float)count : 0, p->run);
}

static um_status forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *y = c->out[0];
    pool p = {.w = c->state,
              .average = is_average(c),
              .count_padding = um_attr_int(c->node, "count_include_pad", 0) != 0,
              .taps = 1};
    int64_t spatial = 1, channels = x->dim[1];
    for (int i = 0; i < p.w->n; i++) {
        spatial *= p.w->out[i];
        p.taps *= p.w->kernel[i];
    }
    um_array_strides(x, p.x_stride);
    um_array_strides(y, p.y_stride);
    bool inner = x->layout == UM_NHWC && y->layout == UM_NHWC;
    p.run = inner ? channels : 1;
    int64_t groups = channels ? channels / p.run : 0, total = x->dim[0] * groups * spatial;
#pragma omp parallel for num_threads(c->threads) if (total * p.run * p.taps > 32768)
    for (int64_t k = 0; k < total; k++) {
        int64_t rest = k, at[UM_SPATIAL], to = 0;
        for (int i = p.w->n - 1; i >= 0; i--) {
            at[i] = rest % p.w->out[i];
            rest /= p.w->out[i];
            to += at[i] * p.y_stride[i + 2];
        }
        int64_t g = rest % groups, b = rest / groups;
        one_window(&p, (float *)y->data + b * p.y_stride[0] + g * p.y_stride[1] + to,
                   (const float *)x->data + b * p.x_stride[0] + g * p.x_stride[1], at);
    }
    return UM_OK;
}

#define POOL(id, name) \
    const um_op um_op_##id = {name, 1, 1, 1, 1, UM_OP_WANTS_NHWC, infer, prepare, NULL, forward, free};
POOL(maxpool, "MaxPool")
POOL(averagepool, "AveragePool")
POOL(globalaveragepool, "GlobalAveragePool")
POOL(globalmaxpool, "GlobalMaxPool")
