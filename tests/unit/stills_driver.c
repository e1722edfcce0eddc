/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers requests of stills_cv2.py: a line "what parameter width height" and gray pixels on stdin, floats on
 * stdout. */
#include "dsp/dct.h"
#include "dsp/filter_array.h"
#include "dsp/grid.h"
#include "dsp/median_residue.h"
#include "dsp/resampled.h"
#include "signals/image/recompressed.h"
#include <stdlib.h>
#include <string.h>

static um_image *get_image(int width, int height)
{
    um_image *image = NULL;
    if (um_image_new(&image, width, height, UM_GRAY8, NULL) < 0)
        exit(1);
    for (int y = 0; y < height; y++)
        if (fread(image->data + y * image->stride, 1, (size_t)width, stdin) != (size_t)width)
            exit(1);
    return image;
}

/* Per pixel, at a quality. */
static void error_level(const um_image *image, int quality)
{
    const size_t n = (size_t)image->width * (size_t)image->height;
    float *out = um_calloc(n, sizeof *out);
    if (!out || um_error_level(out, image, 1, quality, NULL) < 0)
        exit(1);
    fwrite(out, sizeof *out, n, stdout);
    free(out);
}

/* Per block, at a quality. */
static void ghost(const um_image *image, int quality)
{
    const int cols = image->width / UM_DCT_SIDE, rows = image->height / UM_DCT_SIDE;
    const size_t n = (size_t)cols * (size_t)rows;
    float *dct = um_calloc(n, UM_DCT_N * sizeof *dct), *out = um_calloc(n, sizeof *out);
    if (!dct || !out)
        exit(1);
    um_dct8_plane(dct, image->data, image->stride, rows, cols);
    um_ghost(out, dct, cols, rows, quality);
    fwrite(out, sizeof *out, n, stdout);
    free(dct);
    free(out);
}

/* Per pixel: the grid it votes for. */
static void votes(const um_image *image)
{
    const size_t n = (size_t)image->width * (size_t)image->height;
    int8_t *vote = um_calloc(n, 1);
    float *out = um_calloc(n, sizeof *out);
    if (!vote || !out ||
        um_grid_votes(vote, image->data, image->stride, image->width, image->height, NULL) < 0)
        exit(1);
    for (size_t i = 0; i < n; i++)
        out[i] = vote[i];
    fwrite(out, sizeof *out, n, stdout);
    free(vote);
    free(out);
}

/* Per block, from the second pixel on. */
static void filter_array(const um_image *image)
{
    for (int y = 1; y + UM_CFA_BLOCK < image->height; y += UM_CFA_BLOCK)
        for (int x = 1; x + UM_CFA_BLOCK < image->width; x += UM_CFA_BLOCK) {
            float ratio;
            um_cfa_ratio(&ratio, image->data + y * image->stride + x, 1, image->stride);
            fwrite(&ratio, sizeof ratio, 1, stdout);
        }
}

/* Per block, from the second pixel on. */
static void median_residue(const um_image *image)
{
    for (int y = 1; y + UM_MEDIAN_BLOCK < image->height; y += UM_MEDIAN_BLOCK)
        for (int x = 1; x + UM_MEDIAN_BLOCK < image->width; x += UM_MEDIAN_BLOCK) {
            float ratio;
            um_median_residue(&ratio, image->data + y * image->stride + x, image->stride);
            fwrite(&ratio, sizeof ratio, 1, stdout);
        }
}

/* Of a window of 64 x 64 pixels and its border: the map of residues, then the ratios of its spectrum. */
static void trace(const um_image *image)
{
    float p[UM_TRACE_SIDE * UM_TRACE_SIDE];
    um_trace t;
    um_fft *fft = NULL;
    um_trace_map(p, image->data + image->stride + 1, image->stride);
    if (um_fft_new(&fft, UM_TRACE_SIDE, UM_TRACE_SIDE, NULL) < 0 || !um_trace_spectrum(&t, fft, p))
        exit(1);
    fwrite(p, sizeof p, 1, stdout);
    fwrite(t.ratio, sizeof t.ratio, 1, stdout);
    um_fft_free(&fft);
}

int main(void)
{
    char what[32];
    int parameter, width, height;
    while (scanf("%31s %d %d %d", what, &parameter, &width, &height) == 4 && getchar() == '\n') {
        um_image *image = get_image(width, height);
        if (!strcmp(what, "error_level"))
            error_level(image, parameter);
        else if (!strcmp(what, "ghost"))
            ghost(image, parameter);
        else if (!strcmp(what, "votes"))
            votes(image);
        else if (!strcmp(what, "filter_array"))
            filter_array(image);
        else if (!strcmp(what, "median_residue"))
            median_residue(image);
        else if (!strcmp(what, "trace"))
            trace(image);
        else
            return 1;
        um_image_free(&image);
        fflush(stdout);
    }
    return 0;
}
