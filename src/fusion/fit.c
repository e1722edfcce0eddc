/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit.c: see fit.h. */
#include "fusion/fit.h"
#include "base/numbers.h"
#include "dsp/stats.h"
#include "eval/metrics.h"
#include "fusion/scale.h"
#include <stdlib.h>

enum { MIN_PER_CLASS = 20, N_DRAWS = 400, N_PROBES = 19 };
static const double MIN_AUC = .6, PENALTY = .01, MIN_SIGMA = .15;
static const double LEAST_LIMIT = 1, MOST_LIMIT = 2; /* of |log10 LR| */
/* Of those that were fitted, called wrongly in 95 of 100 draws of their groups at most: */
static const double MOST_REAL_CALLED = .02, MOST_FAKE_CALLED = .1, SURE = .95;
static const double TAIL = .01; /* of the scores, at each end: beyond, nothing was learnt */

typedef struct line { /* log10 LR = slope * score + offset */
    double slope, offset;
} line;

typedef struct set {
    um_fit_score *item; /* [n], by score */
    size_t n;
    const um_fit *fit;
    double *weight, mean, spread, limit;
    bool line_only; /* no draws */
    uint64_t random;
} set;

static int by_score(const void *a, const void *b)
{
    const um_fit_score *p = a, *q = b;
    return (p->score > q->score) - (p->score < q->score);
}

/* Newton's method on the two parameters; scores are standardised so that the penalty has one meaning. */
static line fit(const set *s)
{
    double a = 0, b = 0, total[2] = {0};
    for (size_t i = 0; i < s->n; i++)
        total[s->item[i].fake] += s->weight[i];
    const double target[2] = {1 / (total[0] + 2), (total[1] + 1) / (total[1] + 2)};
    for (int step = 0; step < 100; step++) {
        double ga = PENALTY * a, gb = 0, haa = PENALTY, hab = 0, hbb = 1e-9;
        for (size_t i = 0; i < s->n; i++) {
            const int fake = s->item[i].fake;
            const double x = (s->item[i].score - s->mean) / s->spread, w = s->weight[i] / total[fake];
            const double p = um_logistic(a * x + b), d = w * (p - target[fake]), h = w * p * (1 - p);
            ga += d * x;
            gb += d;
            haa += h * x * x;
            hab += h * x;
            hbb += h;
        }
        const double det = haa * hbb - hab * hab;
        const double da = um_clampd((hbb * ga - hab * gb) / det, -1, 1),
                     db = um_clampd((haa * gb - hab * ga) / det, -1, 1);
        a -= da;
        b -= db;
        if (fabs(da) + fabs(db) < 1e-10)
            break;
    }
    return (line){a / s->spread / M_LN10, (b - a * s->mean / s->spread) / M_LN10};
}

static int draw(set *s, size_t n)
{
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (int)((s->random >> 33) % n);
}

/* How often each item counts in one draw. */
static void redraw(set *s, int *times)
{
    for (size_t i = 0; i < s->n; i++)
        s->weight[i] = 0;
    for (int fake = 0; fake < 2; fake++) {
        const int groups = s->fit->groups[fake];
        if (groups > 1) {
            for (int g = 0; g < groups; g++)
                times[g] = 0;
            for (int g = 0; g < groups; g++)
                times[draw(s, (size_t)groups)]++;
            for (size_t i = 0; i < s->n; i++)
                if (s->item[i].fake == fake)
                    s->weight[i] = times[s->item[i].group];
        } else {
            for (size_t k = 0; k < s->fit->n[fake];) {
                const int i = draw(s, s->n);
                if (s->item[i].fake == fake) {
                    s->weight[i]++;
                    k++;
                }
            }
        }
    }
}

