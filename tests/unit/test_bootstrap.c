/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap: against what the theory of means says, by cluster, the same for the same seed. */
#include "../check.h"
#include "base/random.h"
#include "eval/bootstrap.h"
#include <string.h>

enum { N = 400, DRAWS = 2000 };
static um_trial t[N];
static uint32_t cluster[N];

/* The mean score, its share of positives, and what is undefined with no positive. */
static um_status measures(double *out, const um_trial *trials, size_t n, void *user, um_error *err)
{
    double sum = 0, positives = 0;
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        sorted &= !i || trials[i - 1].score <= trials[i].score;
        sum += trials[i].score;
        positives += trials[i].positive;
    }
    CHECK(sorted);
    out[0] = sum / (double)n;
    out[1] = positives > 0 ? 1 : NAN;
    out[2] = INFINITY;
    (void)user, (void)err;
    return UM_OK;
}

static void fill(uint32_t per_cluster)
{
    uint64_t state = 7;
    for (uint32_t i = 0; i < N; i++)
        t[i] = (um_trial){um_random_normal(&state), false};
    um_trials_sort(t, N);
    for (uint32_t i = 0; i < N; i++) /* neighbours are alike, and numbers of clusters have gaps */
        cluster[i] = 1000 * (i / per_cluster);
}

static double width_of(um_interval w[3], double share, uint64_t seed)
{
    um_error err = {0};
    CHECK(um_bootstrap(w, 3, t, cluster, N, measures, NULL, DRAWS, share, seed, &err) == UM_OK);
    return w[0].hi - w[0].lo;
}

int main(void)
{
    um_interval w[3], again[3];
    double mean = 0, variance = 0;
    fill(1);
    for (int i = 0; i < N; i++)
        mean += t[i].score / N;
    for (int i = 0; i < N; i++)
        variance += (t[i].score - mean) * (t[i].score - mean) / N;
    /* the mean of N has the deviation s / sqrt(N); quantiles of 2000 draws vary by about 3 % of the width */
    CHECK_NEAR(width_of(w, .95, 1) / (2 * 1.96 * sqrt(variance / N)), 1, .1);
    CHECK_NEAR((w[0].lo + w[0].hi) / 2, mean, .1 * sqrt(variance / N) * 2);
    CHECK_NEAR(width_of(w, .9, 1) / (2 * 1.645 * sqrt(variance / N)), 1, .1);
    CHECK(isnan(w[1].lo) && isnan(w[1].hi) && isinf(w[2].lo) && isinf(w[2].hi));
    width_of(again, .9, 1);
    CHECK(!memcmp(&w[0], &again[0], sizeof *w));
    width_of(again, .9, 2);
    CHECK(memcmp(&w[0], &again[0], sizeof *w) != 0);

    fill(40); /* ten clusters of neighbours: the spread of the means of ten is about that of ten scores */
    CHECK_NEAR(width_of(w, .95, 1) / (2 * 1.96 * sqrt(variance / 10)), 1, .15);
    for (int i = 0; i < N; i++) /* a positive in nine of ten clusters: defined in nearly every draw */
        t[i].positive = i >= 40;
    width_of(w, .95, 1);
    CHECK(w[1].lo == 1 && w[1].hi == 1);
    for (int i = 0; i < N; i++) /* in one of ten: in 1 - .9^10 = 65 % of them */
        t[i].positive = i < 40;
    width_of(w, .95, 1);
    CHECK(w[1].lo == 1);
    for (int i = 0; i < N; i++) { /* in one of 400 single ones, 63 % */
        cluster[i] = (uint32_t)i;
        t[i].positive = i == 7;
    }
    width_of(w, .95, 1);
    CHECK(w[1].lo == 1);

    CHECK(um_bootstrap(w, 3, t, cluster, 0, measures, NULL, DRAWS, .9, 1, NULL) == UM_OK && isnan(w[0].lo));
    CHECK(um_bootstrap(w, 3, t, cluster, 1, measures, NULL, 1, .9, 1, NULL) == UM_OK &&
          w[0].lo == t[0].score);
    CHECK(um_bootstrap(w, 3, t, cluster, N, measures, NULL, 0, .9, 1, NULL) == UM_EINVAL);
    CHECK(um_bootstrap(w, 3, t, cluster, N, measures, NULL, 9, 1, 1, NULL) == UM_EINVAL);
    CHECK(um_bootstrap(w, UM_BOOTSTRAP_MEASURES + 1, t, cluster, N, measures, NULL, 9, .9, 1, NULL) ==
          UM_EINVAL);
    for (int n = 0;; n++) {
        um_alloc_fail_at(n);
        um_status st = um_bootstrap(w, 3, t, cluster, N, measures, NULL, 3, .9, 1, NULL);
        if (!um_alloc_failed())
            break;
        CHECK(st == UM_ENOMEM);
    }
    um_alloc_fail_at(-1);
    return check_done();
}
