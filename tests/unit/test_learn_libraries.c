/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What XGBoost and libsvm learn for us: our scores against their own of a model that is learnt here beside
 * ours, and what only such classifiers tell apart. */
#include "../check.h"
#include "base/random.h"
#include "eval/metrics.h"
#include "learn/model.h"
#include <libsvm/svm.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { ROWS = 400, COLUMNS = 3 };
static const um_learn_options options = {
    .penalty = 1, .parts = 1, .trees = 60, .depth = 3, .rate = .2, .cost = 2, .gamma = .5, .seed = 3};

/* Fake where the first two columns have different signs (no line divides that); the third is noise. One in
 * `lacks` (0: none) of the values is missing. */
static void sample(double *x, bool *fake, int lacks, uint64_t seed)
{
    for (size_t i = 0; i < ROWS; i++, x += COLUMNS) {
        for (size_t c = 0; c < COLUMNS; c++)
            x[c] = um_random_normal(&seed);
        fake[i] = (x[0] > 0) != (x[1] > 0);
        for (size_t c = 0; c < COLUMNS; c++)
            if (lacks && um_random(&seed) % (uint64_t)lacks == 0)
                x[c] = NAN;
    }
}

static double balanced(const bool *fake, bool is)
{
    double n = 0;
    for (size_t i = 0; i < ROWS; i++)
        n += fake[i] == is;
    return ROWS / 2. / n;
}

/* The same parameters, stated here once more, by XGBoost alone. To the bit: both sum up floats in the same
 * order. */
static void trees_of_xgboost(int lacks)
{
    static double x[ROWS * COLUMNS];
    static float single[ROWS * COLUMNS], label[ROWS], weight[ROWS];
    static bool fake[ROWS];
    const char *const set[][2] = {
        {"nthread", "1"}, {"objective", "binary:logistic"}, {"max_depth", "3"},   {"eta", "0.2"},
        {"lambda", "1"},  {"tree_method", "exact"},         {"base_score", ".5"}, {"verbosity", "0"}};
    sample(x, fake, lacks, 21);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        single[i] = (float)x[i];
    for (size_t i = 0; i < ROWS; i++) {
        label[i] = fake[i];
        weight[i] = (float)balanced(fake, fake[i]);
    }
    DMatrixHandle rows;
    BoosterHandle booster;
    bst_ulong dim;
    const bst_ulong *shape;
    const float *theirs;
    CHECK(!XGDMatrixCreateFromMat_omp(single, ROWS, COLUMNS, NAN, &rows, 1));
    CHECK(!XGDMatrixSetFloatInfo(rows, "label", label, ROWS));
    CHECK(!XGDMatrixSetFloatInfo(rows, "weight", weight, ROWS));
    CHECK(!XGBoosterCreate(&rows, 1, &booster));
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        CHECK(!XGBoosterSetParam(booster, set[i][0], set[i][1]));
    for (int i = 0; i < options.trees; i++)
        CHECK(!XGBoosterUpdateOneIter(booster, i, rows));
    CHECK(!XGBoosterPredictFromDMatrix(booster, rows,
                                       "{\"type\": 1, \"training\": false, \"iteration_begin\": 0, "
                                       "\"iteration_end\": 0, \"strict_shape\": true}",
                                       &shape, &dim, &theirs));
    CHECK(shape[0] == ROWS);

    void *ours = NULL;
    um_error err = {0};
    const um_learn_rows r = {.n = ROWS, .inputs = COLUMNS, .x = x, .fake = fake};
    CHECK(um_classifier_trees.fit(&ours, &r, &options, &err) == UM_OK);
    size_t other = 0;
    for (size_t i = 0; ours && i < ROWS; i++)
        other += um_classifier_trees.score(ours, x + i * COLUMNS) != (double)theirs[i];
    CHECK(ours && other == 0);
    um_json *j = um_classifier_trees.to_json(ours);
    um_classifier_trees.free(ours);

    /* as a file has them, too */
    char *text = NULL;
    um_json *read = NULL;
    CHECK(um_json_text(&text, j, 1, NULL) == UM_OK);
    CHECK(um_json_parse(&read, text, strlen(text), "trees", NULL) == UM_OK);
    CHECK(um_classifier_trees.from_json(&ours, read, COLUMNS, "trees", &err) == UM_OK);
    for (size_t i = 0; ours && i < ROWS; i++)
        other += um_classifier_trees.score(ours, x + i * COLUMNS) != (double)theirs[i];
    CHECK(ours && other == 0);
    um_classifier_trees.free(ours);
    um_json_free(&j);
    um_json_free(&read);
    free(text);
    XGBoosterFree(booster);
    XGDMatrixFree(rows);
}