/* Root of the mean, over probes at evenly spaced ranks, of the variance of the log ratio. */
static um_status spread_of_draws(double *out, set *s, um_error *err)
{
    double *value = um_calloc((size_t)N_PROBES * N_DRAWS, sizeof *value), sum = 0;
    int *times = um_calloc(s->n, sizeof *times);
    const um_status st = value && times ? UM_OK : um_fail_oom(err);
    for (int d = 0; d < N_DRAWS && st == UM_OK; d++) {
        redraw(s, times);
        const line l = fit(s);
        for (int p = 0; p < N_PROBES; p++) {
            const double score = s->item[(size_t)(p + 1) * s->n / (N_PROBES + 1)].score;
            value[p * N_DRAWS + d] = um_clampd(l.slope * score + l.offset, -s->limit, s->limit);
        }
    }
    for (int p = 0; p < N_PROBES && st == UM_OK; p++)
        sum += um_variance(value + (ptrdiff_t)p * N_DRAWS, N_DRAWS);
    *out = sqrt(sum / N_PROBES);
    free(value);
    free(times);
    return st;
}

/* Numbers, groups, AUC and EER. Groups are numbered without gaps: a draw must not come out empty. */
static um_status describe(um_fit *out, const set *s, um_error *err)
{
    um_trial *trial = um_calloc(s->n, sizeof *trial);
    bool *seen = um_calloc(2 * s->n, sizeof *seen);
    um_status st = trial && seen ? UM_OK : um_fail_oom(err);
    int n_seen[2] = {0};
    for (size_t i = 0; i < s->n && st == UM_OK; i++) {
        const um_fit_score *item = &s->item[i];
        bool *here = &seen[2 * (size_t)item->group + item->fake];
        trial[i] = (um_trial){item->score, item->fake};
        out->n[item->fake]++;
        n_seen[item->fake] += !*here;
        *here = true;
        if (item->group >= out->groups[item->fake])
            out->groups[item->fake] = item->group + 1;
    }
    if (st == UM_OK && (n_seen[0] != out->groups[0] || n_seen[1] != out->groups[1]))
        st = um_fail(err, UM_EINVAL, "groups to be fitted are not numbered 0, 1, 2 ... within each class");
    if (st == UM_OK) {
        out->auc = um_auc(trial, s->n);
        out->equal_error = um_equal_error(trial, s->n);
    }
    free(trial);
    free(seen);
    return st;
}

/* How many of class `wrong`, the most convincing ones, may be called wrongly: as many as keep their share at
 * `most` in nearly all draws of the groups, since it is by their sources that recordings are taken for the
 * other class. */
static um_status allow(size_t *allowed, set *s, bool wrong, double most, um_error *err)
{
    const size_t n = s->fit->n[wrong], rows = n < 2 ? n : n / 2; /* nobody would allow more */
    double *share = um_calloc(rows + 1, N_DRAWS * sizeof *share);
    int *times = um_calloc(s->n, sizeof *times);
    *allowed = 0;
    const um_status st = share && times ? UM_OK : um_fail_oom(err);
    for (size_t d = 0; d < N_DRAWS && st == UM_OK; d++) {
        double all = 0, sum = 0;
        redraw(s, times);
        for (size_t i = 0; i < s->n; i++)
            all += s->item[i].fake == wrong ? s->weight[i] : 0;
        for (size_t i = 0, k = 0; i < s->n && k < rows; i++) {
            const size_t at =
                wrong ? i : s->n - 1 - i; /* fakes are wronged at low scores, real ones at high */
            if (s->item[at].fake != wrong)
                continue;
            sum += s->weight[at];
            share[k++ * N_DRAWS + d] = sum / all;
        }
    }
    while (st == UM_OK && *allowed < rows && um_quantile(share + *allowed * N_DRAWS, N_DRAWS, SURE) <= most)
        (*allowed)++;
    free(share);
    free(times);
    return st;
}

/* From which ratio on a side is called: the first that at most `allowed` of the other class reach. `sign` -1:
 * the side of what was left alone. */
