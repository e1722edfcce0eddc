/* SPDX-License-Identifier: GPL-3.0-or-later */
/* polygon.h: which pixels of a row lie inside a polygon. Pixel centres are integers. */
#ifndef UM_POLYGON_H
#define UM_POLYGON_H
#include <unmask/types.h>

enum { UM_POLYGON_MOST = 64 }; /* corners */

/* Where the row `y` crosses the outline, ascending: inside is between x[0] and x[1], x[2] and x[3] ...
 * (even-odd rule). Returns how many, an even number; 0 beyond the outline, with a coordinate that is not
 * finite, and beyond UM_POLYGON_MOST corners. */
int um_polygon_row(float x[UM_POLYGON_MOST], const um_point *corner, int n, float y);

typedef struct um_polygon_edges {
    float top, bottom, left, right;
} um_polygon_edges;
/* The box around the corners; of a coordinate that is no number nothing is known. */
um_polygon_edges um_polygon_box(const um_point *corner, int n);
#endif
