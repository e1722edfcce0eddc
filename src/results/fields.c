/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fields.c: see fields.h. */
#include "results/fields.h"
#include <math.h>
#include <string.h>

enum { TEXT_MOST = 1 << 16 };

void um_fields_fail(um_fields *q, um_status code, const char *key, const char *what)
{
    if (q->status == UM_OK)
        q->status = um_fail(q->err, code, "%s: '%s' %s", q->name, key, what);
}

/* NULL and a fault when it is of another kind. */
static const um_json *field(um_fields *q, const um_json *o, const char *key, um_json_kind kind,
                            const char *what)
{
    if (q->status < 0)
        return NULL;
    const um_json *v = um_json_get(o, key);
    if (um_json_kind_of(v) == kind)
        return v;
    um_fields_fail(q, UM_EFORMAT, key, what);
    return NULL;
}

static bool is_null(const um_json *o, const char *key)
{
    return um_json_kind_of(um_json_get(o, key)) == UM_JSON_NULL;
}

const um_json *um_field_object(um_fields *q, const um_json *o, const char *key)
{
    return field(q, o, key, UM_JSON_OBJECT, "is not an object");
}

const um_json *um_field_object_or_null(um_fields *q, const um_json *o, const char *key)
{
    return is_null(o, key) ? NULL : um_field_object(q, o, key);
}

const um_json *um_field_array(um_fields *q, const um_json *o, const char *key, int *n, int most)
{
    const um_json *v = field(q, o, key, UM_JSON_ARRAY, "is not an array");
    const size_t count = um_json_count(v);
    *n = 0;
    if (!v)
        return NULL;
    if (count > (size_t)most) {
        um_fields_fail(q, UM_ENOMEM, key, "is too long");
        return NULL;
    }
    *n = (int)count;
    return v;
}

bool um_field_bool(um_fields *q, const um_json *o, const char *key)
{
    return field(q, o, key, UM_JSON_BOOL, "is neither true nor false") && um_json_get_bool(o, key, false);
}

int64_t um_field_int(um_fields *q, const um_json *o, const char *key, int64_t least, int64_t most)
{
    if (!field(q, o, key, UM_JSON_INT, "is not a whole number"))
        return least;
    const int64_t v = um_json_get_int(o, key, least);
    if (v >= least && v <= most)
        return v;
    um_fields_fail(q, UM_EFORMAT, key, "is out of range");
    return least;
}

static double number(um_fields *q, const um_json *v, const char *key)
{
    if (um_json_kind_of(v) == UM_JSON_INT || um_json_kind_of(v) == UM_JSON_REAL) {
        const double d = um_json_as_num(v, 0);
        return d == 0 ? 0 : d; /* nothing we write is -0 */
    }
    um_fields_fail(q, UM_EFORMAT, key, "is not a number");
    return 0;
}

double um_field_num(um_fields *q, const um_json *o, const char *key)
{
    return q->status < 0 ? 0 : number(q, um_json_get(o, key), key);
}

double um_field_num_or_null(um_fields *q, const um_json *o, const char *key)
{
    return is_null(o, key) ? NAN : um_field_num(q, o, key);
}

void um_field_pair(um_fields *q, const um_json *o, const char *key, double *a, double *b)
{
    double *const out[] = {a, b};
    int n;
    const um_json *v = um_field_array(q, o, key, &n, INT32_MAX);
    if (v && n != 2)
        um_fields_fail(q, UM_EFORMAT, key, "is not two numbers");
    for (size_t i = 0; i < 2; i++) {
        const um_json *one = um_json_at(v, i);
        *out[i] = um_json_kind_of(one) == UM_JSON_NULL ? NAN : q->status < 0 ? 0 : number(q, one, key);
    }
}

static const char *text(um_fields *q, const um_json *o, const char *key)
{
    const um_json *v = field(q, o, key, UM_JSON_TEXT, "is not a text");
    return um_json_as_text(v, "");
}

void um_field_text(um_fields *q, const um_json *o, const char *key, char *out, size_t size)
{
    const char *from = text(q, o, key);
    const size_t n = strlen(from);
    if (n >= size) {
        um_fields_fail(q, UM_EFORMAT, key, "is too long");
        from = "";
    }
    snprintf(out, size, "%s", from);
}

void um_field_text_or_null(um_fields *q, const um_json *o, const char *key, char *out, size_t size)
{
    out[0] = 0;
    if (!is_null(o, key))
        um_field_text(q, o, key, out, size);
}

const char *um_field_keep(um_fields *q, const um_json *o, const char *key)
{
    const char *from = text(q, o, key), *kept = NULL;
    if (strlen(from) > TEXT_MOST) {
        um_fields_fail(q, UM_EFORMAT, key, "is too long");
        from = "";
    }
    um_error why;
    if (um_results_keep(&kept, q->results, from, &why) < 0)
        um_fields_fail(q, UM_ENOMEM, key, "cannot be kept: out of memory");
    return kept ? kept : "";
}

const char *um_field_keep_or_null(um_fields *q, const um_json *o, const char *key)
{
    return is_null(o, key) ? NULL : um_field_keep(q, o, key);
}
