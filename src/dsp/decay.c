/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decay.c: levels of short blocks, and lines through those that fall. */
#include "dsp/decay.h"
#include "dsp/stats.h"
#include <math.h>

static const double BLOCK_S = .01; /* of a level */
static const double RISE_DB = 2;   /* above the least so far: the decay is over */
static const double UPPER_DB = 5,
                    LOWER_DB = 25; /* below the greatest, the line goes through what lies between */
static const double CLEAR_DB = 5;  /* it must fall on by so much: else noise bends the line */
static const double OFF_DB = 1.5;  /* root mean square of the distance from the line, at most */
static const double FAINT = 1e-11; /* -110 dB */
enum { LEAST = 4 };                /* levels on the line */

void um_decays_init(um_decays *d, int rate_hz)
{
    *d = (um_decays){.rate_hz = rate_hz, .block = (int)ceil(BLOCK_S * rate_hz)};
}

um_status um_decays_end(um_decays *d, um_decay_fn fn, void *user, um_error *err)
{
    double x[UM_DECAY_BLOCKS], y[UM_DECAY_BLOCKS], slope, offset, off = 0;
    const int n = d->n;
    size_t used = 0;
    int last = 0;
    d->n = 0;
    while (last < n && d->level[last] > d->level[0] - LOWER_DB)
        last++;
    if (last == n || d->least > d->level[0] - LOWER_DB - CLEAR_DB)
        return UM_OK;
    for (int i = 0; i < last; i++)
        if (d->level[i] <= d->level[0] - UPPER_DB) {
            x[used] = (double)i * d->block / d->rate_hz;
            y[used++] = d->level[i];
        }
    if (used < LEAST)
        return UM_OK;
    um_line_fit(&slope, &offset, x, y, used);
    for (size_t i = 0; i < used; i++) {
        const double distance = y[i] - slope * x[i] - offset;
        off += distance * distance;
    }
    if (!(slope < 0) || sqrt(off / (double)used) > OFF_DB)
        return UM_OK;
    return fn(user, (double)(d->next - (int64_t)n * d->block) / d->rate_hz, fmin(-60 / slope, UM_DECAY_MAX_S),
              err);
}

static um_status take(um_decays *d, double level, um_decay_fn fn, void *user, um_error *err)
{
    um_status st = UM_OK;
    if (d->n && (level > d->least + RISE_DB || d->n == UM_DECAY_BLOCKS))
        st = um_decays_end(d, fn, user, err);
    if (!d->n || level >= d->level[0]) {
        d->n = 0;
        d->least = level;
    }
    d->level[d->n++] = level;
    d->least = fmin(d->least, level);
    return st;
}

um_status um_decays_push(um_decays *d, int64_t first, const float *samples, int n, um_decay_fn fn, void *user,
                         um_error *err)
{
    um_status st = UM_OK;
    if (first != d->next) {
        d->n = d->n_sum = 0;
        d->sum = 0;
    }
    d->next = first;
    for (int i = 0; i < n && st == UM_OK;) {
        const int part = n - i < d->block - d->n_sum ? n - i : d->block - d->n_sum;
        double sum = d->sum, last = d->last;
        for (const int stop = i + part; i < stop; i++) {
            const double x = isfinite(samples[i]) ? (double)samples[i] : 0;
            sum += (x - last) * (x - last); /* the difference: without hum and rumble */
            last = x;
        }
        d->sum = sum;
        d->last = last;
        d->next += part;
        d->n_sum += part;
        if (d->n_sum < d->block)
            break;
        st = take(d, 10 * log10(d->sum / d->block + FAINT), fn, user, err);
        d->sum = 0;
        d->n_sum = 0;
    }
    return st;
}
