/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build.h: how the readers of the layouts fill a set. */
#ifndef UM_DATA_BUILD_H
#define UM_DATA_BUILD_H
#include "data/dataset.h"

um_status um_dataset_new(um_dataset **out, um_error *err);
/* Copies all of it; texts may be NULL for "". `path` may be NULL: then it is `name` below `folder`, unless
 * the name is absolute. UM_ENOMEM beyond UM_DATASET_ROWS. */
um_status um_dataset_add(um_dataset *set, const char *folder, const um_example *example, um_error *err);
/* Notes that this file describes the set: it was read. */
um_status um_dataset_note_list(um_dataset *set, const char *path, um_error *err);
/* Drops the examples whose `kept` is false. */
void um_dataset_keep(um_dataset *set, const bool *kept);

/* From the words that lists use; false for others. */
bool um_label_from(um_label *out, const char *word);
bool um_split_from(um_split *out, const char *word);
#endif
