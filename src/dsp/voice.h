/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice.h: is somebody speaking? A likelihood ratio per frame of a power spectrum.
 *
 * Sohn, Kim & Sung, "A statistical model-based voice activity detection", IEEE Signal Processing Letters
 * 6(1), 1999: Gaussian models of speech and noise per bin, decision-directed a-priori SNR, and a two-state
 * hidden Markov model over the frames. Differences: the speech of the frame before is estimated by Wiener's
 * gain; the a-priori SNR is at least 0 dB and the ratios of independent bins are multiplied, not averaged,
 * so that the odds are odds and need no threshold of their own; the noise is followed with the speech
 * presence probability of Gerkmann & Hendriks, IEEE TASLP 20(4), 2012, as a recording need not begin with
 * noise. */
#ifndef UM_DSP_VOICE_H
#define UM_DSP_VOICE_H
#include "base/base.h"

typedef struct um_voice_detector {
    int n_bins;
    bool started;   /* the noise is known */
    double odds;    /* of speech against noise in the frame before; 0 at a new start */
    float *noise;   /* [n_bins] power */
    float *speech;  /* [n_bins] power in the frame before over its noise */
    float *present; /* [n_bins] smoothed probability of speech */
} um_voice_detector;

um_status um_voice_init(um_voice_detector *voice, int n_bins, um_error *err);
void um_voice_clear(um_voice_detector *voice);   /* frees, leaves zeros */
void um_voice_restart(um_voice_detector *voice); /* after a gap: keeps the noise */
/* log_ratio: mean over the bins of ln p(power | speech) / p(power | noise). Returns the probability of speech
 * given this frame and those before. power: as of the products' spectrogram. */
float um_voice_push(um_voice_detector *voice, float *log_ratio, const float *power);
#endif
