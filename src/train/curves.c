/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curves.c: the page of a training: a chart for the loss, each of its terms, each metric, and what else tells
 * how it went. */
#include "base/json.h"
#include "base/text.h"
#include "chart/chart.h"
#include "train/log.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_SERIES = UM_TRAIN_TERMS + UM_TRAIN_METRICS + 8,
    MOST_POINTS = 1 << 24,
    MOST_LOG = 1 << 28,
    MOST_PAGE = 1 << 24,
    COLUMNS = 600, /* of a curve */
    TICKS = 6
};
enum { WIDTH = 640, HEIGHT = 230, LEFT = 62, RIGHT = 14, TOP = 12, BOTTOM = 26 };

typedef struct point {
    double step, value;
} point;

typedef enum kind { PLAIN, LOGARITHMIC, METRIC } kind;

typedef struct series {
    char name[64];
    kind kind;
    point *points;
    size_t n, capacity;
} series;

typedef struct page {
    series s[MOST_SERIES];
    int n;
    double last_step, seconds, best_step;
} page;

static um_status add(page *p, const char *name, kind k, double step, double value, um_error *err)
{
    series *s = p->s;
    while (s < p->s + p->n && strcmp(s->name, name) != 0)
        s++;
    if (s == p->s + MOST_SERIES || !isfinite(value) || (k == LOGARITHMIC && value <= 0))
        return UM_OK;
    if (s == p->s + p->n) {
        snprintf(s->name, sizeof s->name, "%s", name);
        s->kind = k;
        p->n++;
    }
    if (!um_grow(&s->points, &s->capacity, s->n + 1, MOST_POINTS, sizeof *s->points))
        return um_fail_oom(err);
    s->points[s->n++] = (point){step, value};
    return UM_OK;
}

static um_status add_object(page *p, const um_json *object, kind k, double step, um_error *err)
{
    um_status st = UM_OK;
    const char *key;
    const um_json *v;
    for (size_t i = 0; st == UM_OK && um_json_member(object, i, &key, &v); i++)
        st = add(p, key, k, step, um_json_as_num(v, NAN), err);
    return st;
}

static um_status read_line(page *p, const um_json *line, um_error *err)
{
    static const struct {
        const char *key, *name;
        kind kind;
    } other[] = {{"rate", "learning rate", PLAIN},
                 {"norm", "norm of the gradient", LOGARITHMIC},
                 {"samples_per_s", "samples per second", PLAIN},
                 {"utilisation", "share of time not waiting for samples", PLAIN}};
    double step = um_json_get_num(line, "step", 0);
    const um_json *metrics = um_json_get(line, "metrics"), *terms = um_json_get(line, "terms");
    if (!(step >= 0 && step < 1e15))
        return UM_OK;
    p->last_step = fmax(p->last_step, step);
    p->seconds = fmax(p->seconds, fmin(um_json_get_num(line, "seconds", 0), 1e9));
    if (metrics) {
        if (um_json_get_bool(line, "best", false))
            p->best_step = step;
        return add_object(p, metrics, METRIC, step, err);
    }
    um_status st = add(p, "loss", LOGARITHMIC, step, um_json_get_num(line, "loss", NAN), err);
    if (st == UM_OK && um_json_count(terms) > 1)
        st = add_object(p, terms, LOGARITHMIC, step, err);
    for (size_t i = 0; i < sizeof other / sizeof *other && st == UM_OK; i++)
        st = add(p, other[i].name, other[i].kind, step, um_json_get_num(line, other[i].key, NAN), err);
    return st;
}

static um_status read_log(page *p, const char *path, um_error *err)
{
    char *text, *rest = NULL;
    size_t n;
    um_status st = um_file_read(&text, &n, path, MOST_LOG, err);
    if (st < 0)
        return st;
    for (char *line = strtok_r(text, "\n", &rest); line && st == UM_OK; line = strtok_r(NULL, "\n", &rest)) {
        um_json *json = NULL;
        if ((st = um_json_parse(&json, line, strlen(line), path, err)) == UM_OK)
            st = read_line(p, json, err);
        um_json_free(&json);
    }
    free(text);
    return st;
}

