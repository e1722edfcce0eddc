/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_html_chart.c: the scale of likelihood ratios and the timeline, as inline SVG.
 *
 * Horizontal places are percentages, so that pictures stretch with the page while text and strokes keep their
 * size. */
#include "chart/chart.h"
#include "report/html.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- scale ---- */

#define SCALE_END (um_scale_step[UM_SCALE_STEPS - 1]) /* a million */

static double scale_x(double log_lr)
{
    return 50 + um_clampd(log_lr, -SCALE_END, SCALE_END) * (50 / SCALE_END);
}

static void scale_bands(um_buf *b, int y, int height)
{
    const double *edge = um_scale_step;
    um_buf_printf(b, "<rect class=\"none\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\"/>",
                  scale_x(-edge[0]), scale_x(edge[0]) - scale_x(-edge[0]), y, height);
    for (int k = 0; k + 1 < UM_SCALE_STEPS; k++) {
        double width = scale_x(edge[k + 1]) - scale_x(edge[k]), opacity = .2 + .15 * k;
        um_buf_printf(b,
                      "<rect class=\"for\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\" "
                      "opacity=\"%.2f\"/><rect class=\"against\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" "
                      "height=\"%d\" opacity=\"%.2f\"/>",
                      scale_x(edge[k]), width, y, height, opacity, scale_x(-edge[k + 1]), width, y, height,
                      opacity);
    }
}

void um_chart_scale(um_buf *b, double log_lr, double lo, double hi, bool weighed, bool large)
{
    static const struct {
        double at;
        const char *text;
    } tick[] = {{-6, "1/1,000,000"}, {-4, "1/10,000"}, {-2, "1/100"},   {0, "1"},
                {2, "100"},          {4, "10,000"},    {6, "1,000,000"}};
    char r[32], l[32], h[32];
    int y = large ? 30 : 7, height = large ? 14 : 6, middle = y + height / 2;
    um_buf_printf(b, "<svg class=\"scale %s\" width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"",
                  large ? "large" : "small", large ? 76 : 20);
    if (weighed)
        um_buf_printf(b, "Likelihood ratio %s, 90 %% interval %s to %s: %s", um_words_ratio(r, log_lr),
                      um_words_ratio(l, lo), um_words_ratio(h, hi), um_scale_words(log_lr));
    else
        um_buf_text(b, "Scale of likelihood ratios without a value: nothing weighs");
    um_buf_text(b, "\">");
    scale_bands(b, y, height);
    if (large) {
        um_buf_text(b, "<text x=\"0\" y=\"14\" class=\"end against\">\xE2\x86\x90 against "
                       "manipulation</text><text x=\"100%\" y=\"14\" text-anchor=\"end\" class=\"end "
                       "for\">for manipulation \xE2\x86\x92</text>");
        for (size_t i = 0; i < sizeof tick / sizeof *tick; i++)
            um_buf_printf(
                b,
                "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"46\" y2=\"52\"/><text x=\"%.2f%%\" y=\"68\" "
                "text-anchor=\"%s\"%s>%s</text>",
                scale_x(tick[i].at), scale_x(tick[i].at), scale_x(tick[i].at),
                i == 0   ? "start"
                : i == 6 ? "end"
                         : "middle",
                fabs(tick[i].at) == 4 ? " class=\"wide\"" : "", tick[i].text);
    }
    if (weighed && isfinite(log_lr)) {
        double from = scale_x(isfinite(lo) ? lo : log_lr), to = scale_x(isfinite(hi) ? hi : log_lr);
        um_buf_printf(b,
                      "<line class=\"interval\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/><circle "
                      "class=\"value\" cx=\"%.2f%%\" cy=\"%d\" r=\"%d\"/>",
                      from, to, middle, middle, scale_x(log_lr), middle, large ? 8 : 5);
    }
    um_buf_text(b, "</svg>");
}

/* ---- timeline ---- */

enum { COLUMNS = 500 };

/* Families fold when there are many lanes; those that fit into this number stand open. */
enum { LANES_OPEN = 12 };

typedef struct range {
    double lo, hi;
} range;

static double end_of(const um_results *r)
{
    double end = fmax(r->analysed_s, 0);
    if (r->sound.columns * r->sound.column_s < 1e7) /* beyond: a broken clock */
        end = fmax(end, (r->sound.columns - 1) * r->sound.column_s);
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_series; k++) {
            const um_series *s = &r->findings[i]->series[k];
            if (s->n && s->sample[s->n - 1].t_s > end && s->sample[s->n - 1].t_s < 1e7)
                end = s->sample[s->n - 1].t_s;
        }
    return end;
}

static bool same_lane(const um_series *a, const um_series *b)
{
    return !strcmp(a->name, b->name) && !strcmp(a->unit, b->unit);
}

static bool first_of_lane(const um_findings *f, int k)
{
    for (int j = 0; j < k; j++)
        if (f->series[j].n && same_lane(&f->series[j], &f->series[k]))
            return false;
    return f->series[k].n > 0;
}

