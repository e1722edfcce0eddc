/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held_list.h: what a network was not trained on, as a labels.csv: its calibration is fitted to it. */
#ifndef UNMASK_HELD_LIST_H
#define UNMASK_HELD_LIST_H
#include "data/dataset.h"

/* Is the source `name` one of `list`: names with commas between them, or "2/5": the second of five parts (by
 * a hash of the name, of parts 1 to 5)? NULL or "": no. */
bool held_out(const char *list, const char *name);

typedef struct held_list {
    int n[2]; /* real, fake */
    um_buf text;
} held_list;

void held_list_begin(held_list *l);
/* `source` in place of what the set says. */
void held_list_add(held_list *l, const um_example *e, const char *source);
/* Writes it, with full paths; frees it also after a failure. */
um_status held_list_write(held_list *l, const char *path, um_error *err);
#endif
