/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person_table.h: what a signal remembers of each person. */
#ifndef UM_SIGNALS_PERSON_TABLE_H
#define UM_SIGNALS_PERSON_TABLE_H
#include "base/base.h"

enum { UM_PERSON_TABLE_MAX = 256 };

/* Entries of one size, each of which begins with an `int`: the person. All zero = empty. */
typedef struct um_person_table {
    void *entry;
    size_t capacity;
    int n;
} um_person_table;

/* The entry of this person; *is_new: it was made now and is zero but for its person. NULL with UM_OK in *st:
 * the table is full. Entries move when one is added. */
void *um_person_table_find(um_person_table *table, size_t size, int person, bool *is_new, um_status *st,
                           um_error *err);
static inline void *um_person_table_at(const um_person_table *table, size_t size, int i)
{
    return (char *)table->entry + (size_t)i * size;
}
#endif
