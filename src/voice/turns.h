/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turns.h: who speaks when: points of stretches (voice/speaker.h), put together to voices.
 *
 * Agglomerative clustering by the odds that two clusters are two voices, down to a limit (Sell &
 * Garcia-Romero, "Speaker diarization with PLDA i-vector scoring and unsupervised calibration", SLT 2014),
 * then a path along the recording that is for its voices and against changes (Viterbi). The odds are those of
 * the difference of two means, so that what all voices of a recording share (room, microphone) drops out;
 * more of a voice makes them surer, down to how much a voice drifts, and what is played again does not. No
 * table of all pairs is needed; when UM_TURNS_ITEMS clusters are at hand, the nearest are put together early.
 */
#ifndef UM_VOICE_TURNS_H
#define UM_VOICE_TURNS_H
#include "voice/speaker.h"

enum {
    UM_TURNS_ITEMS = 256,
    UM_TURNS_AROUND = 5,    /* steps whose sound makes a point: that of the middle one */
    UM_TURNS_STEPS = 36000, /* 5 hours of voice; what comes later is not told apart */
    UM_TURNS_VOICES = 12    /* at most; those that speak most */
};

typedef struct um_turns um_turns;
/* `spread`: variance of the means of voices in each number of a point, where points of one voice have 1. */
um_status um_turns_new(um_turns **out, const double spread[UM_SPEAKER_SIZE], um_error *err);
void um_turns_free(um_turns **turns);
/* Somebody speaks in step `at`, which grows; UM_ENOMEM. */
um_status um_turns_add(um_turns *t, int64_t at, const float point[UM_SPEAKER_SIZE], um_error *err);

typedef struct um_turn_step {
    int64_t at;
    int voice; /* from 0 on, in the order in which they begin */
} um_turn_step;
/* Once, at the end: the steps, which live as long as `turns`, and how many voices there are. */
um_status um_turns_finish(const um_turn_step **step, int *n, int *n_voices, um_turns *t, um_error *err);
#endif
