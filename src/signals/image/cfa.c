/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cfa.c: does every part of a photo carry the trace of the camera's colour filter?
 *
 * Ferrara, Bianchi, De Rosa & Piva 2012 (dsp/filter_array.h): the logarithm of the variance of the prediction
 * error where green was seen over that where it was interpolated, two normal distributions, their likelihood
 * ratio as a map. What differs: which pixels saw green is not known and follows from the median over the
 * photo; where that is too near 0 the photo has no traces and the signal is silent; instead of a threshold on
 * the map, the nats are summed over the region that lacks the trace most, as `compression` does. In large
 * photos blocks lie apart, so that time is bounded. The photo is looked at as it is shown: a chessboard that
 * is turned is one. */
#include "dsp/filter_array.h"
#include "dsp/stats.h"
#include "signals/image/parts.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>

enum {
    BLOCK = UM_CFA_BLOCK,
    LEAST_SIDE = 162,   /* pixels: 10 blocks and a border */
    MOST = 16384,       /* blocks; beyond 4 megapixels they lie apart */
    LEAST_QUALITY = 95, /* of a JPEG: at 90 what is left is not to be trusted: docs/signals/cfa.md */
    LEAST_USABLE = 100, /* blocks: for two distributions */
    WINDOW = 3,         /* blocks whose nats are added before regions are formed */
    LEAST_BLOCKS = 9    /* of a region: one window */
};
/* Median of the blocks from which a photo has traces. 300 train photos from the web stay below .031, photos
 * that were made through a filter begin at .3 as PNG and mostly at .07 as JPEG 95. */
static const double LEAST_TRACE = .06;
/* Mean of the blocks with traces in their deviations: less clear, the content of a part decides. */
static const double LEAST_CLARITY = 2;
static const float MOST_NATS = 3;  /* of a block: none decides alone */
static const double SHOWN = 2;     /* log10 (1 + nats) from which a region is called: docs/signals/cfa.md */
static const double NATS_SURE = 3; /* of the map that is shown */

typedef struct cfa {
    bool seen;
    int quality; /* of a JPEG that is too strong, or 0 */
} cfa;

typedef struct map {
    int cols, rows, pitch, n; /* n: usable */
    float *nats;              /* [rows][cols] for "lacks the trace", 0: says nothing */
    bool *usable;
    double trace;   /* median */
    double clarity; /* its mean in deviations, by the model */
} map;

static void map_free(map *m)
{
    free(m->nats);
    free(m->usable);
}

static um_status map_new(map *m, const um_image *rgb, um_error *err)
{
    const double area = (double)rgb->width * rgb->height;
    m->pitch = (int)fmax(BLOCK, ceil(sqrt(area / MOST)));
    m->cols = (rgb->width - 2 - BLOCK) / m->pitch + 1;
    m->rows = (rgb->height - 2 - BLOCK) / m->pitch + 1;
    const size_t n = (size_t)m->cols * (size_t)m->rows;
    double *work = um_calloc(n, sizeof *work);
    m->nats = um_calloc(n, sizeof *m->nats);
    m->usable = um_calloc(n, sizeof *m->usable);
    if (!work || !m->nats || !m->usable) {
        free(work);
        return um_fail_oom(err);
    }
    for (int row = 0; row < m->rows; row++)
        for (int col = 0; col < m->cols; col++) {
            const int x = 1 + col * m->pitch, y = 1 + row * m->pitch, b = row * m->cols + col;
            m->usable[b] = um_cfa_ratio(&m->nats[b], rgb->data + y * rgb->stride + 3 * x + 1, 3, rgb->stride);
            if ((x + y) & 1)
                m->nats[b] = -m->nats[b];
            if (m->usable[b])
                work[m->n++] = (double)m->nats[b];
        }
    m->trace = um_median(work, (size_t)m->n);
    if (m->n >= LEAST_USABLE && fabs(m->trace) >= LEAST_TRACE) {
        const double sign = m->trace < 0 ? -1 : 1;
        for (int i = 0; i < m->n; i++)
            work[i] *= sign;
        const um_two_normals model = um_two_normals_fit(work, (size_t)m->n);
        m->clarity = model.mean / model.deviation[1];
        for (size_t b = 0; b < n; b++) {
            const double nats = um_two_normals_nats(&model, sign * (double)m->nats[b]);
            m->nats[b] = m->usable[b] ? (float)um_clampd(nats, -MOST_NATS, MOST_NATS) : 0;
        }
    }
    m->trace = fabs(m->trace);
    free(work);
    return UM_OK;
}

