/* SPDX-License-Identifier: GPL-3.0-or-later */
/* depthwise.c: a depthwise 3x3 convolution with the normalizations before and behind it, a few rows at a
 * time.
 *
 * One after the other, these three calls send maps of the expanded size through memory 28 times in a step of
 * MobileNetV2 (Sandler et al. 2018), reading what is written over included. Here the rows of the input are
 * normalized into a ring that stays in cache and are never stored, and what was just written is measured for
 * the next normalization: 8 times, where the 1x1 convolutions around it help too (pointwise.c). */
#include "nn/ops/depthwise.h"
#include "base/vec.h"
#include "nn/ops/norm.h"
#include "nn/ops/ops.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 3,
    TAPS = SIDE * SIDE,
    MARGIN = 2,           /* columns of zeros on each side of a row */
    MAX_BAND = 16,        /* rows of the result made together */
    BAND_BYTES = 1 << 15, /* about so much input for them */
};

/* The rows of one picture, made in order; the last few are kept, others are zero. */
typedef struct ring {
    float *row;
    const float *zero;
    int64_t length, kept, next; /* floats of a row; rows; the row to be made next */
} ring;

struct um_depthwise {
    um_window w;
    int64_t batch, channels, stride, band;
    ring x, g; /* normalized input; gradient of the result */
};

bool um_depthwise_fits(const um_call *c)
{
    const um_array *x = c->in[0], *y = c->out[0];
    um_window w;
    if (c->op != &um_op_conv || x->rank != 4 || x->layout != UM_NHWC || y->layout != UM_NHWC ||
        um_has(c, 2) || c->in[1]->dim[1] != 1 || y->dim[1] != x->dim[1] || !um_array_count(x) ||
        !um_array_count(y) || um_attr_int(c->node, "group", 1) != x->dim[1] ||
        um_window_read(c, c->in[1]->dim + 2, &w, NULL) < 0)
        return false;
    for (int i = 0; i < 2; i++)
        if (w.kernel[i] != SIDE || w.dilation[i] != 1 || w.stride[i] > 2 || w.stride[i] != w.stride[0] ||
            w.pad_lo[i] > MARGIN || w.pad_hi[i] > MARGIN)
            return false;
    return true;
}

/* --- rows --- */

static float *row_at(const ring *r, int64_t row)
{
    return r->row + row % r->kept * r->length;
}

static const float *row_or_zero(const ring *r, int64_t row)
{
    return row >= 0 && row < r->next ? row_at(r, row) : r->zero;
}

/* Results of one pass: values of y, each the sum of products of n taps. src: where the taps of the first
 * pixel of each row lie. */
typedef struct job {
    float *y;
    int64_t y_row, y_step;
    const float *src[MAX_BAND * 2][TAPS];
    int64_t x_step;
    const float *w[TAPS]; /* [channels] */
    int64_t rows, pixels, channels;
} job;

/* What is left over of the channels, from i on. */
static void filter_rest(const job *j, int n, int64_t i)
{
    for (; i < j->channels; i++)
        for (int64_t r = 0; r < j->rows; r++)
            for (int64_t k = 0; k < j->pixels; k++) {
                float s = 0;
                for (int t = 0; t < n; t++)
                    s += j->w[t][i] * j->src[r][t][k * j->x_step + i];
                j->y[r * j->y_row + k * j->y_step + i] = s;
            }
}

UM_INLINE void filter_n(const job *j, int n)
{
    const int64_t pixels = j->pixels, x_step = j->x_step, y_step = j->y_step;
    int64_t i = 0;
    for (; i + UM_LANES <= j->channels; i += UM_LANES) {
        um_vec w[TAPS];
        for (int t = 0; t < n; t++)
            w[t] = UM_LOAD(j->w[t] + i);
        for (int64_t r = 0; r < j->rows; r++) {
            float *y = j->y + r * j->y_row + i;
            const float *p[TAPS];
            for (int t = 0; t < n; t++)
                p[t] = j->src[r][t] + i;
            for (int64_t k = 0, at = 0; k < pixels; k++, at += x_step, y += y_step) {
                um_vec s = w[0] * UM_LOAD(p[0] + at);
                for (int t = 1; t < n; t++)
                    s += w[t] * UM_LOAD(p[t] + at);
                UM_STORE(y, s);
            }
        }
    }
    filter_rest(j, n, i);
}

