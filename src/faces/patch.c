/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patch.c: a similarity is known from where it brings two points. */
#include "faces/patch.h"
#include "base/base.h"
#include "dsp/solve.h"
#include "faces/steady.h"
#include "media/draw.h"
#include <math.h>
#include <string.h>

/* Eye distances; hairline, ears and jaw are inside. */
static const float EXTENT = 3.6f, LEFT = -1.8f, TOP = -1.6f, STEP = 3.6f / UM_PATCH_SIDE;
enum { FROM = 36, TO = 45 }; /* the outer corners of the eyes */
enum { MOST_PIXELS = 8 };    /* per place and direction */
enum { UNKNOWNS = 3, LEAST = 40 /* places of a block */ };
static const uint32_t MARK = 0xff8c00;
static const double FIRM = .1; /* holds the shift of an even block at 0; squared gray levels */

static float between(const um_image *im, float x, float y)
{
    const int i = (int)x, j = (int)y;
    const float a = x - (float)i, b = y - (float)j;
    const uint8_t *p = im->data + j * im->stride + i, *q = p + im->stride;
    return (1 - b) * ((1 - a) * p[0] + a * p[1]) + b * ((1 - a) * q[0] + a * q[1]);
}

/* Pixel = at + (re, im) times (steady - from), as complex numbers. */
typedef struct similarity {
    um_point from, at;
    float re, im;
} similarity;

static bool similarity_of(similarity *s, um_point steady[UM_N_LANDMARKS], const um_face *face)
{
    if (!um_face_steady(steady, face->points))
        return false;
    const um_point a = face->points[FROM], b = face->points[TO];
    const float dx = steady[TO].x - steady[FROM].x, dy = steady[TO].y - steady[FROM].y, n = dx * dx + dy * dy;
    const float ex = b.x - a.x, ey = b.y - a.y;
    *s = (similarity){steady[FROM], a, (ex * dx + ey * dy) / n, (ey * dx - ex * dy) / n};
    return isfinite(s->re) && isfinite(s->im);
}

/* The pixel at (x, y) steps from the top left corner of the patch. */
static um_point pixel_at(const similarity *s, float x, float y)
{
    const float sx = LEFT + STEP * x - s->from.x, sy = TOP + STEP * y - s->from.y;
    return (um_point){s->at.x + s->re * sx - s->im * sy, s->at.y + s->im * sx + s->re * sy};
}

/* Mean of pixels x pixels samples of a place. */
static float place(const um_image *luma, const similarity *s, int x, int y, int pixels)
{
    const float step = STEP / (float)pixels, right = (float)luma->width - 1, bottom = (float)luma->height - 1;
    const um_point first = pixel_at(s, (float)x + .5f / (float)pixels, (float)y + .5f / (float)pixels);
    float sum = 0;
    int n = 0;
    for (int v = 0; v < pixels; v++) {
        um_point p = {first.x - s->im * step * (float)v, first.y + s->re * step * (float)v};
        for (int u = 0; u < pixels; u++, p.x += s->re * step, p.y += s->im * step)
            if (p.x >= 0 && p.y >= 0 && p.x < right && p.y < bottom) {
                sum += between(luma, p.x, p.y);
                n++;
            }
    }
    return n ? sum / (float)n : NAN;
}

bool um_face_patch(float out[UM_PATCH_N], um_face *placed, const um_image *luma, const um_face *face)
{
    um_point steady[UM_N_LANDMARKS];
    int outside = 0;
    similarity s;
    if (!similarity_of(&s, steady, face))
        return false;
    const float pixels = hypotf(s.re, s.im) * STEP;
    *placed = *face;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        placed->points[i] = (um_point){(steady[i].x - LEFT) / EXTENT * UM_PATCH_SIDE - .5f,
                                       (steady[i].y - TOP) / EXTENT * UM_PATCH_SIDE - .5f};
    for (int i = 0; i < UM_PATCH_N; i++) {
        out[i] = place(luma, &s, i % UM_PATCH_SIDE, i / UM_PATCH_SIDE,
                       um_clampi((int)ceilf(pixels), 1, MOST_PIXELS));
        outside += isnan(out[i]);
    }
    return outside < UM_PATCH_N / 2;
}

typedef struct sums {
    double normal[UNKNOWNS][UNKNOWNS], right[UNKNOWNS], squares, texture, moved;
    int n;
} sums;

