/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resampling.c: was a part of a photo enlarged, shrunk or turned otherwise than the rest?
 *
 * Popescu & Farid 2005 and Kirchner 2008 (dsp/resampled.h). What differs: the papers ask of a picture or of a
 * block whether it was resampled. Photos are resized as a whole on their way through the web, so the question
 * here is whether a part has a period that the rest has not: each frequency of a window is compared with its
 * median over the windows, peaks must come in pairs at right angles, windows side by side with the same peak
 * are added, and what is told is how rarely chance would do that (as Desolneux, Moisan & Morel, 2000).
 * Instead of a threshold on the slope of the cumulated spectrum, which holds for one size of window. The
 * harmonics of JPEG's blocks are left out where a photo has blocks. Windows are farther apart in large
 * photos, so that time is bounded. */
#include "dsp/resampled.h"
#include "dsp/stats.h"
#include "signals/image/parts.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>

enum {
    SIDE = UM_TRACE_SIDE,
    BINS = UM_TRACE_BINS,
    LEAST_SIDE = 162,     /* pixels: 4 x 4 windows, so that there is a rest */
    LEAST_HOP = SIDE / 2, /* pixels between windows: nearer, they repeat each other */
    FEW = 256,            /* windows; more only when they need not overlap */
    MOST = 1000,          /* windows, whatever the size of the photo */
    LEAST_WINDOWS = 9,    /* with a spectrum: for a median */
    MEDIAN = 256,         /* windows that a median is taken of, from twice as many on */
    LOW = 5,              /* cycles per window: slower ones are content */
    BLOCK_BINS = SIDE / 8 /* between harmonics of blocks of 8 pixels; they leak by 1 */
};
/* Twice the lower of the two ratios, of mean 1 without interpolation: one bin in 33 has it by chance. */
static const float SEED = 3.5f;
/* Median of harmonics of the blocks over their surroundings, from which a photo is taken to have blocks. */
static const double BLOCKS = 1.7;
static const double SHAPES = .6085; /* log10 4.06: that much more shapes per window in a region (Klarner) */
static const double SHOWN = 2;      /* -log10 NFA from which a part is called: docs/signals/resampling.md */
static const double WHOLE = 1.5;    /* mean ratio of both of a pair from which the whole photo has a period */

typedef struct resampling {
    bool seen;
} resampling;

typedef struct windows {
    int cols, rows, hop, n; /* n: with a spectrum */
    um_trace *trace;        /* [rows][cols] */
    bool *has;              /* [rows][cols] */
    bool blocks;
} windows;

typedef struct region {
    um_part part;  /* windows */
    double rarity; /* -log10 NFA */
    int j, i;      /* frequency */
} region;

static int hop_of(int width, int height)
{
    const double area = (double)width * height;
    return (int)fmax(um_clampd(sqrt(area / FEW), LEAST_HOP, SIDE), sqrt(area / MOST));
}

static int windows_along(int pixels, int hop)
{
    return (pixels - 2 * UM_TRACE_BORDER - SIDE) / hop + 1;
}

static um_status windows_new(windows *w, const um_image *luma, um_error *err)
{
    um_fft *fft = NULL;
    float p[SIDE * SIDE];
    w->hop = hop_of(luma->width, luma->height);
    w->cols = windows_along(luma->width, w->hop);
    w->rows = windows_along(luma->height, w->hop);
    w->trace = um_calloc((size_t)w->cols * (size_t)w->rows, sizeof *w->trace);
    w->has = um_calloc((size_t)w->cols * (size_t)w->rows, sizeof *w->has);
    if (!w->trace || !w->has)
        return um_fail_oom(err);
    um_status st = um_fft_new(&fft, SIDE, SIDE, err);
    for (int b = 0; b < w->cols * w->rows && st == UM_OK; b++) {
        const int x = b % w->cols * w->hop + UM_TRACE_BORDER, y = b / w->cols * w->hop + UM_TRACE_BORDER;
        um_trace_map(p, luma->data + y * luma->stride + x, luma->stride);
        w->has[b] = um_trace_spectrum(&w->trace[b], fft, p);
        w->n += w->has[b];
    }
    um_fft_free(&fft);
    return st;
}

static void windows_free(windows *w)
{
    free(w->trace);
    free(w->has);
}

/* Working memory. */
typedef struct bench {
    float *row; /* [2][BINS][windows]: of one j, the ratios of each frequency side by side */
    double *work;
    float *twice;
    bool *todo;
    int *stack; /* [windows] each */
} bench;

static void take_row(bench *t, const windows *w, int j)
{
    const int n = w->cols * w->rows;
    for (int b = 0; b < n; b++)
        for (int pair = 0; pair < 2; pair++)
            for (int i = 0; i < BINS; i++)
                t->row[(pair * BINS + i) * n + b] = w->trace[b].ratio[pair][j][i];
}

