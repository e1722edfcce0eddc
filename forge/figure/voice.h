/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice.h: the sound of a script. */
#ifndef UM_SYNTH_VOICE_H
#define UM_SYNTH_VOICE_H
#include "base/base.h"
#include "figure/script.h"

enum { VOICE_RATE_HZ = 48000 };
#define VOICE_JITTER 0.006 /* sigma of a period, relative */
#define VOICE_SHIMMER 0.03 /* sigma of a pulse's strength, relative */

typedef struct voice {
    float *sound; /* [n_samples] mono */
    int n_samples;
    double *pulse_s; /* [n_pulses] when the vocal folds start to open */
    int n_pulses;
    size_t cap_pulses;
} voice;

um_status voice_make(voice *out, const script *s, um_error *err);
void voice_free(voice *v);
/* The intended pitch at a time, before jitter; 0 where nothing is voiced. */
double voice_f0_hz(const script *s, double t_s);
#endif
