/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cbor.h: CBOR (RFC 8949) as a tree that points into the bytes. */
#ifndef UM_PROBE_CBOR_H
#define UM_PROBE_CBOR_H
#include "base/base.h"

typedef enum um_cbor_kind {
    UM_CBOR_UNSIGNED,
    UM_CBOR_NEGATIVE,
    UM_CBOR_BYTES,
    UM_CBOR_TEXT,
    UM_CBOR_ARRAY,
    UM_CBOR_MAP, /* children: key, value, key, value */
    UM_CBOR_TAG, /* one child */
    UM_CBOR_SIMPLE
} um_cbor_kind;

typedef struct um_cbor {
    um_cbor_kind kind;
    uint64_t value;       /* of numbers, tags and simple values */
    const uint8_t *at;    /* of a string of one piece; of pieces: NULL */
    size_t n;             /* bytes of a string, children of the others */
    uint32_t first, next; /* child, sibling: places in the tree, 0 none */
} um_cbor;

/* Begins as zeros; freed by um_cbor_free, also after a failure. */
typedef struct um_cbor_tree {
    um_cbor *node; /* the root is the first */
    size_t n, capacity;
    bool full; /* more items than are looked at */
} um_cbor_tree;

/* One item; false when it does not fit, is too large, or memory is exhausted (then *no_memory becomes true).
 */
bool um_cbor_parse(um_cbor_tree *t, const uint8_t *bytes, size_t n, bool *no_memory);
void um_cbor_free(um_cbor_tree *t);
const um_cbor *um_cbor_root(const um_cbor_tree *t); /* tags passed over; NULL when there is none */
const um_cbor *um_cbor_first(const um_cbor_tree *t, const um_cbor *of); /* child; NULL: none */
const um_cbor *um_cbor_next(const um_cbor_tree *t, const um_cbor *of);  /* sibling */
const um_cbor *um_cbor_get(const um_cbor_tree *t, const um_cbor *map,
                           const char *key); /* NULL: absent, or no map */
const um_cbor *um_cbor_label(const um_cbor_tree *t, const um_cbor *map, int64_t key);
bool um_cbor_is(const um_cbor *c, um_cbor_kind kind); /* NULL: false */
bool um_cbor_says(const um_cbor *c, const char *text);
int64_t um_cbor_int(const um_cbor *c, int64_t otherwise);
/* The text, terminated, shortened to the size; `otherwise` for what is no text. */
const char *um_cbor_text(char *out, size_t size, const um_cbor *c, const char *otherwise);
#endif
