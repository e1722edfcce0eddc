/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dct.c: the 8 x 8 cosine transform of all blocks of a plane. */
#include "dsp/dct.h"
#include <math.h>

void um_dct8_init(um_dct8 *dct)
{
    for (int u = 0; u < UM_DCT_SIDE; u++)
        for (int x = 0; x < UM_DCT_SIDE; x++)
            dct->cosine[u][x] = dct->turned[x][u] =
                (float)(cos((2 * x + 1) * u * M_PI / 16) / (u ? 2 : 2 * sqrt(2)));
}

void um_dct8_run(const um_dct8 *dct, float out[UM_DCT_N], const float in[UM_DCT_N])
{
    float half[UM_DCT_SIDE][UM_DCT_SIDE]; /* transformed along y */
    for (int u = 0; u < UM_DCT_SIDE; u++) {
        float sum[UM_DCT_SIDE] = {0};
        for (int y = 0; y < UM_DCT_SIDE; y++)
            for (int x = 0; x < UM_DCT_SIDE; x++)
                sum[x] += dct->cosine[u][y] * in[y * UM_DCT_SIDE + x];
        for (int x = 0; x < UM_DCT_SIDE; x++)
            half[u][x] = sum[x];
    }
    for (int u = 0; u < UM_DCT_SIDE; u++) {
        float sum[UM_DCT_SIDE] = {0};
        for (int x = 0; x < UM_DCT_SIDE; x++)
            for (int v = 0; v < UM_DCT_SIDE; v++)
                sum[v] += half[u][x] * dct->turned[x][v];
        for (int v = 0; v < UM_DCT_SIDE; v++)
            out[u * UM_DCT_SIDE + v] = sum[v];
    }
}
