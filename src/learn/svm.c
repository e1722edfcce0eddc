/* SPDX-License-Identifier: GPL-3.0-or-later */
/* svm.c: a support vector machine with a Gaussian kernel (Cortes and Vapnik 1995), learnt by libsvm (Chang
 * and Lin 2011), both classes of the same weight: as scikit-learn's SVC(class_weight = "balanced"). Cost and
 * gamma that the recipe does not state are chosen by a cross-validation inside of the rows, by cluster, for
 * the highest AUC; where two are equal, the smoother one.
 *
 * libsvm only learns. Its vectors are kept in JSON, read and asked here, so that no byte of a model file ever
 * reaches it. The score is sum_k w_k exp(-gamma |x - v_k|^2) + constant. */
#include "eval/metrics.h"
#include "learn/classifier.h"
#include "learn/folds.h"
#include "learn/rows.h"
#include <libsvm/svm.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDS = 3 };
static const size_t MOST_NUMBERS = (size_t)1 << 20; /* of all rows, so of all vectors: 30 MB of model.json */
static const double CACHE_MB = 64, ENOUGH = 1e-3;   /* of the kernel; libsvm's own end of a fit */
static const double MOST_WEIGHT = 1e9, MOST_GAMMA = 1e6;
static const double COSTS[] = {.1, 1, 10, 100};
static const double GAMMAS[] = {1. / 16, 1. / 4, 1, 4}; /* times 1 / inputs, at which inputs of deviation 1
                                                           are about a width apart */
static const double PLAIN_COST = 1, PLAIN_GAMMA = 1;

typedef struct svm {
    size_t inputs, n;
    double cost, gamma, constant;
    bool plain;              /* too few clusters to choose */
    double *weight, *vector; /* [n], [n][inputs]; one block */
} svm;

static void free_it(void *classifier)
{
    svm *s = classifier;
    if (!s)
        return;
    free(s->weight);
    free(s);
}

static double score(const void *classifier, const double *x)
{
    const svm *s = classifier;
    double sum = s->constant;
    for (size_t k = 0; k < s->n; k++) {
        const double *v = s->vector + k * s->inputs;
        double square = 0;
        for (size_t c = 0; c < s->inputs; c++)
            square += (x[c] - v[c]) * (x[c] - v[c]);
        sum += s->weight[k] * exp(-s->gamma * square);
    }
    return sum;
}

static um_status make(svm **out, size_t n, size_t inputs, um_error *err)
{
    svm *s = *out = um_calloc(1, sizeof *s);
    if (s && (s->weight = um_calloc(n, (1 + inputs) * sizeof *s->weight))) {
        s->n = n;
        s->inputs = inputs;
        s->vector = s->weight + n;
        return UM_OK;
    }
    free(s);
    *out = NULL;
    return um_fail_oom(err);
}

/* --- by libsvm --- */

/* Rows in libsvm's form; those of a fold are set aside. */
typedef struct libsvm_rows {
    size_t n, inputs;
    struct svm_node *node;  /* [n][inputs + 1] */
    struct svm_node **from; /* [n] of the rows to learn from */
    double *label;          /* [n] of these */
} libsvm_rows;

static void free_rows(libsvm_rows *r)
{
    free(r->node);
    free(r->from);
    free(r->label);
}

static um_status give_rows(libsvm_rows *out, const um_learn_rows *r, um_error *err)
{
    const size_t wide = r->inputs + 1;
    *out = (libsvm_rows){.n = r->n, .inputs = r->inputs};
    out->node = um_calloc(r->n, wide * sizeof *out->node);
    out->from = um_calloc(r->n, sizeof *out->from);
    out->label = um_calloc(r->n, sizeof *out->label);
    if (!out->node || !out->from || !out->label)
        return um_fail_oom(err);
    for (size_t i = 0; i < r->n; i++) {
        for (size_t c = 0; c < r->inputs; c++)
            out->node[i * wide + c] = (struct svm_node){(int)c + 1, r->x[i * r->inputs + c]};
        out->node[i * wide + r->inputs].index = -1;
    }
    return UM_OK;
}

static void quiet(const char *line)
{
}

