/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cepstrum.c: how far the peak of the voice stands out of the cepstrum (smoothed cepstral peak prominence,
 * CPPS), as Praat's PowerCepstrogram tells it: Hillenbrand & Houde, "Acoustic correlates of breathy vocal
 * quality", JSHR 39(2), 1996; Maryn & Weenink, "Objective dysphonia measures in the program Praat", Journal
 * of Voice 29(1), 2015.
 *
 * The line under the peak is that of Theil (1950): the median of the slopes of all pairs of points, told here
 * by counting how many pairs are less steep than a guess. Differs from Praat: the line and the peak are
 * looked for every 10 ms of the smoothed cepstrogram, not every 2. */
#include "base/fast.h"
#include "base/vec.h"
#include "dsp/fft.h"
#include "dsp/logarithm.h"
#include "dsp/stats.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_HZ = 2 * UM_VOICE_CEPSTRUM_HZ,
    WINDOW = RATE_HZ / 10, /* twice three periods of 60 Hz, as the window is Gaussian */
    PADDED = 1024,
    BINS = (PADDED / 2 + UM_LANES) / UM_LANES * UM_LANES, /* of the spectrum, and a few for the lanes */
    STEP = RATE_HZ / 500,
    SIDE = 5,  /* steps to either side: smoothed over 20 ms */
    EVERY = 2, /* steps: the line and the peak change slowly */
    FIRST = RATE_HZ / 1000,
    LAST = RATE_HZ / 20, /* bins of 0.1 ms: 1 to 50 ms, of the line */
    POINTS = LAST - FIRST + 1,
    THIN = 4, /* the line is that of every fourth point, as neighbours are smoothed together */
    PAIRED = (POINTS + THIN - 1) / THIN,
    PAIRS = PAIRED * (PAIRED - 1) / 2,
    BLUR = 3, /* bins to either side: smoothed over 0.5 ms */
    KEPT = POINTS + 2 * BLUR,
    SMOOTHED = (POINTS + UM_LANES - 1) / UM_LANES * UM_LANES, /* and a few for the lanes */
    LOW = RATE_HZ / 330 + 1,
    HIGH = RATE_HZ / 60, /* where the peak of the voice is looked for */
    NEAR = LOW - FIRST - 1,
    FAR = HIGH - FIRST + 1 /* points that tell what a peak is */
};
static const double BLUR_WEIGHT[2 * BLUR + 1] = {.025, .175, .2,  .2,
                                                 .2,   .175, .025}; /* 5 bins, cut between two */
static const double ENOUGH = 5e-4;  /* of the pairs: the slope is the median but for so many */
static const float FAINT = 1e-37f;  /* power that keeps the logarithm of silence finite */
static const float SILENT = 1e-30f; /* the same of a smoothed cepstrum */
static const double TIE = 1e-6;     /* of a sample: frames begin on one or between two */
static const float DB = 4.3429448f; /* 10 / ln 10 */
enum { GUESSES = 40 };

typedef struct cepstra {
    const um_lowered *sound;
    um_fft *fft, *back;
    double shape[WINDOW];
    float ring[2 * SIDE + 1][KEPT]; /* power cepstra of the last frames */
    float y[SMOOTHED];              /* dB */
    double x[POINTS];               /* ln of the quefrency in bins */
    double slope;                   /* the last one */
} cepstra;

/* `n` samples of a window (beyond the ends: 0) without their mean, under the shape; the power that is left.
 * Four sums side by side, so that the order of additions is fixed and fits vectors. */
UM_KERNEL_OF(double, shape, (double *restrict out, const float *restrict x, const double *restrict weight),
             (out, x, weight))
{
    enum { LANES = 4 };
    double mean[LANES] = {0}, power[LANES] = {0};
    for (int i = 0; i < WINDOW; i += LANES)
        for (int k = 0; k < LANES; k++)
            mean[k] += (double)x[i + k];
    const double all = ((mean[0] + mean[1]) + (mean[2] + mean[3])) / WINDOW;
    for (int i = 0; i < WINDOW; i += LANES)
        for (int k = 0; k < LANES; k++) {
            out[i + k] = ((double)x[i + k] - all) * weight[i + k];
            power[k] += out[i + k] * out[i + k];
        }
    return (power[0] + power[1]) + (power[2] + power[3]);
}

