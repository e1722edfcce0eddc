/* SPDX-License-Identifier: GPL-3.0-or-later */
/* candidates.c: a network counts when a manifest in the folder names it, or when a manifest built into the
 * library knows its file name (and SHA-256). Folders are read two levels deep, links are not followed into
 * folders. */
#include "networks/candidates.h"
#include "base/base.h"
#include "base/input.h"
#include "probe/hash.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern const um_embedded um_embedded_manifests[], um_embedded_networks[];

enum { MAX_FILES = 4096, MAX_DEPTH = 2, MAX_MANIFEST = 65536, MAX_CANDIDATES = 256 };

struct files {
    char **path;
    int n;
    size_t capacity;
};

static void files_free(struct files *f)
{
    for (int i = 0; i < f->n; i++)
        free(f->path[i]);
    free(f->path);
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n > m && !strcmp(s + n - m, end);
}

static char *join(const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    char *out = um_calloc(size, 1);
    if (out)
        snprintf(out, size, "%s/%s", dir, name);
    return out;
}

static um_status scan(struct files *files, const char *dir, int depth, um_error *err)
{
    um_status st = UM_OK;
    DIR *d = opendir(dir);
    if (!d)
        return depth ? UM_OK : um_fail_errno(err, UM_EIO, "%s: cannot be opened", dir);
    for (struct dirent *e; st == UM_OK && (e = readdir(d)) && files->n < MAX_FILES;) {
        struct stat s;
        if (*e->d_name == '.')
            continue;
        char *path = join(dir, e->d_name);
        if (!path) {
            st = um_fail_oom(err);
        } else if (lstat(path, &s) == 0 && S_ISDIR(s.st_mode)) {
            if (depth < MAX_DEPTH)
                st = scan(files, path, depth + 1, err);
        } else if ((ends_with(path, ".onnx") || ends_with(path, ".net") || ends_with(path, ".json")) &&
                   stat(path, &s) == 0 && S_ISREG(s.st_mode)) {
            if (um_grow(&files->path, &files->capacity, (size_t)files->n + 1, MAX_FILES,
                        sizeof *files->path)) {
                files->path[files->n++] = path;
                path = NULL;
            } else {
                st = um_fail_oom(err);
            }
        }
        free(path);
    }
    closedir(d);
    return st;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static um_status offer(um_candidates *c, const um_manifest *man, const char *path,
                       const um_embedded *built_in, um_error *err)
{
    char *copy = path ? um_strdup(path) : NULL;
    if ((path && !copy) || !um_grow(&c->v, &c->capacity, (size_t)c->n + 1, MAX_CANDIDATES, sizeof *c->v)) {
        free(copy);
        return um_fail_oom(err);
    }
    c->v[c->n++] = (um_candidate){*man, copy, built_in};
    return UM_OK;
}

static bool offered(const um_candidates *c, const char *path)
{
    for (int i = 0; i < c->n; i++)
        if (!strcmp(c->v[i].path, path))
            return true;
    return false;
}

/* Manifests that lie in the folder. */
static um_status from_folder(um_candidates *c, const struct files *files, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; i < files->n && st == UM_OK; i++) {
        const char *path = files->path[i];
        um_json *json = NULL;
        um_manifest man;
        struct stat s;
        if (!ends_with(path, ".json") || stat(path, &s) != 0 || s.st_size > MAX_MANIFEST ||
            um_json_read(&json, path, MAX_MANIFEST, NULL) < 0)
            continue;
        if (um_manifest_is(json) && (st = um_manifest_parse(&man, json, path, err)) == UM_OK) {
            char *dir = um_strdup(path), *model = NULL;
            if (dir) {
                *strrchr(dir, '/') = 0;
                model = join(dir, man.model);
            }
            st = model ? offer(c, &man, model, NULL, err) : um_fail_oom(err);
            free(model);
            free(dir);
        }
        um_json_free(&json);
    }
    return st;
}

