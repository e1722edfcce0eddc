/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tell.c: an evaluation as tables for a terminal and as JSON. */
#include "base/text.h"
#include "evaluate/cell.h"
#include "evaluate/cross_tell.h"
#include "evaluate/cues.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 256 << 20, DIGITS = 6 };

/* --- terminal --- */

static void put_slice(um_buf *b, const um_evaluation *e, const um_slice *s, const um_cell *c)
{
    static const um_measure shown[] = {UM_MEASURE_AUC, UM_MEASURE_EER, UM_MEASURE_MIN_CLLR};
    um_cell_slice_text(b, s);
    um_buf_printf(b, " %5zu %5zu", c->n_fake, c->n_real);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        um_cell_measured_text(b, &c->measure[shown[i]]);
    um_buf_printf(b, "  %5zu", c->n_pairs);
    um_cell_measured_text(b, &c->within);
    if (um_cues_auc(e, s))
        um_cell_measured_text(b, um_cues_auc(e, s));
    um_buf_text(b, "\n");
}

static void put_robustness(um_buf *b, const um_evaluation *e, size_t k)
{
    if (!e->n_robust)
        return;
    um_buf_printf(b, "  %-*s %5s %5s  %-19s  %-19s  %-19s  %-19s  %s\n", UM_CELL_NAME, "under", "fake",
                  "real", "AUC as is", "AUC under it", "EER as is", "EER under it", "silenced");
    for (size_t i = 0; i < e->n_robust; i++) {
        const um_cell *plain = &e->robust[i].plain[k], *under = &e->robust[i].under[k];
        if (!plain->n_fake || !plain->n_real)
            continue;
        um_buf_printf(b, "  %-*s %5zu %5zu", UM_CELL_NAME, e->robust[i].condition->title, plain->n_fake,
                      plain->n_real);
        um_cell_measured_text(b, &plain->measure[UM_MEASURE_AUC]);
        um_cell_measured_text(b, &under->measure[UM_MEASURE_AUC]);
        um_cell_measured_text(b, &plain->measure[UM_MEASURE_EER]);
        um_cell_measured_text(b, &under->measure[UM_MEASURE_EER]);
        um_buf_printf(b, "  %zu\n", under->silent_fake + under->silent_real);
    }
    um_buf_text(b, "\n");
}

static void put_detector(um_buf *b, const um_evaluation *e, size_t k)
{
    const um_cell *all = &e->slice[0].cell[k];
    um_buf_printf(b, "%s: a score for %zu of %zu fake and %zu of %zu real recordings\n", e->detector[k].name,
                  all->n_fake, all->n_fake + all->silent_fake, all->n_real, all->n_real + all->silent_real);
    if (!all->n_fake || !all->n_real) {
        um_buf_text(b, "\n");
        return;
    }
    if (e->detector[k].kind != UM_SCORE_RANK) {
        um_buf_text(b, " ");
        for (int m = UM_MEASURE_CLLR; m < UM_MEASURES; m++) {
            um_buf_printf(b, " %s", um_measure_names[m].title);
            um_buf_printf(b, " %.3f", all->measure[m].value);
        }
        um_buf_text(b, "\n");
    }
    um_buf_printf(b, "  %-*s %5s %5s  %-19s  %-19s  %-19s  %5s  %s%s\n", UM_CELL_NAME, "", "fake", "real",
                  "AUC", "EER", "minCllr", "pairs", "AUC within pairs",
                  e->n_cues ? "     AUC of trivial cues" : "");
    for (size_t i = 0; i < e->n_slices; i++)
        put_slice(b, e, &e->slice[i], &e->slice[i].cell[k]);
    um_buf_text(b, "\n");
    um_cross_text(b, e, k);
    put_robustness(b, e, k);
}

static void put_calls(um_buf *b, const um_calls *c)
{
    const size_t n = c->manipulated + c->untouched + c->undecided;
    um_buf_printf(b, "  %5zu %5zu %4.0f%% %5zu %4.0f%% %5zu", n, c->manipulated,
                  n ? 100. * (double)c->manipulated / (double)n : 0, c->untouched,
                  n ? 100. * (double)c->untouched / (double)n : 0, c->undecided);
}

/* How often a verdict was given, and how often the wrong one. */
static void put_verdicts(um_buf *b, const um_evaluation *e)
{
    um_buf_printf(b, "verdicts: called manipulated (man), untouched (unt), undecided (und)\n  %-*s",
                  UM_CELL_NAME, "");
    for (int i = 0; i < 2; i++)
        um_buf_printf(b, "  %5s %5s       %5s       %5s", i ? "real" : "fake", "man", "unt", "und");
    um_buf_text(b, "\n");
    for (size_t i = 0; i < e->n_slices; i++) {
        const um_slice *s = &e->slice[i];
        um_cell_slice_text(b, s);
        put_calls(b, &s->fake);
        put_calls(b, &s->real);
        um_buf_text(b, "\n");
    }
    um_buf_text(b, "\n");
}

