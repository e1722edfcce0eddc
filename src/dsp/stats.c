/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.c: means, quantiles, regression, histograms and the incomplete gamma function. */
#include "dsp/stats.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

double um_mean(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return n ? sum / (double)n : 0;
}

double um_variance(const double *v, size_t n)
{
    const double mean = um_mean(v, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (v[i] - mean) * (v[i] - mean);
    return n ? sum / (double)n : 0;
}

double um_round(double v, double step)
{
    return floor(v / step + .5) * step;
}

static void swap(double *a, double *b)
{
    const double t = *a;
    *a = *b;
    *b = t;
}

/* Hoare's FIND in Wirth's form. Equal values stop both sides, so runs of them split evenly. */
double um_select(double *v, size_t n, size_t k)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1;
    while (low < high) {
        const double pivot = v[k];
        ptrdiff_t i = low, j = high;
        do {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i <= j)
                swap(&v[i++], &v[j--]);
        } while (i <= j);
        if (j < (ptrdiff_t)k)
            low = i;
        if ((ptrdiff_t)k < i)
            high = j;
    }
    return v[k];
}

double um_quantile(double *v, size_t n, double q)
{
    if (!n)
        return 0;
    const double at = um_clampd(q, 0, 1) * (double)(n - 1);
    const size_t k = (size_t)at;
    const double lower = um_select(v, n, k), part = at - (double)k;
    if (part == 0 || k + 1 == n)
        return lower;
    double upper = v[k + 1];
    for (size_t i = k + 2; i < n; i++)
        upper = v[i] < upper ? v[i] : upper;
    return lower + part * (upper - lower);
}

double um_median(double *v, size_t n)
{
    return um_quantile(v, n, .5);
}

void um_line_fit(double *slope, double *offset, const double *x, const double *y, size_t n)
{
    const double mx = um_mean(x, n), my = um_mean(y, n);
    double xx = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
    }
    *slope = xx > 0 ? xy / xx : 0;
    *offset = my - *slope * mx;
}

/* Below a + 1 the power series of P converges fast, above it Legendre's continued fraction of Q (Abramowitz &
 * Stegun 6.5.29 and 6.5.31, the latter evaluated by Lentz's method). */
void um_gamma_pq(double *p, double *q, double a, double x)
{
    enum { MAX_TERMS = 10000 };
    int sign;
    if (x <= 0) {
        *p = 0;
        *q = 1;
        return;
    }
    const double front = exp(a * log(x) - x - lgamma_r(a, &sign));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int i = 1; i < MAX_TERMS && term > sum * DBL_EPSILON; i++)
            sum += term *= x / (a + i);
        *p = um_clampd(front * sum, 0, 1);
        *q = 1 - *p;
        return;
    }
    double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, h = d;
    for (int i = 1; i < MAX_TERMS; i++) {
        const double an = i * (a - i);
        b += 2;
        d = an * d + b;
        c = b + an / c;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        h *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON)
            break;
    }
    *q = um_clampd(front * h, 0, 1);
    *p = 1 - *q;
}

um_status um_histogram_init(um_histogram *h, int n_bins, double low, double high, um_error *err)
{
    *h = (um_histogram){.low = low, .high = high, .n_bins = n_bins};
    h->count = um_calloc((size_t)n_bins, sizeof *h->count);
    return h->count ? UM_OK : um_fail_oom(err);
}

void um_histogram_clear(um_histogram *h)
{
    free(h->count);
    *h = (um_histogram){0};
}

static uint32_t *bin_of(const um_histogram *h, double value)
{
    const double at = (value - h->low) / (h->high - h->low) * h->n_bins;
    return &h->count[(int)um_clampd(at, 0, h->n_bins - 1)];
}

void um_histogram_add(um_histogram *h, double value)
{
    ++*bin_of(h, value);
    h->n++;
}

void um_histogram_remove(um_histogram *h, double value)
{
    --*bin_of(h, value);
    h->n--;
}

double um_histogram_quantile(const um_histogram *h, double q)
{
    if (!h->n)
        return h->low;
    const double width = (h->high - h->low) / h->n_bins, wanted = um_clampd(q, 0, 1) * (double)h->n;
    double below = 0;
    for (int i = 0; i < h->n_bins; i++) {
        if (h->count[i] && below + h->count[i] >= wanted)
            return h->low + width * (i + (wanted - below) / h->count[i]);
        below += h->count[i];
    }
    return h->high;
}
