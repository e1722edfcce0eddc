/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speaker.h: who speaks, as a point: stretches of one voice lie near each other, those of two far.
 *
 * Of the mel-frequency cepstra of what is voice: their means without that of the level, their deviations, and
 * the root mean squares of their slopes (Furui, IEEE TASSP 29(2), 1981), projected by linear discriminant
 * analysis (Fisher 1936) that was learnt from speakers through many lines (docs/models/speaker.md). The
 * points of i-vectors (Dehak et al., IEEE TASLP 19(4), 2011) and of networks need thousands of speakers to
 * learn from. */
#ifndef UM_VOICE_SPEAKER_H
#define UM_VOICE_SPEAKER_H
#include "dsp/cepstra.h"

enum {
    UM_SPEAKER_CEPSTRA = 20,
    UM_SPEAKER_NUMBERS = 3 * UM_SPEAKER_CEPSTRA - 1,
    UM_SPEAKER_SIZE = 32,
    UM_SPEAKER_BANDS = 64
};

/* What a frame of um_product_logmel becomes. */
um_status um_speaker_cepstra_init(um_cepstra *c, um_error *err);
void um_speaker_cepstra(float out[UM_SPEAKER_CEPSTRA], const um_cepstra *c,
                        const float bands[UM_SPEAKER_BANDS]);

/* Sums over frames; those of two stretches add up. */
typedef struct um_speaker_sums {
    double n, c[UM_SPEAKER_CEPSTRA], cc[UM_SPEAKER_CEPSTRA], dd[UM_SPEAKER_CEPSTRA]; /* c, c^2, slope^2 */
} um_speaker_sums;
/* `frame`: cepstra of the frame, of the two before and the two behind it, in their order. The slope is that
 * of the line through the five, per frame. */
void um_speaker_sums_frame(um_speaker_sums *s, const float *const frame[5]);
void um_speaker_sums_add(um_speaker_sums *to, const um_speaker_sums *more);
/* Means, deviations, root mean squares of the slopes; zeros without a frame. */
void um_speaker_numbers(double out[UM_SPEAKER_NUMBERS], const um_speaker_sums *s);

/* Points of one voice in one recording vary by 1 in each number, if of 2.5 s of sound each; the means of
 * voices by the root of `spread`. */
typedef struct um_speaker_model {
    double offset[UM_SPEAKER_SIZE], weight[UM_SPEAKER_SIZE][UM_SPEAKER_NUMBERS], spread[UM_SPEAKER_SIZE];
} um_speaker_model;
/* From the text of a model: for each number of the point a line, its offset, its weights and its spread, in
 * millionths. UM_EFORMAT. */
um_status um_speaker_model_read(um_speaker_model *m, const char *text, um_error *err);
um_status um_speaker_model_own(um_speaker_model *m, um_error *err); /* the built-in one */
void um_speaker_point(float out[UM_SPEAKER_SIZE], const um_speaker_model *m, const um_speaker_sums *s);
#endif
