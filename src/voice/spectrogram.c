/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrogram.c: what a recording looks like in time and frequency, for the eye. */
#include "dsp/frames.h"
#include "media/heat.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double WINDOW_S = .03, /* tells the harmonics of voices above 130 Hz apart */
    HOP_S = .01;
enum { MOST_WINDOWS = 8 }; /* in one column, so that half an hour costs no more than a minute */

typedef struct painter {
    const um_measured_voice *v;
    um_framer *framer;
    int window, bins;
    float *samples, *power, *sum; /* of a window; sum over those of a column */
} painter;

static um_status painter_init(painter *p, const um_measured_voice *v, um_error *err)
{
    int padded = 2;
    *p = (painter){.v = v, .window = (int)(WINDOW_S * v->rate_hz + .5)};
    while (padded < 2 * p->window)
        padded *= 2;
    p->bins = padded / 2 + 1;
    const um_status st = um_framer_new(&p->framer, p->window, padded, err);
    if (st < 0)
        return st;
    p->samples = um_calloc((size_t)p->window, sizeof *p->samples);
    p->power = um_calloc((size_t)p->bins, sizeof *p->power);
    p->sum = um_calloc((size_t)p->bins, sizeof *p->sum);
    return p->samples && p->power && p->sum ? UM_OK : um_fail_oom(err);
}

static void painter_clear(painter *p)
{
    um_framer_free(&p->framer);
    free(p->samples);
    free(p->power);
    free(p->sum);
}

/* Adds the window around a time; beyond the ends there is silence. */
static void add_window(painter *p, double centre_s)
{
    const int64_t first = (int64_t)floor(centre_s * p->v->rate_hz) - p->window / 2;
    for (int i = 0; i < p->window; i++)
        p->samples[i] = first + i >= 0 && first + i < (int64_t)p->v->n ? p->v->x[first + i] : 0;
    um_framer_power(p->framer, p->power, p->samples);
    for (int k = 0; k < p->bins; k++)
        p->sum[k] += p->power[k];
}

/* dB of each row; -INFINITY: nothing at all. */
static void measure_column(painter *p, float *db, int column, int columns, double top_hz, int rows)
{
    const double length = (double)p->v->n / p->v->rate_hz / columns, row_hz = top_hz / rows,
                 bin_hz = p->v->rate_hz / (2. * (p->bins - 1));
    const int n = um_clampi((int)(length / HOP_S + .5), 1, MOST_WINDOWS);
    memset(p->sum, 0, (size_t)p->bins * sizeof *p->sum);
    for (int i = 0; i < n; i++)
        add_window(p, (column + (i + .5) / n) * length);
    for (int r = 0; r < rows; r++) {
        const int from = (int)(r * row_hz / bin_hz),
                  to = um_clampi((int)((r + 1) * row_hz / bin_hz), from, p->bins - 1);
        double sum = 0;
        for (int k = from; k <= to; k++)
            sum += p->sum[k];
        db[r] = um_heat_db(sum / (n * (to - from + 1.)), (r + .5) * row_hz);
    }
}

um_status um_voice_spectrogram(uint8_t *level, const um_measured_voice *v, double top_hz, int columns,
                               int rows, um_error *err)
{
    painter p;
    float *db = NULL;
    const size_t n = (size_t)columns * (size_t)rows;
    um_status st = painter_init(&p, v, err);
    if (st == UM_OK && !(db = um_calloc(n, sizeof *db)))
        st = um_fail_oom(err);
    for (int c = 0; c < columns && st == UM_OK; c++)
        measure_column(&p, db + (ptrdiff_t)c * rows, c, columns, top_hz, rows);
    if (st == UM_OK)
        um_heat_levels(level, db, n, UM_VOICE_RANGE_DB);
    free(db);
    painter_clear(&p);
    return st;
}
