/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is learnt from rows of features: preparation by hand, folds that divide no cluster, importance,
 * models of strangers, exhausted memory. Parity of the classifiers: learn_sklearn.py. */
#include "../check.h"
#include "base/random.h"
#include "eval/metrics.h"
#include "learn/model.h"
#include <string.h>

enum { ROWS = 240, COLUMNS = 4, PER_CLUSTER = 4 };
static const um_learn_options options = {.penalty = 1,
                                         .parts = 2,
                                         .trees = 20,
                                         .depth = 2,
                                         .rate = .3,
                                         .cost = 1,
                                         .seed = 3}; /* gamma is chosen */

/* "a" tells the classes apart, "a.quality" does not; "b" is noise; "c" is noise that every third row lacks.
 */
static um_table *sample(size_t n)
{
    um_table *t = NULL;
    uint64_t seed = 7;
    static const char *const names[COLUMNS] = {"a", "a.quality", "b", "c"};
    if (um_table_new(&t, n, COLUMNS, NULL) < 0)
        return NULL;
    for (size_t c = 0; c < COLUMNS; c++)
        snprintf(t->name[c], sizeof t->name[c], "%s", names[c]);
    for (size_t i = 0; i < n; i++) {
        double *x = t->x + i * COLUMNS;
        t->cluster[i] = (uint32_t)(i / PER_CLUSTER);
        t->fake[i] = i % 2;
        for (size_t c = 0; c < COLUMNS; c++)
            x[c] = um_random_normal(&seed);
        x[0] += t->fake[i] ? 1 : -1;
        if (i % 3 == 0)
            x[3] = NAN;
    }
    return t;
}

static void preparation(void)
{
    um_table *t = NULL;
    um_preparation p = {0};
    double inputs[6];
    CHECK(um_table_new(&t, 4, 3, NULL) == UM_OK);
    const double x[4][3] = {{1, 5, NAN}, {3, 5, 2}, {NAN, 5, 6}, {100, 7, 1}};
    const bool use[4] = {true, true, true, false}; /* the fourth is of another fold: unseen */
    memcpy(t->x, x, sizeof x);
    CHECK(um_preparation_learn(&p, t, use, NULL) == UM_OK);
    CHECK(p.inputs == 5);
    CHECK_NEAR(p.median[0], 2, 1e-12);
    CHECK_NEAR(p.mean[0], 2, 1e-12);
    CHECK_NEAR(p.lacking[0], 1. / 3, 1e-12);
    CHECK(p.deviation[1] == 0 && p.lacking[1] == 0);
    um_preparation_apply(inputs, &p, x[2]);
    CHECK_NEAR(inputs[0], 0, 1e-12);            /* the median, which is the mean here */
    CHECK_NEAR(inputs[1], 0, 1e-12);            /* a column that never changes */
    CHECK_NEAR(inputs[3], sqrt(2), 1e-12);      /* lacks "0": (1 - 1/3) / sqrt(1/3 2/3) */
    CHECK_NEAR(inputs[4], -1 / sqrt(2), 1e-12); /* does not lack "2" */
    um_preparation_free(&p);
    um_table_free(&t);
}

static double auc_of(const um_table *t, const double *score)
{
    um_trial trial[ROWS];
    for (size_t i = 0; i < t->n; i++)
        trial[i] = (um_trial){score[i], t->fake[i]};
    um_trials_sort(trial, t->n);
    return um_auc(trial, t->n);
}

/* Classes told apart by normal distributions at -+1: AUC = Phi(2 / sqrt 2) = .921. */
static void learns(const char *kind)
{
    um_table *t = sample(ROWS);
    um_learnt *m = NULL;
    um_validation v = {0};
    um_error err = {0};
    CHECK(t && um_learn(&m, &v, t, um_classifier_find(kind), &options, 5, &err) == UM_OK);
    if (!m) {
        um_table_free(&t);
        return;
    }
    CHECK(auc_of(t, v.score) > (!strcmp(kind, "trees") ? .82 : .85));  /* steps, no line */
    CHECK(v.importance[0] > .3 && v.importance[1] == v.importance[0]); /* of one signal */
    CHECK_NEAR(v.importance[2], 0, .03);
    CHECK_NEAR(v.importance[3], 0, .03);
    CHECK(m->fit.outcome == UM_FIT_DONE && m->fit.line.slope > 0);
    um_learnt_free(&m);
    um_validation_free(&v);
    um_table_free(&t);
}

/* Every cluster is noise with a class of its own: what is learnt by heart helps only where a cluster is in
 * several folds. */
