/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train.c: from labelled recordings to a detector: a folder with the model, its calibration, the recipe and a
 * card of what was measured. */
#include "base/json.h"
#include "eval/metrics.h"
#include "evaluate/evaluation.h"
#include "evaluate/features.h"
#include "fusion/calibration_write.h"
#include "learn/model.h"
#include "recipes/recipe.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/learn.h>
#include <unmask/signal.h>

typedef struct recipe {
    char classifier[UM_RECIPE_LINE], signals[UM_RECIPE_LINE], where[UM_RECIPE_LINE];
    int64_t folds, seed, parts, trees, depth;
    double penalty, rate, cost, gamma;
} recipe;

static um_status read_recipe(recipe *r, const char *path, um_error *err)
{
    *r = (recipe){.classifier = "logistic",
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

/* --- rows --- */

static bool is_train(const um_evaluation *e, size_t i)
{
    const um_example *x = um_dataset_at(e->set, i);
    return e->answer[i] && (x->split == UM_SPLIT_NONE || x->split == UM_SPLIT_TRAIN) &&
           (x->label == UM_LABEL_REAL || x->label == UM_LABEL_FAKE);
}

/* Columns that any row has a value for. */
static um_status choose(char (*name)[64], size_t *n, const um_evaluation *e, um_json *const *answer,
                        um_error *err)
{
    *n = 0;
    for (size_t k = 0; k < e->n_detectors; k++)
        for (int quality = 0; quality < 2 && um_signal_find(e->detector[k].name); quality++) {
            bool any = false;
            snprintf(name[*n], sizeof *name, "%.48s%s", e->detector[k].name, quality ? ".quality" : "");
            for (size_t i = 0; i < um_dataset_count(e->set) && !any; i++)
                any = answer[i] && isfinite(um_feature(answer[i], name[*n]));
            *n += any;
        }
    return *n ? UM_OK : um_fail(err, UM_EFORMAT, "no signal applied to any of the recordings to train on");
}

/* False: no signal said anything, so um_model_predict would not score it either. */
static bool fill_row(double *row, const um_table *t, const um_json *answer)
{
    bool any = false;
    for (size_t c = 0; c < t->columns; c++)
        any |= isfinite(row[c] = um_feature(answer, t->name[c]));
    return any;
}

/* `silent`: recordings of each class that are left out because no signal applied. */
static um_status tabulate(um_table **out, size_t silent[2], const um_evaluation *e, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t n = 0, columns = 0;
    char(*name)[64] = um_calloc(2 * e->n_detectors + 1, sizeof *name);
    um_json **answer = um_calloc(all, sizeof *answer);
    um_status st = name && answer ? UM_OK : um_fail_oom(err);
    *out = NULL;
    for (size_t i = 0; i < all && st == UM_OK; i++)
        if (is_train(e, i)) {
            st = um_json_parse(&answer[i], e->answer[i], strlen(e->answer[i]), um_dataset_at(e->set, i)->path,
                               err);
            n++;
        }
    if (st == UM_OK)
        st = choose(name, &columns, e, answer, err);
    if (st == UM_OK)
        st = um_table_new(out, n, columns, err);
    if (st == UM_OK)
        memcpy((*out)->name, name, columns * sizeof *name);
    n = 0;
    for (size_t i = 0; i < all && st == UM_OK; i++) {
        if (!answer[i])
            continue;
        const bool fake = um_dataset_at(e->set, i)->label == UM_LABEL_FAKE;
        if (fill_row((*out)->x + n * columns, *out, answer[i])) {
            (*out)->fake[n] = fake;
            (*out)->cluster[n++] = e->cluster[i];
        } else
            silent[fake]++;
    }
    if (st == UM_OK)
        (*out)->n = n;
    for (size_t i = 0; i < all && answer; i++)
        um_json_free(&answer[i]);
    free(answer);
    free(name);
    return st;
}

/* --- what is said --- */

static const char *kind_in_words(char out[160], const um_learnt *m)
{
    char became[120] = "";
    if (m->kind->tell)
        m->kind->tell(became, sizeof became, m->classifier);
    snprintf(out, 160, "%s%s%s%s", m->kind->name, *became ? " (" : "", became, *became ? ")" : "");
    return out;
}

/* Beside the numbers: what they leave out, and what nobody may have thought of. */
static void put_notes(um_buf *b, const um_evaluation *e, const size_t silent[2])
{
    if (silent[0] + silent[1])
        um_buf_printf(b, "left out: %zu real and %zu fake recordings, of which no signal said anything\n",
                      silent[0], silent[1]);
    if (e->n_clusters == um_dataset_count(e->set))
        um_buf_text(b, "no groups are named: what recordings share (a person, a source) may be on both sides "
                       "of a fold\n");
}

static void put_card(um_buf *b, const um_learnt *m, const um_validation *v, const um_table *t,
                     const um_evaluation *e, const size_t silent[2], const char *labels)
{
    const um_fit *f = &m->fit;
    char kind[160];
    um_buf_printf(
        b,
        "# A detector trained by unmask %s\n\n| | |\n|---|---|\n| kind | %s |\n| trained on | %s: %zu real "
        "recordings (%d groups), %zu fake (%d groups) |\n| measured | %d folds; no group is in two |\n",
        um_version(), kind_in_words(kind, m), labels, f->n[0], f->groups[0], f->n[1], f->groups[1], v->folds);
    if (f->outcome == UM_FIT_FEW)
        um_buf_text(b, "| calibration | none: fewer than 20 recordings of a class |\n");
    else
        um_buf_printf(b, "| AUC | %.3f |\n| equal error rate | %.1f %% |\n", f->auc, 100 * f->equal_error);
    if (f->outcome == UM_FIT_WEAK)
        um_buf_text(b, "| calibration | none: it tells the classes apart too weakly |\n");
    if (f->outcome == UM_FIT_DONE)
        um_buf_printf(
            b,
            "| called manipulated | %d of the fake, %d of the real ones |\n| called untouched | %d of the "
            "real, %d of the fake ones |\n",
            f->manipulated.n_right, f->manipulated.n_wrong, f->untouched.n_right, f->untouched.n_wrong);
    um_buf_text(b, "\n| column | importance: fall of the AUC without its signal |\n|---|---|\n");
    for (size_t c = 0; c < t->columns; c++)
        um_buf_printf(b, "| %s | %.3f |\n", t->name[c], v->importance[c]);
    um_buf_text(b, "\n");
    put_notes(b, e, silent);
    um_buf_text(
        b,
        "\nAll numbers are of recordings that the classifier which scored them had not seen, nor anything of "
        "their group. Of recordings\nof other kinds, sources and generators than these they promise "
        "nothing.\n");
}

static void put_summary(um_buf *b, const um_learnt *m, const um_validation *v, const um_table *t,
                        const um_evaluation *e, const size_t silent[2])
{
    const um_fit *f = &m->fit;
    char kind[160];
    um_buf_printf(b, "%s on %zu real (%d groups) and %zu fake (%d groups) recordings, %d folds\n",
                  kind_in_words(kind, m), f->n[0], f->groups[0], f->n[1], f->groups[1], v->folds);
    if (f->outcome != UM_FIT_FEW)
        um_buf_printf(b, "AUC %.3f, equal error rate %.1f %%\n", f->auc, 100 * f->equal_error);
    um_buf_text(b, f->outcome == UM_FIT_DONE   ? ""
                   : f->outcome == UM_FIT_WEAK ? "not calibrated: it tells the classes apart too weakly\n"
                                               : "not calibrated: fewer than 20 recordings of a class\n");
    put_notes(b, e, silent);
    for (size_t c = 0; c < t->columns; c++)
        if (!strchr(t->name[c], '.'))
            um_buf_printf(b, "  %-24s importance %.3f\n", t->name[c], v->importance[c]);
}

/* --- the folder --- */

static um_status put_file(const char *folder, const char *name, const char *text, um_error *err)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return um_file_write(path, text, strlen(text), err);
}

static um_status put_model(const char *folder, const um_learnt *m, um_error *err)
{
    char *text = NULL;
    um_json *j = um_learnt_json(m);
    um_status st = um_json_text(&text, j, 1, err);
    um_json_free(&j);
    if (st == UM_OK)
        st = put_file(folder, "model.json", text, err);
    free(text);
    return st;
}

static um_status put_calibration(const char *folder, const um_learnt *m, const char *labels, um_error *err)
{
    const um_fitted fitted = {.signal = UM_TRAINED, .network = "", .version = 1, .fit = m->fit};
    char *text = NULL;
    um_status st = um_calibration_write(&text, "", "trained", &fitted, m->fit.outcome == UM_FIT_DONE, labels,
                                        "unmask train", err);
    if (st == UM_OK)
        st = put_file(folder, "calibration.json", text, err);
    free(text);
    return st;
}

/* The model goes first and comes last: a folder without it is no detector, so that a training that is killed
 * here leaves none whose parts are of two. */
static um_status put_folder(const char *folder, const um_learnt *m, const char *card, const char *labels,
                            const char *recipe_path, um_error *err)
{
    char path[4200], *recipe_text = NULL;
    size_t n;
    if (mkdir(folder, 0777) < 0 && errno != EEXIST)
        return um_fail_errno(err, UM_EWRITE, "%s", folder);
    snprintf(path, sizeof path, "%s/model.json", folder);
    if (unlink(path) < 0 && errno != ENOENT)
        return um_fail_errno(err, UM_EWRITE, "%s", path);
    um_status st = put_file(folder, "card.md", card, err);
    if (st == UM_OK)
        st = um_file_read(&recipe_text, &n, recipe_path, (size_t)1 << 20, err);
    if (st == UM_OK)
        st = put_file(folder, "recipe.txt", recipe_text, err);
    if (st == UM_OK)
        st = put_calibration(folder, m, labels, err);
    if (st == UM_OK)
        st = put_model(folder, m, err);
    free(recipe_text);
    return st;
}

um_status um_train(char **said, const char *labels, const char *recipe_path, const char *out,
                   const um_evaluate_options *opt, um_error *err)
{
    recipe r;
    um_evaluate_options o = *opt;
    um_evaluation *e = NULL;
    um_table *t = NULL;
    um_learnt *m = NULL;
    um_validation v = {0};
    size_t silent[2] = {0};
    um_buf card, summary;
    *said = NULL;
    um_status st = read_recipe(&r, recipe_path, err);
    if (st < 0)
        return st;
    o.signals = *r.signals ? r.signals : opt->signals;
    o.where = *r.where ? r.where : opt->where;
    o.draws = 1;
    o.scores = o.by = NULL;
    st = um_evaluate(&e, labels, &o, err);
    if (st == UM_OK)
        st = tabulate(&t, silent, e, err);
    const um_learn_options learn = {.penalty = r.penalty,
                                    .parts = (int)r.parts,
                                    .trees = (int)r.trees,
                                    .depth = (int)r.depth,
                                    .rate = r.rate,
                                    .cost = r.cost,
                                    .gamma = r.gamma,
                                    .seed = (uint64_t)r.seed};
    if (st == UM_OK)
        st = um_learn(&m, &v, t, um_classifier_find(r.classifier), &learn, (int)r.folds, err);
    um_buf_init(&card, (size_t)1 << 22);
    um_buf_init(&summary, (size_t)1 << 20);
    if (st == UM_OK) {
        put_card(&card, m, &v, t, e, silent, labels);
        put_summary(&summary, m, &v, t, e, silent);
    }
    char *card_text = um_buf_take(&card);
    *said = um_buf_take(&summary);
    if (st == UM_OK)
        st = card_text && *said ? put_folder(out, m, card_text, labels, recipe_path, err) : um_fail_oom(err);
    free(card_text);
    if (st < 0) {
        free(*said);
        *said = NULL;
    }
    um_validation_free(&v);
    um_learnt_free(&m);
    um_table_free(&t);
    um_evaluation_free(&e);
    return st;
}
