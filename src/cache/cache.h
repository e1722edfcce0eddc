/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cache.h: what was made of a file, kept on disk until the file, its maker or the version of that is another.
 *
 * A folder with one file per key, written under another name and renamed, so that a program may be killed at
 * any moment and go on later, and several may share the folder. What is read back is held against a digest:
 * what was damaged counts as absent. Bounded: beyond its maximum the entries that were not used for longest
 * go. For any thread. */
#ifndef UM_CACHE_H
#define UM_CACHE_H
#include "base/base.h"
#include "base/digest.h"

typedef struct um_cache um_cache;

enum { UM_CACHE_ENTRY = 256 << 20 }; /* bytes of one, at most */

/* `folder` is made when it is not there (its parent must be); `max` bytes in all. UM_EWRITE, UM_EIO. */
um_status um_cache_open(um_cache **out, const char *folder, int64_t max, um_error *err);
void um_cache_close(um_cache **cache);

/* The key of what `producer` (with its version and options) makes of a file with this SHA-256. False when
 * memory is exhausted. */
bool um_cache_key(char key[UM_SHA256_HEX + 1], const char *sha256, const char *producer);

/* UM_OK: the bytes, which the caller frees, with a zero behind them that does not count. UM_EOF: not there.
 * UM_ENOMEM. */
um_status um_cache_get(char **out, size_t *n, um_cache *cache, const char *key, um_error *err);
/* Replaces. UM_EINVAL: more than UM_CACHE_ENTRY; UM_EWRITE. */
um_status um_cache_put(um_cache *cache, const char *key, const void *bytes, size_t n, um_error *err);
int64_t um_cache_bytes(um_cache *cache); /* that it holds now, as far as this process knows */
#endif
