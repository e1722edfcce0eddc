/* SPDX-License-Identifier: GPL-3.0-or-later */
/* median_residue.c: see median_residue.h. */
#include "dsp/median_residue.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = UM_MEDIAN_BLOCK, DARKEST = 1, BRIGHTEST = 254 }; /* gray levels */
static const float NOISE = .05f; /* gray levels, keeps the logarithm finite where nothing is changed */
static const float LEAST = .25f; /* gray levels: below, it is rounding alone */

typedef uint8_t row[BLOCK];

static void order(row a, row b)
{
    row low, high; /* whole vectors: in place, compilers would go pixel by pixel */
    for (int x = 0; x < BLOCK; x++) {
        low[x] = a[x] < b[x] ? a[x] : b[x];
        high[x] = a[x] < b[x] ? b[x] : a[x];
    }
    memcpy(a, low, sizeof low);
    memcpy(b, high, sizeof high);
}

/* The median of nine rows, pixel by pixel, in the last but four: the network of Paeth, 1990. */
static void median(row r[9])
{
    static const uint8_t pair[19][2] = {{1, 2}, {4, 5}, {7, 8}, {0, 1}, {3, 4}, {6, 7}, {1, 2},
                                        {4, 5}, {7, 8}, {0, 3}, {5, 8}, {4, 7}, {3, 6}, {1, 4},
                                        {2, 5}, {4, 7}, {4, 2}, {6, 4}, {4, 2}};
    for (int i = 0; i < 19; i++)
        order(r[pair[i][0]], r[pair[i][1]]);
}

bool um_median_residue(float *out, const uint8_t *luma, ptrdiff_t stride)
{
    int to_median = 0, to_mean = 0, least = 255, most = 0;
    for (int y = 0; y < BLOCK; y++) {
        row r[9];
        const uint8_t *at = luma + y * stride;
        for (int v = -1; v <= 1; v++)
            for (int u = -1; u <= 1; u++)
                for (int x = 0; x < BLOCK; x++)
                    r[3 * (v + 1) + u + 1][x] = at[v * stride + u + x];
        for (int x = 0; x < BLOCK; x++) {
            to_mean += abs(12 * at[x] - 2 * (r[1][x] + r[3][x] + r[5][x] + r[7][x]) - r[0][x] - r[2][x] -
                           r[6][x] - r[8][x]);
            least = at[x] < least ? at[x] : least;
            most = at[x] > most ? at[x] : most;
        }
        median(r);
        for (int x = 0; x < BLOCK; x++)
            to_median += abs(at[x] - r[4][x]);
    }
    const float n = BLOCK * BLOCK, mean = (float)to_mean / (16 * n);
    *out = logf(((float)to_median / n + NOISE) / (mean + NOISE));
    return mean >= LEAST && least >= DARKEST && most <= BRIGHTEST;
}
