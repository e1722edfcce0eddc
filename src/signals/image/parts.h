/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parts.h: connected parts of a grid of cells. */
#ifndef UM_IMAGE_PARTS_H
#define UM_IMAGE_PARTS_H
#include "base/base.h"

typedef struct um_part {
    double sum;            /* of the values of its cells */
    int n, x0, y0, x1, y1; /* cells; corners inclusive */
} um_part;
/* The cells that hang together with `start` by their sides and are in `todo`; they are taken out of it.
 * stack: room for all cells. n = 0: start is not in todo. */
um_part um_part_take(bool *todo, const float *value, int cols, int rows, int start, int *stack);
/* Of values for (> 0) and against something: the cells where the sum over window x window of them is for it
 * form parts; that with the largest sum and at least `least` cells, or one of no cells. */
um_status um_part_strongest(um_part *best, const float *value, int cols, int rows, int window, int least,
                            um_error *err);
#endif
