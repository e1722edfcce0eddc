/* SPDX-License-Identifier: GPL-3.0-or-later */
/* predict.h: what of sound cannot be foretold from the samples before, and moments at which that is much more
 * than around.
 *
 * Cooper, "Detecting butt-spliced edits in forensic digital audio recordings", AES 39th International
 * Conference, 2010: a hard cut leaves a step that no microphone could have picked up; a high-pass makes it
 * stand out. Difference: the high-pass is fitted to the sound of the moment (linear prediction by Levinson
 * and Durbin's recursion; Makhoul, Proceedings of the IEEE 63(4), 1975). */
#ifndef UM_DSP_PREDICT_H
#define UM_DSP_PREDICT_H
#include "base/base.h"

enum { UM_JUMP_ORDER = 20, UM_JUMP_MIN_HZ = 8000, UM_JUMP_MAX_HZ = 768000 };

/* x[n] is foretold as the sum over k = 1..order of a[k - 1] x[n - k]; r: autocorrelation at lags 0..order.
 * Returns the power of what remains; 0, and a of zeros, for no sound. */
double um_levinson(double *a, const double *r, int order);

/* In blocks of 20 ms the moment at which the rest of the prediction, over half a millisecond, exceeds most
 * what it is at most in the 20 ms before and in those after, but for 1.5 ms around it. */
typedef struct um_jumps {
    int rate_hz, block, apart, width; /* samples */
    int n, n_rest;
    int64_t next;  /* index of the sample expected next */
    float *sound;  /* [2 block] */
    double *rest;  /* [3 block + 1] its running sum of squares */
    double *shape; /* [2 block] a Hann window */
    double *work;  /* [order + 1 + 2 block], that many zeros first */
} um_jumps;

/* sample: where the step is; contrast in dB, below 0 when it is none; power: of what remains there. Not UM_OK
 * stops. */
typedef um_status (*um_jump_fn)(void *user, int64_t sample, double contrast_db, double power, um_error *err);
/* UM_EUNSUPPORTED for rates out of range. */
um_status um_jumps_init(um_jumps *jumps, int rate_hz, um_error *err);
void um_jumps_clear(um_jumps *jumps); /* frees, leaves zeros */
/* n samples from index `first` on; after a gap it begins anew. What is not finite counts as 0. */
um_status um_jumps_push(um_jumps *jumps, int64_t first, const float *samples, int n, um_jump_fn fn,
                        void *user, um_error *err);
#endif
