/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timing.c: pauses and syllables of a whole recording. De Jong & Wempe, "Praat script to detect syllable
 * nuclei and measure speech rate automatically", Behavior Research Methods 41(2), 2009: peaks of the
 * intensity that are voiced and followed by a dip of 2 dB. Differs from their script: the last peak counts as
 * well, with what follows to the end, and the pitch is that of the report. */
#include "base/fast.h"
#include "dsp/stats.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>

static const double WINDOW_S = 6.4 / 50, STEP_S = .8 / 50; /* of Praat's intensity down to 50 Hz */
static const double BELOW_DB = 25;                         /* the loudest: silence */
static const double LOUDEST = .99;                         /* quantile, so that a click is not it */
static const double DIP_DB = 2;
static const double PAUSE_S = .3, SOUND_S = .1; /* shorter ones are none */
static const double NOTHING = 4e-10, NOTHING_DB = -300;

typedef struct timing {
    double *db, first_s;
    size_t n;
    bool *sounding; /* [n] */
} timing;

static double window_at(double x) /* Praat's, of Kaiser's family: -1..1 */
{
    const double at = (2 * M_PI * M_PI + .5) * sqrt(fmax(0, 1 - x * x));
    double term = 1, sum = 1;
    for (int k = 1; k < 200 && term > 1e-12 * sum; k++) {
        term *= at / (2 * k) * (at / (2 * k));
        sum += term;
    }
    return sum; /* I0 */
}

/* Of n samples under the weights: the mean of their squares around their mean. Four sums side by side, so
 * that the order of additions is fixed and fits vectors. */