static um_calibration_call call_of(const set *s, const um_calibration_line *fitted, int sign, size_t allowed)
{
    const bool wrong = sign < 0; /* the class that is wronged */
    size_t passed = 0;
    um_calibration_call call = {.from = UM_LR_NO_SUPPORT};
    double at = INFINITY, above = INFINITY; /* the ratio of this item, and the next greater one */
    for (size_t i = 0; i < s->n; i++) {     /* from the most convincing on */
        const um_fit_score *item = &s->item[sign > 0 ? s->n - 1 - i : i];
        const double lr = sign * um_calibration_log_lr(fitted, item->score);
        if (lr < UM_LR_NO_SUPPORT)
            break;
        if (lr < at) {
            above = at;
            at = lr;
        }
        if (item->fake == wrong && ++passed > allowed) {
            call.from = isinf(above) ? UM_CALL_NEVER : (at + above) / 2;
            break;
        }
    }
    for (size_t i = 0; i < s->n; i++)
        if (sign * um_calibration_log_lr(fitted, s->item[i].score) >= call.from)
            (*(s->item[i].fake == wrong ? &call.n_wrong : &call.n_right))++;
    return call;
}

static um_status settle(um_fit *out, set *s, um_error *err)
{
    double *score = um_calloc(s->n, sizeof *score), sigma = 0;
    if (!score)
        return um_fail_oom(err);
    for (size_t i = 0; i < s->n; i++) {
        score[i] = s->item[i].score;
        s->weight[i] = 1;
    }
    const double low = um_quantile(score, s->n, TAIL), high = um_quantile(score, s->n, 1 - TAIL);
    s->mean = um_mean(score, s->n);
    s->spread = sqrt(um_variance(score, s->n));
    free(score);
    if (out->n[0] < MIN_PER_CLASS || out->n[1] < MIN_PER_CLASS || !(low < high)) {
        out->outcome = UM_FIT_FEW;
        return UM_OK;
    }
    s->limit = um_clampd(log10(fmin(out->groups[0], out->groups[1])), LEAST_LIMIT, MOST_LIMIT);
    const line l = fit(s);
    out->slope = l.slope;
    if (out->auc < MIN_AUC || l.slope <= 0) {
        out->outcome = UM_FIT_WEAK;
        return UM_OK;
    }
    size_t allowed[2] = {0};
    um_status st = s->line_only ? UM_OK : spread_of_draws(&sigma, s, err);
    out->line = (um_calibration_line){.slope = l.slope,
                                      .intercept = l.offset,
                                      .score_min = low,
                                      .score_max = high,
                                      .log_lr_max = s->limit,
                                      .sigma = fmax(sigma, MIN_SIGMA)};
    if (s->line_only)
        return UM_OK;
    if (st == UM_OK)
        st = allow(&allowed[0], s, false, MOST_REAL_CALLED, err);
    if (st == UM_OK)
        st = allow(&allowed[1], s, true, MOST_FAKE_CALLED, err);
    out->manipulated = call_of(s, &out->line, 1, allowed[0]);
    out->untouched = call_of(s, &out->line, -1, allowed[1]);
    return st;
}

static um_status fit_scores(um_fit *out, const um_fit_score *scores, size_t n, bool line_only, um_error *err)
{
    *out = (um_fit){.outcome = UM_FIT_FEW};
    for (size_t i = 0; i < n; i++)
        if (!isfinite(scores[i].score) || scores[i].group < 0 || (size_t)scores[i].group >= n)
            return um_fail(err, UM_EINVAL, "score %zu cannot be fitted: not a number, or of no group", i + 1);
    if (!n)
        return UM_OK;
    out->outcome = UM_FIT_DONE;
    set s = {.n = n, .fit = out, .line_only = line_only, .random = 20261124};
    s.item = um_calloc(n, sizeof *s.item);
    s.weight = um_calloc(n, sizeof *s.weight);
    um_status st = s.item && s.weight ? UM_OK : um_fail_oom(err);
    if (st == UM_OK) {
        for (size_t i = 0; i < n; i++)
            s.item[i] = scores[i];
        qsort(s.item, n, sizeof *s.item, by_score);
        st = describe(out, &s, err);
    }
    if (st == UM_OK)
        st = settle(out, &s, err);
    free(s.item);
    free(s.weight);
    return st;
}

um_status um_fit_scores(um_fit *out, const um_fit_score *scores, size_t n, um_error *err)
{
    return fit_scores(out, scores, n, false, err);
}

um_status um_fit_line(um_fit *out, const um_fit_score *scores, size_t n, um_error *err)
{
    return fit_scores(out, scores, n, true, err);
}
