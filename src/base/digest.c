/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.c: the one place with libcrypto, which uses the processor's own instructions for it. */
#include "base/digest.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static void begin(um_sha256 *s, const EVP_MD *kind)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && !EVP_DigestInit_ex(context, kind, NULL)) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    s->context = context;
}

void um_sha256_init(um_sha256 *s)
{
    begin(s, EVP_sha256());
}

bool um_digest_init(um_sha256 *s, const char *algorithm)
{
    s->context = NULL;
    if (!strcmp(algorithm, "sha256"))
        begin(s, EVP_sha256());
    else if (!strcmp(algorithm, "sha384"))
        begin(s, EVP_sha384());
    else if (!strcmp(algorithm, "sha512"))
        begin(s, EVP_sha512());
    return s->context != NULL;
}

size_t um_digest_end(um_sha256 *s, uint8_t digest[UM_DIGEST_MAX])
{
    unsigned n = 0;
    if (s->context && !EVP_DigestFinal_ex(s->context, digest, &n))
        n = 0;
    EVP_MD_CTX_free(s->context);
    s->context = NULL;
    return n;
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
