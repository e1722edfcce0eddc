/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resampled.h: the periodic trace that enlarging, shrinking or turning leaves in a picture.
 *
 * Popescu & Farid, "Exposing digital forgeries by detecting traces of resampling", IEEE TSP 53(2), 2005,
 * doi:10.1109/TSP.2004.839932: after interpolation some pixels are nearly sums of their neighbours, and which
 * ones repeats with a period; a map of the chance p that a pixel is such a sum has peaks in its spectrum.
 * Kirchner, "Fast and reliable resampling detection by spectral analysis of fixed linear predictor residue",
 * ACM MM&Sec 2008, doi:10.1145/1411328.1411333: the predictor need not be fitted. */
#ifndef UM_DSP_RESAMPLED_H
#define UM_DSP_RESAMPLED_H
#include "dsp/fft.h"

enum {
    UM_TRACE_SIDE = 64,                /* pixels of a window */
    UM_TRACE_BINS = UM_TRACE_SIDE / 2, /* of a quadrant, along x and y */
    UM_TRACE_BORDER = 1                /* pixels around the window that the predictor reads */
};

/* p = exp(-e^2 / 8) (Kirchner: exp(-e^2), of which JPEG 95 leaves nothing) of the residue e (gray levels) of
 * the predictor [-1 2 -1; 2 0 2; -1 2 -1] / 4, over a window whose top left pixel is at `luma`. */
void um_trace_map(float *p, const uint8_t *luma, ptrdiff_t stride);

/* For frequencies (i + 1, j) / 64 cycles per pixel, i and j in 0..31: the power of the map there and at
 * (-j, i + 1), a right angle further, each over the mean power around it. Both, since enlarging alike along x
 * and y, and turning, leave peaks in such pairs, and stripes do not. Without interpolation both follow about
 * an exponential distribution of mean 1. */
typedef struct um_trace {
    float ratio[2][UM_TRACE_BINS][UM_TRACE_BINS]; /* [pair][j][i] */
} um_trace;
/* `fft`: 64 x 64. false: the map is flat (too smooth, or too rough everywhere) and has no spectrum. */
bool um_trace_spectrum(um_trace *out, um_fft *fft, const float *p);
#endif
