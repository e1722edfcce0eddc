/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recipe.h: how a network is trained, as a strict text: a line "key = value" each, '#' begins a remark.
 *
 * The keys are a table of whoever trains (docs/training.md). A key that is not in it, one that comes twice, a
 * number that is none or out of range is an error that names the file and the line. */
#ifndef UM_RECIPE_H
#define UM_RECIPE_H
#include "base/base.h"

typedef enum um_recipe_type { UM_RECIPE_TEXT, UM_RECIPE_INT, UM_RECIPE_NUMBER } um_recipe_type;

enum { UM_RECIPE_LINE = 1000 }; /* characters, at most */

typedef struct um_recipe_key {
    const char *name; /* NULL ends a table */
    um_recipe_type type;
    void *target; /* char[UM_RECIPE_LINE], int64_t, double: what is there stays when the key does not come */
    double low, high; /* of a number, both included */
} um_recipe_key;

enum { UM_RECIPE_KEYS = 64 }; /* in a table, at most */

/* UM_EFORMAT, with the number of the line. Values before it are then set. */
um_status um_recipe_parse(const um_recipe_key *keys, const char *text, const char *file, um_error *err);
/* The value of one key, whatever the others are; "" where it does not come. */
um_status um_recipe_find(char value[UM_RECIPE_LINE], const char *key, const char *path, um_error *err);
um_status um_recipe_read(const um_recipe_key *keys, const char *path, um_error *err);
#endif
