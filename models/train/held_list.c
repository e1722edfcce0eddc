/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held_list.c: see held_list.h. */
#include "held_list.h"
#include "data/csv.h"
#include <stdlib.h>
#include <string.h>

void held_list_begin(held_list *l)
{
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
    free(full);
}

um_status held_list_write(held_list *l, const char *path, um_error *err)
{
    char *text = um_buf_take(&l->text);
    const um_status st = text ? um_file_write(path, text, strlen(text), err) : um_fail_oom(err);
    free(text);
    return st;
}