UM_KERNEL_OF(double, weighted_square, (const float *restrict x, const double *restrict weight, int64_t n),
             (x, weight, n))
{
    enum { LANES = 4 };
    double mean[LANES] = {0}, sum[LANES] = {0}, all[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            mean[k] += (double)x[i + k];
    for (; i < n; i++)
        mean[0] += (double)x[i];
    const double middle = ((mean[0] + mean[1]) + (mean[2] + mean[3])) / (double)n;
    for (i = 0; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) {
            const double off = (double)x[i + k] - middle;
            sum[k] += weight[i + k] * off * off;
            all[k] += weight[i + k];
        }
    for (; i < n; i++) {
        const double off = (double)x[i] - middle;
        sum[0] += weight[i] * off * off;
        all[0] += weight[i];
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) / ((all[0] + all[1]) + (all[2] + all[3]));
}

static um_status measure(timing *t, const um_measured_voice *v, um_error *err)
{
    const double all_s = (double)v->n / v->rate_hz;
    const int half = (int)(WINDOW_S / 2 * v->rate_hz);
    double *weight = um_calloc(2 * (size_t)half + 1, sizeof *weight);
    t->n = all_s < WINDOW_S ? 0 : (size_t)floor((all_s - WINDOW_S) / STEP_S) + 1;
    t->first_s = all_s / 2 - ((double)t->n - 1) * STEP_S / 2;
    t->db = um_calloc(t->n + 1, sizeof *t->db);
    t->sounding = um_calloc(t->n + 1, sizeof *t->sounding);
    if (!weight || !t->db || !t->sounding) {
        free(weight);
        return um_fail_oom(err);
    }
    for (int i = -half; i <= half; i++)
        weight[i + half] = window_at(i / (WINDOW_S / 2 * v->rate_hz));
    for (size_t k = 0; k < t->n; k++) {
        const int64_t middle = (int64_t)floor((t->first_s + (double)k * STEP_S) * v->rate_hz);
        const int64_t from = middle - half > 0 ? middle - half : 0,
                      to = middle + half < (int64_t)v->n ? middle + half : (int64_t)v->n - 1;
        const double square = weighted_square(v->x + from, weight + (from - middle + half), to - from + 1);
        t->db[k] = square > 0 ? 10 * log10(square / NOTHING) : NOTHING_DB;
    }
    free(weight);
    return UM_OK;
}

/* Stretches of a kind that are shorter than `least` frames become the other kind; the first and the last
 * reach to the ends of the recording. */
static void forget_short(timing *t, bool kind, double least)
{
    for (size_t from = 0, to; from < t->n; from = to) {
        for (to = from; to < t->n && t->sounding[to] == t->sounding[from]; to++)
            ;
        const double ends = (from == 0) + (to == t->n);
        if (t->sounding[from] == kind && (double)(to - from) + ends * t->first_s / STEP_S < least)
            for (size_t i = from; i < to; i++)
                t->sounding[i] = !kind;
    }
}

/* Above the level of silence, but for short holes and short noises. The level. */
static double find_sounding(timing *t, double *sorted)
{
    for (size_t i = 0; i < t->n; i++)
        sorted[i] = t->db[i];
    const double level = um_quantile(sorted, t->n, LOUDEST) - BELOW_DB;
    for (size_t i = 0; i < t->n; i++)
        t->sounding[i] = t->db[i] >= level && t->db[i] > NOTHING_DB;
    forget_short(t, true, SOUND_S / STEP_S);
    forget_short(t, false, PAUSE_S / STEP_S);
    return level;
}

/* Peaks above the level that are voiced and followed by a dip. */
static void count_syllables(um_voice_report *r, const timing *t, const um_measured_voice *v, double level)
{
    size_t peak = 0;
    bool has_peak = false;
    double least = 0;
    r->syllables = 0;
    for (size_t i = 1; i <= t->n; i++) {
        const bool ends = i == t->n, is_peak = !ends && i + 1 < t->n && t->db[i] > t->db[i - 1] &&
                                               t->db[i] >= t->db[i + 1] && t->db[i] > level;
        if (has_peak && !ends)
            least = fmin(least, t->db[i]);
        if (!is_peak && !ends)
            continue;
        if (has_peak && t->sounding[peak] && t->db[peak] - least > DIP_DB &&
            !isnan(um_voice_hz_at(v, t->first_s + (double)peak * STEP_S)))
            r->syllables++;
        if (is_peak) {
            peak = i;
            has_peak = true;
            least = t->db[i];
        }
    }
}

/* Between what sounds; the silence before the first and after the last sound is no pause. */
static void count_pauses(um_voice_report *r, const timing *t, double *length)
{
    size_t first = 0, last = t->n, n = 0, sounding = 0;
    while (first < t->n && !t->sounding[first])
        first++;
    while (last > first && !t->sounding[last - 1])
        last--;
    for (size_t from = first, to; from < last; from = to) {
        for (to = from; to < last && t->sounding[to] == t->sounding[from]; to++)
            ;
        if (t->sounding[from])
            sounding += to - from;
        else
            length[n++] = (double)(to - from) * STEP_S;
    }
    r->pauses = (double)n;
    r->sounding_s = (double)sounding * STEP_S;
    if (sounding) /* what is before the middle of the first window, and after that of the last */
        r->sounding_s += (t->sounding[0] + t->sounding[t->n - 1]) * (t->first_s - STEP_S / 2);
    r->pauses_per_minute = sounding ? 60 * (double)n / ((double)(last - first) * STEP_S) : NAN;
    r->pause_median_s = n ? um_median(length, n) : NAN;
    r->pause_low_s = n ? um_quantile(length, n, .25) : NAN;
    r->pause_high_s = n ? um_quantile(length, n, .75) : NAN;
    r->pause_longest_s = n ? um_quantile(length, n, 1) : NAN;
}

um_status um_voice_time(um_measured_voice *v, um_error *err)
{
    um_voice_report *r = &v->report;
    timing t = {0};
    r->pauses = r->syllables = 0;
    r->sounding_s = r->pauses_per_minute = r->pause_median_s = r->pause_low_s = r->pause_high_s =
        r->pause_longest_s = r->speaking_rate = r->articulation_rate = NAN;
    um_status st = measure(&t, v, err);
    double *work = um_calloc(t.n + 1, sizeof *work);
    if (st == UM_OK && !work)
        st = um_fail_oom(err);
    if (st == UM_OK && t.n) {
        const double level = find_sounding(&t, work);
        count_syllables(r, &t, v, level);
        count_pauses(r, &t, work);
        if (r->sounding_s > 0) {
            r->speaking_rate = r->syllables / r->seconds;
            r->articulation_rate = r->syllables / r->sounding_s;
        }
    }
    free(t.db);
    free(t.sounding);
    free(work);
    return st;
}
