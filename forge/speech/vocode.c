/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vocode.c: phases found again for given magnitudes, and the choice among the vocoders. */
#include "speech/vocode.h"
#include "dsp/fft.h"
#include "dsp/mel.h"
#include "dsp/spectrum.h"
#include <stdlib.h>
#include <string.h>

enum { LEAST = 2048, SIZES = 2, LARGEST = 1024, SHARE = 4 }; /* a hop is 1 / SHARE of a frame */
static const int sizes[SIZES] = {512, LARGEST};

typedef struct complexf {
    float re, im;
} complexf;

struct vocoder {
    int n, padded; /* samples; with a frame of zeros on both sides */
    um_fft *fft[SIZES];
    double *window[SIZES];
    float *target;          /* magnitudes, [frames][bins] */
    complexf *now, *before; /* spectra, [frames][bins] */
    float *sum;             /* [padded] */
    source_filter *voice;
};

const char *vocoder_name(vocoder_kind kind)
{
    static const char *const name[VOCODER_KINDS] = {"griffin-lim", "mel", "lpc", "harmonic"};
    return name[kind];
}

static int frames_of(const vocoder *v, int size)
{
    return (v->padded - size) / (size / SHARE) + 1;
}

um_status vocoder_new(vocoder **out, int n, um_error *err)
{
    *out = NULL;
    if (n < LEAST || n > VOCODER_MOST)
        return um_fail(err, UM_EINVAL, "no vocoder for %d samples", n);
    vocoder *v = um_calloc(1, sizeof *v);
    if (!v)
        return um_fail_oom(err);
    um_status st = source_filter_new(&v->voice, n, err);
    size_t most = 0;
    v->n = n;
    v->padded = n + 3 * LARGEST; /* the last frame may reach beyond */
    for (int i = 0; i < SIZES && st == UM_OK; i++) {
        const size_t cells = (size_t)frames_of(v, sizes[i]) * ((size_t)sizes[i] / 2 + 1);
        most = most > cells ? most : cells;
        if ((st = um_fft_new(&v->fft[i], 1, sizes[i], err)) < 0)
            break;
        if (!(v->window[i] = um_calloc((size_t)sizes[i], sizeof *v->window[i])))
            st = um_fail_oom(err);
        else
            um_window_hann(v->window[i], sizes[i]);
    }
    if (st == UM_OK &&
        (!(v->target = um_calloc(most, sizeof *v->target)) || !(v->now = um_calloc(most, sizeof *v->now)) ||
         !(v->before = um_calloc(most, sizeof *v->before)) ||
         !(v->sum = um_calloc((size_t)v->padded, sizeof *v->sum))))
        st = um_fail_oom(err);
    if (st < 0)
        vocoder_free(&v);
    *out = v;
    return st;
}

void vocoder_free(vocoder **which)
{
    vocoder *v = *which;
    if (!v)
        return;
    for (int i = 0; i < SIZES; i++) {
        um_fft_free(&v->fft[i]);
        free(v->window[i]);
    }
    source_filter_free(&v->voice);
    free(v->target);
    free(v->now);
    free(v->before);
    free(v->sum);
    free(v);
    *which = NULL;
}

/* Spectra of v->sum into v->now. */
static void analyse(vocoder *v, int which)
{
    um_fft *fft = v->fft[which];
    const int size = sizes[which], hop = size / SHARE, bins = um_fft_bins(fft), frames = frames_of(v, size);
    for (int f = 0; f < frames; f++) {
        for (int i = 0; i < size; i++)
            fft->in[i] = v->sum[f * hop + i] * v->window[which][i];
        um_fft_run(fft);
        complexf *now = v->now + (size_t)f * (size_t)bins;
        for (int k = 0; k < bins; k++)
            now[k] = (complexf){(float)fft->out[k][0], (float)fft->out[k][1]};
    }
}

/* The sound whose spectra are nearest to v->now: frames under the window again, added, divided by the sum of
 * the squared windows, which for Hann and a quarter of a frame is 3/2. */
static void resynthesise(vocoder *v, int which)
{
    um_fft *fft = v->fft[which];
    const int size = sizes[which], hop = size / SHARE, bins = um_fft_bins(fft), frames = frames_of(v, size);
    memset(v->sum, 0, (size_t)v->padded * sizeof *v->sum);
    for (int f = 0; f < frames; f++) {
        const complexf *now = v->now + (size_t)f * (size_t)bins;
        for (int k = 0; k < bins; k++) {
            fft->out[k][0] = now[k].re;
            fft->out[k][1] = k && k < bins - 1 ? now[k].im : 0;
        }
        um_fft_back(fft);
        for (int i = 0; i < size; i++)
            v->sum[f * hop + i] += (float)(fft->in[i] * v->window[which][i] / 1.5);
    }
}

