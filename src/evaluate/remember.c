/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remember.c: see remember.h. */
#include "evaluate/remember.h"
#include "probe/hash.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* A change shortly after another may leave the same times: those of file systems are as coarse as 2 s (FAT).
 */
enum { SETTLED_S = 2 };

/* The name under which the file is known; false when it was changed just now. */
static bool name_of(char name[200], const um_input *input)
{
    struct stat s;
    const time_t now = time(NULL);
    if (fstat(input->fd, &s) < 0 || s.st_ctim.tv_sec + SETTLED_S >= now ||
        s.st_mtim.tv_sec + SETTLED_S >= now || s.st_size != input->size)
        return false;
    snprintf(name, 200, "%llu %llu %lld %lld.%09ld %lld.%09ld", (unsigned long long)s.st_dev,
             (unsigned long long)s.st_ino, (long long)s.st_size, (long long)s.st_mtim.tv_sec,
             s.st_mtim.tv_nsec, (long long)s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
    return true;
}

static bool recall(char hex[UM_SHA256_HEX + 1], um_cache *cache, const char *key)
{
    char *text = NULL;
    size_t n = 0;
    const bool known = um_cache_get(&text, &n, cache, key, NULL) == UM_OK && n == UM_SHA256_HEX;
    if (known)
        memcpy(hex, text, UM_SHA256_HEX + 1);
    free(text);
    return known;
}

um_status um_digest_remembered(char hex[UM_SHA256_HEX + 1], const um_input *input, um_cache *cache,
                               um_error *err)
{
    char name[200], key[UM_SHA256_HEX + 1];
    const bool named = cache && name_of(name, input);
    if (named && !um_cache_key(key, name, "digest of a file 1"))
        return um_fail_oom(err);
    if (named && recall(hex, cache, key))
        return UM_OK;
    const um_status st = um_hash_now(hex, input, NULL, NULL, err);
    if (st < 0 || !named || um_input_changed(input))
        return st;
    return um_cache_put(cache, key, hex, UM_SHA256_HEX, err);
}