static void folds_divide_no_cluster(void)
{
    um_table *t = sample(ROWS);
    um_learnt *m = NULL;
    um_validation v = {0};
    uint64_t seed = 11;
    for (size_t i = 0; i < ROWS; i++) {
        t->cluster[i] = (uint32_t)(i / 12);
        t->fake[i] = i / 12 % 2;
        for (size_t c = 0; c < COLUMNS; c++)
            t->x[i * COLUMNS + c] = i % 12 ? t->x[(i - 1) * COLUMNS + c] : um_random_normal(&seed);
    }
    const um_learn_options sharp = {.penalty = 1, .parts = 10, .seed = 1};
    CHECK(um_learn(&m, &v, t, &um_classifier_gmm, &sharp, 5, NULL) == UM_OK);
    if (m) {
        CHECK(auc_of(t, v.score) < .8);
        double seen[ROWS];
        for (size_t i = 0; i < ROWS; i++)
            CHECK(um_learnt_score(&seen[i], m, t->x + i * COLUMNS, NULL) == UM_OK);
        CHECK_NEAR(auc_of(t, seen), 1, 1e-12); /* by heart */
    }
    um_learnt_free(&m);
    um_validation_free(&v);
    um_table_free(&t);
}

static void too_few(void)
{
    um_table *t = sample(8); /* two clusters */
    um_learnt *m = NULL;
    um_validation v = {0};
    um_error err = {0};
    CHECK(um_learn(&m, &v, t, &um_classifier_logistic, &options, 5, &err) == UM_EFORMAT && !m);
    CHECK(strstr(err.text, "too few groups") != NULL);
    um_table_free(&t);
}

/* --- models of others --- */

static um_status read_text(um_learnt **out, const char *text)
{
    um_json *j = NULL;
    um_error err = {0};
    *out = NULL;
    um_status st = um_json_parse(&j, text, strlen(text), "m.json", &err);
    if (st == UM_OK)
        st = um_learnt_read(out, j, "m.json", &err);
    CHECK(st == UM_OK || st == UM_ENOMEM || strstr(err.text, "m.json") != NULL);
    um_json_free(&j);
    return st;
}

static char *text_of(const char *kind)
{
    um_table *t = sample(ROWS);
    um_learnt *m = NULL;
    um_validation v = {0};
    char *text = NULL;
    CHECK(um_learn(&m, &v, t, um_classifier_find(kind), &options, 3, NULL) == UM_OK);
    um_json *j = um_learnt_json(m);
    CHECK(um_json_text(&text, j, 0, NULL) == UM_OK);
    um_json_free(&j);
    um_learnt *again;
    CHECK(read_text(&again, text) == UM_OK);
    for (size_t i = 0; again && i < ROWS; i++) { /* um_json_text writes 12 digits */
        double a, b;
        CHECK(um_learnt_score(&a, m, t->x + i * COLUMNS, NULL) == UM_OK);
        CHECK(um_learnt_score(&b, again, t->x + i * COLUMNS, NULL) == UM_OK);
        CHECK_NEAR(a, b, 1e-8 * (1 + fabs(a)));
    }
    um_learnt_free(&again);
    um_learnt_free(&m);
    um_validation_free(&v);
    um_table_free(&t);
    return text;
}

/* Damaged at every byte: refused with the file's name, or still a model with finite scores. */
static void hostile(const char *kind)
{
    char *text = text_of(kind);
    const size_t n = text ? strlen(text) : 0, step = 1 + n / 3000;
    const double row[UM_TABLE_COLUMNS] = {1, -1e308, NAN, INFINITY};
    um_learnt *m;
    double score;
    for (size_t i = 0; i < n; i += step) {
        const char was = text[i];
        for (const char *with = "9]e-\""; *with; with++) {
            text[i] = *with;
            if (read_text(&m, text) == UM_OK && um_learnt_score(&score, m, row, NULL) == UM_OK)
                CHECK(!isnan(score));
            um_learnt_free(&m);
        }
        text[i] = was;
    }
    free(text);
}

#define PREPARED                                                                           \
    "\"columns\": [{\"name\": \"a\"}], \"preparation\": {\"median\": [0], \"mean\": [0], " \
    "\"deviation\": [1], \"lacking\": [0]}, \"classifier\": "
#define SVM "{\"unmask_model\": 1, \"kind\": \"svm\", " PREPARED
#define TREES "{\"unmask_model\": 1, \"kind\": \"trees\", \"columns\": [{\"name\": \"a\"}], \"classifier\": "
#define ASK(column, below, missing, yes, no)                                                     \
    "{\"column\": " column ", \"below\": " below ", \"missing\": \"" missing "\", \"yes\": " yes \
    ", \"no\": " no "}"
#define LEAF "{\"leaf\": 1}"

/* A question in every no, `depth` of them. */
static um_status read_ladder(um_learnt **out, int depth)
{
    um_buf b;
    um_buf_init(&b, 1 << 20);
    um_buf_text(&b, TREES "{\"trees\": [");
    for (int i = 0; i < depth; i++)
        um_buf_text(&b, "{\"column\": 0, \"below\": 1, \"missing\": \"no\", \"yes\": " LEAF ", \"no\": ");
    um_buf_text(&b, LEAF);
    for (int i = 0; i < depth; i++)
        um_buf_text(&b, "}");
    um_buf_text(&b, "]}}");
    char *text = um_buf_take(&b);
    const um_status st = read_text(out, text);
    free(text);
    return st;
}

