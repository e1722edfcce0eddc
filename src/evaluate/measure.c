/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure.c: one detector on one slice: all measures with their intervals, and within pairs. */
#include "base/numbers.h"
#include "eval/probability.h"
#include "evaluate/evaluation.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double INTERVAL = .95, THRESHOLD = .5;
/* A detector at work meets one fake in twenty: the prior of ASVspoof 5, with its costs (Wang et al. 2024) */
static const double PRIOR = .05, COST_MISS = 10, COST_ALARM = 1;

const struct um_measure_name um_measure_names[UM_MEASURES] = {
    [UM_MEASURE_AUC] = {"auc", "AUC"},
    [UM_MEASURE_EER] = {"eer", "EER"},
    [UM_MEASURE_AP] = {"average_precision", "AP"},
    [UM_MEASURE_MIN_CLLR] = {"min_cllr", "minCllr"},
    [UM_MEASURE_MIN_DCF] = {"min_dcf", "minDCF"},
    [UM_MEASURE_MIN_TDCF] = {"min_tdcf", "min t-DCF"},
    [UM_MEASURE_CLLR] = {"cllr", "Cllr"},
    [UM_MEASURE_LOG_LOSS] = {"log_loss", "log loss"},
    [UM_MEASURE_BRIER] = {"brier", "Brier"},
    [UM_MEASURE_ECE] = {"ece", "ECE"},
    [UM_MEASURE_ACCURACY] = {"accuracy", "accuracy"},
    [UM_MEASURE_F1] = {"f1", "F1"},
};

double um_score_probability(um_score_kind kind, double score)
{
    return kind == UM_SCORE_PROBABILITY ? score : kind == UM_SCORE_RATIO ? um_logistic(score * M_LN10) : NAN;
}

double um_score_ratio(um_score_kind kind, double score)
{
    return kind == UM_SCORE_RATIO         ? score
           : kind == UM_SCORE_PROBABILITY ? log10(score) - log10(1 - score)
                                          : NAN;
}

/* What the bootstrap hands to `measure`. */
typedef struct context {
    const um_evaluation *e;
    um_score_kind kind;
    um_trial *scratch;
    size_t capacity;
} context;

static um_status measure(double *out, const um_trial *t, size_t n, void *user, um_error *err)
{
    context *c = user;
    const um_decisions all = um_decide(t, n, -INFINITY);
    for (int i = 0; i < UM_MEASURES; i++)
        out[i] = NAN;
    if (!all.hits || !all.alarms)
        return UM_OK;
    out[UM_MEASURE_AUC] = um_auc(t, n);
    out[UM_MEASURE_EER] = um_equal_error(t, n);
    out[UM_MEASURE_AP] = um_average_precision(t, n, all.hits);
    out[UM_MEASURE_MIN_DCF] = um_min_dcf(t, n, PRIOR, COST_MISS, COST_ALARM);
    if (c->e->has_verifier)
        out[UM_MEASURE_MIN_TDCF] = um_min_tdcf(t, n, &c->e->verifier);
    um_status st = um_min_cllr(&out[UM_MEASURE_MIN_CLLR], t, n, err);
    if (st < 0 || c->kind == UM_SCORE_RANK)
        return st;
    if (!um_grow(&c->scratch, &c->capacity, n, SIZE_MAX, sizeof *c->scratch))
        return um_fail_oom(err);
    for (size_t i = 0; i < n; i++)
        c->scratch[i] = (um_trial){um_score_ratio(c->kind, t[i].score), t[i].positive};
    out[UM_MEASURE_CLLR] = um_cllr(c->scratch, n);
    for (size_t i = 0; i < n; i++)
        c->scratch[i].score = um_score_probability(c->kind, t[i].score);
    out[UM_MEASURE_LOG_LOSS] = um_log_loss(c->scratch, n);
    out[UM_MEASURE_BRIER] = um_brier(c->scratch, n);
    out[UM_MEASURE_ECE] = um_calibration_error(c->scratch, n);
    const um_decisions d = um_decide(c->scratch, n, THRESHOLD);
    out[UM_MEASURE_ACCURACY] = um_accuracy(d);
    out[UM_MEASURE_F1] = um_f1(d);
    return UM_OK;
}

static um_status mean(double *out, const um_trial *t, size_t n, void *user, um_error *err)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += t[i].score;
    *out = n ? sum / (double)n : NAN;
    return UM_OK;
}

/* A trial that knows where it came from. */
typedef struct scored {
    um_trial trial;
    uint32_t cluster, example;
    const char *pair;
} scored;

static int by_score(const void *a, const void *b)
{
    const scored *p = a, *q = b;
    return p->trial.score != q->trial.score
               ? (p->trial.score > q->trial.score) - (p->trial.score < q->trial.score)
               : (p->example > q->example) - (p->example < q->example);
}

