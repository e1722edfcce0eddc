/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trees.c: gradient-boosted trees (Friedman 2001), learnt by XGBoost (Chen and Guestrin 2016): logistic loss,
 * both classes of the same weight, exact splits, one thread, nothing drawn. A question is "is the column
 * below x?", and each says which way a missing value goes.
 *
 * XGBoost only learns. What it learnt is kept as a tree in JSON, read and asked here, so that no byte of a
 * model file ever reaches it. The score is the sum of the leaves: log odds, single precision, as XGBoost's
 * margin to the bit. */
#include "learn/classifier.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { MOST_TREES = 1000, MOST_DEPTH = 6, MOST_NODES = (1 << (MOST_DEPTH + 1)) - 1 };
static const size_t MOST_NUMBERS = (size_t)1 << 24; /* of all rows; XGBoost sorts them: about 1 GB then */
static const double MOST_LEAF = 1e8, MOST_VALUE = 1e30;

typedef struct node {
    int column;      /* -1: a leaf */
    int no;          /* the yes stands right behind the question */
    bool lacking_no; /* a missing value goes there */
    float value;     /* of a leaf; or the bound */
} node;

typedef struct tree {
    int n, depth;
    node *node; /* the first is the root */
} tree;

typedef struct trees {
    size_t inputs;
    int n;
    tree tree[];
} trees;

static void free_it(void *classifier)
{
    trees *t = classifier;
    for (int i = 0; t && i < t->n; i++)
        free(t->tree[i].node);
    free(t);
}

static float single(double v)
{
    return (float)um_clampd(v, -MOST_VALUE, MOST_VALUE); /* NAN stays */
}

static double score(const void *classifier, const double *x)
{
    const trees *t = classifier;
    float sum = 0;
    for (int i = 0; i < t->n; i++) {
        const node *all = t->tree[i].node;
        int at = 0;
        while (all[at].column >= 0) {
            const node *q = &all[at];
            const float v = single(x[q->column]);
            at = (isnan(v) ? q->lacking_no : v >= q->value) ? q->no : at + 1;
        }
        sum += all[at].value;
    }
    return (double)sum;
}

static um_status make(trees **out, size_t n, size_t inputs, const char *file, um_error *err)
{
    *out = NULL;
    if (n < 1 || n > MOST_TREES)
        return um_fail(err, UM_EFORMAT, "%s: 1 to %d trees are possible", file, MOST_TREES);
    if (!(*out = um_calloc(1, sizeof **out + n * sizeof *(*out)->tree)))
        return um_fail_oom(err);
    (*out)->inputs = inputs;
    return UM_OK;
}

/* A node and what hangs on it, from another form: false is not one. */
typedef bool (*grow_fn)(tree *t, const um_json *from, size_t at, int depth, size_t inputs);

static um_status add_tree(trees *t, grow_fn grow, const um_json *from, const char *file, um_error *err)
{
    node *most = um_calloc(MOST_NODES, sizeof *most);
    if (!most)
        return um_fail_oom(err);
    tree *one = &t->tree[t->n++];
    one->node = most;
    if (!grow(one, from, 0, 0, t->inputs))
        return um_fail(err, UM_EFORMAT, "%s: tree %d is not one of %zu columns", file, t->n, t->inputs);
    node *fitting = um_calloc((size_t)one->n, sizeof *fitting);
    if (!fitting)
        return um_fail_oom(err);
    memcpy(fitting, most, (size_t)one->n * sizeof *fitting);
    free(most);
    one->node = fitting;
    return UM_OK;
}

/* --- by XGBoost --- */

/* Of the arrays in which XGBoost writes a tree, node `at`. */
static bool grow_theirs(tree *t, const um_json *from, size_t at, int depth, size_t inputs)
{
    const double left = um_json_as_num(um_json_at(um_json_get(from, "left_children"), at), -2),
                 right = um_json_as_num(um_json_at(um_json_get(from, "right_children"), at), -2),
                 column = um_json_as_num(um_json_at(um_json_get(from, "split_indices"), at), -2),
                 value = um_json_as_num(um_json_at(um_json_get(from, "split_conditions"), at), NAN),
                 lacking_left = um_json_as_num(um_json_at(um_json_get(from, "default_left"), at), NAN);
    const int own = t->n++;
    if (!isfinite(value) || left < -1)
        return false;
    t->depth = depth > t->depth ? depth : t->depth;
    t->node[own] = (node){.column = -1, .value = (float)value};
    if (left < 0)
        return true;
    if (depth == MOST_DEPTH || right < 0 || column < 0 || column >= (double)inputs)
        return false;
    t->node[own].column = (int)column;
    t->node[own].lacking_no = lacking_left == 0;
    if (!grow_theirs(t, from, (size_t)left, depth + 1, inputs))
        return false;
    t->node[own].no = t->n;
    return grow_theirs(t, from, (size_t)right, depth + 1, inputs);
}

