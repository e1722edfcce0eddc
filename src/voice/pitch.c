/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pitch.c: pitch of a whole recording at its own rate. Boersma, "Accurate short-term analysis of the
 * fundamental frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 1993.
 *
 * Differs from dsp/pitch.h, which streams at 16 kHz: loudness is compared with that of the whole, the path
 * looks to the end, frames lie as Praat lays them. Where Praat interpolates the autocorrelation by 70 sines,
 * a transform four times as long does, and a parabola: that is the same but for 1e-5 of a period. */
#include "dsp/fft.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>

static const double STEP_S = .01, PERIODS = 3, SILENCE = .03, VOICING = .45, OCTAVE = .01, JUMP = .35,
                    VOICED_UNVOICED = .14;
enum { CANDIDATES = 15, FINE = 4 };

typedef struct candidate {
    double hz, strength;
} candidate;

typedef struct frame {
    int n;
    double intensity;
    candidate c[CANDIDATES];
    uint8_t before[CANDIDATES];
} frame;

typedef struct analysis {
    const um_voice *v;
    int window, half; /* samples; half of it */
    int period, half_period;
    int lowest, highest; /* lag, in quarters of a sample */
    um_fft *fft, *back;
    double *shape, *shape_correlation, *r; /* by lag in quarters */
    double loudest;
} analysis;

static um_status begin(analysis *a, const um_voice *v, um_error *err)
{
    const double rate = v->rate_hz;
    int size = 1;
    a->v = v;
    a->period = (int)floor(rate / UM_VOICE_FLOOR_HZ);
    a->half_period = a->period / 2 + 1;
    a->half = (int)floor(PERIODS / UM_VOICE_FLOOR_HZ * rate) / 2 - 1;
    a->window = 2 * a->half;
    a->lowest = FINE * 2; /* of shorter periods than the shortest, too: they take the place of others */
    a->highest = FINE * (int)fmin(floor(a->window / PERIODS) + 2, a->window / 2);
    while (size < a->window * 1.5)
        size *= 2;
    um_status st = um_fft_new(&a->fft, 1, size, err);
    if (st == UM_OK)
        st = um_fft_new(&a->back, 1, size * FINE, err);
    a->shape = um_calloc((size_t)a->window, sizeof *a->shape);
    a->shape_correlation = um_calloc((size_t)a->highest + 2, sizeof *a->shape_correlation);
    a->r = um_calloc((size_t)a->highest + 2, sizeof *a->r);
    if (st == UM_OK && !(a->shape && a->shape_correlation && a->r))
        st = um_fail_oom(err);
    if (st < 0)
        return st;
    for (int i = 0; i < size; i++)
        a->fft->in[i] = 0;
    for (int i = 0; i < a->window; i++)
        a->fft->in[i] = a->shape[i] = .5 - .5 * cos(2 * M_PI * (i + 1) / (a->window + 1));
    um_fft_autocorrelation(a->fft, a->back);
    for (int i = 0; i < a->highest + 2; i++)
        a->shape_correlation[i] = a->back->out[i][0] / a->back->out[0][0];
    double mean = 0;
    for (size_t i = 0; i < v->n; i++)
        mean += v->x[i];
    mean /= (double)v->n;
    for (size_t i = 0; i < v->n; i++)
        a->loudest = fmax(a->loudest, fabs(v->x[i] - mean));
    return UM_OK;
}

static void end(analysis *a)
{
    um_fft_free(&a->fft);
    um_fft_free(&a->back);
    free(a->shape);
    free(a->shape_correlation);
    free(a->r);
}

/* How good a candidate is by itself: of two equal peaks the one of the higher frequency. */
static double worth(candidate c, double reference_hz)
{
    return c.strength - OCTAVE * log2(reference_hz / c.hz);
}

static void add(frame *f, candidate c)
{
    int place = f->n;
    if (f->n < CANDIDATES)
        f->n++;
    else {
        place = 1;
        for (int i = 2; i < f->n; i++)
            if (worth(f->c[i], UM_VOICE_FLOOR_HZ) < worth(f->c[place], UM_VOICE_FLOOR_HZ))
                place = i;
        if (worth(c, UM_VOICE_FLOOR_HZ) <= worth(f->c[place], UM_VOICE_FLOOR_HZ))
            return;
    }
    f->c[place] = c;
}

static void find_candidates(analysis *a, frame *f)
{
    const double power = a->back->out[0][0], rate = a->v->rate_hz;
    double *r = a->r;
    for (int i = a->lowest - FINE; i <= a->highest + 1; i++)
        r[i] = a->back->out[i][0] / power / a->shape_correlation[i];
    for (int i = a->lowest; i <= a->highest - FINE; i += FINE) { /* peaks of whole lags, as in Praat */
        if (!(r[i] > r[i - FINE] && r[i] >= r[i + FINE]) || r[i] <= VOICING / 2)
            continue;
        int top = i;
        for (int k = i - FINE + 1; k < i + FINE; k++)
            top = r[k] > r[top] ? k : top;
        const double slope = (r[top + 1] - r[top - 1]) / 2, bend = 2 * r[top] - r[top - 1] - r[top + 1];
        const double height = r[top] + slope * slope / bend / 2;
        add(f, (candidate){rate * FINE / (top + slope / bend), height > 1 ? 1 / height : height});
    }
}

