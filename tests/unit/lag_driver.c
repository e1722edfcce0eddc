/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers lag_numpy.py: "n most least" and the doubles x [n], y [n + 2 most] on stdin; the 2 most + 1
 * coefficients, the place and the height of their peak on stdout. */
#include "dsp/lag.h"
#include <stdlib.h>

int main(void)
{
    int n, most, least;
    while (scanf("%d %d %d", &n, &most, &least) == 3 && getchar() == '\n') {
        const int lags = 2 * most + 1;
        double *x = calloc((size_t)(2 * n + 2 * most), sizeof *x), *r = calloc((size_t)lags + 2, sizeof *r);
        const size_t given = (size_t)(2 * n + 2 * most);
        if (!x || !r || fread(x, sizeof *x, given, stdin) != given)
            return 1;
        um_lag_correlate(r, x, x + n, n, most, least);
        r[lags] = um_lag_peak(&r[lags + 1], r, lags, 0, lags - 1);
        fwrite(r, sizeof *r, (size_t)lags + 2, stdout);
        fflush(stdout);
        free(x);
        free(r);
    }
    return 0;
}
