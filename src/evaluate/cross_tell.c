/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cross_tell.c: see cross_tell.h. */
#include "evaluate/cross_tell.h"
#include "base/text.h"
#include "evaluate/cell.h"
#include "evaluate/plot.h"
#include <math.h>

enum { VALUE = 120, DIGITS = 6 };

static const char *shown(char out[VALUE], const char *value, size_t length)
{
    char whole[VALUE];
    snprintf(whole, sizeof whole, "%.*s", (int)(length < VALUE ? length : VALUE - 1), value);
    return um_printable(out, VALUE, whole);
}

static bool is_silent(const um_crossed *c)
{
    return !c->own.n_fake && !c->own.n_real;
}

/* --- text --- */

void um_cross_text(um_buf *b, const um_evaluation *e, size_t k)
{
    char value[VALUE];
    if (!e->n_left_out)
        return;
    um_buf_printf(b, "  %-*s %5s %5s  %-19s  %-19s  %s\n", UM_CELL_NAME, "left out", "fake", "real",
                  "AUC own", "AUC with others", "Cllr, fitted without it");
    for (size_t i = 0; i < e->n_left_out; i++) {
        const um_left_out *l = &e->left_out[i];
        const um_crossed *c = &l->of[k];
        if (is_silent(c))
            continue;
        um_buf_printf(b, "  %-*.*s %5zu %5zu", UM_CELL_NAME, UM_CELL_NAME, shown(value, l->value, l->length),
                      c->own.n_fake, c->own.n_real);
        um_cell_measured_text(b, &c->own.measure[UM_MEASURE_AUC]);
        um_cell_measured_text(b, &c->others.measure[UM_MEASURE_AUC]);
        um_cell_measured_text(b, &c->ratios.measure[UM_MEASURE_CLLR]);
        um_buf_text(b, "\n");
    }
    const um_forecast *f = &e->forecast[k];
    if (f->n) {
        um_buf_printf(b, "  forecast for a new %s: AUC", e->cross);
        um_cell_measured_text(b, &f->auc);
        um_buf_printf(b, " (mean of %zu), lowest %.3f (%s)\n", f->n, f->lowest,
                      shown(value, f->of, f->of_length));
    }
    um_buf_text(b, "\n");
}

/* --- JSON --- */

static void put_cell(um_json_writer *w, const char *key, const um_cell *c)
{
    um_json_put_object(w, key);
    um_cell_json(w, c);
    um_json_put_end(w);
}

void um_cross_json(um_json_writer *w, const um_evaluation *e, size_t k)
{
    char value[VALUE];
    if (!e->n_left_out)
        return;
    const um_forecast *f = &e->forecast[k];
    um_json_put_object(w, "cross");
    um_json_put_text(w, "field", e->cross);
    um_json_put_array(w, "left_out");
    for (size_t i = 0; i < e->n_left_out; i++) {
        const um_left_out *l = &e->left_out[i];
        um_json_put_object(w, NULL);
        um_json_put_text(w, "value", shown(value, l->value, l->length));
        put_cell(w, "own", &l->of[k].own);
        put_cell(w, "with_others", &l->of[k].others);
        put_cell(w, "ratios_fitted_without_it", &l->of[k].ratios);
        um_json_put_end(w);
    }
    um_json_put_end(w);
    um_json_put_object(w, "forecast");
    um_json_put_int(w, "values", (int64_t)f->n);
    um_cell_measured_json(w, "auc", &f->auc);
    if (f->n) {
        um_json_put_num(w, "lowest", f->lowest, DIGITS);
        um_json_put_text(w, "lowest_value", shown(value, f->of, f->of_length));
    }
    um_json_put_end(w);
    um_json_put_end(w);
}

/* --- page --- */

void um_cross_html(um_buf *b, const um_evaluation *e, size_t k)
{
    char value[VALUE];
    if (!e->n_left_out)
        return;
    const um_forecast *f = &e->forecast[k];
    um_buf_printf(b,
                  "<h3>Each %s left out once</h3>\n<div class=\"wide\"><table><thead><tr><th></th>"
                  "<th>fake</th><th>real</th><th>AUC own</th><th>AUC with others</th>"
                  "<th>Cllr, fitted without it</th></tr></thead><tbody>\n",
                  e->cross);
    for (size_t i = 0; i < e->n_left_out; i++) {
        const um_left_out *l = &e->left_out[i];
        const um_crossed *c = &l->of[k];
        if (is_silent(c))
            continue;
        um_buf_text(b, "<tr><th>");
        um_html_text(b, shown(value, l->value, l->length));
        um_buf_printf(b, "</th><td>%zu</td><td>%zu</td>", c->own.n_fake, c->own.n_real);
        um_plot_measured(b, &c->own.measure[UM_MEASURE_AUC]);
        um_plot_measured(b, &c->others.measure[UM_MEASURE_AUC]);
        um_plot_measured(b, &c->ratios.measure[UM_MEASURE_CLLR]);
        um_buf_text(b, "</tr>\n");
    }
    if (f->n) {
        um_buf_printf(b, "<tr><th>forecast: mean of %zu</th><td></td><td></td>", f->n);
        um_plot_measured(b, &f->auc);
        um_buf_printf(b, "<td></td><td></td></tr>\n<tr><th>lowest</th><td></td><td></td><td>%.3f</td><td>",
                      f->lowest);
        um_html_text(b, shown(value, f->of, f->of_length));
        um_buf_text(b, "</td><td></td></tr>\n");
    }
    um_buf_text(b, "</tbody></table></div>\n");
}
