/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lip_voices.h: whose lips move with each voice. Voices are known at the end only (um_product_turns), so
 * mouths and sound are kept by time until then. */
#ifndef UM_LIP_VOICES_H
#define UM_LIP_VOICES_H
#include "signals/face/lip_answer.h"

enum {
    UM_LIP_BLOCK = 25,                             /* steps: a second */
    UM_LIP_HEARD = UM_LIP_BLOCK + 2 * UM_LIP_MOST, /* steps of sound around them */
    UM_LIP_BLOCKS = 18000 /* 5 hours of mouths, 3.3 MB; what comes later is not kept */
};

typedef struct um_lip_block um_lip_block;
typedef struct um_lip_voices { /* all zero = empty */
    um_lip_block *block;
    size_t capacity;
    int n;
} um_lip_voices;

typedef struct um_lip_second {
    int64_t first;               /* step */
    int person;                  /* index into those of um_lip_voices_tell */
    const double *mouth, *sound; /* [UM_LIP_BLOCK], [UM_LIP_HEARD]; NAN: unknown */
    bool speech[UM_LIP_BLOCK], moves[UM_LIP_BLOCK];
} um_lip_second;
um_status um_lip_voices_add(um_lip_voices *v, const um_lip_second *s, um_error *err);
void um_lip_voices_clear(um_lip_voices *v);

typedef struct um_lip_person {
    int id;
    const um_lip_seen *seen; /* in the whole recording */
} um_lip_person;
/* What person i says while voice `voice` speaks: sums, with the pictures of the whole recording. */
void um_lip_voices_sum(um_lip_seen *sum, const um_lip_voices *v, const um_turns_told *turns, int voice, int i,
                       const um_lip_person *person);
/* A link, or the reason why there is none, of each voice where there are two or more. *linked: of any. */
um_status um_lip_voices_tell(bool *linked, const um_lip_voices *v, const um_turns_told *turns,
                             const um_lip_person *person, int n, um_findings *out, um_error *err);
#endif
