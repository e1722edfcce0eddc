/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recompressed.c: see recompressed.h. */
#include "signals/image/recompressed.h"
#include "dsp/jpeg.h"
#include <math.h>
#include <stdlib.h>

enum { GHOST_FROM = 50, GHOST_STEP = 5, GHOST_TO = 95, GHOSTS = (GHOST_TO - GHOST_FROM) / GHOST_STEP + 1 };
enum { ELA_QUALITY = 90 };        /* among those in use: 75 to 95 */
static const float ELA_GAIN = 40; /* a mean difference of 6.4 gray levels is white */

void um_ghost(float *out, const float *dct, int cols, int rows, int quality)
{
    uint16_t table[UM_DCT_N];
    um_jpeg_table(table, quality);
    for (int b = 0; b < cols * rows; b++, dct += UM_DCT_N) {
        float sum = 0;
        for (int i = 0; i < UM_DCT_N; i++) {
            const float d = dct[i] - (float)(um_jpeg_steps(dct[i], table[i]) * table[i]);
            sum += d * d;
        }
        out[b] = sum / UM_DCT_N;
    }
    for (int y = 0; y < rows; y++) /* in place: what is read lies ahead; at the border, blocks repeat */
        for (int x = 0; x < cols; x++) {
            const int right = x + 1 < cols, below = y + 1 < rows ? cols : 0;
            float *v = out + y * cols + x;
            *v = (v[0] + v[right] + v[below] + v[below + right]) / 4;
        }
}

/* Otsu's: how far apart two groups of n values 0..1 lie: the variance between them. */
static double two_groups(const float *v, int n)
{
    enum { BINS = 64 };
    double bin[BINS] = {0}, mean = 0, below = 0, sum = 0, best = 0;
    for (int i = 0; i < n; i++)
        bin[um_clampi((int)(v[i] * BINS), 0, BINS - 1)] += 1. / n;
    for (int i = 0; i < BINS; i++)
        mean += bin[i] * (i + .5) / BINS;
    for (int i = 0; i < BINS - 1; i++) {
        below += bin[i];
        sum += bin[i] * (i + .5) / BINS;
        if (below > 0 && below < 1)
            best = fmax(best, (mean * below - sum) * (mean * below - sum) / (below * (1 - below)));
    }
    return best;
}

um_status um_show_ghost(const um_stored *s, const float *dct, int cols, int rows, um_findings *out,
                        um_error *err)
{
    const size_t n = (size_t)cols * (size_t)rows;
    um_image *picture = NULL;
    float *all = um_calloc(n, GHOSTS * sizeof *all), *shown = all;
    double most = 0;
    if (!all)
        return um_fail_oom(err);
    for (int g = 0; g < GHOSTS; g++)
        um_ghost(all + (size_t)g * n, dct, cols, rows, GHOST_FROM + g * GHOST_STEP);
    for (size_t b = 0; b < n; b++) {
        float low = INFINITY, high = 0;
        for (size_t g = 0; g < GHOSTS; g++) {
            low = fminf(low, all[g * n + b]);
            high = fmaxf(high, all[g * n + b]);
        }
        for (size_t g = 0; g < GHOSTS; g++)
            all[g * n + b] = high > low ? (all[g * n + b] - low) / (high - low) : 0;
    }
    for (int g = 0; g < GHOSTS; g++) {
        const double groups = two_groups(all + (size_t)g * n, (int)n);
        if (groups > most) {
            most = groups;
            shown = all + (size_t)g * n;
        }
    }
    um_status st = um_stored_picture(&picture, s, &(um_cells){cols, rows, UM_DCT_SIDE, shown}, true, err);
    if (st == UM_OK)
        st = um_findings_evidence(out, um_file_subject(), 0, 0, picture, err,
                                  "JPEG ghost at quality %d: dark is what changes least, for its kind, when "
                                  "the photo is compressed "
                                  "again. A dark part with the outline of a thing may have been compressed "
                                  "so before; smooth parts, sky "
                                  "and shadow are dark in untouched photos, too.",
                                  GHOST_FROM + (int)((size_t)(shown - all) / n) * GHOST_STEP);
    um_image_free(&picture);
    free(all);
    return st;
}

um_status um_error_level(float *out, const um_image *luma, int cell, int quality, um_error *err)
{
    const int cols = (luma->width + cell - 1) / cell, width = luma->width, height = luma->height;
    uint16_t table[UM_DCT_N];
    uint8_t *again = um_calloc((size_t)width * (size_t)height, 1);
    if (!again)
        return um_fail_oom(err);
    um_jpeg_table(table, quality);
    um_jpeg_again(again, width, luma->data, luma->stride, width, height, table);
    for (int y = 0; y < height; y += cell)
        for (int x = 0; x < width; x += cell) {
            const int to_x = x + cell < width ? x + cell : width,
                      to_y = y + cell < height ? y + cell : height;
            float sum = 0;
            for (int v = y; v < to_y; v++)
                for (int u = x; u < to_x; u++)
                    sum += (float)abs(luma->data[v * luma->stride + u] - again[(ptrdiff_t)v * width + u]);
            out[y / cell * cols + x / cell] = sum / (float)((to_x - x) * (to_y - y));
        }
    free(again);
    return UM_OK;
}

um_status um_show_error_level(const um_stored *s, um_findings *out, um_error *err)
{
    const um_image *luma = s->luma;
    const int longer = luma->width > luma->height ? luma->width : luma->height,
              cell = 1 + (longer - 1) / UM_STORED_PICTURE, cols = (luma->width + cell - 1) / cell,
              rows = (luma->height + cell - 1) / cell;
    um_image *picture = NULL;
    float *level = um_calloc((size_t)cols * (size_t)rows, sizeof *level);
    um_status st = level ? um_error_level(level, luma, cell, ELA_QUALITY, err) : um_fail_oom(err);
    for (int i = 0; i < cols * rows && st == UM_OK; i++)
        level[i] = fminf(1, ELA_GAIN * level[i] / 255);
    if (st == UM_OK && (st = um_stored_picture(&picture, s, &(um_cells){cols, rows, (float)cell, level}, true,
                                               err)) == UM_OK)
        st = um_findings_evidence(out, um_file_subject(), 0, 0, picture, err,
                                  "Error level at quality %d, %.0f times as bright. Edges and texture are "
                                  "bright in every photo: only a "
                                  "part that differs from others of the same texture is worth a second look, "
                                  "and even that is no proof.",
                                  ELA_QUALITY, (double)ELA_GAIN);
    um_image_free(&picture);
    free(level);
    return st;
}
