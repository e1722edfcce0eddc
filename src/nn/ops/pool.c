/* MaxPool, AveragePool and their global forms over maps of any number of dimensions, channels innermost where
 * the layout allows. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 16, LANES = 8 };

/* y = the largest (or the sum) of n rows of `run` values, and of y itself unless it is new. */
UM_FAST static void max_of(float *y, const float *const *x, int n, int64_t run, bool is_new)
{
    int64_t i = 0;
    for (; i + LANES <= run; i += LANES) {
        float m[LANES];
        for (int j = 0; j < LANES; j++)
            m[j] = is_new ? -INFINITY : y[i + j];
        for (int k = 0; k < n; k++)
            for (int j = 0; j < LANES; j++) {
                float v = x[k][i + j];
                m[j] = m[j] > v ? m[j] : v; /* a NaN wins */
            }
        for (int j = 0; j < LANES; j++)
            y[i + j] = m[j];
    }
    for (; i < run; i++) {
        float m = is_new ? -INFINITY : y[i];
        for (int k = 0; k < n; k++)
            m = m > x[k][i] ? m : x[k][i];
        y[i] = m;
    }
}

UM_FAST static void sum_of(float *y, const float *const *x, int n, int64_t run, bool is_new)
{
    int64_t i = 0;
    for (; i + LANES <= run; i += LANES) {
        float m[LANES];
        for (int j = 0; j < LANES; j++)
            m[j] = is_new ? 0 : y[i + j];
        for (int k = 0; k < n; k++)
            for (int j = 0; j < LANES; j++)
                m[j] += x[k][i + j];
        for (int j = 0; j < LANES; j++)
            y[i + j] = m[j];
    }
    for (; i < run; i++) {
        float m = is_new ? 0 : y[i];
        for (int k = 0; k < n; k++)
            m += x[k][i];
        y[i] = m;
    }
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
    int64_t run, x_stride[UM_MAX_RANK], y_stride[UM_MAX_RANK];
} pool;

/* Taps k of one dimension with 0 <= first + k * step < end. */
static void inside(int64_t first, int64_t step, int64_t n, int64_t end, int64_t *low, int64_t *high)
{
    *low = first >= 0 ? 0 : (-first + step - 1) / step;
    *high = first + (n - 1) * step < end ? n : first < end ? (end - first + step - 1) / step : 0;
}

/* `run` neighbouring channels of one output position; x is their first value at position 0. */
static void one_window(const pool *p, float *y, const float *x, const int64_t *at)
{
    const um_window *w = p->w;
    const float *taps[BATCH];
    int64_t low[UM_SPATIAL], high[UM_SPATIAL], k[UM_SPATIAL], ignored, padded, n_inside = 1, n_padded = 1;
    int n = 0;
    bool is_new = true;
    for (int i = 0; i < w->n; i++) {
        int64_t first = at[i] * w->stride[i] - w->pad_lo[i];
        inside(first, w->dilation[i], w->kernel[i], w->in[i], &low[i], &high[i]);
        inside(0, w->dilation[i], w->kernel[i], w->in[i] + w->pad_hi[i] - first, &ignored, &padded);
        n_inside *= high[i] > low[i] ? high[i] - low[i] : 0;
        n_padded *= padded;
        k[i] = low[i];
        x += (first + low[i] * w->dilation[i]) * p->x_stride[i + 2];
    }
    for (int64_t left = n_inside; left > 0; left--) {
        taps[n++] = x;
        if (n == BATCH || left == 1) {
            (p->average ? sum_of : max_of)(y, taps, n, p->run, is_new);
            is_new = false;
            n = 0;
        }
        for (int i = w->n - 1; i >= 0; i--) { /* on to the next tap */
            int64_t step = w->dilation[i] * p->x_stride[i + 2];
            x += step;
            if (++k[i] < high[i])
                break;
            x -= (high[i] - low[i]) * step;
            k[i] = low[i];
        }
    }
    if (is_new)
        (p->average ? sum_of : max_of)(y, taps, 0, p->run, true);
    int64_t count = p->count_padding ? n_padded : n_inside;
    if (p->average)
        scale(y, count ? 1.f / (float)count : 0, p->run);
}

static um_status forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *y = c->out[0];
    pool p = {.w = c->state,
              .average = is_average(c),
              .count_padding = um_attr_int(c->node, "count_include_pad", 0) != 0};
    int64_t spatial = 1, taps = 1, channels = x->dim[1];
    for (int i = 0; i < p.w->n; i++) {
        spatial *= p.w->out[i];
        taps *= p.w->kernel[i];
    }
    um_array_strides(x, p.x_stride);
    um_array_strides(y, p.y_stride);
    bool inner = x->layout == UM_NHWC && y->layout == UM_NHWC;
    p.run = inner ? channels : 1;
    int64_t groups = channels ? channels / p.run : 0, total = x->dim[0] * groups * spatial;
    for (int64_t k = 0; k < total; k++) { /* one output position, `run` channels */
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