static um_status built_in_manifest(um_manifest *man, const um_embedded *e, um_error *err)
{
    um_json *json = NULL;
    um_status st = um_json_parse(&json, (const char *)e->data, e->n, e->name, err);
    if (st == UM_OK)
        st = um_manifest_parse(man, json, e->name, err);
    um_json_free(&json);
    return st;
}

/* Networks without a manifest of their own whose file name the library knows. */
static um_status from_library(um_candidates *c, const struct files *files, um_error *err)
{
    um_status st = UM_OK;
    for (const um_embedded *e = um_embedded_manifests; e->name && st == UM_OK; e++) {
        um_manifest man;
        st = built_in_manifest(&man, e, err);
        for (int i = 0; i < files->n && st == UM_OK; i++)
            if (!strcmp(strrchr(files->path[i], '/') + 1, man.model) && !offered(c, files->path[i]))
                st = offer(c, &man, files->path[i], NULL, err);
    }
    return st;
}

/* Our own, in the order of their manifests. */
static um_status built_in(um_candidates *c, um_error *err)
{
    um_status st = UM_OK;
    for (const um_embedded *e = um_embedded_manifests; e->name && st == UM_OK; e++) {
        um_manifest man;
        st = built_in_manifest(&man, e, err);
        for (const um_embedded *w = um_embedded_networks; w->name && st == UM_OK; w++)
            if (!strcmp(w->name, man.model))
                st = offer(c, &man, NULL, w, err);
    }
    return st;
}

static int by_priority(const void *a, const void *b)
{
    const um_candidate *p = a, *q = b;
    if (p->man.priority != q->man.priority)
        return p->man.priority < q->man.priority ? 1 : -1;
    return strcmp(p->path, q->path);
}

void um_candidates_free(um_candidates *c)
{
    for (int i = 0; i < c->n; i++)
        free(c->v[i].path);
    free(c->v);
    *c = (um_candidates){0};
}

um_status um_candidates_find(um_candidates *out, const char *dir, um_error *err)
{
    struct files files = {0};
    um_candidates c = {0};
    um_status st = dir ? scan(&files, dir, 0, err) : UM_OK;
    if (st == UM_OK && files.n)
        qsort(files.path, (size_t)files.n, sizeof *files.path, by_text);
    if (st == UM_OK && (st = from_folder(&c, &files, err)) == UM_OK)
        st = from_library(&c, &files, err);
    if ((c.n_folder = c.n))
        qsort(c.v, (size_t)c.n, sizeof *c.v, by_priority);
    if (st == UM_OK)
        st = built_in(&c, err);
    files_free(&files);
    if (st < 0)
        um_candidates_free(&c);
    *out = c;
    return st;
}

static void add_embedded(um_sha256 *sum, const um_embedded *e)
{
    for (; e->name; e++) {
        um_sha256_add(sum, e->name, strlen(e->name) + 1);
        um_sha256_add(sum, e->data, e->n);
    }
}

um_status um_candidates_digest(char hex[UM_SHA256_HEX + 1], const char *dir, um_error *err)
{
    struct files files = {0};
    um_sha256 sum;
    um_sha256_init(&sum);
    um_status st = dir ? scan(&files, dir, 0, err) : UM_OK;
    if (st == UM_OK && files.n)
        qsort(files.path, (size_t)files.n, sizeof *files.path, by_text);
    for (int i = 0; i < files.n && st == UM_OK; i++) {
        um_input *input;
        char of_file[UM_SHA256_HEX + 1];
        if ((st = um_input_open(&input, files.path[i], err)) < 0)
            break;
        st = um_hash_now(of_file, input, NULL, NULL, err);
        um_input_free(&input);
        um_sha256_add(&sum, files.path[i] + strlen(dir), strlen(files.path[i] + strlen(dir)) + 1);
        um_sha256_add(&sum, of_file, sizeof of_file);
    }
    files_free(&files);
    add_embedded(&sum, um_embedded_manifests);
    add_embedded(&sum, um_embedded_networks);
    return um_sha256_end(&sum, hex) || st < 0 ? st : um_fail_oom(err);
}
