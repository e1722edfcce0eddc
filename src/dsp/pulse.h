/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pulse.h: the pulse in the colour of skin over time (remote photoplethysmography).
 *
 * POS: Wang, den Brinker, Stuijk & de Haan, "Algorithmic Principles of Remote PPG", IEEE TBME 64(7), 2017.
 * CHROM: de Haan & Jeanne, "Robust Pulse Rate From Chrominance-Based rPPG", IEEE TBME 60(10), 2013. */
#ifndef UM_DSP_PULSE_H
#define UM_DSP_PULSE_H
#include "dsp/fft.h"

/* Pulse rates of people, and the end of the first overtone's band: 42 to 180 per minute, 4 Hz. */
#define UM_PULSE_LOW_HZ .7
#define UM_PULSE_HIGH_HZ 3.
#define UM_PULSE_BAND_HZ 4.
#define UM_PULSE_WINDOW_S 1.6 /* of both papers: a beat or more of the slowest hearts */
#define UM_PULSE_MAX_RATE_HZ 80.

/* rgb: mean colour of one region, [n], evenly in time, all above 0. Every window of 1.6 s: channels divided
 * by their means; S1 = G - B, S2 = G + B - 2 R; S1 + sigma(S1) / sigma(S2) S2, its mean removed, added up.
 * Rates up to UM_PULSE_MAX_RATE_HZ. Zeros when n is shorter than a window. */
void um_pulse_pos(double *out, const double (*rgb)[3], int n, double rate_hz);
/* Channels divided by their means over 1.6 s around; X = 3 R - 2 G, Y = 1.5 R + G - 1.5 B, both limited to
 * the band of pulses by `fft` (1 x n); in half-overlapping Hann windows of 1.6 s X - sigma(X) / sigma(Y) Y.
 * `work`: [2 n]. */
void um_pulse_chrom(double *out, double *work, const double (*rgb)[3], int n, double rate_hz, um_fft *fft);

/* Power of a trace, its mean removed, under a Hann window, padded with zeros to fft->cols; [cols / 2 + 1]. */
void um_pulse_spectrum(double *power, um_fft *fft, const double *trace, int n);
/* The frequency of the most power from 42 to 180 per minute, between bins by a parabola; 0 when there is
 * none. */
double um_pulse_peak(const double *power, int bins, double bin_hz);
/* Power within 6 per minute of f and within 12 of 2 f over the rest of 0.7..4 Hz, dB; -60 without any. */
double um_pulse_snr_db(const double *power, int bins, double bin_hz, double f_hz);

/* Coherence 0..1 of two traces at f over half-overlapping Hann segments of `segment` samples, and by how many
 * radians b is behind a. */
double um_pulse_coherence(double *behind, const double *a, const double *b, int n, int segment,
                          double f_per_sample);
#endif
