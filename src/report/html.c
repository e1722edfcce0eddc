/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.c: small pieces of the page. */
#include "report/html.h"
#include "chart/chart.h"
#include "report/palette.h"
#include <math.h>

void um_html_picture(um_buf *b, const um_picture *picture, const char *alternative)
{
    um_buf_printf(b, "<img width=\"%d\" height=\"%d\" alt=\"", picture->width, picture->height);
    um_html_text(b, alternative);
    um_buf_text(b, "\" src=\"data:image/jpeg;base64,");
    um_base64(b, picture->jpeg, picture->n);
    um_buf_text(b, "\">");
}

int um_html_colour(const um_subject *s)
{
    return s->kind == UM_SUBJECT_PERSON || s->kind == UM_SUBJECT_VOICE ? s->id % UM_PERSON_COLOURS + 1 : 0;
}

const char *um_html_leaning(const um_verdict *v)
{
    const int side = v->inconclusive ? 0 : um_scale_side(v->log_lr);
    return side > 0 ? "for" : side < 0 ? "against" : "open";
}

void um_html_ratio(um_buf *b, double log_lr, double lo, double hi)
{
    char ratio[32], l[32], h[32];
    um_buf_printf(b, "<b>%s</b> <span>likelihood ratio %s (%s to %s)</span>", um_scale_words(log_lr),
                  um_words_ratio(ratio, log_lr), um_words_ratio(l, lo), um_words_ratio(h, hi));
}

void um_html_marks(um_buf *b, const um_findings *f, int signal, double end)
{
    for (int k = 0; k < f->n_evidence; k++) {
        const um_evidence *e = &f->evidence[k];
        if (!isfinite(e->from_s) || !isfinite(e->to_s))
            continue;
        double x = um_clampd(e->from_s / end, 0, 1) * 100, to = um_clampd(e->to_s / end, 0, 1) * 100;
        double width = fmin(fmax(to - x, .4), 100 - x);
        const bool linked = f->outcome == UM_SCORED; /* the others show no moments */
        if (linked)
            um_buf_printf(b, "<a href=\"#e%d-%d\">", signal, k);
        um_buf_printf(b,
                      "<rect class=\"mark\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"0\" "
                      "height=\"100%%\"><title>",
                      x, width);
        um_html_text(b, e->text);
        um_buf_text(b, "</title></rect>");
        if (linked)
            um_buf_text(b, "</a>");
    }
}

void um_html_grid(um_buf *b, double end)
{
    const double step = um_chart_time_step(end, UM_HTML_TIME_TICKS);
    for (int i = 1; i * step < end; i++)
        um_buf_printf(b, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"100%%\"/>",
                      100 * i * step / end, 100 * i * step / end);
}
