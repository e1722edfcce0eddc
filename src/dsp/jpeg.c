/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jpeg.c: see jpeg.h. */
#include "dsp/jpeg.h"
#include <math.h>
#include <stdlib.h>

const uint8_t um_jpeg_zigzag[UM_DCT_N] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                          12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                          35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                          58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

static const uint8_t base[UM_DCT_N] = {16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
                                       14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
                                       18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
                                       49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};

void um_jpeg_table(uint16_t table[UM_DCT_N], int quality)
{
    const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    for (int i = 0; i < UM_DCT_N; i++)
        table[i] = (uint16_t)um_clampi((base[i] * scale + 50) / 100, 1, 255);
}

int um_jpeg_quality(bool *exact, const uint16_t table[UM_DCT_N])
{
    int best = 0;
    long least = 0;
    for (int quality = 1; quality <= 100; quality++) {
        uint16_t other[UM_DCT_N];
        long distance = 0;
        um_jpeg_table(other, quality);
        for (int i = 0; i < UM_DCT_N; i++)
            distance += labs((long)table[i] - other[i]);
        if (!best || distance < least) {
            best = quality;
            least = distance;
        }
    }
    *exact = least == 0;
    return best;
}

int um_jpeg_steps(float coefficient, int step)
{
    return (int)(coefficient / (float)step + (coefficient < 0 ? -.5f : .5f));
}

void um_jpeg_again(uint8_t *to, ptrdiff_t to_stride, const uint8_t *from, ptrdiff_t from_stride, int width,
                   int height, const uint16_t table[UM_DCT_N])
{
    um_dct8 forth, back;
    um_dct8_init(&forth);
    um_dct8_turn(&back, &forth);
    for (int y = 0; y < height; y += UM_DCT_SIDE)
        for (int x = 0; x < width; x += UM_DCT_SIDE) {
            float pixel[UM_DCT_N], c[UM_DCT_N];
            for (int i = 0; i < UM_DCT_N; i++)
                pixel[i] = (float)from[um_clampi(y + i / UM_DCT_SIDE, 0, height - 1) * from_stride +
                                       um_clampi(x + i % UM_DCT_SIDE, 0, width - 1)] -
                           128;
            um_dct8_run(&forth, c, pixel);
            for (int i = 0; i < UM_DCT_N; i++)
                c[i] = (float)(um_jpeg_steps(c[i], table[i]) * table[i]);
            um_dct8_run(&back, pixel, c);
            for (int i = 0; i < UM_DCT_N; i++)
                if (y + i / UM_DCT_SIDE < height && x + i % UM_DCT_SIDE < width)
                    to[(y + i / UM_DCT_SIDE) * to_stride + x + i % UM_DCT_SIDE] =
                        (uint8_t)um_clampi((int)lrintf(pixel[i] + 128), 0, 255);
        }
}
