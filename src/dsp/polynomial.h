/* SPDX-License-Identifier: GPL-3.0-or-later */
/* polynomial.h: the roots of a polynomial, all at once. */
#ifndef UM_DSP_POLYNOMIAL_H
#define UM_DSP_POLYNOMIAL_H
#include <complex.h>
#include <stdbool.h>

enum { UM_POLYNOMIAL_MOST = 32 }; /* degree */

/* Of z^n + a[0] z^(n-1) + ... + a[n-1]. Aberth, Mathematics of Computation 27, 1973. False: not finite, of
 * too high a degree, or not settled after 60 rounds (roots that coincide settle slowly). */
bool um_polynomial_roots(double complex *root, const double *a, int n);
#endif
