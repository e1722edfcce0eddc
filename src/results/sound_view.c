/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_view.c: see sound_view.h. */
#include "results/sound_view.h"
#include "media/heat.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HOPS_PER_S = UM_SOUND_HZ / UM_FRAME_HOP, BINS_PER_ROW = 2 };
_Static_assert(UM_VIEW_ROWS *BINS_PER_ROW == UM_FRAME_BINS - 1, "the rows hold all bins but the last");

typedef struct column {
    float low, high; /* low > high: no sample yet */
    double pitch_sum;
    int64_t n_pitch, n_frames;
    double power[UM_VIEW_ROWS]; /* summed over the frames */
} column;

struct um_sound_viewer {
    int64_t hops; /* of a column */
    int n;        /* columns up to the last that was touched */
    column *column;
};

static const column EMPTY = {.low = INFINITY, .high = -INFINITY};

void um_sound_view_clear(um_sound_view *v)
{
    free(v->low);
    free(v->high);
    free(v->pitch_hz);
    free(v->level);
    *v = (um_sound_view){0};
}

um_status um_sound_view_fit(um_sound_view *v, int columns, um_error *err)
{
    const size_t n = (size_t)columns;
    v->low = um_calloc(n, sizeof *v->low);
    v->high = um_calloc(n, sizeof *v->high);
    v->pitch_hz = um_calloc(n, sizeof *v->pitch_hz);
    v->level = um_calloc(n, UM_VIEW_ROWS);
    if (!v->low || !v->high || !v->pitch_hz || !v->level)
        return um_fail_oom(err);
    v->columns = columns;
    return UM_OK;
}

um_status um_sound_viewer_new(um_sound_viewer **out, um_error *err)
{
    um_sound_viewer *w = *out = um_calloc(1, sizeof *w);
    if (!w || !(w->column = um_calloc(UM_VIEW_COLUMNS, sizeof *w->column))) {
        um_sound_viewer_free(out);
        return um_fail_oom(err);
    }
    w->hops = 1;
    for (int i = 0; i < UM_VIEW_COLUMNS; i++)
        w->column[i] = EMPTY;
    return UM_OK;
}

void um_sound_viewer_free(um_sound_viewer **viewer)
{
    if (!viewer || !*viewer)
        return;
    free((*viewer)->column);
    free(*viewer);
    *viewer = NULL;
}

/* ---- columns ---- */

static void add(column *to, const column *from)
{
    to->low = fminf(to->low, from->low);
    to->high = fmaxf(to->high, from->high);
    to->pitch_sum += from->pitch_sum;
    to->n_pitch += from->n_pitch;
    to->n_frames += from->n_frames;
    for (int r = 0; r < UM_VIEW_ROWS; r++)
        to->power[r] += from->power[r];
}

static void fold(um_sound_viewer *w)
{
    for (int i = 0; i < UM_VIEW_COLUMNS; i++) {
        const column own = w->column[i];
        w->column[i] = EMPTY;
        add(&w->column[i / 2], &own);
    }
    w->hops *= 2;
    w->n = (w->n + 1) / 2;
}

static column *column_of(um_sound_viewer *w, int64_t hop)
{
    while (hop / w->hops >= UM_VIEW_COLUMNS)
        fold(w);
    const int i = (int)(hop / w->hops);
    w->n = i < w->n ? w->n : i + 1;
    return &w->column[i];
}

/* ---- in ---- */

/* Products refuse samples so late that these numbers would not do. */
static void add_samples(um_sound_viewer *w, const um_sound *s)
{
    const int64_t rate = s->rate_hz;
    for (int i = s->first < 0 ? (int)fmin(-(double)s->first, s->n) : 0; i < s->n;) {
        const int64_t at = s->first + i, hop = at * HOPS_PER_S / rate;
        column *c = column_of(w, hop);
        /* the first sample of the next column, which begins at a whole hop */
        const int64_t next = ((hop / w->hops + 1) * w->hops * rate + HOPS_PER_S - 1) / HOPS_PER_S - s->first;
        float low = c->low, high = c->high;
        for (; i < s->n && i < next; i++) { /* fminf would be a call for each; of NAN both stay */
            low = s->mono[i] < low ? s->mono[i] : low;
            high = s->mono[i] > high ? s->mono[i] : high;
        }
        c->low = low;
        c->high = high;
    }
}

/* The column in which the middle of a frame lies, 12.5 ms after its begin. */
static column *column_of_frame(um_sound_viewer *w, int64_t frame)
{
    return column_of(w, frame + UM_FRAME_WINDOW / 2 / UM_FRAME_HOP);
}

static void add_frames(um_sound_viewer *w, const um_sound_frames *f)
{
    for (int i = 0; i < f->n; i++) {
        const float *power = f->value + (ptrdiff_t)i * f->size;
        column *c = column_of_frame(w, f->first + i);
        for (int k = 0; k < UM_VIEW_ROWS * BINS_PER_ROW; k++)
            c->power[k / BINS_PER_ROW] += (double)power[k];
        c->n_frames++;
    }
}

static void add_pitch(um_sound_viewer *w, const um_pitch_frames *f)
{
    for (int i = 0; i < f->n; i++)
        if (f->frame[i].hz > 0) {
            column *c = column_of_frame(w, f->frame[i].index);
            c->pitch_sum += (double)f->frame[i].hz;
            c->n_pitch++;
        }
}

um_status um_sound_viewer_push(um_sound_viewer *w, um_products *products, const um_sound *sound,
                               um_error *err)
{
    const um_sound_frames *frames = NULL;
    const um_pitch_frames *pitch = NULL;
    um_status st = um_product_spectrogram(&frames, products, err);
    if (st < 0 || (st = um_product_pitch(&pitch, products, err)) < 0)
        return st;
    if (sound)
        add_samples(w, sound);
    add_frames(w, frames);
    add_pitch(w, pitch);
    return UM_OK;
}

/* ---- out ---- */

static void levels(um_sound_view *v, const column *c, float *db)
{
    const double row_hz = (double)UM_VIEW_TOP_HZ / UM_VIEW_ROWS;
    for (int i = 0; i < v->columns; i++)
        for (int r = 0; r < UM_VIEW_ROWS; r++)
            db[i * UM_VIEW_ROWS + r] =
                c[i].n_frames ? um_heat_db(c[i].power[r] / (double)c[i].n_frames, r * row_hz + row_hz / 4)
                              : -INFINITY;
    um_heat_levels(v->level, db, (size_t)v->columns * UM_VIEW_ROWS, UM_VIEW_RANGE_DB);
}

um_status um_sound_viewer_finish(um_sound_view *v, const um_sound_viewer *w, um_error *err)
{
    float *db = NULL;
    *v = (um_sound_view){0};
    if (!w->n)
        return UM_OK;
    um_status st = um_sound_view_fit(v, w->n, err);
    if (st == UM_OK && !(db = um_calloc((size_t)w->n, UM_VIEW_ROWS * sizeof *db)))
        st = um_fail_oom(err);
    if (st < 0) {
        um_sound_view_clear(v);
        return st;
    }
    v->column_s = (double)w->hops / HOPS_PER_S;
    for (int i = 0; i < v->columns; i++) {
        const column *c = &w->column[i];
        const bool heard = isfinite(c->low) && isfinite(c->high);
        v->low[i] = heard ? (double)c->low : NAN;
        v->high[i] = heard ? (double)c->high : NAN;
        v->pitch_hz[i] = c->n_pitch ? c->pitch_sum / (double)c->n_pitch : NAN;
    }
    levels(v, w->column, db);
    free(db);
    return UM_OK;
}
