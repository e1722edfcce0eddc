/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recipe.c: reads "key = value" lines against a table. */
#include "recipes/recipe.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n && strchr(" \t\r", s[n - 1]))
        n--;
    s[n] = 0;
    return s;
}

/* NULL, or what is wrong with the value. */
static const char *set(const um_recipe_key *k, const char *value)
{
    if (!*value)
        return "has no value";
    if (k->type == UM_RECIPE_TEXT) {
        memcpy(k->target, value, strlen(value) + 1); /* a line is never longer than the target */
        return NULL;
    }
    char *end;
    const double v = strtod(value, &end);
    if (*end || !isfinite(v))
        return "is not a number";
    if (v < k->low || v > k->high)
        return "is out of range";
    if (k->type == UM_RECIPE_NUMBER) {
        *(double *)k->target = v;
        return NULL;
    }
    if (v != floor(v))
        return "is not a whole number";
    *(int64_t *)k->target = (int64_t)v;
    return NULL;
}

static um_status read_line(const um_recipe_key *keys, bool *seen, char *line, const char *file, int number,
                           um_error *err)
{
    line[strcspn(line, "#")] = 0;
    line = trim(line);
    if (!*line)
        return UM_OK;
    char *equal = strchr(line, '=');
    if (!equal)
        return um_fail(err, UM_EFORMAT, "%s: line %d: not of the form key = value", file, number);
    *equal = 0;
    const char *key = trim(line), *value = trim(equal + 1);
    for (int i = 0; keys[i].name; i++) {
        if (strcmp(keys[i].name, key) != 0)
            continue;
        if (seen[i])
            return um_fail(err, UM_EFORMAT, "%s: line %d: '%s' comes twice", file, number, key);
        seen[i] = true;
        const char *wrong = set(&keys[i], value);
        return wrong ? um_fail(err, UM_EFORMAT, "%s: line %d: '%s' %s", file, number, key, wrong) : UM_OK;
    }
    return um_fail(err, UM_EFORMAT, "%s: line %d: no such key: '%.60s'", file, number, key);
}

um_status um_recipe_parse(const um_recipe_key *keys, const char *text, const char *file, um_error *err)
{
    bool seen[UM_RECIPE_KEYS] = {false};
    um_status st = UM_OK;
    for (int number = 1; st == UM_OK && *text; number++) {
        char line[UM_RECIPE_LINE];
        const size_t n = strcspn(text, "\n");
        if (n >= sizeof line)
            return um_fail(err, UM_EFORMAT, "%s: line %d: longer than %d characters", file, number,
                           UM_RECIPE_LINE - 1);
        memcpy(line, text, n);
        line[n] = 0;
        st = read_line(keys, seen, line, file, number, err);
        text += n + (text[n] == '\n');
    }
    return st;
}

um_status um_recipe_read(const um_recipe_key *keys, const char *path, um_error *err)
{
    char *text;
    size_t n;
    um_status st = um_file_read(&text, &n, path, (size_t)1 << 16, err);
    if (st < 0)
        return st;
    st = strlen(text) == n ? um_recipe_parse(keys, text, path, err)
                           : um_fail(err, UM_EFORMAT, "%s: not a text", path);
    free(text);
    return st;
}
