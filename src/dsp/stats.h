/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.h: numbers about numbers. All inputs finite. */
#ifndef UM_DSP_STATS_H
#define UM_DSP_STATS_H
#include "base/base.h"

double um_mean(const double *v, size_t n);     /* 0 when n = 0 */
double um_variance(const double *v, size_t n); /* divided by n; 0 when n = 0 */
/* The multiple of `step` (> 0) next to v, never a negative zero: for numbers in sentences. */
double um_round(double v, double step);
/* The k-th smallest (k = 0 the least), in linear time on average. Reorders v: what stands before index k is
 * not larger, what stands after it not smaller. */
double um_select(double *v, size_t n, size_t k);
/* q in 0..1, linear between order statistics (Hyndman & Fan type 7, as numpy). Reorders v. 0 when n = 0. */
double um_quantile(double *v, size_t n, double q);
double um_median(double *v, size_t n);
/* Least squares y = slope x + offset. A single x gives slope 0. */
void um_line_fit(double *slope, double *offset, const double *x, const double *y, size_t n);

/* Regularised incomplete gamma functions, P below x and Q = 1 - P above it, each with its own full precision;
 * a > 0, x >= 0. P is the chance that a Gamma(a, 1) value is below x. */
void um_gamma_pq(double *p, double *q, double a, double x);

/* Counts in equal bins over [low, high]; what lies outside counts at the border. For quantiles of streams
 * that are too long to keep, and of sliding windows. */
typedef struct um_histogram {
    double low, high;
    int n_bins;
    int64_t n;
    uint32_t *count; /* [n_bins] */
} um_histogram;
um_status um_histogram_init(um_histogram *h, int n_bins, double low, double high, um_error *err);
void um_histogram_clear(um_histogram *h); /* frees, leaves zeros */
void um_histogram_add(um_histogram *h, double value);
void um_histogram_remove(um_histogram *h, double value); /* a value that was added before */
/* Within one bin of the exact quantile: linear inside the bin. `low` when empty. */
double um_histogram_quantile(const um_histogram *h, double q);
#endif
