/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compression.c: does a part of a JPEG photo have another history of compression than the rest?
 *
 * Lin, He, Tang & Tang, Pattern Recognition 42(11), 2009: a photo that is compressed, changed and compressed
 * again keeps the trace of the first compression everywhere but where it was changed. Per block, the chance
 * that it lacks the trace. What differs: the first step is found by likelihood under the model of Bianchi &
 * Piva (dsp/double_jpeg.h) with the known second step instead of from peaks of a spectrum; instead of a
 * trained classifier on the threshold of the map, the logarithms of the ratios are summed over the region
 * that lacks the trace most. Zeros say nothing: flat parts fill them whatever was done. Blocks with clipped
 * pixels are left out: clipping moves coefficients. */
#include "dsp/double_jpeg.h"
#include "dsp/jpeg.h"
#include "dsp/stats.h"
#include "signals/image/parts.h"
#include "signals/image/recompressed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Coefficients that are asked, in order of frequency, as in the paper's practice: higher ones are mostly 0.
 */
enum { FREQUENCIES = 15 };
/* Nats per value by which an earlier compression must explain a coefficient better. Once compressed photos of
 * the train set stay below 0.03, twice compressed ones are beyond 0.13 where the steps leave a trace. */
static const double LEAST_GAIN = .06;
/* Of the values, that have the trace. Where it is less, something else than an earlier compression made it,
 * or the photo is for the most part not what was compressed before. */
static const double LEAST_SHARE = .65;
enum {
    LEAST_FREQUENCIES = 3, /* with such a trace: one may be chance */
    LEAST_SIDE = 128,      /* pixels: 256 blocks, so that counts are more than noise */
    SHIFT = 4
};                                     /* pixels: the cut that lies farthest from the grid of the file */
static const float LEAST_RATIO = .05f; /* a count that the trace forbids is still made by noise */
enum {
    WINDOW = 3, /* blocks whose ratios are added before regions are formed: one is too few */
    LEAST_BLOCKS = 9
};                                     /* of a region: one window */
static const double SHOWN_SCORE = 2.3; /* log10 (1 + nats): 200; clean photos compressed twice stay below */
static const double NATS_SURE = 6;     /* of the map that is shown: odds of 400 */
typedef struct compression {
    bool seen;
} compression;

typedef struct map {
    int cols, rows, n; /* blocks */
    const float *dct;  /* [n][64] */
    float *own;        /* of a photo that is shown turned; else NULL */
    float *nats;       /* [n] for "lacks the trace", 0: says nothing */
    bool *clipped;     /* [n] */
    int frequencies;   /* that have the trace */
    int first_quality; /* of the table nearest to the first steps */
} map;

static void map_free(map *m)
{
    free(m->own);
    free(m->nats);
    free(m->clipped);
}

static um_status map_new(map *m, const um_stored *s, um_products *products, um_error *err)
{
    m->cols = s->luma->width / UM_DCT_SIDE;
    m->rows = s->luma->height / UM_DCT_SIDE;
    m->n = m->cols * m->rows;
    m->nats = um_calloc((size_t)m->n, sizeof *m->nats);
    m->clipped = um_calloc((size_t)m->n, sizeof *m->clipped);
    if (!m->nats || !m->clipped)
        return um_fail_oom(err);
    if (s->turn == 0) { /* shared with others */
        const um_dct_blocks *d;
        um_status st = um_product_dct(&d, products, err);
        m->dct = st == UM_OK ? d->value : NULL;
        return st;
    }
    if (!(m->own = um_calloc((size_t)m->n, UM_DCT_N * sizeof *m->own)))
        return um_fail_oom(err);
    um_dct8_plane(m->own, s->luma->data, s->luma->stride, m->rows, m->cols);
    m->dct = m->own;
    return UM_OK;
}

static void find_clipped(map *m, const um_image *luma)
{
    for (int y = 0; y < m->rows * UM_DCT_SIDE; y++)
        for (int x = 0; x < m->cols * UM_DCT_SIDE; x++) {
            const uint8_t v = luma->data[y * luma->stride + x];
            if (v == 0 || v == 255)
                m->clipped[y / UM_DCT_SIDE * m->cols + x / UM_DCT_SIDE] = true;
        }
}

