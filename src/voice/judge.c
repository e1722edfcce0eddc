/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.c: from frames and pulses to the numbers of the report. Praat's manual, "Voice" 1 to 6. */
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SHORTEST_S = .8 / UM_VOICE_CEILING_HZ, LONGEST_S = 1.25 / UM_VOICE_FLOOR_HZ;
static const double PERIOD_FACTOR = 1.3, AMPLITUDE_FACTOR = 1.6;
static const double WIDTH = .2; /* of a period, to either side of a pulse: where its amplitude is measured */
enum { WIDEST = 11 };           /* points of an amplitude perturbation quotient */

static double ratio(double a, double b)
{
    return a > b ? a / b : b / a;
}

static bool is_length(double period_s)
{
    return period_s >= SHORTEST_S && period_s <= LONGEST_S;
}

/* ---- pitch ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void spread(double *mean, double *sd, const double *value, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += value[i];
    *mean = n ? sum / (double)n : NAN;
    for (size_t i = 0; i < n; i++)
        squares += (value[i] - *mean) * (value[i] - *mean);
    *sd = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
}

/* The greatest pitch times `sign`, of a peak between voiced neighbours that of the parabola through them. */
static double furthest_hz(const um_measured_voice *v, double sign)
{
    double best = NAN;
    for (size_t i = 0; i < v->n_frames; i++) {
        const double y = sign * v->frame[i].hz;
        if (y == 0)
            continue;
        double height = y;
        if (i && i + 1 < v->n_frames && v->frame[i - 1].hz != 0 && v->frame[i + 1].hz != 0) {
            const double left = sign * v->frame[i - 1].hz, right = sign * v->frame[i + 1].hz;
            if (!(y > left && y >= right))
                continue;
            height += (right - left) * (right - left) / (2 * y - left - right) / 8;
        }
        best = isnan(best) || height > best ? height : best;
    }
    return best;
}

static um_status judge_pitch(um_measured_voice *v, um_error *err)
{
    static const double ALMOST = 1e-15;
    um_voice_report *r = &v->report;
    double *hz = um_calloc(v->n_frames, sizeof *hz);
    size_t n = 0;
    if (!hz)
        return um_fail_oom(err);
    double strength = 0, noise = 0, harmonics = 0;
    for (size_t i = 0; i < v->n_frames; i++) {
        const um_voice_point *f = &v->frame[i];
        if (f->hz == 0)
            continue;
        const double s = um_clampd(f->strength, ALMOST, 1 - ALMOST);
        hz[n++] = f->hz;
        strength += f->strength;
        noise += (1 - s) / s;
        harmonics += 10 * log10(s / (1 - s));
    }
    r->n_frames = (int)v->n_frames;
    r->n_voiced = (int)n;
    r->unvoiced_share = v->n_unvoiced / (double)v->n_frames;
    r->autocorrelation = n ? strength / (double)n : NAN;
    r->noise_to_harmonics = n ? noise / (double)n : NAN;
    r->harmonics_db = n ? harmonics / (double)n : NAN;
    spread(&r->mean_hz, &r->sd_hz, hz, n);
    qsort(hz, n, sizeof *hz, by_value);
    r->median_hz = n ? (hz[(n - 1) / 2] + hz[n / 2]) / 2 : NAN;
    r->min_hz = -furthest_hz(v, -1);
    r->max_hz = furthest_hz(v, 1);
    free(hz);
    return UM_OK;
}

/* ---- periods ---- */

/* From pulse i to the next: of a length that a period has, and not far from both of its neighbours. */
static bool is_period(const um_measured_voice *v, size_t i)
{
    const double *t = v->pulse, length = t[i + 1] - t[i];
    const bool has_before = i > 0, has_after = i + 2 < v->n_pulses;
    if (!is_length(length))
        return false;
    const bool before = has_before && ratio(length, t[i] - t[i - 1]) <= PERIOD_FACTOR,
               after = has_after && ratio(length, t[i + 2] - t[i + 1]) <= PERIOD_FACTOR;
    return (!has_before && !has_after) || before || after;
}

/* The mean over all runs of `points` periods, none of them too long, short or different from the next, of the
 * distance between the middle one and their mean; of 2 points between the two. NaN: too few. */
static double period_perturbation(const um_measured_voice *v, size_t points)
{
    double sum = 0, n = (double)v->n_pulses - 1;
    if (n < (double)points)
        return NAN;
    for (size_t first = 0; first + points < v->n_pulses; first++) {
        double mean = 0, p[WIDEST] = {0};
        bool good = true;
        for (size_t k = 0; k < points; k++) {
            p[k] = v->pulse[first + k + 1] - v->pulse[first + k];
            mean += p[k] / (double)points;
            good = good && is_length(p[k]) && (!k || ratio(p[k - 1], p[k]) <= PERIOD_FACTOR);
        }
        if (good)
            sum += points == 2 ? fabs(p[0] - p[1]) : fabs(p[points / 2] - mean);
        else
            n--;
    }
    return n < (double)points ? NAN : sum / (n - (double)points + 1);
}

