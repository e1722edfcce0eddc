/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arch.c: reads the text of a network, line by line; arch_blocks.c knows the blocks. */
#include "nn/arch.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 4096, LINE = 512, MOST_WIRES = 2048, VERSION = 1 };
static const char TITLE[] = "unmask-network";

typedef struct reader {
    um_build build;
    const char *file;
    int line;
    um_wire *wires;
    int n_wires;
} reader;

static um_status complain(reader *r, const char *what, const char *word)
{
    char shown[64];
    if (r->build.status == UM_OK)
        r->build.status = um_fail(r->build.err, UM_EFORMAT, "%s: line %d: %s%s%s", r->file, r->line, what,
                                  *word ? " " : "", um_printable(shown, sizeof shown, word));
    return r->build.status;
}

static um_wire *find(reader *r, const char *name)
{
    for (int i = 0; i < r->n_wires; i++)
        if (!strcmp(r->wires[i].name, name))
            return &r->wires[i];
    return NULL;
}

static bool is_name(const char *s)
{
    size_t n = strlen(s);
    if (!n || n >= sizeof((um_wire *)0)->name || !(isalpha((unsigned char)*s) || *s == '_'))
        return false;
    for (; *s; s++)
        if (!(isalnum((unsigned char)*s) || *s == '_'))
            return false;
    return true;
}

/* NAMES... may leave the network. */
static um_status outputs(reader *r, char *words)
{
    char *rest = NULL;
    for (char *w = strtok_r(words, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
        const um_wire *x = find(r, w);
        if (!x)
            return complain(r, "no such name:", w);
        for (int i = 0; i < r->build.graph->n_outputs; i++)
            if (r->build.graph->outputs[i] == x->value)
                return complain(r, "already an output:", w);
        const int64_t dim[3][4] = {
            {-1, x->channels, x->height, x->width}, {-1, x->channels}, {-1, x->height, x->channels}};
        um_build_output(&r->build, x->value,
                        x->form == UM_FORM_MAP   ? 4
                        : x->form == UM_FORM_ROW ? 2
                                                 : 3,
                        dim[x->form]);
    }
    return r->build.status;
}

static um_status argument(reader *r, um_block_args *a, char *word)
{
    char *equals = strchr(word, '='), *end;
    if (equals) {
        *equals = 0;
        if (a->n_options == UM_ARCH_ARGS || strlen(word) >= sizeof a->option->key ||
            strlen(equals + 1) >= sizeof a->option->text)
            return complain(r, "too long:", word);
        strcpy(a->option[a->n_options].key, word);
        strcpy(a->option[a->n_options++].text, equals + 1);
        return UM_OK;
    }
    double v = strtod(word, &end);
    if (end != word && !*end && isfinite(v)) {
        if (a->n_numbers == UM_ARCH_ARGS)
            return complain(r, "too many numbers", "");
        a->number[a->n_numbers++] = v;
        return UM_OK;
    }
    const um_wire *x = find(r, word);
    if (!x)
        return complain(r, "no such name:", word);
    if (a->n_in == UM_ARCH_ARGS || a->n_numbers)
        return complain(r, "names come first, at most 16:", word);
    a->in[a->n_in++] = *x;
    return UM_OK;
}

/* NAME = BLOCK ARGUMENTS... */
static um_status block(reader *r, const char *name, char *words)
{
    char *rest = NULL, *type = strtok_r(words, " \t", &rest);
    um_block_args a = {.build = &r->build, .name = name};
    const um_block *b = type ? um_block_find(type) : NULL;
    um_status st;
    if (!b)
        return complain(r, "no such block:", type ? type : "");
    for (char *w = strtok_r(NULL, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest))
        if ((st = argument(r, &a, w)) < 0)
            return st;
    if (a.n_in < b->least_in || a.n_in > b->most_in || a.n_numbers < b->least_numbers ||
        a.n_numbers > b->most_numbers)
        return complain(r, "wrong number of names or numbers for", type);
    for (int i = 0; i < a.n_numbers; i++)
        if (a.number[i] < 0 || a.number[i] > 65536 || a.number[i] != floor(a.number[i]))
            return complain(r, "numbers must be whole and at most 65536", "");
    um_wire out = a.in[0];
    b->make(&a, &out);
    if (!a.problem && (out.channels > UM_ARCH_MOST || out.height > UM_ARCH_MOST || out.width > UM_ARCH_MOST))
        a.problem = "channels, height or width above 1048576";
    if (a.problem)
        return complain(r, a.problem, "");
    for (int i = 0; i < a.n_options; i++)
        if (!a.option[i].used)
            return complain(r, "this block has no option", a.option[i].key);
    strcpy(out.name, name);
    if (r->build.status == UM_OK)
        r->wires[r->n_wires++] = out;
    return r->build.status;
}

static um_status statement(reader *r, char *line)
{
    char *rest = NULL, *name = strtok_r(line, " \t", &rest);
    if (!name)
        return UM_OK;
    if (!strcmp(name, "output"))
        return outputs(r, rest);
    char *equals = strtok_r(NULL, " \t", &rest);
    if (!equals || strcmp(equals, "="))
        return complain(r, "a line is NAME = BLOCK ..., or output NAME ...", "");
    if (!is_name(name) || find(r, name))
        return complain(r, "not a new name:", name);
    if (r->n_wires == MOST_WIRES)
        return complain(r, "too many names", "");
    return block(r, name, rest);
}

/* unmask-network 1 NAME */
static um_status title(reader *r, char *line)
{
    char *rest = NULL, *word = strtok_r(line, " \t", &rest), *end;
    const char *version = strtok_r(NULL, " \t", &rest), *name = strtok_r(NULL, " \t", &rest);
    if (strcmp(word, TITLE) != 0 || !version || !name || !is_name(name) || strtok_r(NULL, " \t", &rest))
        return complain(r, "the first line must be: unmask-network 1 NAME", "");
    if (strtol(version, &end, 10) != VERSION || *end)
        return complain(r, "this version is not known:", version);
    if (!(r->build.graph->name = um_strdup(name)))
        r->build.status = um_fail_oom(r->build.err);
    return r->build.status;
}

bool um_arch_is(const void *bytes, size_t n)
{
    const char *s = bytes, *end = s + n;
    while (s < end && (isspace((unsigned char)*s) || *s == '#'))
        if (*s++ == '#')
            while (s < end && *s != '\n')
                s++;
    return (size_t)(end - s) >= strlen(TITLE) && !memcmp(s, TITLE, strlen(TITLE));
}

um_status um_arch_read(um_graph **out, const char *text, const char *file, uint64_t seed, um_error *err)
{
    reader r = {.file = file};
    *out = NULL;
    um_build_init(&r.build, file, seed, err);
    if (r.build.status == UM_OK && !(r.wires = um_calloc(MOST_WIRES, sizeof *r.wires)))
        r.build.status = um_fail_oom(err);
    bool titled = false;
    while (*text && r.build.status == UM_OK) {
        char line[LINE];
        size_t n = strcspn(text, "\n"), kept = strcspn(text, "#\n");
        if (++r.line > MOST_LINES || kept >= sizeof line) {
            complain(&r, "too long", "");
            break;
        }
        memcpy(line, text, kept);
        line[kept] = 0;
        while (kept && isspace((unsigned char)line[kept - 1]))
            line[--kept] = 0;
        text += n + (text[n] == '\n');
        if (!kept)
            continue;
        if (titled)
            statement(&r, line);
        else
            title(&r, line);
        titled = true;
    }
    free(r.wires);
    return um_build_done(&r.build, out);
}