um_status um_evaluation_text(char **out, const um_evaluation *e, um_error *err)
{
    enum { FAILURES_SHOWN = 10 };
    char line[400];
    um_buf b;
    um_buf_init(&b, MOST_TEXT);
    um_buf_printf(&b, "%zu recordings in %zu groups; 95 %% intervals by %d draws of groups\n\n",
                  um_dataset_count(e->set), e->n_clusters, e->draws);
    for (size_t k = 0; k < e->n_detectors; k++)
        put_detector(&b, e, k);
    um_cues_text(&b, e);
    if (e->call)
        put_verdicts(&b, e);
    if (e->n_failures)
        um_buf_printf(&b, "%zu recordings could not be read:\n", e->n_failures);
    for (size_t i = 0; i < e->n_failures && i < FAILURES_SHOWN; i++)
        um_buf_printf(&b, "  %s\n", um_printable(line, sizeof line, e->failure[i].text));
    if (e->n_failures > FAILURES_SHOWN)
        um_buf_printf(&b, "  and %zu more, which the JSON lists\n", e->n_failures - FAILURES_SHOWN);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}

/* --- JSON --- */

static void json_calls(um_json_writer *w, const char *key, const um_calls *c)
{
    um_json_put_object(w, key);
    um_json_put_int(w, "manipulated", (int64_t)c->manipulated);
    um_json_put_int(w, "untouched", (int64_t)c->untouched);
    um_json_put_int(w, "undecided", (int64_t)c->undecided);
    um_json_put_end(w);
}

static void json_verdicts(um_json_writer *w, const um_evaluation *e)
{
    um_json_put_array(w, "verdicts");
    for (size_t i = 0; e->call && i < e->n_slices; i++) {
        const um_slice *s = &e->slice[i];
        um_json_put_object(w, NULL);
        um_json_put_text(w, "field", *s->field ? s->field : "all");
        um_json_put_text(w, "value", s->value);
        json_calls(w, "fake", &s->fake);
        json_calls(w, "real", &s->real);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void json_robust(um_json_writer *w, const um_robust *r, size_t k)
{
    um_json_put_object(w, NULL);
    um_json_put_text(w, "condition", r->condition->name);
    um_json_put_int(w, "failures", (int64_t)r->n_failures);
    um_json_put_object(w, "as_is");
    um_cell_json(w, &r->plain[k]);
    um_json_put_end(w);
    um_json_put_object(w, "under");
    um_cell_json(w, &r->under[k]);
    um_json_put_end(w);
    um_json_put_end(w);
}

um_status um_evaluation_json(char **out, const um_evaluation *e, um_error *err)
{
    static const char *const kinds[] = {"rank", "probability", "log10 likelihood ratio"};
    um_buf b;
    um_buf_init(&b, MOST_TEXT);
    um_json_writer w = um_json_writer_to(&b, 1);
    um_json_put_object(&w, NULL);
    um_json_put_text(&w, "format", "unmask evaluation 1");
    um_json_put_text(&w, "version", um_version());
    um_json_put_int(&w, "recordings", (int64_t)um_dataset_count(e->set));
    um_json_put_int(&w, "groups", (int64_t)e->n_clusters);
    um_json_put_int(&w, "draws", e->draws);
    um_json_put_array(&w, "detectors");
    for (size_t k = 0; k < e->n_detectors; k++) {
        um_json_put_object(&w, NULL);
        um_json_put_text(&w, "name", e->detector[k].name);
        um_json_put_text(&w, "score", kinds[e->detector[k].kind]);
        um_json_put_array(&w, "slices");
        for (size_t i = 0; i < e->n_slices; i++)
            um_cell_slice_json(&w, &e->slice[i], &e->slice[i].cell[k]);
        um_json_put_end(&w);
        if (e->n_robust)
            um_json_put_array(&w, "robustness");
        for (size_t i = 0; i < e->n_robust; i++)
            json_robust(&w, &e->robust[i], k);
        if (e->n_robust)
            um_json_put_end(&w);
        um_cross_json(&w, e, k);
        um_json_put_end(&w);
    }
    um_json_put_end(&w);
    um_cues_json(&w, e);
    json_verdicts(&w, e);
    um_json_put_array(&w, "failures");
    for (size_t i = 0; i < e->n_failures; i++) {
        um_json_put_object(&w, NULL);
        um_json_put_text(&w, "path", um_dataset_at(e->set, e->failure[i].example)->name);
        um_json_put_text(&w, "error", e->failure[i].text);
        um_json_put_end(&w);
    }
    um_json_put_end(&w);
    um_json_put_end(&w);
    um_buf_text(&b, "\n");
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
