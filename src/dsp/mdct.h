/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mdct.h: modified discrete cosine transform (Princen, Johnson & Bradley, ICASSP 1987), orthonormal:
 * out[k] = sqrt(2 / n) sum over i < 2 n of in[i] cos(pi / n (i + 1 / 2 + n / 2) (k + 1 / 2)), k < n. */
#ifndef UM_DSP_MDCT_H
#define UM_DSP_MDCT_H
#include "dsp/fft.h"

typedef struct um_mdct {
    int n;
    um_fft *re, *im;            /* of n / 2: the parts of a complex transform */
    double *folded, (*turn)[2]; /* [n], [n / 2] */
} um_mdct;

um_status um_mdct_init(um_mdct *m, int n, um_error *err);    /* n: a multiple of 4 */
void um_mdct_clear(um_mdct *m);                              /* frees, leaves zeros */
void um_mdct_run(um_mdct *m, double *out, const double *in); /* [n], [2 n], windowed */
/* Windows of 2 n values whose squares n apart sum to 1: a sine, and Kaiser and Bessel's (AAC: alpha 4). */
void um_mdct_sine(double *window, int n);
void um_mdct_kbd(double *window, int n, double alpha);
#endif
