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

/* All below the ceiling, and nothing above it: in blocks of four seconds, of which the middle half is kept.
 */
static void resample(um_lowered *out, const um_measured_voice *v, um_fft *from, um_fft *to,
                     double complex *turn)
{
    const int rate = (int)v->rate_hz, keep = 2 * out->rate_hz;
    const double scale = (double)out->rate_hz / rate;
    const double later = M_PI / 4 * (1. / out->rate_hz - 1. / rate); /* sample i is at (i + 1/2) / rate */
    const int shared = um_fft_bins(from) < um_fft_bins(to) ? um_fft_bins(from) : um_fft_bins(to);
    for (int k = 0; k < shared; k++)
        turn[k] = scale * cexp(later * k * I);
    for (int64_t block = 0; block * keep < out->n; block++) {
        const int64_t start = (2 * block - 1) * rate;
        for (int i = 0; i < 4 * rate; i++)
            from->in[i] = start + i >= 0 && start + i < (int64_t)v->n ? (double)v->x[start + i] : 0;
        um_fft_run(from);
        for (int k = 0; k < um_fft_bins(to); k++) {
            const double re = k < shared ? from->out[k][0] : 0, im = k < shared ? from->out[k][1] : 0;
            to->out[k][0] = re * creal(turn[k]) - im * cimag(turn[k]);
            to->out[k][1] = re * cimag(turn[k]) + im * creal(turn[k]);
        }
        um_fft_back(to);
        for (int i = 0; i < keep && block * keep + i < out->n; i++)
            out->x[block * keep + i] = (float)to->in[keep / 2 + i];
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

/* All below the ceiling of a higher rate. */
static um_status reduce(um_lowered *out, const um_measured_voice *v, um_error *err)
{
    um_fft *from = NULL, *to = NULL;
    double complex *turn = NULL; /* of each bin: by the part of a sample that the grids differ */
    um_status st = um_fft_new(&from, 1, 4 * (int)v->rate_hz, err);
    if (st == UM_OK)
        st = um_fft_new(&to, 1, 4 * out->rate_hz, err);
    if (st == UM_OK && !(turn = um_calloc((size_t)um_fft_bins(to), sizeof *turn)))
        st = um_fail_oom(err);
    if (st == UM_OK)
        resample(out, v, from, to, turn);
    free(turn);
    um_fft_free(&from);
    um_fft_free(&to);
    return st;
}

um_status um_voice_lower(um_lowered *out, const um_measured_voice *v, int ceiling_hz, um_error *err)
{
    *out = (um_lowered){.rate_hz = 2 * ceiling_hz};
    out->n = (int64_t)((double)v->n * out->rate_hz / v->rate_hz);
    if (!(out->x = um_calloc((size_t)out->n + 1, sizeof *out->x)))
        return um_fail_oom(err);
    const um_status st = v->rate_hz < out->rate_hz ? interpolate(out, v, err) : reduce(out, v, err);
    const double keep = exp(-2 * M_PI * EMPHASIS_HZ / out->rate_hz);
    for (int64_t i = out->n - 1; i > 0; i--)
        out->x[i] -= (float)(keep * (double)out->x[i - 1]);
    return st;
}