static um_status failed(um_error *err)
{
    const char *why = XGBGetLastError();
    return um_fail(err, UM_EUNSUPPORTED, "XGBoost: %.*s", (int)strcspn(why, "\n"), why);
}

static um_status give_rows(DMatrixHandle *out, const um_learn_rows *r, um_error *err)
{
    double count[2] = {0};
    float *x = um_calloc(r->n, r->inputs * sizeof *x), *label = um_calloc(r->n, sizeof *label),
          *weight = um_calloc(r->n, sizeof *weight);
    um_status st = x && label && weight ? UM_OK : um_fail_oom(err);
    if (st == UM_OK) {
        for (size_t i = 0; i < r->n; i++)
            count[r->fake[i]]++;
        for (size_t i = 0; i < r->n; i++) {
            label[i] = r->fake[i];
            weight[i] = (float)((double)r->n / 2 / fmax(count[r->fake[i]], 1));
        }
        for (size_t i = 0; i < r->n * r->inputs; i++)
            x[i] = single(r->x[i]);
        if (XGDMatrixCreateFromMat_omp(x, r->n, r->inputs, NAN, out, 1) ||
            XGDMatrixSetFloatInfo(*out, "label", label, r->n) ||
            XGDMatrixSetFloatInfo(*out, "weight", weight, r->n))
            st = failed(err);
    }
    free(x);
    free(label);
    free(weight);
    return st;
}

static um_status boost(BoosterHandle booster, DMatrixHandle rows, const um_learn_options *o, um_error *err)
{
    char depth[20], rate[40], penalty[40], seed[40];
    snprintf(depth, sizeof depth, "%d", um_clampi(o->depth, 1, MOST_DEPTH));
    snprintf(rate, sizeof rate, "%.17g", o->rate);
    snprintf(penalty, sizeof penalty, "%.17g", o->penalty);
    snprintf(seed, sizeof seed, "%u", (unsigned)(o->seed & 0x7fffffff));
    const char *const set[][2] = {{"verbosity", "0"},
                                  {"nthread", "1"},
                                  {"seed", seed},
                                  {"tree_method", "exact"},
                                  {"objective", "binary:logistic"},
                                  {"base_score", "0.5"},
                                  {"max_depth", depth},
                                  {"eta", rate},
                                  {"lambda", penalty},
                                  {"disable_default_eval_metric", "1"}};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        if (XGBoosterSetParam(booster, set[i][0], set[i][1]))
            return failed(err);
    for (int i = 0; i < um_clampi(o->trees, 1, MOST_TREES); i++)
        if (XGBoosterUpdateOneIter(booster, i, rows))
            return failed(err);
    return UM_OK;
}

static um_status take_trees(trees **out, BoosterHandle booster, size_t inputs, um_error *err)
{
    static const char WHO[] = "XGBoost's model";
    um_json *j = NULL;
    bst_ulong n;
    const char *text; /* the booster's own */
    if (XGBoosterSaveModelToBuffer(booster, "{\"format\": \"json\"}", &n, &text))
        return failed(err);
    um_status st = um_json_parse(&j, text, n, WHO, err);
    const um_json *list = um_json_get(um_json_get(j, "learner"), "gradient_booster");
    list = um_json_get(um_json_get(list, "model"), "trees");
    if (st == UM_OK)
        st = make(out, um_json_count(list), inputs, WHO, err);
    for (size_t i = 0; i < um_json_count(list) && st == UM_OK; i++)
        st = add_tree(*out, grow_theirs, um_json_at(list, i), WHO, err);
    um_json_free(&j);
    return st;
}

