/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remember.h: the digest of a file that was read before, without reading it again. */
#ifndef UM_EVALUATE_REMEMBER_H
#define UM_EVALUATE_REMEMBER_H
#include "base/digest.h"
#include "base/input.h"
#include "cache/cache.h"

/* SHA-256 in hex. What it was is kept in the cache under device, inode, size and the times of the last change
 * of contents and of inode, which no program can set: a file of which all these are the same is taken for the
 * same. `cache` NULL: it is read. UM_EIO, UM_ENOMEM, UM_EWRITE. */
um_status um_digest_remembered(char hex[UM_SHA256_HEX + 1], const um_input *input, um_cache *cache,
                               um_error *err);
#endif
