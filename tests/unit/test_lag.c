/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shifted series by hand; against NumPy in lag_numpy.py. */
#include "../check.h"
#include "dsp/lag.h"
#include "dsp/steps.h"
#include <math.h>

/* x = 1 2 4, y = 9 | 3 5 10 | 7: in place Pearson of (1 2 4, 3 5 10) = 11 / sqrt(14/3 26); y comes late when
 * x meets what follows. */
static void by_hand(void)
{
    const double x[3] = {1, 2, 4}, y[5] = {9, 3, 5, 10, 7};
    double r[3];
    um_lag_correlate(r, x, y, 3, 1, 3);
    CHECK_NEAR(r[1], 11 / sqrt(14 / 3. * 26), 1e-12);
    CHECK_NEAR(r[0], (9 + 6 + 20 - 7 / 3. * 17) / sqrt(14 / 3. * (115 - 17 * 17 / 3.)), 1e-12);
    CHECK_NEAR(r[2], (5 + 20 + 28 - 7 / 3. * 22) / sqrt(14 / 3. * (174 - 22 * 22 / 3.)), 1e-12);
    const double z[5] = {9, 3, NAN, 10, 7};
    um_lag_correlate(r, x, z, 3, 1, 3);
    CHECK(isnan(r[1]) && isnan(r[0]));
    um_lag_correlate(r, x, z, 3, 1, 2);
    CHECK_NEAR(r[1], 1, 1e-12); /* two pairs lie on a line */
    const double same[5] = {.1, .1, .1, .1, .1};
    um_lag_correlate(r, x, same, 3, 1, 2);
    CHECK(isnan(r[1]));
    um_lag_correlate(r, same, x, 1, 1, 0);
    CHECK(isnan(r[1]));
}

/* Four pairs, the mean of one series 1 and of its squares `square`; of the other 1/2 and 1/2. */
static double coefficient(double square, bool first)
{
    const um_pair_sums s = {.n = 4, .x = 4, .y = 2, .xx = 4 * square, .yy = 2, .xy = 2 + 1e-6};
    const um_pair_sums turned = {.n = 4, .x = s.y, .y = s.x, .xx = s.yy, .yy = s.xx, .xy = s.xy};
    return um_pair_coefficient(first ? &s : &turned, 4);
}

/* What varies by less than rounding, 1e-12 of the mean square, does not. */
static void rounding(void)
{
    for (int first = 0; first < 2; first++) {
        CHECK(isnan(coefficient(1 + 1e-13, first)));
        CHECK_NEAR(coefficient(1 + 1e-11, first), 1e-6 / sqrt(4e-11), 1e-4);
    }
}

/* 2 6 4: a parabola with its top at 1 + 1/6, 6 + 1/12 high. */
static void peak(void)
{
    double height;
    const double r[5] = {2, 6, 4, NAN, 5};
    CHECK_NEAR(um_lag_peak(&height, r, 5, 0, 4), 1 + 1 / 6., 1e-12);
    CHECK_NEAR(height, 6 + 1 / 12., 1e-12);
    CHECK(um_lag_peak(&height, r, 5, 4, 4) == 4 && height == 5); /* at the end */
    CHECK(um_lag_peak(&height, r, 5, 2, 4) == 4);
    CHECK(um_lag_peak(&height, r, 5, 2, 3) == 2 && height == 4); /* beside what is unknown */
    CHECK(isnan(um_lag_peak(&height, r, 5, 3, 3)) && isnan(height));
    CHECK(um_lag_peak(&height, r, 5, 0, 0) == 0 && height == 2);
    const double up[4] = {1, 2, 4, 7};
    CHECK(um_lag_peak(&height, up, 4, 1, 2) == 2 && height == 4); /* rises beyond */
    const double bent[4] = {1, 5, 6, 6.2};
    CHECK(um_lag_peak(&height, bent, 4, 1, 2) == 2 && height == 6); /* bends down, and rises beyond */
    const double level[3] = {1, 1, 1};
    CHECK(um_lag_peak(&height, level, 3, 1, 1) == 1 && height == 1);
}

static void steps(void)
{
    static um_steps s;
    CHECK(isnan(um_steps_get(&s, 0)));
    um_steps_put(&s, -3, 1.5);
    um_steps_put(&s, 2, 4);
    CHECK(um_steps_get(&s, -3) == 1.5 && um_steps_get(&s, 2) == 4);
    CHECK(isnan(um_steps_get(&s, -2)) && isnan(um_steps_get(&s, 3)) && isnan(um_steps_get(&s, -4)));
    um_steps_put(&s, 0, 9); /* late */
    CHECK(um_steps_get(&s, 0) == 9 && s.newest == 2);
    CHECK_NEAR(um_steps_fast(&s, 2, 2, 2), 4 - 6.5, 1e-12); /* of 9 and 4 */
    CHECK_NEAR(um_steps_fast(&s, 0, 2, 2), 9 - 6.5, 1e-12);
    CHECK_NEAR(um_steps_fast(&s, 0, 3, 2), 9 - 14.5 / 3, 1e-12);
    CHECK(isnan(um_steps_fast(&s, 2, 2, 3)) && isnan(um_steps_fast(&s, 1, 2, 2)));
    um_steps_put(&s, UM_STEPS + 1, 7); /* 2 is the oldest but one that is kept */
    CHECK(um_steps_get(&s, 2) == 4 && isnan(um_steps_get(&s, 1)) && isnan(um_steps_get(&s, 0)));
    um_steps_put(&s, 1, 8); /* too old */
    CHECK(isnan(um_steps_get(&s, 1)) && um_steps_get(&s, UM_STEPS + 1) == 7);
    um_steps_put(&s, (int64_t)1 << 60, 5);
    CHECK(um_steps_get(&s, (int64_t)1 << 60) == 5 && isnan(um_steps_get(&s, UM_STEPS + 1)));
    for (int i = 1; i < UM_STEPS; i++)
        CHECK(isnan(um_steps_get(&s, ((int64_t)1 << 60) - i)));
}

int main(void)
{
    by_hand();
    rounding();
    peak();
    steps();
    return check_done();
}
