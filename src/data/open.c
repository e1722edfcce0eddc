/* SPDX-License-Identifier: GPL-3.0-or-later */
/* open.c: what a path that is said to be a set looks like, and the reader for that. */
#include "data/build.h"
#include "data/layouts.h"
#include <stdlib.h>
#include <sys/stat.h>

static um_status read_any(um_dataset *set, const char *path, um_error *err)
{
    struct stat s;
    if (stat(path, &s) < 0)
        return um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    if (!S_ISDIR(s.st_mode))
        return um_dataset_read_list(set, path, err);
    um_buf list;
    um_buf_init(&list, 4096);
    um_buf_printf(&list, "%s/labels.csv", path);
    char *name = um_buf_take(&list);
    um_status st = name ? um_dataset_read_list(set, name, err) : um_fail_oom(err);
    free(name);
    return st;
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
