/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standstill.c: runs of equal samples, and means over short parts. */
#include "signals/sound/standstill.h"
#include "dsp/stats.h"
#include <math.h>
#include <string.h>

static const double STEADY = 1e-4; /* of a line, at least, in each comparison: 3 steps of 16 bits */
static const double STILL_S = .02; /* of equal samples: longer than converters make on their own */
static const double LINE_S = .05;  /* more than a period of a voice or of hum */

void um_standstill_init(um_standstill *s, int rate_hz)
{
    *s = (um_standstill){
        .rate_hz = rate_hz, .needed = (int)ceil(STILL_S * rate_hz), .part = (int)ceil(LINE_S * rate_hz)};
}

um_status um_standstill_end(um_standstill *s, um_standstill_fn fn, void *user, um_error *err)
{
    const um_standstill_event event = {.from = s->begins, .to = s->next};
    s->begins = s->next;
    if (event.to - event.from < s->needed)
        return UM_OK;
    s->silent += event.to - event.from;
    return fn(user, &event, err);
}

static um_status compare(um_standstill *s, um_standstill_fn fn, void *user, um_error *err)
{
    const double *left = s->line, *right = s->line + UM_LINE_SIDE;
    const double moved = um_mean(right, UM_LINE_SIDE) - um_mean(left, UM_LINE_SIDE);
    const double spread =
        sqrt((um_variance(left, UM_LINE_SIDE) + um_variance(right, UM_LINE_SIDE)) / 2 + STEADY * STEADY);
    const um_standstill_event event = {.compared = true,
                                       .at = s->next - (int64_t)UM_LINE_SIDE * s->part,
                                       .moved = moved,
                                       .times = fabs(moved) / spread};
    return fn(user, &event, err);
}

static um_status take_part(um_standstill *s, um_standstill_fn fn, void *user, um_error *err)
{
    if (s->n_lines == 2 * UM_LINE_SIDE)
        memmove(s->line, s->line + 1, (size_t)--s->n_lines * sizeof *s->line);
    s->line[s->n_lines++] = s->sum / s->part;
    s->sum = s->n_sum = 0;
    return s->n_lines == 2 * UM_LINE_SIDE ? compare(s, fn, user, err) : UM_OK;
}

/* Up to n samples of one part; it stops before the sample that ends a silence. How many. */
static int take(um_standstill *s, const float *samples, int n)
{
    double total = s->total, sum = s->sum;
    int64_t begins = s->begins;
    float last = s->last;
    int i = 0;
    for (; i < n; i++) {
        const float x = isfinite(samples[i]) ? samples[i] : 0;
        if (x != last) {
            if (s->next + i - begins >= s->needed)
                break;
            begins = s->next + i;
        }
        last = x;
        total += (double)x;
        sum += (double)x;
    }
    s->total = total;
    s->sum = sum;
    s->begins = begins;
    s->last = last;
    s->next += i;
    s->n += i;
    s->n_sum += i;
    return i;
}

um_status um_standstill_push(um_standstill *s, int64_t first, const float *samples, int n,
                             um_standstill_fn fn, void *user, um_error *err)
{
    um_status st = UM_OK;
    if (first != s->next) {
        st = um_standstill_end(s, fn, user, err);
        s->begins = s->next = first;
        s->n_sum = s->n_lines = 0;
        s->sum = 0;
    }
    for (int i = 0; i < n && st == UM_OK;) {
        const int most = n - i < s->part - s->n_sum ? n - i : s->part - s->n_sum;
        const int taken = take(s, samples + i, most);
        i += taken;
        if (taken < most)
            st = um_standstill_end(s, fn, user, err);
        else if (s->n_sum == s->part)
            st = take_part(s, fn, user, err);
    }
    return st;
}
