/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_rings.c: sums over the cells of rings and sectors. */
#include "signals/face/face_rings.h"
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/regions.h"
#include <math.h>
#include <string.h>

enum { DIRECTIONS = 360, MOST_ROWS = 256 };

um_point um_ring_centre(const um_face *face)
{
    return face->points[29];
}

float um_ring_reach(const um_face *face, float angle_rad)
{
    um_point line[UM_CONTOUR_CORNERS];
    const um_point c = um_ring_centre(face), along = {cosf(angle_rad), sinf(angle_rad)};
    float reach = 0;
    um_face_contour(line, face);
    for (int i = 0; i < UM_CONTOUR_CORNERS; i++) {
        const um_point a = line[i], b = line[(i + 1) % UM_CONTOUR_CORNERS], side = {b.x - a.x, b.y - a.y};
        const float across = along.x * side.y - along.y * side.x;
        const float t = ((a.x - c.x) * side.y - (a.y - c.y) * side.x) / across;   /* along the ray */
        const float u = ((a.x - c.x) * along.y - (a.y - c.y) * along.x) / across; /* along the side */
        if (isfinite(t) && u >= 0 && u < 1 && t > reach)
            reach = t;
    }
    return reach;
}

/* Of all directions, and the longest; false when the centre is not inside. */
static bool reaches(float reach[DIRECTIONS], float *longest, const um_face *face)
{
    *longest = 0;
    for (int i = 0; i < DIRECTIONS; i++) {
        reach[i] = um_ring_reach(face, (float)(2 * M_PI * (i + .5) / DIRECTIONS));
        if (!(reach[i] > 1))
            return false;
        *longest = fmaxf(*longest, reach[i]);
    }
    return true;
}

/* The ring of a place (dx, dy) away from the centre, UM_RINGS or more beyond the last. */
static int ring_of(int *sector, const float reach[DIRECTIONS], float dx, float dy)
{
    const float turn = atan2f(dy, dx) / (float)(2 * M_PI) + (dy < 0 ? 1 : 0); /* 0..1 */
    const int direction = um_clampi((int)(turn * DIRECTIONS), 0, DIRECTIONS - 1);
    *sector = direction * UM_RING_SECTORS / DIRECTIONS;
    return (int)fminf(hypotf(dx, dy) / reach[direction] * UM_RING_CONTOUR, UM_RINGS);
}

typedef struct sums {
    double residual, squares;
} sums;

static void add(um_ring_cell *cell, sums *s, const um_image *rgb, const um_image *luma, const um_gradient *g,
                const um_plane *residual, int x, int y)
{
    const size_t at = (size_t)y * (size_t)luma->width + (size_t)x;
    const uint8_t *v = rgb->data + y * rgb->stride + (ptrdiff_t)3 * x;
    const double r = (double)residual->value[at];
    cell->n++;
    cell->luma += luma->data[y * luma->stride + x];
    cell->gradient += fabs((double)g->x[at]) + fabs((double)g->y[at]);
    s->residual += r;
    s->squares += r * r;
    for (int c = 0; c < 3; c++)
        cell->rgb[c] += v[c];
}

static void finish(um_ring_cell *cell, const sums *s)
{
    if (!cell->n)
        return;
    const double n = cell->n, mean = s->residual / n;
    cell->luma /= n;
    cell->gradient /= n;
    cell->noise = sqrt(fmax(s->squares / n - mean * mean, 0));
    for (int c = 0; c < 3; c++)
        cell->rgb[c] /= n;
}

