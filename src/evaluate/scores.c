/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scores.c: scores from a CSV file, and to one. */
#include "data/csv.h"
#include "evaluate/evaluation.h"
#include "networks/store.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

typedef struct named {
    const char *name;
    size_t example;
} named;

typedef struct reader {
    um_csv csv;
    named *names; /* of all examples, sorted */
    bool *seen;   /* [examples] */
    bool by_filename, found;
    int key;
    size_t detector[UM_CSV_COLUMNS]; /* of each column but the key */
} reader;

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

/* All of them by name; the name of two, or NULL. */
static const char *sort_names(named *names, const um_evaluation *e, bool by_filename)
{
    const size_t n = um_dataset_count(e->set);
    for (size_t i = 0; i < n; i++) {
        const char *name = um_dataset_at(e->set, i)->name;
        names[i] = (named){by_filename ? last_part(name) : name, i};
    }
    if (n)
        qsort(names, n, sizeof *names, by_name);
    for (size_t i = 1; i < n; i++)
        if (!strcmp(names[i].name, names[i - 1].name))
            return names[i].name;
    return NULL;
}

static bool ends(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end) && (n == m || text[n - m - 1] == '_');
}

static um_score_kind kind_of(const reader *r, const char *column)
{
    return ends(column, "log_lr") ? UM_SCORE_RATIO
           : ends(column, "probability") || (r->by_filename && !strcmp(column, "label"))
               ? UM_SCORE_PROBABILITY
               : UM_SCORE_RANK;
}

/* A column with the name of a signal: its scores were had elsewhere, say by the networks of a cross-fitting,
 * and stand for those of the network that the signal asks here. */
static um_status name_network(um_detector *d, um_network_store *store, um_error *err)
{
    const um_signal *signal = um_signal_find(d->name);
    um_net *net = NULL;
    if (!signal || !signal->networks)
        return UM_OK;
    um_status st = um_network_store_role(&net, store, signal->networks->role, err);
    if (st == UM_OK && net)
        memcpy(d->network, um_network_sha256(net->network), sizeof d->network);
    return st;
}

static um_status begin(reader *r, um_evaluation *e, um_network_store *store, um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    r->key = um_csv_column(&r->csv, "path");
    if (r->key < 0) {
        r->by_filename = true;
        if ((r->key = um_csv_column(&r->csv, "filename")) < 0)
            return um_fail(err, UM_EFORMAT, "%s: line 1: no column 'path' or 'filename'", r->csv.path);
    }
    if (!(r->names = um_calloc(n, sizeof *r->names)) || !(r->seen = um_calloc(n, sizeof *r->seen)))
        return um_fail_oom(err);
    const char *twice = sort_names(r->names, e, r->by_filename);
    if (twice) {
        char shown[120];
        return um_fail(err, UM_EFORMAT, "%s: two recordings of the set are called %s", r->csv.path,
                       um_printable(shown, sizeof shown, twice));
    }
    for (size_t c = 0; c < r->csv.n_columns; c++) {
        if ((int)c == r->key)
            continue;
        um_detector *d = um_evaluation_detector(e, r->csv.column[c], kind_of(r, r->csv.column[c]));
        if (!d)
            return um_fail_oom(err);
        r->detector[c] = (size_t)(d - e->detector);
        um_status st = name_network(d, store, err);
        if (st < 0)
            return st;
    }
    return UM_OK;
}