/* Around the time t_s. */
static void look(analysis *a, frame *f, double t_s)
{
    const um_voice *v = a->v;
    const int64_t left = (int64_t)floor(t_s * v->rate_hz - .5); /* the last sample before */
    double mean = 0, peak = 0;
    *f = (frame){.n = 1};
    for (int64_t i = left + 1 - a->period; i <= left + a->period; i++)
        mean += i >= 0 && i < (int64_t)v->n ? v->x[i] / (2. * a->period) : 0;
    for (int i = 0; i < a->fft->cols; i++)
        a->fft->in[i] = 0;
    for (int i = 0; i < a->window; i++) {
        const int64_t at = left + 1 - a->half + i;
        a->fft->in[i] = at >= 0 && at < (int64_t)v->n ? (v->x[at] - mean) * a->shape[i] : 0;
    }
    const int first = a->half - a->half_period > 0 ? a->half - a->half_period : 0;
    for (int i = first; i < a->half + a->half_period && i < a->window; i++)
        peak = fmax(peak, fabs(a->fft->in[i]));
    f->intensity = a->loudest > 0 ? fmin(peak / a->loudest, 1) : 0;
    if (peak > 0) {
        um_fft_autocorrelation(a->fft, a->back);
        find_candidates(a, f);
    }
}

static bool has_voice(candidate c)
{
    return c.hz > 0 && c.hz < UM_VOICE_CEILING_HZ;
}

static bool is_voiced(const frame *f)
{
    bool voiced = false;
    for (int k = 1; k < f->n; k++)
        voiced = voiced || (has_voice(f->c[k]) && f->c[k].strength >= VOICING);
    return voiced && f->intensity >= SILENCE;
}

/* For frames of 10 ms. */
static double cost(candidate a, candidate b)
{
    if (has_voice(a) && has_voice(b))
        return JUMP * fabs(log2(a.hz / b.hz));
    return has_voice(a) || has_voice(b) ? VOICED_UNVOICED : 0;
}

/* The cheapest path; the frames of `v` are filled with it. */
static void choose(um_voice *v, frame *f)
{
    double gain[CANDIDATES] = {0}, next[CANDIDATES];
    for (size_t i = 0; i < v->n_frames; i++) {
        const double silent = 2 - f[i].intensity * (1 + VOICING) / SILENCE;
        for (int k = 0; k < f[i].n; k++) {
            next[k] = i ? -INFINITY : 0;
            for (int j = 0; i && j < f[i - 1].n; j++) {
                const double g = gain[j] - cost(f[i - 1].c[j], f[i].c[k]);
                if (g > next[k]) {
                    next[k] = g;
                    f[i].before[k] = (uint8_t)j;
                }
            }
            next[k] +=
                has_voice(f[i].c[k]) ? worth(f[i].c[k], UM_VOICE_CEILING_HZ) : VOICING + fmax(0, silent);
        }
        for (int k = 0; k < f[i].n; k++)
            gain[k] = next[k];
    }
    int at = 0;
    for (int k = 1; v->n_frames && k < f[v->n_frames - 1].n; k++)
        at = gain[k] > gain[at] ? k : at;
    for (size_t i = v->n_frames; i-- > 0;) {
        const candidate c = has_voice(f[i].c[at]) ? f[i].c[at] : (candidate){0};
        v->frame[i] = (um_voice_point){v->first_s + (double)i * v->step_s, c.hz, c.strength};
        at = f[i].before[at];
    }
}

um_status um_voice_find_pitch(um_voice *v, um_error *err)
{
    const double all = 1 / v->rate_hz * (double)v->n, window = PERIODS / UM_VOICE_FLOOR_HZ;
    analysis a = {0};
    frame *f = NULL;
    v->step_s = STEP_S;
    v->n_frames = (size_t)floor((all - window) / STEP_S) + 1;
    v->first_s = all / 2 - (double)v->n_frames * STEP_S / 2 + STEP_S / 2;
    um_status st = begin(&a, v, err);
    if (st == UM_OK &&
        (!(v->frame = um_calloc(v->n_frames, sizeof *v->frame)) || !(f = um_calloc(v->n_frames, sizeof *f))))
        st = um_fail_oom(err);
    for (size_t i = 0; i < v->n_frames && st == UM_OK; i++)
        look(&a, &f[i], v->first_s + (double)i * STEP_S);
    for (size_t i = 0; i < v->n_frames && st == UM_OK; i++)
        v->n_unvoiced += !is_voiced(&f[i]);
    if (st == UM_OK)
        choose(v, f);
    free(f);
    end(&a);
    return st;
}

double um_voice_hz_at(const um_voice *v, double t_s)
{
    const double at = (t_s - v->first_s) / v->step_s, whole = floor(at);
    const double part = at - whole;
    const double near = part < .5 ? whole : whole + 1, far = part < .5 ? whole + 1 : whole;
    const double way = part < .5 ? part : 1 - part;
    if (!(near >= 0 && near < (double)v->n_frames) || v->frame[(size_t)near].hz == 0)
        return NAN;
    const double hz = v->frame[(size_t)near].hz;
    if (!(far >= 0 && far < (double)v->n_frames) || v->frame[(size_t)far].hz == 0)
        return hz;
    return hz + way * (v->frame[(size_t)far].hz - hz);
}
