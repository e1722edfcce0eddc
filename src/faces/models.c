/* models.c: which networks there are: those of a folder, and our own, built into the library (docs/models).
 *
 * A network counts when a manifest in the folder names it, or when a manifest built into the library knows
 * its file name (and SHA-256). Folders are read two levels deep, links are not followed into folders. */
#include "base/embed.h"
#include "faces/net.h"
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
        } else if ((ends_with(path, ".onnx") || ends_with(path, ".json")) && stat(path, &s) == 0 &&
                   S_ISREG(s.st_mode)) {
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

struct candidate {
    um_manifest man;
    char *path; /* of the network */
};
struct candidates {
    int n;
    size_t capacity;
    struct candidate *v;
};

static um_status offer(struct candidates *c, const um_manifest *man, const char *path, um_error *err)
{
    char *copy = um_strdup(path);
    if (!copy || !um_grow(&c->v, &c->capacity, (size_t)c->n + 1, MAX_CANDIDATES, sizeof *c->v)) {
        free(copy);
        return um_fail_oom(err);
    }
    c->v[c->n++] = (struct candidate){*man, copy};
    return UM_OK;
}

static bool offered(const struct candidates *c, const char *path)
{
    for (int i = 0; i < c->n; i++)
        if (!strcmp(c->v[i].path, path))
            return true;
    return false;
}

/* Manifests that lie in the folder. */
static um_status from_folder(struct candidates *c, const struct files *files, um_error *err)
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
            st = model ? offer(c, &man, model, err) : um_fail_oom(err);
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
static um_status from_library(struct candidates *c, const struct files *files, um_error *err)
{
    um_status st = UM_OK;
    for (const um_embedded *e = um_embedded_manifests; e->name && st == UM_OK; e++) {
        um_manifest man;
        st = built_in_manifest(&man, e, err);
        for (int i = 0; i < files->n && st == UM_OK; i++)
            if (!strcmp(strrchr(files->path[i], '/') + 1, man.model) && !offered(c, files->path[i]))
                st = offer(c, &man, files->path[i], err);
    }
    return st;
}

/* Our own network of a role, or of a name. */
static um_status choose_built_in(um_net *net, bool *found, um_role role, const char *name, int threads,
                                 um_error *err)
{
    um_status st = UM_OK;
    for (const um_embedded *e = um_embedded_manifests; e->name && st == UM_OK && !*found; e++) {
        um_manifest man;
        if ((st = built_in_manifest(&man, e, err)) < 0 ||
            (name ? strcmp(man.name, name) != 0 : man.role != role))
            continue;
        for (const um_embedded *w = um_embedded_networks; w->name && st == UM_OK && !*found; w++)
            if (!strcmp(w->name, man.model)) {
                st = um_net_open_memory(net, &man, w->data, w->n, threads, err);
                *found = st == UM_OK;
            }
    }
    return st;
}

static int by_priority(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    if (p->man.priority != q->man.priority)
        return p->man.priority < q->man.priority ? 1 : -1;
    return strcmp(p->path, q->path);
}

static void candidates_free(struct candidates *c)
{
    for (int i = 0; i < c->n; i++)
        free(c->v[i].path);
    free(c->v);
}

/* All networks of a folder, the best first. */
static um_status look_into(struct candidates *c, const char *dir, um_error *err)
{
    struct files files = {0};
    um_status st = scan(&files, dir, 0, err);
    if (st == UM_OK && files.n)
        qsort(files.path, (size_t)files.n, sizeof *files.path, by_text);
    if (st == UM_OK && (st = from_folder(c, &files, err)) == UM_OK)
        st = from_library(c, &files, err);
    if (c->n)
        qsort(c->v, (size_t)c->n, sizeof *c->v, by_priority);
    files_free(&files);
    return st;
}

um_status um_net_choose(um_net *net, bool *found, const char *dir, um_role role, int threads, um_error *err)
{
    struct candidates c = {0};
    um_error first = {0};
    *found = false;
    um_status st = dir ? look_into(&c, dir, err) : UM_OK;
    for (int i = 0; st == UM_OK && i < c.n && !*found;
         i++) { /* one that cannot run leaves the place to the next */
        um_error e = {0};
        if (c.v[i].man.role != role)
            continue;
        *found = um_net_open(net, &c.v[i].man, c.v[i].path, threads, &e) == UM_OK;
        if (!*found && first.code == UM_OK)
            first = e;
    }
    candidates_free(&c);
    if (st == UM_OK && !*found && first.code != UM_OK)
        return um_fail(err, first.code, "%s", first.text);
    return st == UM_OK && !*found ? choose_built_in(net, found, role, NULL, threads, err) : st;
}

um_status um_net_named(um_net *net, const char *dir, const char *name, int threads, um_error *err)
{
    struct candidates c = {0};
    bool found = false;
    um_status st = dir ? look_into(&c, dir, err) : UM_OK;
    for (int i = 0; st == UM_OK && i < c.n && !found; i++)
        if (!strcmp(c.v[i].man.name, name)) {
            st = um_net_open(net, &c.v[i].man, c.v[i].path, threads, err);
            found = st == UM_OK;
        }
    candidates_free(&c);
    if (st == UM_OK && !found)
        st = choose_built_in(net, &found, UM_N_ROLES, name, threads, err);
    return st == UM_OK && !found ? um_fail(err, UM_EIO, "%s: no network of this name", name) : st;
}
