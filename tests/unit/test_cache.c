/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cache: gives back what was put, nothing that was damaged, and stays below its maximum. */
#include "../check.h"
#include "cache/cache.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char dir[] = "/tmp/test_cache.XXXXXX";
static um_cache *cache;

static const char *key_of(int i)
{
    static char key[UM_SHA256_HEX + 1];
    char producer[20];
    snprintf(producer, sizeof producer, "test %d", i);
    CHECK(um_cache_key(key, "0123", producer));
    return key;
}

static const char *path_of(int i, const char *before)
{
    static char path[300];
    const char *key = key_of(i);
    snprintf(path, sizeof path, "%s/c/%.2s/%s%s", dir, key, before, key);
    return path;
}

static bool holds(int i, const char *bytes, size_t n)
{
    char *got;
    size_t size;
    const um_status st = um_cache_get(&got, &size, cache, key_of(i), NULL);
    const bool same = st == UM_OK && size == n && !memcmp(got, bytes, n) && !got[n];
    free(got);
    return same;
}

static bool lacks(int i)
{
    char *got;
    size_t n;
    const bool none = um_cache_get(&got, &n, cache, key_of(i), NULL) == UM_EOF && !got && !n;
    free(got);
    return none;
}

static void open_cache(int64_t max)
{
    char folder[64];
    um_error err = {0};
    um_cache_close(&cache);
    snprintf(folder, sizeof folder, "%s/c", dir);
    CHECK(um_cache_open(&cache, folder, max, &err) == UM_OK);
}

static void put(int i, size_t n)
{
    static const char bytes[1000];
    CHECK(um_cache_put(cache, key_of(i), bytes, n, NULL) == UM_OK);
}

static void age(int i, const char *before, time_t seconds)
{
    const struct timespec now[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};
    CHECK(utimensat(AT_FDCWD, path_of(i, before), now, 0) == 0);
}

static void round_trip(void)
{
    char other[UM_SHA256_HEX + 1];
    CHECK(lacks(1) && um_cache_bytes(cache) == 0);
    CHECK(um_cache_put(cache, key_of(1), "a\0b", 3, NULL) == UM_OK && holds(1, "a\0b", 3) && lacks(2));
    CHECK(um_cache_put(cache, key_of(1), "", 0, NULL) == UM_OK && holds(1, "", 0));
    CHECK(um_cache_key(other, "01", "23test 1") && strcmp(other, key_of(1)) != 0);
    um_error err;
    CHECK(um_cache_put(cache, key_of(1), "", UM_CACHE_ENTRY + (size_t)1, &err) == UM_EINVAL &&
          holds(1, "", 0));
}

static void damage(void)
{
    static const char whole[] = "something";
    char *file;
    size_t n;
    CHECK(um_cache_put(cache, key_of(1), whole, sizeof whole, NULL) == UM_OK);
    CHECK(um_file_read(&file, &n, path_of(1, ""), 1000, NULL) == UM_OK &&
          n == UM_SHA256_HEX + 1 + sizeof whole);
    for (size_t i = 0; i < n; i++) { /* any byte changed, any length but the whole */
        file[i] ^= 1;
        CHECK(um_file_write(path_of(1, ""), file, n, NULL) == UM_OK && lacks(1));
        file[i] ^= 1;
        CHECK(um_file_write(path_of(1, ""), file, i, NULL) == UM_OK && lacks(1));
    }
    CHECK(um_file_write(path_of(1, ""), file, n, NULL) == UM_OK && holds(1, whole, sizeof whole));
    free(file);
}

/* Entries of 100 bytes and a maximum of 1000: the eleventh makes it drop to 900, the least used first. */
static void bounded(void)
{
    const size_t n = 100 - UM_SHA256_HEX - 1;
    CHECK(unlink(path_of(1, "")) == 0);
    open_cache(1000);
    for (int i = 0; i < 10; i++) {
        put(i, n);
        age(i, "", 1000 - i);
    }
    CHECK(um_cache_bytes(cache) == 1000 && !lacks(0)); /* and that is a use of 0 */
    put(10, n);
    CHECK(um_cache_bytes(cache) == 900 && lacks(1) && lacks(2) && !lacks(0) && !lacks(3) && !lacks(10));

    age(3, "", 5000);
    char stale[300];
    snprintf(stale, sizeof stale, "%s", path_of(3, "abcdefgh."));
    CHECK(um_text_write(stale, "half", NULL) == UM_OK);
    open_cache(1000); /* somebody may still be writing it */
    CHECK(access(stale, F_OK) == 0 && um_cache_bytes(cache) == 900);
    age(3, "abcdefgh.", 3700);
    open_cache(850); /* a smaller maximum holds at once: 765 is nine tenths of it */
    CHECK(access(stale, F_OK) < 0 && um_cache_bytes(cache) == 700 && lacks(3) && !lacks(10));
}

static void failures(void)
{
    um_error err;
    um_cache *none;
    char *got;
    size_t n;
    CHECK(um_cache_open(&none, "/dev/null", 1, &err) == UM_EWRITE && !none);
    CHECK(um_cache_open(&none, "/nowhere/at/all", 1, &err) == UM_EWRITE && !none);
    for (int i = 0;; i++) {
        um_alloc_fail_at(i);
        um_status st = um_cache_get(&got, &n, cache, key_of(10), &err);
        if (!um_alloc_failed())
            break;
        CHECK(st == UM_ENOMEM && !got);
    }
    um_alloc_fail_at(-1);
    free(got);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    open_cache(1 << 20);
    round_trip();
    damage();
    bounded();
    failures();
    um_cache_close(&cache);
    um_cache_close(&cache);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
