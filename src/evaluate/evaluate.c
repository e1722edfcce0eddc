/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evaluate.c: from labels to measures. */
#include "data/check.h"
#include "evaluate/cross.h"
#include "evaluate/cues.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/output.h>

enum { DRAWS = 1000, MOST_DRAWS = 100000 };

/* Options of an older caller end sooner; those of a newer one may only say zero beyond what is known here. */
static um_status take_options(um_evaluate_options *out, const um_evaluate_options *opt, um_error *err)
{
    const size_t known = sizeof *out;
    for (size_t i = known; i < opt->size; i++)
        if (((const char *)opt)[i])
            return um_fail(err, UM_EINVAL, "options of a later version");
    *out = (um_evaluate_options){0};
    memcpy(out, opt, opt->size && opt->size < known ? opt->size : known);
    out->draws = out->draws ? out->draws : DRAWS;
    if (out->draws < 1 || out->draws > MOST_DRAWS)
        return um_fail(err, UM_EINVAL, "%d draws: 1 to %d are possible", out->draws, MOST_DRAWS);
    return UM_OK;
}

static um_status open_set(um_evaluation *e, const char *labels, const um_evaluate_options *o, um_error *err)
{
    size_t n[2] = {0};
    um_status st = um_dataset_open(&e->set, labels, err);
    if (st == UM_OK && o->where)
        st = um_dataset_filter(e->set, o->where, err);
    if (st == UM_OK && o->label && !um_dataset_label_by(e->set, o->label))
        st = um_fail(err, UM_EINVAL, "'%s': labels are of 'audio' or 'video'", o->label);
    if (st < 0)
        return st;
    for (size_t i = 0; i < um_dataset_count(e->set); i++) {
        n[0] += um_dataset_at(e->set, i)->label == UM_LABEL_REAL;
        n[1] += um_dataset_at(e->set, i)->label == UM_LABEL_FAKE;
    }
    if (!n[0] || !n[1])
        return um_fail(err, UM_EFORMAT, "%s: %zu real and %zu fake recordings%s%s: both are needed", labels,
                       n[0], n[1], o->where ? ", of those with " : "", o->where ? o->where : "");
    if (!(e->cluster = um_calloc(um_dataset_count(e->set), sizeof *e->cluster)) ||
        !(e->answered = um_calloc(um_dataset_count(e->set), 1)))
        return um_fail_oom(err);
    return um_dataset_clusters(e->cluster, &e->n_clusters, e->set, err);
}

/* With cues nothing need be analysed. */
static bool asks_signals(const um_evaluate_options *o)
{
    return !o->scores && !(o->cues && o->signals && !strcmp(o->signals, "none"));
}

um_status um_evaluate(um_evaluation **out, const char *labels, const um_evaluate_options *opt, um_error *err)
{
    um_evaluate_options o;
    um_lesson lesson = {0};
    um_evaluation *e = um_calloc(1, sizeof *e);
    *out = NULL;
    if (!e)
        return um_fail_oom(err);
    um_status st = take_options(&o, opt, err);
    if (st == UM_OK && o.recipe)
        st = um_lesson_open(&lesson, o.recipe, err);
    if (*lesson.recipe.signals && !o.signals)
        o.signals = lesson.recipe.signals;
    if (st == UM_OK)
        st = open_set(e, labels, &o, err);
    if (st < 0)
        goto done;
    e->draws = o.draws;
    e->seed = o.seed;
    if ((e->has_verifier = o.verifier))
        e->verifier = (um_verifier){o.verifier[0], o.verifier[1], o.verifier[2]};
    size_t n_conditions = 0;
    if (o.robustness)
        st = o.scores           ? um_fail(err, UM_EINVAL, "robustness is not in a file of scores")
             : asks_signals(&o) ? um_evaluation_conditions(&n_conditions, o.robustness, err)
                                : um_fail(err, UM_EINVAL, "robustness is that of signals, and none is asked");
    um_pass pass = {.of = asks_signals(&o) + n_conditions + o.cues};
    if (st == UM_OK && o.scores)
        st = um_evaluation_read_scores(e, o.scores, o.models_dir, err);
    if (st == UM_OK && asks_signals(&o)) {
        st = um_evaluation_analyse(e, &o, &pass, err);
        pass.number++;
    }
    if (st == UM_OK && o.cues)
        st = um_evaluation_cues(e, &o, &pass, err);
    if (st == UM_OK && o.recipe)
        st = um_lesson_take(&lesson, e, err);
    if (st == UM_OK)
        st = um_evaluation_measure(e, o.by, err);
    if (st == UM_OK && o.cross)
        st = um_evaluation_cross(e, o.cross, o.recipe ? &lesson : NULL, err);
    if (st == UM_OK && n_conditions)
        st = um_evaluation_robustness(e, &o, err);
    if (st == UM_OK) {
        *out = e;
        e = NULL;
    }
done:
    um_lesson_free(&lesson);
    um_evaluation_free(&e);
    return st;
}

um_status um_labels_check(char **out, size_t *n_faults, const char *labels, const um_evaluate_options *opt,
                          um_error *err)
{
    um_evaluate_options o;
    um_dataset *set = NULL;
    um_pool *pool = NULL;
    um_cache *cache = NULL;
    *out = NULL;
    *n_faults = 0;
    um_status st = take_options(&o, opt, err);
    if (st == UM_OK)
        st = um_dataset_open(&set, labels, err);
    if (st == UM_OK && o.where)
        st = um_dataset_filter(set, o.where, err);
    if (st == UM_OK)
        st = um_pool_new(&pool, o.threads, err);
    if (st == UM_OK && o.cache)
        st = um_cache_open(&cache, o.cache, o.cache_bytes ? o.cache_bytes : UM_EVALUATION_CACHE, err);
    if (st == UM_OK) {
        const um_check_options check = {
            .contents = true, .pool = pool, .cache = cache, .progress = o.progress, .user = o.user};
        st = um_dataset_check(out, n_faults, set, &check, err);
    }
    um_cache_close(&cache);
    um_pool_free(&pool);
    um_dataset_free(&set);
    return st;
}

um_status um_labels_keep(const char *labels, um_error *err)
{
    um_dataset *set = NULL;
    const char *list;
    um_status st = um_dataset_open(&set, labels, err);
    for (size_t i = 0; st == UM_OK && (list = um_dataset_list(set, i)); i++)
        st = um_output_keep(list, err);
    for (size_t i = 0; st == UM_OK && i < um_dataset_count(set); i++)
        st = um_output_keep(um_dataset_at(set, i)->path, err);
    um_dataset_free(&set);
    return st;
}
