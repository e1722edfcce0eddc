/* SPDX-License-Identifier: GPL-3.0-or-later */
/* installed.c: networks that are kept from one run to the next. */
#include "base/base.h"
#include "networks/candidates.h"
#include "networks/net.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/models.h>

enum { FILES_MOST = 64, FILE_MOST = 1 << 29 };

/* A name that is one part of a path. */
static bool is_plain(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 128;
}

static bool is_wanted(const char *name)
{
    static const char *const ends[] = {".onnx", ".net", ".json", ".md", ".txt"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t n = strlen(name), m = strlen(ends[i]);
        if (*name != '.' && n > m && !strcmp(name + n - m, ends[i]))
            return true;
    }
    return false;
}

/* Every folder of the path that is missing. */
static um_status make_folders(const char *path, um_error *err)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return um_fail(err, UM_EINVAL, "%.80s...: the path is too long", path);
    for (char *p = part + 1; *p; p++)
        if (*p == '/') {
            *p = 0;
            if (mkdir(part, 0777) < 0 && errno != EEXIST)
                return um_fail_errno(err, UM_EWRITE, "%s", part);
            *p = '/';
        }
    return mkdir(part, 0777) < 0 && errno != EEXIST ? um_fail_errno(err, UM_EWRITE, "%s", part) : UM_OK;
}

static um_status remove_folder(const char *path, um_error *err)
{
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    return rmdir(path) < 0 ? um_fail_errno(err, UM_EWRITE, "%s", path) : UM_OK;
}

static um_status copy_file(const char *to, const char *from, const char *name, um_error *err)
{
    char source[PATH_MAX], target[PATH_MAX], *bytes;
    struct stat s;
    size_t n;
    if (snprintf(source, sizeof source, "%s/%s", from, name) >= (int)sizeof source ||
        snprintf(target, sizeof target, "%s/%s", to, name) >= (int)sizeof target)
        return um_fail(err, UM_EINVAL, "%.80s...: the path is too long", from);
    if (stat(source, &s) < 0 || !S_ISREG(s.st_mode))
        return UM_OK;
    um_status st = um_file_read(&bytes, &n, source, FILE_MOST, err);
    if (st < 0)
        return st;
    st = um_file_write(target, bytes, n, err);
    free(bytes);
    return st;
}

static um_status copy_folder(const char *to, const char *from, um_error *err)
{
    um_status st = UM_OK;
    int n = 0;
    DIR *d = opendir(from);
    if (!d)
        return um_fail_errno(err, UM_EIO, "%s", from);
    for (struct dirent *e; st == UM_OK && (e = readdir(d));) {
        if (!is_wanted(e->d_name))
            continue;
        st = ++n > FILES_MOST ? um_fail(err, UM_EFORMAT, "%s: more than %d files", from, FILES_MOST)
                              : copy_file(to, from, e->d_name, err);
    }
    closedir(d);
    return st;
}

/* At least one network, and all of them open. */
static um_status check(const char *folder, const char *from, um_error *err)
{
    um_candidates c = {0};
    um_status st = um_candidates_find(&c, folder, err);
    if (st == UM_OK && !c.n_folder)
        st = um_fail(err, UM_EFORMAT, "%s: no network with a manifest lies there", from);
    for (int i = 0; st == UM_OK && i < c.n_folder; i++) {
        um_net *net = NULL;
        st = um_net_open(&net, &c.v[i].man, c.v[i].path, NULL, err);
        um_net_free(&net);
    }
    um_candidates_free(&c);
    return st;
}

um_status um_models_add(const char *models, const char *folder, um_error *err)
{
    char from[PATH_MAX], target[PATH_MAX], temporary[PATH_MAX];
    struct stat s;
    if (!realpath(folder, from))
        return um_fail_errno(err, UM_EIO, "%s", folder);
    const char *name = strrchr(from, '/') + 1;
    if (!is_plain(name))
        return um_fail(err, UM_EINVAL, "%s: its name cannot be that of a network", folder);
    if (snprintf(target, sizeof target, "%s/%s", models, name) >= (int)sizeof target ||
        snprintf(temporary, sizeof temporary, "%s/.adding-XXXXXX", models) >= (int)sizeof temporary)
        return um_fail(err, UM_EINVAL, "%.80s...: the path is too long", models);
    um_status st = make_folders(models, err);
    if (st < 0)
        return st;
    if (lstat(target, &s) == 0)
        return um_fail(err, UM_EINVAL, "%s: a network of this name was added already", name);
    if (!mkdtemp(temporary))
        return um_fail_errno(err, UM_EWRITE, "%s", temporary);
    st = copy_folder(temporary, from, err);
    if (st == UM_OK)
        st = check(temporary, folder, err);
    if (st == UM_OK && (chmod(temporary, 0755) < 0 || rename(temporary, target) < 0))
        st = um_fail_errno(err, UM_EWRITE, "%s", target);
    if (st < 0)
        remove_folder(temporary, NULL);
    return st;
}

um_status um_models_remove(const char *models, const char *name, um_error *err)
{
    char path[PATH_MAX];
    struct stat s;
    if (!is_plain(name) || snprintf(path, sizeof path, "%s/%s", models, name) >= (int)sizeof path ||
        lstat(path, &s) < 0 || !S_ISDIR(s.st_mode))
        return um_fail(err, UM_EINVAL, "%s: no network of this name was added", name);
    return remove_folder(path, err);
}

um_status um_models_list(char **out, const char *models, um_error *err)
{
    um_candidates c = {0};
    um_buf b;
    *out = NULL;
    um_status st = um_candidates_find(&c, models, err);
    if (st < 0)
        return st;
    um_buf_init(&b, (size_t)1 << 20);
    for (int i = 0; i < c.n; i++) {
        const um_candidate *x = &c.v[i];
        um_buf_printf(&b, "%s\t%s\t%.12s\t%s\n", x->man.role_name, x->man.name, x->man.sha256,
                      x->path ? x->path : "built in");
    }
    um_candidates_free(&c);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
