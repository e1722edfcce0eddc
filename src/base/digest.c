/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.c: the one place with libcrypto, which uses the processor's own instructions for it. */
#include "base/digest.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

void um_sha256_init(um_sha256 *s)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    s->context = context;
}

void um_sha256_add(um_sha256 *s, const void *bytes, size_t n)
{
    if (s->context && !EVP_DigestUpdate(s->context, bytes, n)) {
        EVP_MD_CTX_free(s->context);
        s->context = NULL;
    }
}

static bool end(um_sha256 *s, uint8_t digest[UM_SHA256_BYTES])
{
    bool good = s->context && EVP_DigestFinal_ex(s->context, digest, NULL);
    EVP_MD_CTX_free(s->context);
    s->context = NULL;
    return good;
}

bool um_sha256_end(um_sha256 *s, char hex[UM_SHA256_HEX + 1])
{
    uint8_t digest[UM_SHA256_BYTES];
    memset(hex, 0, UM_SHA256_HEX + 1);
    if (!end(s, digest))
        return false;
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return true;
}

bool um_sha256_hex(char hex[UM_SHA256_HEX + 1], const void *bytes, size_t n)
{
    um_sha256 s;
    um_sha256_init(&s);
    um_sha256_add(&s, bytes, n);
    return um_sha256_end(&s, hex);
}

bool um_sha256_raw(uint8_t digest[UM_SHA256_BYTES], const void *bytes, size_t n)
{
    um_sha256 s;
    um_sha256_init(&s);
    um_sha256_add(&s, bytes, n);
    return end(&s, digest);
}
