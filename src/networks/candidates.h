/* SPDX-License-Identifier: GPL-3.0-or-later */
/* candidates.h: which networks there are: those of a folder, and our own, built into the library
 * (docs/models). */
#ifndef UM_CANDIDATES_H
#define UM_CANDIDATES_H
#include "base/digest.h"
#include "base/embed.h"
#include "networks/manifest.h"

typedef struct um_candidate {
    um_manifest man;
    char *path;                  /* of the network's file; NULL: built in */
    const um_embedded *built_in; /* its bytes */
} um_candidate;

typedef struct um_candidates {
    int n, n_folder; /* the folder's come first, the best of them first */
    size_t capacity;
    um_candidate *v;
} um_candidates;

/* `dir` NULL: our own alone. UM_EIO for a folder that cannot be read, UM_EFORMAT for a broken manifest in it.
 */
um_status um_candidates_find(um_candidates *out, const char *dir, um_error *err);
void um_candidates_free(um_candidates *c);
/* SHA-256 of all that um_candidates_find looks at: another one when a network or a manifest has changed. */
um_status um_candidates_digest(char hex[UM_SHA256_HEX + 1], const char *dir, um_error *err);
#endif
