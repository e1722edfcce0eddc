/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logo.c: signs, letters and captions, drawn at random. */
#include "degrade/logo.h"
#include "media/draw.h"
#include "media/geometry.h"
#include <stdlib.h>

static uint32_t any_colour(rng *r)
{
    if (rng_chance(r, .5f)) { /* nearly black or white: most signs are */
        uint32_t v = (uint32_t)(rng_chance(r, .5f) ? rng_int(r, 50) : 205 + rng_int(r, 50));
        return v << 16 | v << 8 | v;
    }
    return (uint32_t)(rng_next(r) & 0xffffff);
}

static int luma(uint32_t c)
{
    return (int)((77 * (c >> 16 & 255) + 150 * (c >> 8 & 255) + 29 * (c & 255)) >> 8);
}

static uint32_t other_colour(uint32_t than, rng *r)
{
    uint32_t c = 0;
    for (int i = 0; i < 20; i++) {
        c = any_colour(r);
        if (abs(luma(c) - luma(than)) > 90)
            break;
    }
    return c;
}

/* |x|^p + |y|^p <= 1: a diamond, an ellipse, nearly a rectangle. */
static void plate(um_image *m, um_rect where, uint32_t colour, float alpha, float p)
{
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            float u = ((float)x - where.x) / where.w * 2 - 1, v = ((float)y - where.y) / where.h * 2 - 1;
            if (fabsf(u) < 1 && fabsf(v) < 1 && powf(fabsf(u), p) + powf(fabsf(v), p) <= 1)
                um_draw_fill(m, (um_rect){(float)x, (float)y, 1, 1}, colour, alpha);
        }
}

/* A quadratic curve with a broad pen held at `slant`: thick across it, thin along it. */
static void stroke(um_image *m, const um_point p[3], float width, float slant, uint32_t colour)
{
    enum { PIECES = 8 };
    um_point from = p[0];
    for (int i = 1; i <= PIECES; i++) {
        float t = (float)i / PIECES, a = (1 - t) * (1 - t), b = 2 * t * (1 - t), c = t * t;
        um_point to = {a * p[0].x + b * p[1].x + c * p[2].x, a * p[0].y + b * p[1].y + c * p[2].y};
        float across = fabsf(sinf(atan2f(to.y - from.y, to.x - from.x) - slant));
        um_draw_line(m, from, to, fmaxf(1, width * (.25f + .75f * across)), colour);
        from = to;
    }
}

void logo_draw(um_image *m, um_rect where, rng *r)
{
    static const float powers[] = {1, 2, 8};
    uint32_t ground = any_colour(r), ink = other_colour(ground, r);
    float size = fminf(where.w, where.h), cx = where.x + where.w / 2, slant = rng_float(r, 0, 3.14f);
    float pen = size * rng_float(r, .02f, .14f), inner = rng_chance(r, .5f) ? .32f : .45f;
    bool mirrored = rng_chance(r, .5f);
    if (rng_chance(r, .7f)) {
        float p = powers[rng_int(r, 3)], alpha = rng_chance(r, .7f) ? 1 : rng_float(r, .5f, 1);
        plate(m, where, ground, alpha, p);
        if (rng_chance(r, .3f)) { /* a border: a smaller plate on it */
            um_rect in = {where.x + .06f * where.w, where.y + .06f * where.h, .88f * where.w, .88f * where.h};
            plate(m, in, other_colour(ground, r), alpha, p);
        }
    }
    for (int n = 1 + rng_int(r, 7); n > 0; n--) {
        um_point p[3], q[3];
        for (int i = 0; i < 3; i++) {
            p[i] = (um_point){cx + where.w * rng_float(r, -inner, inner),
                              where.y + where.h * (.5f + rng_float(r, -inner, inner))};
            q[i] = (um_point){2 * cx - p[i].x, p[i].y};
        }
        stroke(m, p, pen, slant, ink);
        if (mirrored)
            stroke(m, q, pen, -slant, ink);
    }
    for (int n = rng_chance(r, .4f) ? 1 + rng_int(r, 3) : 0; n > 0; n--) {
        float x = where.w * rng_float(r, -inner, inner),
              y = where.y + where.h * (.5f + rng_float(r, -inner, inner)),
              radius = size * rng_float(r, .02f, .1f);
        um_draw_disc(m, (um_point){cx + x, y}, radius, ink);
        if (mirrored)
            um_draw_disc(m, (um_point){cx - x, y}, radius, ink);
    }
}

static bool is_free(um_rect at, const um_rect *boxes, int n)
{
    for (int i = 0; i < n; i++)
        if (um_rect_iou(at, boxes[i]) > 0)
            return false;
    return true;
}

void logo_overlay(um_image *m, const um_rect *boxes, int n, float share, rng *r)
{
    float side = fminf((float)m->width, (float)m->height);
    if (share <= 0 || !rng_chance(r, share) || side < 24)
        return;
    for (int tries = 0; tries < 10; tries++) {
        float size = expf(rng_float(r, logf(10), logf(.7f * side)));
        int dots = 1 + (int)(size / 40);
        char text[24] = "";
        um_rect at = {0, 0, size * rng_float(r, .7f, 1.4f), size};
        bool caption = rng_chance(r, .3f);
        if (caption) {
            int letters = 3 + rng_int(r, (int)sizeof text - 4);
            for (int i = 0; i < letters; i++)
                text[i] = (char)(' ' + rng_int(r, 95));
            at.w = (float)um_text_width(text, dots);
            at.h = (float)(dots * UM_TEXT_HEIGHT);
        }
        at.x = rng_float(r, 0, fmaxf(1, (float)m->width - at.w));
        at.y = rng_float(r, 0, fmaxf(1, (float)m->height - at.h));
        if (!is_free(at, boxes, n))
            continue;
        if (caption)
            um_draw_text(m, (int)at.x, (int)at.y, dots, any_colour(r), text);
        else
            logo_draw(m, at, r);
        return;
    }
}