um_status um_face_rings_measure(um_face_rings out, bool *seen, const um_frame *frame, const um_face *face,
                                um_products *products, um_error *err)
{
    const um_image *luma;
    const um_gradient *gradient;
    const um_plane *residual;
    float reach[DIRECTIONS], longest;
    sums sum[UM_RINGS][UM_RING_SECTORS] = {{{0}}};
    const um_point c = um_ring_centre(face);
    um_status st;
    memset(out, 0, sizeof(um_face_rings));
    *seen = false;
    if (!isfinite(c.x) || !isfinite(c.y))
        return UM_OK;
    if (!reaches(reach, &longest, face))
        return UM_OK;
    if ((st = um_product_luma(&luma, products, err)) < 0 ||
        (st = um_product_gradient(&gradient, products, err)) < 0 ||
        (st = um_product_residual(&residual, products, err)) < 0)
        return st;
    const double far = (double)longest * UM_RINGS / UM_RING_CONTOUR;
    const int left = (int)um_clampd((double)c.x - far, 0, luma->width),
              top = (int)um_clampd((double)c.y - far, 0, luma->height);
    const int right = (int)um_clampd((double)c.x + far, 0, luma->width);
    const int bottom = (int)um_clampd((double)c.y + far, 0, luma->height);
    const int step = um_clampi((int)(2 * longest) / MOST_ROWS, 1, 64);
    for (int y = top; y < bottom; y += step)
        for (int x = left; x < right; x += step) {
            int sector;
            const int ring = ring_of(&sector, reach, (float)x - c.x, (float)y - c.y);
            if (ring < UM_RINGS)
                add(&out[ring][sector], &sum[ring][sector], frame->rgb, luma, gradient, residual, x, y);
        }
    for (int i = 0; i < UM_RINGS * UM_RING_SECTORS; i++)
        finish(&out[i / UM_RING_SECTORS][i % UM_RING_SECTORS],
               &sum[i / UM_RING_SECTORS][i % UM_RING_SECTORS]);
    *seen = true;
    return UM_OK;
}

double um_ring_db(double level, double floor)
{
    return 20 * log10((level + floor) / floor);
}

static double median_of(um_face_rings rings, int from, int to, int sector, bool noise)
{
    double v[UM_RINGS * UM_RING_SECTORS];
    size_t n = 0;
    for (int k = from; k < to; k++)
        for (int s = sector < 0 ? 0 : sector; s < (sector < 0 ? UM_RING_SECTORS : sector + 1); s++) {
            const um_ring_cell *c = &rings[k][s];
            if (c->n >= UM_RING_PIXELS)
                v[n++] = noise ? um_ring_db(c->noise, UM_RING_NOISE_FLOOR)
                               : um_ring_db(c->gradient, UM_RING_GRADIENT_FLOOR);
        }
    return n ? um_median(v, n) : NAN;
}

double um_ring_noise_db(um_face_rings rings, int from, int to, int sector)
{
    return median_of(rings, from, to, sector, true);
}

double um_ring_gradient_db(um_face_rings rings, int from, int to, int sector)
{
    return median_of(rings, from, to, sector, false);
}

um_status um_face_rings_picture(um_image **out, const um_image *rgb, const um_face *face,
                                double value[UM_RINGS][UM_RING_SECTORS], int side, um_error *err)
{
    static const double mark[3] = {255, 140, 0};
    float reach[DIRECTIONS], longest;
    const um_point c = um_ring_centre(face);
    if (!reaches(reach, &longest, face))
        return um_fail(err, UM_EINVAL, "a face whose centre is not inside its contour");
    const float far = longest * UM_RINGS / UM_RING_CONTOUR, scale = 2 * far / (float)side;
    um_status st =
        um_image_crop_resize(out, rgb, (um_rect){c.x - far, c.y - far, 2 * far, 2 * far}, side, side, err);
    for (int y = 0; st == UM_OK && y < side; y++)
        for (int x = 0; x < side; x++) {
            int sector;
            const float half = (float)(side - 1) / 2;
            const int ring = ring_of(&sector, reach, ((float)x - half) * scale, ((float)y - half) * scale);
            const double part = ring < UM_RINGS ? .6 * um_clampd(value[ring][sector], 0, 1) : 0;
            uint8_t *v = (*out)->data + y * (*out)->stride + (ptrdiff_t)3 * x;
            for (int k = 0; part > 0 && k < 3; k++)
                v[k] = (uint8_t)(v[k] + part * (mark[k] - v[k]) + .5);
        }
    return st;
}
