/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tones.h: the steadiest tone of sound: a line that stays at one frequency over the whole recording. */
#ifndef UM_DSP_TONES_H
#define UM_DSP_TONES_H
#include "dsp/fft.h"

enum {
    UM_TONES_HZ = 16000, /* of the sound */
    UM_TONES_N = 16384,  /* samples under a Hann window, every half of it: lines are 2 Hz wide */
    UM_TONES_BINS = UM_TONES_N / 2 + 1
};

typedef struct um_tones {
    um_fft *fft;
    double *shape, *power, *over, *sum; /* [bins]; sum of ln of power over what is around */
    float *waiting;                     /* [N] */
    int n;
    int64_t next, windows;
} um_tones;

typedef struct um_tone {
    double hz;
    double times; /* its mean logarithm above that of all, in their deviations: chance gives 4 at most */
} um_tone;

um_status um_tones_init(um_tones *t, um_error *err);
void um_tones_clear(um_tones *t); /* frees, leaves zeros */
/* n samples at UM_TONES_HZ from index `first` on; after a gap windows begin anew. Windows of silence do not
 * count. What is not finite counts as 0. */
void um_tones_push(um_tones *t, int64_t first, const float *samples, int n);
bool um_tones_steadiest(um_tone *out, const um_tones *t); /* false without a window */
#endif
