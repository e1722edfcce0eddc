/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset.c: the examples of a set and their texts. */
#include "data/build.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Texts lie in blocks that never move. A text that the example before also had is kept once. */
typedef struct block {
    struct block *before;
    size_t used, size;
    char text[];
} block;

struct um_dataset {
    um_example *example;
    size_t n, capacity;
    const char **list;
    size_t n_lists, list_capacity;
    block *texts;
};

static const struct field {
    const char *name;
    size_t offset;
} fields[] = {
    {"path", offsetof(um_example, name)},           {"kind", offsetof(um_example, kind)},
    {"generator", offsetof(um_example, generator)}, {"pair_id", offsetof(um_example, pair_id)},
    {"group", offsetof(um_example, group)},         {"source", offsetof(um_example, source)},
    {"quality", offsetof(um_example, quality)},
};
static const char *const labels[] = {"", "real", "fake", "neither"};
static const char *const splits[] = {"", "train", "dev", "test"};

static const char **text_at(const um_example *example, size_t offset)
{
    return (const char **)((char *)example + offset);
}

const char *um_label_name(um_label label)
{
    return labels[label];
}

const char *um_split_name(um_split split)
{
    return splits[split];
}

const char *um_example_field(const um_example *example, const char *field)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!strcmp(field, fields[i].name))
            return *text_at(example, fields[i].offset);
    return !strcmp(field, "label")         ? um_label_name(example->label)
           : !strcmp(field, "audio_label") ? um_label_name(example->audio)
           : !strcmp(field, "video_label") ? um_label_name(example->video)
           : !strcmp(field, "split")       ? um_split_name(example->split)
                                           : NULL;
}

bool um_example_has_class(const um_example *x)
{
    return x->label == UM_LABEL_REAL || x->label == UM_LABEL_FAKE;
}

bool um_example_is_train(const um_example *x)
{
    return (x->split == UM_SPLIT_NONE || x->split == UM_SPLIT_TRAIN) && um_example_has_class(x);
}

bool um_label_from(um_label *out, const char *word)
{
    static const struct {
        const char *word;
        um_label label;
    } words[] = {
        {"", UM_LABEL_UNSAID},         {"real", UM_LABEL_REAL},      {"bonafide", UM_LABEL_REAL},
        {"bona-fide", UM_LABEL_REAL},  {"fake", UM_LABEL_FAKE},      {"spoof", UM_LABEL_FAKE},
        {"neither", UM_LABEL_NEITHER}, {"edited", UM_LABEL_NEITHER},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(word, words[i].word)) {
            *out = words[i].label;
            return true;
        }
    return false;
}

bool um_split_from(um_split *out, const char *word)
{
    static const struct {
        const char *word;
        um_split split;
    } words[] = {
        {"", UM_SPLIT_NONE},     {"train", UM_SPLIT_TRAIN}, {"training", UM_SPLIT_TRAIN},
        {"dev", UM_SPLIT_DEV},   {"val", UM_SPLIT_DEV},     {"validation", UM_SPLIT_DEV},
        {"test", UM_SPLIT_TEST}, {"eval", UM_SPLIT_TEST},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(word, words[i].word)) {
            *out = words[i].split;
            return true;
        }
    return false;
}

um_status um_dataset_new(um_dataset **out, um_error *err)
{
    *out = um_calloc(1, sizeof **out);
    return *out ? UM_OK : um_fail_oom(err);
}

void um_dataset_free(um_dataset **set)
{
    if (!set || !*set)
        return;
    for (block *b = (*set)->texts, *before; b; b = before) {
        before = b->before;
        free(b);
    }
    free((*set)->example);
    free((*set)->list);
    free(*set);
    *set = NULL;
}

size_t um_dataset_count(const um_dataset *set)
{
    return set->n;
}

const um_example *um_dataset_at(const um_dataset *set, size_t i)
{
    return &set->example[i];
}

/* Room for a text of n bytes and its end; NULL when memory is exhausted. */
static char *room(um_dataset *set, size_t n)
{
    enum { BLOCK = 1 << 16 };
    block *b = set->texts;
    if (!b || b->size - b->used <= n) {
        const size_t size = n < BLOCK ? BLOCK : n + 1;
        if (!(b = um_calloc(1, sizeof *b + size)))
            return NULL;
        *b = (block){.before = set->texts, .size = size};
        set->texts = b;
    }
    char *text = b->text + b->used;
    b->used += n + 1;
    return text;
}

static const char *keep(um_dataset *set, const char *text, const char *before)
{
    if (!text || !*text)
        return "";
    if (before && !strcmp(text, before))
        return before;
    const size_t n = strlen(text);
    char *copy = room(set, n);
    return copy ? memcpy(copy, text, n + 1) : NULL;
}

static const char *place(um_dataset *set, const char *folder, const char *name)
{
    const size_t n = strlen(folder), length = strlen(name);
    if (*name == '/' || !n)
        return keep(set, name, NULL);
    char *path = room(set, n + 1 + length);
    if (path)
        snprintf(path, n + length + 2, "%s%s%s", folder, folder[n - 1] == '/' ? "" : "/", name);
    return path;
}

um_status um_dataset_add(um_dataset *set, const char *folder, const um_example *example, um_error *err)
{
    if (!um_grow(&set->example, &set->capacity, set->n + 1, UM_DATASET_ROWS, sizeof *set->example))
        return set->n == UM_DATASET_ROWS
                   ? um_fail(err, UM_ENOMEM, "%s: more than %d recordings", example->name, UM_DATASET_ROWS)
                   : um_fail_oom(err);
    um_example *to = &set->example[set->n];
    const um_example *before = set->n ? to - 1 : NULL;
    *to = *example;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const size_t at = fields[i].offset;
        if (!(*text_at(to, at) = keep(set, *text_at(example, at), before ? *text_at(before, at) : NULL)))
            return um_fail_oom(err);
    }
    to->path = example->path ? keep(set, example->path, NULL) : place(set, folder, to->name);
    if (!to->path)
        return um_fail_oom(err);
    set->n++;
    return UM_OK;
}

um_status um_dataset_note_list(um_dataset *set, const char *path, um_error *err)
{
    const char *copy = keep(set, path, NULL);
    if (!copy ||
        !um_grow(&set->list, &set->list_capacity, set->n_lists + 1, UM_DATASET_ROWS, sizeof *set->list))
        return um_fail_oom(err);
    set->list[set->n_lists++] = copy;
    return UM_OK;
}

const char *um_dataset_list(const um_dataset *set, size_t i)
{
    return i < set->n_lists ? set->list[i] : NULL;
}

bool um_dataset_label_by(um_dataset *set, const char *medium)
{
    const bool audio = !strcmp(medium, "audio");
    if (!audio && strcmp(medium, "video") != 0)
        return false;
    for (size_t i = 0; i < set->n; i++) {
        um_example *x = &set->example[i];
        const um_label said = audio ? x->audio : x->video;
        x->label = said != UM_LABEL_UNSAID ? said : x->label == UM_LABEL_FAKE ? UM_LABEL_UNSAID : x->label;
    }
    return true;
}

void um_dataset_keep(um_dataset *set, const bool *kept)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        if (kept[i])
            set->example[n++] = set->example[i];
    set->n = n;
}
