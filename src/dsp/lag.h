/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lag.h: how well two series agree when one is shifted against the other. */
#ifndef UM_DSP_LAG_H
#define UM_DSP_LAG_H
#include "base/base.h"

/* Sums over pairs of values; all zero = none. For series that are too long to keep. */
typedef struct um_pair_sums {
    double n, x, y, xx, yy, xy;
} um_pair_sums;
static inline void um_pair_add(um_pair_sums *s, double x, double y)
{
    s->n++;
    s->x += x;
    s->y += y;
    s->xx += x * x;
    s->yy += y * y;
    s->xy += x * y;
}
/* Pearson's coefficient; NAN with fewer than `least` pairs, or when either does not vary (by more than the
 * rounding of its mean square). */
double um_pair_coefficient(const um_pair_sums *s, int least);

/* Normalised cross-correlation: r[most + lag] is the coefficient of x[i] and y[i + most + lag] over the i at
 * which both are known (NAN: unknown), for each lag from -most to most. x: [n], y: [n + 2 most]. So a
 * positive lag says that y comes late. */
void um_lag_correlate(double *r, const double *x, const double *y, int n, int most, int least);
/* Where r is greatest among `from`..`to` (both included, indices of r, of which there are n), to a fraction
 * of a step by the parabola through it and its neighbours; *height: of the parabola. At an end of r, beside
 * NAN and where r rises beyond `from` or `to`: the point itself. NAN when all is NAN. */
double um_lag_peak(double *height, const double *r, int n, int from, int to);
#endif
