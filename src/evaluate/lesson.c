/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lesson.c: see lesson.h. */
#include "evaluate/lesson.h"
#include "learn/folds.h"
#include <math.h>
#include <stdlib.h>

um_status um_evaluation_parts(int *part, const um_evaluation *e, int n, uint64_t seed, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t rows = 0;
    int *fold = um_calloc(all, sizeof *fold);
    bool *fake = um_calloc(all, sizeof *fake);
    uint32_t *cluster = um_calloc(all, sizeof *cluster);
    um_status st = fold && fake && cluster ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < all && st == UM_OK; i++)
        if (um_example_has_class(um_dataset_at(e->set, i))) {
            fake[rows] = um_dataset_at(e->set, i)->label == UM_LABEL_FAKE;
            cluster[rows++] = e->cluster[i];
        }
    if (st == UM_OK)
        st = um_folds(fold, fake, cluster, rows, n, seed, err);
    rows = 0;
    for (size_t i = 0; i < all && st == UM_OK; i++)
        part[i] = um_example_has_class(um_dataset_at(e->set, i)) ? fold[rows++] : -1;
    free(fold);
    free(fake);
    free(cluster);
    return st;
}

um_status um_lesson_open(um_lesson *out, const char *path, um_error *err)
{
    *out = (um_lesson){0};
    um_status st = um_learn_recipe_read(&out->recipe, path, err);
    if (st == UM_OK && *out->recipe.where)
        st = um_fail(err, UM_EINVAL, "%s: which recordings are measured is for --where to say, not 'where'",
                     path);
    return st;
}

/* One part: learnt from the other parts, scored on this one. */
static um_status teach(double *score, const um_lesson *l, const um_evaluation *e, const bool *mine, int part,
                       bool *use, um_error *err)
{
    const um_learn_options options = um_learn_recipe_options(&l->recipe);
    const size_t all = um_dataset_count(e->set);
    size_t n[2] = {0}, row = 0;
    um_learnt *m = NULL;
    for (size_t i = 0; i < all; i++) {
        const um_example *x = um_dataset_at(e->set, i);
        if (!l->use[i])
            continue;
        use[row] = l->part[i] != part && um_example_is_train(x) && !(mine && mine[i]);
        n[x->label == UM_LABEL_FAKE] += use[row++];
    }
    if (!n[0] || !n[1])
        return UM_OK;
    um_status st = um_learn_of(&m, l->table, use, um_classifier_find(l->recipe.classifier), &options, err);
    row = 0;
    for (size_t i = 0; i < all && st == UM_OK; i++) {
        if (l->use[i] && l->part[i] == part)
            st = um_learnt_score(&score[i], m, l->table->x + row * l->table->columns, err);
        row += l->use[i];
    }
    um_learnt_free(&m);
    return st;
}

um_status um_lesson_scores(double *score, const um_lesson *l, const um_evaluation *e, const bool *mine,
                           um_error *err)
{
    bool *use = um_calloc(l->table->n, sizeof *use);
    um_status st = use ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < um_dataset_count(e->set); i++)
        score[i] = NAN;
    for (int p = 0; p < l->recipe.folds && st == UM_OK; p++)
        st = teach(score, l, e, mine, p, use, err);
    free(use);
    return st;
}

um_status um_lesson_take(um_lesson *l, um_evaluation *e, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    l->part = um_calloc(all, sizeof *l->part);
    l->use = um_calloc(all, sizeof *l->use);
    um_status st = l->part && l->use ? UM_OK : um_fail_oom(err);
    if (st == UM_OK)
        st = um_evaluation_parts(l->part, e, (int)l->recipe.folds, (uint64_t)l->recipe.seed, err);
    for (size_t i = 0; i < all && st == UM_OK; i++)
        l->use[i] = l->part[i] >= 0 && (!e->answer || e->answer[i]);
    if (st == UM_OK)
        st = um_evaluation_table(&l->table, e, l->use, l->recipe.signals, err);
    if (st < 0)
        return st;
    const um_detector *d = um_evaluation_detector(e, UM_TRAINED, UM_SCORE_RANK);
    return d ? um_lesson_scores(d->score, l, e, NULL, err) : um_fail_oom(err);
}

void um_lesson_free(um_lesson *l)
{
    free(l->part);
    free(l->use);
    um_table_free(&l->table);
    *l = (um_lesson){0};
}
