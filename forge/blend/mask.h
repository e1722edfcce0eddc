/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mask.h: where a face is pasted: hulls of its points, bent and feathered; and fields that bend. */
#ifndef UNMASK_MASK_H
#define UNMASK_MASK_H
#include "degrade/random.h"
#include <unmask/faces.h>

/* A smooth field of displacements: normal numbers on a coarse grid, linear between. */
enum { BEND_MOST = 9 };
typedef struct bend {
    int cells;
    float at[2][BEND_MOST + 1][BEND_MOST + 1];
} bend;
/* `cells` 1..BEND_MOST along each side; deviation in pixels. */
void bend_draw(bend *b, int cells, float deviation_px, rng *r);
um_point bend_at(const bend *b, float u, float v); /* 0..1 across the picture */

/* w x h numbers 0..1 with the greatest 1: a hull of some of the points, bent, eroded or not, feathered. Free
 * with free(); NULL when memory is exhausted. */
float *mask_draw(int w, int h, const um_point points[UM_N_LANDMARKS], rng *r);
#endif
