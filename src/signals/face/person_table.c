/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person_table.c: what a signal remembers of each person. */
#include "signals/face/person_table.h"

void *um_person_table_find(um_person_table *table, size_t size, int person, bool *is_new, um_status *st,
                           um_error *err)
{
    *st = UM_OK;
    *is_new = false;
    for (int i = 0; i < table->n; i++) {
        int *entry = um_person_table_at(table, size, i);
        if (*entry == person)
            return entry;
    }
    if (table->n == UM_PERSON_TABLE_MAX)
        return NULL;
    if (!um_grow(&table->entry, &table->capacity, (size_t)table->n + 1, UM_PERSON_TABLE_MAX, size)) {
        *st = um_fail_oom(err);
        return NULL;
    }
    *is_new = true;
    int *entry = um_person_table_at(table, size, table->n++);
    *entry = person;
    return entry;
}
