/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_sample.h: what the voice network hears: a window of speech, spoiled, as a map. */
#ifndef UNMASK_VOICE_SAMPLE_H
#define UNMASK_VOICE_SAMPLE_H
#include "dsp/frames.h"
#include "dsp/front.h"
#include "speech/channel.h"
#include "speech/vocode.h"
#include "voice_set.h"

enum {
    VOICE_FRAMES = 224,
    VOICE_BINS = 256, /* without that of the mean */
    VOICE_HOP = 160,
    VOICE_FRAME = 400,
    VOICE_PADDED = 512,
    VOICE_WINDOW = (VOICE_FRAMES - 1) * VOICE_HOP + VOICE_FRAME,
    VOICE_MARGIN = 2000, /* samples more that are spoiled before it: where filters and encoders begin */
    VOICE_PIECE = VOICE_MARGIN + VOICE_WINDOW
};

/* Shares of pairs; the rest are a recording and a fake that have nothing to do with each other. */
typedef struct voice_mix {
    float matched;  /* a fake and the recording it was made from or has the words of */
    float copied;   /* a recording and what a vocoder makes of the same window */
    float strength; /* of the worst channel, see speech/channel.h: each pair's is drawn from 0 to this */
    float tapes;    /* chance that both of a pair run at another speed */
    bool opus;      /* both are the same voice, and the fake is what went through Opus */
    float masks;    /* chance of each of the bands and moments that are covered (Park et al. 2019) */
} voice_mix;
voice_mix voice_mix_usual(void);

/* What the network hears of a window: as many frames as lie in it. Of log power: VOICE_FRAMES of them. */
um_front_spec voice_front(um_front_kind kind);

/* How a sample came about, for sheets and cues. */
typedef struct voice_origin {
    enum { VOICE_FREE, VOICE_MATCHED, VOICE_COPIED } how;
    int voice; /* of the set */
    bool fake;
    vocoder_kind vocoder; /* VOICE_COPIED, the fake */
} voice_origin;

/* Working memory; one is used by one thread. */
typedef struct voice_maker {
    channel *channel;
    vocoder *vocoder;
    um_front *front;
    float *piece; /* [VOICE_PIECE]; from VOICE_MARGIN on what the map shows */
    float *tape;  /* what is to be played at another speed */
} voice_maker;
um_status voice_maker_new(voice_maker **out, const um_front_spec *front, um_error *err);
void voice_maker_free(voice_maker **maker);

/* One of a pair into maker->piece: the recording or the fake, both of the same draw and through the same
 * channel. */
um_status voice_draw(voice_maker *maker, voice_origin *origin, const voice_set *set, const voice_mix *mix,
                     bool fake, uint64_t seed, um_error *err);
/* A window of a voice, as it is (strength 0) or spoiled; by `opus`, through Opus too. */
um_status voice_window(voice_maker *maker, const voice_set *set, int voice, int start, float strength,
                       bool opus, uint64_t seed, um_error *err);
/* maker->piece as the network's input; of log power two planes [VOICE_BINS][VOICE_FRAMES], see
 * models/arch/voice.net. */
void voice_map(voice_maker *maker, float *planes);
/* Covers rows and moments of the first plane. */
void voice_cover(float *planes, const um_front_spec *front, float masks, rng *r);
#endif
