/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resample.c: one sampling rate to another by a polyphase filter. */
#include "dsp/resample.h"
#include "base/fast.h"
#include "base/vec.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double STOP_DB = 85, PASS = .9; /* of the lower Nyquist frequency; it stops from 1 on */
/* Linear interpolation between `steps` rows per period of the lower rate errs by (pi / steps)^2 / 8: -118 dB
 */
enum { STEPS = 1024 };

/* Modified Bessel function of the first kind, order 0: its power series, all terms positive. */
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > sum * 1e-17; k++)
        sum += term *= x * x / 4 / ((double)k * k);
    return sum;
}

/* The filter, `t` input samples from its centre; `part`: the lower rate over the input's. */
static double kernel(double t, int half, double part)
{
    const double beta = .1102 * (STOP_DB - 8.7);               /* Kaiser's fit for more than 50 dB */
    const double edge = t / half, cut = part * (1 + PASS) / 2; /* twice the frequency of half the amplitude */
    if (fabs(edge) >= 1)
        return 0;
    const double window = bessel_i0(beta * sqrt(1 - edge * edge)) / bessel_i0(beta);
    return window * (t == 0 ? cut : sin(M_PI * cut * t) / (M_PI * t));
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

um_status um_resampler_new(um_resampler **out, int rate_in, int rate_out, um_error *err)
{
    *out = NULL;
    if (rate_in < UM_RESAMPLE_MIN_HZ || rate_in > UM_RESAMPLE_MAX_HZ || rate_out < UM_RESAMPLE_MIN_HZ ||
        rate_out > UM_RESAMPLE_MAX_HZ)
        return um_fail(err, UM_EUNSUPPORTED, "sound of %d Hz cannot be brought to %d Hz", rate_in, rate_out);
    um_resampler *r = um_calloc(1, sizeof *r);
    if (!r)
        return um_fail_oom(err);
    const int64_t divisor = common_divisor(rate_in, rate_out);
    const double part = fmin(1, (double)rate_out / rate_in);
    r->rate_in = rate_in;
    r->rate_out = rate_out;
    r->up = rate_out / divisor;
    r->down = rate_in / divisor;
    if (rate_in != rate_out) {
        /* Kaiser: taps = (dB - 7.95) / (14.36 transition), transition in cycles per sample; a multiple of 4
         * on each side for `dot` */
        const double taps = (STOP_DB - 7.95) / (14.36 * part * (1 - PASS) / 2);
        r->half = ((int)ceil(taps / 2) + 3) / 4 * 4;
        r->phases = r->up <= STEPS ? (int)r->up : (int)ceil(STEPS * part);
        const int n = 2 * r->half;
        if (!(r->table = um_calloc_aligned((size_t)(r->phases + 1) * (size_t)n, sizeof *r->table))) {
            um_resampler_free(&r);
            return um_fail_oom(err);
        }
        for (int i = 0; i <= r->phases; i++)
            for (int j = 0; j < n; j++)
                r->table[(size_t)i * (size_t)n + (size_t)j] =
                    (float)kernel(j - r->half + 1 - (double)i / r->phases, r->half, part);
    }
    *out = r;
    return UM_OK;
}

void um_resampler_free(um_resampler **resampler)
{
    if (!resampler || !*resampler)
        return;
    free((*resampler)->table);
    free((*resampler)->waiting);
    free(*resampler);
    *resampler = NULL;
}

enum { SIDE = 4 }; /* sums that do not wait for each other */

/* Products of SIDE pairs of rows; n: a multiple of 8. Eight sums of each side by side, so that the order of
 * additions is fixed and fits vectors. */
UM_KERNEL(dot, (float out[SIDE], const float *const a[SIDE], const float *const b[SIDE], int n),
          (out, a, b, n))
{
    um_vec sum[SIDE] = {{0}};
    for (int i = 0; i < n; i += UM_LANES)
        for (int k = 0; k < SIDE; k++)
            sum[k] += UM_LOAD(a[k] + i) * UM_LOAD(b[k] + i);
    for (int k = 0; k < SIDE; k++) {
        const um_vec s = sum[k];
        out[k] = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }
}

/* Of output m: the samples under the filter, its row, and the part of the way to the next row. */
static float place(const um_resampler *r, int64_t m, const float **x, const float **row)
{
    const int64_t whole = m * r->down / r->up, rest = m * r->down % r->up;
    *x = r->waiting + (whole - r->half + 1 - r->first);
    *row = r->table + (size_t)(rest * r->phases / r->up) * (size_t)(2 * r->half);
    return (float)((double)(rest * r->phases % r->up) / (double)r->up);
}

/* Up to SIDE outputs from the m-th on. */
static void filter(float *out, const um_resampler *r, int64_t m, int count)
{
    const float *x[SIDE], *row[SIDE];
    float part[SIDE], here[SIDE], next[SIDE];
    const bool between = r->phases != r->up;
    for (int k = 0; k < SIDE; k++)
        part[k] = place(r, m + (k < count ? k : 0), &x[k], &row[k]);
    dot(here, x, row, 2 * r->half);
    for (int k = 0; k < SIDE; k++)
        row[k] += 2 * r->half;
    if (between)
        dot(next, x, row, 2 * r->half);
    for (int k = 0; k < count; k++)
        out[k] = between && part[k] > 0 ? here[k] + part[k] * (next[k] - here[k]) : here[k];
}

/* Appends input, behind `half - 1` zeros at a new start. */
static um_status take(um_resampler *r, int64_t first, const float *samples, int n, um_error *err)
{
    if (!r->runs || first != r->first + r->n) {
        const int zeros = r->half ? r->half - 1 : 0;
        if (!um_grow(&r->waiting, &r->capacity, (size_t)zeros, SIZE_MAX, sizeof *r->waiting))
            return um_fail_oom(err);
        for (int i = 0; i < zeros; i++)
            r->waiting[i] = 0;
        r->n = zeros;
        r->first = first - zeros;
        r->next_out = (first * r->up + r->down - 1) / r->down;
        r->runs++;
    }
    if (!um_grow(&r->waiting, &r->capacity, (size_t)r->n + (size_t)n, SIZE_MAX, sizeof *r->waiting))
        return um_fail_oom(err);
    for (int i = 0; i < n; i++)
        r->waiting[r->n++] = isfinite(samples[i]) ? samples[i] : 0;
    return UM_OK;
}

um_status um_resampler_push(um_resampler *r, float **out, int *n_out, int64_t *first_out, int64_t first,
                            const float *samples, int n, um_error *err)
{
    *out = NULL;
    *n_out = 0;
    if (!um_sound_in_range(first, n))
        return um_fail(err, UM_EUNSUPPORTED, "%d samples of sound at index %lld are out of range", n,
                       (long long)first);
    const um_status st = take(r, first, samples, n, err);
    if (st < 0)
        return st;
    /* the first output that needs input beyond the end: whole + half >= end */
    const int64_t end = r->first + r->n - r->half;
    const int64_t stop = end > 0 ? (end * r->up + r->down - 1) / r->down : 0;
    *first_out = r->next_out;
    if (stop <= r->next_out)
        return UM_OK;
    const int count = (int)(stop - r->next_out);
    if (!(*out = um_calloc((size_t)count, sizeof **out)))
        return um_fail_oom(err);
    for (int i = 0; i < count && r->half; i += SIDE)
        filter(*out + i, r, r->next_out + i, count - i < SIDE ? count - i : SIDE);
    if (!r->half)
        memcpy(*out, r->waiting + (r->next_out - r->first), (size_t)count * sizeof **out);
    *n_out = count;
    r->next_out = stop;
    const int64_t keep_from = stop * r->down / r->up - (r->half ? r->half - 1 : 0);
    const int gone = (int)(keep_from - r->first);
    if (gone > 0) {
        r->n -= gone;
        r->first = keep_from;
        memmove(r->waiting, r->waiting + gone, (size_t)r->n * sizeof *r->waiting);
    }
    return UM_OK;
}
