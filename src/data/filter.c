/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter.c: which examples an expression describes. */
#include "data/build.h"
#include <stdlib.h>
#include <string.h>

typedef struct condition {
    char field[32];
    const char *values; /* with | between them */
    size_t n;           /* bytes of them */
    bool equal;
} condition;

/* The condition at `text`; gives what stands behind it and its comma, NULL when it has no such form. */
static const char *parse(condition *c, const char *text)
{
    static const um_example nothing = {"", "", "", "", "", "", "", ""};
    const char *sign = text + strcspn(text, "!=,");
    const size_t n = (size_t)(sign - text);
    *c = (condition){.equal = *sign == '='};
    if (!n || n >= sizeof c->field || !(c->equal || (sign[0] == '!' && sign[1] == '=')))
        return NULL;
    memcpy(c->field, text, n);
    if (!um_example_field(&nothing, c->field))
        return NULL;
    c->values = sign + (c->equal ? 1 : 2);
    c->n = strcspn(c->values, ",");
    const char *rest = c->values + c->n;
    return *rest == ',' && rest[1] ? rest + 1 : *rest ? NULL : rest;
}

static bool is_one_of(const char *value, const condition *c)
{
    const size_t length = strlen(value);
    for (const char *at = c->values, *end = at + c->n;; at++) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        const size_t n = (size_t)((bar ? bar : end) - at);
        if (n == length && !memcmp(at, value, n))
            return true;
        if (!bar)
            return false;
        at = bar;
    }
}

um_status um_dataset_filter(um_dataset *set, const char *expression, um_error *err)
{
    condition c;
    char shown[120];
    const size_t n = um_dataset_count(set);
    bool *kept = um_calloc(n, sizeof *kept);
    if (!kept)
        return um_fail_oom(err);
    memset(kept, true, n);
    const char *at = expression ? expression : "";
    while (*at) {
        if (!(at = parse(&c, at))) {
            free(kept);
            return um_fail(err, UM_EINVAL,
                           "'%s': conditions are FIELD=VALUE or FIELD!=VALUE, with commas between",
                           um_printable(shown, sizeof shown, expression));
        }
        for (size_t i = 0; i < n; i++)
            kept[i] &= is_one_of(um_example_field(um_dataset_at(set, i), c.field), &c) == c.equal;
    }
    um_dataset_keep(set, kept);
    free(kept);
    return UM_OK;
}
