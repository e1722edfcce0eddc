/* SPDX-License-Identifier: GPL-3.0-or-later */
/* median_residue.h: what a median filter still changes.
 *
 * Kang, Stamm, Peng & Liu, "Robust median filtering forensics using an autoregressive model", IEEE TIFS 8(9),
 * 2013, doi:10.1109/TIFS.2013.2273394: the residue of a median filter shows an earlier one better than the
 * picture does. What differs: what was filtered is changed little by another median, while a linear filter
 * goes on smoothing; the ratio of the two residues takes the place of a classifier. */
#ifndef UM_DSP_MEDIAN_RESIDUE_H
#define UM_DSP_MEDIAN_RESIDUE_H
#include "base/base.h"

enum { UM_MEDIAN_BLOCK = 16 }; /* pixels */

/* Of a block whose top left pixel is at `luma` (one more pixel on each side is read): the logarithm of the
 * mean distance of a pixel to the median of 3 x 3 over that to their mean with weights 1 2 1; 2 4 2; 1 2 1.
 * false: the second is below a quarter of a gray level, or a pixel is clipped. */
bool um_median_residue(float *out, const uint8_t *luma, ptrdiff_t stride);
#endif