/* --- drawing --- */

typedef struct axis {
    double low, high, tick[TICKS + 2]; /* in the scale that is drawn */
    int n_ticks;
} axis;

/* Round numbers at most TICKS + 1 of which lie between low and high. */
static void ticks(axis *a)
{
    double every = um_chart_step(a->high - a->low, TICKS);
    for (double k = ceil(a->low / every - 1e-9); k * every <= a->high + 1e-9 * every; k++)
        if (a->n_ticks < TICKS + 2)
            a->tick[a->n_ticks++] = k * every + 0.; /* not -0 */
}

/* 1, 2, 5, 10, 20...; powers of ten alone where those are too many. False when fewer than two lie inside. */
static bool decades(axis *a)
{
    static const double digit[] = {0, .30102999566398120, .69897000433601880};
    int per_decade = a->high - a->low < 2 ? 3 : 1, every = 1 + (int)((a->high - a->low) / TICKS);
    for (double k = floor(a->low); k <= a->high; k += every)
        for (int i = 0; i < per_decade; i++)
            if (k + digit[i] >= a->low && k + digit[i] <= a->high && a->n_ticks < TICKS + 2)
                a->tick[a->n_ticks++] = k + digit[i];
    return a->n_ticks > 1;
}

static double scaled(const series *s, double v)
{
    return s->kind == LOGARITHMIC ? log10(v) : v;
}

static axis value_axis(series *s)
{
    axis a = {.low = INFINITY, .high = -INFINITY};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < s->n; i++) {
            a.low = fmin(a.low, scaled(s, s->points[i].value));
            a.high = fmax(a.high, scaled(s, s->points[i].value));
        }
        double least = fmax(1e-9, 1e-6 * fabs(a.high)); /* a constant gets a scale, too */
        if (a.high - a.low < least) {
            a.low -= least;
            a.high += least;
        }
        if (s->kind != LOGARITHMIC || decades(&a))
            break;
        s->kind = PLAIN; /* too narrow for round numbers of that scale */
        a = (axis){.low = INFINITY, .high = -INFINITY};
    }
    if (s->kind != LOGARITHMIC)
        ticks(&a);
    return a;
}

static um_chart chart_of(const page *p, const axis *a)
{
    return (um_chart){.to = fmax(1, p->last_step),
                      .low = a->low,
                      .high = a->high,
                      .left = LEFT,
                      .right = WIDTH - RIGHT,
                      .top = TOP,
                      .bottom = HEIGHT - BOTTOM};
}

