/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pitch.c: pitch of a whole recording at its own rate. Boersma, "Accurate short-term analysis of the
 * fundamental frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 1993.
 *
 * Differs from dsp/pitch.h, which streams at 16 kHz: loudness is compared with that of the whole, the path
 * looks to the end, frames lie as Praat lays them. Between whole lags the autocorrelation is interpolated by
 * 70 windowed sines to each side, as in the paper (equation 22), at quarters of a lag, and between those by a
 * parabola, where Praat searches on: that is the same but for 1e-5 of a period. */
#include "base/fast.h"
#include "dsp/fft.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>

static const double STEP_S = .01, PERIODS = 3, SILENCE = .03, VOICING = .45, OCTAVE = .01, JUMP = .35,
                    VOICED_UNVOICED = .14;
enum { CANDIDATES = 15, FINE = 4, DEPTH = 70 };

typedef struct candidate {
    double hz, strength;
    double octaves; /* log2 of hz; of those with a voice */
} candidate;

typedef struct frame {
    int n;
    double intensity;
    candidate c[CANDIDATES];
    uint8_t before[CANDIDATES];
} frame;

typedef struct analysis {
    const um_measured_voice *v;
    int window, half; /* samples; half of it */
    int period, half_period;
    int lowest, highest; /* lag, samples */
    um_fft *fft, *back;
    double *shape;
    double *over_shape; /* one over the correlation of the shape, by lag, 0..half */
    double *r;          /* by lag, -half..half */
    int depth;
    double sine[2 * DEPTH][FINE]; /* of the lags around, for each quarter */
    double loudest;
} analysis;

void um_voice_sines(double *sine, int depth, double part)
{
    for (int k = 0; k < 2 * depth; k++) {
        const double away = part + depth - 1 - k;
        const double reach = k < depth ? part + depth : depth + 1 - part;
        sine[k] = away == 0 ? 1 : sin(M_PI * away) / (M_PI * away) * (.5 + .5 * cos(M_PI * away / reach));
    }
}

/* Of the lags around, from the left to the right, for each quarter between two. */
static void make_sines(analysis *a)
{
    a->depth = a->half - a->highest < DEPTH ? a->half - a->highest : DEPTH;
    for (int q = 0; q < FINE; q++) {
        double sine[2 * DEPTH];
        um_voice_sines(sine, a->depth, (double)q / FINE);
        for (int k = 0; k < 2 * a->depth; k++)
            a->sine[k][q] = sine[k];
    }
}

/* At a whole lag and the quarters after it, and at the next one and its quarters. */
UM_KERNEL(interpolate,
          (double *restrict out, const double *restrict r, const double (*restrict sine)[FINE], int n),
          (out, r, sine, n))
{
    double here[FINE] = {0}, next[FINE] = {0};
    for (int k = 0; k < n; k++)
        for (int q = 0; q < FINE; q++) {
            here[q] += r[k] * sine[k][q];
            next[q] += r[k + 1] * sine[k][q];
        }
    for (int q = 0; q < FINE; q++) {
        out[q] = here[q];
        out[FINE + q] = next[q];
    }
}

static um_status begin(analysis *a, const um_measured_voice *v, um_error *err)
{
    const double rate = v->rate_hz;
    a->v = v;
    a->period = (int)floor(rate / UM_VOICE_FLOOR_HZ);
    a->half_period = a->period / 2 + 1;
    a->half = (int)floor(PERIODS / UM_VOICE_FLOOR_HZ * rate) / 2 - 1;
    a->window = 2 * a->half;
    a->lowest = 2; /* of shorter periods than the shortest, too: they take the place of others */
    a->highest = (int)fmin(floor(a->window / PERIODS) + 2, a->half);
    const int size = um_fft_size(a->window + a->half + 1);
    um_status st = um_fft_new(&a->fft, 1, size, err);
    if (st == UM_OK)
        st = um_fft_new(&a->back, 1, size, err);
    a->shape = um_calloc((size_t)a->window, sizeof *a->shape);
    a->over_shape = um_calloc((size_t)a->half + 1, sizeof *a->over_shape);
    a->r = um_calloc(2 * (size_t)a->half + 1, sizeof *a->r);
    if (st == UM_OK && !(a->shape && a->over_shape && a->r))
        st = um_fail_oom(err);
    if (st < 0)
        return st;
    make_sines(a);
    for (int i = 0; i < size; i++)
        a->fft->in[i] = 0;
    for (int i = 0; i < a->window; i++)
        a->fft->in[i] = a->shape[i] = .5 - .5 * cos(2 * M_PI * (i + 1) / (a->window + 1));
    um_fft_autocorrelation(a->fft, a->back);
    for (int i = 0; i <= a->half; i++)
        a->over_shape[i] = a->back->out[0][0] / a->back->out[i][0];
    double mean = 0;
    for (size_t i = 0; i < v->n; i++)
        mean += v->x[i];
    mean /= (double)v->n;
    for (size_t i = 0; i < v->n; i++)
        a->loudest = fabs(v->x[i] - mean) > a->loudest ? fabs(v->x[i] - mean) : a->loudest;
    return UM_OK;
}

