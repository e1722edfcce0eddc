/* SPDX-License-Identifier: GPL-3.0-or-later */
/* polygon.c: the scan line of a polygon. */
#include "media/polygon.h"
#include <math.h>

int um_polygon_row(float x[UM_POLYGON_MOST], const um_point *corner, int n, float y)
{
    int found = 0;
    if (n > UM_POLYGON_MOST)
        return 0;
    for (int i = 0; i < n; i++)
        if (!isfinite(corner[i].x) || !isfinite(corner[i].y))
            return 0;
    for (int i = 0; i < n; i++) {
        const um_point a = corner[i], b = corner[(i + 1) % n];
        if ((a.y <= y) == (b.y <= y))
            continue;
        const float at = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
        int k = found++;
        for (; k > 0 && x[k - 1] > at; k--)
            x[k] = x[k - 1];
        x[k] = at;
    }
    return found;
}

um_polygon_edges um_polygon_box(const um_point *corner, int n)
{
    um_polygon_edges e = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (int i = 0; i < n; i++) {
        e.top = fminf(e.top, corner[i].y);
        e.bottom = fmaxf(e.bottom, corner[i].y);
        e.left = fminf(e.left, corner[i].x);
        e.right = fmaxf(e.right, corner[i].x);
    }
    return e;
}
