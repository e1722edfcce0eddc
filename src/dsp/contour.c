/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contour.c: see contour.h. */
#include "dsp/contour.h"
#include "dsp/solve.h"
#include <math.h>

enum { N = UM_VIBRATO_VALUES, TERMS = 5 }; /* a parabola, and a cosine and a sine */
static const double STEP_S = .01, SLOWEST_HZ = 4, FASTEST_HZ = 8, STEP_HZ = .2;

int um_contour_deviations(double *out, const double *cents, int n)
{
    static const double weight[2 * UM_CONTOUR_REACH + 1] = {-21, 14, 39, 54, 59,
                                                            54,  39, 14, -21}; /* of 231 */
    int made = 0;
    for (int i = UM_CONTOUR_REACH; i + UM_CONTOUR_REACH < n; i++) {
        double smooth = 0;
        for (int k = -UM_CONTOUR_REACH; k <= UM_CONTOUR_REACH; k++)
            smooth += weight[k + UM_CONTOUR_REACH] * cents[i + k] / 231;
        out[made++] = cents[i] - smooth;
    }
    return made;
}

/* Least squares with the first `terms` of 1, x, x^2, cos, sin: their weights, and the sum of squares that is
 * left. */
static double fit(double weight[TERMS], const double *y, double hz, int terms)
{
    double a[TERMS * TERMS] = {0}, products[TERMS], left = 0;
    for (int k = 0; k < terms; k++)
        weight[k] = 0;
    for (int i = 0; i < N; i++) {
        const double x = (i - (N - 1) / 2.) / N, turn = 2 * M_PI * hz * STEP_S * i;
        const double t[TERMS] = {1, x, x * x, cos(turn), sin(turn)};
        left += y[i] * y[i];
        for (int j = 0; j < terms; j++) {
            weight[j] += t[j] * y[i];
            for (int k = 0; k < terms; k++)
                a[j * terms + k] += t[j] * t[k];
        }
    }
    for (int k = 0; k < terms; k++)
        products[k] = weight[k];
    if (!um_solve(a, weight, terms))
        return INFINITY;
    for (int k = 0; k < terms; k++)
        left -= weight[k] * products[k];
    return left > 0 ? left : 0;
}

void um_contour_vibrato(um_vibrato *out, const double cents[UM_VIBRATO_VALUES])
{
    double y[N], weight[TERMS], least = INFINITY;
    for (int i = 0; i < N; i++)
        y[i] = cents[i] - cents[0];
    const double all = fit(weight, y, 0, 3);
    *out = (um_vibrato){.drift_cents = fabs(weight[1])};
    for (double hz = SLOWEST_HZ; hz < FASTEST_HZ + STEP_HZ / 2; hz += STEP_HZ) {
        const double left = fit(weight, y, hz, TERMS);
        if (left < least) {
            least = left;
            out->rate_hz = hz;
            out->extent_cents = hypot(weight[3], weight[4]);
        }
    }
    out->regular = all > 0 ? 1 - fmin(least / all, 1) : 0;
}