static um_status show(const map *m, const um_image *luma, const um_part *r, um_findings *out, um_error *err)
{
    const um_stored shown = {.shown = luma};
    um_image *picture = NULL;
    float *chance = um_calloc((size_t)m->cols * (size_t)m->rows, sizeof *chance);
    if (!chance)
        return um_fail_oom(err);
    for (int b = 0; b < m->cols * m->rows; b++)
        chance[b] = (float)um_clampd(m->nats[b] / NATS_SURE, 0, 1);
    um_status st = um_stored_picture(&picture, &shown, &(um_cells){m->cols, m->rows, (float)m->pitch, chance},
                                     false, err);
    if (st == UM_OK)
        st = um_findings_evidence(out, um_file_subject(), 0, 0, picture, err,
                                  "Red: blocks without the trace of the colour filter. The largest such "
                                  "region, %d blocks, lies at x "
                                  "%d to %d, y %d to %d pixels. Single red blocks are chance.",
                                  r->n, r->x0 * m->pitch, r->x1 * m->pitch + BLOCK, r->y0 * m->pitch,
                                  r->y1 * m->pitch + BLOCK);
    um_image_free(&picture);
    free(chance);
    return st;
}

static um_status judge(const map *m, const um_image *luma, um_findings *out, um_error *err)
{
    um_part r;
    if (m->n < LEAST_USABLE)
        return um_findings_skip(
            out, um_file_subject(), err,
            "too smooth or too bright or dark: %d blocks of %d pixels to look at, %d needed", m->n, BLOCK,
            LEAST_USABLE);
    if (m->trace < LEAST_TRACE)
        return um_findings_skip(out, um_file_subject(), err,
                                "no trace of a camera's colour filter (%.3f, %.2f needed): the photo was "
                                "made smaller, compressed, "
                                "or never was a camera's",
                                um_round(m->trace, .001), LEAST_TRACE);
    if (m->clarity < LEAST_CLARITY)
        return um_findings_skip(
            out, um_file_subject(), err,
            "the trace of the colour filter is too weak to compare parts: %.1f deviations, "
            "%.1f needed, as after JPEG",
            um_round(m->clarity, .1), LEAST_CLARITY);
    um_status st = um_part_strongest(&r, m->nats, m->cols, m->rows, WINDOW, LEAST_BLOCKS, err);
    if (st < 0 || (r.n > 0 && (st = show(m, luma, &r, out, err)) < 0))
        return st;
    const double score = log10(1 + r.sum);
    if (score < SHOWN)
        return um_findings_score(out, um_file_subject(), score, err,
                                 "The photo carries the trace of a camera's colour filter (%.2f), and no "
                                 "large part lacks it.",
                                 um_round(m->trace, .01));
    return um_findings_score(
        out, um_file_subject(), score, err,
        "The photo carries the trace of a camera's colour filter (%.2f), but a region of "
        "%.1f %% of it lacks it: put in, blurred, or painted over since it was taken.",
        um_round(m->trace, .01), um_round(100. * r.n / (m->cols * m->rows), .1));
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    (void)measure;
    cfa *c = state;
    map m = {0};
    const um_image *luma;
    if (!in->media->is_photo || !in->frame || !in->frame->rgb || c->seen)
        return UM_OK;
    const um_image *rgb = in->frame->rgb;
    if (rgb->width < LEAST_SIDE || rgb->height < LEAST_SIDE)
        return UM_OK;
    if (in->probe && in->probe->jpeg.quality && in->probe->jpeg.quality < LEAST_QUALITY) {
        c->quality = in->probe->jpeg.quality;
        return UM_OK;
    }
    c->seen = true;
    um_status st = um_product_luma(&luma, in->products, err);
    if (st == UM_OK && (st = map_new(&m, rgb, err)) == UM_OK)
        st = judge(&m, luma, out, err);
    map_free(&m);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const cfa *c = state;
    if (c->quality)
        return um_findings_skip(
            out, um_file_subject(), err,
            "compressed too much for the trace of a colour filter: JPEG quality %d, %d needed", c->quality,
            LEAST_QUALITY);
    return c->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_cfa = {
    .name = "cfa",
    .family = "image",
    .question = "Does every part of the photo carry the trace of the camera's colour filter?",
    .meaning =
        "0 to 2: all parts carry it. Beyond 2: a region lacks it, as when it was put in, blurred or painted "
        "over after the photo was taken. Parts out of focus and smooth ones carry less of it. It says "
        "nothing "
        "of photos that were made smaller, compressed more than lightly, or drawn.",
    .score_unit = "log10(1 + nats) for a region without the trace of the colour filter",
    .paper = "Ferrara et al., IEEE TIFS 7(5), 2012, doi:10.1109/TIFS.2012.2202227",
    .version = 1,
    .needs = UM_NEED_RGB | UM_NEED_GRAY,
    .state_size = sizeof(cfa),
    .push = push,
    .finish = finish,
};
