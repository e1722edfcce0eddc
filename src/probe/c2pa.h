/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c2pa.h: is a C2PA manifest what its signer signed, and the content what the manifest was made for? */
#ifndef UM_PROBE_C2PA_H
#define UM_PROBE_C2PA_H
#include "base/signature.h"
#include "probe/cbor.h"
#include "probe/jumbf.h"

typedef struct um_manifest {
    um_probe_state *probe;
    const um_jumbf *jumbf;
    int self, claim, signature, assertions; /* places in the list; -1: not there */
    size_t store_bytes;                     /* of the whole manifest store */
    um_cbor_tree tree;                      /* of the claim */
} um_manifest;

typedef struct um_checked {
    um_signature signature;
    um_content content;
    um_signer signer;
    char content_why[100]; /* "" when unchanged */
} um_checked;

/* The signature over the claim, and the hashes of the assertions in the claim. */
void um_c2pa_check_signature(um_checked *out, const um_manifest *m);
/* The hash of the content in the assertions: call it for a manifest whose signature holds. */
void um_c2pa_check_content(um_checked *out, const um_manifest *m);
/* Does `hash` (bytes) say the digest of n bytes by the algorithm? -1: the algorithm is not known. */
int um_c2pa_hash_fits(const um_cbor *hash, const char *algorithm, const void *bytes, size_t n);

/* Ranges of the file that a hash leaves out. */
typedef struct um_range {
    int64_t at, end;
} um_range;
/* c2pa_boxes.c: the ranges that a list of excluded boxes means, in order; places of the boxes at the top of
 * the file that are not left out as a whole. False, with `why`, for what is not understood. */
enum { UM_RANGES_MAX = 1024 };
typedef struct um_left_out {
    um_range range[UM_RANGES_MAX];
    int n;
    int64_t top[UM_RANGES_MAX]; /* where boxes begin whose place is hashed before them */
    int n_top;
    bool media; /* 'mdat' or 'moov' is left out as a whole */
} um_left_out;
bool um_c2pa_excluded_boxes(um_left_out *out, const um_manifest *m, const um_cbor_tree *t,
                            const um_cbor *exclusions, const char **why);
#endif
