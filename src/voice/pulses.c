/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pulses.c: one point per period of the voice, as Praat's "Sound & Pitch: To PointProcess (cc)" finds them:
 * from the greatest extremum near the middle of a voiced stretch to both sides, each time to where the
 * recording correlates best with the period before. */
#include "base/fast.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>

static const double LEAST = .8, MOST = 1.25;       /* periods to the next pulse */
static const double SURE = .7, ENOUGH = .3;        /* correlation beyond the stretch, and inside */
static const double LOUD = .023333, AUDIBLE = .01; /* of the peak of the recording */

static int64_t below(const um_measured_voice *v, double t_s)
{
    return (int64_t)floor(t_s * v->rate_hz - .5);
}

static double time_of(const um_measured_voice *v, double sample)
{
    return (sample + .5) / v->rate_hz;
}

static double at(const um_measured_voice *v, int64_t i)
{
    return v->x[i];
}

/* Where the greatest magnitude lies, between samples by a parabola. */
static double extremum(const um_measured_voice *v, double from_s, double to_s)
{
    int64_t first = below(v, from_s), last = (int64_t)ceil(to_s * v->rate_hz - .5);
    first = first < 0 ? 0 : first;
    last = last > (int64_t)v->n - 1 ? (int64_t)v->n - 1 : last;
    if (last < first)
        return (from_s + to_s) / 2;
    int64_t low = first, high = first;
    for (int64_t i = first + 1; i <= last; i++) {
        low = at(v, i) < at(v, low) ? i : low;
        high = at(v, i) > at(v, high) ? i : high;
    }
    if (at(v, low) == at(v, high))
        return time_of(v, (double)(first + last) / 2);
    const int64_t best = fabs(at(v, low)) > fabs(at(v, high)) ? low : high;
    if (best == first || best == last)
        return time_of(v, (double)best);
    const double left = at(v, best - 1), right = at(v, best + 1);
    return time_of(v, (double)best + .5 * (right - left) / (2 * at(v, best) - left - right));
}

/* Of a window of samples left..right and the same from `start` on, as far as both lie inside. */
static void both_inside(const um_measured_voice *v, int64_t left, int64_t right, int64_t start, int64_t *from,
                        int64_t *to)
{
    const int64_t shift = start - left, most = (int64_t)v->n - 1;
    *from = left > 0 ? left : 0;
    *from = *from + shift < 0 ? -shift : *from;
    *to = right > most ? most : right;
    *to = *to + shift > most ? most - shift : *to;
}

/* The correlation of both; 0 when either is silent. Eight sums, so that they are made side by side. The
 * squares of the last windows are kept: those of the next ones differ by a sample at each end. */
typedef struct squares {
    int64_t from, to;
    double sum;
} squares;

static double square(const um_measured_voice *v, int64_t i)
{
    return at(v, i) * at(v, i);
}

static double sum_squares(squares *s, const um_measured_voice *v, int64_t from, int64_t to)
{
    if (to < from)
        return 0;
    if (s->sum > 0 && from == s->from && to == s->to)
        return s->sum;
    if (s->sum > 0 && from == s->from + 1 && to == s->to + 1)
        s->sum += square(v, to) - square(v, from - 1);
    else {
        s->sum = 0;
        for (int64_t i = from; i <= to; i++)
            s->sum += square(v, i);
    }
    s->from = from;
    s->to = to;
    return s->sum;
}

UM_KERNEL_OF(double, product, (const float *restrict a, const float *restrict b, int64_t n), (a, b, n))
{
    enum { LANES = 8 };
    double sum[LANES] = {0}, all = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            sum[k] += (double)a[i + k] * (double)b[i + k];
    for (; i < n; i++)
        all += (double)a[i] * (double)b[i];
    for (int k = 0; k < LANES; k++)
        all += sum[k];
    return all;
}

static double alike(squares kept[2], const um_measured_voice *v, int64_t left, int64_t right, int64_t start)
{
    const int64_t shift = start - left;
    int64_t from, to;
    both_inside(v, left, right, start, &from, &to);
    const double norm = sum_squares(&kept[0], v, from, to),
                 other = sum_squares(&kept[1], v, from + shift, to + shift);
    const double together = to < from ? 0 : product(v->x + from, v->x + from + shift, to - from + 1);
    return together != 0 && other > 0 ? together / sqrt(norm * other) : 0;
}

/* Where, from from_s to to_s, a window of length_s looks most like that around t_s: its time, and the
 * greatest magnitude in it. The correlation; -1: nowhere. */
