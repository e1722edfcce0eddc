/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pitch.c: candidates by autocorrelation, and the best path through them. */
#include "dsp/pitch.h"
#include <math.h>
#include <stdlib.h>

enum { PADDED = 1024, FINE = 4, LONG = PADDED * FINE };
static const double LOWEST_HZ = 75, HIGHEST_HZ = 600;
static const double SILENCE = .03, VOICING = .45, OCTAVE = .01, JUMP = .35, VOICED_UNVOICED = .14;
/* lags in quarters of a sample */
enum { MIN_LAG = UM_PITCH_RATE * FINE / 600, MAX_LAG = UM_PITCH_RATE * FINE / 75 + 1, N_LAGS = MAX_LAG + 2 };
enum { PERIOD = UM_PITCH_RATE / 75 }; /* the longest */

um_status um_pitch_new(um_pitch_tracker **out, um_error *err)
{
    um_status st;
    um_pitch_tracker *p = um_calloc(1, sizeof *p);
    *out = NULL;
    if (!p)
        return um_fail_oom(err);
    if ((st = um_fft_new(&p->fft, 1, PADDED, err)) < 0 || (st = um_fft_new(&p->back, 1, LONG, err)) < 0)
        goto failed;
    if (!(p->window_correlation = um_calloc(N_LAGS, sizeof *p->window_correlation))) {
        st = um_fail_oom(err);
        goto failed;
    }
    for (int i = 0; i < PADDED; i++)
        p->fft->in[i] = 0;
    for (int i = 0; i < UM_PITCH_WINDOW; i++)
        p->fft->in[i] = p->window[i] = .5 - .5 * cos(2 * M_PI * (i + .5) / UM_PITCH_WINDOW);
    um_fft_autocorrelation(p->fft, p->back);
    for (int i = 0; i < N_LAGS; i++)
        p->window_correlation[i] = p->back->out[i][0] / p->back->out[0][0];
    *out = p;
    return UM_OK;
failed:
    um_pitch_free(&p);
    return st;
}

void um_pitch_free(um_pitch_tracker **pitch)
{
    if (!pitch || !*pitch)
        return;
    um_fft_free(&(*pitch)->fft);
    um_fft_free(&(*pitch)->back);
    free((*pitch)->window_correlation);
    free(*pitch);
    *pitch = NULL;
}

/* How good a candidate is by itself: the octave cost favours the higher of two equal peaks. */
static double local_gain(um_pitch_candidate c)
{
    return c.strength - OCTAVE * log2(LOWEST_HZ / c.hz);
}

/* Keeps the best; the first place is that of no voice. */
static void add_candidate(struct um_pitch_step *s, um_pitch_candidate c)
{
    int place = s->n;
    if (s->n < UM_PITCH_CANDIDATES)
        s->n++;
    else {
        place = 1;
        for (int i = 2; i < s->n; i++)
            if (local_gain(s->candidate[i]) < local_gain(s->candidate[place]))
                place = i;
        if (local_gain(c) <= local_gain(s->candidate[place]))
            return;
    }
    s->candidate[place] = c;
}

/* Peaks of the autocorrelation that are at least half as high as a voice should have. */
static void find_peaks(const um_pitch_tracker *p, struct um_pitch_step *s)
{
    const double power = p->back->out[0][0];
    double r[N_LAGS];
    if (!(power > 0))
        return;
    for (int i = MIN_LAG - 1; i < N_LAGS; i++)
        r[i] = p->back->out[i][0] / power / p->window_correlation[i];
    for (int i = MIN_LAG; i <= MAX_LAG; i++) {
        if (!(r[i] > r[i - 1] && r[i] >= r[i + 1]) || r[i] < VOICING / 2)
            continue;
        const double slope = (r[i + 1] - r[i - 1]) / 2, bend = 2 * r[i] - r[i - 1] - r[i + 1];
        const double lag = (i + slope / bend) / FINE, height = r[i] + slope * slope / bend / 2;
        const double hz = UM_PITCH_RATE / lag;
        if (hz >= LOWEST_HZ && hz <= HIGHEST_HZ)
            add_candidate(s, (um_pitch_candidate){(float)hz, (float)(height > 1 ? 1 / height : height)});
    }
}

