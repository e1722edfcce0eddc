/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skin.c: medians of log-chromaticity. */
#include "faces/skin.h"
#include "base/base.h"
#include "dsp/stats.h"
#include "media/polygon.h"
#include <math.h>

enum { DARK = 5, BRIGHT = 250, ROOM = 4 * UM_SKIN_MOST };
static const double NORMAL = 1.4826; /* median absolute deviation to standard deviation */
/* Skin of one person in one picture: at least half as far from gray, white and black cloth (red = 0) as the
 * face, and of a face that is hardly red itself, within a seventh; blue is what warm and cold light move.
 * Shade below the chin takes up to two and a half stops. */
static const double RED_PART = .5, RED_LEAST = .15, BLUE_REACH = .5, DARKER = 1.8, BRIGHTER = .5;
/* Of the way from the chin to the bridge of the nose, downwards from the jaw. */
static const float NECK_FROM = .12f, NECK_TO = .45f;

static double linear(int level)
{
    const double v = level / 255.;
    return v <= .04045 ? v / 12.92 : pow((v + .055) / 1.055, 2.4);
}

bool um_skin_like(const um_skin *face, double red, double blue, double light)
{
    return fabs(red - face->red) <= fmax(RED_PART * face->red, RED_LEAST) &&
           fabs(blue - face->blue) <= BLUE_REACH && light >= face->light - DARKER &&
           light <= face->light + BRIGHTER;
}

double um_skin_distance(const um_skin *a, const um_skin *b)
{
    return hypot(a->red - b->red, a->blue - b->blue);
}

typedef struct samples {
    double red[ROOM], blue[ROOM], light[ROOM];
    int n, seen;
} samples;

static void take(samples *s, const double ln[256], const uint8_t *v, const um_skin *like)
{
    s->seen++;
    for (int c = 0; c < 3; c++)
        if (v[c] < DARK || v[c] > BRIGHT)
            return;
    const double red = ln[v[0]] - ln[v[1]], blue = ln[v[2]] - ln[v[1]], light = ln[v[1]];
    if (s->n == ROOM || (like && !um_skin_like(like, red, blue, light)))
        return;
    s->red[s->n] = red;
    s->blue[s->n] = blue;
    s->light[s->n++] = light;
}

static double spread(double *v, int n, double median)
{
    for (int i = 0; i < n; i++)
        v[i] = fabs(v[i] - median);
    return NORMAL * um_median(v, (size_t)n);
}

um_skin um_skin_of(const um_image *rgb, const um_point *corner, int n, const um_skin *like)
{
    samples s = {.n = 0};
    um_skin skin = {.n = 0};
    double ln[256];
    float x[UM_POLYGON_MOST];
    const um_polygon_edges box = um_polygon_box(corner, n);
    const double area = ((double)box.right - box.left) * ((double)box.bottom - box.top);
    if (!isfinite(area))
        return skin;
    for (int i = 0; i < 256; i++)
        ln[i] = log(fmax(linear(i), 1e-9));
    const int step = (int)um_clampd(ceil(sqrt(area / UM_SKIN_MOST)), 1, 1e6);
    const int from = (int)um_clampd(ceil((double)box.top), 0, rgb->height);
    const int to = (int)um_clampd(floor((double)box.bottom) + 1, 0, rgb->height);
    for (int y = from; y < to; y += step) {
        const int crossings = um_polygon_row(x, corner, n, (float)y);
        for (int k = 0; k + 1 < crossings; k += 2) {
            const int first = (int)um_clampd(ceil((double)x[k]), 0, rgb->width);
            const int end = (int)um_clampd(floor((double)x[k + 1]) + 1, 0, rgb->width);
            for (int i = first; i < end; i += step)
                take(&s, ln, rgb->data + y * rgb->stride + (ptrdiff_t)3 * i, like);
        }
    }
    skin.n = s.n;
    skin.seen = s.seen;
    if (s.n) {
        skin.red = um_median(s.red, (size_t)s.n);
        skin.blue = um_median(s.blue, (size_t)s.n);
        skin.light = um_median(s.light, (size_t)s.n);
        skin.spread[0] = spread(s.red, s.n, skin.red);
        skin.spread[1] = spread(s.blue, s.n, skin.blue);
    }
    return skin;
}

void um_neck_of(um_point corner[UM_NECK_CORNERS], const um_face *face)
{
    static const int jaw[UM_NECK_CORNERS] = {6, 7, 8, 9, 10, 10, 6};
    const um_point *p = face->points, down = {p[8].x - p[27].x, p[8].y - p[27].y};
    for (int i = 0; i < UM_NECK_CORNERS; i++) {
        const float part = i < 5 ? NECK_FROM : NECK_TO;
        corner[i] = (um_point){p[jaw[i]].x + part * down.x, p[jaw[i]].y + part * down.y};
    }
}
