/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootstrap.c: see bootstrap.h. A draw says how often each cluster comes; the trials, walked in order and
 * repeated so often, are sorted already. */
#include "eval/bootstrap.h"
#include "base/random.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sampler {
    const um_trial *t;
    uint32_t *cluster; /* of each trial, numbered without gaps */
    size_t n, n_clusters;
    uint32_t *times; /* [n_clusters] */
    um_trial *drawn; /* [capacity] */
    size_t capacity;
    uint64_t state;
} sampler;

static int by_number(const void *a, const void *b)
{
    const uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
    return (p > q) - (p < q);
}

static int by_value(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static um_status begin(sampler *s, const uint32_t *cluster, um_error *err)
{
    uint32_t *order = um_calloc(s->n, sizeof *order);
    s->cluster = um_calloc(s->n, sizeof *s->cluster);
    s->times = um_calloc(s->n, sizeof *s->times);
    if (!order || !s->cluster || !s->times) {
        free(order);
        return um_fail_oom(err);
    }
    memcpy(order, cluster, s->n * sizeof *order);
    qsort(order, s->n, sizeof *order, by_number);
    for (size_t i = 0; i < s->n; i++)
        if (!i || order[i] != order[i - 1])
            order[s->n_clusters++] = order[i];
    for (size_t i = 0; i < s->n; i++) {
        const uint32_t *at = bsearch(&cluster[i], order, s->n_clusters, sizeof *order, by_number);
        s->cluster[i] = (uint32_t)(at - order);
    }
    free(order);
    return UM_OK;
}

static um_status draw(size_t *n, sampler *s, um_error *err)
{
    enum { MOST = 1 << 28 };
    memset(s->times, 0, s->n_clusters * sizeof *s->times);
    for (size_t i = 0; i < s->n_clusters; i++)
        s->times[um_random(&s->state) % s->n_clusters]++;
    *n = 0;
    for (size_t i = 0; i < s->n; i++)
        *n += s->times[s->cluster[i]];
    if (!um_grow(&s->drawn, &s->capacity, *n, MOST, sizeof *s->drawn))
        return um_fail_oom(err);
    um_trial *to = s->drawn;
    for (size_t i = 0; i < s->n; i++)
        for (uint32_t k = s->times[s->cluster[i]]; k > 0; k--)
            *to++ = s->t[i];
    return UM_OK;
}

/* The quantile at `share` of sorted values, between neighbours in proportion. */
static double quantile(const double *sorted, size_t n, double share)
{
    const double at = share * (double)(n - 1);
    const size_t i = (size_t)at;
    if (i + 1 >= n || sorted[i] == sorted[i + 1]) /* also two infinite ones */
        return sorted[i];
    return sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]);
}

static um_interval middle(double *values, size_t draws, double share)
{
    size_t n = 0;
    for (size_t i = 0; i < draws; i++)
        if (!isnan(values[i]))
            values[n++] = values[i];
    if (2 * n < draws || !n)
        return (um_interval){NAN, NAN};
    qsort(values, n, sizeof *values, by_value);
    return (um_interval){quantile(values, n, (1 - share) / 2), quantile(values, n, (1 + share) / 2)};
}

um_status um_bootstrap(um_interval *out, size_t n_measures, const um_trial *t, const uint32_t *cluster,
                       size_t n, um_measures_fn measures, void *user, int draws, double share, uint64_t seed,
                       um_error *err)
{
    um_status st = UM_OK;
    double once[UM_BOOTSTRAP_MEASURES];
    sampler s = {.t = t, .n = n, .state = seed};
    if (n_measures > UM_BOOTSTRAP_MEASURES || draws < 1 || !(share > 0 && share < 1))
        return um_fail(err, UM_EINVAL, "bootstrap: %zu measures, %d draws, a share of %g", n_measures, draws,
                       share);
    for (size_t m = 0; m < n_measures; m++)
        out[m] = (um_interval){NAN, NAN};
    if (!n)
        return UM_OK;
    double *values = um_calloc(n_measures * (size_t)draws, sizeof *values); /* [n_measures][draws] */
    st = values ? begin(&s, cluster, err) : um_fail_oom(err);
    for (int d = 0; d < draws && st == UM_OK; d++) {
        size_t drawn;
        st = draw(&drawn, &s, err);
        if (st == UM_OK)
            st = measures(once, s.drawn, drawn, user, err);
        for (size_t m = 0; m < n_measures && st == UM_OK; m++)
            values[m * (size_t)draws + (size_t)d] = once[m];
    }
    for (size_t m = 0; m < n_measures && st == UM_OK; m++)
        out[m] = middle(values + m * (size_t)draws, (size_t)draws, share);
    free(values);
    free(s.cluster);
    free(s.times);
    free(s.drawn);
    return st;
}