static um_status fit(void **out, const um_learn_rows *r, const um_learn_options *o, um_error *err)
{
    DMatrixHandle rows = NULL;
    BoosterHandle booster = NULL;
    trees *t = NULL;
    *out = NULL;
    if (r->n > MOST_NUMBERS / r->inputs)
        return um_fail(err, UM_EFORMAT, "trees of %zu columns are learnt from at most %zu recordings",
                       r->inputs, MOST_NUMBERS / r->inputs);
    um_status st = give_rows(&rows, r, err);
    if (st == UM_OK && XGBoosterCreate(&rows, 1, &booster))
        st = failed(err);
    if (st == UM_OK)
        st = boost(booster, rows, o, err);
    if (st == UM_OK)
        st = take_trees(&t, booster, r->inputs, err);
    if (booster)
        XGBoosterFree(booster);
    if (rows)
        XGDMatrixFree(rows);
    if (st < 0) {
        free_it(t);
        return st;
    }
    *out = t;
    return UM_OK;
}

static void tell(char *out, size_t size, const void *classifier)
{
    const trees *t = classifier;
    int depth = 0;
    for (int i = 0; i < t->n; i++)
        depth = t->tree[i].depth > depth ? t->tree[i].depth : depth;
    snprintf(out, size, "%d trees of depth %d at most", t->n, depth);
}

/* --- in JSON --- */

static um_json *node_json(const tree *t, int at)
{
    const node *q = &t->node[at];
    um_json *j = um_json_object();
    if (q->column < 0) {
        um_json_set_num(j, "leaf", (double)q->value, 9); /* nine digits are all of a float */
        return j;
    }
    um_json_set_int(j, "column", q->column);
    um_json_set_num(j, "below", (double)q->value, 9);
    um_json_set_text(j, "missing", q->lacking_no ? "no" : "yes");
    um_json_set(j, "yes", node_json(t, at + 1));
    um_json_set(j, "no", node_json(t, q->no));
    return j;
}

static um_json *to_json(const void *classifier)
{
    const trees *t = classifier;
    um_json *j = um_json_object(), *list = um_json_array();
    for (int i = 0; i < t->n; i++)
        um_json_add(list, node_json(&t->tree[i], 0));
    um_json_set(j, "trees", list);
    return j;
}

/* A node as node_json writes it. The depth bounds the number of nodes, too. */
static bool grow_ours(tree *t, const um_json *from, size_t at, int depth, size_t inputs)
{
    if (depth > MOST_DEPTH)
        return false;
    const double leaf = um_json_get_num(from, "leaf", NAN), below = um_json_get_num(from, "below", NAN);
    const int64_t column = um_json_get_int(from, "column", -1);
    const char *missing = um_json_get_text(from, "missing", "");
    const int own = t->n++;
    t->depth = depth > t->depth ? depth : t->depth;
    t->node[own] = (node){.column = -1, .value = (float)um_clampd(leaf, -MOST_LEAF, MOST_LEAF)};
    if (fabs(leaf) <= MOST_LEAF)
        return true;
    const bool lacking_no = !strcmp(missing, "no");
    if (column < 0 || column >= (int64_t)inputs || !(fabs(below) <= MOST_VALUE) ||
        (!lacking_no && strcmp(missing, "yes") != 0))
        return false;
    t->node[own] = (node){.column = (int)column, .lacking_no = lacking_no, .value = (float)below};
    if (!grow_ours(t, um_json_get(from, "yes"), 0, depth + 1, inputs))
        return false;
    t->node[own].no = t->n;
    return grow_ours(t, um_json_get(from, "no"), 0, depth + 1, inputs);
}

static um_status from_json(void **out, const um_json *j, size_t inputs, const char *file, um_error *err)
{
    const um_json *list = um_json_get(j, "trees");
    trees *t = NULL;
    um_status st = make(&t, um_json_count(list), inputs, file, err);
    for (size_t i = 0; i < um_json_count(list) && st == UM_OK; i++)
        st = add_tree(t, grow_ours, um_json_at(list, i), file, err);
    if (st < 0) {
        free_it(t);
        return st;
    }
    *out = t;
    return UM_OK;
}

const um_classifier_kind um_classifier_trees = {.name = "trees",
                                                .takes_missing = true,
                                                .fit = fit,
                                                .score = score,
                                                .tell = tell,
                                                .to_json = to_json,
                                                .from_json = from_json,
                                                .free = free_it};
