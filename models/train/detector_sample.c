/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_sample.c: mosaics of photos with the boxes in them. */
#include "detector_sample.h"
#include "base/base.h"
#include "degrade/augment.h"
#include "degrade/logo.h"
#include "degrade/page.h"
#include <stdlib.h>
#include <string.h>

static const float SMALLEST = 8, LARGEST = 300; /* pixels: geometric mean of width and height */
static const float LEAST_CONTRAST = 6;          /* levels: below, nobody could see a face */
static const float SEEN = .6f, HIDDEN = .15f;   /* share of a face inside its cell: enough; next to nothing */

typedef struct cell { /* a rectangle of the mosaic */
    int x, y, w, h;
} cell;

static float size_of(um_rect b)
{
    return sqrtf(fmaxf(0, b.w) * fmaxf(0, b.h));
}

/* A photo that is little more than one face. */
static bool is_tight(const photo *q)
{
    return q->n_faces &&
           size_of(q->faces[0].box) > .45f * sqrtf((float)q->rgb->width * (float)q->rgb->height);
}

/* A set, then one of its photos. NULL when there seems to be none of that kind. */
static const photo *draw_photo(const photos *p, bool validation, rng *r)
{
    enum { TRIES = 100000 };
    for (int i = 0; i < TRIES && p->n_groups; i++) {
        const photo_group *g = p->group;
        float at = rng_float(r, 0, 1);
        while (g < p->group + p->n_groups - 1 && at >= g->share)
            g++;
        const photo *q = &p->photo[g->first + rng_int(r, g->n)];
        if (q->validation == validation && (!is_tight(q) || rng_chance(r, .25f)))
            return q;
    }
    return NULL;
}

static void paste(um_image *m, int x, int y, const um_image *part)
{
    for (int k = 0; k < part->height; k++)
        memcpy(m->data + (y + k) * m->stride + 3 * x, part->data + k * part->stride, (size_t)part->width * 3);
}

/* What lies behind: a piece of another photo without faces, or one colour. */
static um_status fill(um_image *m, cell c, const photos *p, const sample_mix *mix, rng *r, um_error *err)
{
    um_image *part;
    um_rect from;
    bool plain = rng_chance(r, .1f);
    for (int i = 0; i < 40 && !plain; i++) {
        const photo *q = &p->photo[rng_int(r, p->n)];
        if (q->source == PHOTO_YOUTUBE || !photo_background(&from, q, &r->state))
            continue;
        um_status st = um_image_crop_resize(&part, q->rgb, from, c.w, c.h, err);
        if (st < 0)
            return st;
        logo_overlay(part, NULL, 0, mix->signs, r);
        augment_picture(part, mix, r);
        paste(m, c.x, c.y, part);
        um_image_free(&part);
        return UM_OK;
    }
    uint8_t colour[3] = {0, 0, 0}; /* black: as the letterbox */
    if (rng_chance(r, .3f))
        for (int k = 0; k < 3; k++)
            colour[k] = (uint8_t)rng_next(r);
    for (int y = c.y; y < c.y + c.h; y++)
        for (int x = c.x; x < c.x + c.w; x++)
            memcpy(m->data + y * m->stride + 3 * x, colour, 3);
    return UM_OK;
}

/* Is there anything left of the face: enough pixels in the photo, enough contrast in the part (standard
 * deviation of green) after all that was done to it? `box` in pixels of the part. */
static bool is_visible(const photo_face *f, const um_image *part, um_rect box)
{
    int x0 = (int)fmaxf(0, box.x), x1 = (int)fminf((float)part->width, box.x + box.w);
    int y0 = (int)fmaxf(0, box.y), y1 = (int)fminf((float)part->height, box.y + box.h);
    double sum = 0, squares = 0, n = (double)(x1 - x0) * (y1 - y0);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            double v = part->data[y * part->stride + 3 * x + 1];
            sum += v;
            squares += v * v;
        }
    return size_of(f->box) >= SMALLEST && x1 > x0 && y1 > y0 &&
           squares / n - sum / n * (sum / n) >= LEAST_CONTRAST * LEAST_CONTRAST;
}

