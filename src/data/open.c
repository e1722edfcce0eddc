/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open.c: what a path that is said to be a set looks like, and the reader for that. */
#include "data/build.h"
#include "data/layouts.h"
#include "data/walk.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool ends(const char *path, const char *end)
{
    const size_t n = strlen(path), m = strlen(end);
    return n >= m && !strcmp(path + n - m, end);
}

static um_status read_folder(um_dataset *set, const char *path, um_error *err)
{
    if (um_exists(path, "labels.csv")) {
        char *list = um_path(path, "labels.csv");
        um_status st = list ? um_dataset_read_list(set, list, err) : um_fail_oom(err);
        free(list);
        return st;
    }
    if (um_exists(path, "Celeb-synthesis"))
        return um_dataset_read_celeb_df(set, path, err);
    if (um_exists(path, "manipulated_sequences"))
        return um_dataset_read_faceforensics(set, path, err);
    if (um_dataset_is_dfdc(path))
        return um_dataset_read_dfdc(set, path, err);
    return um_dataset_read_folders(set, path, err);
}

static um_status read_any(um_dataset *set, const char *path, um_error *err)
{
    struct stat s;
    if (stat(path, &s) < 0)
        return um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    if (S_ISDIR(s.st_mode))
        return read_folder(set, path, err);
    return ends(path, ".txt") || ends(path, ".tsv") ? um_dataset_read_asvspoof(set, path, err)
                                                    : um_dataset_read_list(set, path, err);
}

um_status um_dataset_open(um_dataset **out, const char *path, um_error *err)
{
    um_status st = um_dataset_new(out, err);
    if (st == UM_OK)
        st = read_any(*out, path, err);
    if (st < 0)
        um_dataset_free(out);
    return st;
}