static double like(const um_measured_voice *v, double t_s, double length_s, double from_s, double to_s,
                   double *out_s, double *peak)
{
    const double half = length_s / 2;
    const int64_t left = (int64_t)floor((t_s - half) * v->rate_hz),
                  right = (int64_t)floor((t_s + half) * v->rate_hz);
    const int64_t first = below(v, from_s - half), last = (int64_t)ceil((to_s - half) * v->rate_hz - .5);
    double best = -1, before = 0, after = 0, r1, r2 = 0, r3 = 0;
    int64_t from, to, best_start = first;
    squares kept[2] = {0};
    *peak = 0;
    for (int64_t start = first; start <= last; start++) {
        r1 = r2;
        r2 = r3;
        r3 = alike(kept, v, left, right, start);
        if (r2 > best && r2 >= r1 && r2 >= r3) {
            best = r2;
            before = r1;
            after = r3;
            best_start = start;
        }
    }
    if (best > -1) {
        double place = (double)best_start - 1;
        both_inside(v, left, right, best_start, &from, &to); /* one later than the best: as Praat looks */
        for (int64_t i = from + best_start - left; i <= to + best_start - left; i++)
            *peak = fabs(at(v, i)) > *peak ? fabs(at(v, i)) : *peak;
        const double bend = 2 * best - before - after;
        if (bend != 0) {
            const double slope = (after - before) / 2;
            best += slope * slope / bend / 2;
            place += slope / bend;
        }
        *out_s = t_s + (place - (double)left) / v->rate_hz;
    }
    return best;
}

static um_status add(um_measured_voice *v, double t_s, um_error *err)
{
    if (!um_grow(&v->pulse, &v->pulse_capacity, v->n_pulses + 1, (size_t)1 << 26, sizeof *v->pulse))
        return um_fail_oom(err);
    v->pulse[v->n_pulses++] = t_s;
    return UM_OK;
}

/* From t_s to the left (-1) or right (1) end of the stretch. *last_s: the last pulse to the right. */
static um_status walk(um_measured_voice *v, double t_s, int way, double end_s, double *last_s, um_error *err)
{
    um_status st = UM_OK;
    while (st == UM_OK) {
        const double hz = um_voice_hz_at(v, t_s);
        double peak = 0;
        if (isnan(hz))
            break;
        const double near = t_s + way * LEAST / hz, far = t_s + way * MOST / hz, here_s = t_s;
        const double r = like(v, here_s, 1 / hz, fmin(near, far), fmax(near, far), &t_s, &peak);
        if (r == -1)
            t_s = here_s + way / hz;
        const bool is_out = way < 0 ? t_s < end_s : t_s > end_s;
        const bool good = is_out ? r > SURE && peak > LOUD * v->peak
                                 : r > ENOUGH && (peak == 0 || peak > AUDIBLE * v->peak);
        if (good && (way > 0 || t_s - *last_s > LEAST / hz)) {
            st = add(v, t_s, err);
            *last_s = way > 0 ? t_s : *last_s;
        }
        if (is_out)
            break;
    }
    return st;
}

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

um_status um_voice_find_pulses(um_measured_voice *v, um_error *err)
{
    const double all_s = (double)v->n / v->rate_hz;
    double last_s = -INFINITY;
    um_status st = UM_OK;
    for (size_t i = 0; i < v->n; i++)
        v->peak = fabs(at(v, (int64_t)i)) > v->peak ? fabs(at(v, (int64_t)i)) : v->peak;
    for (size_t from = 0; from < v->n_frames && st == UM_OK;) {
        if (v->frame[from].hz == 0) {
            from++;
            continue;
        }
        size_t to = from;
        while (to + 1 < v->n_frames && v->frame[to + 1].hz != 0)
            to++;
        const double left = fmax(v->frame[from].t_s - v->step_s / 2, 0),
                     right = fmin(v->frame[to].t_s + v->step_s / 2, all_s), middle = (left + right) / 2;
        const double hz = um_voice_hz_at(v, middle);
        const double start = extremum(v, middle - .5 / hz, middle + .5 / hz);
        from = to + 1;
        st = add(v, start, err);
        if (st == UM_OK)
            st = walk(v, start, -1, left, &last_s, err);
        if (st == UM_OK)
            st = walk(v, start, 1, right, &last_s, err);
    }
    if (v->n_pulses)
        qsort(v->pulse, v->n_pulses, sizeof *v->pulse, by_time);
    return st;
}
