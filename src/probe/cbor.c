/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cbor.c: each item takes at least one byte, so that time and memory are bounded by the size whatever counts
 * are declared. */
#include "probe/cbor.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_NODES = 1 << 17 };

struct reading {
    um_cbor_tree *tree;
    const uint8_t *at, *end;
    bool *no_memory;
};

struct head {
    um_cbor_kind kind;
    bool indefinite; /* what follows ends with a break, not after a number of bytes or items */
    uint64_t value;
};

static bool read_head(struct reading *r, struct head *h)
{
    if (r->at >= r->end)
        return false;
    unsigned first = *r->at++, info = first & 31;
    *h = (struct head){(um_cbor_kind)(first >> 5), info == 31, info};
    if (info < 24)
        return true;
    if (info > 27) /* 28 to 30 are reserved */
        return h->indefinite && h->kind >= UM_CBOR_BYTES && h->kind != UM_CBOR_TAG;
    size_t bytes = (size_t)1 << (info - 24);
    if ((size_t)(r->end - r->at) < bytes)
        return false;
    for (h->value = 0; bytes; bytes--)
        h->value = h->value << 8 | *r->at++;
    return true;
}

static bool read_break(struct reading *r)
{
    bool is = r->at < r->end && *r->at == 0xFF;
    r->at += is;
    return is;
}

static bool item(struct reading *r, int depth, uint32_t *place);

/* Children of node `of`, up to `most` or a break. */
static bool children(struct reading *r, const struct head *h, uint64_t most, uint32_t of, int depth)
{
    uint32_t last = 0, place;
    for (uint64_t i = 0; h->indefinite || i < most; i++) {
        if (h->indefinite && read_break(r))
            return h->kind != UM_CBOR_MAP || i % 2 == 0;
        if (!item(r, depth + 1, &place))
            return false;
        if (last)
            r->tree->node[last].next = place;
        else
            r->tree->node[of].first = place;
        r->tree->node[of].n++;
        last = place;
    }
    return true;
}

static bool item(struct reading *r, int depth, uint32_t *place)
{
    um_cbor_tree *t = r->tree;
    struct head h;
    if (depth > MAX_DEPTH || !read_head(r, &h))
        return false;
    if (t->n == MAX_NODES) {
        t->full = true;
        return false;
    }
    if (!um_grow(&t->node, &t->capacity, t->n + 1, MAX_NODES, sizeof *t->node)) {
        *r->no_memory = true;
        return false;
    }
    *place = (uint32_t)t->n++;
    t->node[*place] = (um_cbor){.kind = h.kind, .value = h.value};
    switch (h.kind) {
    case UM_CBOR_BYTES:
    case UM_CBOR_TEXT:
        if (h.indefinite) /* the pieces; none of the values looked for is written so */
            return children(r, &h, 0, *place, depth);
        if (h.value > (uint64_t)(r->end - r->at))
            return false;
        t->node[*place].at = r->at;
        t->node[*place].n = (size_t)h.value;
        r->at += h.value;
        return true;
    case UM_CBOR_ARRAY:
        return children(r, &h, h.value, *place, depth);
    case UM_CBOR_MAP:
        return h.value <= UINT64_MAX / 2 && children(r, &h, h.value * 2, *place, depth);
    case UM_CBOR_TAG:
        return children(r, &h, 1, *place, depth);
    default: /* integers, simple values and floats; a lone break has no place here */
        return !h.indefinite;
    }
}

bool um_cbor_parse(um_cbor_tree *t, const uint8_t *bytes, size_t n, bool *no_memory)
{
    struct reading r = {t, bytes, n ? bytes + n : bytes, no_memory}; /* of nothing, NULL may be given */
    uint32_t root;
    return item(&r, 0, &root);
}

void um_cbor_free(um_cbor_tree *t)
{
    free(t->node);
    *t = (um_cbor_tree){0};
}

static const um_cbor *untagged(const um_cbor_tree *t, const um_cbor *c)
{
    while (c && c->kind == UM_CBOR_TAG)
        c = c->first ? &t->node[c->first] : NULL;
    return c;
}

const um_cbor *um_cbor_root(const um_cbor_tree *t)
{
    return t->n ? untagged(t, t->node) : NULL;
}

const um_cbor *um_cbor_first(const um_cbor_tree *t, const um_cbor *of)
{
    return of && of->first ? &t->node[of->first] : NULL;
}

const um_cbor *um_cbor_next(const um_cbor_tree *t, const um_cbor *of)
{
    return of && of->next ? &t->node[of->next] : NULL;
}

const um_cbor *um_cbor_get(const um_cbor_tree *t, const um_cbor *map, const char *key)
{
    if (!um_cbor_is(map, UM_CBOR_MAP))
        return NULL;
    for (const um_cbor *k = um_cbor_first(t, map), *v; k && (v = um_cbor_next(t, k)); k = um_cbor_next(t, v))
        if (um_cbor_says(k, key))
            return untagged(t, v);
    return NULL;
}

const um_cbor *um_cbor_label(const um_cbor_tree *t, const um_cbor *map, int64_t key)
{
    if (!um_cbor_is(map, UM_CBOR_MAP))
        return NULL;
    for (const um_cbor *k = um_cbor_first(t, map), *v; k && (v = um_cbor_next(t, k)); k = um_cbor_next(t, v))
        if ((k->kind == UM_CBOR_UNSIGNED || k->kind == UM_CBOR_NEGATIVE) && um_cbor_int(k, 0) == key)
            return untagged(t, v);
    return NULL;
}

bool um_cbor_is(const um_cbor *c, um_cbor_kind kind)
{
    return c && c->kind == kind;
}

bool um_cbor_says(const um_cbor *c, const char *text)
{
    return um_cbor_is(c, UM_CBOR_TEXT) && c->at && c->n == strlen(text) && !memcmp(c->at, text, c->n);
}

int64_t um_cbor_int(const um_cbor *c, int64_t otherwise)
{
    if (!c || c->kind > UM_CBOR_NEGATIVE || c->value > INT64_MAX)
        return otherwise;
    return c->kind == UM_CBOR_UNSIGNED ? (int64_t)c->value : -1 - (int64_t)c->value;
}

const char *um_cbor_text(char *out, size_t size, const um_cbor *c, const char *otherwise)
{
    if (um_cbor_is(c, UM_CBOR_TEXT) && c->at)
        snprintf(out, size, "%.*s", (int)(c->n < size ? c->n : size - 1), (const char *)c->at);
    else
        snprintf(out, size, "%s", otherwise);
    return out;
}
