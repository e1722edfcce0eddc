/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_folder.c: see detector_folder.h. */
#include "detector_folder.h"
#include "base/digest.h"
#include "base/json.h"
#include "evaluate/evaluation.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRIORITY = 50, DRAWS = 200 };

static um_status put(const detector_folder *f, const char *name, const char *text, um_error *err)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/%s", f->out, name);
    return text ? um_file_write(path, text, strlen(text), err) : um_fail_oom(err);
}

/* ---- manifest ---- */

static um_status put_manifest(const detector_folder *f, um_error *err)
{
    char form[2048], name[UM_RECIPE_LINE + 8], sha[UM_SHA256_HEX + 1], *bytes = NULL, *text = NULL;
    size_t n;
    um_json *form_json = NULL, *j = um_json_object();
    um_status st = um_file_read(&bytes, &n, f->onnx, (size_t)1 << 28, err);
    if (st == UM_OK && !um_sha256_hex(sha, bytes, n))
        st = um_fail_oom(err);
    f->task->manifest(f->state, form, sizeof form);
    if (st == UM_OK)
        st = um_json_parse(&form_json, form, strlen(form), f->task->name, err);
    if (st == UM_OK) {
        um_json_set_int(j, "unmask_manifest", 1);
        um_json_set_text(j, "name", f->recipe->name);
        um_json_set_text(j, "role", f->task->signal);
        snprintf(name, sizeof name, "%s.onnx", f->recipe->name);
        um_json_set_text(j, "model", name);
        um_json_set_text(j, "sha256", sha);
        um_json_set_int(j, "priority", PRIORITY);
        um_json_set_text(j, "training", "unmask train, recipe.txt");
        um_json_set_text(j, "data", f->about);
        um_json_set_text(j, "measured", "card.md");
        um_json_set(j, "input", um_json_copy(um_json_get(form_json, "input")));
        um_json_set(j, "answer", um_json_copy(um_json_get(form_json, "answer")));
        st = um_json_text(&text, j, 2, err);
    }
    if (st == UM_OK) {
        snprintf(name, sizeof name, "%s.json", f->recipe->name);
        st = put(f, name, text, err);
    }
    um_json_free(&form_json);
    um_json_free(&j);
    free(bytes);
    free(text);
    return st;
}

/* ---- card ---- */

static void put_measure(um_buf *b, const um_measured *m, double unit)
{
    if (!isfinite(m->value))
        um_buf_text(b, " |");
    else if (isfinite(m->interval.lo))
        um_buf_printf(b, " %.3g (%.3g to %.3g) |", unit * m->value, unit * m->interval.lo,
                      unit * m->interval.hi);
    else
        um_buf_printf(b, " %.3g |", unit * m->value);
}

static void put_slices(um_buf *b, const um_evaluation *e, const char *signal)
{
    size_t d = 0;
    while (d < e->n_detectors && strcmp(e->detector[d].name, signal) != 0)
        d++;
    if (d == e->n_detectors)
        return;
    um_buf_text(b,
                "\n| recordings set aside | | real | fake | silent | AUC | equal error rate, % | AUC within "
                "pairs |\n|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < e->n_slices; i++) {
        const um_slice *s = &e->slice[i];
        const um_cell *c = &s->cell[d];
        char value[200];
        um_buf_printf(b, "| %s | %s | %zu | %zu | %zu |", *s->field ? s->field : "all",
                      s->value ? um_printable(value, sizeof value, s->value) : "", c->n_real, c->n_fake,
                      c->silent_real + c->silent_fake);
        put_measure(b, &c->measure[UM_MEASURE_AUC], 1);
        put_measure(b, &c->measure[UM_MEASURE_EER], 100);
        put_measure(b, &c->within, 1);
        um_buf_text(b, "\n");
    }
    um_buf_text(b, "\nIn brackets: 95 of 100 draws of whole groups. Silent: the signal did not apply.\n");
}

static um_status put_card(const detector_folder *f, const um_evaluation *e, const char *calibration,
                          um_error *err)
{
    um_buf b;
    um_buf_init(&b, (size_t)1 << 22);
    um_buf_printf(
        &b,
        "# %s: a network trained by unmask %s\n\n| | |\n|---|---|\n| asked by | the signal `%s` |\n| "
        "trained on | %s |\n| steps | the weights of step %lld of %lld, batch %lld |\n| calibration | "
        "%s |\n",
        f->recipe->name, um_version(), f->task->signal, f->about, (long long)f->result->best_step,
        (long long)f->result->steps, (long long)f->recipe->batch, calibration);
    if (e) {
        put_slices(&b, e, f->task->signal);
        um_buf_text(&b,
                    "\nNothing of the sources above was trained on. The step was chosen by them, and the "
                    "calibration fitted to them, so new\nrecordings may be judged a little worse; of other "
                    "kinds, sources and generators these numbers promise nothing.\n");
    }
    char *text = um_buf_take(&b);
    const um_status st = put(f, "card.md", text, err);
    free(text);
    return st;
}

/* ---- measuring ---- */

/* Of the lines that um_evaluation_calibration says, that of the signal: there is no other. */
static um_status calibrate(char **said, const detector_folder *f, const um_evaluation *e, const char *list,
                           um_error *err)
{
    char *text = NULL;
    um_status st = um_evaluation_calibration(&text, said, e, "", f->recipe->name, list, "unmask train", err);
    if (st == UM_OK)
        (*said)[strcspn(*said, "\n")] = 0;
    if (st == UM_OK)
        st = put(f, "calibration.json", text, err);
    free(text);
    return st;
}

um_status detector_folder_write(char **said, const detector_folder *f, held_list *held, um_error *err)
{
    char list[4300], answers[4300], *line = NULL;
    static const char none[] = "not calibrated: real and fake recordings have to be set aside";
    const bool both = held->n[0] && held->n[1];
    um_evaluation *e = NULL;
    um_buf b;
    snprintf(list, sizeof list, "%s/held.csv", f->work);
    snprintf(answers, sizeof answers, "%s/answers", f->work);
    *said = NULL;
    um_status st = held_list_write(held, list, err);
    if (st == UM_OK)
        st = put_manifest(f, err);
    const um_evaluate_options o = {.size = sizeof o,
                                   .by = "generator,source",
                                   .signals = f->task->signal,
                                   .models_dir = f->out,
                                   .cache = answers,
                                   .threads = f->threads,
                                   .draws = DRAWS,
                                   .progress = f->progress,
                                   .user = f->user};
    if (st == UM_OK && both && (st = um_evaluate(&e, list, &o, err)) == UM_OK)
        st = calibrate(&line, f, e, list, err);
    if (st == UM_OK)
        st = put_card(f, e, both ? line : none, err);
    um_buf_init(&b, (size_t)1 << 16);
    um_buf_printf(&b, "%s\n%s\n", f->about, line ? line : none);
    char *text = um_buf_take(&b);
    if (st == UM_OK && !text)
        st = um_fail_oom(err);
    if (st == UM_OK)
        *said = text;
    else
        free(text);
    um_evaluation_free(&e);
    free(line);
    return st;
}