static void judge_periods(um_measured_voice *v)
{
    um_voice_report *r = &v->report;
    double sum = 0, squares = 0, broken = 0;
    int n = 0;
    for (size_t i = 0; i + 1 < v->n_pulses; i++) {
        const double length = v->pulse[i + 1] - v->pulse[i];
        if (is_period(v, i)) {
            n++;
            sum += length;
        }
        if (length > LONGEST_S) {
            r->n_breaks++;
            broken += length;
        }
    }
    r->n_pulses = (int)v->n_pulses;
    r->n_periods = n;
    r->breaks_share = broken / r->seconds;
    const double mean = r->mean_period_s = n ? sum / n : NAN;
    for (size_t i = 0; i + 1 < v->n_pulses; i++)
        if (is_period(v, i))
            squares += (v->pulse[i + 1] - v->pulse[i] - mean) * (v->pulse[i + 1] - v->pulse[i] - mean);
    r->sd_period_s = n > 1 ? sqrt(squares / (n - 1)) : NAN;
    r->jitter_absolute_s = period_perturbation(v, 2);
    r->jitter_local = r->jitter_absolute_s / mean;
    r->jitter_rap = period_perturbation(v, 3) / mean;
    r->jitter_ppq5 = period_perturbation(v, 5) / mean;
    r->jitter_ddp = 3 * r->jitter_rap;
}

/* ---- amplitudes ---- */

typedef struct amplitudes {
    double *t_s, *a;
    size_t n;
} amplitudes;

/* Root of the mean square under a window that falls to both sides; NaN: less than three samples. */
static double amplitude(const um_measured_voice *v, double t_s, double left_s, double right_s)
{
    const int64_t first = (int64_t)ceil((t_s - left_s) * v->rate_hz - .5),
                  last = (int64_t)floor((t_s + right_s) * v->rate_hz - .5);
    const int64_t from = first < 0 ? 0 : first, to = last > (int64_t)v->n - 1 ? (int64_t)v->n - 1 : last;
    double sum = 0, weight = 0;
    if (to - from + 1 < 3)
        return NAN;
    for (int64_t i = from; i <= to; i++) {
        const double off = ((double)i + .5) / v->rate_hz - t_s;
        const double w = .5 + .5 * cos(M_PI * off / (off < 0 ? left_s : right_s));
        sum += v->x[i] * w * (v->x[i] * w);
        weight += w * w;
    }
    return sqrt(sum / weight);
}

static um_status measure_amplitudes(amplitudes *out, const um_measured_voice *v, um_error *err)
{
    out->t_s = um_calloc(v->n_pulses, sizeof *out->t_s);
    out->a = um_calloc(v->n_pulses, sizeof *out->a);
    if (!out->t_s || !out->a)
        return um_fail_oom(err);
    for (size_t i = 1; i + 1 < v->n_pulses; i++) {
        const double before = v->pulse[i] - v->pulse[i - 1], after = v->pulse[i + 1] - v->pulse[i];
        if (!is_length(before) || !is_length(after) || ratio(before, after) > PERIOD_FACTOR)
            continue;
        const double a = amplitude(v, v->pulse[i], WIDTH * before, WIDTH * after);
        if (a > 0) {
            out->t_s[out->n] = v->pulse[i];
            out->a[out->n++] = a;
        }
    }
    return UM_OK;
}

/* As of periods, of `points` neighbouring amplitudes: 2, 3, 5 or 11; db: 2 of them, as 20 log10 of the ratio.
 */
static double amplitude_perturbation(const amplitudes *s, size_t points, bool db)
{
    double sum = 0;
    size_t n = 0;
    for (size_t first = 0; first + points <= s->n; first++) {
        const double *a = s->a + first;
        double mean = 0;
        bool good = true;
        for (size_t k = 0; k < points; k++) {
            mean += a[k] / (double)points;
            good = good && (!k || (is_length(s->t_s[first + k] - s->t_s[first + k - 1]) &&
                                   ratio(a[k - 1], a[k]) <= AMPLITUDE_FACTOR));
        }
        if (!good)
            continue;
        sum += db            ? 20 * fabs(log10(a[0] / a[1]))
               : points == 2 ? fabs(a[0] - a[1])
                             : fabs(a[points / 2] - mean);
        n++;
    }
    return n ? sum / (double)n : NAN;
}

static um_status judge_amplitudes(um_measured_voice *v, um_error *err)
{
    um_voice_report *r = &v->report;
    amplitudes s = {0};
    um_status st = measure_amplitudes(&s, v, err);
    double mean = 0;
    for (size_t i = 0; i + 1 < s.n; i++) /* all but the last, as in Praat */
        mean += s.a[i] / (double)(s.n - 1);
    r->shimmer_local = amplitude_perturbation(&s, 2, false) / mean;
    r->shimmer_db = amplitude_perturbation(&s, 2, true);
    r->shimmer_apq3 = amplitude_perturbation(&s, 3, false) / mean;
    r->shimmer_apq5 = amplitude_perturbation(&s, 5, false) / mean;
    r->shimmer_apq11 = amplitude_perturbation(&s, 11, false) / mean;
    r->shimmer_dda = 3 * r->shimmer_apq3;
    free(s.t_s);
    free(s.a);
    return st;
}

um_status um_voice_judge(um_measured_voice *v, um_error *err)
{
    v->report = (um_voice_report){.seconds = (double)v->n / v->rate_hz};
    um_status st = judge_pitch(v, err);
    if (st < 0)
        return st;
    judge_periods(v);
    return judge_amplitudes(v, err);
}
