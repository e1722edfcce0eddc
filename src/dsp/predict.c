/* SPDX-License-Identifier: GPL-3.0-or-later */
/* predict.c: linear prediction, and jumps in what it leaves. */
#include "dsp/predict.h"
#include "base/fast.h"
#include "dsp/spectrum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double BLOCK_S = .02;   /* speech is steady so long; and longer than the longest period, 13 ms */
static const double APART_S = .0015; /* a step rings as long in the prediction */
static const double WIDTH_S = .0005;
static const double FAINT = 1e-9; /* mean square, -90 dB: what is below is the rounding of 16 bits */
static const double WHITE = 1e-9; /* of the power, added to lag 0: keeps the recursion stable */

double um_levinson(double *a, const double *r, int order)
{
    double rest = r[0];
    memset(a, 0, (size_t)order * sizeof *a);
    for (int m = 0; m < order && rest > 0; m++) {
        double reflection = r[m + 1];
        for (int k = 0; k < m; k++)
            reflection -= a[k] * r[m - k];
        reflection /= rest;
        for (int k = 0; k < (m + 1) / 2; k++) {
            const double low = a[k], high = a[m - 1 - k];
            a[k] = low - reflection * high;
            a[m - 1 - k] = high - reflection * low;
        }
        a[m] = reflection;
        rest *= 1 - reflection * reflection;
    }
    return rest > 0 ? rest : 0;
}

um_status um_jumps_init(um_jumps *s, int rate_hz, um_error *err)
{
    *s = (um_jumps){.rate_hz = rate_hz};
    if (rate_hz < UM_JUMP_MIN_HZ || rate_hz > UM_JUMP_MAX_HZ)
        return um_fail(err, UM_EUNSUPPORTED, "jumps in sound of %d Hz", rate_hz);
    s->block = (int)lrint(BLOCK_S * rate_hz);
    s->apart = (int)lrint(APART_S * rate_hz);
    s->width = (int)lrint(WIDTH_S * rate_hz);
    const size_t two = 2 * (size_t)s->block;
    s->sound = um_calloc(two, sizeof *s->sound);
    s->rest = um_calloc(two + (size_t)s->block + 1, sizeof *s->rest);
    s->shape = um_calloc(two, sizeof *s->shape);
    s->work = um_calloc(two + UM_JUMP_ORDER + 1, sizeof *s->work);
    if (!s->sound || !s->rest || !s->shape || !s->work) {
        um_jumps_clear(s);
        return um_fail_oom(err);
    }
    um_window_hann(s->shape, (int)two);
    return UM_OK;
}

void um_jumps_clear(um_jumps *s)
{
    free(s->sound);
    free(s->rest);
    free(s->shape);
    free(s->work);
    *s = (um_jumps){0};
}

enum { LAGS = UM_JUMP_ORDER + 1 };

/* r[lag], 0..order; x has that many zeros before its first. */
UM_KERNEL(correlate, (double *restrict r, const double *restrict x, int n), (r, x, n))
{
    double sum[LAGS] = {0}; /* from the longest lag on, as the samples lie */
    for (int i = 0; i < n; i++)
        for (int k = 0; k < LAGS; k++)
            sum[k] += x[i] * x[i - UM_JUMP_ORDER + k];
    for (int lag = 0; lag < LAGS; lag++)
        r[lag] = sum[UM_JUMP_ORDER - lag];
}

UM_KERNEL(subtract, (double *restrict rest, const float *restrict x, double times, int n),
          (rest, x, times, n))
{
    for (int i = 0; i < n; i++)
        rest[i] -= times * (double)x[i];
}

/* The middle half of `sound` into the last third of `rest`. */
static void foretell(um_jumps *s)
{
    double r[LAGS], a[UM_JUMP_ORDER], *work = s->work + LAGS;
    const int n = 2 * s->block;
    for (int i = 0; i < n; i++)
        work[i] = s->shape[i] * (double)s->sound[i];
    correlate(r, work, n);
    r[0] *= 1 + WHITE;
    um_levinson(a, r, UM_JUMP_ORDER);
    memmove(s->rest, s->rest + s->block, (2 * (size_t)s->block + 1) * sizeof *s->rest);
    const double gone = s->rest[0]; /* so that the sum does not grow with the recording */
    for (int i = 0; i <= 2 * s->block; i++)
        s->rest[i] -= gone;
    const float *x = s->sound + s->block / 2;
    for (int i = 0; i < s->block; i++)
        work[i] = (double)x[i];
    for (int k = 0; k < UM_JUMP_ORDER; k++)
        subtract(work, x - 1 - k, a[k], s->block);
    for (int i = 0; i < s->block; i++)
        s->rest[2 * s->block + i + 1] = s->rest[2 * s->block + i] + work[i] * work[i];
    if (s->n_rest < 3)
        s->n_rest++;
}

static int window_of(const um_jumps *s, int i)
{
    return um_clampi(i - s->width / 2, 0, 3 * s->block - s->width);
}

/* Power of the rest around i, 0 = the first of the three blocks. */
static double around(const um_jumps *s, int i)
{
    const int from = window_of(s, i);
    return (s->rest[from + s->width] - s->rest[from]) / s->width;
}

/* Of the sums over windows of `width` that begin at 0..n - 1. Four at a time, so that they are made side by
 * side; which of them is the greatest does not depend on that. */
UM_KERNEL_OF(double, greatest_sum, (const double *rest, int width, int n), (rest, width, n))
{
    enum { LANES = 4 };
    double most[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) {
            const double sum = rest[i + k + width] - rest[i + k];
            most[k] = sum > most[k] ? sum : most[k];
        }
    for (; i < n; i++) {
        const double sum = rest[i + width] - rest[i];
        most[0] = sum > most[0] ? sum : most[0];
    }
    for (int k = 1; k < LANES; k++)
        most[0] = most[k] > most[0] ? most[k] : most[0];
    return most[0];
}

static double greatest(const um_jumps *s, int from, int to)
{
    const int first = window_of(s, from), last = window_of(s, to);
    return fmax(greatest_sum(s->rest + first, s->width, last - first + 1) / s->width, FAINT);
}

/* Of the moments from..to the first one with the greatest power. */
static int clearest(const um_jumps *s, int from, int to)
{
    const double *rest = s->rest + window_of(s, from); /* no window from here on is cut */
    const double most = greatest_sum(rest, s->width, to - from + 1);
    for (int i = 0; i <= to - from; i++)
        if (rest[i + s->width] - rest[i] >= most)
            return from + i;
    return from;
}

um_status um_jumps_push(um_jumps *s, int64_t first, const float *samples, int n, um_jump_fn fn, void *user,
                        um_error *err)
{
    if (first != s->next)
        s->n = s->n_rest = 0;
    s->next = first;
    for (int i = 0; i < n; i++) {
        s->sound[s->n++] = isfinite(samples[i]) ? samples[i] : 0;
        s->next++;
        if (s->n < 2 * s->block)
            continue;
        foretell(s);
        s->n = s->block;
        memmove(s->sound, s->sound + s->block, (size_t)s->block * sizeof *s->sound);
        if (s->n_rest < 3)
            continue;
        const int at = clearest(s, s->block, 2 * s->block - 1);
        const double most =
            fmax(greatest(s, at - s->block, at - s->apart), greatest(s, at + s->apart, at + s->block));
        /* the third block begins half a block after the first of the 2 block samples at hand */
        const um_status st = fn(user, s->next - 4 * s->block + s->block / 2 + at,
                                10 * log10((around(s, at) + FAINT) / most), around(s, at), err);
        if (st != UM_OK)
            return st;
    }
    return UM_OK;
}
