/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise.h: what is noise in a picture, by the variance around each coefficient.
 *
 * Mihcak, Kozintsev & Ramchandran, "Spatially adaptive statistical modeling of wavelet image coefficients and
 * its application to denoising", ICASSP 1999, with the parameters of Lukas, Fridrich & Goljan, IEEE TIFS
 * 1(2), 2006, for sensor noise: 4 levels of an 8-tap Daubechies wavelet, sigma 5. */
#ifndef UM_DSP_NOISE_H
#define UM_DSP_NOISE_H
#include "base/base.h"

/* In place, [height][width]: of each x the part x noise / (variance + noise). The variance is the least of
 * those measured in squares of 3, 5, 7 and 9 (beyond the border: zeros), max(mean of squares - noise, 0).
 * `noise`: a variance. UM_ENOMEM. */
um_status um_noise_keep(float *value, int width, int height, float noise, um_error *err);
/* In place: gray levels become their noise, of all detail bands; none is in the coarsest approximation.
 * UM_ENOMEM. */
um_status um_noise_of(float *value, int width, int height, um_error *err);
#endif
