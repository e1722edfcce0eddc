/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy_move.c: was a part of a photo copied to another place of the same photo?
 *
 * Amerini, Ballan, Caldelli, Del Bimbo & Serra, IEEE TIFS 6(3), 2011, doi:10.1109/TIFS.2011.2129512:
 * keypoints that match others of the same picture, by the ratio of the two best (Lowe 2004), then groups of
 * matches with one geometry. What differs: corners (Shi & Tomasi 1994) with the pixels around them instead of
 * SIFT, so that only copies that were neither turned, mirrored nor scaled are found, but chance hardly makes
 * one; matches must be mutual; a group is a shift within a pixel or two instead of an affine map. Corners are
 * capped per cell of the picture and the picture is made smaller first, so that the time is bounded whatever
 * the file. */
#include "base/base.h"
#include "media/draw.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

enum {
    WORK_SIDE = 1024, /* pixels: a larger photo is reduced to this longer side */
    LEAST_SIDE = 128, /* pixels: a source and a copy, each a few windows wide */
    CELL = 32,        /* pixels; corners are spread over the photo, not all in its sharpest part */
    PER_CELL = 10,    /* corners: at most 10240 in all, 105 million comparisons */
    MOST_CELLS = (WORK_SIDE / CELL) * (WORK_SIDE / CELL),
    MOST_CORNERS = MOST_CELLS * PER_CELL,
    LEAST_CORNERS = 32, /* fewer: nothing to match */
    TENSOR = 2,         /* pixels: radius of the sums of products of derivatives */
    PEAK = 2,           /* pixels: radius in which a corner is the strongest */
    WINDOW = 6,         /* pixels: radius of what is compared, 12 x 12 */
    STEP = 2,           /* pixels averaged per value, on either axis */
    VALUES = (2 * WINDOW / STEP) * (2 * WINDOW / STEP),
    BORDER = WINDOW + 1,
    LEAST_SHIFT = 32, /* pixels on either axis: beside itself a thing is often alike */
    SAME_SHIFT = 1,   /* pixels by which the shifts of a group differ: corners lie on whole pixels */
    REACH = 128,      /* pixels from the middle pair of a group: a copied part is connected */
    CHUNK = 256,      /* corners compared at a time, in cache */
    PICTURE = 480,    /* pixels: longer side of the evidence */
    MOST_LINES = 40
};
static const double LEAST_STRENGTH = 200; /* gray levels squared in 5 x 5: below, noise makes the corner */
static const float ALIKE = .96f;          /* correlation; JPEG 70 leaves a copied window beyond .97 */
/* Lowe's ratio .6 of distances, squared: among many alike (bricks, windows, letters) none is a copy. */
static const float RATIO = .36f;
static const float EQUAL = 1e-4f; /* 1 - correlation: nearer is rounding, two of them are equally alike */
static const int SHOWN_PAIRS = 4; /* from which the sentence calls it: docs/signals/copy_move.md */

typedef struct corner {
    int x, y;
    float strength;
} corner;

typedef struct pair {
    int x, y, dx, dy; /* the upper of the two, and from it to the other */
} pair;

typedef struct copy_move {
    bool seen;
} copy_move;

typedef struct search {
    const um_image *luma; /* borrowed */
    double scale;         /* pixels of the photo per pixel here */
    float *strength;      /* [height][width] */
    corner *corner;
    int n;
    float *value; /* [VALUES][n]: of each corner mean 0, length 1 */
    int *best;    /* [n] the corner that it matches, or -1 */
    pair *pair;
    int n_pairs;
} search;

static void search_free(search *s)
{
    free(s->strength);
    free(s->corner);
    free(s->value);
    free(s->best);
    free(s->pair);
}

static int pixel(const um_image *luma, int x, int y)
{
    return luma->data[y * luma->stride + x];
}

/* ---- corners ---- */

/* The smaller eigenvalue of the mean of the products of derivatives. */
static float strength_at(const um_image *luma, int x, int y)
{
    double xx = 0, xy = 0, yy = 0;
    for (int v = y - TENSOR; v <= y + TENSOR; v++)
        for (int u = x - TENSOR; u <= x + TENSOR; u++) {
            const int gx = pixel(luma, u + 1, v) - pixel(luma, u - 1, v);
            const int gy = pixel(luma, u, v + 1) - pixel(luma, u, v - 1);
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
        }
    return (float)((xx + yy) / 2 - sqrt((xx - yy) * (xx - yy) / 4 + xy * xy));
}

