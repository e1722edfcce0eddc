/* SPDX-License-Identifier: GPL-3.0-or-later */
/* geometry.h: points and rectangles: distances, means and overlaps. */
#ifndef UM_GEOMETRY_H
#define UM_GEOMETRY_H
#include <math.h>
#include <unmask/types.h>

static inline float um_point_distance(um_point a, um_point b)
{
    return hypotf(a.x - b.x, a.y - b.y);
}

static inline um_point um_rect_centre(um_rect r)
{
    return (um_point){r.x + r.w / 2, r.y + r.h / 2};
}

um_point um_points_mean(const um_point *points, int n);
um_rect um_points_box(const um_point *points, int n); /* tight; edges, as rectangles have them */
float um_rect_shared_area(um_rect a, um_rect b);
float um_rect_iou(um_rect a, um_rect b); /* intersection over union, 0..1 */
#endif
