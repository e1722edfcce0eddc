/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modulation.h: steady rhythms in the energy of sound: does it rise and fall at one rate, and how often?
 *
 * Short-time energy in four bands, its logarithm, and the spectrum of that over two seconds: sound that is
 * made in steps repeats itself with the step (cyclostationarity; Gardner, IEEE Signal Processing Magazine
 * 8(2), 1991, squares the wave for the same end). A voice's pitch wanders and smears; a clock does not. */
#ifndef UM_DSP_MODULATION_H
#define UM_DSP_MODULATION_H
#include "dsp/fft.h"

enum {
    UM_MODULATION_HZ = 16000,  /* of the sound */
    UM_MODULATION_WINDOW = 32, /* samples: energy over 2 ms */
    UM_MODULATION_STEP = 8,    /* samples: 2000 energies per second */
    UM_MODULATION_N = 4096,    /* energies in a segment: 2.05 s, lines are 1 Hz wide */
    UM_MODULATION_BINS = UM_MODULATION_N / 2 + 1,
    UM_MODULATION_BANDS = 4
};
static const double UM_MODULATION_BIN_HZ =
    (double)UM_MODULATION_HZ / UM_MODULATION_STEP / UM_MODULATION_N; /* 0.488 */

/* The clearest rhythm: lines at hz, 2 hz, ... */
typedef struct um_rhythm {
    double hz;
    double times; /* mean logarithm of its lines, in standard errors of what chance gives for so many */
    double db;    /* mean height of the lines above what is around */
} um_rhythm;

typedef struct um_modulation {
    um_fft *fft, *short_fft;
    double *shape, *short_shape; /* Hann windows */
    float waiting[UM_MODULATION_WINDOW];
    int n_waiting, n; /* samples; energies of the segment */
    int64_t next;     /* index of the sample expected next */
    double *level;    /* [bands][N] ln power */
    double *line;     /* [bins] of the segment, over what is around */
    double *sum;      /* [bins] of all segments */
    int64_t segments;
} um_modulation;

um_status um_modulation_init(um_modulation *m, um_error *err);
void um_modulation_clear(um_modulation *m); /* frees, leaves zeros */
/* t_s: the middle of a segment; its own rhythm. Not UM_OK stops. */
typedef um_status (*um_modulation_fn)(void *user, double t_s, const um_rhythm *rhythm, um_error *err);
/* n samples at UM_MODULATION_HZ from index `first` on; after a gap a segment begins anew. Segments overlap by
 * half; one in which nothing changes is not counted. What is not finite counts as 0. */
um_status um_modulation_push(um_modulation *m, int64_t first, const float *samples, int n,
                             um_modulation_fn fn, void *user, um_error *err);
/* Of all segments; false without any. */
bool um_modulation_rhythm(um_rhythm *out, const um_modulation *m);
#endif