/* The median over windows all over the photo, 1 where they are as without interpolation. */
static double usual(const bench *t, const windows *w, int pair, int i)
{
    const int n = w->cols * w->rows, step = 1 + n / MEDIAN;
    const float *v = t->row + (pair * BINS + i) * n;
    size_t m = 0;
    for (int b = 0; b < n; b += step)
        if (w->has[b])
            t->work[m++] = (double)v[b];
    return um_median(t->work, m) / M_LN2;
}

static bool on_blocks(int j, int i)
{
    const int x = (i + 1) % BLOCK_BINS, y = j % BLOCK_BINS;
    return (x <= 1 || x == BLOCK_BINS - 1) && (y <= 1 || y == BLOCK_BINS - 1);
}

static bool asked(const windows *w, int j, int i)
{
    return (i + 1) * (i + 1) + j * j >= LOW * LOW && !(w->blocks && on_blocks(j, i));
}

static void find_blocks(windows *w, bench *t, bool is_jpeg)
{
    w->blocks = is_jpeg;
    take_row(t, w, 0);
    for (int i = BLOCK_BINS - 1; i < BINS && !w->blocks; i += BLOCK_BINS)
        w->blocks = usual(t, w, 0, i) > BLOCKS || usual(t, w, 1, i) > BLOCKS;
}

/* log10 of the chance that n exponential variables of mean 1 sum up to more (Chernoff's bound). */
static double chance(int n, double sum)
{
    return sum > n ? (n - sum + n * log(sum / n)) / M_LN10 : 0;
}

/* The rarest connected windows with a peak at a frequency. */
static void rarest(region *best, const windows *w, const bench *t, double tests, int j, int i)
{
    for (int b = 0; b < w->cols * w->rows; b++) {
        if (!t->todo[b])
            continue;
        const um_part part = um_part_take(t->todo, t->twice, w->cols, w->rows, b, t->stack);
        const double rarity = -(tests + part.n * SHAPES + chance(part.n, part.sum));
        if (!best->part.n || rarity > best->rarity)
            *best = (region){part, rarity, j, i};
    }
}

typedef struct found {
    region region;
    double whole; /* period of the whole photo in pixels, 0: none */
} found;

static double period(int j, int i)
{
    return SIDE / hypot(i + 1, j);
}

static void look(found *out, const windows *w, bench *t)
{
    const int n = w->cols * w->rows;
    double most = WHOLE;
    int frequencies = 0;
    for (int j = 0; j < BINS; j++)
        for (int i = 0; i < BINS; i++)
            frequencies += asked(w, j, i);
    const double tests = log10((double)frequencies * n);
    for (int j = 0; j < BINS; j++) {
        take_row(t, w, j);
        for (int i = 0; i < BINS; i++) {
            if (!asked(w, j, i))
                continue;
            const double here = usual(t, w, 0, i), turned = usual(t, w, 1, i);
            if (fmin(here, turned) > most) {
                most = fmin(here, turned);
                out->whole = period(j, i);
            }
            const float a = 2 / (float)fmax(here, 1), b = 2 / (float)fmax(turned, 1);
            const float *p = t->row + i * n, *q = t->row + (BINS + i) * n;
            for (int k = 0; k < n; k++) {
                t->twice[k] = fminf(a * p[k], b * q[k]); /* 0 without a spectrum */
                t->todo[k] = t->twice[k] > SEED;
            }
            rarest(&out->region, w, t, tests, j, i);
        }
    }
}

static um_status find(found *out, windows *w, bool is_jpeg, um_error *err)
{
    const size_t n = (size_t)w->cols * (size_t)w->rows;
    bench t = {.row = um_calloc(n, 2 * BINS * sizeof *t.row),
               .work = um_calloc(n, sizeof *t.work),
               .twice = um_calloc(n, sizeof *t.twice),
               .todo = um_calloc(n, sizeof *t.todo),
               .stack = um_calloc(n, sizeof *t.stack)};
    const bool has = t.row && t.work && t.twice && t.todo && t.stack;
    *out = (found){0};
    if (has) {
        find_blocks(w, &t, is_jpeg);
        look(out, w, &t);
    }
    free(t.row);
    free(t.work);
    free(t.twice);
    free(t.todo);
    free(t.stack);
    return has ? UM_OK : um_fail_oom(err);
}

/* ---- evidence ---- */

static um_rect windows_rect(const windows *w, const um_part *p)
{
    return (um_rect){(float)(p->x0 * w->hop + UM_TRACE_BORDER), (float)(p->y0 * w->hop + UM_TRACE_BORDER),
                     (float)((p->x1 - p->x0) * w->hop + SIDE), (float)((p->y1 - p->y0) * w->hop + SIDE)};
}

