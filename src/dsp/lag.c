/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/lag.h"
#include <math.h>

static const double ROUNDING = 1e-12; /* of the mean square: what is left of a series that does not vary */

double um_pair_coefficient(const um_pair_sums *s, int least)
{
    if (s->n < least || !(s->n > 0))
        return NAN;
    const double xx = s->xx - s->x * s->x / s->n, yy = s->yy - s->y * s->y / s->n;
    const bool vary = xx > ROUNDING * s->xx && yy > ROUNDING * s->yy;
    return vary ? (s->xy - s->x * s->y / s->n) / sqrt(xx * yy) : NAN;
}

void um_lag_correlate(double *r, const double *x, const double *y, int n, int most, int least)
{
    for (int lag = 0; lag <= 2 * most; lag++) {
        um_pair_sums s = {0};
        for (int i = 0; i < n; i++)
            if (!isnan(x[i]) && !isnan(y[i + lag]))
                um_pair_add(&s, x[i], y[i + lag]);
        r[lag] = um_pair_coefficient(&s, least);
    }
}

double um_lag_peak(double *height, const double *r, int n, int from, int to)
{
    int at = -1;
    for (int i = from; i <= to; i++)
        if (!isnan(r[i]) && (at < 0 || r[i] > r[at]))
            at = i;
    *height = at < 0 ? NAN : r[at];
    if (at <= 0 || at == n - 1 || isnan(r[at - 1]) || isnan(r[at + 1]))
        return at < 0 ? NAN : at;
    const double bend = r[at - 1] - 2 * r[at] + r[at + 1], slope = (r[at + 1] - r[at - 1]) / 2;
    if (!(bend < 0) || 2 * fabs(slope) > -bend) /* rising beyond `from` or `to` */
        return at;
    *height = r[at] - slope * slope / (2 * bend);
    return at - slope / bend;
}
