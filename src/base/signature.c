/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signature.c: signatures and certificates (RFC 5280). What lies in a file is hostile: libcrypto parses it,
 * we bound its size and number. */
#include "base/signature.h"
#include <limits.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { PEM_MAX = 16 << 20, CERTIFICATE_MAX = 64 << 10 };

struct um_trust {
    X509_STORE *store;
};

void um_trust_free(um_trust **trust)
{
    if (trust && *trust) {
        X509_STORE_free((*trust)->store);
        free(*trust);
        *trust = NULL;
    }
}

um_status um_trust_open(um_trust **out, const char *path, um_error *err)
{
    char *text = NULL;
    size_t n;
    int count = 0;
    BIO *bio = NULL;
    um_trust *t = NULL;
    *out = NULL;
    um_status st = um_file_read(&text, &n, path, PEM_MAX, err);
    if (st < 0)
        return st;
    if (!(t = um_calloc(1, sizeof *t)) || !(t->store = X509_STORE_new()) ||
        !(bio = BIO_new_mem_buf(text, (int)n))) {
        st = um_fail_oom(err);
        goto done;
    }
    for (X509 *c; (c = PEM_read_bio_X509(bio, NULL, NULL, NULL)); X509_free(c), count++)
        if (!X509_STORE_add_cert(t->store, c)) {
            st = um_fail_oom(err);
            X509_free(c);
            goto done;
        }
    if (!count || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        st = um_fail(err, UM_EFORMAT, "%s: %s", path,
                     count ? "a certificate is damaged" : "no certificate in PEM form");
    if (st == UM_OK) {
        *out = t;
        t = NULL;
    }
done:
    ERR_clear_error();
    BIO_free(bio);
    um_trust_free(&t);
    free(text);
    return st;
}

/* ---- the signature ---- */

static const struct algorithm {
    int64_t id;
    int key; /* EVP_PKEY_* */
    const char *digest;
} algorithms[] = {
    {-7, EVP_PKEY_EC, "SHA256"},   {-35, EVP_PKEY_EC, "SHA384"},  {-36, EVP_PKEY_EC, "SHA512"},
    {-37, EVP_PKEY_RSA, "SHA256"}, {-38, EVP_PKEY_RSA, "SHA384"}, {-39, EVP_PKEY_RSA, "SHA512"},
    {-8, EVP_PKEY_ED25519, NULL},
};

static const struct algorithm *algorithm(int64_t id)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
        if (algorithms[i].id == id)
            return &algorithms[i];
    return NULL;
}

/* r and s side by side as the DER that libcrypto wants; NULL when memory is exhausted. */
static uint8_t *ecdsa_der(um_bytes raw, size_t *n)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    size_t half = raw.n / 2;
    BIGNUM *r = BN_bin2bn(raw.at, (int)half, NULL), *s = BN_bin2bn(raw.at + half, (int)half, NULL);
    uint8_t *der = NULL;
    if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
        r = s = NULL;
        int length = i2d_ECDSA_SIG(sig, &der);
        *n = length > 0 ? (size_t)length : 0;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return der;
}

static bool holds(EVP_PKEY *key, const struct algorithm *a, const um_signed *w)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *setting = NULL;
    uint8_t *der = NULL;
    um_bytes sig = w->signature;
    bool good = context && EVP_DigestVerifyInit_ex(context, &setting, a->digest, NULL, NULL, key, NULL) == 1;
    if (good && a->key == EVP_PKEY_EC) {
        der = ecdsa_der(sig, &sig.n);
        sig.at = der;
        good = der != NULL;
    } else if (good && a->key == EVP_PKEY_RSA) {
        good = EVP_PKEY_CTX_set_rsa_padding(setting, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(setting, RSA_PSS_SALTLEN_DIGEST) == 1;
    }
    good = good && EVP_DigestVerify(context, sig.at, sig.n, w->message.at, w->message.n) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    return good;
}

/* ---- certificates ---- */

static void signer_name(char out[80], X509 *c)
{
    X509_NAME *subject = X509_get_subject_name(c);
    *out = 0;
    if (X509_NAME_get_text_by_NID(subject, NID_organizationName, out, 80) < 1)
        X509_NAME_get_text_by_NID(subject, NID_commonName, out, 80);
}

static STACK_OF(X509) * chain_of(const um_signed *w)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (int i = 0; chain && i < w->n_chain; i++) {
        const uint8_t *at = w->chain[i].at;
        X509 *c = w->chain[i].n <= CERTIFICATE_MAX ? d2i_X509(NULL, &at, (long)w->chain[i].n) : NULL;
        if (!c || !sk_X509_push(chain, c)) {
            X509_free(c);
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
    }
    return chain;
}

static um_seal vouched(um_signer *signer, X509 *own, STACK_OF(X509) * chain, const um_trust *trust)
{
    X509_STORE_CTX *context = trust ? X509_STORE_CTX_new() : NULL;
    um_seal seal = UM_SEAL_UNKNOWN;
    if (!context) {
        snprintf(signer->why, sizeof signer->why, "no list of trusted certificates was given");
    } else if (X509_STORE_CTX_init(context, trust->store, own, chain)) {
        X509_STORE_CTX_set_flags(context,
                                 X509_V_FLAG_PARTIAL_CHAIN); /* the list may name the signer itself */
        if (X509_verify_cert(context) == 1)
            seal = UM_SEAL_TRUSTED;
        else
            snprintf(signer->why, sizeof signer->why, "%s",
                     X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
    }
    X509_STORE_CTX_free(context);
    return seal;
}

um_seal um_signature_check(um_signer *signer, const um_signed *w, const um_trust *trust)
{
    const struct algorithm *a = algorithm(w->algorithm);
    *signer = (um_signer){""};
    if (!a || !w->n_chain) {
        snprintf(signer->why, sizeof signer->why, a ? "no certificate in it" : "algorithm %lld is not known",
                 (long long)w->algorithm);
        return UM_SEAL_NOT_CHECKED;
    }
    STACK_OF(X509) *chain = chain_of(w);
    X509 *own = chain ? sk_X509_value(chain, 0) : NULL;
    EVP_PKEY *key = own ? X509_get0_pubkey(own) : NULL;
    um_seal seal = UM_SEAL_BROKEN;
    if (own)
        signer_name(signer->name, own);
    if (!key)
        snprintf(signer->why, sizeof signer->why, "a certificate cannot be read");
    else if (EVP_PKEY_get_base_id(key) != a->key &&
             !(a->key == EVP_PKEY_RSA && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS))
        snprintf(signer->why, sizeof signer->why, "the certificate has another kind of key");
    else if (!holds(key, a, w))
        snprintf(signer->why, sizeof signer->why, "it does not fit the claim");
    else if (X509_check_ca(own) == 1 && !(X509_get_key_usage(own) & KU_DIGITAL_SIGNATURE))
        snprintf(signer->why, sizeof signer->why, "the certificate is not for signatures");
    else
        seal = vouched(signer, own, chain, trust);
    sk_X509_pop_free(chain, X509_free);
    ERR_clear_error();
    return seal;
}
