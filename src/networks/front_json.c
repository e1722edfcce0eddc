/* SPDX-License-Identifier: GPL-3.0-or-later */
/* front_json.c: one table of what a front end has, for reading and for writing. */
#include "networks/front_json.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
    POWER = 1 << UM_FRONT_LOG_POWER,
    LFCC = 1 << UM_FRONT_LFCC,
    MFCC = 1 << UM_FRONT_MFCC,
    CQCC = 1 << UM_FRONT_CQCC,
    DELAY = 1 << UM_FRONT_GROUP_DELAY,
    BANDS = LFCC | MFCC,
    CEPSTRA = BANDS | CQCC | DELAY
};
static const double MOST = 1e6; /* beyond any field: what each may be, um_front_wrong says */
static const char *const logs[] = {"ln", "log10", NULL}, *const levels[] = {"keep", "mean", "deviation",
                                                                            NULL};

typedef struct field {
    const char *key;
    enum { WHOLE, NUMBER, FLAG, LOG, LEVEL, HALF } type; /* HALF: what is written is half of it */
    size_t at;
    int of; /* kinds that have it */
} field;
#define AT(member) offsetof(um_front_spec, member)
static const field fields[] = {
    {"frames", WHOLE, AT(frames), POWER | CEPSTRA},
    {"hop", WHOLE, AT(hop), POWER | CEPSTRA},
    {"window", WHOLE, AT(window), POWER | BANDS | DELAY},
    {"bins", HALF, AT(padded), POWER},
    {"padded", WHOLE, AT(padded), BANDS | DELAY},
    {"emphasis", NUMBER, AT(emphasis), CEPSTRA},
    {"bands", WHOLE, AT(bands), BANDS},
    {"low_hz", NUMBER, AT(low_hz), BANDS | CQCC},
    {"high_hz", NUMBER, AT(high_hz), BANDS | CQCC},
    {"log", LOG, AT(log10), BANDS},
    {"per_octave", WHOLE, AT(per_octave), CQCC},
    {"parts", WHOLE, AT(parts), CQCC},
    {"gamma_hz", NUMBER, AT(gamma_hz), CQCC},
    {"alpha", NUMBER, AT(alpha), DELAY},
    {"gamma", NUMBER, AT(gamma), DELAY},
    {"lifter", WHOLE, AT(lifter), DELAY},
    {"coefficients", WHOLE, AT(coefficients), CEPSTRA},
    {"deltas", WHOLE, AT(deltas), CEPSTRA},
    {"reach", WHOLE, AT(reach), CEPSTRA},
    {"level", LEVEL, AT(level), CEPSTRA},
    {"frames_first", FLAG, AT(frames_first), CEPSTRA},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

/* -1: none of these words. */
static int word(const um_json *v, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(um_json_as_text(v, ""), words[i]))
            return i;
    return -1;
}

static bool take(um_front_spec *s, const field *f, const um_json *input)
{
    const um_json *v = um_json_get(input, f->key);
    void *to = (char *)s + f->at;
    const double x = um_json_as_num(v, NAN);
    const int which = f->type == LOG ? word(v, logs) : word(v, levels);
    switch (f->type) {
    case FLAG:
        *(bool *)to = um_json_kind_of(v) == UM_JSON_BOOL && um_json_get_bool(input, f->key, false);
        return um_json_kind_of(v) == UM_JSON_BOOL;
    case LOG:
        *(bool *)to = which == 1;
        return which >= 0;
    case LEVEL:
        *(um_front_level *)to = (um_front_level)(which < 0 ? 0 : which);
        return which >= 0;
    case NUMBER:
        *(double *)to = x;
        return fabs(x) <= MOST;
    default:
        if (!(fabs(x) <= MOST) || x != floor(x))
            return false;
        *(int *)to = (int)x * (f->type == HALF ? 2 : 1);
        return true;
    }
}

static const field *find(const char *key, um_front_kind kind)
{
    for (int i = 0; i < N_FIELDS; i++)
        if (!strcmp(fields[i].key, key) && fields[i].of >> kind & 1)
            return &fields[i];
    return NULL;
}

um_status um_front_from_json(um_front_spec *out, um_front_kind kind, const um_json *input, um_error *err)
{
    const char *key;
    const um_json *v;
    char shown[60];
    *out = um_front_usual(kind);
    if (kind == UM_FRONT_LOG_POWER)
        out->padded = 0; /* "bins" has to be said, as "frames" */
    for (size_t i = 0; um_json_member(input, i, &key, &v); i++) {
        const field *f = find(key, kind);
        if (!strcmp(key, "sound"))
            continue;
        if (!f || !take(out, f, input))
            return um_fail(err, UM_EFORMAT, "%s: \"%s\" is %s", um_front_name(kind),
                           um_printable(shown, sizeof shown, key),
                           f ? "of no such value" : "not one of its fields");
    }
    if (um_front_wrong(out))
        return um_fail(err, UM_EFORMAT, "%s: %s", um_front_name(kind), um_front_wrong(out));
    return UM_OK;
}

void um_front_to_json(um_json *input, const um_front_spec *s)
{
    um_json_set_text(input, "sound", um_front_name(s->kind));
    for (const field *f = fields; f < fields + N_FIELDS; f++) {
        const void *from = (const char *)s + f->at;
        if (!(f->of >> s->kind & 1))
            continue;
        if (f->type == NUMBER)
            um_json_set_num(input, f->key, *(const double *)from, 9);
        else if (f->type == FLAG)
            um_json_set_bool(input, f->key, *(const bool *)from);
        else if (f->type == LOG)
            um_json_set_text(input, f->key, logs[*(const bool *)from]);
        else if (f->type == LEVEL)
            um_json_set_text(input, f->key, levels[*(const um_front_level *)from]);
        else
            um_json_set_int(input, f->key, *(const int *)from / (f->type == HALF ? 2 : 1));
    }
}
