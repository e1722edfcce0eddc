/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines and axes, spelled out. */
#include "../check.h"
#include "chart/chart.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_steps(void)
{
    static const struct {
        double range, step;
    } t[] = {{6, 1}, {6.1, 2}, {12, 2}, {12.1, 5}, {30, 5}, {30.1, 10}, {.006, .001}};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++)
        CHECK_NEAR(um_chart_step(t[i].range, 6), t[i].step, 1e-12);
    CHECK(um_chart_time_step(8, 8) == 1 && um_chart_time_step(8.1, 8) == 2);
    CHECK(um_chart_time_step(80.1, 8) == 15 && um_chart_time_step(57601, 8) == 57601 / 8.);
}

static void test_path(void)
{
    const um_chart chart = {.from = 1, .to = 3, .low = 10, .high = 20, .right = 100, .top = 5, .bottom = 55};
    const double xy[] = {1, 10, 1.5, 20, 2, NAN, 2.5, 15, 2.6, 15, 3, 12.5, 9, 25};
    um_buf b;
    um_buf_init(&b, 1024);
    um_chart_path(&b, &chart, xy, sizeof xy / sizeof *xy / 2, .5, 100);
    CHECK(!strcmp(b.data, "M0.0 55.0h0L25.0 5.0" /* a number is missing */
                          "M75.0 30.0h0L80.0 30.0L100.0 42.5"
                          "M100.0 -20.0h0")); /* far away, and beyond the end */
    um_buf_free(&b);
}

/* Of many points the lowest and highest of each column stay, in their order, and the last. */
static void test_peaks_stay(void)
{
    enum { N = 1000 };
    double xy[2 * N];
    const um_chart chart = {.to = N, .low = -1, .high = 1, .right = N, .top = 0, .bottom = 100};
    um_buf b;
    for (int i = 0; i < N; i++)
        xy[2 * i] = i, xy[2 * i + 1] = 0;
    xy[2 * 333 + 1] = 1;
    xy[2 * 335 + 1] = -1;
    um_buf_init(&b, 1 << 16);
    um_chart_path(&b, &chart, xy, N, 1e9, 10);
    CHECK(!strcmp(b.data, "M0.0 50.0h0L100.0 50.0L200.0 50.0L333.0 0.0L335.0 100.0L400.0 50.0L500.0 "
                          "50.0L600.0 50.0L700.0 50.0L800.0 50.0L900.0 50.0L999.0 50.0"));
    um_buf_free(&b);
}

int main(void)
{
    test_steps();
    test_path();
    test_peaks_stay();
    return check_done();
}
