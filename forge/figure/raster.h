/* SPDX-License-Identifier: GPL-3.0-or-later */
/* raster.h: triangles to samples. */
#ifndef UM_SYNTH_RASTER_H
#define UM_SYNTH_RASTER_H
#include "figure/vec.h"

/* Where a triangle was hit: corner weights are 1 - b - c, b, c. */
typedef struct sample {
    float nearness; /* 1 / distance; 0 = nothing */
    int triangle;
    float b, c;
} sample;

/* `at`: x, y in samples (centre of the first = 0.5), z = nearness. Draws the rows y0..y1-1 of `out`
 * (width wide). Triangles seen from behind are dropped. */
void raster_draw(sample *out, int width, int y0, int y1, const vec3 *at, const int (*triangle)[3], int n);
/* Nearness only; both sides are drawn. `at`.z larger = nearer. */
void raster_depth(float *out, int width, int height, const vec3 *at, const int (*triangle)[3], int n);
#endif
