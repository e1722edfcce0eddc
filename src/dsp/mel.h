/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mel.h: energy in triangular bands that are equally wide in mel, or in Hz.
 *
 * Davis & Mermelstein, IEEE TASSP 28(4), 1980; the scale is HTK's, mel = 2595 log10(1 + f / 700)
 * (O'Shaughnessy, 1987). Triangles have height 1; each reaches from the centre of the band below to that of
 * the band above. */
#ifndef UM_DSP_MEL_H
#define UM_DSP_MEL_H
#include "base/base.h"

typedef struct um_mel {
    int n_bins, n_bands;
    float *weight;  /* [n_bands][n_bins] */
    int *from, *to; /* [n_bands]: bins with a weight, `to` not included */
} um_mel;

/* Bands from 0 to half the rate over the n_bins of a transform of 2 (n_bins - 1) samples. UM_ENOMEM. */
um_status um_mel_init(um_mel *mel, int n_bands, int n_bins, int rate_hz, um_error *err);
/* Bands from low_hz to high_hz, equally wide in Hz where `linear`. A band may lie between two bins and weigh
 * none: from and to are then 0. */
um_status um_mel_init_between(um_mel *mel, int n_bands, int n_bins, int rate_hz, double low_hz,
                              double high_hz, bool linear, um_error *err);
void um_mel_clear(um_mel *mel); /* frees, leaves zeros */
/* out[band] = ln(max(sum over bins of weight power, floor)) */
void um_mel_log(const um_mel *mel, float *out, const float *power, float floor);
#endif
