/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BatchNormalization. Running: by fixed statistics, where it could not be folded into a convolution.
 * Training: by the statistics of the batch (Ioffe and Szegedy 2015), with the ReLU or ReLU6 that follows. */
#include "nn/ops/norm.h"
#include "base/vec.h"
#include "nn/ops/ops.h"

#include <math.h>
#include <stdlib.h>

/* Partial sums of ROWS rows in float, totals in double; NEAR rows are walked together. These passes wait for
 * memory more than they compute, so they ask early: AHEAD floats, a cache LINE at a time, or the next NEAR
 * rows. */
enum { ROWS = 64, NEAR = 8, LINE = 16, AHEAD = 1024 };

struct um_norm {
    bool training;
    int64_t channels, outer, inner; /* plain arrays: outer x channels x inner; UM_NHWC: inner is 1 */
    float *a, *b;                   /* y = a x + b */
    float low, high;                /* of the activation; without one infinite */
    /* training */
    int64_t seen;                          /* rows */
    float *mean, *variance, *part, *part2; /* [channels] */
    double *sum, *sum2;
};

static um_status infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    if (x->dtype != UM_F32 || um_attr_int(c->node, "training_mode", 0) || !um_attr_int(c->node, "spatial", 1))
        return um_call_fail(c, err, UM_EUNSUPPORTED,
                            "only floats with fixed statistics per channel are supported");
    int64_t channels = x->rank > 1 ? x->dim[1] : 1;
    for (int i = 1; i < 5; i++)
        if (c->in[i]->dtype != UM_F32 || c->in[i]->rank != 1 || c->in[i]->dim[0] != channels)
            return um_call_fail(c, err, UM_EFORMAT, "input %d does not fit the channels", i);
    return um_call_same(c, err);
}

static void release(void *state)
{
    um_norm *s = state;
    free(s->a);
    free(s->sum);
    free(s);
}

/* The statistics are those of the batch where the factors learn; else they are part of the weights. */
static bool learns(const um_call *c)
{
    return c->in[1]->value >= 0 || c->in[2]->value >= 0;
}