/* Red: how clear the peak is in each window, where several see a place, in the clearest. */
static um_status show(const windows *w, const um_stored *s, const region *r, um_findings *out, um_error *err)
{
    const int cols = (s->luma->width + w->hop - 1) / w->hop, rows = (s->luma->height + w->hop - 1) / w->hop,
              wide = (SIDE - 1) / w->hop;
    um_image *picture = NULL;
    float *cell = um_calloc((size_t)cols * (size_t)rows, sizeof *cell);
    if (!cell)
        return um_fail_oom(err);
    for (int b = 0; b < w->cols * w->rows; b++) {
        const float twice =
            2 * fminf(w->trace[b].ratio[0][r->j][r->i], w->trace[b].ratio[1][r->j][r->i]) * w->has[b];
        for (int k = 0; k < (wide + 1) * (wide + 1) && twice > SEED; k++) {
            float *to = cell + (b / w->cols + k / (wide + 1)) * cols + b % w->cols + k % (wide + 1);
            *to = fmaxf(*to, fminf(twice / (3 * SEED), 1));
        }
    }
    um_status st = um_stored_picture(&picture, s, &(um_cells){cols, rows, (float)w->hop, cell}, false, err);
    const um_rect at = um_stored_shown(s, windows_rect(w, &r->part));
    if (st == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Red: windows where fine detail repeats every %.2f pixels, along two directions at right angles. "
            "The largest group lies at x %.0f to %.0f, y %.0f to %.0f pixels. Single windows are chance.",
            um_round(period(r->j, r->i), .01), (double)at.x, (double)(at.x + at.w), (double)at.y,
            (double)(at.y + at.h));
    um_image_free(&picture);
    free(cell);
    return st;
}

/* ---- the signal ---- */

static um_status judge(const windows *w, const found *f, const um_stored *s, um_findings *out, um_error *err)
{
    const region *r = &f->region;
    char whole[120] = "";
    if (f->whole > 0)
        snprintf(whole, sizeof whole,
                 " As a whole it was resized (a period of %.2f pixels), as web sites do.",
                 um_round(f->whole, .01));
    if (r->rarity < SHOWN)
        return um_findings_score(out, um_file_subject(), log10(1 + fmax(r->rarity, 0)), err,
                                 "No part of the photo was resized otherwise than the rest, by %d windows of "
                                 "%d pixels.%s",
                                 w->n, SIDE, whole);
    um_status st = show(w, s, r, out, err);
    return st < 0 ? st
                  : um_findings_score(out, um_file_subject(), log10(1 + r->rarity), err,
                                      "A part of the photo was enlarged or turned otherwise than the rest, "
                                      "or shows a fine grid: a period of %.2f pixels in %d of %d windows.%s",
                                      um_round(period(r->j, r->i), .01), r->part.n, w->n, whole);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    (void)measure;
    resampling *r = state;
    um_stored s = {0};
    windows w = {0};
    found f;
    if (!in->media->is_photo || r->seen)
        return UM_OK;
    um_status st = um_stored_take(&s, in, err);
    if (st == UM_OK && (s.luma->width < LEAST_SIDE || s.luma->height < LEAST_SIDE)) {
        um_stored_free(&s);
        return UM_OK;
    }
    r->seen = true;
    if (st == UM_OK && (st = windows_new(&w, s.luma, err)) == UM_OK) {
        if (w.n < LEAST_WINDOWS)
            st = um_findings_skip(
                out, um_file_subject(), err,
                "too smooth or too coarse: %d windows of %d x %d pixels to look at, %d needed", w.n, SIDE,
                SIDE, LEAST_WINDOWS);
        else if ((st = find(&f, &w, in->probe && in->probe->jpeg.quality, err)) == UM_OK)
            st = judge(&w, &f, &s, out, err);
    }
    windows_free(&w);
    um_stored_free(&s);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return ((const resampling *)state)->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_resampling = {
    .name = "resampling",
    .family = "image",
    .question = "Was a part of the photo enlarged, shrunk or turned otherwise than the rest?",
    .meaning =
        "0: no part stands off. Above 0.48: a part carries the period that enlarging or turning leaves and "
        "the rest does not; the number grows with how rarely chance would do that. Woven cloth, screens and "
        "print have fine grids, too. That the whole photo was resized is told and means nothing. JPEG below "
        "about 95, or making the photo smaller afterwards, wipes the trace out.",
    .score_unit = "log10(1 - log10 NFA) of the clearest part with a period of its own",
    .paper = "Kirchner, ACM MM&Sec 2008, doi:10.1145/1411328.1411333; Popescu & Farid, IEEE TSP 53(2), 2005",
    .version = 1,
    .needs = UM_NEED_GRAY,
    .state_size = sizeof(resampling),
    .push = push,
    .finish = finish,
};
