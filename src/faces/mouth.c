/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faces/mouth.h"
#include "base/base.h"
#include "media/geometry.h"
#include <math.h>

enum { EYE_RIGHT = 36, EYE_LEFT = 45, NOSE = 33, MOUTH = 48, OUTER_LIPS = 12, LOWER_LIP = 57 };
static const float LEAST_PX = 1; /* between the eyes */

typedef struct box { /* in eye distances from the middle of the lips: rightwards, downwards */
    float left, top, right, bottom;
} box;
static const box INSIDE = {-.14f, -.112f, .14f, .14f}, AROUND = {-.45f, -.3375f, .45f, .3375f};
/* looks at each box: a pixel of a face of 35 pixels between the eyes */
enum { ACROSS = UM_MOUTH_ACROSS, DOWN = UM_MOUTH_DOWN };

static double distance(um_point a, um_point b)
{
    return hypot((double)b.x - (double)a.x, (double)b.y - (double)a.y);
}

double um_mouth_opening(const um_face *face)
{
    const double eyes = distance(face->points[EYE_RIGHT], face->points[EYE_LEFT]);
    const double open = distance(face->points[NOSE], face->points[LOWER_LIP]);
    return face->has_points && eyes >= (double)LEAST_PX && isfinite(open / eyes) ? open / eyes : NAN;
}

/* `along`: the line of the eyes, as long as it is. Outside of the picture its edge goes on. */
static double mean_luma(const um_image *rgb, um_point middle, um_point along, box b)
{
    double sum = 0;
    for (int j = 0; j < DOWN; j++)
        for (int i = 0; i < ACROSS; i++) {
            const float u = b.left + ((float)i + .5f) / ACROSS * (b.right - b.left);
            const float v = b.top + ((float)j + .5f) / DOWN * (b.bottom - b.top);
            const double x = (double)(middle.x + u * along.x - v * along.y);
            const double y = (double)(middle.y + u * along.y + v * along.x);
            const uint8_t *p = rgb->data + lrint(um_clampd(y, 0, rgb->height - 1)) * rgb->stride +
                               3 * lrint(um_clampd(x, 0, rgb->width - 1));
            sum += .299 * p[0] + .587 * p[1] + .114 * p[2];
        }
    return sum / (ACROSS * DOWN);
}

double um_mouth_dark(const um_image *rgb, const um_face *face)
{
    const um_point right = face->points[EYE_RIGHT], left = face->points[EYE_LEFT];
    const um_point along = {left.x - right.x, left.y - right.y};
    const um_point middle = um_points_mean(face->points + MOUTH, OUTER_LIPS);
    if (!face->has_points || !isfinite(along.x + along.y + middle.x + middle.y))
        return NAN;
    const double around = mean_luma(rgb, middle, along, AROUND);
    return around >= 1 ? 1 - mean_luma(rgb, middle, along, INSIDE) / around : 0;
}

static float luma(const um_image *rgb, float x, float y)
{
    const int left = (int)x, top = (int)y, step = left + 1 < rgb->width ? 3 : 0;
    float row[2];
    for (int j = 0; j < 2; j++) {
        const int at = top + j < rgb->height ? top + j : top;
        const uint8_t *p = rgb->data + at * rgb->stride + (ptrdiff_t)3 * left, *q = p + step;
        const float here = .299f * p[0] + .587f * p[1] + .114f * p[2];
        row[j] = here + (x - (float)left) * (.299f * q[0] + .587f * q[1] + .114f * q[2] - here);
    }
    return row[0] + (y - (float)top) * (row[1] - row[0]);
}

bool um_mouth_picture(uint8_t out[UM_MOUTH_DOWN][UM_MOUTH_ACROSS], const um_image *rgb, const um_face *face)
{
    const um_point right = face->points[EYE_RIGHT], left = face->points[EYE_LEFT];
    const um_point along = {left.x - right.x, left.y - right.y};
    const um_point middle = um_points_mean(face->points + MOUTH, OUTER_LIPS);
    if (!face->has_points || !isfinite(along.x + along.y + middle.x + middle.y))
        return false;
    const float step = (AROUND.right - AROUND.left) / ACROSS;
    for (int j = 0; j < DOWN; j++)
        for (int i = 0; i < ACROSS; i++) {
            const float u = ((float)i - (ACROSS - 1) / 2.f) * step;
            const float v = ((float)j - (DOWN - 1) / 2.f) * step;
            const float x = middle.x + u * along.x - v * along.y, y = middle.y + u * along.y + v * along.x;
            out[j][i] = (uint8_t)(luma(rgb, fminf(fmaxf(x, 0), (float)rgb->width - 1),
                                       fminf(fmaxf(y, 0), (float)rgb->height - 1)) +
                                  .5f);
        }
    return true;
}
