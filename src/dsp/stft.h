/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stft.h: short-time power spectra of sound that arrives in blocks, and their long-term average (LTAS). */
#ifndef UM_DSP_STFT_H
#define UM_DSP_STFT_H
#include "dsp/fft.h"

/* Frames of `n` samples under a Hann window, every n / 2 samples. power[k] for k = 0..n/2 is the power around
 * k * rate / n Hz, scaled so that the sum over k is the mean square of the signal: a sine of amplitude 1
 * gives 0.5. */
typedef struct um_stft {
    int n, rate_hz;
    int filled;   /* samples waiting */
    int64_t next; /* index of the sample expected next */
    um_fft *fft;
    double *window; /* [n] */
    float *waiting; /* [n] */
    double *power;  /* [n / 2 + 1] */
    double scale;
} um_stft;

/* first: index of the first sample of the frame. `power` is borrowed until the call returns. Not UM_OK stops.
 */
typedef um_status (*um_stft_fn)(void *user, int64_t first, const double *power, um_error *err);

/* A frame is the power of two nearest above 40 ms. UM_EINVAL for rates outside 1 kHz .. 768 kHz; UM_ENOMEM.
 */
um_status um_stft_new(um_stft **out, int rate_hz, um_error *err);
void um_stft_free(um_stft **stft);
/* n_samples of the stream from index `first` on. After a gap frames start anew, so that none spans it. Values
 * that are not finite count as 0. */
um_status um_stft_push(um_stft *stft, int64_t first, const float *samples, int n_samples, um_stft_fn fn,
                       void *user, um_error *err);
/* Frames that a push of these samples gives. */
int um_stft_due(const um_stft *stft, int64_t first, int n_samples);
static inline double um_stft_hz(const um_stft *stft, int k)
{
    return (double)k * stft->rate_hz / stft->n;
}

/* Without DC: an offset is no sound. */
double um_power_without_dc(const double *power, int n_bins);
bool um_is_sounding(const double *power, int n_bins); /* at least -60 dBFS */

/* Mean of power spectra; memory does not grow. */
typedef struct um_ltas {
    int n_bins;
    int64_t frames;
    double *sum; /* [n_bins] */
} um_ltas;
um_status um_ltas_init(um_ltas *ltas, int n_bins, um_error *err);
void um_ltas_clear(um_ltas *ltas); /* frees, leaves zeros */
void um_ltas_add(um_ltas *ltas, const double *power);

/* The frequency, in bins, below which `part` (0..1) of the power lies; linear inside the bin, whose power is
 * taken to lie evenly in k - 0.5 .. k + 0.5. 0 for no power at all. */
double um_rolloff(const double *power, int n_bins, double part);
#endif