static int by_pair(const void *a, const void *b)
{
    const scored *p = a, *q = b;
    const int order = strcmp(p->pair, q->pair);
    return order ? order : by_score(a, b);
}

/* Sorts, measures, and draws again; n_measures of `fn` to `out`. */
static um_status with_intervals(um_measured *out, size_t n_measures, scored *s, size_t n, um_measures_fn fn,
                                context *c, um_error *err)
{
    double value[UM_BOOTSTRAP_MEASURES];
    um_interval interval[UM_BOOTSTRAP_MEASURES];
    um_trial *t = um_calloc(n, sizeof *t);
    uint32_t *cluster = um_calloc(n, sizeof *cluster);
    um_status st = t && cluster ? UM_OK : um_fail_oom(err);
    if (st == UM_OK && n)
        qsort(s, n, sizeof *s, by_score);
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        t[i] = s[i].trial;
        cluster[i] = s[i].cluster;
    }
    if (st == UM_OK)
        st = fn(value, t, n, c, err);
    if (st == UM_OK)
        st = um_bootstrap(interval, n_measures, t, cluster, n, fn, c, c->e->draws, INTERVAL, c->e->seed, err);
    for (size_t i = 0; i < n_measures && st == UM_OK; i++)
        out[i] = (um_measured){value[i], isnan(value[i]) ? (um_interval){NAN, NAN} : interval[i]};
    free(t);
    free(cluster);
    return st;
}

um_status um_evaluation_mean(um_measured *out, const um_evaluation *e, const double *value, size_t n,
                             um_error *err)
{
    context c = {.e = e};
    scored *s = um_calloc(n, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    for (size_t i = 0; i < n; i++)
        s[i] = (scored){{value[i], true}, (uint32_t)i, (uint32_t)i, ""};
    const um_status st = with_intervals(out, 1, s, n, mean, &c, err);
    free(s);
    return st;
}

/* Each pair that has both kinds becomes one: its own AUC. Returns how many. */
static um_status pairs_of(scored *s, size_t *n, um_error *err)
{
    size_t pairs = 0;
    um_trial *t = um_calloc(*n, sizeof *t);
    if (!t)
        return um_fail_oom(err);
    if (*n)
        qsort(s, *n, sizeof *s, by_pair);
    for (size_t from = 0, to; from < *n; from = to) {
        for (to = from; to < *n && !strcmp(s[to].pair, s[from].pair); to++)
            t[to - from] = s[to].trial;
        const double auc = um_auc(t, to - from);
        if (!isnan(auc)) {
            scored one = s[from];
            one.trial = (um_trial){auc, true};
            s[pairs++] = one; /* never behind `from` */
        }
    }
    *n = pairs;
    free(t);
    return UM_OK;
}

um_status um_evaluation_cell(um_cell *out, const um_evaluation *e, const um_detector *d, const char *role,
                             um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    size_t n_slice = 0, n_paired = 0;
    context c = {.e = e, .kind = d->kind};
    scored *slice = um_calloc(n, sizeof *slice), *paired = um_calloc(n, sizeof *paired);
    um_status st = slice && paired ? UM_OK : um_fail_oom(err);
    *out = (um_cell){.within = {NAN, {NAN, NAN}}};
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        const um_example *x = um_dataset_at(e->set, i);
        const bool fake = x->label == UM_LABEL_FAKE, in = role[i], said = !isnan(d->score[i]);
        const scored one = {{d->score[i], fake}, e->cluster[i], (uint32_t)i, x->pair_id};
        if (in)
            *(fake ? said ? &out->n_fake : &out->silent_fake : said ? &out->n_real : &out->silent_real) += 1;
        if (in && said)
            slice[n_slice++] = one;
        if (said && *x->pair_id &&
            (in || x->label == UM_LABEL_REAL)) /* a fake of the slice finds its real one */
            paired[n_paired++] = one;
    }
    if (st == UM_OK)
        st = with_intervals(out->measure, UM_MEASURES, slice, n_slice, measure, &c, err);
    if (st == UM_OK)
        st = pairs_of(paired, &n_paired, err);
    if (st == UM_OK)
        st = with_intervals(&out->within, 1, paired, n_paired, mean, &c, err);
    out->n_pairs = n_paired;
    free(c.scratch);
    free(slice);
    free(paired);
    return st;
}

um_status um_evaluation_trials(um_trial **out, size_t *n, const um_evaluation *e, const um_detector *d,
                               um_error *err)
{
    *n = 0;
    *out = um_calloc(um_dataset_count(e->set), sizeof **out);
    if (!*out)
        return um_fail_oom(err);
    for (size_t i = 0; i < um_dataset_count(e->set); i++)
        if (!isnan(d->score[i]))
            (*out)[(*n)++] = (um_trial){d->score[i], um_dataset_at(e->set, i)->label == UM_LABEL_FAKE};
    um_trials_sort(*out, *n);
    return UM_OK;
}
