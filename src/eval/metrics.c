/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.c: see metrics.h. All walk once through the sorted trials, one group of equal scores at a time. */
#include "eval/metrics.h"
#include <math.h>
#include <stdlib.h>

static int by_score(const void *a, const void *b)
{
    const um_trial *p = a, *q = b;
    return (p->score > q->score) - (p->score < q->score);
}

void um_trials_sort(um_trial *t, size_t n)
{
    if (n)
        qsort(t, n, sizeof *t, by_score);
}

/* [negatives, positives] among all. */
static void count(double total[2], const um_trial *t, size_t n)
{
    total[0] = total[1] = 0;
    for (size_t i = 0; i < n; i++)
        total[t[i].positive]++;
}

/* The same among the trials that score as t[from] does; returns the index behind them. */
static size_t tie(double here[2], const um_trial *t, size_t n, size_t from)
{
    size_t end = from;
    here[0] = here[1] = 0;
    for (; end < n && t[end].score == t[from].score; end++)
        here[t[end].positive]++;
    return end;
}

double um_auc(const um_trial *t, size_t n)
{
    double total[2], here[2], wins = 0, below = 0;
    count(total, t, n);
    for (size_t i = 0; i < n;) {
        i = tie(here, t, n, i);
        wins += here[1] * (below + here[0] / 2);
        below += here[0];
    }
    return total[0] > 0 && total[1] > 0 ? wins / (total[0] * total[1]) : NAN;
}

double um_equal_error(const um_trial *t, size_t n)
{
    double total[2], here[2] = {0}, missed = 0, alarms, gap = INFINITY, rate = NAN;
    count(total, t, n);
    if (!(total[0] > 0 && total[1] > 0))
        return NAN;
    alarms = total[0];
    for (size_t i = 0;; i = tie(here, t, n, i)) { /* the threshold between what came and t[i] */
        missed += here[1];
        alarms -= here[0];
        const double miss = missed / total[1], alarm = alarms / total[0];
        if (fabs(miss - alarm) < gap) {
            gap = fabs(miss - alarm);
            rate = (miss + alarm) / 2;
        }
        if (i == n)
            return rate;
    }
}

double um_average_precision(const um_trial *t, size_t n, size_t n_positives)
{
    double found = 0, wrong = 0, area = 0;
    for (size_t end = n; end > 0;) {
        size_t from = end;
        double right = 0;
        for (; from > 0 && t[from - 1].score == t[end - 1].score; from--)
            right += t[from - 1].positive;
        found += right;
        wrong += (double)(end - from) - right;
        if (right > 0)
            area += right * found / (found + wrong);
        end = from;
    }
    return n_positives ? area / (double)n_positives : NAN;
}

/* log2(1 + 10^x), without overflow */
static double cost_of(double x)
{
    const double e = x * M_LN10;
    return ((e > 0 ? e : 0) + log1p(exp(-fabs(e)))) / M_LN2;
}

double um_cllr(const um_trial *t, size_t n)
{
    double total[2], cost[2] = {0};
    count(total, t, n);
    for (size_t i = 0; i < n; i++)
        cost[t[i].positive] += cost_of(t[i].positive ? -t[i].score : t[i].score);
    return total[0] > 0 && total[1] > 0 ? (cost[0] / total[0] + cost[1] / total[1]) / 2 : NAN;
}

um_status um_min_cllr(double *out, const um_trial *t, size_t n, um_error *err)
{
    double total[2], here[2], cost = 0;
    count(total, t, n);
    *out = NAN;
    if (!(total[0] > 0 && total[1] > 0))
        return UM_OK;
    double(*block)[2] = um_calloc(n, sizeof *block); /* [negatives, positives], shares of positives rising */
    size_t blocks = 0;
    if (!block)
        return um_fail_oom(err);
    for (size_t i = 0; i < n;) {
        i = tie(here, t, n, i);
        while (blocks && block[blocks - 1][1] * here[0] >= here[1] * block[blocks - 1][0]) {
            blocks--;
            here[0] += block[blocks][0];
            here[1] += block[blocks][1];
        }
        block[blocks][0] = here[0];
        block[blocks++][1] = here[1];
    }
    for (size_t i = 0; i < blocks; i++) { /* the ratio of a block is the ratio of its shares of both kinds */
        const double negative = block[i][0] / total[0], positive = block[i][1] / total[1];
        if (positive > 0)
            cost += positive * log2(1 + negative / positive);
        if (negative > 0)
            cost += negative * log2(1 + positive / negative);
    }
    free(block);
    *out = cost / 2;
    return UM_OK;
}
