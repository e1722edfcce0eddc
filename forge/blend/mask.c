/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mask.c: hulls of a face's points, bent and feathered. */
#include "blend/mask.h"
#include "base/base.h"
#include <stdlib.h>
#include <string.h>

/* --- fields --- */

void bend_draw(bend *b, int cells, float deviation_px, rng *r)
{
    b->cells = cells;
    for (int k = 0; k < 2; k++)
        for (int y = 0; y <= cells; y++)
            for (int x = 0; x <= cells; x++)
                b->at[k][y][x] = deviation_px * rng_normal(r);
}

um_point bend_at(const bend *b, float u, float v)
{
    const float x = u * (float)b->cells, y = v * (float)b->cells;
    const int i = um_clampi((int)x, 0, b->cells - 1), j = um_clampi((int)y, 0, b->cells - 1);
    const float p = x - (float)i, q = y - (float)j;
    float d[2];
    for (int k = 0; k < 2; k++)
        d[k] = (1 - q) * ((1 - p) * b->at[k][j][i] + p * b->at[k][j][i + 1]) +
               q * ((1 - p) * b->at[k][j + 1][i] + p * b->at[k][j + 1][i + 1]);
    return (um_point){d[0], d[1]};
}

/* --- hulls --- */

enum { MOST_POINTS = UM_N_LANDMARKS + 11 };

static float cross(um_point o, um_point a, um_point b)
{
    return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

static int by_x(const void *a, const void *b)
{
    const um_point *p = a, *q = b;
    return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->y > q->y) - (p->y < q->y);
}

/* Andrew's monotone chain (1979); hull has room for 2 n. */
static int convex_hull(um_point *hull, um_point *p, int n)
{
    int m = 0;
    qsort(p, (size_t)n, sizeof *p, by_x);
    for (int pass = 0, least = 1; pass < 2; pass++, least = m)
        for (int i = pass; i < n; i++) {
            const um_point q = p[pass ? n - 1 - i : i];
            while (m > least && cross(hull[m - 2], hull[m - 1], q) <= 0)
                m--;
            hull[m++] = q;
        }
    return m; /* the first point twice */
}

/* Rows of a convex outline, corner by corner (the last is the first). */
static void fill(float *mask, int w, int h, const um_point *hull, int n)
{
    for (int y = 0; y < h; y++) {
        float left = INFINITY, right = -INFINITY;
        for (int i = 0; i + 1 < n; i++) {
            const um_point a = hull[i], b = hull[i + 1];
            if ((a.y <= (float)y) == (b.y <= (float)y))
                continue;
            const float x = a.x + (b.x - a.x) * ((float)y - a.y) / (b.y - a.y);
            left = fminf(left, x);
            right = fmaxf(right, x);
        }
        for (int x = 0; x < w; x++)
            mask[y * w + x] = (float)x >= left && (float)x <= right;
    }
}

/* Which points bound what is pasted. */
static int choose(um_point *out, const um_point p[UM_N_LANDMARKS], rng *r)
{
    int n = 0;
    const float kind = rng_float(r, 0, 1);
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        const bool jaw = i < 17, brow = i >= 17 && i < 27, nose = i >= 27 && i < 36, lids = i >= 36 && i < 48;
        const bool in = kind < .55f  ? true
                        : kind < .7f ? !jaw
                        : kind < .8f ? (i >= 2 && i <= 14) || i == 29 || i == 30 || i >= 48
                        : kind < .9f ? brow || nose || lids
                                     : (i >= 5 && i <= 11) || i == 33 || i >= 48;
        if (in)
            out[n++] = p[i];
    }
    if (kind < .3f) /* with the forehead, as far above the brows as the chin's quarter */
        for (int i = 17; i < 27; i++)
            out[n++] = (um_point){p[i].x + .3f * (p[27].x - p[8].x), p[i].y + .3f * (p[27].y - p[8].y)};
    return n;
}

/* --- feathers --- */

static void box_line(float *line, float *copy, int n, ptrdiff_t step, int radius)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        copy[i] = line[i * step];
    for (int i = -radius; i <= radius; i++)
        sum += (double)copy[um_clampi(i, 0, n - 1)];
    for (int i = 0; i < n; i++) {
        line[i * step] = (float)(sum / (2 * radius + 1));
        sum +=
            (double)copy[um_clampi(i + radius + 1, 0, n - 1)] - (double)copy[um_clampi(i - radius, 0, n - 1)];
    }
}

/* Three boxes, nearly a normal curve. */
static void feather(float *mask, int w, int h, float sigma, float *line)
{
    const int radius = (int)(sigma + .5f);
    for (int pass = 0; radius > 0 && pass < 3; pass++) {
        for (int y = 0; y < h; y++)
            box_line(mask + y * w, line, w, 1, radius);
        for (int x = 0; x < w; x++)
            box_line(mask + x, line, h, w, radius);
    }
}

static void stretch(float *mask, int n)
{
    float most = 1e-6f;
    for (int i = 0; i < n; i++)
        most = fmaxf(most, mask[i]);
    for (int i = 0; i < n; i++)
        mask[i] /= most;
}

float *mask_draw(int w, int h, const um_point points[UM_N_LANDMARKS], rng *r)
{
    um_point p[MOST_POINTS], hull[2 * MOST_POINTS];
    bend b;
    float *mask = um_calloc((size_t)w * (size_t)h + (size_t)(w > h ? w : h), sizeof *mask);
    if (!mask)
        return NULL;
    float *line = mask + w * h;
    const float side = (float)(w < h ? w : h);
    const int n = choose(p, points, r);
    /* The corners are bent instead of the filled mask: they are few. */
    bend_draw(&b, 3 + rng_int(r, 5), rng_float(r, 0, .025f) * side, r);
    for (int i = 0; i < n; i++) {
        const um_point d = bend_at(&b, p[i].x / (float)w, p[i].y / (float)h);
        p[i] = (um_point){p[i].x + d.x, p[i].y + d.y};
    }
    fill(mask, w, h, hull, convex_hull(hull, p, n));
    feather(mask, w, h, rng_float(r, .004f, .035f) * side, line);
    if (rng_chance(r, .5f)) { /* eroded: the feather lies inside the hull */
        for (int i = 0; i < w * h; i++)
            mask[i] = mask[i] > .98f ? 1 : 0;
        feather(mask, w, h, rng_float(r, .004f, .03f) * side, line);
    }
    stretch(mask, w * h);
    return mask;
}