static range lane_range(const um_findings *f, int k)
{
    range r = {INFINITY, -INFINITY};
    for (int j = k; j < f->n_series; j++)
        if (same_lane(&f->series[j], &f->series[k]))
            for (size_t i = 0; i < f->series[j].n; i++) {
                double v = f->series[j].sample[i].value;
                if (isfinite(v))
                    r.lo = fmin(r.lo, v), r.hi = fmax(r.hi, v);
            }
    if (!(r.lo <= r.hi))
        return (range){0, 1};
    if (r.hi - r.lo <= 1e-9 * fmax(fabs(r.hi), fabs(r.lo)) || r.hi == r.lo) {
        double pad = fmax(fabs(r.hi) * .1, 1e-6);
        return (range){r.lo - pad, r.hi + pad};
    }
    return r;
}

static void path(um_buf *b, const um_series *s, range y, double end)
{
    _Static_assert(sizeof(um_sample) == 2 * sizeof(double), "a sample is two numbers and no more");
    const um_chart chart = {
        .to = end, .low = y.lo, .high = y.hi, .right = 1000, .top = UM_CHART_TOP, .bottom = UM_CHART_BOTTOM};
    const double mean_step = s->n > 1 ? (s->sample[s->n - 1].t_s - s->sample[0].t_s) / (double)(s->n - 1) : 0;
    um_chart_path(b, &chart, &s->sample->t_s, s->n, fmax(6 * mean_step, .3), COLUMNS);
}

/* ---- who speaks when: shares of time of voices are rows of bars ---- */

enum { ROW_HEIGHT = 18 };

static bool is_of_turns(const um_series *s)
{
    return s->subject.kind == UM_SUBJECT_VOICE && !strcmp(s->unit, "share of time");
}

static void bars(um_buf *b, const um_series *s, int row, double end)
{
    double width = end;
    for (size_t i = 1; i < s->n; i++) /* a sample lasts to the next one, where that is nearest */
        width = fmin(width, fmax(s->sample[i].t_s - s->sample[i - 1].t_s, 1e-3));
    for (size_t i = 0, to; i < s->n; i = to) {
        const double share = s->sample[i].value;
        for (to = i + 1; to < s->n && s->sample[to].value == share &&
                         s->sample[to].t_s - s->sample[to - 1].t_s < 1.5 * width;)
            to++;
        if (share > 0)
            um_buf_printf(b,
                          "<line class=\"p%d turn\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\" "
                          "opacity=\"%.2g\"/>",
                          um_html_colour(&s->subject), 100 * (s->sample[i].t_s - width / 2) / end,
                          100 * (s->sample[to - 1].t_s + width / 2) / end, row * ROW_HEIGHT + ROW_HEIGHT / 2,
                          row * ROW_HEIGHT + ROW_HEIGHT / 2, um_clampd(share, 0, 1));
    }
}

static void lane_of_turns(um_buf *b, const um_findings *f, int signal, int k, double end)
{
    int row = 0, n = 0;
    char who[80];
    for (int j = k; j < f->n_series; j++)
        n += same_lane(&f->series[j], &f->series[k]);
    um_buf_printf(b, "<div class=\"lane\"><div class=\"name\"><a href=\"#s%d\">", signal);
    um_html_text(b, f->signal->name);
    um_buf_text(b, "</a> <span>");
    um_html_text(b, f->series[k].name);
    um_buf_printf(
        b,
        "</span><output></output></div><svg class=\"plot\" width=\"100%%\" height=\"%d\" role=\"img\" "
        "aria-label=\"When each voice speaks\">",
        n * ROW_HEIGHT);
    um_html_grid(b, end);
    for (int j = k; j < f->n_series; j++)
        if (same_lane(&f->series[j], &f->series[k]))
            bars(b, &f->series[j], row++, end);
    um_buf_text(b, "</svg><div class=\"range\">");
    for (int j = k; j < f->n_series; j++)
        if (same_lane(&f->series[j], &f->series[k]))
            um_buf_printf(b, "<span>%s</span> ", um_words_subject(who, &f->series[j].subject));
    um_buf_text(b, "</div></div>\n");
}

static void lane(um_buf *b, const um_results *r, int signal, int k, double end)
{
    const um_findings *f = r->findings[signal];
    const um_series *first = &f->series[k];
    if (is_of_turns(first)) {
        lane_of_turns(b, f, signal, k, end);
        return;
    }
    range y = lane_range(f, k);
    char lo[32], hi[32];
    um_words_number(lo, y.lo);
    um_words_number(hi, y.hi);
    um_buf_printf(
        b, "<div class=\"lane\" data-lo=\"%.6g\" data-hi=\"%.6g\"><div class=\"name\"><a href=\"#s%d\">",
        y.lo, y.hi, signal);
    um_html_text(b, f->signal->name);
    um_buf_text(b, "</a> <span>");
    um_html_text(b, first->name);
    um_buf_text(b,
                "</span><output></output></div><svg class=\"plot\" width=\"100%\" height=\"64\" role=\"img\" "
                "aria-label=\"");
    um_html_text(b, f->signal->name);
    um_buf_text(b, ", ");
    um_html_text(b, first->name);
    um_buf_printf(b, " over time, between %s and %s ", lo, hi);
    um_html_text(b, first->unit);
    um_buf_text(b, "\">");
    um_html_marks(b, f, signal, end);
    um_html_grid(b, end);
    um_buf_text(b,
                "<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\">");
    for (int j = k; j < f->n_series; j++) {
        const um_series *s = &f->series[j];
        if (!s->n || !same_lane(s, first))
            continue;
        char who[80];
        um_buf_printf(b, "<path class=\"p%d%s\" data-who=\"%s\" d=\"", um_html_colour(&s->subject),
                      s->subject.kind == UM_SUBJECT_VOICE ? " voice" : "",
                      um_words_subject(who, &s->subject));
        path(b, s, y, end);
        um_buf_text(b, "\"/>");
    }
    um_buf_printf(b, "</svg></svg><div class=\"range\"><span>%s</span> <span class=\"unit\">", hi);
    um_html_text(b, first->unit);
    um_buf_printf(b, "</span> <span>%s</span></div></div>\n", lo);
}

