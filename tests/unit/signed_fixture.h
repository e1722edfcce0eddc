/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signed_fixture.h: Content Credentials that are really signed: keys, certificates and COSE by libcrypto's
 * other half. */
#ifndef UM_SIGNED_FIXTURE_H
#define UM_SIGNED_FIXTURE_H
#include "base/digest.h"
#include "marks_fixtures.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

/* Who signs, and how. */
typedef struct signer {
    int algorithm; /* of COSE */
    const char *digest;
    EVP_PKEY *key;
    X509 *certificate;
    size_t half; /* bytes of r and of s, 0: no ECDSA */
} signer;

static inline X509 *certificate(const char *organisation, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
    X509 *c = X509_new();
    X509_NAME *name = X509_get_subject_name(c);
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), issuer ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(c), -3600);
    X509_gmtime_adj(X509_getm_notAfter(c), 3600);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)organisation, -1, -1, 0);
    X509_set_issuer_name(c, issuer ? X509_get_subject_name(issuer) : name);
    X509_set_pubkey(c, key);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, issuer ? NID_key_usage : NID_basic_constraints,
                                            issuer ? "digitalSignature" : "critical,CA:TRUE");
    X509_add_ext(c, e, -1);
    X509_EXTENSION_free(e);
    X509_sign(c, issuer_key, EVP_PKEY_get_base_id(issuer_key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256());
    return c;
}

static inline void cbor_head_of(bytes *b, int major, uint64_t n)
{
    number(b, (uint64_t)major << 5 | (n < 24 ? n : n < 0x100 ? 24 : 25), 1, 'b');
    if (n >= 24)
        number(b, n, n < 0x100 ? 1 : 2, 'b');
}

static inline void cbor_bytes_of(bytes *b, const void *data, size_t n)
{
    cbor_head_of(b, 2, n);
    um_buf_add(b, data, n);
}

static inline void cbor_certificate(bytes *b, X509 *c)
{
    uint8_t *der = NULL;
    int n = i2d_X509(c, &der);
    cbor_bytes_of(b, der, (size_t)n);
    OPENSSL_free(der);
}

/* r and s side by side in `raw`. */
static inline void raw_ecdsa(uint8_t *raw, size_t half, const uint8_t *der, size_t n)
{
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);
    BN_bn2binpad(ECDSA_SIG_get0_r(s), raw, (int)half);
    BN_bn2binpad(ECDSA_SIG_get0_s(s), raw + half, (int)half);
    ECDSA_SIG_free(s);
}

static inline bytes cose(const signer *who, const bytes *claim)
{
    bytes b = start(), headers = start(), message = start();
    LITERAL(&headers, "\xA2\x01");
    cbor_head_of(&headers, 1, (uint64_t)(-1 - who->algorithm));
    LITERAL(&headers, "\x18\x21"); /* x5chain */
    cbor_certificate(&headers, who->certificate);
    LITERAL(&message, "\x84\x6ASignature1");
    cbor_bytes_of(&message, headers.data, headers.n);
    cbor_bytes_of(&message, "", 0);
    cbor_bytes_of(&message, claim->data, claim->n);
    uint8_t der[600], raw[600];
    size_t n = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *setting;
    EVP_DigestSignInit_ex(context, &setting, who->digest, NULL, NULL, who->key, NULL);
    if (EVP_PKEY_get_base_id(who->key) == EVP_PKEY_RSA) {
        EVP_PKEY_CTX_set_rsa_padding(setting, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(setting, RSA_PSS_SALTLEN_DIGEST);
    }
    EVP_DigestSign(context, der, &n, (uint8_t *)message.data, message.n);
    EVP_MD_CTX_free(context);
    if (who->half)
        raw_ecdsa(raw, who->half, der, n);
    LITERAL(&b, "\xD2\x84"); /* COSE_Sign1 */
    cbor_bytes_of(&b, headers.data, headers.n);
    LITERAL(&b, "\xA0\xF6"); /* no other headers, the claim is elsewhere */
    cbor_bytes_of(&b, who->half ? raw : der, who->half ? 2 * who->half : n);
    um_buf_free(&headers);
    um_buf_free(&message);
    return b;
}

/* {"url": ..., "hash": ...} of an assertion, whose superbox begins in `store` at `at`. */
static inline void reference(bytes *claim, const char *label, const bytes *box_of)
{
    char url[100];
    uint8_t digest[UM_SHA256_BYTES];
    snprintf(url, sizeof url, "self#jumbf=c2pa.assertions/%s", label);
    um_sha256_raw(digest, box_of->data + 8, box_of->n - 8);
    LITERAL(claim, "\xA2");
    cbor_text_of(claim, "url");
    cbor_text_of(claim, url);
    cbor_text_of(claim, "hash");
    cbor_bytes_of(claim, digest, sizeof digest);
}

/* A manifest with actions, a hash of the content (its CBOR, under its label), claim and signature. */
static inline bytes signed_manifest(const signer *who, const char *binding, const bytes *hash)
{
    bytes manifest = start(), part = start(), a = start(), b = start(), out = start(), claim = start();
    box(&part, "cbor", actions(TRAINED));
    superbox(&a, "cbor", "c2pa.actions", part);
    bytes copy = start();
    um_buf_add(&copy, hash->data, hash->n);
    part = start();
    box(&part, "cbor", copy);
    superbox(&b, "cbor", binding, part);
    LITERAL(&claim, "\xA3");
    cbor_text_of(&claim, "alg");
    cbor_text_of(&claim, "sha256");
    cbor_text_of(&claim, "claim_generator");
    cbor_text_of(&claim, "TestMaker/2.0");
    cbor_text_of(&claim, "created_assertions");
    LITERAL(&claim, "\x82");
    reference(&claim, "c2pa.actions", &a);
    reference(&claim, binding, &b);
    bytes signature = start();
    box(&signature, "cbor", cose(who, &claim));
    append(&a, b);
    superbox(&manifest, "c2as", "c2pa.assertions", a);
    part = start();
    box(&part, "cbor", claim);
    superbox(&manifest, "c2cl", "c2pa.claim.v2", part);
    superbox(&manifest, "c2cs", "c2pa.signature", signature);
    superbox(&out, "c2ma", "urn:c2pa:1", manifest);
    return out;
}

static inline bytes store_of(bytes manifest)
{
    bytes b = start();
    superbox(&b, "c2pa", "c2pa", manifest);
    return b;
}

/* {"exclusions": [{"start", "length"}], "alg": "sha256", "hash"} */
static inline bytes data_hash(size_t at, size_t n, const uint8_t digest[UM_SHA256_BYTES])
{
    bytes b = start();
    LITERAL(&b, "\xA3");
    cbor_text_of(&b, "exclusions");
    LITERAL(&b, "\x81\xA2");
    cbor_text_of(&b, "start");
    LITERAL(&b, "\x1A");
    number(&b, at, 4, 'b');
    cbor_text_of(&b, "length");
    LITERAL(&b, "\x1A");
    number(&b, n, 4, 'b');
    cbor_text_of(&b, "alg");
    cbor_text_of(&b, "sha256");
    cbor_text_of(&b, "hash");
    cbor_bytes_of(&b, digest, UM_SHA256_BYTES);
    return b;
}
#endif
