/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tabulate.c: see tabulate.h. */
#include "evaluate/tabulate.h"
#include "base/json.h"
#include "evaluate/features.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

um_status um_learn_recipe_read(um_learn_recipe *r, const char *path, um_error *err)
{
    *r = (um_learn_recipe){.classifier = "logistic",
                           .folds = 5,
                           .seed = 1,
                           .parts = 4,
                           .trees = 100,
                           .depth = 3,
                           .penalty = 1,
                           .rate = .1};
    const um_recipe_key keys[] = {{"classifier", UM_RECIPE_TEXT, r->classifier, 0, 0},
                                  {"signals", UM_RECIPE_TEXT, r->signals, 0, 0},
                                  {"where", UM_RECIPE_TEXT, r->where, 0, 0},
                                  {"folds", UM_RECIPE_INT, &r->folds, 2, 50},
                                  {"parts", UM_RECIPE_INT, &r->parts, 1, 64},
                                  {"penalty", UM_RECIPE_NUMBER, &r->penalty, 1e-6, 1e6},
                                  {"trees", UM_RECIPE_INT, &r->trees, 1, 1000},
                                  {"depth", UM_RECIPE_INT, &r->depth, 1, 6},
                                  {"rate", UM_RECIPE_NUMBER, &r->rate, 1e-3, 1},
                                  {"cost", UM_RECIPE_NUMBER, &r->cost, 1e-3, 1e6},
                                  {"gamma", UM_RECIPE_NUMBER, &r->gamma, 1e-6, 1e3},
                                  {"seed", UM_RECIPE_INT, &r->seed, 0, 1e15},
                                  {0}};
    um_status st = um_recipe_read(keys, path, err);
    if (st == UM_OK && !um_classifier_find(r->classifier))
        st = um_fail(err, UM_EFORMAT, "%s: there is no classifier '%.40s', but %s", path, r->classifier,
                     um_classifier_names);
    return st;
}

um_learn_options um_learn_recipe_options(const um_learn_recipe *r)
{
    return (um_learn_options){.penalty = r->penalty,
                              .parts = (int)r->parts,
                              .trees = (int)r->trees,
                              .depth = (int)r->depth,
                              .rate = r->rate,
                              .cost = r->cost,
                              .gamma = r->gamma,
                              .seed = (uint64_t)r->seed};
}

static bool is_listed(const char *names, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = names; *at;) {
        const size_t m = strcspn(at, ",");
        if (m == n && !memcmp(at, name, n))
            return true;
        at += m + (at[m] == ',');
    }
    return !*names;
}

static double value_of(const um_evaluation *e, um_json *const *answer, const char *column, size_t detector,
                       size_t i)
{
    return e->answer ? um_feature(answer[i], column) : e->detector[detector].score[i];
}

/* Columns that any row has a value for; of each its detector. */
static um_status choose(char (*name)[64], size_t *detector, size_t *n, const um_evaluation *e,
                        const bool *use, um_json *const *answer, const char *signals, um_error *err)
{
    *n = 0;
    for (size_t k = 0; k < e->n_detectors; k++) {
        const char *asked = e->detector[k].name;
        if (!is_listed(signals, asked) || (e->answer && !um_signal_find(asked)))
            continue;
        for (int quality = 0; quality < 1 + (e->answer != NULL); quality++) {
            bool any = false;
            detector[*n] = k;
            if (e->answer)
                snprintf(name[*n], sizeof *name, "%.48s%s", asked, quality ? ".quality" : "");
            else
                snprintf(name[*n], sizeof *name, "%s", asked);
            for (size_t i = 0; i < um_dataset_count(e->set) && !any; i++)
                any = use[i] && isfinite(value_of(e, answer, name[*n], k, i));
            *n += any;
        }
    }
    return *n ? UM_OK : um_fail(err, UM_EFORMAT, "no signal applied to any of the recordings to train on");
}

/* A recording of which no signal said anything gets no row: um_model_predict would not score it either. */
static um_status fill(um_table **out, const um_evaluation *e, bool *use, um_json *const *answer,
                      char (*name)[64], const size_t *detector, size_t columns, um_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < um_dataset_count(e->set); i++)
        n += use[i];
    um_status st = um_table_new(out, n, columns, err);
    if (st < 0)
        return st;
    memcpy((*out)->name, name, columns * sizeof *name);
    n = 0;
    for (size_t i = 0; i < um_dataset_count(e->set); i++) {
        if (!use[i])
            continue;
        double *row = (*out)->x + n * columns;
        bool any = false;
        for (size_t c = 0; c < columns; c++)
            any |= isfinite(row[c] = value_of(e, answer, name[c], detector[c], i));
        use[i] = any;
        if (!any)
            continue;
        (*out)->fake[n] = um_dataset_at(e->set, i)->label == UM_LABEL_FAKE;
        (*out)->cluster[n++] = e->cluster[i];
    }
    (*out)->n = n;
    return UM_OK;
}

um_status um_evaluation_table(um_table **out, const um_evaluation *e, bool *use, const char *signals,
                              um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t columns = 0;
    char(*name)[64] = um_calloc(2 * e->n_detectors + 1, sizeof *name);
    size_t *detector = um_calloc(2 * e->n_detectors + 1, sizeof *detector);
    um_json **answer = um_calloc(all, sizeof *answer);
    um_status st = name && detector && answer ? UM_OK : um_fail_oom(err);
    *out = NULL;
    for (size_t i = 0; i < all && st == UM_OK && e->answer; i++)
        if (use[i] && e->answer[i])
            st = um_json_parse(&answer[i], e->answer[i], strlen(e->answer[i]), um_dataset_at(e->set, i)->path,
                               err);
    if (st == UM_OK)
        st = choose(name, detector, &columns, e, use, answer, signals, err);
    if (st == UM_OK)
        st = fill(out, e, use, answer, name, detector, columns, err);
    for (size_t i = 0; i < all && answer; i++)
        um_json_free(&answer[i]);
    free(answer);
    free(detector);
    free(name);
    return st;
}
