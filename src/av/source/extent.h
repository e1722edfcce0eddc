/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extent.h: where a file ends by what its own structure declares, and header fields that declare nothing.
 *
 * Whoever writes into a pipe cannot go back and fill in lengths. It leaves 0, the largest number, or one that
 * is large enough (2,000,000,000): a placeholder, which says nothing of the file. A reader gets the real
 * length in its place. */
#ifndef UM_AV_EXTENT_H
#define UM_AV_EXTENT_H
#include "base/input.h"

enum { UM_EXTENT_PATCHES = 4 };

/* Bytes that a reader sees instead of those in the file. */
typedef struct um_patch {
    int64_t at;
    int n;
    uint8_t bytes[8];
} um_patch;

typedef struct um_extent {
    int64_t size; /* that a reader sees: the file without tags at its end */
    int64_t end;  /* the file declares content up to here; 0: it declares no length */
    bool open;    /* its lengths are placeholders */
    int n_patches;
    um_patch patch[UM_EXTENT_PATCHES];
} um_extent;

um_extent um_extent_of(const um_input *input);
/* Lays the patches over n bytes that were read at `at`. */
void um_extent_apply(const um_extent *extent, int64_t at, uint8_t *bytes, size_t n);
#endif