typedef uint32_t counts[FREQUENCIES][UM_JPEG_REACH + 1];

static void count(counts out, const float *dct, int n, const bool *skip, const uint16_t *table)
{
    for (int b = 0; b < n; b++, dct += UM_DCT_N)
        for (int f = 0; f < FREQUENCIES && !(skip && skip[b]); f++) {
            const int at = um_jpeg_zigzag[1 + f], k = abs(um_jpeg_steps(dct[at], table[at]));
            if (k <= UM_JPEG_REACH)
                out[f][k]++;
        }
}

/* As the photo would be without an earlier compression: cut elsewhere, it has another grid. */
static um_status count_shifted(counts out, const um_image *luma, const uint16_t *table, um_error *err)
{
    const int rows = (luma->height - SHIFT) / UM_DCT_SIDE, cols = (luma->width - SHIFT) / UM_DCT_SIDE;
    float *row = um_calloc((size_t)cols, UM_DCT_N * sizeof *row);
    if (!row)
        return um_fail_oom(err);
    for (int y = 0; y < rows; y++) {
        um_dct8_plane(row, luma->data + (y * UM_DCT_SIDE + SHIFT) * luma->stride + SHIFT, luma->stride, 1,
                      cols);
        count(out, row, cols, NULL, table);
    }
    free(row);
    return UM_OK;
}

/* The quality whose table is nearest to the steps that were found. */
static int quality_of(const int *step)
{
    int best = 0;
    double least = 0;
    for (int quality = 1; quality <= 100; quality++) {
        uint16_t table[UM_DCT_N];
        double distance = 0;
        um_jpeg_table(table, quality);
        for (int f = 0; f < FREQUENCIES; f++)
            if (step[f])
                distance += fabs(log((double)step[f] / table[um_jpeg_zigzag[1 + f]]));
        if (!best || distance < least) {
            best = quality;
            least = distance;
        }
    }
    return best;
}

static um_status weigh(map *m, const um_image *luma, const uint16_t *table, um_error *err)
{
    counts here = {{0}}, shifted = {{0}};
    int step[FREQUENCIES] = {0};
    find_clipped(m, luma);
    count(here, m->dct, m->n, m->clipped, table);
    um_status st = count_shifted(shifted, luma, table, err);
    if (st < 0)
        return st;
    for (int f = 0; f < FREQUENCIES; f++) {
        const int at = um_jpeg_zigzag[1 + f];
        const um_first_step first = um_first_step_fit(here[f], shifted[f], table[at]);
        double ratio[UM_JPEG_REACH + 1];
        float nats[UM_JPEG_REACH + 1] = {0};
        if (!first.step || first.gain < LEAST_GAIN || first.share < LEAST_SHARE)
            continue;
        um_double_ratio(ratio, first.step, table[at]);
        for (int k = 1; k <= UM_JPEG_REACH; k++)
            nats[k] = -logf(fmaxf((float)ratio[k], LEAST_RATIO));
        for (int b = 0; b < m->n; b++) {
            const int k = abs(um_jpeg_steps(m->dct[(size_t)b * UM_DCT_N + at], table[at]));
            if (k <= UM_JPEG_REACH && !m->clipped[b])
                m->nats[b] += nats[k];
        }
        step[f] = first.step;
        m->frequencies++;
    }
    m->first_quality = quality_of(step);
    return UM_OK;
}

/* ---- evidence ---- */

static um_status show_map(const map *m, const um_stored *s, const um_part *r, um_findings *out, um_error *err)
{
    um_image *picture = NULL;
    float *chance = um_calloc((size_t)m->n, sizeof *chance);
    if (!chance)
        return um_fail_oom(err);
    for (int b = 0; b < m->n; b++)
        chance[b] = (float)um_clampd(m->nats[b] / NATS_SURE, 0, 1);
    um_status st =
        um_stored_picture(&picture, s, &(um_cells){m->cols, m->rows, UM_DCT_SIDE, chance}, false, err);
    if (st == UM_OK) {
        const um_rect at =
            um_stored_shown(s, (um_rect){(float)(UM_DCT_SIDE * r->x0), (float)(UM_DCT_SIDE * r->y0),
                                         (float)(UM_DCT_SIDE * (r->x1 - r->x0 + 1)),
                                         (float)(UM_DCT_SIDE * (r->y1 - r->y0 + 1))});
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Red: blocks without the trace of the first compression (quality about %d) that the rest of the "
            "photo carries. The largest such region, %d blocks, lies at x %.0f to %.0f, y %.0f to %.0f "
            "pixels. "
            "Single red blocks are chance.",
            m->first_quality, r->n, (double)at.x, (double)(at.x + at.w), (double)at.y, (double)(at.y + at.h));
    }
    um_image_free(&picture);
    free(chance);
    return st;
}

