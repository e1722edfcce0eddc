/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart.h: lines over an axis as SVG, for the report and for the curves of a training. */
#ifndef UM_CHART_H
#define UM_CHART_H
#include "base/base.h"

/* Where values lie in the drawing: x from `from` to `to` between left and right, y from `low` to `high`
 * between bottom and top. */
typedef struct um_chart {
    double from, to, low, high;
    double left, right, top, bottom;
} um_chart;
double um_chart_x(const um_chart *chart, double x);
double um_chart_y(const um_chart *chart, double y);

/* The round step (1, 2 or 5 times a power of ten) with which at most `most` lie in `range`. */
double um_chart_step(double range, int most);
/* The same for seconds: also quarters and halves of a minute and of an hour. */
double um_chart_time_step(double range, int most);

/* The data of a path through n points, `xy` holding x and y of each in turn: a gap where a number is missing
 * or where x moves on by more than `gap`. More points than 2 * columns are reduced to the lowest and highest
 * of each column, and the last, so that peaks stay. */
void um_chart_path(um_buf *b, const um_chart *chart, const double *xy, size_t n, double gap, size_t columns);
#endif
