/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_write.c: see json_write.h. */
#include "base/json_write.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

um_json_writer um_json_writer_to(um_buf *out, int indent)
{
    return (um_json_writer){.out = out, .indent = indent};
}

static void new_line(um_json_writer *w, int level)
{
    um_buf_printf(w->out, "\n%*s", level * w->indent, "");
}

void um_json_put_escape(um_buf *b, uint32_t c)
{
    if (c < 0x10000)
        um_buf_printf(b, "\\u%04X", (unsigned)c);
    else
        um_buf_printf(b, "\\u%04X\\u%04X", (unsigned)(0xD7C0 + (c >> 10)), (unsigned)(0xDC00 | (c & 0x3FF)));
}

static void put_text(um_buf *b, const char *text)
{
    static const char plain[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    um_buf_add(b, "\"", 1);
    while (*text) {
        const char *from = text;
        bool good;
        uint32_t c = um_utf8_decode(&text, &good);
        if (!good)
            um_buf_text(b, "\xEF\xBF\xBD");
        else if (c == '"' || c == '\\')
            um_buf_printf(b, "\\%c", (int)c);
        else if (c < sizeof plain && plain[c])
            um_buf_printf(b, "\\%c", plain[c]);
        else if (!um_utf8_deceives(c))
            um_buf_add(b, from, (size_t)(text - from));
        else
            um_json_put_escape(b, c);
    }
    um_buf_add(b, "\"", 1);
}

/* What stands before a value: comma, line, key. */
static void lead(um_json_writer *w, const char *key)
{
    if (w->depth > 0) {
        struct um_json_level *l = &w->level[w->depth - 1];
        const bool own = l->per_line == 1;
        const bool line = w->indent > 0 && (own || (l->per_line && l->n && l->n % l->per_line == 0));
        if (l->n)
            um_buf_text(w->out, line ? "," : ", ");
        if (line)
            new_line(w, own ? w->depth : w->depth - 1); /* a row goes on below its key */
        l->n++;
    }
    if (key) {
        put_text(w->out, key);
        um_buf_text(w->out, ": ");
    }
}

static void begin(um_json_writer *w, const char *key, const char *brackets, int per_line)
{
    bool in_row = w->depth > 0 && w->level[w->depth - 1].per_line != 1;
    lead(w, key);
    um_buf_add(w->out, brackets, 1);
    if (w->depth == UM_JSON_DEPTH)
        w->out->broken = true;
    else
        w->level[w->depth++] =
            (struct um_json_level){.close = brackets[1], .per_line = in_row ? 0 : per_line};
}

void um_json_put_object(um_json_writer *w, const char *key)
{
    begin(w, key, "{}", 1);
}

void um_json_put_array(um_json_writer *w, const char *key)
{
    begin(w, key, "[]", 1);
}

void um_json_put_row(um_json_writer *w, const char *key, int per_line)
{
    begin(w, key, "[]", per_line);
}

void um_json_put_end(um_json_writer *w)
{
    if (w->depth == 0)
        return;
    const struct um_json_level *l = &w->level[--w->depth];
    if (w->indent > 0 && l->per_line == 1 && l->n)
        new_line(w, w->depth);
    um_buf_add(w->out, &l->close, 1);
}

void um_json_put_text(um_json_writer *w, const char *key, const char *value)
{
    lead(w, key);
    if (value)
        put_text(w->out, value);
    else
        um_buf_text(w->out, "null");
}

void um_json_put_text_or_null(um_json_writer *w, const char *key, const char *value)
{
    um_json_put_text(w, key, value && *value ? value : NULL);
}

void um_json_put_base64(um_json_writer *w, const char *key, const void *bytes, size_t n)
{
    lead(w, key);
    um_buf_add(w->out, "\"", 1);
    um_base64(w->out, bytes, n);
    um_buf_add(w->out, "\"", 1);
}

void um_json_put_int(um_json_writer *w, const char *key, int64_t value)
{
    lead(w, key);
    um_buf_printf(w->out, "%lld", (long long)value);
}

void um_json_put_bool(um_json_writer *w, const char *key, bool value)
{
    lead(w, key);
    um_buf_text(w->out, value ? "true" : "false");
}

void um_json_put_null(um_json_writer *w, const char *key)
{
    lead(w, key);
    um_buf_text(w->out, "null");
}

double um_json_rounded(double value, int digits)
{
    char text[40];
    if (!isfinite(value))
        return value;
    snprintf(text, sizeof text, "%.*g", um_clampi(digits, 1, 17), value);
    value = strtod(text, NULL);
    return value == 0 ? 0 : value; /* no negative zero */
}

void um_json_put_num(um_json_writer *w, const char *key, double value, int digits)
{
    enum { EXACT = 12 }; /* more digits than any field has, without an exponent below 1e12 */
    char text[40], *e;
    lead(w, key);
    if (!isfinite(value)) {
        um_buf_text(w->out, "null");
        return;
    }
    snprintf(text, sizeof text, "%.*g", EXACT, um_json_rounded(value, digits));
    if ((e = strchr(text, 'e'))) { /* 1e-5, not 1e-05; 1e15, not 1e+15 */
        char *digit = e + 2 + strspn(e + 2, "0"), *to = e + 1 + (e[1] == '-');
        memmove(to, digit, strlen(digit) + 1);
    } else if (!strchr(text, '.'))
        snprintf(text + strlen(text), sizeof text - strlen(text), ".0");
    um_buf_text(w->out, text);
}

void um_json_put_short(um_json_writer *w, double value, int digits)
{
    lead(w, NULL);
    if (isfinite(value))
        um_buf_printf(w->out, "%.*g", digits, value == 0 ? 0 : value);
    else
        um_buf_text(w->out, "null");
}

um_status um_failure_json(char **out, const char *key, const char *path, const um_error *failure,
                          um_error *err)
{
    um_buf b;
    um_buf_init(&b, 1 << 16);
    um_json_writer w = um_json_writer_to(&b, 0);
    um_json_put_object(&w, NULL);
    um_json_put_text(&w, key, path);
    um_json_put_text(&w, "error", failure->text);
    um_json_put_end(&w);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
