/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resample.h: sound at another sampling rate, by an exact ratio, block by block.
 *
 * Output sample m lies at m / rate_out seconds, input sample n at n / rate_in: y[m] = sum over n of x[n]
 * h(n - m rate_in / rate_out), a sinc under a Kaiser window (Kaiser, 1974), centred, so that nothing is
 * delayed. Of the lower of the two Nyquist frequencies the first 90 % pass within 0.001 dB and 85 dB are
 * stopped from 100 % on. Equal rates are copied. */
#ifndef UM_DSP_RESAMPLE_H
#define UM_DSP_RESAMPLE_H
#include "base/base.h"

enum { UM_RESAMPLE_MIN_HZ = 1000, UM_RESAMPLE_MAX_HZ = 768000, UM_RESAMPLE_MAX_BLOCK = 1 << 22 };
#define UM_RESAMPLE_MAX_INDEX ((int64_t)1 << 40)

/* Whether a block of sound is one that can be: beyond, sums of indices would overflow. */
static inline bool um_sound_in_range(int64_t first, int n)
{
    return n >= 0 && n <= UM_RESAMPLE_MAX_BLOCK && first >= 0 && first <= UM_RESAMPLE_MAX_INDEX;
}

typedef struct um_resampler {
    int rate_in, rate_out;
    int64_t up, down; /* rate_out and rate_in without their common divisor */
    int half;         /* input samples on each side of an output sample */
    int phases;       /* rows of the table but one: `up`, or fewer with linear interpolation between rows */
    float *table;     /* [phases + 1][2 half] */
    float *waiting;   /* input from index `first` on */
    size_t capacity;
    int n;
    int64_t first, next_out;
    int64_t runs; /* starts so far: 1, and one more for each jump of the input */
} um_resampler;

/* UM_EUNSUPPORTED for rates out of range; UM_ENOMEM. */
um_status um_resampler_new(um_resampler **out, int rate_in, int rate_out, um_error *err);
void um_resampler_free(um_resampler **resampler);
/* n samples (0..UM_RESAMPLE_MAX_BLOCK) from index `first` (0..UM_RESAMPLE_MAX_INDEX) on; values that are not
 * finite count as 0. Gives the output that can be told now: those samples that lie `half` input samples
 * before the end. Output starts at the first input sample, with zeros before it; so it does after a jump of
 * `first`, and what is still owed from before the jump is not given. *out is freed by the caller, NULL when
 * there is none. */
um_status um_resampler_push(um_resampler *resampler, float **out, int *n_out, int64_t *first_out,
                            int64_t first, const float *samples, int n, um_error *err);
#endif
