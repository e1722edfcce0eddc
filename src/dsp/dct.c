/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dct.c: the 8 x 8 cosine transform of all blocks of a plane. */
#include "dsp/dct.h"
#include <math.h>
#include <string.h>

void um_dct8_init(um_dct8 *dct)
{
    for (int u = 0; u < UM_DCT_SIDE; u++)
        for (int x = 0; x < UM_DCT_SIDE; x++)
            dct->cosine[u][x] = dct->turned[x][u] =
                (float)(cos((2 * x + 1) * u * M_PI / 16) / (u ? 2 : 2 * sqrt(2)));
}

void um_dct8_turn(um_dct8 *back, const um_dct8 *dct)
{
    memcpy(back->cosine, dct->turned, sizeof back->cosine);
    memcpy(back->turned, dct->cosine, sizeof back->turned);
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

void um_dct8_plane(float *out, const uint8_t *from, ptrdiff_t stride, int rows, int cols)
{
    um_dct8 dct;
    um_dct8_init(&dct);
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++, out += UM_DCT_N) {
            const uint8_t *block = from + row * UM_DCT_SIDE * stride + (ptrdiff_t)col * UM_DCT_SIDE;
            float in[UM_DCT_N];
            for (int i = 0; i < UM_DCT_N; i++)
                in[i] = (float)block[i / UM_DCT_SIDE * stride + i % UM_DCT_SIDE] - 128;
            um_dct8_run(&dct, out, in);
        }
}
