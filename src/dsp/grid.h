/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid.h: the grid of 8 x 8 blocks that JPEG leaves in a picture, and parts that do not follow it.
 *
 * ZERO: Nikoukhah, Anger, Ehret, Colom, Morel & Grompone von Gioi, "ZERO: a local JPEG grid origin detector
 * based on the number of DCT zeros and its applications in image forensics", Image Processing On Line 11,
 * 2021, doi:10.5201/ipol.2021.390. Every pixel votes for the origin of the block of 8 x 8, of the 64 around
 * it, that has most zeros among its cosine coefficients. What is told is what so many equal votes would
 * hardly ever do by chance: NFA, the expected number of such events in a picture without any grid, is
 * below 1. */
#ifndef UM_DSP_GRID_H
#define UM_DSP_GRID_H
#include "base/base.h"

enum { UM_GRIDS = 64, UM_GRID_NONE = -1 };

/* vote[height][width]: grid x % 8 + 8 (y % 8) of the origin, UM_GRID_NONE for ties, blocks that are constant
 * along an axis, and the outer 7 pixels. */
um_status um_grid_votes(int8_t *vote, const uint8_t *luma, ptrdiff_t stride, int width, int height,
                        um_error *err);
/* log10 of the chance of at least k successes in n trials of chance p. */
double um_binomial_log10(int n, int k, double p);
/* log10 of the number of tests in a picture. */
double um_grid_tests(int width, int height);
/* The grid with most votes if it is significant, else UM_GRID_NONE. *log_nfa: of it, 0 or less. */
int um_grid_main(double *log_nfa, const int8_t *vote, int width, int height);

typedef struct um_grid_region {
    int grid, x0, y0, x1, y1; /* pixels, inclusive */
    int votes;
    double log_nfa;
} um_grid_region;
typedef struct um_grid_regions {
    um_grid_region *region; /* the caller frees it */
    size_t n, capacity;
} um_grid_regions;
/* Significant regions of equal votes for all grids but `except`; appended. Their votes become 1 in
 * mask[height][width] (may be NULL). */
um_status um_grid_find(um_grid_regions *out, uint8_t *mask, const int8_t *vote, int width, int height,
                       int except, um_error *err);
#endif
