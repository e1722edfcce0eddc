/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place.c: see place.h. */
#include "base/place.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <unmask/output.h>

enum { LINKS_MOST = 40 /* as the kernel follows */, KEPT_MOST = 1 << 23 };

/* ---- what is never written ---- */

struct identity {
    dev_t device;
    ino_t inode;
};

static struct {
    pthread_mutex_t lock;
    struct identity *file;
    size_t n, capacity;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

um_status um_output_keep(const char *path, um_error *err)
{
    struct stat s;
    if (stat(path, &s) < 0 || !S_ISREG(s.st_mode))
        return UM_OK;
    pthread_mutex_lock(&kept.lock);
    const bool room = um_grow(&kept.file, &kept.capacity, kept.n + 1, KEPT_MOST, sizeof *kept.file);
    if (room)
        kept.file[kept.n++] = (struct identity){s.st_dev, s.st_ino};
    pthread_mutex_unlock(&kept.lock);
    return room ? UM_OK : um_fail_oom(err);
}

static bool is_kept(const struct stat *s)
{
    bool found = false;
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < kept.n && !found; i++)
        found = kept.file[i].device == s->st_dev && kept.file[i].inode == s->st_ino;
    pthread_mutex_unlock(&kept.lock);
    return found;
}

/* ---- where a name leads ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The folder of `path`, as a name that can be opened. */
static void folder_of(char out[PATH_MAX], const char *path)
{
    const int n = (int)(base_name(path) - path);
    snprintf(out, PATH_MAX, "%.*s", n ? n : 1, n ? path : ".");
}

/* Links of /proc are no names of files: what they stand for has none, or another one that may be gone. */
static bool is_of_proc(const char *folder)
{
    struct statfs s;
    return statfs(folder, &s) == 0 && s.f_type == PROC_SUPER_MAGIC;
}

/* Of the process or, what is the same, of one of its threads. */
static int own_descriptor(const char *folder, const char *name)
{
    char real[PATH_MAX], own[64], *end;
    const long number = strtol(name, &end, 10);
    if (*name < '0' || *name > '9' || *end || number > INT_MAX || !realpath(folder, real))
        return -1;
    const size_t n = (size_t)snprintf(own, sizeof own, "/proc/%d/", (int)getpid());
    const size_t length = strlen(real);
    const bool ours = !strncmp(real, own, n) && !strcmp(real + length - 3, "/fd") &&
                      (length == n + 2 || !strncmp(real + n, "task/", 5));
    return ours ? (int)number : -1;
}

/* One link further: its text stands in the folder of the link, unless it begins at the root. */
static bool follow(char path[PATH_MAX])
{
    char text[PATH_MAX], next[2 * PATH_MAX];
    const ssize_t n = readlink(path, text, sizeof text - 1);
    if (n < 0)
        return false;
    text[n] = 0;
    if (*text == '/')
        snprintf(next, sizeof next, "%s", text);
    else
        snprintf(next, sizeof next, "%.*s%s", (int)(base_name(path) - path), path, text);
    if (strlen(next) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(path, next);
    return true;
}

um_status um_place_find(um_place *out, const char *path, um_error *err)
{
    *out = (um_place){.descriptor = -1};
    if ((size_t)snprintf(out->path, sizeof out->path, "%s", path) >= sizeof out->path)
        return um_fail(err, UM_EWRITE, "%.80s...: the path is too long", path);
    for (int i = 0; i < LINKS_MOST; i++) {
        char folder[PATH_MAX];
        folder_of(folder, out->path);
        if (lstat(out->path, &out->is) < 0) {
            if (errno == ENOENT && *base_name(out->path) && !is_of_proc(folder))
                return UM_OK;
            return um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
        }
        if (is_of_proc(folder)) {
            out->descriptor = own_descriptor(folder, base_name(out->path));
            out->in_place = true;
            if (stat(out->path, &out->is) < 0)
                return um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
        }
        out->exists = out->in_place || !S_ISLNK(out->is.st_mode);
        if (out->exists) {
            out->in_place |= !S_ISREG(out->is.st_mode) && !S_ISDIR(out->is.st_mode);
            return UM_OK;
        }
        if (!follow(out->path))
            return um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
    }
    errno = ELOOP;
    return um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
}

um_status um_place_for_output(um_place *out, const char *path, um_error *err)
{
    um_status st = um_place_find(out, path, err);
    if (st < 0 || !out->exists)
        return st;
    if (S_ISDIR(out->is.st_mode))
        return um_fail(err, UM_EWRITE, "%s: is a folder", path);
    if (S_ISBLK(out->is.st_mode))
        return um_fail(err, UM_EWRITE, "%s: is a disk", path);
    if (S_ISREG(out->is.st_mode) && is_kept(&out->is))
        return um_fail(err, UM_EINVAL, "%s: is one of the inputs, which are never written", path);
    if (out->descriptor < 0 && faccessat(AT_FDCWD, out->path, W_OK, AT_EACCESS) < 0)
        return um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
    return UM_OK;
}

int um_place_descriptor(const char *path)
{
    um_place place;
    return um_place_find(&place, path, NULL) == UM_OK ? place.descriptor : -1;
}

bool um_output_is_stdout(const char *path)
{
    return um_place_descriptor(path) == STDOUT_FILENO;
}
