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

/* Splits a line; key NULL: there is nothing in it. */
static um_status split(char **key, char **value, char *line, const char *file, int number, um_error *err)
{
    line[strcspn(line, "#")] = 0;
    line = trim(line);
    *key = *value = NULL;
    if (!*line)
        return UM_OK;
    char *equal = strchr(line, '=');
    if (!equal)
        return um_fail(err, UM_EFORMAT, "%s: line %d: not of the form key = value", file, number);
    *equal = 0;
    *key = trim(line);
    *value = trim(equal + 1);
    return UM_OK;
}

static um_status read_line(const um_recipe_key *keys, bool *seen, char *line, const char *file, int number,
                           um_error *err)
{
    char *key, *value;
    um_status st = split(&key, &value, line, file, number, err);
    if (st < 0 || !key)
        return st;
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

typedef um_status (*line_fn)(void *user, char *line, const char *file, int number, um_error *err);

static um_status each_line(const char *text, const char *file, line_fn take, void *user, um_error *err)
{
    um_status st = UM_OK;
    for (int number = 1; st == UM_OK && *text; number++) {
        char line[UM_RECIPE_LINE];
        const size_t n = strcspn(text, "\n");
        if (n >= sizeof line)
            return um_fail(err, UM_EFORMAT, "%s: line %d: longer than %d characters", file, number,
                           UM_RECIPE_LINE - 1);
        memcpy(line, text, n);
        line[n] = 0;
        st = take(user, line, file, number, err);
        text += n + (text[n] == '\n');
    }
    return st;
}

typedef struct table {
    const um_recipe_key *keys;
    bool seen[UM_RECIPE_KEYS];
} table;

static um_status take_any(void *user, char *line, const char *file, int number, um_error *err)
{
    table *t = user;
    return read_line(t->keys, t->seen, line, file, number, err);
}

um_status um_recipe_parse(const um_recipe_key *keys, const char *text, const char *file, um_error *err)
{
    table t = {.keys = keys};
    return each_line(text, file, take_any, &t, err);
}

typedef struct search {
    const char *key;
    char *value; /* [UM_RECIPE_LINE] */
} search;

static um_status take_one(void *user, char *line, const char *file, int number, um_error *err)
{
    const search *s = user;
    char *key, *value;
    um_status st = split(&key, &value, line, file, number, err);
    if (st == UM_OK && key && !strcmp(key, s->key))
        memcpy(s->value, value, strlen(value) + 1);
    return st;
}

static um_status read_text(char **text, const char *path, um_error *err)
{
    size_t n;
    um_status st = um_file_read(text, &n, path, (size_t)1 << 16, err);
    if (st == UM_OK && strlen(*text) != n) {
        free(*text);
        *text = NULL;
        st = um_fail(err, UM_EFORMAT, "%s: not a text", path);
    }
    return st;
}

um_status um_recipe_read(const um_recipe_key *keys, const char *path, um_error *err)
{
    char *text;
    um_status st = read_text(&text, path, err);
    if (st < 0)
        return st;
    st = um_recipe_parse(keys, text, path, err);
    free(text);
    return st;
}

um_status um_recipe_find(char value[UM_RECIPE_LINE], const char *key, const char *path, um_error *err)
{
    search s = {key, value};
    char *text;
    *value = 0;
    um_status st = read_text(&text, path, err);
    if (st < 0)
        return st;
    st = each_line(text, path, take_one, &s, err);
    free(text);
    return st;
}
