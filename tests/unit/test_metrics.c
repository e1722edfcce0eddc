/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of separation and of calibration: by hand, and by their definitions without sorting. */
#include "../check.h"
#include "eval/metrics.h"
#include <string.h>

enum { N = 300 };
static um_trial trials[N];
static uint64_t seed = 4;

static double uniform(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* One sign per score: positive or negative. */
static size_t trials_of(const char *signs, const double *scores)
{
    const size_t n = strlen(signs);
    for (size_t i = 0; i < n; i++)
        trials[i] = (um_trial){scores[i], signs[i] == '+'};
    um_trials_sort(trials, n);
    return n;
}

static void by_hand(void)
{
    const double score[] = {1, 2, 2, 3, 3, 4, 5};
    double least;
    size_t n = trials_of("-+--++-", score);
    /* positives 2, 3, 4; negatives 1, 2, 3, 5: 2 wins over {1} and half of {2}; 3 over {1, 2}, half of {3}; 4
     * over {1,2,3} */
    CHECK_NEAR(um_auc(trials, n), (1.5 + 2.5 + 3) / 12, 1e-15);
    /* thresholds: misses 0 0 1/3 2/3 1 1, false alarms 1 3/4 2/4 1/4 1/4 0; closest at 1/3 and 2/4 */
    CHECK_NEAR(um_equal_error(trials, n), (1. / 3 + .5) / 2, 1e-15);
    /* from above: 5 wrong; 4 right: 1/2; 3 one of two: 2/4; 2 one of two: 3/6 */
    CHECK_NEAR(um_average_precision(trials, n, 3), (1. / 2 + 2. / 4 + 3. / 6) / 3, 1e-15);
    CHECK_NEAR(um_average_precision(trials, n, 5), (1. / 2 + 2. / 4 + 3. / 6) / 5, 1e-15);
    /* pooled: {1}: 0 of 1; {2}: 1 of 2, {3}: 1 of 2 and {4, 5}: 1 of 2, all the same ratio (3/3) / (3/4) */
    CHECK(um_min_cllr(&least, trials, n, NULL) == UM_OK);
    CHECK_NEAR(least, (0 + 1 * log2(1 + .75) + .75 * log2(1 + 1 / .75)) / 2, 1e-15);

    /* ratios 10 and 1/10 for positives, 1/100 and 1 for negatives */
    const double ratio[] = {1, -1, -2, 0};
    n = trials_of("++--", ratio);
    CHECK_NEAR(um_cllr(trials, n), ((log2(1.1) + log2(11)) / 2 + (log2(1.01) + log2(2)) / 2) / 2, 1e-14);
    n = trials_of("+--", ratio + 1); /* each kind has the same weight in sum: .1; .01, 1 */
    CHECK_NEAR(um_cllr(trials, n), (log2(11) + (log2(1.01) + log2(2)) / 2) / 2, 1e-14);
    const double none[] = {0, 0, 0};
    n = trials_of("+--", none);
    CHECK_NEAR(um_cllr(trials, n), 1, 1e-15); /* always saying 1 costs 1 */
    CHECK(um_min_cllr(&least, trials, n, NULL) == UM_OK);
    CHECK_NEAR(least, 1, 1e-15);
    CHECK_NEAR(um_auc(trials, n), .5, 1e-15);
    CHECK_NEAR(um_equal_error(trials, n), .5, 1e-15);
}

static void extremes(void)
{
    const double apart[] = {1, 2, 8, 9}, endless[] = {-INFINITY, -400, 400, INFINITY};
    double least;
    size_t n = trials_of("--++", apart);
    CHECK(um_auc(trials, n) == 1 && um_equal_error(trials, n) == 0 &&
          um_average_precision(trials, n, 2) == 1);
    CHECK(um_min_cllr(&least, trials, n, NULL) == UM_OK && least == 0);
    n = trials_of("++--", apart);
    CHECK(um_auc(trials, n) == 0 && um_equal_error(trials, n) == 1);
    CHECK(um_min_cllr(&least, trials, n, NULL) == UM_OK &&
          least == 1); /* no monotone line turns them round */
    n = trials_of("--++", endless);
    CHECK(um_cllr(trials, n) == 0 && um_auc(trials, n) == 1);
    n = trials_of("++--", endless);
    CHECK(isinf(um_cllr(trials, n))); /* certain, and wrong */
    n = trials_of("+++", apart);
    CHECK(isnan(um_auc(trials, n)) && isnan(um_equal_error(trials, n)) && isnan(um_cllr(trials, n)));
    CHECK(um_min_cllr(&least, trials, n, NULL) == UM_OK && isnan(least));
    CHECK(isnan(um_average_precision(trials, 0, 0)) && um_average_precision(trials, 0, 3) == 0 &&
          isnan(um_auc(trials, 0)));
    um_error err;
    n = trials_of("-+-+", apart);
    um_alloc_fail_at(0);
    CHECK(um_min_cllr(&least, trials, n, &err) == UM_ENOMEM && err.code == UM_ENOMEM);
    um_alloc_fail_at(-1);
}

static double auc_of_pairs(void)
{
    double wins = 0, pairs = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            if (trials[i].positive && !trials[k].positive) {
                wins += trials[i].score > trials[k].score ? 1 : trials[i].score == trials[k].score ? .5 : 0;
                pairs++;
            }
    return wins / pairs;
}

/* Over the scores themselves as thresholds: the precision among those not below, by the recall that this
 * score adds. */
static double precision_of_thresholds(void)
{
    double area = 0, positives = 0;
    for (int i = 0; i < N; i++)
        positives += trials[i].positive;
    for (int i = 0; i < N; i++) {
        double right = 0, all = 0;
        for (int k = 0; k < N; k++)
            if (trials[k].score >= trials[i].score) {
                right += trials[k].positive;
                all++;
            }
        area += trials[i].positive * right / all / positives; /* each positive of this score once */
    }
    return area;
}

static double error_of_thresholds(void)
{
    double gap = INFINITY, rate = NAN, total[2] = {0};
    for (int i = 0; i < N; i++)
        total[trials[i].positive]++;
    for (int i = -1; i < N; i++) { /* called positive: at least the threshold; -1: nothing is */
        double missed = 0, alarms = 0;
        for (int k = 0; k < N; k++) {
            const bool called = i >= 0 && trials[k].score >= trials[i].score;
            missed += trials[k].positive && !called;
            alarms += !trials[k].positive && called;
        }
        const double distance = fabs(missed / total[1] - alarms / total[0]);
        if (distance < gap) {
            gap = distance;
            rate = (missed / total[1] + alarms / total[0]) / 2;
        }
    }
    return rate;
}

/* The isotonic regression at each trial by its minimax definition (Robertson, Wright & Dykstra, 1988): the
 * largest, over all starts not above it, of the least mean, over all ends not below it. */
static double least_cost(void)
{
    double total[2] = {0}, cost[2] = {0};
    for (int i = 0; i < N; i++)
        total[trials[i].positive]++;
    for (int i = 0; i < N; i++) {
        double share = 0;
        for (int from = 0; from <= i; from++) {
            double least = 1, positives = 0;
            if (from && trials[from].score == trials[from - 1].score)
                continue;
            for (int to = from; to < N; to++) {
                positives += trials[to].positive;
                if (to >= i && (to == N - 1 || trials[to].score != trials[to + 1].score))
                    least = fmin(least, positives / (to - from + 1));
            }
            share = fmax(share, least);
        }
        const double ratio = share / (1 - share) * total[0] / total[1];
        cost[trials[i].positive] += trials[i].positive ? log2(1 + 1 / ratio) : log2(1 + ratio);
    }
    return (cost[0] / total[0] + cost[1] / total[1]) / 2;
}

/* Many ties: scores in 17 steps; few: in 1000. */
static void by_definition(void)
{
    for (int steps = 17; steps <= 1000; steps += 983) {
        double least;
        for (int i = 0; i < N; i++) {
            const bool positive = uniform() < .3;
            trials[i] = (um_trial){floor(steps * (.7 * uniform() + .3 * positive)), positive};
        }
        um_trials_sort(trials, N);
        for (int i = 1; i < N; i++)
            CHECK(trials[i - 1].score <= trials[i].score);
        CHECK_NEAR(um_auc(trials, N), auc_of_pairs(), 1e-12);
        size_t positives = 0;
        for (int i = 0; i < N; i++)
            positives += trials[i].positive;
        CHECK_NEAR(um_average_precision(trials, N, positives), precision_of_thresholds(), 1e-12);
        CHECK_NEAR(um_equal_error(trials, N), error_of_thresholds(), 1e-12);
        CHECK(um_min_cllr(&least, trials, N, NULL) == UM_OK);
        CHECK_NEAR(least, least_cost(), 1e-12);
    }
}

int main(void)
{
    by_hand();
    extremes();
    by_definition();
    return check_done();
}