static um_status take(reader *r, um_evaluation *e, um_error *err)
{
    char shown[120];
    const named key = {.name = r->csv.field[r->key]};
    const named *at = bsearch(&key, r->names, um_dataset_count(e->set), sizeof *r->names, by_name);
    if (!at) /* of another split, or filtered out */
        return UM_OK;
    if (r->seen[at->example])
        return um_fail(err, UM_EFORMAT, "%s: line %zu: a second line for %s", r->csv.path, r->csv.line,
                       um_printable(shown, sizeof shown, key.name));
    r->found = r->seen[at->example] = true;
    for (size_t c = 0; c < r->csv.n_columns; c++) {
        const char *text = r->csv.field[c];
        if ((int)c == r->key || !*text)
            continue;
        const um_detector *d = &e->detector[r->detector[c]];
        char *end;
        const double v = strtod(text, &end);
        if (*end || !isfinite(v))
            return um_fail(err, UM_EFORMAT, "%s: line %zu: '%s' is no number", r->csv.path, r->csv.line,
                           um_printable(shown, sizeof shown, text));
        if (d->kind == UM_SCORE_PROBABILITY && !(v >= 0 && v <= 1))
            return um_fail(err, UM_EFORMAT, "%s: line %zu: %g is no probability", r->csv.path, r->csv.line,
                           v);
        d->score[at->example] = v;
    }
    return UM_OK;
}

um_status um_evaluation_read_scores(um_evaluation *e, const char *path, const char *models, um_error *err)
{
    reader *r = um_calloc(1, sizeof *r);
    um_network_store *store = NULL;
    if (!r)
        return um_fail_oom(err);
    um_status st = um_network_store_new(&store, models, NULL, err);
    if (st == UM_OK)
        st = um_csv_open(&r->csv, path, err);
    if (st == UM_OK)
        st = begin(r, e, store, err);
    um_network_store_free(&store);
    while (st == UM_OK && (st = um_csv_next(&r->csv, err)) == UM_OK)
        st = take(r, e, err);
    if (st == UM_EOF && !r->found)
        st = um_fail(err, UM_EFORMAT, "%s: no line is about a recording of the set", path);
    free(r->names);
    free(r->seen);
    um_csv_free(&r->csv);
    free(r);
    return st < 0 ? st : UM_OK;
}

um_status um_evaluation_scores(char **out, const um_evaluation *e, um_error *err)
{
    um_buf b;
    um_buf_init(&b, UM_CSV_BYTES);
    um_buf_text(&b, "path");
    for (size_t k = 0; k < e->n_detectors; k++) {
        um_buf_text(&b, ",");
        um_csv_put(&b, e->detector[k].name);
    }
    um_buf_text(&b, "\n");
    for (size_t i = 0; i < um_dataset_count(e->set); i++) {
        um_csv_put(&b, um_dataset_at(e->set, i)->name);
        for (size_t k = 0; k < e->n_detectors; k++) {
            const double v = e->detector[k].score[i];
            um_buf_text(&b, ",");
            if (!isnan(v))
                um_buf_printf(&b, "%.17g", v);
        }
        um_buf_text(&b, "\n");
    }
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}

/* --- submission.csv of the DFDC --- */

static const um_detector *probable(const um_evaluation *e, const char *name)
{
    for (size_t k = 0; k < e->n_detectors; k++)
        if (e->detector[k].kind != UM_SCORE_RANK && (!name || !strcmp(name, e->detector[k].name)))
            return &e->detector[k];
    return NULL;
}

um_status um_evaluation_submission(char **out, const um_evaluation *e, const char *detector, um_error *err)
{
    char shown[120];
    const size_t n = um_dataset_count(e->set);
    const um_detector *d = probable(e, detector);
    *out = NULL;
    if (!d)
        return um_fail(err, UM_EINVAL, "'%s' gives neither probabilities nor likelihood ratios",
                       um_printable(shown, sizeof shown, detector ? detector : "what was measured"));
    named *names = um_calloc(n, sizeof *names);
    if (!names)
        return um_fail_oom(err);
    const char *twice = sort_names(names, e, true);
    if (twice) {
        free(names);
        return um_fail(err, UM_EINVAL, "two recordings of the set are called %s",
                       um_printable(shown, sizeof shown, twice));
    }
    um_buf b;
    um_buf_init(&b, UM_CSV_BYTES);
    um_buf_text(&b, "filename,label\n");
    for (size_t i = 0; i < n; i++) {
        const double p = um_score_probability(d->kind, d->score[names[i].example]);
        um_csv_put(&b, names[i].name);
        um_buf_printf(&b, ",%.6g\n", isnan(p) ? .5 : p);
    }
    free(names);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