/* By hand: where each value of a column leads, the missing and the infinite one too. */
static void a_tree(void)
{
    um_learnt *m;
    static const double x[] = {.5, 1, 1e308, -1e308, NAN, INFINITY}, is[] = {2, 3, 3, 2, 3, 3};
    CHECK(read_text(&m, TREES "{\"trees\": [" ASK("0", "1", "no", "{\"leaf\": 2}", "{\"leaf\": 3}") "]}}") ==
          UM_OK);
    for (size_t i = 0; m && i < sizeof x / sizeof *x; i++) {
        double score = NAN;
        CHECK(um_learnt_score(&score, m, &x[i], NULL) == UM_OK && score == is[i]);
    }
    um_learnt_free(&m);
    CHECK(read_ladder(&m, 6) == UM_OK);
    um_learnt_free(&m);
    CHECK(read_ladder(&m, 7) == UM_EFORMAT && !m);
    CHECK(read_ladder(&m, 2000) == UM_EFORMAT && !m);
}

static void refused(void)
{
    static const char *const wrong[] = {
        "{}",
        "[]",
        "{\"unmask_model\": 2}",
        "{\"unmask_model\": 1, \"kind\": \"oracle\"}",
        "{\"unmask_model\": 1, \"kind\": \"logistic\", \"columns\": []}",
        "{\"unmask_model\": 1, \"kind\": \"logistic\", \"columns\": [{\"name\": \"\"}]}",
        "{\"unmask_model\": 1, \"kind\": \"logistic\", \"columns\": [{\"name\": \"a\"}], \"preparation\": "
        "{\"median\": [0], \"mean\": [0], \"deviation\": [-1], \"lacking\": [0]}}",
        "{\"unmask_model\": 1, \"kind\": \"logistic\", \"columns\": [{\"name\": \"a\"}], \"preparation\": "
        "{\"median\": [0], \"mean\": [0], \"deviation\": [1], \"lacking\": [0]}, \"classifier\": "
        "{\"weights\": [1]}}",
        "{\"unmask_model\": 1, \"kind\": \"gmm\", \"columns\": [{\"name\": \"a\"}], \"preparation\": "
        "{\"median\": [0], \"mean\": [0], \"deviation\": [1], \"lacking\": [0]}, \"classifier\": {\"real\": "
        "{\"shares\": [1], \"means\": [0], \"variances\": [0]}}}",
        SVM "{\"cost\": 1, \"gamma\": 1, \"constant\": 0, \"weights\": [], \"vectors\": []}}",
        SVM "{\"cost\": 1, \"gamma\": 1, \"constant\": 0, \"weights\": [1], \"vectors\": [1, 2]}}",
        SVM "{\"cost\": 1, \"gamma\": -1, \"constant\": 0, \"weights\": [1], \"vectors\": [1]}}",
        SVM "{\"cost\": 1, \"gamma\": 1, \"constant\": 0, \"weights\": [1e12], \"vectors\": [1]}}",
        SVM "{\"cost\": 1, \"gamma\": 1, \"weights\": [1], \"vectors\": [1]}}",
        TREES "{}}",
        TREES "{\"trees\": []}}",
        TREES "{\"trees\": [{}]}}",
        TREES "{\"trees\": [{\"leaf\": 1e9}]}}",
        TREES "{\"trees\": [{\"leaf\": \"1\"}]}}",
        TREES "{\"trees\": [" ASK("0", "1", "yes", LEAF, "{}") "]}}",
        TREES "{\"trees\": [" ASK("1", "1", "yes", LEAF, LEAF) "]}}",
        TREES "{\"trees\": [" ASK("-1", "1", "yes", LEAF, LEAF) "]}}",
        TREES "{\"trees\": [" ASK("0", "1e31", "yes", LEAF, LEAF) "]}}",
        TREES "{\"trees\": [" ASK("0", "1", "", LEAF, LEAF) "]}}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        um_learnt *m;
        CHECK(read_text(&m, wrong[i]) == UM_EFORMAT && !m);
    }
}

static void exhausted(const char *kind)
{
    um_table *t = sample(48);
    long n = 0;
    for (bool failed = true; failed && n < 2000; n++) {
        um_learnt *m = NULL;
        um_validation v = {0};
        um_alloc_fail_at(n);
        const um_status st = um_learn(&m, &v, t, um_classifier_find(kind), &options, 2, NULL);
        failed = um_alloc_failed();
        CHECK(failed ? st == UM_ENOMEM && !m : st == UM_OK);
        um_learnt_free(&m);
        um_validation_free(&v);
    }
    um_alloc_fail_at(-1);
    CHECK(n > 10 && n < 2000);
    um_table_free(&t);
}

int main(void)
{
    static const char *const kinds[] = {"logistic", "gmm", "trees", "svm"};
    preparation();
    folds_divide_no_cluster();
    too_few();
    a_tree();
    refused();
    CHECK(!um_classifier_find("oracle"));
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        learns(kinds[k]);
        hostile(kinds[k]);
        exhausted(kinds[k]);
    }
    return check_done();
}
