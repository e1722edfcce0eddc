/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wear.c: masks and glasses. */
#include "wear.h"
#include "base/base.h"
#include "media/geometry.h"

enum { MOST_CORNERS = 24 };
static const float DARK_LENS = .85f; /* from here on an eye behind it is not seen */

typedef struct ink {
    float colour[3], alpha;
} ink;

static void blend(um_image *m, int x, int y, const ink *k, float cover, float shade)
{
    uint8_t *p = m->data + y * m->stride + 3 * x;
    for (int c = 0; c < 3; c++)
        p[c] = (uint8_t)(float)um_clampd(
            (float)p[c] + cover * k->alpha * (k->colour[c] * shade - (float)p[c]) + .5f, 0, 255);
}

/* What is worn stands in the light of the face: its mean brightness, 1 for a well lit one. */
static float light_of(const um_image *m, const um_point *p)
{
    float sum = 0, n = 0;
    for (int i = 27; i < 48; i++) {
        int x = (int)lrintf(p[i].x), y = (int)lrintf(p[i].y);
        if (x < 0 || y < 0 || x >= m->width || y >= m->height)
            continue;
        const uint8_t *q = m->data + y * m->stride + 3 * x;
        sum += .3f * (float)q[0] + .59f * (float)q[1] + .11f * (float)q[2];
        n++;
    }
    return n > 0 ? (float)um_clampd(sum / n / 130, .15f, 1.4f) : 1;
}

static bool is_inside(const um_point *corner, int n, float x, float y)
{
    bool in = false;
    for (int i = 0, k = n - 1; i < n; k = i++)
        if ((corner[i].y > y) != (corner[k].y > y) &&
            x < corner[i].x + (corner[k].x - corner[i].x) * (y - corner[i].y) / (corner[k].y - corner[i].y))
            in = !in;
    return in;
}

static float distance_to_line(um_point a, um_point b, float x, float y)
{
    float dx = b.x - a.x, dy = b.y - a.y, along = dx * dx + dy * dy;
    float t = along > 0 ? (float)um_clampd(((x - a.x) * dx + (y - a.y) * dy) / along, 0, 1) : 0;
    return hypotf(x - a.x - t * dx, y - a.y - t * dy);
}

static void draw_line(um_image *m, um_point a, um_point b, float width, const ink *k)
{
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            float cover = width / 2 + .5f - distance_to_line(a, b, (float)x, (float)y);
            if (cover > 0)
                blend(m, x, y, k, fminf(cover, 1), 1);
        }
}

static um_point away(um_point from, um_point p, float times)
{
    return (um_point){from.x + times * (p.x - from.x), from.y + times * (p.y - from.y)};
}

static ink any_colour(rng *r, float light)
{
    float v = rng_float(r, 10, 250), tint = rng_chance(r, .5f) ? 15 : 90;
    ink k = {.alpha = 1};
    for (int c = 0; c < 3; c++)
        k.colour[c] = (float)um_clampd(v + rng_float(r, -tint, tint), 0, 255) * light;
    return k;
}

void wear_mask(um_image *m, const um_point p[UM_N_LANDMARKS], rng *r)
{
    enum { SUB = 2 };
    um_point corner[MOST_CORNERS];
    int n = 0, from = 1 + rng_int(r, 2), top = 27 + rng_int(r, 3);
    float wide = rng_float(r, 1, 1.06f), pleats = rng_float(r, 0, .2f), strap = rng_float(r, .5f, 2);
    ink k = any_colour(r, light_of(m, p));
    if (rng_chance(r, .4f)) { /* what hospitals use */
        float light = light_of(m, p);
        k.colour[0] = 150 * light;
        k.colour[1] = 195 * light;
        k.colour[2] = 215 * light;
    }
    if (rng_chance(r, .15f))
        top = 30 + rng_int(r, 3); /* worn under the nose */
    for (int i = from; i <= 16 - from; i++)
        corner[n++] = away(p[33], p[i], wide);
    corner[n++] = away(p[top], p[46], .55f);
    corner[n++] = p[top];
    corner[n++] = away(p[top], p[41], .55f);
    float fall = rng_float(r, 3, 9), height = fmaxf(um_point_distance(p[8], p[27]), 1);
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            float cover = 0;
            for (int s = 0; s < SUB * SUB; s++)
                cover += is_inside(corner, n, (float)x + (float)(s % SUB) / SUB - .25f,
                                   (float)y + (float)(s / SUB) / SUB - .25f);
            float down = ((float)y - p[27].y) / height;
            if (cover > 0)
                blend(m, x, y, &k, cover / (SUB * SUB),
                      1.05f - .25f * fmaxf(down, 0) + pleats * sinf(6.2832f * fall * down));
        }
    if (rng_chance(r, .7f)) {
        draw_line(m, p[from], p[0], strap, &k);
        draw_line(m, p[16 - from], p[16], strap, &k);
        draw_line(m, p[5], p[1], strap, &k);
        draw_line(m, p[11], p[15], strap, &k);
    }
}

