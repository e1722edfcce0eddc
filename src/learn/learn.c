/* SPDX-License-Identifier: GPL-3.0-or-later */
/* learn.c: cross-validation by cluster, importance, and the classifier of all rows. */
#include "base/random.h"
#include "eval/metrics.h"
#include "learn/folds.h"
#include "learn/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEALS = 5 }; /* of a column, whose mean fall counts */

typedef struct job {
    const um_table *t;
    const um_classifier_kind *kind;
    const um_learn_options *options;
    int *fold;      /* [rows] */
    double *row;    /* [columns] a row with columns dealt out anew */
    double *inputs; /* [2 columns] */
} job;

/* --- one classifier --- */

/* Of the rows whose fold is not `without`. */
static um_status fit(um_learnt *m, const job *j, int without, um_error *err)
{
    const um_table *t = j->t;
    bool *use = um_calloc(t->n, sizeof *use), *fake = um_calloc(t->n, sizeof *fake);
    uint32_t *cluster = um_calloc(t->n, sizeof *cluster);
    double *x = NULL;
    size_t n = 0;
    um_status st = use && fake && cluster ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < t->n && st == UM_OK; i++)
        use[i] = j->fold[i] != without;
    if (j->kind->takes_missing)
        m->preparation = um_preparation_none(t->columns);
    else if (st == UM_OK)
        st = um_preparation_learn(&m->preparation, t, use, err);
    if (st == UM_OK && !(x = um_calloc(t->n, m->preparation.inputs * sizeof *x)))
        st = um_fail_oom(err);
    for (size_t i = 0; i < t->n && st == UM_OK; i++)
        if (use[i]) {
            um_preparation_apply(x + n * m->preparation.inputs, &m->preparation, t->x + i * t->columns);
            cluster[n] = t->cluster[i];
            fake[n++] = t->fake[i];
        }
    const um_learn_rows rows = {n, m->preparation.inputs, x, fake, cluster};
    if (st == UM_OK)
        st = j->kind->fit(&m->classifier, &rows, j->options, err);
    free(x);
    free(use);
    free(fake);
    free(cluster);
    return st;
}

static void forget(um_learnt *m, const job *j)
{
    if (m->classifier)
        j->kind->free(m->classifier);
    um_preparation_free(&m->preparation);
    m->classifier = NULL;
}

static double score_row(const um_learnt *m, const job *j, const double *row)
{
    um_preparation_apply(j->inputs, &m->preparation, row);
    return j->kind->score(m->classifier, j->inputs);
}

/* --- importance --- */

/* "voice_generated" of "voice_generated.quality" */
static size_t signal_length(const char *column)
{
    return strcspn(column, ".");
}

static bool same_signal(const char *a, const char *b)
{
    const size_t n = signal_length(a);
    return n == signal_length(b) && !strncmp(a, b, n);
}

/* Rows list[0..n) in an order drawn anew. */
static void shuffle(size_t *list, size_t n, uint64_t *seed)
{
    for (size_t i = n; i > 1; i--) {
        const size_t k = um_random(seed) % i, other = list[k];
        list[k] = list[i - 1];
        list[i - 1] = other;
    }
}

/* Scores of the rows of a fold when the columns of the signal of column `c` come from other rows of it. */
static void score_dealt(double *score, const um_learnt *m, const job *j, size_t c, const size_t *mine,
                        const size_t *dealt, size_t n)
{
    const um_table *t = j->t;
    for (size_t i = 0; i < n; i++) {
        memcpy(j->row, t->x + mine[i] * t->columns, t->columns * sizeof *j->row);
        for (size_t k = 0; k < t->columns; k++)
            if (same_signal(t->name[k], t->name[c]))
                j->row[k] = t->x[dealt[i] * t->columns + k];
        score[mine[i]] = score_row(m, j, j->row);
    }
}

static bool is_first_of_signal(const um_table *t, size_t c)
{
    for (size_t k = 0; k < c; k++)
        if (same_signal(t->name[k], t->name[c]))
            return false;
    return true;
}

/* --- all folds --- */

typedef struct scores {
    double *own, *dealt; /* [rows]; [columns][DEALS][rows] of columns that are the first of their signal */
} scores;

static um_status run_fold(scores *s, const job *j, int f, uint64_t seed, um_error *err)
{
    const um_table *t = j->t;
    um_learnt m = {0};
    size_t n = 0, *mine = um_calloc(t->n, sizeof *mine), *dealt = um_calloc(t->n, sizeof *dealt);
    um_status st = mine && dealt ? fit(&m, j, f, err) : um_fail_oom(err);
    for (size_t i = 0; i < t->n && st == UM_OK; i++)
        if (j->fold[i] == f) {
            s->own[i] = score_row(&m, j, t->x + i * t->columns);
            mine[n++] = i;
        }
    for (size_t c = 0; c < t->columns && st == UM_OK; c++)
        for (size_t d = 0; is_first_of_signal(t, c) && d < DEALS; d++) {
            memcpy(dealt, mine, n * sizeof *dealt);
            shuffle(dealt, n, &seed);
            score_dealt(s->dealt + (c * DEALS + d) * t->n, &m, j, c, mine, dealt, n);
        }
    forget(&m, j);
    free(mine);
    free(dealt);
    return st;
}

