/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canny_plain.c: gradient and thinning in plain C, the reference for the fast versions.
 *
 * The arithmetic is that of OpenCV 4.6 (modules/imgproc/src/canny.cpp): Sobel into 16 bits with replicated
 * borders, norm 0 outside the picture, direction in steps of 45 degrees, ties resolved to the right and
 * downwards on the axes and rejected on the diagonals. */
#include "media/canny.h"
#include <stdlib.h>
#include <string.h>

static const int smooth[3][7] = {{1, 2, 1}, {1, 4, 6, 4, 1}, {1, 6, 15, 20, 15, 6, 1}};
static const int derive[3][7] = {{-1, 0, 1}, {-1, -2, 0, 2, 1}, {-1, -4, -5, 0, 5, 4, 1}};

/* s / 16, halves to even */
static inline int sixteenth(int s)
{
    return (s + 7 + ((s >> 4) & 1)) >> 4;
}

/* Inlined with constant aperture, so that the compiler unrolls and vectorises. `step` values per pixel. */
static inline __attribute__((always_inline)) void sobel(int16_t *dx, int16_t *dy, const uint8_t *const *rows,
                                                        int n, int step, int aperture)
{
    int r = aperture / 2;
    const int *s = smooth[r - 1], *d = derive[r - 1];
    for (int i = 0; i < n; i++) {
        int x = 0, y = 0;
        for (int v = 0; v < aperture; v++) {
            int across = 0, along = 0;
            for (int u = 0; u < aperture; u++) {
                int p = rows[v - r][i + (u - r) * step];
                across += d[u] * p;
                along += s[u] * p;
            }
            x += s[v] * across;
            y += d[v] * along;
        }
        dx[i] = (int16_t)(aperture == 7 ? sixteenth(x) : x);
        dy[i] = (int16_t)(aperture == 7 ? sixteenth(y) : y);
    }
}

static void norms(canny_row row, int n, bool l2)
{
    int32_t *squared = row.norm;
    int16_t *sum = row.norm;
    if (l2)
        for (int i = 0; i < n; i++)
            squared[i] = row.dx[i] * row.dx[i] + row.dy[i] * row.dy[i];
    else
        for (int i = 0; i < n; i++)
            sum[i] = (int16_t)(abs(row.dx[i]) + abs(row.dy[i]));
}

static inline int32_t norm_at(const void *norm, ptrdiff_t i, bool l2)
{
    return l2 ? ((const int32_t *)norm)[i] : ((const int16_t *)norm)[i];
}

/* Of the `channels` values of each pixel the steepest. */
static void choose(canny_row out, canny_row wide, int width, int channels, bool l2)
{
    for (int i = 0; i < width; i++) {
        int best = i * channels;
        for (int k = best + 1; k < (i + 1) * channels; k++)
            if (norm_at(wide.norm, k, l2) > norm_at(wide.norm, best, l2))
                best = k;
        out.dx[i] = wide.dx[best];
        out.dy[i] = wide.dy[best];
        if (l2)
            ((int32_t *)out.norm)[i] = ((const int32_t *)wide.norm)[best];
        else
            ((int16_t *)out.norm)[i] = ((const int16_t *)wide.norm)[best];
    }
}

void um_canny_gradient(canny_row out, canny_row wide, const uint8_t *const *rows, int width, int channels,
                       int aperture, bool l2)
{
    canny_row to = channels == 1 ? out : wide;
    int n = width * channels;
    if (aperture == 3)
        sobel(to.dx, to.dy, rows, n, channels, 3);
    else if (aperture == 5)
        sobel(to.dx, to.dy, rows, n, channels, 5);
    else
        sobel(to.dx, to.dy, rows, n, channels, 7);
    norms(to, n, l2);
    if (channels > 1)
        choose(out, wide, width, channels, l2);
}

static bool is_peak(canny_row row, const void *above, const void *below, int i, bool l2)
{
    int m = norm_at(row.norm, i, l2);
    int x = abs(row.dx[i]), y = abs(row.dy[i]) << 15, tg22 = x * CANNY_TG22, tg67 = tg22 + (x << 16);
    if (y < tg22)
        return m > norm_at(row.norm, i - 1, l2) && m >= norm_at(row.norm, i + 1, l2);
    if (y > tg67)
        return m > norm_at(above, i, l2) && m >= norm_at(below, i, l2);
    int s = (row.dx[i] ^ row.dy[i]) < 0 ? -1 : 1;
    return m > norm_at(above, i - s, l2) && m > norm_at(below, i + s, l2);
}

static void thin(uint64_t *maybe, uint64_t *strong, canny_row row, const void *above, const void *below,
                 int width, bool l2, int low, int high)
{
    for (int from = 0; from < width; from += 64) {
        uint64_t a = 0, b = 0;
        for (int i = from; i < width && i < from + 64; i++) {
            int m = norm_at(row.norm, i, l2);
            if (m > low && is_peak(row, above, below, i, l2)) {
                a |= UINT64_C(1) << (i - from);
                b |= (uint64_t)(m > high) << (i - from);
            }
        }
        maybe[from / 64] = a;
        strong[from / 64] = b;
    }
}

static int expand(uint8_t *out, const uint64_t *bits, int width)
{
    int n = 0;
    for (int i = 0; i < width; i++) {
        int bit = bits[i / 64] >> i % 64 & 1;
        out[i] = (uint8_t)-bit;
        n += bit;
    }
    return n;
}

const canny_kernels um_canny_plain = {NULL, thin, expand};
