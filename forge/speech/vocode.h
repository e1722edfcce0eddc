/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vocode.h: real speech said again by a vocoder: the same words, voice and timing, but generated samples.
 * What a detector learns from the pair is the generation alone (Wang & Yamagishi, "Spoofed training data for
 * speech spoofing countermeasure can be efficiently created using neural vocoders", ICASSP 2023). */
#ifndef UNMASK_VOCODE_H
#define UNMASK_VOCODE_H
#include "base/base.h"
#include "degrade/random.h"

typedef enum vocoder_kind {
    VOCODER_PHASE,    /* magnitudes kept, phases found again (Griffin & Lim, IEEE TASSP 32(2), 1984; Perraudin
                         et al., WASPAA 2013) */
    VOCODER_MEL,      /* the same from mel bands: what most speech generators go through */
    VOCODER_LPC,      /* pulses and noise through linear prediction (Atal & Hanauer, JASA 50(2), 1971) */
    VOCODER_HARMONIC, /* harmonics below, noise above a frequency (Stylianou, 1996) */
    VOCODER_KINDS
} vocoder_kind;

enum { VOCODER_RATE_HZ = 16000, VOCODER_MOST = 1 << 20 };

/* For pieces of exactly n samples (2,048 .. VOCODER_MOST). One is used by one thread. */
typedef struct vocoder vocoder;
um_status vocoder_new(vocoder **out, int n, um_error *err);
void vocoder_free(vocoder **v);
/* In place, at VOCODER_RATE_HZ; parameters are drawn. The level stays about what it was. */
um_status vocoder_run(vocoder *v, float *samples, vocoder_kind kind, rng *r, um_error *err);
const char *vocoder_name(vocoder_kind kind);

/* --- between vocode.c and source_filter.c --- */

enum { VOCODER_HOP = 160 };
typedef struct voicing { /* frame i is centred on sample i * VOCODER_HOP */
    float hz, strength;  /* hz 0: no voice */
} voicing;
typedef struct source_filter source_filter;
um_status source_filter_new(source_filter **out, int n, um_error *err);
void source_filter_free(source_filter **s);
um_status source_filter_lpc(source_filter *s, float *samples, rng *r, um_error *err);
um_status source_filter_harmonic(source_filter *s, float *samples, rng *r, um_error *err);
#endif
