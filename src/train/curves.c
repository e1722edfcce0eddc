/* curves.c: the page of a training: one chart per loss term, per metric, and the learning rate. */
#include "base/json.h"
#include "train/log.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_SERIES = UM_TRAIN_TERMS + UM_TRAIN_METRICS + 2,
    MOST_LOG = 1 << 28,
    MOST_PAGE = 1 << 24,
    DRAWN = 1000
};
enum { WIDTH = 640, HEIGHT = 220, LEFT = 64, BOTTOM = 24, TOP = 12, RIGHT = 12 };

typedef struct series {
    char name[64];
    bool logarithmic;
    double *step, *value;
    size_t n, step_capacity, value_capacity;
} series;

typedef struct page {
    series s[MOST_SERIES];
    int n;
} page;

static um_status add(page *p, const char *name, bool logarithmic, double step, double value, um_error *err)
{
    series *s = p->s;
    while (s < p->s + p->n && strcmp(s->name, name) != 0)
        s++;
    if (s == p->s + MOST_SERIES || !isfinite(value))
        return UM_OK;
    if (s == p->s + p->n) {
        snprintf(s->name, sizeof s->name, "%s", name);
        s->logarithmic = logarithmic;
        p->n++;
    }
    if (!um_grow(&s->step, &s->step_capacity, s->n + 1, 1 << 24, sizeof *s->step) ||
        !um_grow(&s->value, &s->value_capacity, s->n + 1, 1 << 24, sizeof *s->value))
        return um_fail_oom(err);
    s->step[s->n] = step;
    s->value[s->n++] = value;
    return UM_OK;
}

static um_status add_object(page *p, const um_json *object, bool logarithmic, double step, um_error *err)
{
    um_status st = UM_OK;
    const char *key;
    const um_json *v;
    for (size_t i = 0; st == UM_OK && um_json_member(object, i, &key, &v); i++)
        st = add(p, key, logarithmic, step, um_json_as_num(v, NAN), err);
    return st;
}

static um_status read_line(page *p, const um_json *line, um_error *err)
{
    double step = um_json_get_num(line, "step", 0);
    const um_json *metrics = um_json_get(line, "metrics"), *terms = um_json_get(line, "terms");
    um_status st = UM_OK;
    if (metrics)
        return add_object(p, metrics, false, step, err);
    st = add(p, "loss", true, step, um_json_get_num(line, "loss", NAN), err);
    if (st == UM_OK && terms)
        st = add_object(p, terms, true, step, err);
    return st < 0 ? st : add(p, "learning rate", false, step, um_json_get_num(line, "rate", NAN), err);
}

static double height_of(const series *s, double v)
{
    return s->logarithmic ? log10(fmax(v, 1e-12)) : v;
}

static void draw(um_buf *b, const series *s)
{
    double low = INFINITY, high = -INFINITY, last = fmax(1, s->step[s->n - 1]);
    for (size_t i = 0; i < s->n; i++) {
        low = fmin(low, height_of(s, s->value[i]));
        high = fmax(high, height_of(s, s->value[i]));
    }
    if (high - low < 1e-9)
        high = low + 1e-9;
    um_buf_printf(b, "<figure><figcaption>%s <b>%.5g</b></figcaption><svg viewBox='0 0 %d %d' role='img'>",
                  s->name, s->value[s->n - 1], WIDTH, HEIGHT);
    for (int i = 0; i <= 4; i++) {
        double y = TOP + (HEIGHT - TOP - BOTTOM) * i / 4., v = high - (high - low) * i / 4;
        um_buf_printf(
            b, "<path class='grid' d='M%d %.1fH%d'/><text x='%d' y='%.1f' text-anchor='end'>%.4g</text>",
            LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4, s->logarithmic ? pow(10, v) : v);
    }
    um_buf_printf(b,
                  "<text x='%d' y='%d'>0</text><text x='%d' y='%d' text-anchor='end'>step "
                  "%.0f</text><polyline points='",
                  LEFT, HEIGHT - 6, WIDTH - RIGHT, HEIGHT - 6, last);
    size_t every = s->n / DRAWN + 1;
    for (size_t i = 0; i < s->n; i += every)
        um_buf_printf(b, "%.1f,%.1f ", LEFT + (WIDTH - LEFT - RIGHT) * s->step[i] / last,
                      TOP + (HEIGHT - TOP - BOTTOM) * (high - height_of(s, s->value[i])) / (high - low));
    um_buf_text(b, "'/></svg></figure>\n");
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

um_status um_curves_write(const char *html_path, const char *log_path, const char *title, um_error *err)
{
    um_buf b;
    page *p = um_calloc(1, sizeof *p);
    if (!p)
        return um_fail_oom(err);
    um_status st = read_log(p, log_path, err);
    um_buf_init(&b, MOST_PAGE);
    um_buf_printf(
        &b,
        "<!doctype html><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        "<title>%s</title><style>:root{color-scheme:light dark}body{font:15px/1.4 system-ui,sans-serif;"
        "max-width:1360px;margin:2em auto;padding:0 1em}main{display:grid;gap:1.5em;grid-template-columns:"
        "repeat(auto-fit,minmax(min(100%%,420px),1fr))}figure{margin:0}figcaption{margin-bottom:.3em}"
        "svg{width:100%%}text{font-size:12px;fill:currentColor;opacity:.7}.grid{stroke:currentColor;"
        "opacity:.15}polyline{fill:none;stroke:#2a7de1;stroke-width:1.6}</style>"
        "<h1>Training of %s</h1><main>\n",
        title, title);
    for (int i = 0; i < p->n; i++)
        draw(&b, &p->s[i]);
    um_buf_text(&b, "</main>\n");
    if (st == UM_OK)
        st = b.broken ? um_fail_oom(err) : um_file_write(html_path, b.data, b.n, err);
    for (int i = 0; i < p->n; i++) {
        free(p->s[i].step);
        free(p->s[i].value);
    }
    free(p);
    um_buf_free(&b);
    return st;
}