/* Magnitudes as mel bands tell them: each bin gets of the bands it is in the mean power of their bins. */
static um_status through_mel(vocoder *v, int which, int bands, um_error *err)
{
    const int bins = um_fft_bins(v->fft[which]), frames = frames_of(v, sizes[which]);
    enum { MOST_BANDS = 128 };
    float power[LARGEST / 2 + 1], log_band[MOST_BANDS], width[MOST_BANDS] = {0};
    um_mel mel = {0};
    um_status st = um_mel_init(&mel, bands, bins, VOCODER_RATE_HZ, err);
    for (int b = 0; st == UM_OK && b < bands; b++)
        for (int k = mel.from[b]; k < mel.to[b]; k++)
            width[b] += mel.weight[b * bins + k];
    for (int f = 0; st == UM_OK && f < frames; f++) {
        float *row = v->target + (size_t)f * (size_t)bins;
        for (int k = 0; k < bins; k++)
            power[k] = row[k] * row[k];
        um_mel_log(&mel, log_band, power, 1e-12f);
        memset(row, 0, (size_t)bins * sizeof *row);
        for (int b = 0; b < bands; b++) {
            const float mean = width[b] > 0 ? expf(log_band[b]) / width[b] : 0;
            for (int k = mel.from[b]; k < mel.to[b]; k++)
                row[k] += mel.weight[b * bins + k] * mean;
        }
        for (int k = 0; k < bins; k++)
            row[k] = sqrtf(row[k]);
    }
    um_mel_clear(&mel);
    return st;
}

static void find_phases(vocoder *v, int which, int rounds, float momentum, rng *r)
{
    const size_t cells = (size_t)frames_of(v, sizes[which]) * (size_t)um_fft_bins(v->fft[which]);
    for (size_t i = 0; i < cells; i++) {
        const float phase = rng_float(r, 0, 6.2831853f);
        v->now[i] = (complexf){v->target[i] * cosf(phase), v->target[i] * sinf(phase)};
    }
    memset(v->before, 0, cells * sizeof *v->before);
    for (int round = 0; round < rounds; round++) {
        resynthesise(v, which);
        analyse(v, which);
        for (size_t i = 0; i < cells; i++) {
            const complexf c = v->now[i], b = v->before[i];
            const float step = round ? momentum : 0;
            const float re = c.re + step * (c.re - b.re), im = c.im + step * (c.im - b.im);
            const float size = sqrtf(re * re + im * im), factor = v->target[i] / fmaxf(size, 1e-12f);
            v->before[i] = c;
            v->now[i] = (complexf){re * factor, im * factor};
        }
    }
    resynthesise(v, which);
}

static um_status magnitudes_only(vocoder *v, float *samples, bool mel, rng *r, um_error *err)
{
    const int which = rng_int(r, SIZES), rounds = 4 + rng_int(r, 9), bands = 60 + rng_int(r, 41);
    const float momentum = rng_float(r, .3f, .99f);
    const size_t cells = (size_t)frames_of(v, sizes[which]) * (size_t)um_fft_bins(v->fft[which]);
    memset(v->sum, 0, (size_t)v->padded * sizeof *v->sum);
    memcpy(v->sum + LARGEST, samples, (size_t)v->n * sizeof *samples);
    analyse(v, which);
    for (size_t i = 0; i < cells; i++)
        v->target[i] = hypotf(v->now[i].re, v->now[i].im);
    um_status st = mel ? through_mel(v, which, bands, err) : UM_OK;
    if (st < 0)
        return st;
    find_phases(v, which, rounds, momentum, r);
    memcpy(samples, v->sum + LARGEST, (size_t)v->n * sizeof *samples);
    return UM_OK;
}

static double energy(const float *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sum;
}

um_status vocoder_run(vocoder *v, float *samples, vocoder_kind kind, rng *r, um_error *err)
{
    const double before = energy(samples, v->n);
    um_status st = kind == VOCODER_LPC        ? source_filter_lpc(v->voice, samples, r, err)
                   : kind == VOCODER_HARMONIC ? source_filter_harmonic(v->voice, samples, r, err)
                                              : magnitudes_only(v, samples, kind == VOCODER_MEL, r, err);
    const double after = energy(samples, v->n);
    const float gain = after > 0 ? (float)sqrt(before / after) : 0;
    for (int i = 0; i < v->n && st == UM_OK; i++)
        samples[i] *= gain;
    return st;
}
