/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.h: the drawings on the page of an evaluation, and what stands around them. */
#ifndef UM_EVALUATE_PLOT_H
#define UM_EVALUATE_PLOT_H
#include "evaluate/evaluation.h"

enum { UM_AXIS_TICKS = 16 };
typedef struct um_axis {
    const char *title;
    double low, high;
    int n;
    double tick[UM_AXIS_TICKS]; /* where the drawing has it */
    const char *label[UM_AXIS_TICKS];
} um_axis;

um_axis um_axis_of_shares(const char *title); /* 0 to 1 */

/* A figure: a line through n points, `xy` holding x and y of each, or dots beside the diagonal. */
void um_plot(um_buf *b, const char *name, const um_axis *x, const um_axis *y, const double *xy, size_t n,
             bool dots);
/* A cell of a table. */
void um_plot_measured(um_buf *b, const um_measured *m);
/* One detector under all conditions: a table and a curve; nothing where none was measured. */
void um_plot_robustness(um_buf *b, const um_evaluation *e, size_t detector);
#endif
