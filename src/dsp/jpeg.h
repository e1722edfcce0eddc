/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jpeg.h: what JPEG (ITU-T T.81) does to luma, without a file: the tables of the Independent JPEG Group, and
 * a plane as it comes back from being compressed with one. */
#ifndef UM_DSP_JPEG_H
#define UM_DSP_JPEG_H
#include "base/base.h"
#include "dsp/dct.h"

/* Index of the k-th coefficient in order of frequency, in a block [8 along y][8 along x]. */
extern const uint8_t um_jpeg_zigzag[UM_DCT_N];
/* Steps of luma by quality 1..100, [8 along y][8 along x]: table K.1 of T.81, scaled as libjpeg does. */
void um_jpeg_table(uint16_t table[UM_DCT_N], int quality);
/* The quality whose table is nearest (least sum of distances); *exact: it is that table. */
int um_jpeg_quality(bool *exact, const uint16_t table[UM_DCT_N]);
/* The number of steps next to a coefficient, halves away from zero. */
int um_jpeg_steps(float coefficient, int step);
/* n pixels of a row of `to` for each row: `from` compressed with the table and read again. Borders are
 * repeated to whole blocks. Rows are `stride` bytes apart; `to` may be `from`. */
void um_jpeg_again(uint8_t *to, ptrdiff_t to_stride, const uint8_t *from, ptrdiff_t from_stride, int width,
                   int height, const uint16_t table[UM_DCT_N]);
#endif
