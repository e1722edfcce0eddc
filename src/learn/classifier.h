/* SPDX-License-Identifier: GPL-3.0-or-later */
/* classifier.h: what tells two classes of rows apart. One kind = one file and one line in classifier.c. */
#ifndef UM_LEARN_CLASSIFIER_H
#define UM_LEARN_CLASSIFIER_H
#include "base/base.h"
#include "base/json.h"

/* Numbers of a recipe. */
typedef struct um_learn_options {
    double penalty;     /* logistic: L2, of weights of inputs with deviation 1; trees: of what a leaf says */
    int parts;          /* gmm: Gaussians of a class */
    int trees, depth;   /* trees: how many, and questions on the way to a leaf, at most */
    double rate;        /* trees: how much of what it found each adds */
    double cost, gamma; /* svm: of a row on the wrong side; 1 / (2 width^2) of the kernel; 0: chosen */
    uint64_t seed;
} um_learn_options;

/* Rows [n][inputs], both classes among them, each class of the same weight in sum. */
typedef struct um_learn_rows {
    size_t n, inputs;
    const double *x; /* finite; or NAN (missing), where the kind takes that */
    const bool *fake;
    const uint32_t *cluster; /* [n] what hangs together, for a kind that divides the rows again */
} um_learn_rows;

typedef struct um_classifier_kind {
    const char *name;
    bool takes_missing; /* and columns as they are: neither medians nor standard deviations */
    um_status (*fit)(void **out, const um_learn_rows *rows, const um_learn_options *options, um_error *err);
    double (*score)(const void *classifier, const double *inputs); /* higher: fake; finite */
    void (*tell)(char *out, size_t size, const void *classifier);  /* what became of it, in words; or NULL */
    um_json *(*to_json)(const void *classifier);
    um_status (*from_json)(void **out, const um_json *j, size_t inputs, const char *file, um_error *err);
    void (*free)(void *classifier);
} um_classifier_kind;

const um_classifier_kind *um_classifier_find(const char *name); /* NULL: there is none */
extern const char um_classifier_names[];                        /* with commas between them */
extern const um_classifier_kind um_classifier_logistic, um_classifier_gmm, um_classifier_trees,
    um_classifier_svm;
#endif