/* The cepstrum of the frame that begins at a sample; beyond the ends there is silence. */
static void transform(cepstra *c, float out[KEPT], int64_t start)
{
    const double step_hz = (double)RATE_HZ / PADDED;
    float edge[WINDOW], log_power[BINS];
    const float *x = c->sound->x + start;
    if (start < 0 || start + WINDOW > c->sound->n) {
        for (int i = 0; i < WINDOW; i++)
            edge[i] = start + i >= 0 && start + i < c->sound->n ? c->sound->x[start + i] : 0;
        x = edge;
    }
    const double power = shape(c->fft->in, x, c->shape);
    if (!(power > 0 &&
          power < INFINITY)) { /* nothing, and not the rounding errors of a transform of nothing */
        memset(out, 0, KEPT * sizeof *out);
        return;
    }
    for (int i = WINDOW; i < PADDED; i++)
        c->fft->in[i] = 0;
    um_fft_run(c->fft);
    for (int k = 0; k <= PADDED / 2; k++) {
        const double *z = c->fft->out[k];
        log_power[k] = (float)(z[0] * z[0] + z[1] * z[1]) + FAINT;
    }
    for (int k = PADDED / 2 + 1; k < BINS; k++)
        log_power[k] = 1;
    um_logarithms(log_power, BINS);
    double *even = c->back->in; /* real and even: the way there is the way back */
    even[0] = (double)log_power[0];
    for (int k = 1; k <= PADDED / 2; k++)
        even[k] = even[PADDED - k] = (double)log_power[k];
    um_fft_run(c->back);
    for (int i = 0; i < KEPT; i++) {
        const double value = c->back->out[FIRST - BLUR + i][0] * step_hz;
        out[i] = (float)(value * value);
    }
}

UM_KERNEL(blur, (float *restrict y, const double *restrict sum), (y, sum))
{
    for (int i = 0; i < POINTS; i++) {
        double blurred = 0;
        for (int k = 0; k <= 2 * BLUR; k++)
            blurred += BLUR_WEIGHT[k] * sum[i + k];
        y[i] = (float)blurred + SILENT;
    }
    for (int i = POINTS; i < SMOOTHED; i++)
        y[i] = 1;
}

UM_KERNEL(add_weighted, (double *restrict sum, const float *restrict x, double weight), (sum, x, weight))
{
    for (int i = 0; i < KEPT; i++)
        sum[i] += weight * (double)x[i];
}

/* Of frame `at` of n, smoothed over time and quefrency, in dB over what does not matter. False: nothing at
 * all. */
static bool smooth(cepstra *c, int64_t at, int64_t n)
{
    double sum[KEPT] = {0}, total = 0;
    for (int64_t k = at - SIDE; k <= at + SIDE; k++)
        if (k >= 0 && k < n)
            add_weighted(sum, c->ring[k % (2 * SIDE + 1)], k == at - SIDE || k == at + SIDE ? .5 : 1);
    for (int i = 0; i < KEPT; i++)
        total += sum[i];
    blur(c->y, sum);
    um_logarithms(c->y, SMOOTHED);
    for (int i = 0; i < POINTS; i++)
        c->y[i] *= DB;
    return total > 0;
}

/* Pairs of which the later one is less. */
UM_KERNEL_OF(int, falling_pairs, (const float *x), (x))
{
    int below = 0;
    for (int i = 0; i < PAIRED; i++) {
        int less = 0;
        for (int j = i + 1; j < PAIRED; j++)
            less += x[j] < x[i];
        below += less;
    }
    return below;
}

