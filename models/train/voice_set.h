/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_set.h: recordings of voices as training wants them: decoded once to a folder, drawn by source and
 * generator. Memory grows with the number of recordings only, not with their length. */
#ifndef UNMASK_VOICE_SET_H
#define UNMASK_VOICE_SET_H
#include "data/dataset.h"
#include "degrade/random.h"
#include "held_list.h"

enum { VOICE_LISTS = 8 };

typedef struct voice {
    const um_example *about; /* of its dataset */
    const char *source;      /* its own, or else the folder it lies in */
    bool fake, held;         /* held: of a source that is set aside */
    int n;                   /* samples at 16 kHz, edges trimmed */
    int first_pair, n_pairs; /* of a fake: the recordings of its pair, in voice_set.pair */
} voice;

typedef struct voice_stratum {
    int first, n; /* in voice_strata.item */
    double up_to; /* of the weights, this one included */
} voice_stratum;
typedef struct voice_strata {
    voice_stratum *stratum;
    int *item; /* numbers of voices */
    int n, n_items;
} voice_strata;

typedef struct voice_set {
    um_dataset *list[VOICE_LISTS];
    int n_lists;
    char store[512];
    voice *voice;
    int n;
    int *pair;
    voice_strata real, fake, paired; /* of what is not held; paired: fakes with a recording */
} voice_set;

/* Every recording of the lists [n] that `filter` (um_dataset_filter) keeps; what is too short, or whose class
 * is not said, is left out; what cannot be read is named on stderr. `store`: a folder, which is filled as
 * needed. `held`: sources set aside, as held_out. */
um_status voice_set_read(voice_set *out, const char *const *lists, int n, const char *filter,
                         const char *store, const char *held, um_error *err);
void voice_set_free(voice_set *set);
void voice_set_add_held(held_list *list, const voice_set *set);
int voice_set_draw(const voice_strata *strata, rng *r); /* the number of a voice; -1: there is none */
/* n samples of a voice from `start` on; where it ends it begins again. */
um_status voice_set_samples(float *out, const voice_set *set, int voice, int start, int n, um_error *err);
#endif
