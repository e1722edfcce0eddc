/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise.c: see noise.h. */
#include "dsp/noise.h"
#include "dsp/wavelet.h"
#include <math.h>
#include <stdlib.h>

enum { LEVELS = 4, RADIUS = 4, N_SQUARES = RADIUS, RING = 2 * RADIUS + 1, SPACE = RING + N_SQUARES + 1 };
static const float NOISE = 25; /* sigma^2 of a sensor, gray levels squared */

typedef struct band_level {
    int width, height;        /* of its input */
    float *ll, *lh, *hl, *hh; /* ll is the input of the next level */
} band_level;

/* least = min(least, variance in squares of 2 radius + 1), from the sums of their columns. Inlined, so that
 * the radius is a constant and the loop one over vectors. */
static inline __attribute__((always_inline)) void lower(float *restrict least, const float *restrict column,
                                                        int width, int radius, float noise)
{
    const float share = 1.f / (float)((2 * radius + 1) * (2 * radius + 1));
    for (int x = 0; x < width; x++) {
        float sum = column[x];
        for (int i = 1; i <= radius; i++)
            sum += column[x - i] + column[x + i];
        const float variance = sum * share - noise;
        least[x] = variance < least[x] ? variance : least[x];
    }
}

/* column[r]: sums over 2 r + 3 rows of squares, RADIUS zeros before and after the row. */
static void keep_noise(float *restrict row, float *restrict least, float *const *column, int width,
                       float noise)
{
    for (int x = 0; x < width; x++)
        least[x] = INFINITY;
    lower(least, column[0] + RADIUS, width, 1, noise);
    lower(least, column[1] + RADIUS, width, 2, noise);
    lower(least, column[2] + RADIUS, width, 3, noise);
    lower(least, column[3] + RADIUS, width, 4, noise);
    for (int x = 0; x < width; x++)
        row[x] *= noise / ((least[x] > 0 ? least[x] : 0) + noise);
}

/* In place: a row is overwritten when its squares stand in the ring. space: SPACE rows of width +
 * 2 RADIUS, zeros. */
static void filter_band(float *band, int width, int height, float noise, float *space)
{
    const size_t step = (size_t)width + 2 * RADIUS;
    float *column[N_SQUARES], *least = space + (size_t)(RING + N_SQUARES) * step;
    for (int r = 0; r < N_SQUARES; r++)
        column[r] = space + (size_t)(RING + r) * step;
    for (int y = -RADIUS; y < height; y++) {
        const int next = y + RADIUS;
        float *restrict ring = space + (size_t)(next % RING) * step + RADIUS;
        for (int x = 0; x < width; x++) {
            const float v = next < height ? band[(size_t)next * (size_t)width + (size_t)x] : 0;
            ring[x] = v * v;
        }
        if (y < 0)
            continue;
        for (int r = 0; r < N_SQUARES; r++) {
            const float *above = space + (size_t)((y - r - 1 + RING) % RING) * step;
            const float *below = space + (size_t)((y + r + 1) % RING) * step;
            const float *inner = r ? column[r - 1] : space + (size_t)(y % RING) * step;
            for (int x = 0; x < width; x++)
                column[r][x + RADIUS] = inner[x + RADIUS] + (above[x + RADIUS] + below[x + RADIUS]);
        }
        keep_noise(band + (size_t)y * (size_t)width, least, column, width, noise);
    }
    for (size_t i = 0; i < step * SPACE; i++)
        space[i] = 0;
}

static um_status analyse(band_level *l, const float *in, float *space, um_error *err)
{
    const int w = um_wavelet_side(l->width), h = um_wavelet_side(l->height);
    const size_t n = (size_t)w * (size_t)h;
    if (!(l->ll = um_calloc(4 * n, sizeof *l->ll)))
        return um_fail_oom(err);
    l->lh = l->ll + n;
    l->hl = l->lh + n;
    l->hh = l->hl + n;
    const um_status st = um_wavelet_split(l->ll, l->lh, l->hl, l->hh, in, l->width, l->height, err);
    for (int band = 1; band < 4 && st == UM_OK; band++)
        filter_band(l->ll + (size_t)band * n, w, h, NOISE, space);
    return st;
}

um_status um_noise_keep(float *value, int width, int height, float noise, um_error *err)
{
    float *space = um_calloc(((size_t)width + 2 * RADIUS) * SPACE, sizeof *space);
    if (!space)
        return um_fail_oom(err);
    filter_band(value, width, height, noise, space);
    free(space);
    return UM_OK;
}

um_status um_noise_of(float *value, int width, int height, um_error *err)
{
    band_level level[LEVELS] = {{.width = width, .height = height}};
    /* bands of pictures narrower than 7 grow from level to level, up to 7 */
    const size_t step = (size_t)(um_wavelet_side(width) > 7 ? um_wavelet_side(width) : 7) + 2 * RADIUS;
    float *space = um_calloc(step * SPACE, sizeof *space);
    um_status st = space ? UM_OK : um_fail_oom(err);
    for (int i = 0; i < LEVELS && st == UM_OK; i++) {
        if (i) {
            level[i].width = um_wavelet_side(level[i - 1].width);
            level[i].height = um_wavelet_side(level[i - 1].height);
        }
        st = analyse(&level[i], i ? level[i - 1].ll : value, space, err);
    }
    for (int i = LEVELS - 1; i >= 0 && st == UM_OK; i--)
        st = um_wavelet_join(i ? level[i - 1].ll : value, i < LEVELS - 1 ? level[i].ll : NULL, level[i].lh,
                             level[i].hl, level[i].hh, level[i].width, level[i].height, err);
    for (int i = 0; i < LEVELS; i++)
        free(level[i].ll);
    free(space);
    return st;
}
