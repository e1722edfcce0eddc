/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cepstra.h: from logarithms of power in bands to cepstral coefficients, how fast they change, and what a
 * channel adds to them taken away.
 *
 * Coefficients: DCT-II, orthonormal (Davis & Mermelstein, IEEE TASSP 28(4), 1980), as SciPy's
 * dct(norm="ortho"): out[k] = c(k) sum over b of in[b] cos(pi k (2 b + 1) / (2 n)), c(0) = sqrt(1 / n), else
 * sqrt(2 / n). Tables below are [n_rows][n_frames]. */
#ifndef UM_DSP_CEPSTRA_H
#define UM_DSP_CEPSTRA_H
#include "base/base.h"

typedef struct um_cepstra {
    int n_in, n_out;
    double *weight; /* [n_out][n_in] */
} um_cepstra;
/* 1 <= n_out <= n_in. UM_ENOMEM. */
um_status um_cepstra_init(um_cepstra *c, int n_in, int n_out, um_error *err);
/* The same of `n_even` values that are read off a natural cubic spline through the n_in given ones, which lie
 * at `at`, ascending: evenly from the first to the last (uniform resampling of CQCC). At least 3 given ones
 * and 2 even ones. */
um_status um_cepstra_init_even(um_cepstra *c, const double *at, int n_in, int n_even, int n_out,
                               um_error *err);
void um_cepstra_clear(um_cepstra *c); /* frees, leaves zeros */
/* Coefficient k into out[k * stride]. */
void um_cepstra_run(const um_cepstra *c, float *out, ptrdiff_t stride, const double *in);

/* out[t] = sum over k = 1 .. reach of k (in[t + k] - in[t - k]) / (2 sum of k^2): the slope of the line
 * through 2 reach + 1 frames; beyond the ends the last frame goes on. */
void um_deltas(float *out, const float *in, int n_rows, int n_frames, int reach);

/* Of each row less its mean; with `deviation` also over its deviation (of a row that does not change: as it
 * is). */
void um_rows_level(float *rows, int n_rows, int n_frames, bool deviation);
#endif
