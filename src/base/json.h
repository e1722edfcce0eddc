/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h: values to build and to read. The only place with jansson.
 *
 * Setters take over the child; on exhausted memory they free it, and um_json_text of the whole then fails, so
 * that building needs one check at the end. Getters accept NULL and wrong types and give the default. */
#ifndef UM_JSON_H
#define UM_JSON_H
#include "base/base.h"

typedef struct json_t um_json;

um_json *um_json_object(void);
um_json *um_json_array(void);
um_json *um_json_copy(const um_json *json); /* of all below it, too */
void um_json_free(um_json **json);
void um_json_set(um_json *object, const char *key, um_json *child);
void um_json_set_text(um_json *object, const char *key,
                      const char *value); /* NULL gives null; bad UTF-8 is mended */
void um_json_set_int(um_json *object, const char *key, int64_t value);
void um_json_set_bool(um_json *object, const char *key, bool value);
/* `digits` significant digits are kept, so that the bytes do not depend on the last bit; NaN and infinity
 * give null. */
void um_json_set_num(um_json *object, const char *key, double value, int digits);
void um_json_add(um_json *array, um_json *child);
void um_json_add_num(um_json *array, double value, int digits);
/* indent 0 = one line. Caller frees with free(). Keys keep the order in which they were set. */
um_status um_json_text(char **out, const um_json *json, int indent, um_error *err);

/* Parses at most `max` bytes, nesting bounded; `name` is for the error line. */
um_status um_json_parse(um_json **out, const char *text, size_t n, const char *name, um_error *err);
um_status um_json_read(um_json **out, const char *path, size_t max, um_error *err);
/* JSON that foreign programs left in a file. More is read than um_json_parse takes: of a key that stands
 * twice the last, whole numbers of any size as real ones, NaN and Infinity, which Python writes, as 0, bytes
 * that are not UTF-8 as '?', a text or number alone. NULL when it is no JSON, or memory is exhausted. */
um_json *um_json_parse_foreign(const char *text, size_t n);
const um_json *um_json_get(const um_json *object, const char *key); /* NULL when absent; borrowed */
const um_json *um_json_at(const um_json *array, size_t i);
/* The i-th member of an object, in the order of the text; false past the end. Borrowed. */
bool um_json_member(const um_json *object, size_t i, const char **key, const um_json **value);
/* Calls `fn` for each member of an object, in the order of the text; stops at a negative status and gives it.
 * For objects of any size: um_json_member walks from the first each time. */
typedef um_status (*um_json_member_fn)(void *user, const char *key, const um_json *value, um_error *err);
um_status um_json_each(const um_json *object, um_json_member_fn fn, void *user, um_error *err);
size_t um_json_count(const um_json *array_or_object);
typedef enum um_json_kind {
    UM_JSON_ABSENT,
    UM_JSON_NULL,
    UM_JSON_BOOL,
    UM_JSON_INT,
    UM_JSON_REAL,
    UM_JSON_TEXT,
    UM_JSON_ARRAY,
    UM_JSON_OBJECT
} um_json_kind;
um_json_kind um_json_kind_of(const um_json *json); /* NULL: absent */
const char *um_json_get_text(const um_json *object, const char *key, const char *otherwise);
double um_json_get_num(const um_json *object, const char *key, double otherwise);
int64_t um_json_get_int(const um_json *object, const char *key, int64_t otherwise);
bool um_json_get_bool(const um_json *object, const char *key, bool otherwise);
const char *um_json_as_text(const um_json *json, const char *otherwise);
double um_json_as_num(const um_json *json, double otherwise);
#endif