static void quiet(const char *line)
{
}

/* The same sum in the same order; exp of ours and of theirs are one function. */
static void vectors_of_libsvm(void)
{
    static double x[ROWS * COLUMNS], label[ROWS];
    static struct svm_node node[ROWS][COLUMNS + 1], *row[ROWS];
    static bool fake[ROWS];
    sample(x, fake, 0, 22);
    for (size_t i = 0; i < ROWS; i++) {
        for (int c = 0; c < COLUMNS; c++)
            node[i][c] = (struct svm_node){c + 1, x[i * COLUMNS + (size_t)c]};
        node[i][COLUMNS].index = -1;
        row[i] = node[i];
        label[i] = fake[i] ? 1 : -1;
    }
    int labels[2] = {-1, 1};
    double weights[2] = {balanced(fake, false), balanced(fake, true)};
    const struct svm_problem problem = {ROWS, label, row};
    const struct svm_parameter how = {.svm_type = C_SVC,
                                      .kernel_type = RBF,
                                      .gamma = options.gamma,
                                      .C = options.cost,
                                      .eps = 1e-3,
                                      .cache_size = 10,
                                      .shrinking = 1,
                                      .nr_weight = 2,
                                      .weight_label = labels,
                                      .weight = weights};
    svm_set_print_string_function(quiet);
    struct svm_model *theirs = svm_train(&problem, &how);

    /* libsvm begins with the class that comes first, and ends within `eps` of the best: 1e-3 of a margin */
    void *ours = NULL;
    const um_learn_rows r = {.n = ROWS, .inputs = COLUMNS, .x = x, .fake = fake};
    CHECK(um_classifier_svm.fit(&ours, &r, &options, NULL) == UM_OK);
    um_json *j = um_classifier_svm.to_json(ours);
    CHECK(um_json_count(um_json_get(j, "weights")) == (size_t)svm_get_nr_sv(theirs));
    for (size_t i = 0; ours && i < ROWS; i++) {
        double value;
        svm_predict_values(theirs, row[i], &value);
        CHECK_NEAR(um_classifier_svm.score(ours, x + i * COLUMNS), theirs->label[0] == 1 ? value : -value,
                   5e-3);
    }
    um_json_free(&j);
    um_classifier_svm.free(ours);
    svm_free_and_destroy_model(&theirs);
}

/* AUC out of fold. */
static double learnt(const char *kind, int lacks, const um_learn_options *o, uint32_t per_cluster, char *told)
{
    um_table *t = NULL;
    um_learnt *m = NULL;
    um_validation v = {0};
    um_error err = {0};
    CHECK(um_table_new(&t, ROWS, COLUMNS, NULL) == UM_OK);
    for (size_t c = 0; c < COLUMNS; c++)
        snprintf(t->name[c], sizeof t->name[c], "%c", (char)('a' + c));
    sample(t->x, t->fake, lacks, 23);
    for (uint32_t i = 0; i < ROWS; i++)
        t->cluster[i] = i / per_cluster;
    if (um_learn(&m, &v, t, um_classifier_find(kind), o, 2, &err) < 0)
        fprintf(stderr, "%s\n", err.text);
    CHECK(m != NULL);
    double auc = NAN;
    if (m) {
        auc = m->fit.auc;
        if (m->kind->tell)
            m->kind->tell(told, 100, m->classifier);
    }
    um_learnt_free(&m);
    um_validation_free(&v);
    um_table_free(&t);
    return auc;
}

int main(void)
{
    char told[100] = "";
    trees_of_xgboost(0);
    trees_of_xgboost(5);
    vectors_of_libsvm();

    /* one value in five is missing: of 64 % of the rows both signs are known */
    CHECK(learnt("logistic", 5, &options, 1, told) < .6);
    CHECK(learnt("trees", 5, &options, 1, told) > .75);
    CHECK(!strcmp(told, "60 trees of depth 3 at most"));
    CHECK(learnt("svm", 5, &options, 1, told) > .75);
    CHECK(strstr(told, "cost 2, gamma 0.5;"));

    /* what the recipe leaves open is chosen, where the clusters allow it */
    um_learn_options open = options;
    open.cost = open.gamma = 0;
    CHECK(learnt("svm", 0, &open, 1, told) > .95);
    CHECK(strstr(told, "cost 1") && strstr(told, "gamma") && !strstr(told, "too few"));
    CHECK(learnt("svm", 0, &open, ROWS / 2, told) > .9);
    CHECK(strstr(told, "cost 1, gamma 0.3333 (too few groups to choose them)"));
    return check_done();
}