/* Pairs of points whose slope is less, beyond half of all. */
static int beyond_half(const cepstra *c, double slope)
{
    float left[PAIRED];
    for (int i = 0; i < PAIRED; i++)
        left[i] = (float)((double)c->y[THIN * i] - slope * c->x[THIN * i]);
    return falling_pairs(left) - PAIRS / 2;
}

static double median_slope(cepstra *c)
{
    const int enough = (int)(ENOUGH * PAIRS);
    double slope = c->slope, step = .1, low = 0, high = 0;
    int under = 0, over = 0; /* what the bounds are beyond; 0: no bound */
    for (int i = 0; i < GUESSES; i++) {
        const int off = beyond_half(c, slope);
        if (abs(off) <= enough)
            break;
        if (off < 0) {
            low = slope;
            under = off;
        } else {
            high = slope;
            over = off;
        }
        slope = under && over ? low + (high - low) * under / (double)(under - over)
                              : slope + (off < 0 ? step : -step);
        step *= 4;
    }
    return c->slope = slope;
}

/* dB of the highest peak of the voice above the line; 0 when there is none. */
static double prominence(cepstra *c)
{
    double left[POINTS], best = 0;
    const double slope = median_slope(c);
    for (int i = 0; i < PAIRED; i++)
        left[i] = (double)c->y[THIN * i] - slope * c->x[THIN * i];
    const double offset = um_median(left, PAIRED);
    for (int i = NEAR; i <= FAR; i++) {
        const double above = (double)c->y[i] - slope * c->x[i] - offset;
        left[i] = above > 0 ? above : 0;
    }
    for (int i = NEAR + 1; i < FAR; i++) {
        const double before = left[i - 1], here = left[i], after = left[i + 1];
        double height = i == NEAR + 1 || i == FAR - 1 ? here : 0;
        if (here > before && here >= after)
            height = here + (after - before) * (after - before) / (2 * here - before - after) / 8;
        best = height > best ? height : best;
    }
    return best;
}

static um_status begin(cepstra *c, const um_lowered *sound, um_error *err)
{
    const double edge = exp(-12);
    c->sound = sound;
    um_status st = um_fft_new(&c->fft, 1, PADDED, err);
    if (st == UM_OK)
        st = um_fft_new(&c->back, 1, PADDED, err);
    for (int i = 0; i < WINDOW; i++) {
        const double away = (i + 1 - .5 * (WINDOW + 1)) / (WINDOW + 1);
        c->shape[i] = (exp(-48 * away * away) - edge) / (1 - edge) / RATE_HZ;
    }
    for (int i = 0; i < POINTS; i++)
        c->x[i] = log(FIRST + i);
    return st;
}

um_status um_voice_find_cepstral_peak(um_measured_voice *v, const um_lowered *sound, um_error *err)
{
    const double all_s = (double)v->n / v->rate_hz, step_s = (double)STEP / RATE_HZ;
    const int64_t frames = (int64_t)floor((all_s - (double)WINDOW / RATE_HZ) / step_s) + 1;
    const double first_s = all_s / 2 - (double)(frames - 1) * step_s / 2;
    v->report.cpps_db = NAN;
    if (frames < 1)
        return UM_OK;
    cepstra *c = um_calloc(1, sizeof *c);
    um_status st = c ? begin(c, sound, err) : um_fail_oom(err);
    double sum = 0, n = 0;
    int64_t made = 0;
    for (int64_t block = 0; block < frames && st == UM_OK; block += EVERY, n++) {
        const int64_t middle = block + EVERY / 2, at = middle < frames ? middle : frames - 1;
        for (; made < frames && made <= at + SIDE; made++) {
            const double start_s = first_s + (double)made * step_s - WINDOW / 2. / RATE_HZ;
            transform(c, c->ring[made % (2 * SIDE + 1)], (int64_t)floor(start_s * RATE_HZ + TIE));
        }
        sum += smooth(c, at, frames) ? prominence(c) : 0;
    }
    v->report.cpps_db = n > 0 ? sum / n : NAN;
    if (c) {
        um_fft_free(&c->fft);
        um_fft_free(&c->back);
    }
    free(c);
    return st;
}
