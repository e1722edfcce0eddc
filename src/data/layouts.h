/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layouts.h: the readers of what a set may look like. Each adds to `set`; `path` exists. */
#ifndef UM_DATA_LAYOUTS_H
#define UM_DATA_LAYOUTS_H
#include "data/dataset.h"

/* labels.csv: columns by name in any order; path and label must be there, others are optional, and what is
 * not a field of um_example is passed over. `repository` is taken for source, `speaker` for group. */
um_status um_dataset_read_list(um_dataset *set, const char *path, um_error *err);

/* Folders real and fake at any depth; what lies directly in fake/X is by generator X, and a folder named like
 * a split says so. */
um_status um_dataset_read_folders(um_dataset *set, const char *path, um_error *err);
um_status um_dataset_read_faceforensics(um_dataset *set, const char *path, um_error *err);
um_status um_dataset_read_celeb_df(um_dataset *set, const char *path, um_error *err);
/* A folder with a metadata.json, or of folders with one each. */
bool um_dataset_is_dfdc(const char *path);
um_status um_dataset_read_dfdc(um_dataset *set, const char *path, um_error *err);
/* The protocol; recordings are looked for in folders flac* around it. */
um_status um_dataset_read_asvspoof(um_dataset *set, const char *path, um_error *err);
#endif