/* libsvm's vectors as ours. Its first class is the real one: its signs are turned. */
static um_status take(svm **out, const struct svm_model *m, size_t inputs, um_error *err)
{
    um_status st = make(out, (size_t)m->l, inputs, err);
    if (st < 0)
        return st;
    svm *s = *out;
    s->cost = m->param.C;
    s->gamma = m->param.gamma;
    s->constant = m->rho[0];
    for (size_t k = 0; k < s->n; k++) {
        s->weight[k] = -m->sv_coef[0][k];
        for (size_t c = 0; c < inputs; c++)
            s->vector[k * inputs + c] = m->SV[k][c].value;
    }
    return UM_OK;
}

/* Of the rows whose fold is not `without`. */
static um_status learn(svm **out, libsvm_rows *theirs, const um_learn_rows *r, const int *fold, int without,
                       double cost, double gamma, um_error *err)
{
    size_t n = 0, count[2] = {0};
    for (int fake = 0; fake < 2; fake++) /* the real ones first, so that libsvm's classes have an order */
        for (size_t i = 0; i < r->n; i++)
            if (r->fake[i] == fake && (!fold || fold[i] != without)) {
                theirs->from[n] = theirs->node + i * (r->inputs + 1);
                theirs->label[n++] = fake;
                count[fake]++;
            }
    int labels[2] = {0, 1};
    double weights[2];
    for (int c = 0; c < 2; c++)
        weights[c] = (double)n / 2 / fmax((double)count[c], 1);
    const struct svm_problem problem = {(int)n, theirs->label, theirs->from};
    const struct svm_parameter how = {.svm_type = C_SVC,
                                      .kernel_type = RBF,
                                      .gamma = gamma,
                                      .C = cost,
                                      .eps = ENOUGH,
                                      .cache_size = CACHE_MB,
                                      .shrinking = 1,
                                      .nr_weight = 2,
                                      .weight_label = labels,
                                      .weight = weights};
    *out = NULL;
    svm_set_print_string_function(quiet);
    const char *why = svm_check_parameter(&problem, &how);
    if (why)
        return um_fail(err, UM_EUNSUPPORTED, "libsvm: %s", why);
    struct svm_model *m = svm_train(&problem, &how);
    um_status st = m ? take(out, m, r->inputs, err) : um_fail_oom(err);
    svm_free_and_destroy_model(&m);
    return st;
}

/* --- what the recipe leaves open --- */

/* AUC of the scores out of fold. */
static um_status try(double *auc, libsvm_rows *theirs, const um_learn_rows *r, const int *fold, double cost,
                     double gamma, um_error *err)
{
    um_trial *trial = um_calloc(r->n, sizeof *trial);
    um_status st = trial ? UM_OK : um_fail_oom(err);
    for (int f = 0; f < FOLDS && st == UM_OK; f++) {
        svm *s = NULL;
        st = learn(&s, theirs, r, fold, f, cost, gamma, err);
        for (size_t i = 0; i < r->n && st == UM_OK; i++)
            if (fold[i] == f)
                trial[i] = (um_trial){score(s, r->x + i * r->inputs), r->fake[i]};
        free_it(s);
    }
    if (st == UM_OK) {
        um_trials_sort(trial, r->n);
        *auc = um_auc(trial, r->n);
    }
    free(trial);
    return st;
}

typedef struct choice {
    double cost, gamma;
    bool plain;
} choice;

