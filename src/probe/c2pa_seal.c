/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c2pa_seal.c: COSE_Sign1 (RFC 9052) over the claim, and hashed references of the claim to its assertions
 * (C2PA 2.1, 8.4 and 13). Time stamps are not checked: a certificate must be valid today. */
#include "base/digest.h"
#include "probe/c2pa.h"
#include <stdlib.h>
#include <string.h>

int um_c2pa_hash_fits(const um_cbor *hash, const char *algorithm, const void *bytes, size_t n)
{
    uint8_t digest[UM_DIGEST_MAX];
    um_sha256 s;
    if (!um_cbor_is(hash, UM_CBOR_BYTES) || !hash->at || !um_digest_init(&s, algorithm))
        return -1;
    um_sha256_add(&s, bytes, n);
    size_t length = um_digest_end(&s, digest);
    return length && hash->n == length && !memcmp(hash->at, digest, length);
}

/* ---- COSE ---- */

static um_bytes bytes_of(const um_cbor *c)
{
    return um_cbor_is(c, UM_CBOR_BYTES) && c->at ? (um_bytes){c->at, c->n} : (um_bytes){0};
}

/* x5chain (label 33): one certificate, or an array of them. */
static void chain(um_signed *w, const um_cbor_tree *t, const um_cbor *headers)
{
    const um_cbor *c = um_cbor_label(t, headers, 33);
    if (!c)
        c = um_cbor_get(t, headers, "x5chain");
    if (um_cbor_is(c, UM_CBOR_BYTES))
        w->chain[w->n_chain++] = bytes_of(c);
    else if (um_cbor_is(c, UM_CBOR_ARRAY))
        for (c = um_cbor_first(t, c); c && w->n_chain < UM_CHAIN_MAX; c = um_cbor_next(t, c))
            w->chain[w->n_chain++] = bytes_of(c);
}

static void put_bytes(um_buf *b, um_bytes what)
{
    uint8_t head[5] = {0x5A, (uint8_t)(what.n >> 24), (uint8_t)(what.n >> 16), (uint8_t)(what.n >> 8),
                       (uint8_t)what.n};
    uint8_t small[2] = {0x58, (uint8_t)what.n}, middle[3] = {0x59, (uint8_t)(what.n >> 8), (uint8_t)what.n};
    if (what.n < 24) {
        uint8_t tiny = (uint8_t)(0x40 + what.n);
        um_buf_add(b, &tiny, 1);
    } else if (what.n < 0x100) {
        um_buf_add(b, small, sizeof small);
    } else if (what.n < 0x10000) {
        um_buf_add(b, middle, sizeof middle);
    } else {
        um_buf_add(b, head, sizeof head);
    }
    um_buf_add(b, what.at, what.n);
}

/* ["Signature1", protected headers, nothing, claim] */
static void sig_structure(um_buf *b, um_bytes headers, um_bytes claim)
{
    um_buf_init(b, claim.n + headers.n + 64);
    um_buf_add(b, "\x84\x6ASignature1", 12);
    put_bytes(b, headers);
    put_bytes(b, (um_bytes){(const uint8_t *)"", 0});
    put_bytes(b, claim);
}

static void check_cose(um_checked *out, const um_manifest *m)
{
    static const um_signature state[] = {
        [UM_SEAL_NOT_CHECKED] = UM_SIGNATURE_NOT_CHECKED,
        [UM_SEAL_BROKEN] = UM_SIGNATURE_BROKEN,
        [UM_SEAL_UNKNOWN] = UM_SIGNATURE_UNKNOWN,
        [UM_SEAL_TRUSTED] = UM_SIGNATURE_TRUSTED,
    };
    const um_jumbf_box *sig = &m->jumbf->box[m->signature], *claim = &m->jumbf->box[m->claim];
    um_cbor_tree t = {0}, headers = {0};
    um_signed w = {0};
    um_buf message = {0};
    const um_cbor *part[4] = {0};
    out->signature = UM_SIGNATURE_NOT_CHECKED;
    snprintf(out->signer.why, sizeof out->signer.why, "it is no COSE_Sign1");
    if (strcmp(sig->content_type, "cbor") != 0 ||
        !um_cbor_parse(&t, sig->content, sig->content_n, &m->probe->out_of_memory))
        goto done;
    const um_cbor *c = um_cbor_root(&t);
    if (!um_cbor_is(c, UM_CBOR_ARRAY) || c->n != 4)
        goto done;
    c = um_cbor_first(&t, c);
    for (int i = 0; i < 4; i++, c = um_cbor_next(&t, c))
        part[i] = c;
    um_bytes protected = bytes_of(part[0]);
    if (!protected.n || !um_cbor_parse(&headers, protected.at, protected.n, &m->probe->out_of_memory) ||
        !um_cbor_is(part[3], UM_CBOR_BYTES))
        goto done;
    w.algorithm = um_cbor_int(um_cbor_label(&headers, um_cbor_root(&headers), 1), 0);
    chain(&w, &headers, um_cbor_root(&headers));
    if (!w.n_chain)
        chain(&w, &t, part[1]);
    w.signature = bytes_of(part[3]);
    sig_structure(&message, protected, (um_bytes){claim->content, claim->content_n});
    if (message.broken) {
        m->probe->out_of_memory = true;
        goto done;
    }
    w.message = (um_bytes){(const uint8_t *)message.data, message.n};
    out->signature = state[um_signature_check(&out->signer, &w, m->probe->trust)];
done:
    um_buf_free(&message);
    um_cbor_free(&headers);
    um_cbor_free(&t);
}