static double auc_of(um_trial *trial, const um_table *t, const double *score)
{
    for (size_t i = 0; i < t->n; i++)
        trial[i] = (um_trial){score[i], t->fake[i]};
    um_trials_sort(trial, t->n);
    return um_auc(trial, t->n);
}

static um_status weigh(um_validation *v, const scores *s, const um_table *t, um_error *err)
{
    um_trial *trial = um_calloc(t->n, sizeof *trial);
    if (!trial)
        return um_fail_oom(err);
    const double whole = auc_of(trial, t, s->own);
    for (size_t c = 0; c < t->columns; c++) {
        size_t first = 0;
        while (!same_signal(t->name[first], t->name[c]))
            first++;
        if (first < c) {
            v->importance[c] = v->importance[first];
            continue;
        }
        for (size_t d = 0; d < DEALS; d++)
            v->importance[c] += (whole - auc_of(trial, t, s->dealt + (c * DEALS + d) * t->n)) / DEALS;
    }
    free(trial);
    return UM_OK;
}

/* Groups of a class from 0 on without gaps, as um_fit_scores wants them. */
static um_status calibrate(um_fit *out, const um_table *t, const double *score, um_error *err)
{
    um_fit_score *item = um_calloc(t->n, sizeof *item);
    uint32_t most = 0;
    for (size_t i = 0; i < t->n; i++)
        most = t->cluster[i] > most ? t->cluster[i] : most;
    int *number = um_calloc(2, ((size_t)most + 1) * sizeof *number), n[2] = {0}; /* from 1 on; 0: not met */
    um_status st = item && number ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < t->n && st == UM_OK; i++) {
        int *mine = &number[2 * (size_t)t->cluster[i] + t->fake[i]];
        if (!*mine)
            *mine = ++n[t->fake[i]];
        item[i] = (um_fit_score){score[i], t->fake[i], *mine - 1};
    }
    if (st == UM_OK)
        st = um_fit_scores(out, item, t->n, err);
    free(item);
    free(number);
    return st;
}

static um_status run(um_learnt *m, um_validation *v, const job *j, um_error *err)
{
    const um_table *t = j->t;
    const uint64_t seed = j->options->seed;
    scores s = {.own = v->score, .dealt = um_calloc(t->columns * DEALS, t->n * sizeof *s.dealt)};
    um_status st =
        s.dealt ? um_folds(j->fold, t->fake, t->cluster, t->n, v->folds, seed, err) : um_fail_oom(err);
    for (int f = 0; f < v->folds && st == UM_OK; f++)
        st = run_fold(&s, j, f, seed + (uint64_t)f + 1, err);
    if (st == UM_OK)
        st = weigh(v, &s, t, err);
    if (st == UM_OK)
        st = calibrate(&m->fit, t, v->score, err);
    if (st == UM_OK)
        st = fit(m, j, -1, err);
    free(s.dealt);
    return st;
}

um_status um_learn(um_learnt **out, um_validation *v, const um_table *t, const um_classifier_kind *kind,
                   const um_learn_options *options, int folds, um_error *err)
{
    um_learnt *m = um_calloc(1, sizeof *m);
    job j = {.t = t, .kind = kind, .options = options};
    *out = NULL;
    *v = (um_validation){.folds = folds};
    v->score = um_calloc(t->n, sizeof *v->score);
    v->importance = um_calloc(t->columns, sizeof *v->importance);
    j.fold = um_calloc(t->n, sizeof *j.fold);
    j.row = um_calloc(t->columns, sizeof *j.row);
    j.inputs = um_calloc(2 * t->columns, sizeof *j.inputs);
    um_status st = m && v->score && v->importance && j.fold && j.row && j.inputs ? UM_OK : um_fail_oom(err);
    if (st == UM_OK) {
        m->kind = kind;
        m->columns = t->columns;
        if (!(m->name = um_calloc(t->columns, sizeof *m->name)))
            st = um_fail_oom(err);
    }
    if (st == UM_OK) {
        memcpy(m->name, t->name, t->columns * sizeof *m->name);
        st = run(m, v, &j, err);
    }
    free(j.fold);
    free(j.row);
    free(j.inputs);
    if (st < 0) {
        um_learnt_free(&m);
        um_validation_free(v);
    }
    *out = m;
    return st;
}

um_status um_learn_of(um_learnt **out, const um_table *t, const bool *use, const um_classifier_kind *kind,
                      const um_learn_options *options, um_error *err)
{
    um_learnt *m = um_calloc(1, sizeof *m);
    job j = {.t = t, .kind = kind, .options = options, .fold = um_calloc(t->n, sizeof *j.fold)};
    um_status st = m && j.fold ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < t->n && st == UM_OK; i++)
        j.fold[i] = use[i];
    if (st == UM_OK && !(m->name = um_calloc(t->columns, sizeof *m->name)))
        st = um_fail_oom(err);
    if (st == UM_OK) {
        m->kind = kind;
        m->columns = t->columns;
        memcpy(m->name, t->name, t->columns * sizeof *m->name);
        st = fit(m, &j, false, err);
    }
    free(j.fold);
    if (st < 0)
        um_learnt_free(&m);
    *out = m;
    return st;
}

void um_validation_free(um_validation *v)
{
    free(v->score);
    free(v->importance);
    *v = (um_validation){0};
}
