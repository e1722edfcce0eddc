/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.c: JSON read with jansson, from bytes that may be hostile. */
#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

um_json *um_json_object(void)
{
    return json_object();
}

um_json *um_json_array(void)
{
    return json_array();
}

um_json *um_json_copy(const um_json *json)
{
    return json_deep_copy(json);
}

void um_json_free(um_json **json)
{
    if (json) {
        json_decref(*json);
        *json = NULL;
    }
}

/* A child that could not be made poisons its parent: text of NULL fails, and so does text of a marked object
 * or array. Arrays are marked by a truth value, which nothing here puts into one. */
static const char *const POISON = "\x7fout of memory";

static void poison(um_json *parent)
{
    if (json_is_object(parent))
        json_object_set_new_nocheck(parent, POISON, json_null());
    else if (json_array_append_new(parent, json_false()) < 0 && json_array_size(parent))
        json_array_set_new(parent, json_array_size(parent) - 1, json_false());
}

void um_json_set(um_json *object, const char *key, um_json *child)
{
    if (!child || json_object_set_new_nocheck(object, key, child) < 0)
        poison(object);
}

/* Foreign metadata is not always UTF-8; jansson refuses what is not. Each bad byte becomes U+FFFD. */
static json_t *text_value(const char *value)
{
    json_t *v = json_string(value);
    if (v)
        return v;
    um_buf b;
    um_buf_init(&b, strlen(value) * 3 + 1);
    bool good;
    for (uint32_t c; (c = um_utf8_decode(&value, &good));)
        um_utf8_add(&b, c);
    char *mended = um_buf_take(&b);
    v = mended ? json_string(mended) : NULL;
    free(mended);
    return v;
}

void um_json_set_text(um_json *object, const char *key, const char *value)
{
    um_json_set(object, key, value ? text_value(value) : json_null());
}

void um_json_set_int(um_json *object, const char *key, int64_t value)
{
    um_json_set(object, key, json_integer(value));
}

void um_json_set_bool(um_json *object, const char *key, bool value)
{
    um_json_set(object, key, json_boolean(value));
}

static json_t *num_value(double value, int digits)
{
    if (!isfinite(value))
        return json_null();
    char text[40];
    snprintf(text, sizeof text, "%.*g", um_clampi(digits, 1, 17), value);
    double rounded = strtod(text, NULL);
    return json_real(rounded == 0 ? 0 : rounded); /* no negative zero */
}

void um_json_set_num(um_json *object, const char *key, double value, int digits)
{
    um_json_set(object, key, num_value(value, digits));
}

void um_json_add(um_json *array, um_json *child)
{
    if (json_array_append_new(array, child) < 0)
        poison(array);
}

void um_json_add_num(um_json *array, double value, int digits)
{
    um_json_add(array, num_value(value, digits));
}

static bool poisoned(const json_t *json)
{
    const char *key;
    json_t *v;
    size_t i;
    if (json_is_object(json)) {
        if (json_object_get(json, POISON))
            return true;
        json_object_foreach((json_t *)json, key, v) if (poisoned(v)) return true;
    } else if (json_is_array(json)) {
        json_array_foreach(json, i, v) if (json_is_boolean(v) || poisoned(v)) return true;
    }
    return false;
}

/* What could deceive who reads it on a terminal, escaped: jansson does so with C0 alone. Takes `text`. */
static char *without_deceit(char *text)
{
    um_buf b;
    bool good;
    um_buf_init(&b, strlen(text) * 6 + 1);
    for (const char *at = text, *from = at; *at; from = at) {
        const uint32_t c = um_utf8_decode(&at, &good);
        if (c >= 0x7F && um_utf8_deceives(c))
            um_json_put_escape(&b, c);
        else
            um_buf_add(&b, from, (size_t)(at - from));
    }
    free(text);
    return um_buf_take(&b);
}

um_status um_json_text(char **out, const um_json *json, int indent, um_error *err)
{
    const size_t flags = (size_t)JSON_INDENT(indent) | JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY;
    *out = json && !poisoned(json) ? json_dumps(json, flags) : NULL;
    if (*out)
        *out = without_deceit(*out);
    return *out ? UM_OK : um_fail_oom(err);
}

um_status um_json_parse(um_json **out, const char *text, size_t n, const char *name, um_error *err)
{
    json_error_t e;
    *out = json_loadb(text, n, JSON_REJECT_DUPLICATES, &e);
    return *out ? UM_OK : um_fail(err, UM_EFORMAT, "%s: line %d: %s", name, e.line, e.text);
}

