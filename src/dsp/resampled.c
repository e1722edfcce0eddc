/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resampled.c: see resampled.h. */
#include "dsp/resampled.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = UM_TRACE_SIDE,
    QUARTERS = 64, /* of a gray level, from which p is below 1e-13: none */
    PEAK = 1,      /* bins on either side that a peak leaks into under a Hann window ... */
    AROUND = 4,    /* ... and those whose mean power, but for the peak, is "around": three times as many */
    ROWS = SIDE / 2 + 1 + 2 * AROUND,
    WIDE = SIDE + 2 * AROUND
};
static const double LEAST_DEVIATION = .01; /* of p: below, some few pixels make the spectrum */
static const float NOTHING = 1e-9f;        /* power, keeps a ratio finite */

void um_trace_map(float *p, const uint8_t *luma, ptrdiff_t stride)
{
    float of[QUARTERS];
    for (int i = 0; i < QUARTERS; i++)
        of[i] = expf(-(float)(i * i) / 128);
    for (int y = 0; y < SIDE; y++) {
        const uint8_t *row = luma + y * stride, *above = row - stride, *below = row + stride;
        int16_t e[SIDE];
        for (int x = 0; x < SIDE; x++)
            e[x] = (int16_t)abs(4 * row[x] - 2 * (above[x] + below[x] + row[x - 1] + row[x + 1]) +
                                above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1]);
        for (int x = 0; x < SIDE; x++)
            p[y * SIDE + x] = e[x] < QUARTERS ? of[e[x]] : 0;
    }
}

/* Of rows -AROUND to SIDE / 2 + AROUND of a spectrum and all its columns, on both sides a few once more: the
 * rest is the conjugate. */
typedef float spectrum[ROWS][WIDE];

/* Sums of three values `apart` from each other along a row, then down a column. */
static void threes(spectrum out, spectrum in, int apart)
{
    for (int v = 0; v < ROWS; v++) {
        const float *row = in[v];
        for (int u = apart; u < WIDE - apart; u++)
            out[v][u] = row[u - apart] + row[u] + row[u + apart];
    }
}

static void threes_down(spectrum out, spectrum in, int apart)
{
    for (int v = apart; v < ROWS - apart; v++)
        for (int u = 0; u < WIDE; u++)
            out[v][u] = in[v - apart][u] + in[v][u] + in[v + apart][u];
}

bool um_trace_spectrum(um_trace *out, um_fft *fft, const float *p)
{
    static const float n = (2 * AROUND + 1) * (2 * AROUND + 1) - (2 * PEAK + 1) * (2 * PEAK + 1);
    spectrum power, row, near, wide;
    double hann[SIDE], mean = 0, squares = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        mean += (double)p[i] / (SIDE * SIDE);
        squares += (double)(p[i] * p[i]) / (SIDE * SIDE);
    }
    if (squares - mean * mean < LEAST_DEVIATION * LEAST_DEVIATION)
        return false;
    for (int i = 0; i < SIDE; i++)
        hann[i] = .5 - .5 * cos(2 * M_PI * (i + .5) / SIDE);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            fft->in[y * SIDE + x] = ((double)p[y * SIDE + x] - mean) * hann[y] * hann[x];
    um_fft_run(fft);
    for (int v = 0; v < ROWS; v++)
        for (int u = 0; u < WIDE; u++) {
            const int y = v - AROUND, x = (u - AROUND + SIDE) % SIDE, low = x <= SIDE / 2;
            const double *c =
                fft->out[((low ? y : -y) + SIDE) % SIDE * um_fft_bins(fft) + (low ? x : SIDE - x)];
            power[v][u] = (float)(c[0] * c[0] + c[1] * c[1]);
        }
    memset(row, 0, sizeof row);
    threes(row, power, 1);
    threes_down(near, row, 1);
    threes(row, near, 3);
    threes_down(wide, row, 3);
    for (int pair = 0; pair < 2; pair++)
        for (int j = 0; j < UM_TRACE_BINS; j++)
            for (int i = 0; i < UM_TRACE_BINS; i++) {
                const int v = AROUND + (pair ? i + 1 : j), u = AROUND + (pair ? (SIDE - j) % SIDE : i + 1);
                const float around = fmaxf((wide[v][u] - near[v][u]) / n, 0);
                out->ratio[pair][j][i] = (power[v][u] + NOTHING) / (around + NOTHING);
            }
    return true;
}
