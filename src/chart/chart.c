/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chart.c: see chart.h. */
#include "chart/chart.h"
#include <math.h>

double um_chart_x(const um_chart *c, double x)
{
    return c->left + (c->right - c->left) * um_clampd((x - c->from) / (c->to - c->from), 0, 1);
}

double um_chart_y(const um_chart *c, double y)
{
    return c->bottom - (c->bottom - c->top) * ((y - c->low) / (c->high - c->low));
}

double um_chart_step(double range, int most)
{
    double rough = range / most, unit = pow(10, floor(log10(rough)));
    return unit * (rough <= unit ? 1 : rough <= 2 * unit ? 2 : rough <= 5 * unit ? 5 : 10);
}

double um_chart_time_step(double range, int most)
{
    static const double step[] = {.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200};
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        if (range / step[i] <= most)
            return step[i];
    return range / most;
}

typedef struct pen {
    um_buf *b;
    const um_chart *chart;
    double gap, last_x;
    bool down;
} pen;

static void stroke(pen *p, const double to[2])
{
    if (!isfinite(to[0]) || !isfinite(to[1])) {
        p->down = false;
        return;
    }
    const bool on = p->down && to[0] - p->last_x <= p->gap;
    um_buf_printf(p->b, on ? "L%.1f %.1f" : "M%.1f %.1fh0", um_chart_x(p->chart, to[0]),
                  um_chart_y(p->chart, to[1]));
    p->down = true;
    p->last_x = to[0];
}

void um_chart_path(um_buf *b, const um_chart *chart, const double *xy, size_t n, double gap, size_t columns)
{
    pen p = {.b = b, .chart = chart, .gap = gap};
    if (n <= 2 * columns) {
        for (size_t i = 0; i < n; i++)
            stroke(&p, xy + 2 * i);
        return;
    }
    for (size_t c = 0; c < columns; c++) {
        size_t from = c * n / columns, to = (c + 1) * n / columns, low = from, high = from;
        for (size_t i = from; i < to; i++) {
            if (xy[2 * i + 1] < xy[2 * low + 1])
                low = i;
            if (xy[2 * i + 1] > xy[2 * high + 1])
                high = i;
        }
        const size_t first = low < high ? low : high, second = low < high ? high : low;
        stroke(&p, xy + 2 * first);
        if (first != second)
            stroke(&p, xy + 2 * second);
        if (to == n && second != n - 1)
            stroke(&p, xy + 2 * (n - 1));
    }
}
