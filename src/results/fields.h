/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fields.h: the fields of foreign JSON, each checked as it is taken.
 *
 * The first fault is kept in `status` and `err`, with the name of the file and of the field; all that is
 * asked afterwards gives zeros. So a reader takes field after field and looks once. */
#ifndef UM_RESULTS_FIELDS_H
#define UM_RESULTS_FIELDS_H
#include "base/json.h"
#include "results/results.h"

typedef struct um_fields {
    um_results *results; /* owns the texts that are kept */
    const char *name;    /* of the file, for errors */
    um_status status;
    um_error *err;
} um_fields;

void um_fields_fail(um_fields *q, um_status code, const char *key, const char *what);
const um_json *um_field_object(um_fields *q, const um_json *o, const char *key); /* NULL after a fault */
const um_json *um_field_object_or_null(um_fields *q, const um_json *o, const char *key);
/* An array and its length, at most `most`. NULL after a fault. */
const um_json *um_field_array(um_fields *q, const um_json *o, const char *key, int *n, int most);
bool um_field_bool(um_fields *q, const um_json *o, const char *key);
int64_t um_field_int(um_fields *q, const um_json *o, const char *key, int64_t least, int64_t most);
double um_field_num(um_fields *q, const um_json *o, const char *key);         /* finite */
double um_field_num_or_null(um_fields *q, const um_json *o, const char *key); /* NAN for null */
/* Two numbers; each NAN for null. */
void um_field_pair(um_fields *q, const um_json *o, const char *key, double *a, double *b);
/* Into `out`; longer than that is a fault. */
void um_field_text(um_fields *q, const um_json *o, const char *key, char *out, size_t size);
void um_field_text_or_null(um_fields *q, const um_json *o, const char *key, char *out, size_t size);
const char *um_field_keep(um_fields *q, const um_json *o, const char *key);         /* "" after a fault */
const char *um_field_keep_or_null(um_fields *q, const um_json *o, const char *key); /* NULL for null */
#endif
