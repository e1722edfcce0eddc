/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cqt.h: power at frequencies that are equally far apart in pitch, each heard as long as its pitch needs.
 *
 * The constant-Q transform by its definition (Brown, JASA 89(1), 1991): bin k lies at f = low 2^(k /
 * per_octave) and is the sum of the samples under a Hann window of rate / (f (2^(1 / per_octave) - 1) +
 * gamma) samples, times exp(-2 pi i f t). All windows have one centre. gamma, in Hz, widens the low bins
 * (Schoerkhuber et al., AES 53, 2014; 0: constant Q). Brown & Puckette's short cut leaves parts out; this one
 * none. */
#ifndef UM_DSP_CQT_H
#define UM_DSP_CQT_H
#include "base/base.h"

typedef struct um_cqt_scale {
    double low_hz, high_hz; /* of the first bin; of the last, or below it by less than a bin */
    int per_octave;
    double gamma_hz;
} um_cqt_scale;

int um_cqt_bins(const um_cqt_scale *scale);
double um_cqt_hz(const um_cqt_scale *scale, int bin);
int um_cqt_window(const um_cqt_scale *scale, int rate_hz); /* samples of the longest window */

typedef struct um_cqt {
    int n_bins, n_window;
    int *from, *n;    /* [n_bins] samples that a bin hears */
    float **re, **im; /* [n_bins][n] */
    float *weight;    /* of all */
} um_cqt;

enum { UM_CQT_WEIGHTS = 1 << 23 };
/* UM_EINVAL: more than UM_CQT_WEIGHTS weights; UM_ENOMEM. */
um_status um_cqt_init(um_cqt *cqt, const um_cqt_scale *scale, int rate_hz, um_error *err);
void um_cqt_clear(um_cqt *cqt); /* frees, leaves zeros */
/* Of samples[n_window]: a sine of amplitude 1 at the frequency of a bin has 1/4 there. */
void um_cqt_power(const um_cqt *cqt, double *power, const float *samples);
#endif
