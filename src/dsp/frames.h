/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frames.h: short frames of sound as power spectra, and those as the map that networks hear.
 *
 * A frame is `window` samples under a Hann window, padded with zeros to `padded` samples; frames begin every
 * `hop` samples. */
#ifndef UM_DSP_FRAMES_H
#define UM_DSP_FRAMES_H
#include "dsp/fft.h"

typedef struct um_framer {
    int n_window;
    um_fft *fft; /* of the padded frame */
    double *window, scale;
    double *power; /* of the frame at hand */
} um_framer;

um_status um_framer_new(um_framer **out, int window, int padded, um_error *err);
void um_framer_free(um_framer **framer);
/* power[k], k = 0 .. padded / 2: scaled so that their sum is the mean square of the frame's samples under
 * its window. */
void um_framer_power(um_framer *framer, float *power, const float *samples);

/* map[bin][frame] from power[frame][bin]: ln(power + a floor 66 dB below the mean power of a bin), less the
 * mean over the frames of its bin, a third of it: the colour of a channel, as far as it does not change, is
 * gone, as is the level. No power at all gives zeros. */
void um_frames_map(float *map, const float *power, int n_frames, int n_bins);

/* What a network hears of a stretch of sound: two planes [n_bins][n_frames], the map of all bins but the
 * lowest, and beside it where each bin lies, from -1 to 1. n_bins is half of `padded`, n_frames at least 2;
 * `samples` has (n_frames - 1) * hop + window; `power`, [n_frames][n_bins], is to work in. */
void um_frames_planes(float *planes, um_framer *framer, float *power, const float *samples, int n_frames,
                      int hop);
#endif