static void axis(um_buf *b, double end)
{
    double step = um_chart_time_step(end, UM_HTML_TIME_TICKS);
    char t[32];
    um_buf_text(b,
                "<div class=\"lane axis\"><div class=\"name\">time</div><svg class=\"plot\" width=\"100%\" "
                "height=\"22\" aria-hidden=\"true\">");
    for (int i = 0; i * step <= end * 1.0001; i++) {
        double x = 100 * i * step / end;
        um_words_time(t, i * step);
        size_t n = strlen(t);
        if (step >= 1 && n > 2) /* whole seconds need no tenths */
            t[n - 2] = 0;
        um_buf_printf(b, "<text x=\"%.2f%%\" y=\"15\" text-anchor=\"%s\"%s>%s</text>", x,
                      i == 0   ? "start"
                      : x > 97 ? "end"
                               : "middle",
                      i % 2 ? " class=\"wide\"" : "", t);
    }
    um_buf_text(b, "</svg><div class=\"range\"></div></div>");
}

static void legend_item(um_buf *b, um_subject subject)
{
    char who[80];
    um_buf_printf(b,
                  "<li><svg width=\"22\" height=\"10\" aria-hidden=\"true\"><path class=\"p%d%s\" d=\"M1 "
                  "5H21\"/></svg> %s</li>",
                  um_html_colour(&subject), subject.kind == UM_SUBJECT_VOICE ? " voice" : "",
                  um_words_subject(who, &subject));
}

static void legend(um_buf *b, const um_results *r)
{
    enum { MOST = 12 };
    if (r->n_persons + r->n_voices < 2)
        return;
    um_buf_text(b, "<ul class=\"legend\">");
    for (int i = 0; i < r->n_persons && i < MOST; i++)
        legend_item(b, um_person_subject(r->person[i].id));
    for (int i = 0; i < r->n_voices && i < MOST; i++)
        legend_item(b, um_voice_subject(r->voice[i].id));
    legend_item(b, um_file_subject());
    um_buf_text(b, "</ul>");
}

static int lanes_of(const um_results *r, int family)
{
    int n = 0;
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_series && um_html_family(r->findings[i]->signal) == family; k++)
            n += first_of_lane(r->findings[i], k);
    return n;
}

static void family_lanes(um_buf *b, const um_results *r, int family, double end)
{
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_series && um_html_family(r->findings[i]->signal) == family; k++)
            if (first_of_lane(r->findings[i], k))
                lane(b, r, i, k, end);
}

void um_chart_timeline(um_buf *b, const um_results *r)
{
    const double end = end_of(r);
    int n[UM_HTML_FAMILIES], all = 0, n_before = 0;
    for (int i = 0; i < UM_HTML_FAMILIES; i++)
        all += n[i] = lanes_of(r, i);
    const bool heard = r->sound.columns > 0;
    if (r->media.is_photo || !(end > 0) || (!all && !heard))
        return;
    um_buf_text(b,
                "<section aria-labelledby=\"h-time\"><h2 id=\"h-time\">Over time</h2><p>Each "
                "line is one measurement; all share the same time axis. Shaded stretches are moments to look "
                "at, described with their signal below.</p>");
    legend(b, r);
    um_html_player(b, r);
    um_buf_printf(b, "<div class=\"lanes\" data-end=\"%.6g\">\n", end);
    if (heard)
        um_html_sound(b, r, end);
    if (heard && (all > LANES_OPEN || !all))
        axis(b, end);
    for (int i = 0; i < UM_HTML_FAMILIES; i++) {
        if (!n[i])
            continue;
        n_before += n[i];
        if (all > LANES_OPEN)
            um_buf_printf(b, "<details class=\"list\"%s><summary>%s: %d line%s</summary>\n",
                          n_before <= LANES_OPEN ? " open" : "", um_html_family_title(i), n[i],
                          n[i] == 1 ? "" : "s");
        family_lanes(b, r, i, end);
        if (all > LANES_OPEN || n_before == all)
            axis(b, end);
        if (all > LANES_OPEN)
            um_buf_text(b, "</details>\n");
    }
    um_buf_text(b, "</div></section>\n");
}