/* The cost of going from one candidate to the next, for frames of 10 ms. */
static double step_cost(um_pitch_candidate a, um_pitch_candidate b)
{
    if (a.hz == 0 && b.hz == 0)
        return 0;
    if (a.hz == 0 || b.hz == 0)
        return VOICED_UNVOICED;
    return JUMP * fabs(log2(a.hz / b.hz));
}

static struct um_pitch_step *step_at(um_pitch_tracker *p, int64_t frame)
{
    return &p->step[frame % (UM_PITCH_LAG + 1)];
}

/* Gains are kept relative to the best of their frame, so that they do not grow. */
static void extend_paths(um_pitch_tracker *p, struct um_pitch_step *s, double no_voice)
{
    const struct um_pitch_step *last = p->n_frames ? step_at(p, p->n_frames - 1) : NULL;
    double best = -INFINITY;
    for (int i = 0; i < s->n; i++) {
        s->gain[i] = last ? -INFINITY : 0;
        for (int j = 0; last && j < last->n; j++) {
            const double gain = last->gain[j] - step_cost(last->candidate[j], s->candidate[i]);
            if (gain > s->gain[i]) {
                s->gain[i] = gain;
                s->before[i] = j;
            }
        }
        s->gain[i] += i ? local_gain(s->candidate[i]) : no_voice;
        best = s->gain[i] > best ? s->gain[i] : best;
    }
    for (int i = 0; i < s->n; i++)
        s->gain[i] -= best;
}

static int best_end(const struct um_pitch_step *s)
{
    int at = 0;
    for (int i = 1; i < s->n; i++)
        if (s->gain[i] > s->gain[at])
            at = i;
    return at;
}

/* Puts the samples under the window, their mean removed; returns the greatest magnitude near the centre. */
static double load(um_pitch_tracker *p, const float *samples)
{
    enum { CENTRE = UM_PITCH_WINDOW / 2 };
    double mean = 0, peak = 0;
    for (int i = CENTRE - PERIOD; i < CENTRE + PERIOD; i++)
        mean += samples[i] / (2. * PERIOD);
    for (int i = CENTRE - PERIOD / 2; i < CENTRE + PERIOD / 2; i++)
        peak = fmax(peak, fabs(samples[i] - mean));
    for (int i = 0; i < PADDED; i++)
        p->fft->in[i] = i < UM_PITCH_WINDOW ? (samples[i] - mean) * p->window[i] : 0;
    return peak;
}

bool um_pitch_push(um_pitch_tracker *p, um_pitch_candidate *out, const float *samples)
{
    struct um_pitch_step *s = step_at(p, p->n_frames);
    double loudest = 0;
    *s = (struct um_pitch_step){.n = 1};
    const double peak = load(p, samples);
    p->loud[p->n_frames % UM_PITCH_LOUD] = peak;
    for (int i = 0; i < UM_PITCH_LOUD; i++)
        loudest = fmax(loudest, p->loud[i]);
    if (peak > 0) {
        um_fft_autocorrelation(p->fft, p->back);
        find_peaks(p, s);
    }
    const double level = loudest > 0 ? peak / loudest : 0;
    extend_paths(p, s, VOICING + fmax(0, 2 - level * (1 + VOICING) / SILENCE));
    const int64_t frame = p->n_frames++;
    if (frame < UM_PITCH_LAG)
        return false;
    int at = best_end(s);
    for (int k = 0; k < UM_PITCH_LAG; k++)
        at = step_at(p, frame - k)->before[at];
    *out = step_at(p, frame - UM_PITCH_LAG)->candidate[at];
    return true;
}

int um_pitch_flush(um_pitch_tracker *p, um_pitch_candidate out[UM_PITCH_LAG])
{
    const int n = p->n_frames < UM_PITCH_LAG ? (int)p->n_frames : UM_PITCH_LAG;
    int at = n ? best_end(step_at(p, p->n_frames - 1)) : 0;
    for (int k = 0; k < n; k++) {
        const struct um_pitch_step *s = step_at(p, p->n_frames - 1 - k);
        out[n - 1 - k] = s->candidate[at];
        at = s->before[at];
    }
    p->n_frames = 0;
    for (int i = 0; i < UM_PITCH_LOUD; i++)
        p->loud[i] = 0;
    return n;
}
