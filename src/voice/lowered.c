/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lowered.c: a recording at a rate of which the ceiling is the half, with what is high made louder. A rate
 * that is lower comes by interpolation, as in Praat: what that leaves above the half of it is in the
 * logarithm of the spectrum. */
#include "dsp/fft.h"
#include "voice/voice_internal.h"
#include <complex.h>
#include <math.h>
#include <stdlib.h>

enum { DEPTH = 50 };                  /* samples to each side */
static const double EMPHASIS_HZ = 50; /* from here on 6 dB per octave, as in Praat */

static int common(int a, int b) /* the greatest divisor */
{
    return b ? common(b, a % b) : a;
}

typedef struct target {
    um_lowered *out;
    um_fft *to;
    double complex *turn; /* of each bin: by the part of a sample that the grids differ */
} target;

static int shared_bins(const target *t, const um_fft *from)
{
    return um_fft_bins(from) < um_fft_bins(t->to) ? um_fft_bins(from) : um_fft_bins(t->to);
}

/* A block whose spectrum is `from`: its middle half. */
static void take(const target *t, const um_fft *from, int64_t block)
{
    const int shared = shared_bins(t, from), keep = 2 * t->out->rate_hz;
    for (int k = 0; k < um_fft_bins(t->to); k++) {
        const double re = k < shared ? from->out[k][0] : 0, im = k < shared ? from->out[k][1] : 0;
        t->to->out[k][0] = re * creal(t->turn[k]) - im * cimag(t->turn[k]);
        t->to->out[k][1] = re * cimag(t->turn[k]) + im * creal(t->turn[k]);
    }
    um_fft_back(t->to);
    for (int i = 0; i < keep && block * keep + i < t->out->n; i++)
        t->out->x[block * keep + i] = (float)t->to->in[keep / 2 + i];
}

/* All below each ceiling, and nothing above it: in blocks of four seconds, of which the middle half is kept.
 */
static void resample(const target *t, int n, const um_measured_voice *v, um_fft *from)
{
    const int rate = (int)v->rate_hz;
    for (int64_t block = 0; 2 * block * rate < (int64_t)v->n; block++) {
        const int64_t start = (2 * block - 1) * rate;
        for (int i = 0; i < 4 * rate; i++)
            from->in[i] = start + i >= 0 && start + i < (int64_t)v->n ? (double)v->x[start + i] : 0;
        um_fft_run(from);
        for (int i = 0; i < n; i++)
            take(&t[i], from, block);
    }
}

/* Sample i lies between two of the recording; the next `up` samples lie at the same parts of one. */
static um_status interpolate(um_lowered *out, const um_measured_voice *v, um_error *err)
{
    const int rate = (int)v->rate_hz, shared = common(rate, out->rate_hz);
    const int64_t up = out->rate_hz / shared, down = rate / shared;
    double *sine = um_calloc((size_t)up * 2 * DEPTH, sizeof *sine);
    if (!sine)
        return um_fail_oom(err);
    for (int64_t i = 0; i < up; i++) {
        const double at = ((double)i + .5) * rate / out->rate_hz - .5, part = at - floor(at);
        um_voice_sines(sine + i * 2 * DEPTH, DEPTH, part);
    }
    for (int64_t i = 0; i < out->n; i++) {
        const double at = ((double)(i % up) + .5) * rate / out->rate_hz - .5;
        const int64_t first = i / up * down + (int64_t)floor(at) - DEPTH + 1;
        const double *weight = sine + i % up * 2 * DEPTH;
        double sum = 0;
        for (int k = 0; k < 2 * DEPTH; k++)
            sum += first + k >= 0 && first + k < (int64_t)v->n ? weight[k] * v->x[first + k] : 0;
        out->x[i] = (float)sum;
    }
    free(sine);
    return UM_OK;
}

static um_status aim(target *t, um_lowered *out, const um_measured_voice *v, const um_fft *from,
                     um_error *err)
{
    const double later =
        M_PI / 4 * (1. / out->rate_hz - 1. / v->rate_hz); /* sample i is at (i + 1/2) / rate */
    t->out = out;
    const um_status st = um_fft_new(&t->to, 1, 4 * out->rate_hz, err);
    if (st < 0)
        return st;
    if (!(t->turn = um_calloc((size_t)um_fft_bins(t->to), sizeof *t->turn)))
        return um_fail_oom(err);
    for (int k = 0; k < shared_bins(t, from); k++)
        t->turn[k] = out->rate_hz / v->rate_hz * cexp(later * k * I);
    return UM_OK;
}

static void emphasize(um_lowered *out)
{
    const double keep = exp(-2 * M_PI * EMPHASIS_HZ / out->rate_hz);
    for (int64_t i = out->n - 1; i > 0; i--)
        out->x[i] -= (float)(keep * (double)out->x[i - 1]);
}

um_status um_voice_lower(um_lowered out[UM_VOICE_LOWERED], const um_measured_voice *v, um_error *err)
{
    static const int ceiling_hz[UM_VOICE_LOWERED] = {UM_VOICE_FORMANTS_HZ, UM_VOICE_CEPSTRUM_HZ};
    target t[UM_VOICE_LOWERED] = {0};
    um_fft *from = NULL;
    int n = 0; /* of a higher rate */
    um_status st = um_fft_new(&from, 1, 4 * (int)v->rate_hz, err);
    for (int i = 0; i < UM_VOICE_LOWERED && st == UM_OK; i++) {
        out[i] = (um_lowered){.rate_hz = 2 * ceiling_hz[i]};
        out[i].n = (int64_t)((double)v->n * out[i].rate_hz / v->rate_hz);
        if (!(out[i].x = um_calloc((size_t)out[i].n + 1, sizeof *out[i].x)))
            st = um_fail_oom(err);
        else if (v->rate_hz < out[i].rate_hz)
            st = interpolate(&out[i], v, err);
        else
            st = aim(&t[n++], &out[i], v, from, err);
    }
    if (st == UM_OK && n)
        resample(t, n, v, from);
    for (int i = 0; i < n; i++) {
        um_fft_free(&t[i].to);
        free(t[i].turn);
    }
    um_fft_free(&from);
    for (int i = 0; i < UM_VOICE_LOWERED && st == UM_OK; i++)
        emphasize(&out[i]);
    return st;
}
