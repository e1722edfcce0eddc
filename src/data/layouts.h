/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layouts.h: the readers of what a set may look like. Each adds to `set`; `path` exists. */
#ifndef UM_DATA_LAYOUTS_H
#define UM_DATA_LAYOUTS_H
#include "data/dataset.h"

/* labels.csv: columns by name in any order; path and label must be there, others are optional, and what is
 * not a field of um_example is passed over. `repository` is taken for source, `speaker` for group. */
um_status um_dataset_read_list(um_dataset *set, const char *path, um_error *err);
#endif
