/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_read.c: results from a report in JSON. What the report says in words of its verdicts is not
 * believed: whether they are conclusive, their words and the answer follow from their numbers, as after an
 * analysis. */
#include "report/words.h"
#include <stdlib.h>

um_status um_results_read(um_results **out, const char *json, size_t n, const char *name, um_error *err)
{
    um_status st = um_results_parse(out, json, n, name, err);
    if (st == UM_OK && (st = um_words_settle(*out, err)) < 0)
        um_results_free(out);
    return st;
}

um_status um_results_read_file(um_results **out, const char *path, um_error *err)
{
    char *text = NULL;
    size_t n;
    *out = NULL;
    um_status st = um_file_read(&text, &n, path, UM_REPORT_MOST_BYTES, err);
    if (st == UM_OK)
        st = um_results_read(out, text, n, path, err);
    free(text);
    return st;
}