/* All taps, of pixels that follow each other: every value is loaded once for the three results it is part of.
 */
UM_INLINE void filter_along(const job *j)
{
    const int64_t pixels = j->pixels, step = j->x_step;
    int64_t i = 0;
    for (; i + UM_LANES <= j->channels; i += UM_LANES) {
        um_vec w[TAPS];
        for (int t = 0; t < TAPS; t++)
            w[t] = UM_LOAD(j->w[t] + i);
        for (int64_t r = 0; r < j->rows; r++) {
            const float *p = j->src[r][0] + i, *q = j->src[r][SIDE] + i, *o = j->src[r][2 * SIDE] + i;
            float *y = j->y + r * j->y_row + i;
            um_vec two = {0}, one = {0}; /* sums of the results that have seen so many columns */
            for (int64_t k = -2; k < pixels; k++, p += step, q += step, o += step) {
                um_vec a = UM_LOAD(p), b = UM_LOAD(q), c = UM_LOAD(o);
                if (k >= 0) {
                    UM_STORE(y, two + (w[2] * a + w[5] * b + w[8] * c));
                    y += j->y_step;
                }
                two = one + (w[1] * a + w[4] * b + w[7] * c);
                one = w[0] * a + w[3] * b + w[6] * c;
            }
        }
    }
    filter_rest(j, TAPS, i);
}

/* The number of taps known when compiled, so that weights stay in registers. */
UM_KERNEL(filter, (const job *j, int n), (j, n))
{
    if (n == TAPS && j->x_step == j->channels)
        filter_along(j);
    else if (n == TAPS)
        filter_n(j, TAPS);
    else if (n == 4)
        filter_n(j, 4);
    else if (n == 2)
        filter_n(j, 2);
    else
        filter_n(j, 1);
}

/* sum[t] += the products of the gradient y with what each tap saw. */
UM_KERNEL(correlate, (float *sum, const float *const *g, const job *j), (sum, g, j))
{
    const int64_t n = j->channels, pixels = j->pixels, x_step = j->x_step;
    int64_t i = 0;
    for (; i + UM_LANES <= n; i += UM_LANES) {
        um_vec s[TAPS];
        for (int t = 0; t < TAPS; t++)
            s[t] = UM_LOAD(sum + t * n + i);
        for (int64_t r = 0; r < j->rows; r++) {
            const float *y = g[r] + i, *p[TAPS];
            for (int t = 0; t < TAPS; t++)
                p[t] = j->src[r][t] + i;
            for (int64_t k = 0, at = 0; k < pixels; k++, at += x_step, y += n) {
                um_vec v = UM_LOAD(y);
                for (int t = 0; t < TAPS; t++)
                    s[t] += v * UM_LOAD(p[t] + at);
            }
        }
        for (int t = 0; t < TAPS; t++)
            UM_STORE(sum + t * n + i, s[t]);
    }
    for (; i < n; i++)
        for (int t = 0; t < TAPS; t++)
            for (int64_t r = 0; r < j->rows; r++)
                for (int64_t k = 0; k < j->pixels; k++)
                    sum[t * n + i] += g[r][k * n + i] * j->src[r][t][k * j->x_step + i];
}

/* --- a call --- */

/* Scratch memory: [TAPS][channels] weights, then their gradient, a row of zeros, the rings. */
um_status um_depthwise_new(um_depthwise **out, const um_call *c, const um_window *w, um_error *err)
{
    um_depthwise *d = *out = um_calloc(1, sizeof *d);
    if (!d)
        return um_fail_oom(err);
    int64_t n = d->channels = c->in[0]->dim[1];
    d->w = *w;
    d->batch = c->in[0]->dim[0];
    d->stride = w->stride[0];
    d->band = BAND_BYTES / (int64_t)sizeof(float) / (d->stride * w->in[1] * n);
    d->band = d->band < 1 ? 1 : d->band > MAX_BAND ? MAX_BAND : d->band;
    d->x = (ring){.length = (w->in[1] + 2 * MARGIN) * n, .kept = (d->band - 1) * d->stride + SIDE};
    d->g = (ring){.length = (w->out[1] + 2 * MARGIN) * n, .kept = d->band + MARGIN};
    int64_t zero = d->x.length > d->g.length ? d->x.length : d->g.length;
    size_t bytes =
        (size_t)(2 * TAPS * n + zero + d->x.kept * d->x.length + d->g.kept * d->g.length) * sizeof(float);
    return um_scratch_fit(c->scratch, bytes, err);
}

