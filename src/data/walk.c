/* SPDX-License-Identifier: GPL-3.0-or-later */
/* walk.c: see walk.h. */
#define _GNU_SOURCE /* asprintf */
#include "data/walk.h"
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { DEEPEST = 64 };

static bool is_recording(const char *name)
{
    static const char *const known[] = {"mp4", "m4v",  "mov",  "mkv",  "webm", "avi",  "mpg", "mpeg", "wmv",
                                        "flv", "3gp",  "ts",   "ogv",  "gif",  "png",  "jpg", "jpeg", "webp",
                                        "bmp", "tif",  "tiff", "heic", "heif", "avif", "wav", "flac", "mp3",
                                        "ogg", "opus", "m4a",  "aac",  "aif",  "aiff", "wma"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof known / sizeof *known; i++)
        if (!strcasecmp(dot + 1, known[i]))
            return true;
    return false;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

um_status um_walk(const char *folder, um_walk_fn fn, void *user, um_error *err)
{
    um_status st = UM_OK;
    char *root = um_strdup(folder), *const roots[] = {root, NULL};
    if (!root)
        return um_fail_oom(err);
    size_t n = strlen(root);
    while (n > 1 && root[n - 1] == '/')
        root[--n] = 0;
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        st = um_fail_errno(err, UM_EIO, "%s: cannot be read", folder);
    for (FTSENT *f; st == UM_OK && (f = fts_read(tree));) {
        if (f->fts_level == 0 &&
            (f->fts_info == FTS_DNR || f->fts_info == FTS_NS || f->fts_info == FTS_ERR)) {
            errno = f->fts_errno;
            st = um_fail_errno(err, UM_EIO, "%s: cannot be read", folder);
        } else if (f->fts_info == FTS_D &&
                   (f->fts_level > DEEPEST || (f->fts_level && *f->fts_name == '.'))) {
            fts_set(tree, f, FTS_SKIP);
        } else if (f->fts_info == FTS_F && f->fts_level && *f->fts_name != '.' && is_recording(f->fts_name)) {
            st = fn(user, f->fts_path + n + (root[n - 1] != '/'), err);
        }
    }
    if (tree)
        fts_close(tree);
    free(root);
    return st;
}

char *um_path(const char *folder, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

bool um_exists(const char *folder, const char *name)
{
    char *path = um_path(folder, name);
    const bool there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}