typedef struct lens {
    um_point centre;
    float half_width, half_height, square; /* exponent of a superellipse: 2 round, 6 nearly a rectangle */
} lens;

/* Pixels from the rim, below 0 inside. */
static float from_rim(const lens *l, float u, float v)
{
    float rho = powf(powf(fabsf(u) / l->half_width, l->square) + powf(fabsf(v) / l->half_height, l->square),
                     1 / l->square);
    return (rho - 1) * fminf(l->half_width, l->half_height);
}

static void draw_lens(um_image *m, const lens *l, float ca, float sa, float rim_width, const ink *rim,
                      const ink *glass, const um_point *glint)
{
    const ink white = {{255, 255, 255}, .8f};
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            float dx = (float)x - l->centre.x, dy = (float)y - l->centre.y;
            float u = ca * dx + sa * dy, v = ca * dy - sa * dx;
            if (fabsf(u) > 2 * l->half_width + 2 || fabsf(v) > 2 * l->half_height + 2)
                continue;
            float d = from_rim(l, u, v);
            if (d < .5f)
                blend(m, x, y, glass, fminf(.5f - d, 1), 1);
            if (glint && d < 0)
                blend(m, x, y, &white,
                      (float)um_clampd(1.5f - hypotf((u - glint->x) / 3, (v - glint->y) / 1.5f), 0, 1), 1);
            float cover = rim_width / 2 + .5f - fabsf(d);
            if (cover > 0)
                blend(m, x, y, rim, fminf(cover, 1), 1);
        }
}

bool wear_glasses(um_image *m, const um_point p[UM_N_LANDMARKS], rng *r)
{
    bool sun = rng_chance(r, .3f);
    float light = light_of(m, p),
          mean = (um_point_distance(p[36], p[39]) + um_point_distance(p[42], p[45])) / 2;
    float wide = rng_float(r, .75f, 1.05f), tall = rng_float(r, .5f, .9f), low = rng_float(r, -.05f, .2f);
    float square = rng_float(r, 2, 5), rim_width = fmaxf(mean * rng_float(r, .04f, .22f), .7f);
    ink rim = any_colour(r, light), glass = any_colour(r, light);
    glass.alpha = sun ? rng_float(r, .6f, 1) : rng_float(r, 0, .2f);
    if (rng_chance(r, .5f))
        for (int c = 0; c < 3; c++)
            rim.colour[c] *= .2f; /* most are dark */
    if (sun)
        for (int c = 0; c < 3; c++)
            glass.colour[c] *= .3f;
    bool shines = rng_chance(r, .3f);
    um_point l = um_points_mean(p + 36, 6), q = um_points_mean(p + 42, 6);
    float angle = atan2f(q.y - l.y, q.x - l.x), ca = cosf(angle), sa = sinf(angle);
    um_point edge[2];
    for (int e = 0; e < 2; e++) {
        float width = um_point_distance(p[36 + 6 * e], p[39 + 6 * e]);
        um_point at = e ? q : l, glint = {width * rng_float(r, -.4f, .4f), mean * rng_float(r, -.3f, .3f)};
        lens s = {{at.x - sa * low * mean, at.y + ca * low * mean},
                  fmaxf(wide * (.7f * width + .3f * mean), 2),
                  fmaxf(tall * mean, 2),
                  square};
        draw_lens(m, &s, ca, sa, rim_width, &rim, &glass, shines ? &glint : NULL);
        float out = e ? 1 : -1;
        edge[e] = (um_point){s.centre.x - out * ca * s.half_width, s.centre.y - out * sa * s.half_width};
        um_point outer = {s.centre.x + out * ca * s.half_width, s.centre.y + out * sa * s.half_width};
        draw_line(m, outer, p[e ? 16 : 0], rim_width, &rim);
    }
    draw_line(m, edge[0], edge[1], rim_width, &rim);
    return glass.alpha >= DARK_LENS;
}
