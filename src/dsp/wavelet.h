/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wavelet.h: Daubechies' orthogonal wavelet of 8 taps ("db4"), one level in two dimensions.
 *
 * Daubechies, "Ten Lectures on Wavelets", SIAM 1992, table 6.1. At the borders the picture is mirrored with
 * the edge pixel repeated, so that a side of n gives (n + 7) / 2 coefficients (the "symmetric" mode of
 * PyWavelets). join(split(x)) is x. */
#ifndef UM_DSP_WAVELET_H
#define UM_DSP_WAVELET_H
#include "base/base.h"

static inline int um_wavelet_side(int n) /* coefficients along a side of n samples */
{
    return (n + 7) / 2;
}

/* in: [height][width]. The four bands are [um_wavelet_side(height)][um_wavelet_side(width)]: ll low along
 * both axes, lh high along x, hl high along y, hh high along both. UM_ENOMEM. */
um_status um_wavelet_split(float *ll, float *lh, float *hl, float *hh, const float *in, int width, int height,
                           um_error *err);
/* The inverse. ll may be NULL: zeros. UM_ENOMEM. */
um_status um_wavelet_join(float *out, const float *ll, const float *lh, const float *hl, const float *hh,
                          int width, int height, um_error *err);
#endif
