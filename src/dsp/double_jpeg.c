/* SPDX-License-Identifier: GPL-3.0-or-later */
/* double_jpeg.c: see double_jpeg.h. */
#include "dsp/double_jpeg.h"
#include <math.h>

/* Of a coefficient, in gray levels, between the two compressions: pixels were rounded to whole levels, luma
 * by way of RGB, which gives 0.35, and were clipped now and then. */
static const double ROUNDING = .5;
enum {
    FIRST_MAX = 40, /* larger steps leave next to nothing but zero */
    LEAST_VALUES = 200
};
static const double LEAST = 1e-3; /* of a ratio: nothing is impossible */

static double below(double x) /* share of a normal distribution */
{
    return .5 * erfc(-x / sqrt(2));
}

void um_double_ratio(double ratio[UM_JPEG_REACH + 1], int first, int second)
{
    for (int k = 0; k <= UM_JPEG_REACH; k++) {
        const double from = second * (k - .5), to = second * (k + .5);
        const int low = (int)floor((from - 6 * ROUNDING) / first),
                  high = (int)ceil((to + 6 * ROUNDING) / first);
        ratio[k] = 0;
        for (int m = low; m <= high; m++)
            ratio[k] += below((to - first * m) / ROUNDING) - below((from - first * m) / ROUNDING);
        ratio[k] *= (double)first / second;
    }
}

um_first_step um_first_step_fit(const uint32_t count[UM_JPEG_REACH + 1],
                                const uint32_t once[UM_JPEG_REACH + 1], int second)
{
    um_first_step best = {0};
    double expected[UM_JPEG_REACH + 1], sum = 0, n = 0, plain = 0;
    for (int k = 1; k <= UM_JPEG_REACH; k++) {
        n += count[k];
        sum += expected[k] = once[k] + .5; /* no value is impossible (Jeffreys) */
    }
    if (n < LEAST_VALUES)
        return best;
    for (int k = 1; k <= UM_JPEG_REACH; k++)
        plain += count[k] * log(expected[k] / sum);
    best.step = 1; /* changes nothing */
    for (int first = 2; first <= FIRST_MAX; first++) {
        double ratio[UM_JPEG_REACH + 1];
        um_double_ratio(ratio, first, second);
        for (int tenths = 1; tenths <= 10; tenths++) {
            double all = 0, likely = 0;
            for (int k = 1; k <= UM_JPEG_REACH; k++) {
                const double e = expected[k] * (1 + .1 * tenths * (ratio[k] - 1) + LEAST);
                all += e;
                if (count[k])
                    likely += count[k] * log(e);
            }
            const double gain = (likely - n * log(all) - plain) / n;
            if (gain > best.gain)
                best = (um_first_step){first, .1 * tenths, gain};
        }
    }
    return best;
}
