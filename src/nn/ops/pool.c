/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MaxPool, AveragePool and their global forms over maps of any number of dimensions, channels innermost where
 * the layout allows. */
#include "nn/ops/ops.h"
#include "nn/window.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 16, LANES = 8 };

/* y = the largest (or the sum) of n rows of `run` values, and of y itself unless it is new. Row k begins at
 * x + at[k]. */
UM_KERNEL(max_of, (float *y, const float *x, const int64_t *at, int n, int64_t run, bool is_new),
          (y, x, at, n, run, is_new))
{
    int64_t i = 0;
    for (; i + LANES <= run; i += LANES) {
        float m[LANES];
        for (int j = 0; j < LANES; j++)
            m[j] = is_new ? -INFINITY : y[i + j];
        for (int k = 0; k < n; k++)
            for (int j = 0; j < LANES; j++) {
                float v = x[at[k] + i + j];
                m[j] = m[j] > v ? m[j] : v; /* a NaN wins */
            }
        for (int j = 0; j < LANES; j++)
            y[i + j] = m[j];
    }
    for (; i < run; i++) {
        float m = is_new ? -INFINITY : y[i];
        for (int k = 0; k < n; k++)
            m = m > x[at[k] + i] ? m : x[at[k] + i];
        y[i] = m;
    }
}

UM_KERNEL(sum_of, (float *y, const float *x, const int64_t *at, int n, int64_t run, bool is_new),
          (y, x, at, n, run, is_new))
{
    int64_t i = 0;
    for (; i + LANES <= run; i += LANES) {
        float m[LANES];
        for (int j = 0; j < LANES; j++)
            m[j] = is_new ? 0 : y[i + j];
        for (int k = 0; k < n; k++)
            for (int j = 0; j < LANES; j++)
                m[j] += x[at[k] + i + j];
        for (int j = 0; j < LANES; j++)
            y[i + j] = m[j];
    }
    for (; i < run; i++) {
        float m = is_new ? 0 : y[i];
        for (int k = 0; k < n; k++)
            m += x[at[k] + i];
        y[i] = m;
    }
}

/* The way back: the gradient goes to the first tap that holds the maximum. `rest` is what no tap has taken
 * yet, at first the gradient of y. */
UM_KERNEL(max_back,
          (float *restrict gx, float *restrict rest, const float *restrict x, const float *restrict y,
           const int64_t *restrict at, int n, int64_t run),
          (gx, rest, x, y, at, n, run))
{
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run; i++) {
            bool here = x[at[k] + i] == y[i];
            gx[at[k] + i] += here ? rest[i] : 0;
            rest[i] = here ? 0 : rest[i];
        }
}

UM_KERNEL(sum_back,
          (float *restrict gx, const float *restrict gy, float f, const int64_t *at, int n, int64_t run),
          (gx, gy, f, at, n, run))
{
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run; i++)
            gx[at[k] + i] += f * gy[i];
}

UM_KERNEL(scale, (float *y, float f, int64_t n), (y, f, n))
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
    int64_t run, groups, positions; /* groups of `run` channels that follow each other in memory */
    int64_t x_stride[UM_MAX_RANK], y_stride[UM_MAX_RANK];
} pool;

static pool pool_of(const um_call *c)
{
    const um_array *x = c->in[0], *y = c->out[0];
    pool p = {.w = c->state,
              .average = is_average(c),
              .count_padding = um_attr_int(c->node, "count_include_pad", 0) != 0,
              .positions = x->dim[0]};
    um_array_strides(x, p.x_stride);
    um_array_strides(y, p.y_stride);
    p.run = x->layout == UM_NHWC && y->layout == UM_NHWC ? x->dim[1] : 1;
    p.groups = x->dim[1] ? x->dim[1] / p.run : 0;
    p.positions *= p.groups;
    for (int i = 0; i < p.w->n; i++)
        p.positions *= p.w->out[i];
    return p;
}

/* One window: where its result lies, and its taps inside the input, some at a time. */
typedef struct window_walk {
    int64_t y;              /* offset of the first value of the result */
    int64_t x;              /* of the next tap */
    int64_t n_inside, left; /* taps in all, and still to come */
    int64_t divisor;        /* of an average */
    int64_t low[UM_SPATIAL], high[UM_SPATIAL], k[UM_SPATIAL];
} window_walk;

/* Taps k of one dimension with 0 <= first + k * step < end. */
static void inside(int64_t first, int64_t step, int64_t n, int64_t end, int64_t *low, int64_t *high)
{
    *low = first >= 0 ? 0 : (-first + step - 1) / step;
    *high = first + (n - 1) * step < end ? n : first < end ? (end - first + step - 1) / step : 0;
}