/* ---- what the claim refers to ---- */

static void broken(um_checked *out, const char *what, const char *label)
{
    char shown[60];
    out->signature = UM_SIGNATURE_BROKEN;
    snprintf(out->signer.why, sizeof out->signer.why, "%s: %s", what,
             um_printable(shown, sizeof shown, label));
}

/* One list of hashed references; `seen` counts the assertions of this manifest that they name. */
static void references(um_checked *out, const um_manifest *m, const um_cbor *list, const char *algorithm,
                       bool seen[])
{
    static const char store[] = "c2pa.assertions/";
    const um_cbor_tree *t = &m->tree;
    for (const um_cbor *c = um_cbor_is(list, UM_CBOR_ARRAY) ? um_cbor_first(t, list) : NULL; c;
         c = um_cbor_next(t, c)) {
        char url[400], own[32];
        um_cbor_text(url, sizeof url, um_cbor_get(t, c, "url"), "");
        const char *label = strstr(url, store);
        int i = label ? um_jumbf_find(m->jumbf, m->assertions, NULL, label + sizeof store - 1) : -1;
        if (i < 0) {
            broken(out, "an assertion is missing", label ? label + sizeof store - 1 : url);
            return;
        }
        seen[i] = true;
        um_cbor_text(own, sizeof own, um_cbor_get(t, c, "alg"), algorithm);
        int fits =
            um_c2pa_hash_fits(um_cbor_get(t, c, "hash"), own, m->jumbf->box[i].body, m->jumbf->box[i].n);
        if (fits == 0) {
            broken(out, "an assertion was changed", m->jumbf->box[i].label);
            return;
        }
        if (fits < 0) {
            out->signature = UM_SIGNATURE_NOT_CHECKED;
            snprintf(out->signer.why, sizeof out->signer.why, "a hash is of an unknown kind");
        }
    }
}

void um_c2pa_check_signature(um_checked *out, const um_manifest *m)
{
    static const char *const lists[] = {"assertions", "created_assertions", "gathered_assertions"};
    const um_cbor *claim = um_cbor_root(&m->tree);
    char algorithm[32];
    out->signature = UM_SIGNATURE_NOT_CHECKED;
    if (m->claim < 0 || m->signature < 0 || !um_cbor_is(claim, UM_CBOR_MAP)) {
        snprintf(out->signer.why, sizeof out->signer.why, "the manifest is not whole");
        return;
    }
    check_cose(out, m);
    if (out->signature < UM_SIGNATURE_UNKNOWN)
        return;
    bool *seen = um_calloc(m->jumbf->n, sizeof *seen);
    if (!seen) {
        m->probe->out_of_memory = true;
        return;
    }
    um_cbor_text(algorithm, sizeof algorithm, um_cbor_get(&m->tree, claim, "alg"), "sha256");
    for (size_t i = 0; i < sizeof lists / sizeof *lists && out->signature >= UM_SIGNATURE_UNKNOWN; i++)
        references(out, m, um_cbor_get(&m->tree, claim, lists[i]), algorithm, seen);
    for (size_t i = 0; i < m->jumbf->n && out->signature >= UM_SIGNATURE_UNKNOWN; i++)
        if (m->assertions >= 0 && m->jumbf->box[i].parent == m->assertions && !seen[i])
            broken(out, "an assertion that is not signed", m->jumbf->box[i].label);
    free(seen);
}
