/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conversation.h: from frames of sound to who speaks when: points (speaker.h) of steps of half a second, each
 * with what is around it, so that a word of another voice in between is not told; then voices (turns.h). */
#ifndef UM_VOICE_CONVERSATION_H
#define UM_VOICE_CONVERSATION_H
#include "voice/turns.h"

enum { UM_CONVERSATION_STEP = 50 }; /* frames of um_product_logmel: half a second */

typedef struct um_conversation um_conversation;
um_status um_conversation_new(um_conversation **out, um_error *err);
void um_conversation_free(um_conversation **c);
/* The next frame; `voice`: the probability that somebody speaks in it. */
um_status um_conversation_frame(um_conversation *c, int64_t frame, const float bands[UM_SPEAKER_BANDS],
                                float voice, um_error *err);
/* The frames to come do not continue those before. */
um_status um_conversation_break(um_conversation *c, um_error *err);
/* Once, at the end: as um_turns_finish; step `at` begins with frame at * UM_CONVERSATION_STEP. */
um_status um_conversation_finish(const um_turn_step **step, int *n, int *n_voices, um_conversation *c,
                                 um_error *err);
#endif
