/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cooccurrence.c: see cooccurrence.h. */
#include "dsp/cooccurrence.h"
#include "dsp/solve.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = UM_COOC_N, PATTERNS = 81 };
static const double KEPT = .75;         /* of the samples: a part from elsewhere is smaller than a quarter */
static const double LEAST_USUAL = 1e-9; /* nothing is divided by zero */
static const double RIDGE = .01;        /* of the mean variance */

/* The lowest number among a pattern, its mirror image, its negative and both. Digits of base 3: 0, 1, 2. */
static int least_alike(int pattern)
{
    const int d[4] = {pattern / 27, pattern / 9 % 3, pattern / 3 % 3, pattern % 3};
    const int mirrored = 27 * d[3] + 9 * d[2] + 3 * d[1] + d[0];
    const int least = pattern < mirrored ? pattern : mirrored;
    const int most = pattern + mirrored - least;
    return least < PATTERNS - 1 - most ? least : PATTERNS - 1 - most; /* the negative of p is 80 - p */
}

/* Of one line of pixels `step` bytes apart. */
static void count_line(uint32_t count[PATTERNS], const uint8_t *at, ptrdiff_t step, int n)
{
    unsigned pattern = 0;
    for (int i = 1; i + 2 < n; i++) {
        const int r = at[(i - 1) * step] - at[(i + 2) * step] + 3 * (at[(i + 1) * step] - at[i * step]);
        /* rounded to the next step, halves away from zero */
        const unsigned digit = (unsigned)(1 + (2 * r >= UM_COOC_STEP) - (2 * r <= -UM_COOC_STEP));
        pattern = pattern % 27 * 3 + digit;
        if (i >= 4)
            count[pattern]++;
    }
}

void um_cooccurrence(um_cooc *out, const uint8_t *luma, ptrdiff_t stride, int width, int height)
{
    uint32_t count[PATTERNS] = {0}, sum[PATTERNS] = {0}, all = 0;
    for (int y = 0; y < height; y++)
        count_line(count, luma + y * stride, 1, width);
    for (int x = 0; x < width; x++)
        count_line(count, luma + x, stride, height);
    for (int i = 0; i < PATTERNS; i++) {
        sum[least_alike(i)] += count[i];
        all += count[i];
    }
    int k = 0;
    for (int i = 0; i < PATTERNS; i++)
        if (least_alike(i) == i)
            out->value[k++] = sqrt((double)sum[i] / all);
    out->even = (double)count[PATTERNS / 2] / all;
}

static um_status fit(um_cooc_model *out, const um_cooc *const *sample, int n, um_error *err)
{
    double covariance[N * N] = {0}, trace = 0;
    memset(out->mean, 0, sizeof out->mean);
    for (int s = 0; s < n; s++)
        for (int i = 0; i < N; i++)
            out->mean[i] += sample[s]->value[i] / n;
    for (int s = 0; s < n; s++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++)
                covariance[i * N + j] +=
                    (sample[s]->value[i] - out->mean[i]) * (sample[s]->value[j] - out->mean[j]) / n;
    for (int i = 0; i < N; i++)
        trace += covariance[i * N + i] / N;
    if (!(trace > 1e-12)) /* rounding */
        return um_fail(err, UM_EINVAL, "all patches are alike");
    for (int i = 0; i < N; i++) { /* scaled to a mean variance of 1, as um_solve has an absolute limit */
        for (int j = 0; j < i; j++)
            covariance[j * N + i] = covariance[i * N + j] /= trace;
        covariance[i * N + i] = covariance[i * N + i] / trace + RIDGE;
    }
    for (int i = 0; i < N; i++) {
        double factor[N * N], column[N] = {0};
        memcpy(factor, covariance, sizeof factor);
        column[i] = 1;
        if (!um_solve(factor, column, N))
            return um_fail(err, UM_EINVAL, "all patches are alike");
        for (int j = 0; j < N; j++)
            out->inverse[i][j] = column[j] / trace;
    }
    return UM_OK;
}

/* Squared distance from the medians, each value by how far it usually lies from its own. It needs no
 * covariance, which a part from elsewhere would widen towards itself. */
static void rough_distances(double *distance, double *work, const um_cooc *const *sample, int n)
{
    double median[N], usual[N], mean = 0;
    for (int i = 0; i < N; i++) {
        for (int s = 0; s < n; s++)
            work[s] = sample[s]->value[i];
        median[i] = um_median(work, (size_t)n);
        for (int s = 0; s < n; s++)
            work[s] = fabs(sample[s]->value[i] - median[i]);
        usual[i] = um_median(work, (size_t)n);
        mean += usual[i] / N;
    }
    for (int s = 0; s < n; s++) {
        distance[s] = 0;
        for (int i = 0; i < N; i++) {
            const double d = (sample[s]->value[i] - median[i]) / (usual[i] + mean + LEAST_USUAL);
            distance[s] += d * d;
        }
    }
}

um_status um_cooc_fit(um_cooc_model *out, const um_cooc *const *sample, int n, um_error *err)
{
    const size_t size = (size_t)n;
    double *distance = um_calloc(2 * size, sizeof *distance), *work = distance ? distance + size : NULL;
    const um_cooc **kept = um_calloc(size, sizeof *kept);
    um_status st = distance && kept ? UM_OK : um_fail_oom(err);
    if (st == UM_OK) {
        int k = 0;
        rough_distances(distance, work, sample, n);
        memcpy(work, distance, size * sizeof *work);
        const double limit = um_quantile(work, size, KEPT);
        for (int s = 0; s < n; s++)
            if (distance[s] <= limit)
                kept[k++] = sample[s];
        st = fit(out, kept, k, err);
    }
    free(distance);
    free(kept);
    return st;
}

double um_cooc_distance(const um_cooc_model *m, const um_cooc *sample)
{
    double sum = 0;
    for (int i = 0; i < N; i++) {
        double along = 0;
        for (int j = 0; j < N; j++)
            along += m->inverse[i][j] * (sample->value[j] - m->mean[j]);
        sum += along * (sample->value[i] - m->mean[i]);
    }
    return sum;
}
