/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c2pa.c: Content Credentials, looked at but not verified.
 *
 * A C2PA manifest store is JUMBF (ISO 19566-5: boxes within boxes, each superbox described by a type UUID
 * and a label) whose leaves are CBOR (RFC 8949) or JSON. We check that lengths fit and that the parts a
 * manifest needs are there, and read who claims to have made the file (claim_generator) and from what
 * (digitalSourceType). Signatures and hashes are not checked: anyone could have written this. */
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_JUMBF_DEPTH = 16, MAX_CBOR_DEPTH = 64, MAX_TYPES = 8 };

struct store {
    um_probe_state *probe;
    int n_manifests;
    bool has_store, has_claim, has_signature; /* claim and signature: of the last manifest, the active one */
    struct {
        char name[48];
        bool synthetic;
        int manifest;
    } types[MAX_TYPES];
    int n_types;
    char generator[100]; /* the first named in the last manifest */
};

static void source_type(struct store *s, const char *value, size_t n)
{
    char name[48];
    bool synthetic = um_probe_source_type(name, value, n);
    for (int i = 0; i < s->n_types; i++)
        if (!strcmp(s->types[i].name, name)) {
            s->types[i].manifest = s->n_manifests; /* the latest that says so */
            return;
        }
    if (!*name)
        return;
    /* keep room for what matters: the last place is for a synthetic type */
    if (s->n_types == MAX_TYPES || (s->n_types == MAX_TYPES - 1 && !synthetic))
        return;
    memcpy(s->types[s->n_types].name, name, sizeof name);
    s->types[s->n_types].synthetic = synthetic;
    s->types[s->n_types++].manifest = s->n_manifests;
}

/* ---- CBOR ---- */

struct key {
    const char *text;
    size_t n;
};

static bool is_key(struct key k, const char *name)
{
    return k.n == strlen(name) && !memcmp(k.text, name, k.n);
}

static void cbor_text(struct store *s, struct key parent, struct key key, const char *value, size_t n)
{
    if (is_key(key, "digitalSourceType")) {
        source_type(s, value, n);
    } else if (is_key(key, "claim_generator") ||
               (is_key(parent, "claim_generator_info") && is_key(key, "name"))) {
        if (!s->generator[0])
            snprintf(s->generator, sizeof s->generator, "%.*s", (int)(n < 99 ? n : 99), value);
        um_probe_software(s->probe, "claim generator", value, n);
    } else if (is_key(key, "softwareAgent") || (is_key(parent, "softwareAgent") && is_key(key, "name"))) {
        um_probe_software(s->probe, "software agent", value, n);
    }
}

/* What lies at `at`, up to `end`. */
struct cbor {
    struct store *store;
    const uint8_t *at, *end;
};

enum { BYTES = 2, TEXT, ARRAY, MAP, TAG, SIMPLE }; /* major types; below them integers */

struct head {
    unsigned major;
    bool indefinite; /* what follows ends with a break, not after a number of bytes or items */
    uint64_t value;
};

static const struct key none = {NULL, 0};

static bool cbor_head(struct cbor *c, struct head *h)
{
    if (c->at >= c->end)
        return false;
    unsigned first = *c->at++, info = first & 31;
    *h = (struct head){first >> 5, info == 31, info};
    if (info < 24)
        return true;
    if (info > 27) /* 28 to 30 are reserved */
        return h->indefinite && h->major >= BYTES && h->major != TAG;
    size_t bytes = (size_t)1 << (info - 24);
    if ((size_t)(c->end - c->at) < bytes)
        return false;
    for (h->value = 0; bytes; bytes--)
        h->value = h->value << 8 | *c->at++;
    return true;
}

static bool cbor_break(struct cbor *c)
{
    bool is = c->at < c->end && *c->at == 0xFF;
    c->at += is;
    return is;
}

static bool cbor_item(struct cbor *c, int depth, struct key parent, struct key key, struct key *text);

/* Bytes or text. Pieces are strings, too; none of the values looked for is written so. */
static bool cbor_string(struct cbor *c, const struct head *h, int depth, struct key parent, struct key key,
                        struct key *text)
{
    if (h->indefinite) {
        while (!cbor_break(c))
            if (!cbor_item(c, depth + 1, none, none, NULL))
                return false;
        return true;
    }
    if (h->value > (uint64_t)(c->end - c->at))
        return false;
    const struct key value = {(const char *)c->at, (size_t)h->value};
    if (h->major == TEXT && text)
        *text = value;
    else if (h->major == TEXT)
        cbor_text(c->store, parent, key, value.text, value.n);
    c->at += value.n;
    return true;
}

static bool cbor_items(struct cbor *c, const struct head *h, int depth, struct key parent, struct key key)
{
    for (uint64_t i = 0; h->indefinite || i < h->value; i++) {
        struct key name = none;
        if (h->indefinite && cbor_break(c))
            return true;
        if (h->major == ARRAY
                ? !cbor_item(c, depth + 1, parent, key, NULL)
                : !cbor_item(c, depth + 1, none, none, &name) || !cbor_item(c, depth + 1, key, name, NULL))
            return false;
    }
    return true;
}

