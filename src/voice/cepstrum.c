/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cepstrum.c: how far the peak of the voice stands out of the cepstrum (smoothed cepstral peak prominence,
 * CPPS), as Praat's PowerCepstrogram tells it: Hillenbrand & Houde, "Acoustic correlates of breathy vocal
 * quality", JSHR 39(2), 1996; Maryn & Weenink, "Objective dysphonia measures in the program Praat", Journal
 * of Voice 29(1), 2015.
 *
 * The line under the peak is that of Theil (1950): the median of the slopes of all pairs of points, told here
 * by counting how many pairs are less steep than a guess. Differs from Praat: the line and the peak are
 * looked for every 10 ms of the smoothed cepstrogram, not every 2. */
#include "dsp/fft.h"
#include "dsp/stats.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CEILING_HZ = 5000,
    RATE_HZ = 2 * CEILING_HZ,
    WINDOW = RATE_HZ / 10, /* twice three periods of 60 Hz, as the window is Gaussian */
    PADDED = 1024,
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
    LOW = RATE_HZ / 330 + 1,
    HIGH = RATE_HZ / 60, /* where the peak of the voice is looked for */
    NEAR = LOW - FIRST - 1,
    FAR = HIGH - FIRST + 1 /* points that tell what a peak is */
};
static const double BLUR_WEIGHT[2 * BLUR + 1] = {.025, .175, .2,  .2,
                                                 .2,   .175, .025}; /* 5 bins, cut between two */
static const double ENOUGH = 5e-4;  /* of the pairs: the slope is the median but for so many */
static const float FAINT = 1e-37f;  /* power that keeps the logarithm of silence finite */
static const double TIE = 1e-6;     /* of a sample: frames begin on one or between two */
static const float DB = 4.3429448f; /* 10 / ln 10 */
enum { GUESSES = 40 };

typedef struct cepstra {
    um_lowered sound;
    um_fft *fft, *back;
    double shape[WINDOW];
    float ring[2 * SIDE + 1][KEPT]; /* power cepstra of the last frames */
    double y[POINTS], x[POINTS];    /* dB; ln of the quefrency in bins */
    double slope;                   /* the last one */
} cepstra;

/* The cepstrum of the frame that begins at a sample; beyond the ends there is silence. */
static void transform(cepstra *c, float out[KEPT], int64_t start)
{
    const double scale = 1. / RATE_HZ, step_hz = (double)RATE_HZ / PADDED;
    double mean = 0, power = 0;
    for (int i = 0; i < WINDOW; i++) {
        c->fft->in[i] = start + i >= 0 && start + i < c->sound.n ? (double)c->sound.x[start + i] : 0;
        mean += c->fft->in[i] / WINDOW;
    }
    for (int i = 0; i < WINDOW; i++) {
        c->fft->in[i] = (c->fft->in[i] - mean) * c->shape[i] * scale;
        power += c->fft->in[i] * c->fft->in[i];
    }
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
        c->back->out[k][0] = logf((float)(z[0] * z[0] + z[1] * z[1]) + FAINT);
        c->back->out[k][1] = 0;
    }
    um_fft_back(c->back);
    for (int i = 0; i < KEPT; i++) {
        const double value = c->back->in[FIRST - BLUR + i] * step_hz * PADDED;
        out[i] = (float)(value * value);
    }
}

/* Of frame `at` of n, smoothed over time and quefrency, in dB over what does not matter. False: nothing at
 * all. */
static bool smooth(cepstra *c, int64_t at, int64_t n)
{
    double sum[KEPT] = {0}, total = 0;
    for (int64_t k = at - SIDE; k <= at + SIDE; k++) {
        if (k < 0 || k >= n)
            continue;
        const double weight = k == at - SIDE || k == at + SIDE ? .5 : 1;
        const float *from = c->ring[k % (2 * SIDE + 1)];
        for (int i = 0; i < KEPT; i++)
            sum[i] += weight * from[i];
    }
    for (int i = 0; i < POINTS; i++) {
        double blurred = 0;
        if (i % THIN && (i < NEAR || i > FAR))
            continue;
        for (int k = 0; k <= 2 * BLUR; k++)
            blurred += BLUR_WEIGHT[k] * sum[i + k];
        c->y[i] = DB * logf((float)blurred + 1e-30f);
        total += blurred;
    }
    return total > 0;
}

/* Pairs of points whose slope is less, beyond half of all. */
static int beyond_half(const cepstra *c, double slope)
{
    float left[PAIRED];
    int below = 0;
    for (int i = 0; i < PAIRED; i++)
        left[i] = (float)(c->y[THIN * i] - slope * c->x[THIN * i]);
    for (int i = 0; i < PAIRED; i++) {
        int less = 0;
        for (int j = i + 1; j < PAIRED; j++)
            less += left[j] < left[i];
        below += less;
    }
    return below - PAIRS / 2;
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
        left[i] = c->y[THIN * i] - slope * c->x[THIN * i];
    const double offset = um_median(left, PAIRED);
    for (int i = NEAR; i <= FAR; i++) {
        const double above = c->y[i] - slope * c->x[i] - offset;
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

static um_status begin(cepstra *c, const um_measured_voice *v, um_error *err)
{
    const double edge = exp(-12);
    um_status st = um_voice_lower(&c->sound, v, CEILING_HZ, err);
    if (st == UM_OK)
        st = um_fft_new(&c->fft, 1, PADDED, err);
    if (st == UM_OK)
        st = um_fft_new(&c->back, 1, PADDED, err);
    for (int i = 0; i < WINDOW; i++) {
        const double away = (i + 1 - .5 * (WINDOW + 1)) / (WINDOW + 1);
        c->shape[i] = (exp(-48 * away * away) - edge) / (1 - edge);
    }
    for (int i = 0; i < POINTS; i++)
        c->x[i] = log(FIRST + i);
    return st;
}

um_status um_voice_find_cepstral_peak(um_measured_voice *v, um_error *err)
{
    const double all_s = (double)v->n / v->rate_hz, step_s = (double)STEP / RATE_HZ;
    const int64_t frames = (int64_t)floor((all_s - (double)WINDOW / RATE_HZ) / step_s) + 1;
    const double first_s = all_s / 2 - (double)(frames - 1) * step_s / 2;
    v->report.cpps_db = NAN;
    if (frames < 1)
        return UM_OK;
    cepstra *c = um_calloc(1, sizeof *c);
    um_status st = c ? begin(c, v, err) : um_fail_oom(err);
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
        free(c->sound.x);
        um_fft_free(&c->fft);
        um_fft_free(&c->back);
    }
    free(c);
    return st;
}