/* Zeros on both sides of every row. */
static void clear_margins(const ring *r, int64_t channels)
{
    size_t bytes = (size_t)(MARGIN * channels) * sizeof *r->row;
    for (float *row = r->row; row < r->row + r->kept * r->length; row += r->length) {
        memset(row, 0, bytes);
        memset(row + r->length - MARGIN * channels, 0, bytes);
    }
}

/* Weights in the order of the taps; rings. */
static float *settle(um_depthwise *d, const um_call *c)
{
    float *taps = c->scratch->data, *zero = taps + 2 * TAPS * d->channels;
    size_t zeros = (size_t)(d->x.length > d->g.length ? d->x.length : d->g.length);
    const float *w = c->in[1]->data;
    int64_t n = d->channels;
    for (int64_t i = 0; i < n; i++)
        for (int t = 0; t < TAPS; t++)
            taps[t * n + i] = w[i * TAPS + t];
    memset(zero, 0, zeros * sizeof *zero);
    d->x.zero = d->g.zero = zero;
    d->x.row = zero + zeros;
    d->g.row = d->x.row + d->x.kept * d->x.length;
    clear_margins(&d->x, n);
    clear_margins(&d->g, n);
    return taps;
}

/* Makes the input's rows before `end`, normalized. */
static void make_x(um_depthwise *d, const um_call *c, int64_t picture, int64_t end)
{
    int64_t width = d->w.in[1];
    end = end < d->w.in[0] ? end : d->w.in[0];
    for (ring *r = &d->x; r->next < end; r->next++)
        um_norm_apply(c->fusion.before->state, row_at(r, r->next) + MARGIN * d->channels,
                      (const float *)c->in[0]->data + (picture * d->w.in[0] + r->next) * width * d->channels,
                      width);
}

/* Makes the rows before `end` of the gradient of the result. */
static void make_g(um_depthwise *d, const um_call *c, int64_t picture, int64_t end)
{
    int64_t width = d->w.out[1];
    for (ring *r = &d->g; r->next < end; r->next++) {
        int64_t at = (picture * d->w.out[0] + r->next) * width * d->channels;
        const float *g = (const float *)c->grad_out[0]->data + at, *y = (const float *)c->out[0]->data + at;
        float *to = row_at(r, r->next) + MARGIN * d->channels;
        if (c->fusion.behind)
            um_norm_back(c->fusion.behind->state, to, g, y, width);
        else
            memcpy(to, g, (size_t)(width * d->channels) * sizeof *to);
    }
}

/* What the taps see of the input for the rows of the result from `first` on. */
static void look(const um_depthwise *d, job *j, int64_t first, int64_t rows)
{
    int64_t n = d->channels;
    j->x_step = d->stride * n;
    j->rows = rows;
    j->pixels = d->w.out[1];
    j->channels = n;
    for (int64_t r = 0; r < rows; r++)
        for (int t = 0; t < TAPS; t++)
            j->src[r][t] = row_or_zero(&d->x, (first + r) * d->stride - d->w.pad_lo[0] + t / SIDE) +
                           (MARGIN - d->w.pad_lo[1] + t % SIDE) * n;
}

void um_depthwise_forward(um_depthwise *d, const um_call *c)
{
    const float *taps = settle(d, c);
    int64_t n = d->channels, row = d->w.out[1] * n;
    float *y = c->out[0]->data;
    job j = {.y_row = row, .y_step = n};
    for (int t = 0; t < TAPS; t++)
        j.w[t] = taps + t * n;
    if (c->fusion.behind)
        um_norm_start(c->fusion.behind->state);
    for (int64_t k = 0; k < d->batch; k++) {
        d->x.next = 0;
        for (int64_t first = 0; first < d->w.out[0]; first += d->band, y += j.rows * row) {
            int64_t rows = d->w.out[0] - first < d->band ? d->w.out[0] - first : d->band;
            make_x(d, c, k, (first + rows - 1) * d->stride - d->w.pad_lo[0] + SIDE);
            look(d, &j, first, rows);
            j.y = y;
            filter(&j, TAPS);
            if (c->fusion.behind)
                um_norm_see(c->fusion.behind->state, y, rows * d->w.out[1]);
        }
    }
}