static bool is_peak(const search *s, int x, int y)
{
    const int width = s->luma->width, at = y * width + x;
    for (int v = -PEAK; v <= PEAK; v++)
        for (int u = -PEAK; u <= PEAK; u++) {
            const float other = s->strength[at + v * width + u];
            const bool before = v < 0 || (v == 0 && u < 0);
            if (other > s->strength[at] || (before && other == s->strength[at]))
                return false;
        }
    return true;
}

/* The strongest of one cell. */
static void corners_of_cell(search *s, int left, int top)
{
    const int first = s->n, width = s->luma->width, height = s->luma->height;
    for (int y = top < BORDER ? BORDER : top; y < top + CELL && y < height - BORDER; y++)
        for (int x = left < BORDER ? BORDER : left; x < left + CELL && x < width - BORDER; x++) {
            const corner c = {x, y, s->strength[y * width + x]};
            if (c.strength < LEAST_STRENGTH || !is_peak(s, x, y))
                continue;
            int at = s->n;
            while (at > first && s->corner[at - 1].strength < c.strength)
                at--;
            if (at == first + PER_CELL)
                continue;
            s->n += s->n < first + PER_CELL;
            for (int i = s->n - 1; i > at; i--)
                s->corner[i] = s->corner[i - 1];
            s->corner[at] = c;
        }
}

static um_status find_corners(search *s, um_error *err)
{
    const int width = s->luma->width, height = s->luma->height;
    s->strength = um_calloc((size_t)width * (size_t)height, sizeof *s->strength);
    s->corner = um_calloc(MOST_CORNERS, sizeof *s->corner);
    if (!s->strength || !s->corner)
        return um_fail_oom(err);
    for (int y = TENSOR + 1; y < height - TENSOR - 1; y++)
        for (int x = TENSOR + 1; x < width - TENSOR - 1; x++)
            s->strength[y * width + x] = strength_at(s->luma, x, y);
    for (int y = 0; y < height; y += CELL)
        for (int x = 0; x < width; x += CELL)
            corners_of_cell(s, x, y);
    return UM_OK;
}

static void describe(search *s, int i)
{
    float value[VALUES], mean = 0, squares = 0;
    const int left = s->corner[i].x - WINDOW, top = s->corner[i].y - WINDOW, side = 2 * WINDOW / STEP;
    for (int k = 0; k < VALUES; k++) {
        const int x = left + k % side * STEP, y = top + k / side * STEP;
        int sum = 0;
        for (int v = 0; v < STEP; v++)
            for (int u = 0; u < STEP; u++)
                sum += pixel(s->luma, x + u, y + v);
        value[k] = (float)sum;
        mean += value[k] / VALUES;
    }
    for (int k = 0; k < VALUES; k++)
        squares += (value[k] - mean) * (value[k] - mean);
    for (int k = 0; k < VALUES; k++)
        s->value[(size_t)k * (size_t)s->n + (size_t)i] = squares > 0 ? (value[k] - mean) / sqrtf(squares) : 0;
}

/* ---- matches ---- */

static bool apart(const corner *a, const corner *b)
{
    return abs(a->x - b->x) >= LEAST_SHIFT || abs(a->y - b->y) >= LEAST_SHIFT;
}

/* The corner that is most alike, if it is clearly the only one; or -1. */
static int match(const search *s, int i)
{
    const size_t n = (size_t)s->n;
    float first = -1, second = -1;
    int best = -1;
    for (int from = 0; from < s->n; from += CHUNK) {
        const int m = s->n - from < CHUNK ? s->n - from : CHUNK;
        float sum[CHUNK] = {0};
        for (int k = 0; k < VALUES; k++) {
            const float *row = s->value + (size_t)k * n + from, mine = s->value[(size_t)k * n + (size_t)i];
            for (int j = 0; j < m; j++)
                sum[j] += mine * row[j];
        }
        for (int j = 0; j < m; j++) {
            if (sum[j] <= second || !apart(&s->corner[i], &s->corner[from + j]))
                continue;
            if (sum[j] > first) {
                second = first;
                first = sum[j];
                best = from + j;
            } else {
                second = sum[j];
            }
        }
    }
    return first >= ALIKE && fmaxf(1 - first, EQUAL) <= RATIO * (1 - second) ? best : -1;
}

