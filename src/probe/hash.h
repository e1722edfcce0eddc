/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.h: the hash of a file, taken in a thread of its own while others read the same descriptor. */
#ifndef UM_PROBE_HASH_H
#define UM_PROBE_HASH_H
#include "base/digest.h"
#include "base/input.h"

typedef struct um_hash um_hash;

/* Keeps a reference to the input. */
um_status um_hash_start(um_hash **out, um_input *input, um_error *err);
/* Waits at most so many seconds; true when it is ready, and um_hash_join then returns at once. */
bool um_hash_wait(um_hash *hash, double seconds);
int64_t um_hash_at(um_hash *hash); /* bytes so far */
/* Waits for the end and frees; SHA-256 in hex. UM_EIO: the file could not be read to its end. */
um_status um_hash_join(um_hash **hash, char hex[UM_SHA256_HEX + 1], um_error *err);
void um_hash_cancel(
    um_hash **hash); /* stops soon, whatever the size of the file, and frees; NULL does nothing */
/* The same at once, in the calling thread; `progress` (may be NULL) in bytes. */
um_status um_hash_now(char hex[UM_SHA256_HEX + 1], const um_input *input, um_progress_fn progress, void *user,
                      um_error *err);
#endif