static um_status choose(choice *out, libsvm_rows *theirs, const um_learn_rows *r, const um_learn_options *o,
                        um_error *err)
{
    const double plain_gamma = PLAIN_GAMMA / (double)r->inputs;
    *out = (choice){o->cost > 0 ? o->cost : PLAIN_COST, o->gamma > 0 ? o->gamma : plain_gamma, false};
    if (o->cost > 0 && o->gamma > 0)
        return UM_OK;
    int *fold = um_calloc(r->n, sizeof *fold);
    um_status st = fold ? um_folds(fold, r->fake, r->cluster, r->n, FOLDS, o->seed, err) : um_fail_oom(err);
    if (st == UM_EFORMAT) { /* too few clusters */
        free(fold);
        out->plain = true;
        return UM_OK;
    }
    double best = -1, auc = 0;
    const size_t costs = o->cost > 0 ? 1 : sizeof COSTS / sizeof *COSTS,
                 gammas = o->gamma > 0 ? 1 : sizeof GAMMAS / sizeof *GAMMAS;
    for (size_t i = 0; i < costs * gammas && st == UM_OK; i++) {
        const double cost = o->cost > 0 ? o->cost : COSTS[i / gammas],
                     gamma = o->gamma > 0 ? o->gamma : GAMMAS[i % gammas] / (double)r->inputs;
        st = try(&auc, theirs, r, fold, cost, gamma, err);
        if (st == UM_OK && auc > best) {
            best = auc;
            *out = (choice){cost, gamma, false};
        }
    }
    free(fold);
    return st;
}

static um_status fit(void **out, const um_learn_rows *r, const um_learn_options *o, um_error *err)
{
    libsvm_rows theirs = {0};
    choice c;
    svm *s = NULL;
    *out = NULL;
    if (r->n > MOST_NUMBERS / r->inputs)
        return um_fail(err, UM_EFORMAT, "svm on %zu inputs learns from at most %zu recordings", r->inputs,
                       MOST_NUMBERS / r->inputs);
    um_status st = give_rows(&theirs, r, err);
    if (st == UM_OK)
        st = choose(&c, &theirs, r, o, err);
    if (st == UM_OK)
        st = learn(&s, &theirs, r, NULL, 0, c.cost, c.gamma, err);
    if (st == UM_OK)
        s->plain = c.plain;
    free_rows(&theirs);
    *out = s;
    return st;
}

static void tell(char *out, size_t size, const void *classifier)
{
    const svm *s = classifier;
    snprintf(out, size, "cost %.4g, gamma %.4g%s; %zu support vectors", s->cost, s->gamma,
             s->plain ? " (too few groups to choose them)" : "", s->n);
}

/* --- in JSON --- */

static um_json *to_json(const void *classifier)
{
    const svm *s = classifier;
    um_json *j = um_json_object();
    um_json_set_num(j, "cost", s->cost, 17);
    um_json_set_num(j, "gamma", s->gamma, 17);
    um_json_set_num(j, "constant", s->constant, 17);
    um_json_set(j, "weights", um_row_json(s->weight, s->n));
    um_json_set(j, "vectors", um_row_json(s->vector, s->n * s->inputs));
    return j;
}

static um_status from_json(void **out, const um_json *j, size_t inputs, const char *file, um_error *err)
{
    const um_json *weights = um_json_get(j, "weights");
    const size_t n = um_json_count(weights);
    svm *s = NULL;
    if (n < 1 || n > MOST_NUMBERS / inputs)
        return um_fail(err, UM_EFORMAT, "%s: 1 to %zu support vectors of %zu inputs are possible", file,
                       MOST_NUMBERS / inputs, inputs);
    um_status st = make(&s, n, inputs, err);
    if (st < 0)
        return st;
    s->cost = um_json_get_num(j, "cost", NAN);
    s->gamma = um_json_get_num(j, "gamma", NAN);
    s->constant = um_json_get_num(j, "constant", NAN);
    bool right = s->gamma > 0 && s->gamma <= MOST_GAMMA && fabs(s->constant) <= MOST_WEIGHT && s->cost > 0 &&
                 s->cost <= MOST_WEIGHT && um_row_read(s->weight, weights, n, -MOST_WEIGHT) &&
                 um_row_read(s->vector, um_json_get(j, "vectors"), n * inputs, -1e9);
    for (size_t k = 0; k < n && right; k++)
        right = s->weight[k] <= MOST_WEIGHT;
    if (right) {
        *out = s;
        return UM_OK;
    }
    free_it(s);
    return um_fail(err, UM_EFORMAT, "%s: not a support vector machine of %zu inputs", file, inputs);
}

const um_classifier_kind um_classifier_svm = {.name = "svm",
                                              .fit = fit,
                                              .score = score,
                                              .tell = tell,
                                              .to_json = to_json,
                                              .from_json = from_json,
                                              .free = free_it};
