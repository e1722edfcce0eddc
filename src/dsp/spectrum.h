/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrum.h: windows, and the power of square pictures by spatial frequency. */
#ifndef UM_DSP_SPECTRUM_H
#define UM_DSP_SPECTRUM_H
#include "dsp/fft.h"

/* Periodic Hann window: w[i] = (1 - cos(2 pi i / n)) / 2. Returns the sum of squares. */
double um_window_hann(double *w, int n);

/* |out|^2 of a transform that has run, [rows][cols / 2 + 1], times `scale`. */
void um_fft_power(double *power, const um_fft *fft, double scale);

/* over[k] = power[k] over the median around it, k = 0..n_bins-1: medians of stretches of `stretch` (at most
 * UM_STRETCH_MAX) bins side by side, at least two, and straight lines between their middles. 1 where all is
 * 0. */
enum { UM_STRETCH_MAX = 64 };
void um_spectrum_over_around(double *over, const double *power, int n_bins, int stretch);

/* Mean power over all directions, by radius: profile[r] for r = 0..n/2 is the mean of power at the
 * frequencies (u, v) of an n x n transform with round(hypot(u, v)) = r, -n/2 < u, v <= n/2. `power` is the
 * half plane [n][n / 2 + 1] of a real picture; the other half counts through its mirror image. n even, at
 * most UM_RADIAL_MAX. */
enum { UM_RADIAL_MAX = 1024 };
void um_radial_profile(double *profile, const double *power, int n);

/* Runs `fft` on a square tile [n][n] less its mean, weighted by window[y] window[x]. Returns the variance of
 * the tile. */
double um_spectrum_run(um_fft *fft, const double *window, const double *tile);

/* How the power of a tile falls with frequency, log-log: the slope of the line through rings n/16 to 3 n/8 in
 * dB per tenfold frequency, and by how many dB the rings beyond lie above that line, on average. `rounding`:
 * what eight bits add to every bin, um_spectrum_rounding under um_window_hann when the power is over the
 * square of the window's sum of squares. */
void um_spectrum_fall(double *slope, double *shelf, const double *power, int n, double rounding);
double um_spectrum_rounding(int n);
#endif
