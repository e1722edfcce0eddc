/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_json.c: see sound_json.h. */
#include "results/sound_json.h"
#include "base/text.h"
#include "results/digits.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PER_LINE = 8 };

void um_sound_view_put(um_json_writer *w, const char *key, const um_sound_view *v)
{
    if (!v->columns)
        return;
    um_json_put_object(w, key);
    um_json_put_num(w, "column_s", v->column_s, DIGITS_TIME);
    um_json_put_row(w, "wave", PER_LINE);
    for (int i = 0; i < v->columns; i++) {
        um_json_put_row(w, NULL, 0);
        um_json_put_short(w, v->low[i], DIGITS_WAVE);
        um_json_put_short(w, v->high[i], DIGITS_WAVE);
        um_json_put_end(w);
    }
    um_json_put_end(w);
    um_json_put_row(w, "pitch_hz", 2 * PER_LINE);
    for (int i = 0; i < v->columns; i++)
        um_json_put_short(w, v->pitch_hz[i], DIGITS_PITCH);
    um_json_put_end(w);
    um_json_put_object(w, "spectrogram");
    um_json_put_int(w, "rows", UM_VIEW_ROWS);
    um_json_put_int(w, "top_hz", UM_VIEW_TOP_HZ);
    um_json_put_int(w, "range_db", UM_VIEW_RANGE_DB);
    um_json_put_base64(w, "levels", v->level, (size_t)v->columns * UM_VIEW_ROWS);
    um_json_put_end(w);
    um_json_put_end(w);
}

/* ---- back ---- */

/* NAN for null. */
static double value_at(um_fields *q, const um_json *row, size_t i, const char *key)
{
    const um_json *v = um_json_at(row, i);
    const double d = um_json_as_num(v, NAN);
    if (isnan(d) && um_json_kind_of(v) != UM_JSON_NULL)
        um_fields_fail(q, UM_EFORMAT, key, "is not a list of numbers");
    return d == 0 ? 0 : d; /* nothing we write is -0 */
}

static void read_levels(um_fields *q, um_sound_view *v, const um_json *o)
{
    const um_json *s = um_field_object(q, o, "spectrogram");
    um_field_int(q, s, "rows", UM_VIEW_ROWS, UM_VIEW_ROWS);
    um_field_int(q, s, "top_hz", UM_VIEW_TOP_HZ, UM_VIEW_TOP_HZ);
    um_field_int(q, s, "range_db", UM_VIEW_RANGE_DB, UM_VIEW_RANGE_DB);
    const char *base64 = um_json_get_text(s, "levels", "");
    const size_t expected = (size_t)v->columns * UM_VIEW_ROWS, length = strlen(base64);
    size_t n = length;
    if (q->status < 0)
        return;
    uint8_t *bytes = um_calloc(length / 4 * 3 + 1, 1);
    if (!bytes)
        um_fields_fail(q, UM_ENOMEM, "levels", "cannot be kept: out of memory");
    else if (!um_base64_decode(bytes, &n, base64) || n != expected)
        um_fields_fail(q, UM_EFORMAT, "levels", "is not a byte for each row of each column in base64");
    else
        memcpy(v->level, bytes, n);
    free(bytes);
}

void um_sound_view_read(um_fields *q, um_sound_view *v, const um_json *parent, const char *key)
{
    int n, n_pitch;
    um_error why;
    if (um_json_kind_of(um_json_get(parent, key)) == UM_JSON_ABSENT)
        return;
    const um_json *o = um_field_object(q, parent, key),
                  *wave = um_field_array(q, o, "wave", &n, UM_VIEW_COLUMNS),
                  *pitch = um_field_array(q, o, "pitch_hz", &n_pitch, UM_VIEW_COLUMNS);
    const double column_s = um_field_num(q, o, "column_s");
    if (q->status == UM_OK && (n < 1 || n != n_pitch || !(column_s > 0)))
        um_fields_fail(q, UM_EFORMAT, key, "is not of as many columns everywhere");
    if (q->status == UM_OK && um_sound_view_fit(v, n, &why) < 0)
        um_fields_fail(q, UM_ENOMEM, key, "cannot be kept: out of memory");
    if (q->status < 0)
        return;
    v->column_s = column_s;
    for (int i = 0; i < n; i++) {
        const um_json *pair = um_json_at(wave, (size_t)i);
        if (um_json_count(pair) != 2)
            um_fields_fail(q, UM_EFORMAT, "wave", "is not a list of pairs");
        v->low[i] = value_at(q, pair, 0, "wave");
        v->high[i] = value_at(q, pair, 1, "wave");
        v->pitch_hz[i] = value_at(q, pitch, (size_t)i, "pitch_hz");
    }
    read_levels(q, v, o);
}

/* ---- the sound itself ---- */

void um_sound_copy_put(um_json_writer *w, const char *key, const um_sound_copy *c)
{
    if (!c->n)
        return;
    um_json_put_object(w, key);
    um_json_put_int(w, "rate_hz", UM_SOUND_HZ);
    um_json_put_base64(w, "pcm16", c->pcm, c->n * UM_COPY_BYTES);
    um_json_put_end(w);
}

void um_sound_copy_read(um_fields *q, um_sound_copy *c, const um_json *parent, const char *key)
{
    if (um_json_kind_of(um_json_get(parent, key)) == UM_JSON_ABSENT)
        return;
    const um_json *o = um_field_object(q, parent, key);
    um_field_int(q, o, "rate_hz", UM_SOUND_HZ, UM_SOUND_HZ);
    const char *base64 = um_json_get_text(o, "pcm16", "");
    size_t n = strlen(base64);
    if (q->status < 0)
        return;
    if (n / 4 * 3 > (size_t)UM_COPY_MOST_S * UM_SOUND_HZ * UM_COPY_BYTES + 2) {
        um_fields_fail(q, UM_ENOMEM, "pcm16", "is longer than any that is embedded");
        return;
    }
    c->capacity = n / 4 * 3 + 1;
    if (!(c->pcm = um_calloc(c->capacity, 1)))
        um_fields_fail(q, UM_ENOMEM, "pcm16", "cannot be kept: out of memory");
    else if (!um_base64_decode(c->pcm, &n, base64) || !n || n % UM_COPY_BYTES)
        um_fields_fail(q, UM_EFORMAT, "pcm16", "is not a list of samples in base64");
    else
        c->n = n / UM_COPY_BYTES;
}
