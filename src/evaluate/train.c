/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train.c: from labelled recordings to a detector: a folder with the model, its calibration, the recipe and a
 * card of what was measured. */
#include "base/json.h"
#include "eval/metrics.h"
#include "evaluate/tabulate.h"
#include "fusion/calibration_write.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/learn.h>

/* `silent`: recordings of each class that are left out because no signal applied. */
static um_status tabulate(um_table **out, size_t silent[2], const um_evaluation *e, um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    bool *use = um_calloc(n, sizeof *use);
    *out = NULL;
    if (!use)
        return um_fail_oom(err);
    for (size_t i = 0; i < n; i++)
        if ((use[i] = e->answer[i] && um_example_is_train(um_dataset_at(e->set, i))))
            silent[um_dataset_at(e->set, i)->label == UM_LABEL_FAKE]++;
    const um_status st = um_evaluation_table(out, e, use, "", err);
    for (size_t i = 0; i < n; i++)
        if (use[i])
            silent[um_dataset_at(e->set, i)->label == UM_LABEL_FAKE]--;
    free(use);
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

/* Trained again by the recipe that the folder keeps. */
static bool is_recipe(const char *folder, const char *recipe_path)
{
    char path[4200];
    struct stat a, b;
    snprintf(path, sizeof path, "%s/recipe.txt", folder);
    return stat(path, &a) == 0 && stat(recipe_path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
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
    if (st == UM_OK && !is_recipe(folder, recipe_path))
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
    um_learn_recipe r;
    um_evaluate_options o = *opt;
    um_evaluation *e = NULL;
    um_table *t = NULL;
    um_learnt *m = NULL;
    um_validation v = {0};
    size_t silent[2] = {0};
    um_buf card, summary;
    *said = NULL;
    um_status st = um_learn_recipe_read(&r, recipe_path, err);
    if (st < 0)
        return st;
    o.signals = *r.signals ? r.signals : opt->signals;
    o.where = *r.where ? r.where : opt->where;
    o.draws = 1;
    o.scores = o.by = o.cross = o.recipe = NULL;
    st = um_evaluate(&e, labels, &o, err);
    if (st == UM_OK)
        st = tabulate(&t, silent, e, err);
    const um_learn_options learn = um_learn_recipe_options(&r);
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
