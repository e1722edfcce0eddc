/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canny.h: the stages of Canny's detector, so that fast versions can replace plain ones and be compared. */
#ifndef UM_CANNY_INSIDE_H
#define UM_CANNY_INSIDE_H
#include "base/base.h"
#include <unmask/canny.h>

enum {
    CANNY_TG22 = 13573, /* tan(22.5 degrees) in units of 2^-15, as OpenCV rounds it */
    CANNY_BLOCK = 16,
    CANNY_BAND = 4, /* rows whose gradients are made together */
    CANNY_ENDS = 64,
    CANNY_PAD = 64, /* elements before and after each row of the buffers: room for whole vectors */
};

/* Gradient of one row of pixels and its norm: |dx| + |dy| as int16_t, or dx^2 + dy^2 as int32_t. The largest
 * |dx| is 12240 (aperture 5), so |dx| + |dy| <= 24480 fits.
 *
 * One bit of `busy` per CANNY_BLOCK pixels: where it is 0, no norm exceeds the low threshold, and the norm
 * may be stored as 0, since comparing with it turns out the same. */
typedef struct canny_row {
    int16_t *dx, *dy;
    void *norm; /* zero at [-1] and [width] */
    uint64_t *busy;
} canny_row;

/* Gray pixels of a band, of the row above it and of the row below. `rows` are the picture's own, not to be
 * read outside; the first and last CANNY_ENDS pixels are also in `ends`, and replicated beyond. */
typedef struct canny_band {
    const uint8_t *rows[CANNY_BAND + 2], *ends[CANNY_BAND + 2];
    int width;
    bool limited;          /* luma of 16..235, to be stretched as um_gray_from_limited does */
    int low;               /* threshold on the norm */
    int calm;              /* pixels this near to each other give no norm above it */
    uint64_t *stirred;     /* as `busy` of the rows, of all of them: blocks whose norms may not be 0 */
    uint8_t *most, *least; /* room for one row each */
} canny_band;

/* One bit per pixel, bit 0 of a word leftmost. The words of a row have a zero word on both sides, and the
 * rows a zero row above and below, so that neighbours need no test. */
typedef struct canny_bits {
    int words, height; /* words of a row that hold pixels */
    size_t pitch;      /* words from row to row */
    uint64_t *maybe;   /* thin and above the low threshold; points at the first word of row 0 */
    uint64_t *edge;    /* thin and above the high threshold, then grown */
    uint32_t *todo;    /* stack of words whose neighbours are to be looked at */
    uint64_t *is_todo; /* one bit per word */
} canny_bits;

typedef struct canny_kernels {
    /* Gradients of aperture 3 of a band, whose first row is out[0]; NULL: row by row with um_canny_gradient
     */
    void (*gradient3_gray)(const canny_row *out, const canny_band *band, bool l2);
    /* Local maxima of `norm` across the edge that exceed low and high, as bits; whole words are written. */
    void (*thin)(uint64_t *maybe, uint64_t *strong, canny_row row, const void *norm_above,
                 const void *norm_below, int width, bool l2, int low, int high);
    /* 0 or 255 per bit; returns the number of ones */
    int (*expand)(uint8_t *out, const uint64_t *bits, int width);
} canny_kernels;

extern const canny_kernels um_canny_plain;
#if defined(__x86_64__)
extern const canny_kernels um_canny_avx2;
#endif
um_status um_canny_new_with(um_canny **out, const um_canny_options *opt, const canny_kernels *kernels,
                            um_error *err);

/* Gradient of any aperture, `channels` interleaved values per pixel; of these the one with the largest norm
 * counts, the first in memory if equal. `wide` has room for a row of width * channels. */
void um_canny_gradient(canny_row out, canny_row wide, const uint8_t *const *rows, int width, int channels,
                       int aperture, bool l2);

um_status um_canny_bits_fit(canny_bits *bits, int width, int height, um_error *err);
void um_canny_bits_free(canny_bits *bits);
/* Every 8-connected component of `maybe` that holds an `edge` bit becomes edge. */
void um_canny_grow(canny_bits *bits);
#endif
