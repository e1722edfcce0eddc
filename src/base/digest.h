/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.h: SHA-256 (FIPS 180-4) by libcrypto. */
#ifndef UM_DIGEST_H
#define UM_DIGEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UM_SHA256_BYTES = 32, UM_SHA256_HEX = 64 };

typedef struct um_sha256 {
    void *context; /* NULL: memory is exhausted, which um_sha256_end tells */
} um_sha256;

void um_sha256_init(um_sha256 *s);
void um_sha256_add(um_sha256 *s, const void *bytes, size_t n);
/* Frees what um_sha256_init took. False, and hex empty, when memory was exhausted. */
bool um_sha256_end(um_sha256 *s, char hex[UM_SHA256_HEX + 1]);
/* All at once. */
bool um_sha256_hex(char hex[UM_SHA256_HEX + 1], const void *bytes, size_t n);
bool um_sha256_raw(uint8_t digest[UM_SHA256_BYTES], const void *bytes, size_t n);
/* SHA-256, SHA-384 or SHA-512 by its name in C2PA ("sha256"): false for another, or when memory is exhausted.
 */
enum { UM_DIGEST_MAX = 64 };
bool um_digest_init(um_sha256 *s, const char *algorithm);
/* The bytes, how many; 0 when something failed since. um_sha256_add feeds it. */
size_t um_digest_end(um_sha256 *s, uint8_t digest[UM_DIGEST_MAX]);
#endif
