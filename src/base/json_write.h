/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_write.h: JSON written value by value into a buffer, so that millions of numbers need no tree of
 * values.
 *
 * The buffer remembers failures: one check at its end is enough. `key` is NULL inside an array and at the
 * top. */
#ifndef UM_JSON_WRITE_H
#define UM_JSON_WRITE_H
#include "base/base.h"

enum { UM_JSON_DEPTH = 16 };

typedef struct um_json_writer {
    um_buf *out;
    int indent; /* blanks per level; 0: all on one line */
    int depth;
    struct um_json_level {
        char close;
        int per_line; /* values on a line; 0: as many as there are */
        int64_t n;    /* values so far */
    } level[UM_JSON_DEPTH];
} um_json_writer;

um_json_writer um_json_writer_to(um_buf *out, int indent);
void um_json_put_object(um_json_writer *w, const char *key);
/* An array with each value on a line of its own. */
void um_json_put_array(um_json_writer *w, const char *key);
/* An array, and all inside it, with `per_line` values on a line; 0: on one line. */
void um_json_put_row(um_json_writer *w, const char *key, int per_line);
void um_json_put_end(um_json_writer *w); /* of the object or array begun last */
/* NULL gives null; each byte that is not UTF-8 becomes U+FFFD. What could deceive who reads the JSON on a
 * terminal is written as \uXXXX. */
void um_json_put_text(um_json_writer *w, const char *key, const char *value);
void um_json_put_text_or_null(um_json_writer *w, const char *key,
                              const char *value);         /* null for "" as well */
void um_json_put_escape(um_buf *out, uint32_t character); /* as \uXXXX, two of them if need be */
void um_json_put_base64(um_json_writer *w, const char *key, const void *bytes, size_t n);
void um_json_put_int(um_json_writer *w, const char *key, int64_t value);
void um_json_put_bool(um_json_writer *w, const char *key, bool value);
void um_json_put_null(um_json_writer *w, const char *key);
/* `digits` significant digits, so that the bytes do not depend on the last bit, and always a point or an
 * exponent; NaN and infinity give null. */
void um_json_put_num(um_json_writer *w, const char *key, double value, int digits);
/* The same as short as it goes: 5, not 5.0. */
void um_json_put_short(um_json_writer *w, double value, int digits);
/* What um_json_put_num makes of a number: rounded to `digits` significant digits, no negative zero. */
double um_json_rounded(double value, int digits);
#endif