static um_status find_pairs(search *s, um_error *err)
{
    s->value = um_calloc((size_t)s->n * VALUES, sizeof *s->value);
    s->best = um_calloc((size_t)s->n, sizeof *s->best);
    s->pair = um_calloc((size_t)s->n, sizeof *s->pair);
    if (!s->value || !s->best || !s->pair)
        return um_fail_oom(err);
    for (int i = 0; i < s->n; i++)
        describe(s, i);
    for (int i = 0; i < s->n; i++)
        s->best[i] = match(s, i);
    for (int i = 0; i < s->n; i++) {
        const int j = s->best[i];
        if (j <= i || s->best[j] != i)
            continue;
        const corner *a = &s->corner[i], *b = &s->corner[j];
        const bool turned = b->y < a->y || (b->y == a->y && b->x < a->x);
        const corner *upper = turned ? b : a, *lower = turned ? a : b;
        s->pair[s->n_pairs++] = (pair){upper->x, upper->y, lower->x - upper->x, lower->y - upper->y};
    }
    return UM_OK;
}

static bool together(const pair *a, const pair *b)
{
    return abs(a->dx - b->dx) <= SAME_SHIFT && abs(a->dy - b->dy) <= SAME_SHIFT &&
           abs(a->x - b->x) <= REACH && abs(a->y - b->y) <= REACH;
}

/* Of the largest group: the number of pairs, and the pair in its middle. */
static int largest_group(const search *s, const pair **middle)
{
    int most = 0;
    for (int i = 0; i < s->n_pairs; i++) {
        int n = 0;
        for (int j = 0; j < s->n_pairs; j++)
            n += together(&s->pair[i], &s->pair[j]);
        if (n > most) {
            most = n;
            *middle = &s->pair[i];
        }
    }
    return most;
}

/* ---- evidence ---- */

/* The rectangle around the windows of a group, in pixels of the photo. */
static um_rect around(const search *s, const pair *middle)
{
    int x0 = middle->x, y0 = middle->y, x1 = x0, y1 = y0;
    for (int i = 0; i < s->n_pairs; i++) {
        const pair *p = &s->pair[i];
        if (!together(middle, p))
            continue;
        x0 = p->x < x0 ? p->x : x0;
        y0 = p->y < y0 ? p->y : y0;
        x1 = p->x > x1 ? p->x : x1;
        y1 = p->y > y1 ? p->y : y1;
    }
    return (um_rect){(float)((x0 - WINDOW) * s->scale), (float)((y0 - WINDOW) * s->scale),
                     (float)((x1 - x0 + 2 * WINDOW) * s->scale), (float)((y1 - y0 + 2 * WINDOW) * s->scale)};
}

static um_status draw(um_image **out, const search *s, const pair *middle, um_rect from, um_error *err)
{
    const um_image *luma = s->luma;
    const int longer = luma->width > luma->height ? luma->width : luma->height;
    const double k = longer > PICTURE ? (double)PICTURE / longer : 1;
    const int width = um_clampi((int)(luma->width * k), 1, PICTURE),
              height = um_clampi((int)(luma->height * k), 1, PICTURE);
    um_image *gray = NULL;
    um_status st = um_image_crop_resize(&gray, luma, (um_rect){0, 0, (float)luma->width, (float)luma->height},
                                        width, height, err);
    if (st == UM_OK)
        st = um_image_new(out, width, height, UM_RGB24, err);
    for (int y = 0; st == UM_OK && y < height; y++)
        for (int x = 0; x < 3 * width; x++)
            (*out)->data[y * (*out)->stride + x] = gray->data[y * gray->stride + x / 3];
    um_image_free(&gray);
    if (st < 0)
        return st;
    int lines = 0;
    for (int i = 0; i < s->n_pairs && lines < MOST_LINES; i++) {
        const pair *p = &s->pair[i];
        if (!together(middle, p))
            continue;
        lines++;
        um_draw_line(*out, (um_point){(float)(p->x * k), (float)(p->y * k)},
                     (um_point){(float)((p->x + p->dx) * k), (float)((p->y + p->dy) * k)}, 1, 0xFFD040);
    }
    const float f = (float)(k / s->scale), dx = (float)(middle->dx * k), dy = (float)(middle->dy * k);
    const um_rect at = {from.x * f, from.y * f, from.w * f, from.h * f};
    um_draw_rect(*out, at, 2, 0x40C0FF);
    um_draw_rect(*out, (um_rect){at.x + dx, at.y + dy, at.w, at.h}, 2, 0xFF5040);
    return UM_OK;
}

