/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tabulate.h: what a classifier of features is learnt by and from: a recipe, and a row for each recording. */
#ifndef UM_EVALUATE_TABULATE_H
#define UM_EVALUATE_TABULATE_H
#include "evaluate/evaluation.h"
#include "learn/model.h"
#include "recipes/recipe.h"

typedef struct um_learn_recipe {
    char classifier[UM_RECIPE_LINE], signals[UM_RECIPE_LINE], where[UM_RECIPE_LINE];
    int64_t folds, seed, parts, trees, depth;
    double penalty, rate, cost, gamma;
} um_learn_recipe;

um_status um_learn_recipe_read(um_learn_recipe *r, const char *path, um_error *err);
um_learn_options um_learn_recipe_options(const um_learn_recipe *r);

/* A row for each recording with use[i], in their order; its columns are what signals said, with their
 * quality, or the columns of a file of scores. `signals` ("": all): only those. Where nothing was said,
 * use[i] becomes false. UM_EFORMAT: no column has a value. */
um_status um_evaluation_table(um_table **out, const um_evaluation *e, bool *use, const char *signals,
                              um_error *err);
#endif
