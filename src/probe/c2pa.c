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

/* One data item at *at; false when it does not fit. Each item takes at least one byte, so that time is
 * bounded by the size whatever counts are declared. */
static bool cbor_item(struct store *s, const uint8_t **at, const uint8_t *end, int depth, struct key parent,
                      struct key key, struct key *text)
{
    if (*at >= end || depth > MAX_CBOR_DEPTH)
        return false;
    uint8_t head = *(*at)++, major = head >> 5, info = head & 31;
    bool indefinite = info == 31;
    uint64_t value = info;
    if (info >= 24 && info <= 27) {
        size_t bytes = (size_t)1 << (info - 24);
        if ((size_t)(end - *at) < bytes)
            return false;
        for (value = 0; bytes; bytes--)
            value = value << 8 | *(*at)++;
    } else if (info >= 28 && (!indefinite || major < 2 || major == 6)) {
        return false;
    }
    const struct key none = {NULL, 0};
    switch (major) {
    case 2:
    case 3:
        if (indefinite) { /* pieces, each a string; none of the values looked for is written so */
            while (*at < end && **at != 0xFF)
                if (!cbor_item(s, at, end, depth + 1, none, none, NULL))
                    return false;
            return (*at)++ < end;
        }
        if (value > (uint64_t)(end - *at))
            return false;
        if (major == 3) {
            if (text)
                *text = (struct key){(const char *)*at, (size_t)value};
            else
                cbor_text(s, parent, key, (const char *)*at, (size_t)value);
        }
        *at += value;
        return true;
    case 4:
        for (uint64_t i = 0; indefinite || i < value; i++) {
            if (indefinite && *at < end && **at == 0xFF)
                return (*at)++ < end;
            if (!cbor_item(s, at, end, depth + 1, parent, key, NULL))
                return false;
        }
        return true;
    case 5:
        for (uint64_t i = 0; indefinite || i < value; i++) {
            struct key name = none;
            if (indefinite && *at < end && **at == 0xFF)
                return (*at)++ < end;
            if (!cbor_item(s, at, end, depth + 1, none, none, &name) ||
                !cbor_item(s, at, end, depth + 1, key, name, NULL))
                return false;
        }
        return true;
    case 6:
        return cbor_item(s, at, end, depth + 1, parent, key, NULL);
    default: /* integers, simple values and floats; a lone break has no place here */
        return !(major == 7 && indefinite);
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
    } else if (!memcmp(type, "c2ma", 4) || !memcmp(type, "c2um", 4)) {
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
        const uint8_t *body = b + header, *at = body;
        size_t length = (size_t)size - header;
        const struct key none = {NULL, 0};
        if (!memcmp(b + 4, "jumb", 4)) {
            if (!superbox(s, body, length, depth + 1))
                return false;
        } else if (!memcmp(b + 4, "cbor", 4)) {
            if (!cbor_item(s, &at, body + length, 0, none, none, NULL))
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
