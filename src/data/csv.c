/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv.c: see csv.h. Fields are unquoted where they stand: what is read is never longer than what was there.
 */
#include "data/csv.h"
#include <stdlib.h>
#include <string.h>

static um_status wrong(const um_csv *csv, um_error *err, const char *what)
{
    return um_fail(err, UM_EFORMAT, "%s: line %zu: %s", csv->path, csv->next_line, what);
}

/* The field in quotes that begins at `at`: unquoted in place, `at` behind its closing quote. */
static um_status quoted(char **out, size_t *n, um_csv *csv, um_error *err)
{
    char *to = *out = ++csv->at;
    for (; csv->at < csv->end && *csv->at; *to++ = *csv->at++) {
        csv->next_line += *csv->at == '\n';
        if (*csv->at == '"' &&
            *++csv->at != '"') { /* the text ends in a zero, so one more can be looked at */
            *n = (size_t)(to - *out);
            return UM_OK;
        }
    }
    return csv->at < csv->end
               ? wrong(csv, err, "a zero byte")
               : um_fail(err, UM_EFORMAT, "%s: line %zu: a quote that is not closed", csv->path, csv->line);
}

static um_status plain(char **out, size_t *n, um_csv *csv, um_error *err)
{
    *out = csv->at;
    *n = strcspn(csv->at, ",\"\r\n"); /* a zero byte ends it, too: it is no separator and is refused then */
    csv->at += *n;
    return *csv->at == '"' ? wrong(csv, err, "a quote inside a field") : UM_OK;
}

/* Past the comma or the end of the line behind a field; `last`: it was the end of a line or of the text. */
static um_status separator(bool *last, um_csv *csv, um_error *err)
{
    *last = true;
    if (csv->at == csv->end)
        return UM_OK;
    *last = *csv->at != ',';
    csv->at += csv->at[0] == '\r' && csv->at[1] == '\n';
    if (*last && *csv->at != '\n')
        return wrong(csv, err, "a byte that belongs to no field");
    csv->next_line += *last;
    csv->at++;
    return UM_OK;
}

static um_status record(size_t *n, um_csv *csv, um_error *err)
{
    bool last = false;
    *n = 0;
    csv->line = csv->next_line;
    while (!last) {
        char *field = csv->at;
        size_t length = 0;
        if (*n == UM_CSV_COLUMNS)
            return wrong(csv, err, "too many fields");
        um_status st = *csv->at == '"' ? quoted(&field, &length, csv, err) : plain(&field, &length, csv, err);
        if (st == UM_OK)
            st = separator(&last, csv, err);
        if (st < 0)
            return st;
        field[length] = 0; /* over its separator, its quote, or the end of the text */
        csv->field[(*n)++] = field;
    }
    return UM_OK;
}

static um_status header(um_csv *csv, um_error *err)
{
    if (csv->at == csv->end)
        return um_fail(err, UM_EFORMAT, "%s: empty, where a line with names of columns should be", csv->path);
    um_status st = record(&csv->n_columns, csv, err);
    for (size_t i = 0; i < csv->n_columns && st == UM_OK; i++) {
        csv->column[i] = csv->field[i];
        if (!*csv->column[i])
            st = um_fail(err, UM_EFORMAT, "%s: line 1: column %zu has no name", csv->path, i + 1);
        for (size_t k = 0; k < i && st == UM_OK; k++)
            if (!strcmp(csv->column[k], csv->column[i]))
                st = um_fail(err, UM_EFORMAT, "%s: line 1: columns %zu and %zu have the same name", csv->path,
                             k + 1, i + 1);
    }
    return st;
}

um_status um_csv_open(um_csv *out, const char *path, um_error *err)
{
    size_t n;
    *out = (um_csv){.path = um_strdup(path), .line = 1, .next_line = 1};
    if (!out->path)
        return um_fail_oom(err);
    um_status st = um_file_read(&out->text, &n, path, UM_CSV_BYTES, err);
    if (st < 0)
        return st;
    out->at = out->text + (n >= 3 && !memcmp(out->text, "\xEF\xBB\xBF", 3) ? 3 : 0);
    out->end = out->text + n;
    return header(out, err);
}

void um_csv_free(um_csv *csv)
{
    free(csv->path);
    free(csv->text);
    *csv = (um_csv){0};
}

um_status um_csv_next(um_csv *csv, um_error *err)
{
    size_t n;
    if (csv->at == csv->end)
        return UM_EOF;
    um_status st = record(&n, csv, err);
    if (st == UM_OK && n != csv->n_columns)
        st = um_fail(err, UM_EFORMAT, "%s: line %zu: %zu fields under %zu names of columns", csv->path,
                     csv->line, n, csv->n_columns);
    return st;
}

int um_csv_column(const um_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->n_columns; i++)
        if (!strcmp(csv->column[i], name))
            return (int)i;
    return -1;
}

const char *um_csv_field(const um_csv *csv, int column)
{
    return column < 0 ? "" : csv->field[column];
}

void um_csv_put(um_buf *b, const char *text)
{
    if (!text[strcspn(text, "\",\r\n")]) {
        um_buf_text(b, text);
        return;
    }
    um_buf_text(b, "\"");
    for (; *text; text++)
        um_buf_add(b, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    um_buf_text(b, "\"");
}
