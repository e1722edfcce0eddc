/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.c: an evaluation as a page: a table per detector, its ROC, DET and reliability. */
#include "base/text.h"
#include "eval/probability.h"
#include "evaluate/cross_tell.h"
#include "evaluate/cues.h"
#include "evaluate/plot.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_PAGE = 256 << 20 };

/* Shares on the scale of the normal distribution. */
static um_axis deviate(const char *title)
{
    static const double at[] = {.001, .01, .05, .2, .5, .8, .95};
    um_axis a = {title,
                 um_probit(.001),
                 um_probit(.95),
                 7,
                 {0},
                 {".1 %", "1 %", "5 %", "20 %", "50 %", "80 %", "95 %"}};
    for (int i = 0; i < a.n; i++)
        a.tick[i] = um_probit(at[i]);
    return a;
}

static void draw_curves(um_buf *b, const um_curve_point *curve, size_t n, double *xy)
{
    um_axis x = um_axis_of_shares("real called fake"), y = um_axis_of_shares("fakes found");
    for (size_t i = 0; i < n; i++) { /* from the left: the strictest threshold first */
        xy[2 * i] = curve[n - 1 - i].alarm;
        xy[2 * i + 1] = 1 - curve[n - 1 - i].miss;
    }
    um_plot(b, "ROC", &x, &y, xy, n, false);
    x = deviate("real called fake");
    y = deviate("fakes missed");
    for (size_t i = 0; i < n; i++) {
        xy[2 * i] = um_clampd(um_probit(curve[n - 1 - i].alarm), x.low, x.high);
        xy[2 * i + 1] = um_clampd(um_probit(curve[n - 1 - i].miss), y.low, y.high);
    }
    um_plot(b, "DET", &x, &y, xy, n, false);
}

static void draw_reliability(um_buf *b, um_score_kind kind, um_trial *t, size_t n)
{
    um_reliability bin[UM_RELIABILITY_BINS];
    double xy[2 * UM_RELIABILITY_BINS];
    size_t points = 0;
    const um_axis x = um_axis_of_shares("probability that was said"), y = um_axis_of_shares("share of fakes");
    for (size_t i = 0; i < n; i++)
        t[i].score = um_score_probability(kind, t[i].score);
    um_reliability_of(bin, t, n);
    for (int i = 0; i < UM_RELIABILITY_BINS; i++)
        if (bin[i].n) {
            xy[2 * points] = bin[i].said;
            xy[2 * points++ + 1] = bin[i].came;
        }
    um_plot(b, "Reliability", &x, &y, xy, points, true);
}

static um_status draw_all(um_buf *b, const um_evaluation *e, const um_detector *d, um_error *err)
{
    size_t n;
    um_trial *t = NULL;
    um_curve_point *curve = NULL;
    double *xy = NULL;
    um_status st = um_evaluation_trials(&t, &n, e, d, err);
    if (st == UM_OK &&
        (!(curve = um_calloc(n + 2, sizeof *curve)) || !(xy = um_calloc(2 * (n + 2), sizeof *xy))))
        st = um_fail_oom(err);
    if (st == UM_OK) {
        um_buf_text(b, "<div class=\"charts\">\n");
        draw_curves(b, curve, um_curve(curve, t, n), xy);
        if (d->kind != UM_SCORE_RANK)
            draw_reliability(b, d->kind, t, n);
        um_buf_text(b, "</div>\n");
    }
    free(t);
    free(curve);
    free(xy);
    return st;
}

/* Columns that no slice has anything in are left out. */
static void table(um_buf *b, const um_evaluation *e, size_t k)
{
    bool shown[UM_MEASURES] = {false}, pairs = false;
    for (size_t i = 0; i < e->n_slices; i++) {
        const um_cell *c = &e->slice[i].cell[k];
        pairs |= c->n_pairs > 0;
        for (int m = 0; m < UM_MEASURES; m++)
            shown[m] |= !isnan(c->measure[m].value);
    }
    um_buf_text(b, "<div class=\"wide\"><table><thead><tr><th></th><th>fake</th><th>real</th>");
    for (int m = 0; m < UM_MEASURES; m++)
        if (shown[m])
            um_buf_printf(b, "<th>%s</th>", um_measure_names[m].title);
    um_buf_printf(b, "%s%s</tr></thead><tbody>\n", pairs ? "<th>pairs</th><th>AUC within</th>" : "",
                  e->n_cues ? "<th>AUC of trivial cues</th>" : "");
    for (size_t i = 0; i < e->n_slices; i++) {
        const um_slice *s = &e->slice[i];
        const um_cell *c = &s->cell[k];
        um_buf_printf(b, "<tr><th>%s ", *s->field ? s->field : "all");
        um_html_text(b, s->value);
        um_buf_printf(b, "</th><td>%zu</td><td>%zu%s</td>", c->n_fake, c->n_real,
                      *s->field && !s->own_reals ? "*" : "");
        for (int m = 0; m < UM_MEASURES; m++)
            if (shown[m])
                um_plot_measured(b, &c->measure[m]);
        if (pairs) {
            um_buf_printf(b, "<td>%zu</td>", c->n_pairs);
            um_plot_measured(b, &c->within);
        }
        if (um_cues_auc(e, s))
            um_plot_measured(b, um_cues_auc(e, s));
        um_buf_text(b, "</tr>\n");
    }
    um_buf_text(b, "</tbody></table></div>\n");
}

