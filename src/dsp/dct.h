/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dct.h: discrete cosine transform (DCT-II) of 8 x 8 samples, orthonormal, as in JPEG (ITU-T T.81, A.3.3):
 * out[u][v] = c(u) c(v) / 4 sum over y, x of in[y][x] cos((2 y + 1) u pi / 16) cos((2 x + 1) v pi / 16),
 * c(0) = 1 / sqrt 2, else 1. */
#ifndef UM_DSP_DCT_H
#define UM_DSP_DCT_H
#include <stddef.h>
#include <stdint.h>

enum { UM_DCT_SIDE = 8, UM_DCT_N = UM_DCT_SIDE * UM_DCT_SIDE };

typedef struct um_dct8 {
    float cosine[UM_DCT_SIDE][UM_DCT_SIDE]; /* [frequency][sample] */
    float turned[UM_DCT_SIDE][UM_DCT_SIDE]; /* [sample][frequency] */
} um_dct8;
void um_dct8_init(um_dct8 *dct);
/* The way back: um_dct8_run with it turns coefficients into samples. */
void um_dct8_turn(um_dct8 *back, const um_dct8 *dct);
void um_dct8_run(const um_dct8 *dct, float out[UM_DCT_N], const float in[UM_DCT_N]);
/* Of rows x cols whole blocks of luma - 128, the first at `from`: out[rows][cols][8][8]. */
void um_dct8_plane(float *out, const uint8_t *from, ptrdiff_t stride, int rows, int cols);
#endif