static um_status prepare(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    um_norm *s = c->state = um_calloc(1, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    size_t n = (size_t)(s->channels = c->in[1]->dim[0]);
    s->training = learns(c);
    s->low = c->act.kind == UM_ACT_CLIP ? c->act.a : -INFINITY;
    s->high = c->act.kind == UM_ACT_CLIP ? c->act.b : INFINITY;
    if (x->layout == UM_NHWC || x->rank < 2) {
        s->inner = 1;
        s->outer = s->channels ? um_array_count(x) / s->channels : 0;
    } else {
        s->outer = x->dim[0];
        s->inner = s->outer && s->channels ? um_array_count(x) / s->outer / s->channels : 0;
    }
    s->a = um_calloc(n, 6 * sizeof *s->a);
    s->sum = um_calloc(n, 2 * sizeof *s->sum);
    if (!s->a || !s->sum)
        return um_fail_oom(err);
    s->b = s->a + n;
    s->mean = s->a + 2 * n;
    s->variance = s->a + 3 * n;
    s->part = s->a + 4 * n;
    s->part2 = s->a + 5 * n;
    s->sum2 = s->sum + n;
    return UM_OK;
}

UM_KERNEL(rows, (float *y, const float *x, const float *a, const float *b, int64_t n, int64_t channels),
          (y, x, a, b, n, channels))
{
    for (int64_t r = 0; r < n; r++, x += channels, y += channels) {
        UM_ELEMENTWISE
        for (int64_t i = 0; i < channels; i++)
            y[i] = x[i] * a[i] + b[i];
    }
}

UM_KERNEL(rows_clip,
          (float *y, const float *x, const float *a, const float *b, float low, float high, int64_t n,
           int64_t channels),
          (y, x, a, b, low, high, n, channels))
{
    for (int64_t r = 0; r < n; r++, x += channels, y += channels) {
        for (int64_t i = 0; i < channels; i += LINE)
            __builtin_prefetch(x + i + AHEAD);
        UM_ELEMENTWISE
        for (int64_t i = 0; i < channels; i++) {
            float v = x[i] * a[i] + b[i];
            v = v < low ? low : v;
            y[i] = v > high ? high : v;
        }
    }
}

void um_norm_apply(const um_norm *s, float *y, const float *x, int64_t n)
{
    if (s->low > -INFINITY || s->high < INFINITY)
        rows_clip(y, x, s->a, s->b, s->low, s->high, n, s->channels);
    else
        rows(y, x, s->a, s->b, n, s->channels);
}

UM_KERNEL(plane, (float *y, const float *x, float a, float b, int64_t n), (y, x, a, b, n))
{
    UM_ELEMENTWISE
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * a + b;
}

static void apply(const um_call *c, const um_norm *s)
{
    const float *x = c->in[0]->data;
    float *y = c->out[0]->data;
    if (s->inner > 1) {
        for (int64_t k = 0; k < s->outer * s->channels; k++)
            plane(y + k * s->inner, x + k * s->inner, s->a[k % s->channels], s->b[k % s->channels], s->inner);
        um_act_apply(&c->act, c->out[0], c->out[0]);
        return;
    }
    um_norm_apply(s, y, x, s->outer);
}

/* --- training --- */

/* Rows are walked once per vector of channels, whose sums and factors stay in registers; the channels that
 * are left over one by one. */

/* Adds sums of x - shift and of its square: a shift near the mean keeps the digits of the variance. */
UM_KERNEL(sum_rows,
          (float *restrict sum, float *restrict sum2, const float *restrict x, const float *restrict shift,
           int64_t n, int64_t channels),
          (sum, sum2, x, shift, n, channels))
{
    int64_t i = 0;
    for (; i + UM_LANES <= channels; i += UM_LANES) {
        um_vec s = UM_LOAD(sum + i), t = UM_LOAD(sum2 + i), z = UM_LOAD(shift + i);
        for (int64_t at = i; at < n * channels; at += channels) {
            um_vec d = UM_LOAD(x + at) - z;
            s += d;
            t += d * d;
        }
        UM_STORE(sum + i, s);
        UM_STORE(sum2 + i, t);
    }
    for (; i < channels; i++) {
        for (int64_t at = i; at < n * channels; at += channels) {
            float d = x[at] - shift[i];
            sum[i] += d;
            sum2[i] += d * d;
        }
    }
}

UM_KERNEL(sum_plane, (float *sum, float *sum2, const float *x, float shift, int64_t n),
          (sum, sum2, x, shift, n))
{
    float s[UM_LANES] = {0}, t[UM_LANES] = {0};
    int64_t k = 0;
    for (; k + UM_LANES <= n; k += UM_LANES)
        for (int i = 0; i < UM_LANES; i++) {
            float d = x[k + i] - shift;
            s[i] += d;
            t[i] += d * d;
        }
    for (; k < n; k++) {
        s[0] += x[k] - shift;
        t[0] += (x[k] - shift) * (x[k] - shift);
    }
    *sum = *sum2 = 0;
    for (int i = 0; i < UM_LANES; i++) {
        *sum += s[i];
        *sum2 += t[i];
    }
}

static void clear_parts(um_norm *s)
{
    for (int64_t i = 0; i < s->channels; i++)
        s->part[i] = s->part2[i] = 0;
}

static void add_parts(um_norm *s)
{
    for (int64_t i = 0; i < s->channels; i++) {
        s->sum[i] += s->part[i];
        s->sum2[i] += s->part2[i];
    }
}

void um_norm_start(um_norm *s)
{
    s->seen = 0;
    for (int64_t i = 0; i < s->channels; i++)
        s->sum[i] = s->sum2[i] = 0;
}

static int64_t at_most(int64_t n, int64_t limit)
{
    return n < limit ? n : limit;
}

void um_norm_see(um_norm *s, const float *x, int64_t n)
{
    for (int64_t i = 0; !s->seen && i < s->channels; i++)
        s->mean[i] = x[i]; /* the shift until all is seen */
    s->seen += n;
    for (int64_t r = 0; r < n; r += ROWS) {
        int64_t end = at_most(n, r + ROWS);
        clear_parts(s);
        for (int64_t k = r; k < end; k += NEAR)
            sum_rows(s->part, s->part2, x + k * s->channels, s->mean, at_most(end - k, NEAR), s->channels);
        add_parts(s);
    }
}

static void see_planes(const um_call *c, um_norm *s)
{
    enum { PART = 4096 };
    const float *x = c->in[0]->data;
    for (int64_t i = 0; i < s->channels; i++)
        s->mean[i] = x[i * s->inner];
    for (int64_t k = 0; k < s->outer * s->channels; k++)
        for (int64_t at = 0; at < s->inner; at += PART) {
            float sum, sum2;
            sum_plane(&sum, &sum2, x + k * s->inner + at, s->mean[k % s->channels],
                      at_most(s->inner - at, PART));
            s->sum[k % s->channels] += sum;
            s->sum2[k % s->channels] += sum2;
        }
}

static void measure(const um_call *c, um_norm *s)
{
    if (!c->fusion.producer_normalizes) {
        um_norm_start(s);
        if (s->inner > 1)
            see_planes(c, s);
        else
            um_norm_see(s, c->in[0]->data, s->outer);
    }
    double count = (double)(s->outer * s->inner);
    for (int64_t i = 0; i < s->channels; i++) {
        double d = s->sum[i] / count, v = s->sum2[i] / count - d * d;
        s->mean[i] = (float)(s->mean[i] + d);
        s->variance[i] = (float)(v > 0 ? v : 0);
    }
}

static um_status forward(um_call *c, um_error *err)
{
    um_norm *s = c->state;
    const float *scale = c->in[1]->data, *shift = c->in[2]->data, *mean = c->in[3]->data,
                *var = c->in[4]->data;
    double epsilon = um_attr_float(c->node, "epsilon", 1e-5);
    if (!um_array_count(c->in[0]))
        return UM_OK;
    if (s->training) {
        measure(c, s);
        mean = s->mean;
        var = s->variance;
    }
    for (int64_t i = 0; i < s->channels; i++) {
        double f = scale[i] / sqrt(var[i] + epsilon);
        s->a[i] = (float)f;
        s->b[i] = (float)(shift[i] - f * mean[i]);
    }
    if (!c->fusion.consumer_normalizes)
        apply(c, s);
    return UM_OK;
}

/* What the activation let pass: the result is made again from x, which costs less than reading it. */
typedef struct pass {
    const float *a, *b; /* [channels] */
    float low, high;
} pass;

/* g where low < y < high, else 0 */
#define PASSED(g, y, low, high) ((um_vec)((um_vec_mask)(um_vec)(g) & ((y) > (low)) & ((y) < (high))))

/* Adds sums of g and of g (x - mean), g = the gradient where the activation let it pass. */
UM_KERNEL(back_sum_rows,
          (float *restrict sum, float *restrict sum2, const float *restrict g, const float *restrict x,
           const float *restrict mean, const pass *p, int64_t n, int64_t channels),
          (sum, sum2, g, x, mean, p, n, channels))
{
    int64_t i = 0;
    um_vec low = p->low + (um_vec){0}, high = p->high + (um_vec){0};
    for (; i + UM_LANES <= channels; i += UM_LANES) {
        um_vec s = UM_LOAD(sum + i), t = UM_LOAD(sum2 + i);
        um_vec a = UM_LOAD(p->a + i), b = UM_LOAD(p->b + i), m = UM_LOAD(mean + i);
        for (int64_t at = i; at < n * channels; at += channels) {
            __builtin_prefetch(x + at + n * channels);
            __builtin_prefetch(g + at + n * channels);
            um_vec v = UM_LOAD(x + at), y = v * a + b, d = PASSED(UM_LOAD(g + at), y, low, high);
            s += d;
            t += d * (v - m);
        }
        UM_STORE(sum + i, s);
        UM_STORE(sum2 + i, t);
    }
    for (; i < channels; i++) {
        for (int64_t at = i; at < n * channels; at += channels) {
            float y = x[at] * p->a[i] + p->b[i], d = y > p->low && y < p->high ? g[at] : 0;
            sum[i] += d;
            sum2[i] += d * (x[at] - mean[i]);
        }
    }
}

/* gx = a (g - m - q (x - mean)) = a g - c x - e */
UM_KERNEL(back_rows,
          (float *gx, const float *g, const float *x, const float *mean, const float *m, const float *q,
           const pass *p, int64_t n, int64_t channels),
          (gx, g, x, mean, m, q, p, n, channels))
{
    int64_t i = 0;
    um_vec low = p->low + (um_vec){0}, high = p->high + (um_vec){0};
    for (; i + UM_LANES <= channels; i += UM_LANES) {
        um_vec a = UM_LOAD(p->a + i), b = UM_LOAD(p->b + i), c = a * UM_LOAD(q + i);
        um_vec e = a * (UM_LOAD(m + i) - UM_LOAD(q + i) * UM_LOAD(mean + i));
        for (int64_t at = i; at < n * channels; at += channels) {
            __builtin_prefetch(x + at + n * channels);
            __builtin_prefetch(g + at + n * channels);
            um_vec v = UM_LOAD(x + at), y = v * a + b;
            UM_STORE(gx + at, a * PASSED(UM_LOAD(g + at), y, low, high) - c * v - e);
        }
    }
    for (; i < channels; i++) {
        float a = p->a[i], c = a * q[i], e = a * (m[i] - q[i] * mean[i]);
        for (int64_t at = i; at < n * channels; at += channels) {
            float y = x[at] * a + p->b[i], d = y > p->low && y < p->high ? g[at] : 0;
            gx[at] = a * d - c * x[at] - e;
        }
    }
}

void um_norm_back_see(um_norm *s, const float *g, const float *x, int64_t n)
{
    pass p = {s->a, s->b, s->low, s->high};
    for (int64_t r = 0; r < n; r += ROWS) {
        int64_t end = at_most(n, r + ROWS);
        clear_parts(s);
        for (int64_t k = r; k < end; k += NEAR)
            back_sum_rows(s->part, s->part2, g + k * s->channels, x + k * s->channels, s->mean, &p,
                          at_most(end - k, NEAR), s->channels);
        add_parts(s);
    }
}

void um_norm_back(const um_norm *s, float *gx, const float *g, const float *x, int64_t n)
{
    pass p = {s->a, s->b, s->low, s->high};
    for (int64_t r = 0; r < n; r += NEAR) {
        int64_t at = r * s->channels;
        back_rows(gx + at, g + at, x + at, s->mean, s->part, s->part2, &p, at_most(n - r, NEAR), s->channels);
    }
}

/* Plain arrays with an inner dimension are rare: a row of one channel each. */
static void back_sums(const um_call *c, um_norm *s)
{
    const float *g = c->grad_out[0]->data, *x = c->in[0]->data;
    um_norm_start(s);
    if (s->inner == 1) {
        um_norm_back_see(s, g, x, s->outer);
        return;
    }
    for (int64_t k = 0; k < s->outer * s->channels; k++, g += s->inner, x += s->inner) {
        int64_t i = k % s->channels;
        pass one = {s->a + i, s->b + i, s->low, s->high};
        float sum = 0, sum2 = 0;
        back_sum_rows(&sum, &sum2, g, x, s->mean + i, &one, s->inner, 1);
        s->sum[i] += sum;
        s->sum2[i] += sum2;
    }
}

static void back_data(const um_call *c, const um_norm *s)
{
    const float *g = c->grad_out[0]->data, *x = c->in[0]->data;
    float *gx = c->grad_in[0]->data;
    if (s->inner == 1) {
        um_norm_back(s, gx, g, x, s->outer);
        return;
    }
    for (int64_t k = 0; k < s->outer * s->channels; k++) {
        int64_t i = k % s->channels, at = k * s->inner;
        pass one = {s->a + i, s->b + i, s->low, s->high};
        back_rows(gx + at, g + at, x + at, s->mean + i, s->part + i, s->part2 + i, &one, s->inner, 1);
    }
}

static um_status backward(um_call *c, um_error *err)
{
    um_norm *s = c->state;
    double count = (double)(s->outer * s->inner), epsilon = um_attr_float(c->node, "epsilon", 1e-5);
    if (s->training && !c->fusion.consumer_normalizes)
        back_sums(c, s);
    for (int64_t i = 0; i < s->channels; i++) {
        double inverse = s->training ? 1 / sqrt(s->variance[i] + epsilon) : 0;
        if (c->grad_in[1])
            ((float *)c->grad_in[1]->data)[i] = (float)(s->sum2[i] * inverse);
        if (c->grad_in[2])
            ((float *)c->grad_in[2]->data)[i] = (float)s->sum[i];
        /* y = a x + b with a and b fixed: gx = a g */
        s->part[i] = s->training ? (float)(s->sum[i] / count) : 0;
        s->part2[i] = (float)(s->sum2[i] / count * inverse * inverse);
    }
    if (c->grad_in[0] && !c->fusion.producer_normalizes)
        back_data(c, s);
    return UM_OK;
}

static bool stat(const um_call *c, um_stat *out)
{
    const um_norm *s = c->state;
    if (!learns(c) || !s)
        return learns(c);
    *out = (um_stat){.mean_value = c->node->in[3],
                     .variance_value = c->node->in[4],
                     .channels = s->channels,
                     .count = s->outer * s->inner,
                     .batch_mean = s->mean,
                     .batch_variance = s->variance,
                     .momentum = (float)um_attr_float(c->node, "momentum", .9)};
    return true;
}

const um_op um_op_batchnorm = {
    .name = "BatchNormalization",
    .min_in = 5,
    .max_in = 5,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS | UM_OP_IN_PLACE | UM_OP_BACK_IN,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
    .release = release,
    .backward = backward,
    .learns = 1 << 1 | 1 << 2,
    .settings = 3 << 3,
    .stat = stat,
};
