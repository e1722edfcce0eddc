/* SPDX-License-Identifier: GPL-3.0-or-later */
/* median_filtering.c: was a part of a photo smoothed by a median filter?
 *
 * Such a filter hides what was pasted or removed. Kirchner & Fridrich 2010 count equal neighbours, Kang et
 * al. 2013 look at the residue of another median (dsp/median_residue.h): of six measures per block this one
 * told filtered from untouched blocks of 60 train photos best without knowing the texture, and equal
 * neighbours worse. What differs: the papers ask of a picture by a trained classifier; photos differ in their
 * noise, so a block is held against the median and the deviation of the others, and the excess is summed over
 * the region that stands off most, as `cfa` does. In large photos blocks lie apart, so that time is bounded.
 */
#include "dsp/median_residue.h"
#include "dsp/stats.h"
#include "signals/image/parts.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>

enum {
    BLOCK = UM_MEDIAN_BLOCK,
    LEAST_SIDE = 162,   /* pixels: 10 blocks and a border */
    MOST = 16384,       /* blocks; beyond 4 megapixels they lie apart */
    LEAST_USABLE = 100, /* blocks: for a median and a deviation */
    WINDOW = 3,         /* blocks whose excess is added before regions are formed */
    LEAST_BLOCKS = 9    /* of a region: one window */
};
static const double LEAST_DEVIATION = .05; /* of blocks: none are more alike */
static const double USUAL = 1.5;           /* deviations below the median that are not counted */
static const double MOST_EXCESS = 3;       /* deviations beyond: no block decides alone */
static const double SHOWN = 2.4;           /* from which a part is called: docs/signals/median_filtering.md */

typedef struct median_filtering {
    bool seen;
} median_filtering;

typedef struct map {
    int cols, rows, pitch, n; /* n: usable */
    float *excess;            /* [rows][cols] deviations beyond USUAL; 0: says nothing */
    double usual;             /* median */
} map;

static um_status map_new(map *m, const um_image *luma, um_error *err)
{
    const double area = (double)luma->width * luma->height;
    m->pitch = (int)fmax(BLOCK, ceil(sqrt(area / MOST)));
    m->cols = (luma->width - 2 - BLOCK) / m->pitch + 1;
    m->rows = (luma->height - 2 - BLOCK) / m->pitch + 1;
    const size_t n = (size_t)m->cols * (size_t)m->rows;
    double *work = um_calloc(n, sizeof *work);
    m->excess = um_calloc(n, sizeof *m->excess);
    if (!work || !m->excess) {
        free(work);
        return um_fail_oom(err);
    }
    for (size_t b = 0; b < n; b++) {
        const int x = 1 + (int)(b % (size_t)m->cols) * m->pitch,
                  y = 1 + (int)(b / (size_t)m->cols) * m->pitch;
        if (um_median_residue(&m->excess[b], luma->data + y * luma->stride + x, luma->stride))
            work[m->n++] = (double)m->excess[b];
        else
            m->excess[b] = NAN;
    }
    m->usual = um_median(work, (size_t)m->n);
    for (int i = 0; i < m->n; i++)
        work[i] = fabs(work[i] - m->usual);
    /* of a normal distribution, its median distance is .6745 deviations */
    const double deviation = fmax(um_median(work, (size_t)m->n) / .6745, LEAST_DEVIATION);
    for (size_t b = 0; b < n; b++) {
        const double z = (m->usual - (double)m->excess[b]) / deviation - USUAL;
        m->excess[b] = isfinite(z) ? (float)um_clampd(z, -MOST_EXCESS, MOST_EXCESS) : 0;
    }
    free(work);
    return UM_OK;
}

static um_status show(const map *m, const um_image *luma, const um_part *r, um_findings *out, um_error *err)
{
    const um_stored shown = {.shown = luma};
    um_image *picture = NULL;
    float *cell = um_calloc((size_t)m->cols * (size_t)m->rows, sizeof *cell);
    if (!cell)
        return um_fail_oom(err);
    for (int b = 0; b < m->cols * m->rows; b++)
        cell[b] = (float)um_clampd((double)m->excess[b] / MOST_EXCESS, 0, 1);
    um_status st =
        um_stored_picture(&picture, &shown, &(um_cells){m->cols, m->rows, (float)m->pitch, cell}, false, err);
    if (st == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Red: blocks that a median filter changes less than the rest, as after one. The largest such "
            "region, %d blocks, lies at x %d to %d, y %d to %d pixels. Single red blocks are chance.",
            r->n, r->x0 * m->pitch, r->x1 * m->pitch + BLOCK, r->y0 * m->pitch, r->y1 * m->pitch + BLOCK);
    um_image_free(&picture);
    free(cell);
    return st;
}

static um_status judge(const map *m, const um_image *luma, um_findings *out, um_error *err)
{
    um_part r;
    if (m->n < LEAST_USABLE)
        return um_findings_skip(out, um_file_subject(), err,
                                "too smooth: %d blocks of %d pixels with fine detail, %d needed", m->n, BLOCK,
                                LEAST_USABLE);
    um_status st = um_part_strongest(&r, m->excess, m->cols, m->rows, WINDOW, LEAST_BLOCKS, err);
    if (st < 0)
        return st;
    const double score = log10(1 + r.sum);
    if (score < SHOWN)
        return um_findings_score(
            out, um_file_subject(), score, err,
            "No large part of the photo looks as after a median filter against the rest, by %d "
            "blocks of %d pixels.",
            m->n, BLOCK);
    if ((st = show(m, luma, &r, out, err)) < 0)
        return st;
    return um_findings_score(
        out, um_file_subject(), score, err,
        "A region of %.1f %% of the photo is changed less by a median filter than the "
        "rest, as after one, which smooths and hides traces; denoised parts look so, too.",
        um_round(100. * r.n / (m->cols * m->rows), .1));
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    (void)measure;
    median_filtering *f = state;
    map m = {0};
    const um_image *luma;
    if (!in->media->is_photo || !in->frame || f->seen)
        return UM_OK;
    um_status st = um_product_luma(&luma, in->products, err);
    if (st < 0 || luma->width < LEAST_SIDE || luma->height < LEAST_SIDE)
        return st;
    f->seen = true;
    if ((st = map_new(&m, luma, err)) == UM_OK)
        st = judge(&m, luma, out, err);
    free(m.excess);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return ((const median_filtering *)state)->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_median_filtering = {
    .name = "median_filtering",
    .family = "image",
    .question = "Was a part of the photo smoothed by a median filter?",
    .meaning = "0 to 2.4: no large part stands off. Beyond: a region looks as after a median filter, which "
               "smooths and "
               "hides the traces of other changes. Denoising by a telephone, sharp drawings and captions do "
               "the same.",
    .score_unit = "log10(1 + deviations) of a region that a median filter changes less",
    .paper = "Kang et al., IEEE TIFS 8(9), 2013, doi:10.1109/TIFS.2013.2273394; Kirchner & Fridrich, SPIE "
             "7541, 2010",
    .version = 1,
    .needs = UM_NEED_GRAY,
    .state_size = sizeof(median_filtering),
    .push = push,
    .finish = finish,
};
