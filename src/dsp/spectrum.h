/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrum.h: windows, and the power of square pictures by spatial frequency. */
#ifndef UM_DSP_SPECTRUM_H
#define UM_DSP_SPECTRUM_H
#include "dsp/fft.h"

/* Periodic Hann window: w[i] = (1 - cos(2 pi i / n)) / 2. Returns the sum of squares. */
double um_window_hann(double *w, int n);

/* |out|^2 of a transform that has run, [rows][cols / 2 + 1], times `scale`. */
void um_fft_power(double *power, const um_fft *fft, double scale);

/* Mean power over all directions, by radius: profile[r] for r = 0..n/2 is the mean of power at the
 * frequencies (u, v) of an n x n transform with round(hypot(u, v)) = r, -n/2 < u, v <= n/2. `power` is the
 * half plane [n][n / 2 + 1] of a real picture; the other half counts through its mirror image. n even, at
 * most UM_RADIAL_MAX. */
enum { UM_RADIAL_MAX = 1024 };
void um_radial_profile(double *profile, const double *power, int n);
#endif