/* The words for numbers that JSON has not, and bytes that are not UTF-8, are replaced, the length stays. */
static void mend(char *text, size_t n)
{
    static const char *const words[] = {"-Infinity", "Infinity", "NaN"};
    bool quoted = false;
    for (size_t i = 0; i < n;) {
        size_t length = um_utf8_length(text + i, n - i);
        if (!length)
            text[i] = '?';
        else if (quoted && text[i] == '\\' && i + 1 < n)
            length = 2;
        else if (text[i] == '"')
            quoted = !quoted;
        for (size_t k = 0; length == 1 && !quoted && k < sizeof words / sizeof *words; k++) {
            size_t word = strlen(words[k]);
            if (n - i >= word && !memcmp(text + i, words[k], word)) {
                memset(text + i, ' ', word);
                text[i] = '0';
                length = word;
            }
        }
        i += length ? length : 1;
    }
}

um_json *um_json_parse_foreign(const char *text, size_t n)
{
    const size_t flags = JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;
    json_error_t e;
    json_t *json = json_loadb(text, n, flags, &e);
    char *copy = json ? NULL : um_calloc(n + 1, 1);
    if (copy) {
        memcpy(copy, text, n);
        mend(copy, n);
        json = json_loadb(copy, n, flags, &e);
    }
    free(copy);
    return json;
}

um_status um_json_read(um_json **out, const char *path, size_t max, um_error *err)
{
    char *text;
    size_t n;
    *out = NULL;
    um_status st = um_file_read(&text, &n, path, max, err);
    if (st == UM_OK)
        st = um_json_parse(out, text, n, path, err);
    free(text);
    return st;
}

const um_json *um_json_get(const um_json *object, const char *key)
{
    return json_object_get(object, key);
}

const um_json *um_json_at(const um_json *array, size_t i)
{
    return json_array_get(array, i);
}

size_t um_json_count(const um_json *json)
{
    return json_is_object(json) ? json_object_size(json) : json_array_size(json);
}

um_json_kind um_json_kind_of(const um_json *json)
{
    if (!json)
        return UM_JSON_ABSENT;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return UM_JSON_OBJECT;
    case JSON_ARRAY:
        return UM_JSON_ARRAY;
    case JSON_STRING:
        return UM_JSON_TEXT;
    case JSON_INTEGER:
        return UM_JSON_INT;
    case JSON_REAL:
        return UM_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return UM_JSON_BOOL;
    case JSON_NULL:
        break;
    }
    return UM_JSON_NULL;
}

const char *um_json_as_text(const um_json *json, const char *otherwise)
{
    return json_is_string(json) ? json_string_value(json) : otherwise;
}

double um_json_as_num(const um_json *json, double otherwise)
{
    return json_is_number(json) ? json_number_value(json) : otherwise;
}

const char *um_json_get_text(const um_json *object, const char *key, const char *otherwise)
{
    return um_json_as_text(um_json_get(object, key), otherwise);
}

double um_json_get_num(const um_json *object, const char *key, double otherwise)
{
    return um_json_as_num(um_json_get(object, key), otherwise);
}

int64_t um_json_get_int(const um_json *object, const char *key, int64_t otherwise)
{
    const um_json *v = um_json_get(object, key);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool um_json_get_bool(const um_json *object, const char *key, bool otherwise)
{
    const um_json *v = um_json_get(object, key);
    return json_is_boolean(v) ? json_boolean_value(v) : otherwise;
}

bool um_json_member(const um_json *object, size_t i, const char **key, const um_json **value)
{
    json_t *o;
    memcpy(&o, &object, sizeof o); /* only read */
    void *it = json_is_object(o) ? json_object_iter(o) : NULL;
    for (; it && i; i--)
        it = json_object_iter_next(o, it);
    if (!it)
        return false;
    *key = json_object_iter_key(it);
    *value = json_object_iter_value(it);
    return true;
}

um_status um_json_each(const um_json *object, um_json_member_fn fn, void *user, um_error *err)
{
    um_status st = UM_OK;
    json_t *o;
    memcpy(&o, &object, sizeof o); /* only read */
    for (void *it = json_is_object(o) ? json_object_iter(o) : NULL; it && st >= 0;
         it = json_object_iter_next(o, it))
        st = fn(user, json_object_iter_key(it), json_object_iter_value(it), err);
    return st;
}
