/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.c: see plot.h. */
#include "evaluate/plot.h"
#include "chart/chart.h"
#include <math.h>

enum { WIDTH = 320, HEIGHT = 300, LEFT = 60, RIGHT = 8, TOP = 8, BOTTOM = 40, COLUMNS = 600 };

static const um_axis share = {"", 0, 1, 5, {0, .25, .5, .75, 1}, {"0", ".25", ".5", ".75", "1"}};

um_axis um_axis_of_shares(const char *title)
{
    um_axis a = share;
    a.title = title;
    return a;
}

void um_plot(um_buf *b, const char *name, const um_axis *x, const um_axis *y, const double *xy, size_t n,
             bool dots)
{
    const um_chart chart = {.from = x->low,
                            .to = x->high,
                            .low = y->low,
                            .high = y->high,
                            .left = LEFT,
                            .right = WIDTH - RIGHT,
                            .top = TOP,
                            .bottom = HEIGHT - BOTTOM};
    um_buf_printf(
        b, "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        name, WIDTH, HEIGHT, name);
    for (int i = 0; i < x->n; i++) {
        const double at = um_chart_x(&chart, x->tick[i]);
        um_buf_printf(
            b, "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"below\" x=\"%.1f\" y=\"%d\">%s</text>",
            at, TOP, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 16, x->label[i]);
    }
    for (int i = 0; i < y->n; i++) {
        const double at = um_chart_y(&chart, y->tick[i]);
        um_buf_printf(
            b, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"left\" x=\"%d\" y=\"%.1f\">%s</text>",
            LEFT, at, WIDTH - RIGHT, LEFT - 6, at + 4, y->label[i]);
    }
    um_buf_printf(b, "<text class=\"below\" x=\"%d\" y=\"%d\">%s</text>", (LEFT + WIDTH - RIGHT) / 2,
                  HEIGHT - 4, x->title);
    um_buf_printf(b, "<text class=\"below\" transform=\"translate(12 %d)rotate(-90)\">%s</text>",
                  (TOP + HEIGHT - BOTTOM) / 2, y->title);
    if (!dots) {
        um_buf_text(b, "<path class=\"line\" d=\"");
        um_chart_path(b, &chart, xy, n, INFINITY, COLUMNS);
        um_buf_text(b, "\"/>");
    }
    if (dots) /* what a calibrated detector says comes */
        um_buf_printf(b, "<path class=\"grid\" d=\"M%d %dL%d %d\"/>", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT,
                      TOP);
    for (size_t i = 0; dots && i < n; i++)
        um_buf_printf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>", um_chart_x(&chart, xy[2 * i]),
                      um_chart_y(&chart, xy[2 * i + 1]));
    um_buf_text(b, "</svg></figure>\n");
}

void um_plot_measured(um_buf *b, const um_measured *m)
{
    um_buf_text(b, "<td>");
    if (!isnan(m->value))
        um_buf_printf(b, "%.3f", m->value);
    if (!isnan(m->interval.lo))
        um_buf_printf(b, "<small>%.3f to %.3f</small>", m->interval.lo, m->interval.hi);
    um_buf_text(b, "</td>");
}

/* The area under the ROC curve, as it is and under one condition after the other. */
static void draw_medium(um_buf *b, const um_evaluation *e, size_t k, int medium)
{
    static const char *const titles[UM_MEDIA] = {"Photos", "Videos", "Sound"};
    um_axis x = {.title = titles[medium]}, y = um_axis_of_shares("AUC");
    double xy[2 * UM_AXIS_TICKS];
    for (size_t i = 0; i < e->n_robust && x.n < UM_AXIS_TICKS; i++) {
        const um_robust *r = &e->robust[i];
        const double plain = r->plain[k].measure[UM_MEASURE_AUC].value,
                     under = r->under[k].measure[UM_MEASURE_AUC].value;
        if (!r->condition->of[medium] || isnan(plain) || isnan(under))
            continue;
        if (!x.n) {
            x.label[x.n] = "as is";
            xy[1] = plain;
            x.n++;
        }
        x.label[x.n] = r->condition->name;
        xy[2 * x.n++ + 1] = under;
    }
    for (int i = 0; i < x.n; i++)
        xy[2 * i] = x.tick[i] = i;
    x.high = x.n - 1;
    if (x.n > 1)
        um_plot(b, titles[medium], &x, &y, xy, (size_t)x.n, false);
}

void um_plot_robustness(um_buf *b, const um_evaluation *e, size_t k)
{
    if (!e->n_robust)
        return;
    um_buf_text(b,
                "<h3>Robustness</h3>\n<div class=\"wide\"><table><thead><tr><th></th><th>fake</th>"
                "<th>real</th><th>AUC as is</th><th>AUC under it</th><th>EER as is</th><th>EER under it</th>"
                "<th>silenced</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < e->n_robust; i++) {
        const um_cell *plain = &e->robust[i].plain[k], *under = &e->robust[i].under[k];
        if (!plain->n_fake || !plain->n_real)
            continue;
        um_buf_printf(b, "<tr><th>%s</th><td>%zu</td><td>%zu</td>", e->robust[i].condition->title,
                      plain->n_fake, plain->n_real);
        um_plot_measured(b, &plain->measure[UM_MEASURE_AUC]);
        um_plot_measured(b, &under->measure[UM_MEASURE_AUC]);
        um_plot_measured(b, &plain->measure[UM_MEASURE_EER]);
        um_plot_measured(b, &under->measure[UM_MEASURE_EER]);
        um_buf_printf(b, "<td>%zu</td></tr>\n", under->silent_fake + under->silent_real);
    }
    um_buf_text(b, "</tbody></table></div>\n<div class=\"charts\">\n");
    for (int medium = 0; medium < UM_MEDIA; medium++)
        draw_medium(b, e, k, medium);
    um_buf_text(b, "</div>\n");
}
