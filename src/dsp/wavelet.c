/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wavelet.c: the orthogonal wavelet transform, and Wiener shrinkage of its details. */
#include "dsp/wavelet.h"
#include <stdlib.h>
#include <string.h>

enum { TAPS = 8, PHASE = TAPS / 2 };

/* Of reconstruction; those of analysis are the same, reversed. high[k] = (-1)^k low[7 - k]. */
static const float LOW[TAPS] = {0.2303778133f,  0.7148465706f,  0.6308807679f,  -0.02798376942f,
                                -0.1870348117f, 0.03084138184f, 0.03288301167f, -0.01059740179f};
static const float HIGH[TAPS] = {-0.01059740179f, -0.03288301167f, 0.03084138184f, 0.1870348117f,
                                 -0.02798376942f, -0.6308807679f,  0.7148465706f,  -0.2303778133f};

/* ..., 1, 0, 0, 1, ..., n - 1, n - 1, n - 2, ... */
static int mirror(int i, int n)
{
    i %= 2 * n;
    i = i < 0 ? i + 2 * n : i;
    return i < n ? i : 2 * n - 1 - i;
}

/* low[k] = sum over j of LOW[7 - j] in[2 k + 1 - j], high alike: with the odd and the even samples in rows of
 * their own, plain filters of 4 taps each. `space` holds 2 (n_out + 3) values. */
static void split_row(float *restrict low, float *restrict high, const float *in, int n, float *space)
{
    const int n_out = um_wavelet_side(n);
    float *restrict odd = space, *restrict even = space + n_out + PHASE - 1; /* in[2 k - 5], in[2 k - 6] */
    const int n_in = n_out + PHASE - 1,
              inner = n / 2; /* pairs (0, 1), (2, 3), ... lie inside, from k = 3 on */
    for (int k = 0; k < PHASE - 1; k++) {
        odd[k] = in[mirror(2 * k - 5, n)];
        even[k] = in[mirror(2 * k - 6, n)];
    }
    for (int k = 0; k < inner; k++) {
        even[k + PHASE - 1] = in[2 * k];
        odd[k + PHASE - 1] = in[2 * k + 1];
    }
    for (int k = inner + PHASE - 1; k < n_in; k++) {
        odd[k] = in[mirror(2 * k - 5, n)];
        even[k] = in[mirror(2 * k - 6, n)];
    }
    for (int k = 0; k < n_out; k++) {
        float l = 0, h = 0;
        for (int i = 0; i < PHASE; i++) {
            l += LOW[2 * i + 1] * odd[k + i] + LOW[2 * i] * even[k + i];
            h += HIGH[2 * i + 1] * odd[k + i] + HIGH[2 * i] * even[k + i];
        }
        low[k] = l;
        high[k] = h;
    }
}

um_status um_wavelet_split(float *ll, float *lh, float *hl, float *hh, const float *in, int width, int height,
                           um_error *err)
{
    const int w = um_wavelet_side(width), h = um_wavelet_side(height);
    float *space = um_calloc((size_t)width * 2 + (size_t)(w + PHASE) * 2, sizeof *space);
    if (!space)
        return um_fail_oom(err);
    float *restrict low = space, *restrict high = space + width;
    for (int k = 0; k < h; k++) {
        const float *row[TAPS];
        for (int j = 0; j < TAPS; j++)
            row[j] = in + (size_t)mirror(2 * k + 2 - TAPS + j, height) * (size_t)width;
        for (int x = 0; x < width; x++) {
            float l = 0, g = 0;
            for (int j = 0; j < TAPS; j++) {
                l += LOW[j] * row[j][x];
                g += HIGH[j] * row[j][x];
            }
            low[x] = l;
            high[x] = g;
        }
        const size_t at = (size_t)k * (size_t)w;
        split_row(ll + at, lh + at, low, width, space + (size_t)width * 2);
        split_row(hl + at, hh + at, high, width, space + (size_t)width * 2);
    }
    free(space);
    return UM_OK;
}

/* out[n] = sum over k of LOW[n + 6 - 2 k] low[k] + HIGH[n + 6 - 2 k] high[k]. low NULL: zeros. */
static void join_row(float *restrict out, const float *restrict low, const float *restrict high, int n)
{
    for (int m = 0; 2 * m < n; m++) {
        float even = 0, odd = 0;
        for (int i = 0; i < PHASE; i++) {
            even += HIGH[6 - 2 * i] * high[m + i];
            odd += HIGH[7 - 2 * i] * high[m + i];
        }
        for (int i = 0; low && i < PHASE; i++) {
            even += LOW[6 - 2 * i] * low[m + i];
            odd += LOW[7 - 2 * i] * low[m + i];
        }
        out[2 * m] = even;
        if (2 * m + 1 < n)
            out[2 * m + 1] = odd;
    }
}

static void join_column(float *restrict out, float *const *low, float *const *high, int phase, int width)
{
    for (int x = 0; x < width; x++) {
        float sum = 0;
        for (int i = 0; i < PHASE; i++)
            sum += LOW[6 + phase - 2 * i] * low[i][x] + HIGH[6 + phase - 2 * i] * high[i][x];
        out[x] = sum;
    }
}

um_status um_wavelet_join(float *out, const float *ll, const float *lh, const float *hl, const float *hh,
                          int width, int height, um_error *err)
{
    const size_t w = (size_t)um_wavelet_side(width);
    float *space = um_calloc((size_t)width * 2 * PHASE, sizeof *space), *low[PHASE], *high[PHASE];
    if (!space)
        return um_fail_oom(err);
    for (int i = 0; i < PHASE; i++) {
        low[i] = space + (size_t)width * (size_t)i;
        high[i] = space + (size_t)width * (size_t)(PHASE + i);
    }
    int ready = 0; /* rows of coefficients joined along x; low[3] is the last one */
    for (int m = 0; 2 * m < height; m++) {
        for (; ready <= m + PHASE - 1; ready++) {
            float *first_low = low[0], *first_high = high[0];
            memmove(low, low + 1, sizeof low - sizeof *low);
            memmove(high, high + 1, sizeof high - sizeof *high);
            low[PHASE - 1] = first_low;
            high[PHASE - 1] = first_high;
            const size_t at = (size_t)ready * w;
            join_row(first_low, ll ? ll + at : NULL, lh + at, width);
            join_row(first_high, hl + at, hh + at, width);
        }
        for (int phase = 0; phase < 2 && 2 * m + phase < height; phase++)
            join_column(out + (size_t)(2 * m + phase) * (size_t)width, low, high, phase, width);
    }
    free(space);
    return UM_OK;
}
