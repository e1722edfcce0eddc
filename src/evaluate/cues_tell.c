/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cues_tell.c: what trivial cues tell of the labels, as text, JSON and on the page. */
#include "base/text.h"
#include "evaluate/cell.h"
#include "evaluate/cues.h"
#include "evaluate/plot.h"
#include <math.h>

static const um_measured *auc(const um_slice *s, size_t cue)
{
    return &s->cue[cue].measure[UM_MEASURE_AUC];
}

const um_measured *um_cues_auc(const um_evaluation *e, const um_slice *s)
{
    return e->n_cues ? auc(s, e->n_cues - 1) : NULL;
}

/* The cue whose AUC is farthest from one half, on either side; n_cues where none has one. */
static size_t most_telling(const um_evaluation *e, const um_slice *s)
{
    size_t most = e->n_cues;
    for (size_t k = 0; k + 1 < e->n_cues; k++) {
        const double value = auc(s, k)->value;
        if (!isnan(value) && (most == e->n_cues || fabs(value - .5) > fabs(auc(s, most)->value - .5)))
            most = k;
    }
    return most;
}

/* --- text --- */

void um_cues_text(um_buf *b, const um_evaluation *e)
{
    if (!e->n_cues)
        return;
    um_buf_printf(b,
                  "trivial cues: near 0.5 a cue does not betray the label; below it fakes have less\n"
                  "  %-*s %5s %5s  %-19s  %5s  %s\n",
                  UM_CELL_NAME, "all", "fake", "real", "AUC", "pairs", "AUC within pairs");
    for (size_t k = 0; k < e->n_cues; k++) {
        const um_cell *c = &e->slice[0].cue[k];
        um_buf_printf(b, "  %-*.*s %5zu %5zu", UM_CELL_NAME, UM_CELL_NAME, e->cue[k].name, c->n_fake,
                      c->n_real);
        um_cell_measured_text(b, &c->measure[UM_MEASURE_AUC]);
        um_buf_printf(b, "  %5zu", c->n_pairs);
        um_cell_measured_text(b, &c->within);
        um_buf_text(b, "\n");
    }
    um_buf_text(b, "\n");
    if (e->n_slices > 1)
        um_buf_printf(b, "  %-*s %5s %5s  %-19s  %-19s  %s\n", UM_CELL_NAME, "trivial cues by", "fake",
                      "real", "AUC all together", "AUC of one alone", "which");
    for (size_t i = 1; i < e->n_slices; i++) {
        const um_slice *s = &e->slice[i];
        const um_cell *all = &s->cue[e->n_cues - 1];
        const size_t most = most_telling(e, s);
        um_cell_slice_text(b, s);
        um_buf_printf(b, " %5zu %5zu", all->n_fake, all->n_real);
        um_cell_measured_text(b, um_cues_auc(e, s));
        if (most < e->n_cues) {
            um_cell_measured_text(b, auc(s, most));
            um_buf_printf(b, "  %s", e->cue[most].name);
        }
        um_buf_text(b, "\n");
    }
    if (e->n_slices > 1)
        um_buf_text(b, "\n");
}

/* --- JSON --- */

void um_cues_json(um_json_writer *w, const um_evaluation *e)
{
    if (!e->n_cues)
        return;
    um_json_put_array(w, "cues");
    for (size_t k = 0; k < e->n_cues; k++) {
        um_json_put_object(w, NULL);
        um_json_put_text(w, "name", e->cue[k].name);
        um_json_put_array(w, "slices");
        for (size_t i = 0; i < e->n_slices; i++)
            um_cell_slice_json(w, &e->slice[i], &e->slice[i].cue[k]);
        um_json_put_end(w);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

/* --- page --- */

void um_cues_html(um_buf *b, const um_evaluation *e)
{
    if (!e->n_cues)
        return;
    um_buf_text(b,
                "<section><h2>Trivial cues</h2>\n<p>AUC of what a file shows before anyone looks or listens, "
                "and of a regression of all of it, cross-validated by group. Near .5 it does not betray the "
                "label; below .5 fakes have less of it.</p>\n<div class=\"wide\"><table><thead><tr><th></th>"
                "<th>all together</th>");
    for (size_t k = 0; k + 1 < e->n_cues; k++) {
        um_buf_text(b, "<th>");
        um_html_text(b, e->cue[k].name);
        um_buf_text(b, "</th>");
    }
    um_buf_text(b, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < e->n_slices; i++) {
        const um_slice *s = &e->slice[i];
        um_buf_printf(b, "<tr><th>%s ", *s->field ? s->field : "all");
        um_html_text(b, s->value);
        um_buf_text(b, "</th>");
        um_plot_measured(b, um_cues_auc(e, s));
        for (size_t k = 0; k + 1 < e->n_cues; k++)
            um_plot_measured(b, auc(s, k));
        um_buf_text(b, "</tr>\n");
    }
    um_buf_text(b, "</tbody></table></div></section>\n");
}