/* One data item; false when it does not fit. Each item takes at least one byte, so that time is bounded by
 * the size whatever counts are declared. `text` takes a text that is the key of a map. */
static bool cbor_item(struct cbor *c, int depth, struct key parent, struct key key, struct key *text)
{
    struct head h;
    if (depth > MAX_CBOR_DEPTH || !cbor_head(c, &h))
        return false;
    switch (h.major) {
    case BYTES:
    case TEXT:
        return cbor_string(c, &h, depth, parent, key, text);
    case ARRAY:
    case MAP:
        return cbor_items(c, &h, depth, parent, key);
    case TAG:
        return cbor_item(c, depth + 1, parent, key, NULL);
    default: /* integers, simple values and floats; a lone break has no place here */
        return !h.indefinite;
    }
}

/* ---- JUMBF ---- */

static void json(struct store *s, const char *text, size_t n)
{
    static const char base[] = "digitalsourcetype/";
    const char *end = text + n;
    for (const char *at = text; (at = um_probe_find(at, (size_t)(end - at), base));) {
        const char *from = at += sizeof base - 1;
        while (at < end && *at != '"' && *at != '\\')
            at++;
        source_type(s, from, (size_t)(at - from));
    }
}

static bool boxes(struct store *s, const uint8_t *b, size_t n, int depth);

static bool superbox(struct store *s, const uint8_t *b, size_t n, int depth)
{
    if (n < 8 + 17 || memcmp(b + 4, "jumd", 4) || um_be32(b) < 8 + 17 || um_be32(b) > n)
        return false;
    const char *type = (const char *)b + 8; /* the first 4 bytes of the UUID are the C2PA name of the part */
    if (!memcmp(type, "c2pa", 4)) {
        s->has_store = true;
    } else if (!memcmp(type, "c2ma", 4) || !memcmp(type, "c2um", 4) || !memcmp(type, "c2md", 4)) {
        s->n_manifests++;
        s->has_claim = s->has_signature = false;
        s->generator[0] = 0;
    } else if (!memcmp(type, "c2cl", 4)) {
        s->has_claim = true;
    } else if (!memcmp(type, "c2cs", 4)) {
        s->has_signature = true;
    }
    return boxes(s, b + um_be32(b), n - um_be32(b), depth);
}

static bool boxes(struct store *s, const uint8_t *b, size_t n, int depth)
{
    if (depth > MAX_JUMBF_DEPTH)
        return false;
    while (n) {
        if (n < 8)
            return false;
        uint64_t size = um_be32(b);
        size_t header = 8;
        if (size == 1 && n >= 16) {
            size = um_be64(b + 8);
            header = 16;
        } else if (size == 0) {
            size = n;
        }
        if (size < header || size > n)
            return false;
        const uint8_t *body = b + header;
        size_t length = (size_t)size - header;
        struct cbor cbor = {s, body, body + length};
        if (!memcmp(b + 4, "jumb", 4)) {
            if (!superbox(s, body, length, depth + 1))
                return false;
        } else if (!memcmp(b + 4, "cbor", 4)) {
            if (!cbor_item(&cbor, 0, none, none, NULL))
                return false;
        } else if (!memcmp(b + 4, "json", 4)) {
            json(s, (const char *)body, length);
        }
        b += size;
        n -= (size_t)size;
    }
    return true;
}

void um_probe_c2pa(um_probe_state *p, const uint8_t *jumbf, size_t n)
{
    struct store s = {.probe = p};
    char line[100];
    bool whole = n >= 8 && boxes(&s, jumbf, n, 0);
    snprintf(line, sizeof line, "unverified, %d manifest%s", s.n_manifests, s.n_manifests == 1 ? "" : "s");
    um_probe_mark(p, UM_MARK_C2PA, UM_MARK_PRESENT, line, "", 0);
    if (!whole)
        um_probe_mark(p, UM_MARK_C2PA, UM_MARK_BROKEN, "a length inside does not fit", "", 0);
    else if (!s.has_store || !s.n_manifests || !s.has_claim || !s.has_signature)
        um_probe_mark(p, UM_MARK_C2PA, UM_MARK_BROKEN,
                      !s.has_store     ? "no manifest store"
                      : !s.n_manifests ? "no manifest"
                      : !s.has_claim   ? "no claim"
                                       : "no signature",
                      "", 0);
    for (int i = 0; i < s.n_types; i++)
        um_probe_mark(p, UM_MARK_C2PA, s.types[i].synthetic ? UM_MARK_DECLARES_SYNTHETIC : UM_MARK_PRESENT,
                      s.types[i].manifest == s.n_manifests ? "source type" : "source type of an ingredient",
                      s.types[i].name, strlen(s.types[i].name));
    if (*s.generator)
        um_probe_mark(p, UM_MARK_C2PA, UM_MARK_PRESENT, "claim generator", s.generator, strlen(s.generator));
}