static um_status section(um_buf *b, const um_evaluation *e, size_t k, um_error *err)
{
    const um_cell *all = &e->slice[0].cell[k];
    um_buf_text(b, "<section><h2>");
    um_html_text(b, e->detector[k].name);
    um_buf_printf(b, "</h2>\n<p>A score for %zu of %zu fake and %zu of %zu real recordings.</p>\n",
                  all->n_fake, all->n_fake + all->silent_fake, all->n_real, all->n_real + all->silent_real);
    um_status st = UM_OK;
    if (all->n_fake && all->n_real) {
        table(b, e, k);
        st = draw_all(b, e, &e->detector[k], err);
        um_cross_html(b, e, k);
        um_plot_robustness(b, e, k);
    }
    um_buf_text(b, "</section>\n");
    return st;
}

static const char style[] =
    ":root{color-scheme:light "
    "dark;--paper:#fbfaf7;--ink:#1d1c1a;--muted:#5e5a52;--rule:#ddd8ce;--line:#0067a8}"
    "@media(prefers-color-scheme:dark){:root{--paper:#15161a;--ink:#ebe8e1;--muted:#a9a59c;--rule:#363840;"
    "--line:#63b3ea}}"
    "body{margin:0 auto;max-width:84rem;padding:1.5rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,\"Segoe UI\",\"Noto Sans\",\"Liberation Sans\",sans-serif}"
    "h1{font-size:1.5rem;font-weight:600;margin:0}h2{font-size:1.15rem;font-weight:600;margin:2.5rem 0 0}"
    "p,small,figcaption{color:var(--muted)}p{margin:.25rem 0 1rem;max-width:46rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.3rem .8rem .3rem 0;text-align:right;vertical-align:top;border-bottom:1px solid "
    "var(--rule);"
    "white-space:nowrap;font-weight:400}th:first-child{text-align:left}thead th{color:var(--muted)}"
    "small{display:block;font-size:.75rem}"
    ".charts{display:flex;flex-wrap:wrap;gap:2rem;margin-top:1.5rem}figure{margin:0;width:min(100%,22rem)}"
    "svg{display:block;width:100%;height:auto;overflow:visible}text{font-size:12px;fill:var(--muted)}"
    ".left{text-anchor:end}.below{text-anchor:middle}.grid{stroke:var(--rule)}"
    ".line{fill:none;stroke:var(--line);stroke-width:1.8;stroke-linejoin:round}circle{fill:var(--line)}";

um_status um_evaluation_html(char **out, const um_evaluation *e, um_error *err)
{
    um_buf b;
    um_status st = UM_OK;
    um_buf_init(&b, MOST_PAGE);
    um_buf_text(&b,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width\"><title>Evaluation</title><style>");
    um_buf_text(&b, style);
    um_buf_printf(
        &b,
        "</style></head><body>\n<h1>Evaluation</h1>\n<p>%zu recordings in %zu groups that share a person, "
        "a source or a pair. Intervals hold 95 %% of %d draws of these groups. A row counts the fakes of "
        "its value against the real recordings of the same value, or (*) against all real ones.</p>\n",
        um_dataset_count(e->set), e->n_clusters, e->draws);
    for (size_t k = 0; k < e->n_detectors && st == UM_OK; k++)
        st = section(&b, e, k, err);
    um_cues_html(&b, e);
    if (e->n_failures) {
        um_buf_printf(&b, "<h2>Not read</h2>\n<p>%zu recordings:</p><ul>\n", e->n_failures);
        for (size_t i = 0; i < e->n_failures; i++) {
            um_buf_text(&b, "<li>");
            um_html_text(&b, e->failure[i].text);
            um_buf_text(&b, "</li>\n");
        }
        um_buf_text(&b, "</ul>\n");
    }
    um_buf_text(&b, "</body></html>\n");
    *out = um_buf_take(&b);
    return st < 0 ? (free(*out), *out = NULL, st) : *out ? UM_OK : um_fail_oom(err);
}
