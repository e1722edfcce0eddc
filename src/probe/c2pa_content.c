/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c2pa_content.c: "hard bindings" (C2PA 2.1, 9.2): the hash of the file without the ranges (c2pa.hash.data)
 * or boxes (c2pa.hash.bmff) that may change. Hashes of single boxes and of fragments (merkle) are not looked
 * at. */
#include "base/digest.h"
#include "probe/c2pa.h"
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 << 10, CONTENT_MAX = 1 << 30 };

static void not_checked(um_checked *out, const char *why)
{
    out->content = UM_CONTENT_NOT_CHECKED;
    snprintf(out->content_why, sizeof out->content_why, "%s", why);
}

static int by_place(const void *a, const void *b)
{
    const um_range *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

/* Hashes [at, end), and before each box at the top of the file, in version 2 and 3, its place. */
static bool hash_range(const um_manifest *m, um_sha256 *s, int64_t at, int64_t end, const um_left_out *l,
                       int *top, uint8_t *piece)
{
    while (at < end) {
        while (*top < l->n_top && l->top[*top] < at)
            ++*top;
        bool here = *top < l->n_top && l->top[*top] == at;
        uint8_t place[8];
        for (int i = 0; here && i < 8; i++)
            place[i] = (uint8_t)((uint64_t)at >> (56 - 8 * i));
        if (here) {
            um_sha256_add(s, place, sizeof place);
            ++*top;
        }
        int64_t stop = *top < l->n_top && l->top[*top] < end ? l->top[*top] : end;
        int64_t n = stop - at < PIECE ? stop - at : PIECE;
        if (!um_probe_read(m->probe, at, piece, (size_t)n))
            return false;
        um_sha256_add(s, piece, (size_t)n);
        at += n;
    }
    return true;
}

static void compare(um_checked *out, const um_manifest *m, um_left_out *l, const um_cbor *hash,
                    const char *algorithm)
{
    uint8_t digest[UM_DIGEST_MAX], *piece = um_calloc(PIECE, 1);
    um_sha256 s;
    int64_t at = 0;
    int top = 0;
    bool whole = true;
    if (!piece) {
        m->probe->out_of_memory = true;
        return;
    }
    if (!um_digest_init(&s, algorithm)) {
        free(piece);
        not_checked(out, "its hash is of an unknown kind");
        return;
    }
    qsort(l->range, (size_t)l->n, sizeof *l->range, by_place);
    for (int i = 0; i < l->n && whole; i++) {
        whole = hash_range(m, &s, at, l->range[i].at, l, &top, piece);
        at = l->range[i].end > at ? l->range[i].end : at;
    }
    whole = whole && hash_range(m, &s, at, m->probe->size, l, &top, piece);
    size_t n = um_digest_end(&s, digest);
    free(piece);
    if (!whole || !n)
        not_checked(out, "the file cannot be read");
    else if (hash->n == n && !memcmp(hash->at, digest, n))
        out->content = UM_CONTENT_UNCHANGED;
    else
        out->content = UM_CONTENT_CHANGED;
}

/* {"exclusions": [{"start", "length"}], "alg", "hash"}. What is left out must be the manifest: a hash that
 * leaves out more says nothing of it. */
static void data(um_checked *out, const um_manifest *m, const um_cbor_tree *t, const char *algorithm)
{
    enum { AROUND = 4096 };
    const um_cbor *root = um_cbor_root(t), *list = um_cbor_get(t, root, "exclusions"), *c;
    um_left_out *l = um_calloc(1, sizeof *l);
    int64_t all = 0;
    if (!l) {
        m->probe->out_of_memory = true;
        return;
    }
    for (c = um_cbor_is(list, UM_CBOR_ARRAY) ? um_cbor_first(t, list) : NULL; c; c = um_cbor_next(t, c)) {
        int64_t at = um_cbor_int(um_cbor_get(t, c, "start"), -1),
                n = um_cbor_int(um_cbor_get(t, c, "length"), -1);
        if (at < 0 || n < 0 || n > m->probe->size || at > m->probe->size - n || l->n == UM_RANGES_MAX) {
            out->content = UM_CONTENT_CHANGED;
            snprintf(out->content_why, sizeof out->content_why, "a range of it is not in the file");
            free(l);
            return;
        }
        l->range[l->n++] = (um_range){at, at + n};
        all += n;
    }
    compare(out, m, l, um_cbor_get(t, root, "hash"), algorithm);
    if (out->content == UM_CONTENT_UNCHANGED &&
        all > (int64_t)(m->store_bytes + m->store_bytes / 64) + AROUND)
        not_checked(out, "its hash leaves out more than the manifest");
    free(l);
}

static void bmff(um_checked *out, const um_manifest *m, const um_cbor_tree *t, const char *algorithm,
                 bool places)
{
    const um_cbor *root = um_cbor_root(t), *hash = um_cbor_get(t, root, "hash");
    const char *why = "its hash is made of pieces, which are not looked at";
    um_left_out *l = um_calloc(1, sizeof *l);
    if (!l) {
        m->probe->out_of_memory = true;
        return;
    }
    if (!um_cbor_is(hash, UM_CBOR_BYTES) ||
        !um_c2pa_excluded_boxes(l, m, t, um_cbor_get(t, root, "exclusions"), &why)) {
        not_checked(out, why);
    } else {
        if (!places)
            l->n_top = 0;
        compare(out, m, l, hash, algorithm);
        if (out->content == UM_CONTENT_UNCHANGED && (um_cbor_get(t, root, "merkle") || l->media))
            not_checked(out, "its hash leaves out the media");
    }
    free(l);
}

void um_c2pa_check_content(um_checked *out, const um_manifest *m)
{
    static const struct {
        const char *label;
        enum { DATA, BMFF, PLACES } kind;
    } bindings[] = {{"c2pa.hash.data", DATA},
                    {"c2pa.hash.bmff", BMFF},
                    {"c2pa.hash.bmff.v2", PLACES},
                    {"c2pa.hash.bmff.v3", PLACES}};
    char algorithm[32], own[32];
    um_cbor_tree t = {0};
    int i = -1;
    size_t k = 0;
    out->content_why[0] = 0;
    for (; k < sizeof bindings / sizeof *bindings && i < 0; k++)
        i = m->assertions < 0 ? -1 : um_jumbf_find(m->jumbf, m->assertions, NULL, bindings[k].label);
    if (i < 0) {
        not_checked(out, um_jumbf_find(m->jumbf, m->assertions, NULL, "c2pa.hash.boxes") >= 0
                             ? "its hash is of single boxes, which are not looked at"
                             : "no hash of it in the manifest");
        return;
    }
    if (m->probe->size > CONTENT_MAX) {
        not_checked(out, "larger than 1 GB");
        return;
    }
    const um_jumbf_box *box = &m->jumbf->box[i];
    um_cbor_text(algorithm, sizeof algorithm, um_cbor_get(&m->tree, um_cbor_root(&m->tree), "alg"), "sha256");
    if (!strcmp(box->content_type, "cbor") &&
        um_cbor_parse(&t, box->content, box->content_n, &m->probe->out_of_memory)) {
        const um_cbor *hash = um_cbor_get(&t, um_cbor_root(&t), "hash");
        um_cbor_text(own, sizeof own, um_cbor_get(&t, um_cbor_root(&t), "alg"), algorithm);
        if (bindings[k - 1].kind == DATA && (!um_cbor_is(hash, UM_CBOR_BYTES) || !hash->at))
            not_checked(out, "no hash of it in the manifest");
        else if (bindings[k - 1].kind == DATA)
            data(out, m, &t, own);
        else
            bmff(out, m, &t, own, bindings[k - 1].kind == PLACES);
    } else {
        not_checked(out, "its hash cannot be read");
    }
    um_cbor_free(&t);
}