static window_walk start(const pool *p, int64_t position)
{
    const um_window *w = p->w;
    window_walk t = {.n_inside = 1, .divisor = 1};
    for (int i = w->n - 1; i >= 0; i--) {
        int64_t at = position % w->out[i], first = at * w->stride[i] - w->pad_lo[i], ignored, padded;
        position /= w->out[i];
        inside(first, w->dilation[i], w->kernel[i], w->in[i], &t.low[i], &t.high[i]);
        inside(0, w->dilation[i], w->kernel[i], w->in[i] + w->pad_hi[i] - first, &ignored, &padded);
        t.n_inside *= t.high[i] > t.low[i] ? t.high[i] - t.low[i] : 0;
        t.divisor *= padded;
        t.k[i] = t.low[i];
        t.y += at * p->y_stride[i + 2];
        t.x += (first + t.low[i] * w->dilation[i]) * p->x_stride[i + 2];
    }
    int64_t group = position % p->groups * p->run, batch = position / p->groups;
    t.y += batch * p->y_stride[0] + group * p->y_stride[1];
    t.x += batch * p->x_stride[0] + group * p->x_stride[1];
    t.left = t.n_inside;
    if (!p->count_padding)
        t.divisor = t.n_inside;
    return t;
}

static int next_taps(const pool *p, window_walk *t, int64_t *taps)
{
    int n = 0;
    for (; t->left > 0 && n < BATCH; t->left--) {
        taps[n++] = t->x;
        for (int i = p->w->n - 1; i >= 0; i--) {
            int64_t step = p->w->dilation[i] * p->x_stride[i + 2];
            t->x += step;
            if (++t->k[i] < t->high[i])
                break;
            t->x -= (t->high[i] - t->low[i]) * step;
            t->k[i] = t->low[i];
        }
    }
    return n;
}

static um_status forward(um_call *c, um_error *err)
{
    pool p = pool_of(c);
    const float *x = c->in[0]->data;
    for (int64_t k = 0; k < p.positions; k++) {
        window_walk t = start(&p, k);
        float *y = (float *)c->out[0]->data + t.y;
        int64_t taps[BATCH];
        bool is_new = true;
        do {
            int n = next_taps(&p, &t, taps);
            (p.average ? sum_of : max_of)(y, x, taps, n, p.run, is_new);
            is_new = false;
        } while (t.left);
        if (p.average)
            scale(y, t.divisor ? 1.f / (float)t.divisor : 0, p.run);
    }
    return UM_OK;
}

static um_status backward(um_call *c, um_error *err)
{
    pool p = pool_of(c);
    float *gx = c->grad_in[0]->data, *rest = NULL;
    if (um_array_bytes(c->in[0]))
        memset(gx, 0, um_array_bytes(c->in[0]));
    if (!p.average && !(rest = um_calloc((size_t)p.run, sizeof *rest)))
        return um_fail_oom(err);
    for (int64_t k = 0; k < p.positions; k++) {
        window_walk t = start(&p, k);
        const float *gy = (const float *)c->grad_out[0]->data + t.y;
        int64_t taps[BATCH];
        int n;
        if (!p.average)
            memcpy(rest, gy, (size_t)p.run * sizeof *rest);
        while ((n = next_taps(&p, &t, taps)))
            if (p.average)
                sum_back(gx, gy, 1.f / (float)t.divisor, taps, n, p.run);
            else
                max_back(gx, rest, c->in[0]->data, (const float *)c->out[0]->data + t.y, taps, n, p.run);
    }
    free(rest);
    return UM_OK;
}

#define POOL(id, type, reads)              \
    const um_op um_op_##id = {             \
        .name = type,                      \
        .min_in = 1,                       \
        .max_in = 1,                       \
        .min_out = 1,                      \
        .max_out = 1,                      \
        .flags = UM_OP_WANTS_NHWC | reads, \
        .infer = infer,                    \
        .prepare = prepare,                \
        .forward = forward,                \
        .release = free,                   \
        .backward = backward,              \
    };
POOL(maxpool, "MaxPool", UM_OP_BACK_IN | UM_OP_BACK_OUT)
POOL(averagepool, "AveragePool", 0)
POOL(globalaveragepool, "GlobalAveragePool", 0)
POOL(globalmaxpool, "GlobalMaxPool", UM_OP_BACK_IN | UM_OP_BACK_OUT)
