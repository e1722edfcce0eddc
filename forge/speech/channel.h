/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channel.h: what rooms, microphones, lines and encoders do to a voice, drawn at random. The same draws give
 * the same channel, so that both of a pair can go through one. */
#ifndef UNMASK_CHANNEL_H
#define UNMASK_CHANNEL_H
#include "base/base.h"
#include "degrade/random.h"

enum { CHANNEL_RATE_HZ = 16000, CHANNEL_MOST = 1 << 20 };

/* For pieces of exactly n samples (1 .. CHANNEL_MOST). One is used by one thread. */
typedef struct channel channel;
um_status channel_new(channel **out, int n, um_error *err);
void channel_free(channel **c);
/* In place, at CHANNEL_RATE_HZ: a room, an equalizer, a band, noise, overload, an encoder, few bits, a level;
 * each or none of them. `strength` 0..1: how often and how much; 0 leaves noise below hearing and a level. */
um_status channel_run(channel *c, float *samples, float strength, rng *r, um_error *err);
/* As above, where no encoder is Opus. Then, if `opus`: Opus at 8 to 32 kbit/s, as in messages and calls; and
 * then, now and then, another encoder. All draws are the same with and without it. */
um_status channel_run_opus(channel *c, float *samples, float strength, bool opus, rng *r, um_error *err);
/* n samples at `rate` as n_to samples at rate_to; beyond their end silence. */
um_status channel_resample(float *to, int n_to, int rate_to, const float *from, int n, int rate,
                           um_error *err);
#endif