static void add(sums *s, const float *a, const float *b, const float *c, int i)
{
    const double row[UNKNOWNS] = {((double)b[i + 1] - (double)b[i - 1]) / 2,
                                  ((double)b[i + UM_PATCH_SIDE] - (double)b[i - UM_PATCH_SIDE]) / 2, 1};
    const double before = (double)a[i] - (double)b[i], after = (double)c[i] - (double)b[i],
                 d = before + after;
    if (!isfinite(d + row[0] + row[1]))
        return;
    for (int r = 0; r < UNKNOWNS; r++) {
        for (int k = 0; k < UNKNOWNS; k++)
            s->normal[r][k] += row[r] * row[k];
        s->right[r] += row[r] * d;
    }
    s->squares += d * d;
    s->texture += row[0] * row[0] + row[1] * row[1];
    s->moved += (before * before + after * after) / 2;
    s->n++;
}

static um_patch_change change(const sums *s)
{
    um_patch_change out = {.known = s->n >= LEAST};
    double normal[UNKNOWNS][UNKNOWNS], x[UNKNOWNS], left = s->squares;
    memcpy(normal, s->normal, sizeof normal);
    memcpy(x, s->right, sizeof x);
    normal[0][0] += FIRM * s->n;
    normal[1][1] += FIRM * s->n;
    if (!out.known || !um_solve(&normal[0][0], x, UNKNOWNS))
        return (um_patch_change){.known = false};
    for (int r = 0; r < UNKNOWNS; r++) {
        left -= 2 * x[r] * s->right[r];
        for (int k = 0; k < UNKNOWNS; k++)
            left += x[r] * x[k] * s->normal[r][k];
    }
    /* a - 2 b + c of changes independent from picture to picture has six times their power */
    out.power = (float)(fmax(left, 0) / (6 * (s->n - UNKNOWNS)));
    out.texture = (float)(s->texture / s->n);
    out.shift = (float)hypot(x[0], x[1]);
    out.moved = (float)(s->moved / s->n);
    return out;
}

void um_patch_changes(um_patch_change out[UM_PATCH_BLOCKS], const float *a, const float *b, const float *c)
{
    for (int k = 0; k < UM_PATCH_BLOCKS; k++) {
        sums s = {.n = 0};
        const int left = k % UM_PATCH_ROW * UM_PATCH_BLOCK, top = k / UM_PATCH_ROW * UM_PATCH_BLOCK;
        for (int y = top; y < top + UM_PATCH_BLOCK; y++)
            for (int x = left; x < left + UM_PATCH_BLOCK; x++)
                if (x > 0 && y > 0 && x < UM_PATCH_SIDE - 1 && y < UM_PATCH_SIDE - 1)
                    add(&s, a, b, c, y * UM_PATCH_SIDE + x);
        out[k] = change(&s);
    }
}

um_status um_patch_picture(um_image **out, const um_image *rgb, const um_face *face,
                           const bool part[UM_PATCH_BLOCKS], int side, um_error *err)
{
    /* above, right, below, left; their corners are a corner and the next one */
    static const int next[4] = {-UM_PATCH_ROW, 1, UM_PATCH_ROW, -1};
    static const int corner[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    um_point steady[UM_N_LANDMARKS];
    similarity s;
    if (!similarity_of(&s, steady, face))
        return um_fail(err, UM_EINVAL, "a face whose points are not finite");
    const um_point middle = pixel_at(&s, UM_PATCH_SIDE / 2.f, UM_PATCH_SIDE / 2.f);
    const float wide = fmaxf(EXTENT * hypotf(s.re, s.im), 1), scale = (float)side / wide;
    const um_rect from = {middle.x - wide / 2, middle.y - wide / 2, wide, wide};
    um_status st = um_image_crop_resize(out, rgb, from, side, side, err);
    for (int k = 0; st == UM_OK && k < UM_PATCH_BLOCKS; k++) {
        const int x = k % UM_PATCH_ROW, y = k / UM_PATCH_ROW;
        const bool ends[4] = {y == 0, x == UM_PATCH_ROW - 1, y == UM_PATCH_ROW - 1, x == 0};
        for (int i = 0; part[k] && i < 4; i++) {
            um_point line[2];
            if (!ends[i] && part[k + next[i]])
                continue;
            for (int j = 0; j < 2; j++) {
                const um_point p = pixel_at(&s, (float)((x + corner[i + j][0]) * UM_PATCH_BLOCK),
                                            (float)((y + corner[i + j][1]) * UM_PATCH_BLOCK));
                line[j] = (um_point){(p.x - from.x) * scale, (p.y - from.y) * scale};
            }
            um_draw_line(*out, line[0], line[1], 2, MARK);
        }
    }
    return st;
}
