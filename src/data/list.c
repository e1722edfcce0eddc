/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.c: a set written down as labels.csv. */
#include "data/build.h"
#include "data/csv.h"
#include "data/layouts.h"
#include <stdlib.h>
#include <string.h>

typedef struct columns {
    int path, label, kind, generator, pair_id, group, source, quality, audio, video, split;
} columns;

static int either(const um_csv *csv, const char *name, const char *other)
{
    const int i = um_csv_column(csv, name);
    return i >= 0 ? i : um_csv_column(csv, other);
}

static um_status find(columns *c, const um_csv *csv, um_error *err)
{
    *c = (columns){
        .path = um_csv_column(csv, "path"),
        .label = um_csv_column(csv, "label"),
        .kind = um_csv_column(csv, "kind"),
        .generator = um_csv_column(csv, "generator"),
        .pair_id = um_csv_column(csv, "pair_id"),
        .group = either(csv, "group", "speaker"),
        .source = either(csv, "source", "repository"),
        .quality = um_csv_column(csv, "quality"),
        .audio = um_csv_column(csv, "audio_label"),
        .video = um_csv_column(csv, "video_label"),
        .split = um_csv_column(csv, "split"),
    };
    const char *missing = c->path < 0 ? "path" : c->label < 0 ? "label" : NULL;
    return missing ? um_fail(err, UM_EFORMAT, "%s: line 1: no column '%s'", csv->path, missing) : UM_OK;
}

static um_status label(um_label *out, const um_csv *csv, int column, um_error *err)
{
    char word[40];
    if (um_label_from(out, um_csv_field(csv, column)))
        return UM_OK;
    return um_fail(err, UM_EFORMAT, "%s: line %zu: label '%s' is none of real, fake, edited", csv->path,
                   csv->line, um_printable(word, sizeof word, um_csv_field(csv, column)));
}

static um_status add(um_dataset *set, const char *folder, const um_csv *csv, const columns *c, um_error *err)
{
    um_example s = {
        .name = um_csv_field(csv, c->path),
        .kind = um_csv_field(csv, c->kind),
        .generator = um_csv_field(csv, c->generator),
        .pair_id = um_csv_field(csv, c->pair_id),
        .group = um_csv_field(csv, c->group),
        .source = um_csv_field(csv, c->source),
        .quality = um_csv_field(csv, c->quality),
    };
    char word[40];
    um_status st = label(&s.label, csv, c->label, err);
    if (st == UM_OK)
        st = label(&s.audio, csv, c->audio, err);
    if (st == UM_OK)
        st = label(&s.video, csv, c->video, err);
    if (st < 0)
        return st;
    if (!*s.name)
        return um_fail(err, UM_EFORMAT, "%s: line %zu: no path", csv->path, csv->line);
    if (!um_split_from(&s.split, um_csv_field(csv, c->split))) /* it might be a test set by another name */
        return um_fail(err, UM_EFORMAT, "%s: line %zu: split '%s' is none of train, dev, test", csv->path,
                       csv->line, um_printable(word, sizeof word, um_csv_field(csv, c->split)));
    return um_dataset_add(set, folder, &s, err);
}

um_status um_dataset_read_list(um_dataset *set, const char *path, um_error *err)
{
    um_csv csv;
    columns c;
    const char *slash = strrchr(path, '/');
    char *folder = NULL;
    um_status st = um_csv_open(&csv, path, err);
    if (st == UM_OK)
        st = um_dataset_note_list(set, path, err);
    if (st == UM_OK)
        st = find(&c, &csv, err);
    if (st == UM_OK && !(folder = strndup(path, slash ? (size_t)(slash - path) + 1 : 0)))
        st = um_fail_oom(err);
    while (st == UM_OK && (st = um_csv_next(&csv, err)) == UM_OK)
        st = add(set, folder, &csv, &c, err);
    free(folder);
    um_csv_free(&csv);
    return st < 0 ? st : UM_OK;
}
