/* sha256.h: SHA-256 (FIPS 180-4). */
#ifndef UM_SHA256_H
#define UM_SHA256_H
#include <stddef.h>
#include <stdint.h>

typedef struct um_sha256 {
    uint32_t h[8];
    uint64_t n;
    uint8_t block[64];
} um_sha256;

void um_sha256_init(um_sha256 *s);
void um_sha256_add(um_sha256 *s, const void *bytes, size_t n);
void um_sha256_end(um_sha256 *s, char hex[65]);
void um_sha256_hex(char hex[65], const void *bytes, size_t n); /* all at once */
#endif
