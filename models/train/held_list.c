/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held_list.c: see held_list.h. */
#include "held_list.h"
#include "base/numbers.h"
#include "data/csv.h"
#include <stdlib.h>
#include <string.h>

bool held_out(const char *list, const char *name)
{
    const size_t n = strlen(name);
    char *end = NULL, *last = NULL;
    const unsigned long part = list ? strtoul(list, &end, 10) : 0;
    const unsigned long parts = end && end > list && *end == '/' ? strtoul(end + 1, &last, 10) : 0;
    if (parts && !*last)
        return um_hash(name, n) % parts == part % parts;
    for (const char *p = n ? list : NULL; p; p = strchr(p, ','), p = p ? p + 1 : NULL)
        if (!strncmp(p, name, n) && (p[n] == ',' || !p[n]))
            return true;
    return false;
}

void held_list_begin(held_list *l)
{
    *l = (held_list){0};
    um_buf_init(&l->text, UM_CSV_BYTES);
    um_buf_text(&l->text, "path,label,kind,generator,pair_id,group,source,split\n");
}

void held_list_add(held_list *l, const um_example *e, const char *source)
{
    char *full = realpath(e->path, NULL);
    const char *const field[] = {
        full ? full : e->path,  um_label_name(e->label), e->kind, e->generator, e->pair_id, e->group, source,
        um_split_name(e->split)};
    for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
        if (i)
            um_buf_text(&l->text, ",");
        um_csv_put(&l->text, field[i]);
    }
    um_buf_text(&l->text, "\n");
    l->n[e->label == UM_LABEL_FAKE]++;
    free(full);
}

um_status held_list_write(held_list *l, const char *path, um_error *err)
{
    char *text = um_buf_take(&l->text);
    const um_status st = text ? um_file_write(path, text, strlen(text), err) : um_fail_oom(err);
    free(text);
    return st;
}