/* ---- the signal ---- */

static um_status judge(const map *m, const um_stored *s, const um_jpeg *jpeg, um_findings *out, um_error *err)
{
    um_part r;
    if (m->frequencies < LEAST_FREQUENCIES)
        return um_findings_skip(
            out, um_file_subject(), err,
            "no trace of a compression before the last one (quality %s%d): %d of %d frequencies show one, %d "
            "needed, so parts of the photo cannot be told apart by it",
            jpeg->standard ? "" : "about ", jpeg->quality, m->frequencies, FREQUENCIES, LEAST_FREQUENCIES);
    um_status st = um_part_strongest(&r, m->nats, m->cols, m->rows, WINDOW, LEAST_BLOCKS, err);
    if (st < 0)
        return st;
    const double score = log10(1 + r.sum), part = 100. * r.n / m->n;
    if (r.n > 0 && (st = show_map(m, s, &r, out, err)) < 0)
        return st;
    if (score < SHOWN_SCORE)
        return um_findings_score(
            out, um_file_subject(), score, err,
            "The photo was compressed twice (quality about %d, then %d), and all parts of "
            "it carry the trace of the first time.",
            m->first_quality, jpeg->quality);
    return um_findings_score(out, um_file_subject(), score, err,
                             "The photo was compressed twice (quality about %d, then %d), but a region of "
                             "%.1f %% of it lacks the trace "
                             "of the first time: it may have been put in or painted over in between.",
                             m->first_quality, jpeg->quality, um_round(part, .1));
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    (void)measure;
    compression *c = state;
    um_stored s = {0};
    map m = {0};
    if (!in->media->is_photo || !in->probe || !in->probe->jpeg.quality || c->seen)
        return UM_OK;
    um_status st = um_stored_take(&s, in, err);
    if (st == UM_OK && (s.luma->width < LEAST_SIDE || s.luma->height < LEAST_SIDE)) {
        um_stored_free(&s);
        return UM_OK;
    }
    c->seen = true;
    if (st == UM_OK && (st = map_new(&m, &s, in->products, err)) == UM_OK &&
        (st = weigh(&m, s.luma, in->probe->jpeg.luma, err)) == UM_OK &&
        (st = judge(&m, &s, &in->probe->jpeg, out, err)) == UM_OK &&
        (st = um_show_ghost(&s, m.dct, m.cols, m.rows, out, err)) == UM_OK)
        st = um_show_error_level(&s, out, err);
    map_free(&m);
    um_stored_free(&s);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const compression *c = state;
    if (c->seen)
        return UM_OK;
    if (in->media->is_photo && (!in->probe || !in->probe->jpeg.quality))
        return um_findings_skip(out, um_file_subject(), err, "no JPEG file, so its compression is not known");
    return um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_compression = {
    .name = "compression",
    .family = "image",
    .question = "Does a part of the JPEG photo have another history of compression than the rest?",
    .meaning =
        "0 to 2: the whole photo carries the trace of the same earlier compression, or too little is seen. "
        "Beyond 2.3: a region lacks it, as when it was pasted in or painted over before the photo was "
        "saved again. Text, logos and frames that a service puts on a photo do the same. It says nothing of "
        "photos that were saved once only, or made smaller after the change.",
    .score_unit = "log10(1 + nats) for a region without the first compression",
    .paper = "Lin et al., Pattern Recognition 42(11), 2009, doi:10.1016/j.patcog.2009.03.019",
    .version = 1,
    .needs = UM_NEED_GRAY,
    .state_size = sizeof(compression),
    .push = push,
    .finish = finish,
};
