/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cache.c: see cache.h. KEY lies in FOLDER/KE/KEY (its first two letters, to keep folders small): the digest
 * of what follows, in hex, a line end, and the bytes. */
#define _GNU_SOURCE /* asprintf */
#include "cache/cache.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = UM_SHA256_HEX + 1, MOST_ENTRIES = 1 << 26, ABANDONED_S = 3600 };

struct um_cache {
    char *folder;
    int64_t max, bytes;
    pthread_mutex_t lock; /* of bytes and of tidying */
};

typedef struct entry {
    struct timespec used;
    int64_t bytes;
    char key[UM_SHA256_HEX + 1];
} entry;

typedef struct entries {
    entry *e;
    size_t n, capacity;
    int64_t bytes;
} entries;

static bool is_hex(const char *text, size_t n)
{
    return strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

static char *path_of(const um_cache *c, const char *key)
{
    char *path;
    return asprintf(&path, "%s/%.2s/%s", c->folder, key, key) < 0 ? NULL : path;
}

static bool add_entry(entries *all, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat s;
    const char *dot = strrchr(name, '.'); /* um_file_create names what is not yet whole X.KEY */
    if (!is_hex(dot ? dot + 1 : name, UM_SHA256_HEX) ||
        (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path || lstat(path, &s) < 0 ||
        !S_ISREG(s.st_mode)) /* none of ours, or gone meanwhile */
        return true;
    if (dot) {
        if (time(NULL) - s.st_mtime > ABANDONED_S) /* by a program that was killed */
            unlink(path);
        return true;
    }
    if (!um_grow(&all->e, &all->capacity, all->n + 1, MOST_ENTRIES, sizeof *all->e))
        return false;
    entry *e = &all->e[all->n++];
    e->used = s.st_mtim;
    e->bytes = s.st_size;
    memcpy(e->key, name, sizeof e->key);
    all->bytes += s.st_size;
    return true;
}

/* All that is there; false when memory is exhausted. */
static bool list(entries *all, const um_cache *c)
{
    bool good = true;
    *all = (entries){0};
    for (int i = 0; i < 256 && good; i++) {
        char folder[PATH_MAX];
        if ((size_t)snprintf(folder, sizeof folder, "%s/%02x", c->folder, i) >= sizeof folder)
            break;
        DIR *d = opendir(folder);
        for (struct dirent *f; d && good && (f = readdir(d));)
            good = add_entry(all, folder, f->d_name);
        if (d)
            closedir(d);
    }
    return good;
}

static int by_use(const void *a, const void *b)
{
    const struct timespec *p = &((const entry *)a)->used, *q = &((const entry *)b)->used;
    return p->tv_sec != q->tv_sec ? (p->tv_sec > q->tv_sec) - (p->tv_sec < q->tv_sec)
                                  : (p->tv_nsec > q->tv_nsec) - (p->tv_nsec < q->tv_nsec);
}

/* Beyond the maximum: drops down to nine tenths of it, so that this is rare. Counts anew what is there. */
static void tidy(um_cache *c)
{
    entries all;
    if (list(&all, c)) {
        int64_t left = all.bytes;
        if (all.n)
            qsort(all.e, all.n, sizeof *all.e, by_use);
        for (size_t i = 0; i < all.n && all.bytes > c->max && left > c->max / 10 * 9; i++) {
            char *path = path_of(c, all.e[i].key);
            if (path && unlink(path) == 0)
                left -= all.e[i].bytes;
            free(path);
        }
        c->bytes = left;
    }
    free(all.e);
}

um_status um_cache_open(um_cache **out, const char *folder, int64_t max, um_error *err)
{
    um_cache *c = *out = um_calloc(1, sizeof *c);
    if (!c || !(c->folder = um_strdup(folder))) {
        free(c);
        *out = NULL;
        return um_fail_oom(err);
    }
    c->max = max;
    pthread_mutex_init(&c->lock, NULL);
    struct stat s;
    if ((mkdir(folder, 0777) < 0 && errno != EEXIST) || stat(folder, &s) < 0 || !S_ISDIR(s.st_mode)) {
        um_cache_close(out);
        return um_fail_errno(err, UM_EWRITE, "%s: no folder that can be used as a cache", folder);
    }
    tidy(c);
    return UM_OK;
}

void um_cache_close(um_cache **cache)
{
    if (!cache || !*cache)
        return;
    pthread_mutex_destroy(&(*cache)->lock);
    free((*cache)->folder);
    free(*cache);
    *cache = NULL;
}

bool um_cache_key(char key[UM_SHA256_HEX + 1], const char *sha256, const char *producer)
{
    um_sha256 s;
    um_sha256_init(&s);
    um_sha256_add(&s, sha256, strlen(sha256));
    um_sha256_add(&s, "\n", 1);
    um_sha256_add(&s, producer, strlen(producer));
    return um_sha256_end(&s, key);
}

um_status um_cache_get(char **out, size_t *n, um_cache *cache, const char *key, um_error *err)
{
    char digest[UM_SHA256_HEX + 1] = "", *all = NULL;
    char *path = path_of(cache, key);
    size_t size;
    *out = NULL;
    *n = 0;
    if (!path)
        return um_fail_oom(err);
    um_status st = um_file_read(&all, &size, path, HEAD + UM_CACHE_ENTRY, err);
    if (st == UM_EIO || (st == UM_OK && size < HEAD)) {
        st = UM_EOF;
    } else if (st == UM_OK && !um_sha256_hex(digest, all + HEAD, size - HEAD)) {
        st = um_fail_oom(err);
    } else if (st == UM_OK && (all[HEAD - 1] != '\n' || memcmp(all, digest, UM_SHA256_HEX) != 0)) {
        st = UM_EOF;
    }
    if (st == UM_OK) {
        utimensat(AT_FDCWD, path, NULL, 0); /* used now; a cache that cannot be written is still read */
        *n = size - HEAD;
        *out = memmove(all, all + HEAD, *n + 1);
        all = NULL;
    }
    free(all);
    free(path);
    return st;
}

static um_status write_entry(const char *path, const void *bytes, size_t n, um_error *err)
{
    char digest[UM_SHA256_HEX + 1];
    um_file file;
    if (!um_sha256_hex(digest, bytes, n))
        return um_fail_oom(err);
    um_status st = um_file_create(&file, path, err);
    if (st < 0)
        return st;
    fprintf(file.f, "%s\n", digest);
    fwrite(bytes, 1, n, file.f);
    return um_file_commit(&file, err);
}

um_status um_cache_put(um_cache *cache, const char *key, const void *bytes, size_t n, um_error *err)
{
    if (n > UM_CACHE_ENTRY)
        return um_fail(err, UM_EINVAL, "%s: %zu bytes are more than an entry may have", cache->folder, n);
    char *path = path_of(cache, key);
    if (!path)
        return um_fail_oom(err);
    char folder[PATH_MAX];
    if ((size_t)snprintf(folder, sizeof folder, "%s/%.2s", cache->folder, key) < sizeof folder)
        mkdir(folder, 0777); /* mostly there; what else may be wrong shows when the file is written */
    um_status st = write_entry(path, bytes, n, err);
    if (st == UM_OK) {
        pthread_mutex_lock(&cache->lock);
        cache->bytes += (int64_t)(n + HEAD);
        if (cache->bytes > cache->max)
            tidy(cache);
        pthread_mutex_unlock(&cache->lock);
    }
    free(path);
    return st;
}

int64_t um_cache_bytes(um_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    const int64_t bytes = cache->bytes;
    pthread_mutex_unlock(&cache->lock);
    return bytes;
}
