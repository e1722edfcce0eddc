/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fft.h: discrete Fourier transform of real data in one or two dimensions. The only place with FFTW. */
#ifndef UM_DSP_FFT_H
#define UM_DSP_FFT_H
#include "base/base.h"

/* Fill `in`, call um_fft_run, read `out`: out[u][v] = sum over y, x of in[y][x] exp(-2 pi i (u y / rows + v x
 * / cols)), u in 0..rows-1, v in 0..cols/2 (the other half is the conjugate). `in` may be overwritten by the
 * run. One object is used by one thread; different objects by different threads. Same input, same bytes. */
typedef struct um_fft {
    int rows, cols;
    double *in;       /* [rows][cols] */
    double (*out)[2]; /* [rows][cols / 2 + 1] {real, imaginary} */
    void *plan;
} um_fft;

/* rows = 1 for one dimension. UM_EINVAL for sides below 1 or more than 2^24 values; UM_ENOMEM. */
um_status um_fft_new(um_fft **out, int rows, int cols, um_error *err);
void um_fft_free(um_fft **fft);
void um_fft_run(um_fft *fft);
/* The way back: `in` becomes the data whose transform `out` is; `out` is lost. */
void um_fft_back(um_fft *fft);
/* Autocorrelation of fft->in (one dimension), at lags of cols / back->cols of a sample: the real parts of
 * back->out, unnormalised. The padding of both keeps the ends apart up to the longest lag that is read. */
void um_fft_autocorrelation(um_fft *fft, um_fft *back);
/* The smallest size from `least` on that is even and has no prime factors but 2, 3 and 5: these are fast. */
int um_fft_size(int least);
static inline int um_fft_bins(const um_fft *fft) /* values per row of `out` */
{
    return fft->cols / 2 + 1;
}
#endif