static void add_face(det_truth *t, const photo_face *f, const um_image *part, um_rect from, float scale,
                     cell c)
{
    um_rect inside = {(f->box.x - from.x) * scale, (f->box.y - from.y) * scale, f->box.w * scale,
                      f->box.h * scale};
    det_face d = {.has_five = f->has_five, .ignore = f->ignore || !is_visible(f, part, inside)};
    d.box = (um_rect){(float)c.x + inside.x, (float)c.y + inside.y, inside.w, inside.h};
    for (int k = 0; k < 5; k++) /* pixel centres at integers become edges at integers */
        d.five[k] = (um_point){(float)c.x + (f->five[k].x + .5f - from.x) * scale,
                               (float)c.y + (f->five[k].y + .5f - from.y) * scale};
    float x0 = fmaxf(d.box.x, (float)c.x), x1 = fminf(d.box.x + d.box.w, (float)(c.x + c.w));
    float y0 = fmaxf(d.box.y, (float)c.y), y1 = fminf(d.box.y + d.box.h, (float)(c.y + c.h));
    float seen = x1 > x0 && y1 > y0 ? (x1 - x0) * (y1 - y0) / fmaxf(d.box.w * d.box.h, 1e-3f) : 0;
    if (seen < HIDDEN || t->n == DET_MOST_FACES)
        return;
    if (seen < SEEN || size_of(d.box) < SMALLEST)
        d.ignore = true;
    if (seen < .999f)
        d.box = (um_rect){x0, y0, x1 - x0, y1 - y0};
    t->face[t->n++] = d;
}

/* A part of a photo, scaled so that one of its faces has a size drawn at random, into a cell. */
static um_status put_photo(um_image *m, det_truth *t, const photos *p, const photo *q, cell c,
                           const sample_mix *mix, rng *r, um_error *err)
{
    float most = fminf(LARGEST, 1.1f * (float)(c.w < c.h ? c.w : c.h));
    float scale = expf(rng_float(r, logf(.3f), logf(2.f)));
    um_point at = {rng_float(r, 0, (float)q->rgb->width), rng_float(r, 0, (float)q->rgb->height)};
    if (rng_chance(r, .3f)) { /* much of the photo at once */
        scale = fmaxf((float)c.w / (float)q->rgb->width, (float)c.h / (float)q->rgb->height) *
                expf(rng_float(r, logf(.7f), logf(2.f)));
    } else if (q->n_faces) {
        const photo_face *f = &q->faces[rng_int(r, q->n_faces)];
        float want = expf(rng_float(r, logf(SMALLEST + 1), logf(most)));
        if (mix->large > 0 && rng_chance(r, mix->large))
            want = rng_float(r, most / 3, most);
        scale = fminf(q->labels == LABELS_SOME ? 4 : 1.5f, want / fmaxf(size_of(f->box), 1));
        if (rng_chance(r, .85f)) /* the face inside the cell */
            at = (um_point){
                f->box.x + f->box.w / 2 + rng_float(r, -.5f, .5f) * fmaxf(0, (float)c.w / scale - f->box.w),
                f->box.y + f->box.h / 2 + rng_float(r, -.5f, .5f) * fmaxf(0, (float)c.h / scale - f->box.h)};
        else /* the background beside it */
            scale = fmaxf(scale, .4f);
    }
    um_rect from = {at.x - (float)c.w / scale / 2, at.y - (float)c.h / scale / 2, (float)c.w / scale,
                    (float)c.h / scale};
    /* Inside the photo where it is large enough. */
    float right = (float)q->rgb->width - from.w, low = (float)q->rgb->height - from.h;
    from.x = right < 0 ? rng_float(r, right, 0) : fminf(fmaxf(from.x, 0), right);
    from.y = low < 0 ? rng_float(r, low, 0) : fminf(fmaxf(from.y, 0), low);
    um_status st = fill(m, c, p, mix, r, err);
    int x0 = (int)fmaxf(0, ceilf(-from.x * scale)), y0 = (int)fmaxf(0, ceilf(-from.y * scale));
    int x1 = (int)fminf((float)c.w, floorf(((float)q->rgb->width - from.x) * scale)),
        y1 = (int)fminf((float)c.h, floorf(((float)q->rgb->height - from.y) * scale));
    if (st < 0 || x1 - x0 < 2 || y1 - y0 < 2)
        return st;
    um_image *part;
    um_rect inner = {from.x + (float)x0 / scale, from.y + (float)y0 / scale, (float)(x1 - x0) / scale,
                     (float)(y1 - y0) / scale};
    if ((st = um_image_crop_resize(&part, q->rgb, inner, x1 - x0, y1 - y0, err)) < 0)
        return st;
    um_rect boxes[DET_MOST_FACES];
    int n = 0;
    for (; n < q->n_faces && n < DET_MOST_FACES; n++) {
        um_rect b = q->faces[n].box;
        boxes[n] = (um_rect){(b.x - inner.x) * scale, (b.y - inner.y) * scale, b.w * scale, b.h * scale};
    }
    if (n == q->n_faces)
        logo_overlay(part, boxes, n, mix->signs, r);
    augment_picture(part, mix, r);
    paste(m, c.x + x0, c.y + y0, part);
    cell visible = {c.x + x0, c.y + y0, x1 - x0, y1 - y0};
    for (int i = 0; i < q->n_faces; i++)
        add_face(t, &q->faces[i], part, inner, scale, visible);
    um_image_free(&part);
    return UM_OK;
}