static void draw_frame(um_buf *b, const page *p, const series *s, const axis *a)
{
    axis steps = {.high = fmax(1, p->last_step)};
    const um_chart chart = chart_of(p, a);
    for (int i = 0; i < a->n_ticks; i++) {
        double y = um_chart_y(&chart, a->tick[i]),
               v = s->kind == LOGARITHMIC ? pow(10, a->tick[i]) : a->tick[i];
        um_buf_printf(b, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
        um_buf_printf(b, "<text class=\"left\" x=\"%d\" y=\"%.1f\">%.4g</text>", LEFT - 8, y + 4,
                      fabs(v) < 1e-12 ? 0 : v);
    }
    ticks(&steps);
    for (int i = 0; i < steps.n_ticks; i++)
        if (steps.tick[i] == floor(steps.tick[i]))
            um_buf_printf(b, "<text class=\"below\" x=\"%.1f\" y=\"%d\">%.0f</text>",
                          um_chart_x(&chart, steps.tick[i]), HEIGHT - 6, steps.tick[i]);
}

static void draw(um_buf *b, const page *p, series *s)
{
    axis a = value_axis(s);
    point last = s->points[s->n - 1];
    um_buf_text(b, "<figure><figcaption>");
    um_html_text(b, s->name);
    um_buf_printf(b, " <b>%.5g</b>", last.value);
    um_buf_printf(b, "</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
    um_html_text(b, s->name);
    um_buf_printf(b, " from %.4g to %.4g over %.0f steps\">", s->points[0].value, last.value, p->last_step);
    draw_frame(b, p, s, &a);
    const um_chart chart = chart_of(p, &a);
    if (s->kind == LOGARITHMIC)
        for (size_t i = 0; i < s->n; i++)
            s->points[i].value = log10(s->points[i].value);
    _Static_assert(sizeof(point) == 2 * sizeof(double), "a point is two numbers and no more");
    um_buf_text(b, "<path class=\"line\" d=\"");
    um_chart_path(b, &chart, &s->points->step, s->n, INFINITY, COLUMNS);
    um_buf_text(b, "\"/>");
    for (size_t i = 0; i < s->n && s->kind == METRIC; i++)
        if (s->points[i].step == p->best_step)
            um_buf_printf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>",
                          um_chart_x(&chart, s->points[i].step), um_chart_y(&chart, s->points[i].value));
    um_buf_text(b, "</svg></figure>\n");
}

static const char style[] =
    ":root{color-scheme:light "
    "dark;--paper:#fbfaf7;--ink:#1d1c1a;--muted:#5e5a52;--rule:#ddd8ce;--line:#0067a8;"
    "--best:#a63d17}"
    "@media(prefers-color-scheme:dark){:root{--paper:#15161a;--ink:#ebe8e1;--muted:#a9a59c;--rule:#363840;"
    "--line:#63b3ea;--best:#f2956a}}"
    "body{margin:0 auto;max-width:84rem;padding:1.5rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,\"Segoe UI\",\"Noto Sans\",\"Liberation Sans\",sans-serif}"
    "h1{font-size:1.5rem;font-weight:600;margin:0}p{color:var(--muted);margin:.25rem 0 1.75rem}"
    "main{display:grid;gap:1.75rem "
    "2.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}"
    "figure{margin:0}figcaption{color:var(--muted)}b{color:var(--ink);font-weight:600}"
    "p,b,text{font-variant-numeric:tabular-nums}"
    "svg{display:block;width:100%;height:auto;overflow:visible}text{font-size:12.5px;fill:var(--muted)}"
    ".left{text-anchor:end}.below{text-anchor:middle}.grid{stroke:var(--rule)}"
    ".line{fill:none;stroke:var(--line);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}"
    "circle{fill:var(--best);stroke:var(--paper);stroke-width:1.5}";

static void write_page(um_buf *b, page *p, const char *title)
{
    um_buf_text(b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width\"><title>Training: ");
    um_html_text(b, title);
    um_buf_text(b, "</title><style>");
    um_buf_text(b, style);
    um_buf_text(b, "</style></head><body>\n<h1>Training: ");
    um_html_text(b, title);
    um_buf_printf(b, "</h1>\n<p>Step %.0f after %d min %02d s", p->last_step, (int)(p->seconds / 60),
                  (int)fmod(p->seconds, 60));
    if (p->best_step >= 0)
        um_buf_printf(b, "; the best weights so far are those of step %.0f", p->best_step);
    um_buf_text(b, ".</p>\n<main>\n");
    for (int i = 0; i < p->n; i++)
        draw(b, p, &p->s[i]);
    um_buf_text(b, "</main>\n</body></html>\n");
}

um_status um_curves_write(const char *html_path, const char *log_path, const char *title, um_error *err)
{
    um_buf b;
    page *p = um_calloc(1, sizeof *p);
    if (!p)
        return um_fail_oom(err);
    p->best_step = -1;
    um_buf_init(&b, MOST_PAGE);
    um_status st = read_log(p, log_path, err);
    if (st == UM_OK) {
        write_page(&b, p, title);
        st = b.broken ? um_fail_oom(err) : um_file_write(html_path, b.data, b.n, err);
    }
    for (int i = 0; i < p->n; i++)
        free(p->s[i].points);
    free(p);
    um_buf_free(&b);
    return st;
}