static void end(analysis *a)
{
    um_fft_free(&a->fft);
    um_fft_free(&a->back);
    free(a->shape);
    free(a->over_shape);
    free(a->r);
}

/* How good a candidate is by itself: of two equal peaks the one of the higher frequency. */
static double worth(candidate c, double reference_hz)
{
    return c.strength - OCTAVE * (log2(reference_hz) - c.octaves);
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
    const double scale = 1 / a->back->out[0][0], rate = a->v->rate_hz;
    double *r = a->r + a->half;
    for (int i = 0; i <= a->half; i++)
        r[i] = r[-i] = a->back->out[i][0] * scale * a->over_shape[i];
    for (int i = a->lowest; i < a->highest; i++) { /* peaks of whole lags, as in Praat */
        if (!(r[i] > r[i - 1] && r[i] >= r[i + 1]) || r[i] <= VOICING / 2)
            continue;
        double fine[2 * FINE + 1];
        int top = FINE;
        interpolate(fine, r + i - a->depth, (const double(*)[FINE])a->sine, 2 * a->depth);
        fine[2 * FINE] = r[i + 1];
        for (int k = 1; k < 2 * FINE; k++)
            top = fine[k] > fine[top] ? k : top;
        const double slope = (fine[top + 1] - fine[top - 1]) / 2;
        const double bend = 2 * fine[top] - fine[top - 1] - fine[top + 1];
        const double height = fine[top] + slope * slope / bend / 2;
        const double hz = rate * FINE / ((i - 1) * FINE + top + slope / bend);
        add(f, (candidate){hz, height > 1 ? 1 / height : height, log2(hz)});
    }
}

/* Around the time t_s. */
static void look(analysis *a, frame *f, double t_s)
{
    const um_measured_voice *v = a->v;
    const int64_t left = (int64_t)floor(t_s * v->rate_hz - .5); /* the last sample before */
    double mean = 0, peak = 0;
    *f = (frame){.n = 1};
    const int64_t from = left + 1 - a->period > 0 ? left + 1 - a->period : 0,
                  to = left + a->period < (int64_t)v->n - 1 ? left + a->period : (int64_t)v->n - 1;
    for (int64_t i = from; i <= to; i++)
        mean += (double)v->x[i];
    mean /= 2. * a->period;
    for (int i = 0; i < a->fft->cols; i++)
        a->fft->in[i] = 0;
    const int64_t start = left + 1 - a->half; /* what lies outside the recording is 0 */
    const int64_t inside = start < 0 ? -start : 0, end = (int64_t)v->n - start;
    for (int64_t i = inside; i < a->window && i < end; i++)
        a->fft->in[i] = (v->x[start + i] - mean) * a->shape[i];
    const int first = a->half - a->half_period > 0 ? a->half - a->half_period : 0;
    for (int i = first; i < a->half + a->half_period && i < a->window; i++)
        peak = fabs(a->fft->in[i]) > peak ? fabs(a->fft->in[i]) : peak;
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
        return JUMP * fabs(a.octaves - b.octaves);
    return has_voice(a) || has_voice(b) ? VOICED_UNVOICED : 0;
}

/* The cheapest path; the frames of `v` are filled with it. */
static void choose(um_measured_voice *v, frame *f)
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

um_status um_voice_find_pitch(um_measured_voice *v, um_error *err)
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

double um_voice_hz_at(const um_measured_voice *v, double t_s)
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
