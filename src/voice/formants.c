/* SPDX-License-Identifier: GPL-3.0-or-later */
/* formants.c: resonances of the vocal tract while there is voice, as Praat's "To Formant (burg)" finds them
 * with its usual values: up to five below 5500 Hz. Burg, "Maximum entropy spectral analysis", 37th Annual
 * International SEG Meeting, 1967; Childers, Modern Spectrum Analysis, 1978, pp. 252-255. */
#include "base/fast.h"
#include "dsp/polynomial.h"
#include "dsp/stats.h"
#include "voice/voice_internal.h"
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CEILING_HZ = UM_VOICE_FORMANTS_HZ, RATE_HZ = 2 * CEILING_HZ, POLES = 10 };
static const double WINDOW_S = .05;  /* twice its effective length */
static const double STEP_S = .00625; /* a quarter of that */
static const double MARGIN_HZ = 50;  /* from 0 and from the ceiling */

typedef struct tract {
    const um_lowered *sound;
    int window, half;
    double *shape, *forward, *backward;
    double *found[UM_VOICE_FORMANTS], *width[UM_VOICE_FORMANTS];
    size_t n_found[UM_VOICE_FORMANTS];
} tract;

static um_status begin(tract *t, const um_measured_voice *v, const um_lowered *sound, um_error *err)
{
    t->sound = sound;
    const double edge = exp(-12);
    t->window = (int)(WINDOW_S * RATE_HZ);
    t->half = t->window / 2;
    t->shape = um_calloc((size_t)t->window, sizeof *t->shape);
    t->forward = um_calloc((size_t)t->window, sizeof *t->forward);
    t->backward = um_calloc((size_t)t->window, sizeof *t->backward);
    um_status st = t->shape && t->forward && t->backward ? UM_OK : um_fail_oom(err);
    for (int i = 0; st == UM_OK && i < t->window; i++) {
        const double away = (i + 1 - .5 * (t->window + 1)) / (t->window + 1);
        t->shape[i] = (exp(-48 * away * away) - edge) / (1 - edge);
    }
    for (int k = 0; k < UM_VOICE_FORMANTS && st == UM_OK; k++) {
        const size_t most = (size_t)((double)v->n / v->rate_hz / STEP_S) + 2;
        t->found[k] = um_calloc(most, sizeof *t->found[k]);
        t->width[k] = um_calloc(most, sizeof *t->width[k]);
        if (!t->found[k] || !t->width[k])
            st = um_fail_oom(err);
    }
    return st;
}

static void end(tract *t)
{
    free(t->shape);
    free(t->forward);
    free(t->backward);
    for (int k = 0; k < UM_VOICE_FORMANTS; k++) {
        free(t->found[k]);
        free(t->width[k]);
    }
}

/* Twice the sum of f b over that of f f + b b; 0 of silence. Four sums side by side, so that the order of
 * additions is fixed and fits vectors. */
UM_KERNEL_OF(double, reflection, (const double *restrict f, const double *restrict b, int n), (f, b, n))
{
    enum { LANES = 4 };
    double product[LANES] = {0}, power[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) {
            product[k] += f[i + k] * b[i + k];
            power[k] += f[i + k] * f[i + k] + b[i + k] * b[i + k];
        }
    for (; i < n; i++) {
        product[0] += f[i] * b[i];
        power[0] += f[i] * f[i] + b[i] * b[i];
    }
    const double all = (power[0] + power[1]) + (power[2] + power[3]);
    return all > 0 ? 2 * ((product[0] + product[1]) + (product[2] + product[3])) / all : NAN;
}

/* What k leaves of either. */
UM_KERNEL(take_out, (double *restrict f, double *restrict b, double k, int n), (f, b, k, n))
{
    for (int i = 0; i < n; i++) {
        const double forward = f[i];
        f[i] = forward - k * b[i];
        b[i] = b[i] - k * forward;
    }
}

/* x[i] is predicted by the sum of a[k] x[i - 1 - k]. f and b begin as x; the errors backwards stay where they
 * are, those forwards move on by one with each pole. False: silence. */
static bool burg(double a[POLES], double *f, double *b, int n)
{
    double before[POLES];
    for (int m = 0; m < POLES; m++) {
        const double k = reflection(f + m + 1, b, n - 1 - m);
        if (isnan(k))
            return false;
        memcpy(before, a, sizeof before);
        a[m] = k;
        for (int i = 0; i < m; i++)
            a[i] = before[i] - k * before[m - 1 - i];
        take_out(f + m + 1, b, k, n - 1 - m);
    }
    return true;
}

static int by_frequency(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

/* Frequency and width of each resonance, from the lowest on. How many. */
static int resonances(double out[POLES][2], const double a[POLES])
{
    double complex root[POLES];
    double minus[POLES];
    int n = 0;
    for (int i = 0; i < POLES; i++)
        minus[i] = -a[i];
    if (!um_polynomial_roots(root, minus, POLES))
        return 0;
    for (int i = 0; i < POLES; i++) {
        const double size = cabs(root[i]);
        const double complex z = size > 1 ? 1 / conj(root[i]) : root[i]; /* what grows, decays as fast */
        const double hz = carg(z) * RATE_HZ / (2 * M_PI);
        if (cimag(z) < 0 || hz < MARGIN_HZ || hz > CEILING_HZ - MARGIN_HZ)
            continue;
        out[n][0] = hz;
        out[n++][1] = -log(cabs(z)) * RATE_HZ / M_PI;
    }
    qsort(out, (size_t)n, sizeof *out, by_frequency);
    return n;
}

static void look(tract *t, double at_s)
{
    const int64_t left = (int64_t)floor(at_s * RATE_HZ - .5); /* the last sample before */
    const int64_t from = left + 1 - t->half > 0 ? left + 1 - t->half : 0;
    const int64_t to = left + t->half < t->sound->n - 1 ? left + t->half : t->sound->n - 1;
    const int n = (int)(to - from + 1);
    double a[POLES] = {0}, found[POLES][2];
    if (n <= POLES)
        return;
    for (int i = 0; i < n; i++)
        t->forward[i] = t->backward[i] = (double)t->sound->x[from + i] * t->shape[i];
    const int n_found = burg(a, t->forward, t->backward, n) ? resonances(found, a) : 0;
    for (int k = 0; k < UM_VOICE_FORMANTS && k < n_found; k++) {
        t->found[k][t->n_found[k]] = found[k][0];
        t->width[k][t->n_found[k]++] = found[k][1];
    }
}

um_status um_voice_find_formants(um_measured_voice *v, const um_lowered *sound, um_error *err)
{
    const double all_s = (double)v->n / v->rate_hz;
    const double frames = floor((all_s - WINDOW_S) / STEP_S) + 1,
                 first_s = (all_s - (frames - 1) * STEP_S) / 2;
    tract t = {0};
    for (int k = 0; k < UM_VOICE_FORMANTS; k++)
        v->report.formant_hz[k] = v->report.formant_width_hz[k] = NAN;
    if (frames < 1)
        return UM_OK;
    um_status st = begin(&t, v, sound, err);
    for (double i = 0; i < frames && st == UM_OK; i++)
        if (!isnan(um_voice_hz_at(v, first_s + i * STEP_S)))
            look(&t, first_s + i * STEP_S);
    for (int k = 0; k < UM_VOICE_FORMANTS && st == UM_OK; k++)
        if (t.n_found[k]) {
            v->report.formant_hz[k] = um_median(t.found[k], t.n_found[k]);
            v->report.formant_width_hz[k] = um_median(t.width[k], t.n_found[k]);
        }
    end(&t);
    return st;
}