/* The gradient of rows [first, end) of the input, of all whose distance to the others is a multiple of the
 * stride, in both directions: they share their taps. */
static void back_lattice(const um_depthwise *d, float *gx, const float *taps, int64_t first, int64_t end,
                         int64_t left)
{
    const int64_t n = d->channels, s = d->stride, width = d->w.in[1];
    job j = {.y = gx + left * n,
             .y_row = s * width * n,
             .y_step = s * n,
             .x_step = n,
             .rows = (end - first + s - 1) / s,
             .pixels = (width - left + s - 1) / s,
             .channels = n};
    int n_taps = 0;
    for (int t = TAPS;
         t-- > 0;) { /* columns ascend; input row i met tap t in row (i + pad - t) / stride of the result */
        int64_t row = first + d->w.pad_lo[0] - t / SIDE, column = left + d->w.pad_lo[1] - t % SIDE;
        if (row % s || column % s)
            continue;
        for (int64_t r = 0; r < j.rows; r++)
            j.src[r][n_taps] = row_or_zero(&d->g, row / s + r) + (MARGIN + column / s) * n;
        j.w[n_taps++] = taps + t * n;
    }
    filter(&j, n_taps);
}

static void back_data(um_depthwise *d, const um_call *c, const float *taps, int64_t picture, int64_t first,
                      int64_t end)
{
    int64_t row = d->w.in[1] * d->channels, at = (picture * d->w.in[0] + first) * row;
    float *gx = (float *)c->grad_in[0]->data + at;
    for (int64_t i = first; i < end && i < first + d->stride; i++)
        for (int64_t left = 0; left < d->stride && left < d->w.in[1]; left++)
            back_lattice(d, gx + (i - first) * row, taps, i, end, left);
    if (end > first)
        um_norm_back_see(c->fusion.before->state, gx, (const float *)c->in[0]->data + at,
                         (end - first) * d->w.in[1]);
}

/* As soon as a band of the result's gradient is made: its part of the weights' gradient, and the input's rows
 * that only it and earlier bands touch. */
static void back_picture(um_depthwise *d, const um_call *c, const float *taps, float *sum, int64_t k)
{
    int64_t done = 0;
    job j;
    d->x.next = d->g.next = 0;
    for (int64_t first = 0; first < d->w.out[0]; first += d->band) {
        int64_t rows = d->w.out[0] - first < d->band ? d->w.out[0] - first : d->band, last = first + rows;
        const float *g[MAX_BAND];
        make_x(d, c, k, (last - 1) * d->stride - d->w.pad_lo[0] + SIDE);
        make_g(d, c, k, last);
        look(d, &j, first, rows);
        for (int64_t r = 0; r < rows; r++)
            g[r] = row_at(&d->g, first + r) + MARGIN * d->channels;
        correlate(sum, g, &j);
        int64_t end = last == d->w.out[0] ? d->w.in[0] : last * d->stride - d->w.pad_lo[0];
        end = end < done ? done : end > d->w.in[0] ? d->w.in[0] : end;
        back_data(d, c, taps, k, done, end);
        done = end;
    }
}

void um_depthwise_backward(um_depthwise *d, const um_call *c)
{
    const float *taps = settle(d, c);
    int64_t n = d->channels;
    float *sum = (float *)c->scratch->data + TAPS * n, *gw = c->grad_in[1]->data;
    um_norm_start(c->fusion.before->state);
    memset(gw, 0, (size_t)(TAPS * n) * sizeof *gw);
    for (int64_t k = 0; k < d->batch; k++) {
        memset(sum, 0, (size_t)(TAPS * n) * sizeof *sum);
        back_picture(d, c, taps, sum, k);
        for (int64_t i = 0; i < n; i++)
            for (int t = 0; t < TAPS; t++)
                gw[i * TAPS + t] += sum[t * n + i];
    }
}
