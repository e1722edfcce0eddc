/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polynomials made of known roots. */
#include "../check.h"
#include "dsp/polynomial.h"

/* The coefficients behind the leading one, of real or paired roots. */
static void multiply(double *a, const double complex *root, int n)
{
    double complex p[UM_POLYNOMIAL_MOST + 1] = {1};
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k > 0; k--)
            p[k] -= root[i] * p[k - 1];
    for (int i = 0; i < n; i++)
        a[i] = creal(p[i + 1]);
}

static double farthest(const double complex *want, const double complex *got, int n)
{
    double most = 0;
    for (int i = 0; i < n; i++) {
        double nearest = INFINITY;
        for (int k = 0; k < n; k++)
            nearest = fmin(nearest, cabs(want[i] - got[k]));
        most = fmax(most, nearest);
    }
    return most;
}

int main(void)
{
    double a[UM_POLYNOMIAL_MOST];
    double complex got[UM_POLYNOMIAL_MOST];
    const double complex ten[] = {.99 * cexp(.3 * I),
                                  .99 * cexp(-.3 * I),
                                  .95 * cexp(.9 * I),
                                  .95 * cexp(-.9 * I),
                                  .8 * cexp(2 * I),
                                  .8 * cexp(-2 * I),
                                  .7 * cexp(3 * I),
                                  .7 * cexp(-3 * I),
                                  -.4,
                                  .25};
    multiply(a, ten, 10);
    CHECK(um_polynomial_roots(got, a, 10) && farthest(ten, got, 10) < 1e-11);
    const double complex three[] = {-5, 2, 100};
    multiply(a, three, 3);
    CHECK_NEAR(a[0], -97, 1e-9); /* z^3 - 97 z^2 - 310 z + 1000 */
    CHECK_NEAR(a[2], 1000, 1e-9);
    CHECK(um_polynomial_roots(got, a, 3) && farthest(three, got, 3) < 1e-10);
    a[0] = -3;
    CHECK(um_polynomial_roots(got, a, 1) && cabs(got[0] - 3) < 1e-12);
    a[0] = NAN;
    CHECK(!um_polynomial_roots(got, a, 1) && !um_polynomial_roots(got, a, 0) &&
          !um_polynomial_roots(got, a, UM_POLYNOMIAL_MOST + 1));
    for (int i = 0; i < UM_POLYNOMIAL_MOST; i++)
        a[i] = 0;
    um_polynomial_roots(got, a, 4); /* z^4: all in one place; ends, whatever it says */
    return check_done();
}
