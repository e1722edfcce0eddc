/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geometry.c: see geometry.h. */
#include "media/geometry.h"

um_point um_points_mean(const um_point *p, int n)
{
    um_point m = {0, 0};
    for (int i = 0; i < n; i++)
        m = (um_point){m.x + p[i].x / (float)n, m.y + p[i].y / (float)n};
    return m;
}

um_rect um_points_box(const um_point *p, int n)
{
    um_point lo = p[0], hi = p[0];
    for (int i = 1; i < n; i++) {
        lo = (um_point){fminf(lo.x, p[i].x), fminf(lo.y, p[i].y)};
        hi = (um_point){fmaxf(hi.x, p[i].x), fmaxf(hi.y, p[i].y)};
    }
    return (um_rect){lo.x + 0.5f, lo.y + 0.5f, hi.x - lo.x, hi.y - lo.y};
}

float um_rect_shared_area(um_rect a, um_rect b)
{
    float w = fminf(a.x + a.w, b.x + b.w) - fmaxf(a.x, b.x),
          h = fminf(a.y + a.h, b.y + b.h) - fmaxf(a.y, b.y);
    return w > 0 && h > 0 ? w * h : 0;
}

float um_rect_iou(um_rect a, um_rect b)
{
    float both = um_rect_shared_area(a, b), either = a.w * a.h + b.w * b.h - both;
    return either > 0 ? both / either : 0;
}
