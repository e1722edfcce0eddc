/* SPDX-License-Identifier: GPL-3.0-or-later */
/* classifier.h: what tells two classes of rows apart. One kind = one file and one line in classifier.c. */
#ifndef UM_LEARN_CLASSIFIER_H
#define UM_LEARN_CLASSIFIER_H
#include "base/base.h"
#include "base/json.h"

/* Numbers of a recipe. */
typedef struct um_learn_options {
    double penalty; /* logistic: L2, of weights of inputs with deviation 1; larger is smoother */
    int parts;      /* gmm: Gaussians of a class */
    uint64_t seed;
} um_learn_options;

/* Rows [n][inputs], all finite, each weighing `weight` (NULL: both classes the same in sum). */
typedef struct um_learn_rows {
    size_t n, inputs;
    const double *x;
    const bool *fake;
} um_learn_rows;

typedef struct um_classifier_kind {
    const char *name;
    um_status (*fit)(void **out, const um_learn_rows *rows, const um_learn_options *options, um_error *err);
    double (*score)(const void *classifier, const double *inputs); /* higher: fake; finite */
    um_json *(*to_json)(const void *classifier);
    um_status (*from_json)(void **out, const um_json *j, size_t inputs, const char *file, um_error *err);
    void (*free)(void *classifier);
} um_classifier_kind;

const um_classifier_kind *um_classifier_find(const char *name); /* NULL: there is none */
extern const um_classifier_kind um_classifier_logistic, um_classifier_gmm;
#endif
