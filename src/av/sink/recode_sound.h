/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recode_sound.h: what a sound encoder leaves of a recording, for training and tests. */
#ifndef UM_AV_RECODE_SOUND_H
#define UM_AV_RECODE_SOUND_H
#include "base/base.h"

/* The lowest of the rates that an encoder takes and that are no lower than rate_hz, else its highest; rate_hz
 * itself when it takes any, or is not there. */
int um_sound_encoder_rate(const char *encoder, int rate_hz);
/* n samples of mono sound, in place, through an encoder of FFmpeg ("libmp3lame", "libopus", "aac", "libgsm",
 * "pcm_mulaw", ...) and its decoder. bit_rate in bits per second; 0: what the encoder takes by itself. The
 * delay that the encoder declares is taken off; what does not come back is zero. Samples beyond -1..1 are
 * clipped. The same input gives the same samples. UM_EUNSUPPORTED when FFmpeg was built without that encoder
 * or it does not take this rate. */
um_status um_sound_recode(float *samples, int n, int rate_hz, const char *encoder, int64_t bit_rate,
                          um_error *err);
#endif
