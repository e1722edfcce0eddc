/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decay.h: how sound dies away when its source stops: reverberation time without a measured impulse.
 *
 * The free decays in the recording itself, as Lollmann, Yilmaz, Jeub & Vary, "An improved algorithm for blind
 * reverberation time estimation", IWAENC 2010: stretches in which the power falls all the way. Differences: a
 * line through the level (ISO 3382's T20, from -5 to -25 dB) instead of the likelihood of a model. A voice
 * dies away more slowly than the room or as fast: the shorter ones tell of the room. */
#ifndef UM_DSP_DECAY_H
#define UM_DSP_DECAY_H
#include "base/base.h"

enum { UM_DECAY_BLOCKS = 250 };
#define UM_DECAY_MAX_S 5. /* of reverberation time: 30 dB in 2.5 s */

typedef struct um_decays {
    int rate_hz, block, n_sum; /* samples: of a level, in the sum */
    double sum, last;
    int64_t next;
    int n; /* levels since the greatest */
    double least;
    double level[UM_DECAY_BLOCKS]; /* dB */
} um_decays;

/* A decay that began at t_s; rt60_s: to fall by 60 dB. Not UM_OK stops. */
typedef um_status (*um_decay_fn)(void *user, double t_s, double rt60_s, um_error *err);
void um_decays_init(um_decays *d, int rate_hz);
/* n samples from index `first` on; after a gap it begins anew. What is not finite counts as 0. */
um_status um_decays_push(um_decays *d, int64_t first, const float *samples, int n, um_decay_fn fn, void *user,
                         um_error *err);
um_status um_decays_end(um_decays *d, um_decay_fn fn, void *user, um_error *err); /* one that was under way */
#endif
