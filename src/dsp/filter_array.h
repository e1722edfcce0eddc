/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter_array.h: what a camera's colour filter leaves in the green of a photo.
 *
 * Ferrara, Bianchi, De Rosa & Piva, "Image forgery localization via fine-grained analysis of CFA artifacts",
 * IEEE TIFS 7(5), 2012, doi:10.1109/TIFS.2012.2202227. A sensor sees green at every second pixel, as the
 * black squares of a chessboard; at the white ones it is interpolated, and so nearer to the mean of its
 * neighbours. What differs: local variances are those of squares of 8 x 8 pixels instead of a Gaussian
 * window, so that no pixel is read twice; a level of noise is added, so that flat parts say 0. */
#ifndef UM_DSP_FILTER_ARRAY_H
#define UM_DSP_FILTER_ARRAY_H
#include "base/base.h"

enum { UM_CFA_BLOCK = 16 }; /* pixels */

/* Of a block whose top left pixel is `green` (values `apart` bytes apart along a row; one more pixel on each
 * side is read): the logarithm of the variance of the error of the mean of four neighbours, over the pixels
 * of the colour of the first, over that of the others; mean over four squares. false: it has clipped pixels,
 * or no noise to speak of. */
bool um_cfa_ratio(float *out, const uint8_t *green, int apart, ptrdiff_t stride);

/* Values as from two normal distributions: a share of them with mean 0, the rest with another. */
typedef struct um_two_normals {
    double share; /* of those of mean 0 */
    double mean;  /* of the rest, > 0 */
    double deviation[2];
} um_two_normals;
/* By expectation and maximisation. v is reordered. */
um_two_normals um_two_normals_fit(double *v, size_t n);
/* Nats for mean 0 against the other; a value below 0 counts as 0. */
double um_two_normals_nats(const um_two_normals *m, double v);
#endif
