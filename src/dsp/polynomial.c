/* SPDX-License-Identifier: GPL-3.0-or-later */
/* polynomial.c: see polynomial.h. */
#include "dsp/polynomial.h"
#include <math.h>

enum { ROUNDS = 60 };
static const double SETTLED = 1e-13; /* of a step, against the root */

/* a / b without what C's own division does for the sake of infinities: roots are near 1. */
static double complex over(double complex a, double complex b)
{
    const double size = creal(b) * creal(b) + cimag(b) * cimag(b);
    const double complex c = a * conj(b);
    return creal(c) / size + cimag(c) / size * I;
}

/* The value over the slope. */
static double complex step(const double *a, int n, double complex z)
{
    double complex value = 1, slope = 0;
    for (int i = 0; i < n; i++) {
        slope = slope * z + value;
        value = value * z + a[i];
    }
    return over(value, slope);
}

bool um_polynomial_roots(double complex *root, const double *a, int n)
{
    double radius = 0;
    if (n < 1 || n > UM_POLYNOMIAL_MOST)
        return false;
    for (int i = 0; i < n; i++) {
        if (!isfinite(a[i]))
            return false;
        radius = fmax(radius, pow(fabs(a[i]), 1. / (i + 1)));
    }
    for (int i = 0; i < n; i++) /* on a circle, symmetric to nothing */
        root[i] = radius * cexp((2 * M_PI * i / n + .4) * I);
    for (int round = 0; round < ROUNDS; round++) {
        bool settled = true;
        for (int i = 0; i < n; i++) {
            double complex others = 0;
            for (int k = 0; k < n; k++)
                if (k != i)
                    others += over(1, root[i] - root[k]);
            const double complex by = step(a, n, root[i]), away = over(by, 1 - by * others);
            if (!isfinite(creal(away)) || !isfinite(cimag(away)))
                continue; /* on a root already */
            root[i] -= away;
            settled = settled && cabs(away) <= SETTLED * cabs(root[i]);
        }
        if (settled)
            return true;
    }
    return false;
}
