/* SPDX-License-Identifier: GPL-3.0-or-later */
/* block_grid.c: does every part of the photo lie on the same grid of 8 x 8 blocks?
 *
 * ZERO (dsp/grid.h): Nikoukhah et al., IPOL 11, 2021. A photo that was a JPEG once has a grid; a part that
 * was put in from another photo, or moved, brings its own. What differs: parts without any grid, which the
 * paper finds by compressing again at quality 99, are not told: of 300 real train stills it called a part of
 * 7, and 40 photos with a resized patch of 80 pixels no more often than the same without. Instead of a
 * closing of the votes, the map that is shown says which cells of 8 x 8 pixels have any. The photo is looked
 * at as it lies in its file; luma only. */
#include "dsp/grid.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>

/* Smaller photos can hold no significant region beside a grid: 2 log10 (64 64^2) 64 / log10 64 votes. */
enum { LEAST_SIDE = 64, CELL = 8 };

typedef struct block_grid {
    bool seen;
} block_grid;

typedef struct looked {
    um_stored stored;
    int8_t *vote;
    uint8_t *mask;
    int grid; /* of the photo */
    double log_nfa;
    um_grid_regions foreign;
} looked;

static void looked_free(looked *l)
{
    um_stored_free(&l->stored);
    free(l->vote);
    free(l->mask);
    free(l->foreign.region);
}

static um_status look(looked *l, um_error *err)
{
    const um_image *luma = l->stored.luma;
    const size_t n = (size_t)luma->width * (size_t)luma->height;
    l->vote = um_calloc(n, 1);
    l->mask = um_calloc(n, 1);
    if (!l->vote || !l->mask)
        return um_fail_oom(err);
    um_status st = um_grid_votes(l->vote, luma->data, luma->stride, luma->width, luma->height, err);
    if (st < 0)
        return st;
    l->grid = um_grid_main(&l->log_nfa, l->vote, luma->width, luma->height);
    if (l->grid == UM_GRID_NONE)
        return UM_OK;
    return um_grid_find(&l->foreign, l->mask, l->vote, luma->width, luma->height, l->grid, err);
}

static const um_grid_region *strongest(const um_grid_regions *a)
{
    const um_grid_region *best = NULL;
    for (size_t i = 0; i < a->n; i++)
        if (!best || a->region[i].log_nfa < best->log_nfa)
            best = &a->region[i];
    return best;
}

static um_status show(const looked *l, const um_grid_region *r, um_findings *out, um_error *err)
{
    const um_image *luma = l->stored.luma;
    const int cols = (luma->width + CELL - 1) / CELL, rows = (luma->height + CELL - 1) / CELL;
    um_image *picture = NULL;
    float *cell = um_calloc((size_t)cols * (size_t)rows, sizeof *cell);
    if (!cell)
        return um_fail_oom(err);
    for (int y = 0; y < luma->height; y++)
        for (int x = 0; x < luma->width; x++)
            if (l->mask[(size_t)y * (size_t)luma->width + (size_t)x])
                cell[y / CELL * cols + x / CELL] = 1;
    um_status st = um_stored_picture(&picture, &l->stored, &(um_cells){cols, rows, CELL, cell}, false, err);
    const um_rect at =
        um_stored_shown(&l->stored, (um_rect){(float)r->x0, (float)r->y0, (float)(r->x1 - r->x0 + 1),
                                              (float)(r->y1 - r->y0 + 1)});
    if (st == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Red: %zu region%s with a grid of 8 x 8 blocks of %s own. The clearest lies at x %.0f to %.0f, y "
            "%.0f to "
            "%.0f pixels; chance would do that in one of 10^%.0f photos without any grid.",
            l->foreign.n, l->foreign.n == 1 ? "" : "s", l->foreign.n == 1 ? "its" : "their", (double)at.x,
            (double)(at.x + at.w), (double)at.y, (double)(at.y + at.h), floor(-r->log_nfa));
    um_image_free(&picture);
    free(cell);
    return st;
}

static um_status judge(const looked *l, um_findings *out, um_error *err)
{
    const um_grid_region *r = strongest(&l->foreign);
    if (l->grid == UM_GRID_NONE)
        return um_findings_skip(
            out, um_file_subject(), err,
            "no grid of 8 x 8 blocks is found: the photo was never a JPEG, at a quality too high "
            "to leave one, or was made smaller or larger since");
    um_status st = r ? show(l, r, out, err) : UM_OK;
    if (st < 0)
        return st;
    char where[80] = "that of its file";
    if (l->grid)
        snprintf(where, sizeof where, "%d pixels to the right and %d down: it was cut after it was a JPEG",
                 l->grid % CELL, l->grid / CELL);
    if (!r)
        return um_findings_score(out, um_file_subject(), 0, err,
                                 "One grid of 8 x 8 blocks covers the photo (%s); no part of it stands off.",
                                 where);
    return um_findings_score(
        out, um_file_subject(), log10(1 - r->log_nfa), err,
        "The photo has a grid of 8 x 8 blocks (%s), but in %zu region%s of it another one: "
        "put in or moved after the "
        "rest was compressed, unless a pattern repeats there every 8 pixels.",
        where, l->foreign.n, l->foreign.n == 1 ? "" : "s");
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    (void)measure;
    block_grid *b = state;
    looked l = {.grid = UM_GRID_NONE};
    if (!in->media->is_photo || b->seen)
        return UM_OK;
    um_status st = um_stored_take(&l.stored, in, err);
    if (st == UM_OK && (l.stored.luma->width < LEAST_SIDE || l.stored.luma->height < LEAST_SIDE)) {
        looked_free(&l);
        return UM_OK;
    }
    b->seen = true;
    if (st == UM_OK && (st = look(&l, err)) == UM_OK)
        st = judge(&l, out, err);
    looked_free(&l);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return ((const block_grid *)state)->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_block_grid = {
    .name = "block_grid",
    .family = "image",
    .question = "Does every part of the photo lie on the same grid of 8 x 8 blocks?",
    .meaning = "0: one grid covers the photo. Above: a part has another grid; the number grows with "
               "how rarely "
               "chance would do it. Captions and logos put on a photo do the same, and repeated patterns "
               "with a period "
               "of 8 pixels may. Strong compression afterwards hides earlier grids.",
    .score_unit = "log10(1 - log10 NFA) of the clearest part off the grid",
    .paper = "Nikoukhah et al., IPOL 11, 2021, doi:10.5201/ipol.2021.390",
    .version = 1,
    .needs = UM_NEED_GRAY,
    .state_size = sizeof(block_grid),
    .push = push,
    .finish = finish,
};