static um_status put_page(um_image *m, cell c, const sample_mix *mix, rng *r, um_error *err)
{
    um_image *page;
    um_status st = page_draw(&page, c.w, c.h, r, err);
    if (st < 0)
        return st;
    augment_picture(page, mix, r);
    paste(m, c.x, c.y, page);
    um_image_free(&page);
    return UM_OK;
}

static void mirror(um_image *m, det_truth *t)
{
    float side = (float)m->width;
    mirror_picture(m);
    for (int i = 0; i < t->n; i++) {
        det_face *f = &t->face[i];
        static const int from[DET_POINTS] = {1, 0, 2, 4, 3};
        det_face g = *f;
        g.box.x = side - f->box.x - f->box.w;
        for (int k = 0; k < DET_POINTS; k++)
            g.five[k] = (um_point){side - f->five[from[k]].x, f->five[from[k]].y};
        *f = g;
    }
}

enum { MOST_CELLS = 32, LEAST_CELL = 56 };

/* Cuts a square again and again along its longer side: many cells with a face each teach more in the same
 * time than one, and the uncut ones have room for the largest. Returns the number of cells. */
static int divide(cell *out, int n, cell c, float chance, rng *r)
{
    bool across = c.w >= c.h;
    int length = across ? c.w : c.h;
    if (length < 2 * LEAST_CELL || n > MOST_CELLS - 2 || !rng_chance(r, chance)) {
        out[n] = c;
        return n + 1;
    }
    int at = (int)rng_float(r, fmaxf(LEAST_CELL, .3f * (float)length),
                            fminf((float)(length - LEAST_CELL), .7f * (float)length));
    cell a = c, b = c;
    if (across) {
        a.w = at;
        b.x += at;
        b.w -= at;
    } else {
        a.h = at;
        b.y += at;
        b.h -= at;
    }
    n = divide(out, n, a, chance, r);
    return divide(out, n, b, chance, r);
}

um_status detector_sample(um_image **out, det_truth *truth, const photos *p, bool validation,
                          const sample_mix *mix, int side, uint64_t seed, um_error *err)
{
    rng r = {seed};
    cell cells[MOST_CELLS];
    truth->n = 0;
    um_status st = um_image_new(out, side, side, UM_RGB24, err);
    if (st < 0)
        return st;
    int n = divide(cells, 0, (cell){0, 0, side, side}, rng_float(&r, .4f, 1), &r);
    for (int i = 0; i < n && st == UM_OK; i++) {
        if (mix->pages > 0 && rng_chance(&r, mix->pages)) {
            st = put_page(*out, cells[i], mix, &r, err);
            continue;
        }
        const photo *q = draw_photo(p, validation, &r);
        st = q ? put_photo(*out, truth, p, q, cells[i], mix, &r, err)
               : um_fail(err, UM_EFORMAT, "no photo to %s", validation ? "validate with" : "train on");
    }
    if (st == UM_OK && rng_chance(&r, .5f))
        mirror(*out, truth);
    if (st < 0)
        um_image_free(out);
    return st;
}