static um_status show(const search *s, int n, const pair *middle, um_findings *out, um_error *err)
{
    const um_rect from = around(s, middle);
    um_image *picture = NULL;
    um_status st = draw(&picture, s, middle, from, err);
    if (st == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Blue and red: two parts that are alike in %d details, each joined by a line, %.0f pixels across "
            "and %.0f down from one to the other. Which of them is the copy is not known, and things that "
            "are alike (windows, letters, patterns) look so, too.",
            n, middle->dx * s->scale, middle->dy * s->scale);
    um_image_free(&picture);
    return st;
}

/* ---- the signal ---- */

static um_status judge(search *s, um_findings *out, um_error *err)
{
    const pair *middle = NULL;
    um_status st = find_corners(s, err);
    if (st < 0)
        return st;
    if (s->n < LEAST_CORNERS)
        return um_findings_skip(out, um_file_subject(), err,
                                "too little detail: %d corners to compare, %d needed", s->n, LEAST_CORNERS);
    if ((st = find_pairs(s, err)) < 0)
        return st;
    const int n = largest_group(s, &middle);
    if (n >= SHOWN_PAIRS) {
        st = show(s, n, middle, out, err);
        return st < 0 ? st
                      : um_findings_score(out, um_file_subject(), n, err,
                                          "Two places of the photo, %.0f pixels apart, are alike in %d of "
                                          "%d details: one may have been copied onto the other",
                                          hypot(middle->dx, middle->dy) * s->scale, n, s->n);
    }
    return um_findings_score(out, um_file_subject(), n, err,
                             "No part of the photo was found a second time: at most %d of %d details repeat "
                             "with the same shift, %d needed",
                             n, s->n, SHOWN_PAIRS);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    (void)measure;
    copy_move *c = state;
    const um_image *luma;
    um_image *small = NULL;
    if (!in->media->is_photo || !in->frame || c->seen)
        return UM_OK;
    um_status st = um_product_luma(&luma, in->products, err);
    if (st < 0 || luma->width < LEAST_SIDE || luma->height < LEAST_SIDE)
        return st;
    c->seen = true;
    const int longer = luma->width > luma->height ? luma->width : luma->height;
    const double scale = longer > WORK_SIDE ? (double)longer / WORK_SIDE : 1;
    if (scale > 1)
        st = um_image_crop_resize(&small, luma, (um_rect){0, 0, (float)luma->width, (float)luma->height},
                                  um_clampi((int)(luma->width / scale), 1, WORK_SIDE),
                                  um_clampi((int)(luma->height / scale), 1, WORK_SIDE), err);
    search s = {.luma = small ? small : luma, .scale = scale};
    if (st == UM_OK)
        st = judge(&s, out, err);
    search_free(&s);
    um_image_free(&small);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return ((const copy_move *)state)->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_copy_move = {
    .name = "copy_move",
    .family = "image",
    .question = "Was a part of the photo copied to another place of the same photo?",
    .meaning =
        "The number of details that repeat elsewhere in the photo with one and the same shift. High: a part "
        "was "
        "probably copied, to hide or to multiply something. Regular things (a facade, print, a pattern, a "
        "frame around the photo) repeat, too. Copies that were turned, mirrored or scaled, and those "
        "of smooth parts such as sky or skin, are not found.",
    .score_unit = "details that repeat with one shift",
    .paper = "Amerini et al., IEEE TIFS 6(3), 2011, doi:10.1109/TIFS.2011.2129512",
    .version = 1,
    .needs = UM_NEED_GRAY,
    .state_size = sizeof(copy_move),
    .push = push,
    .finish = finish,
};
