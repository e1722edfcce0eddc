/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lip_network.h: two small towers that bring mouths and sound into one space (docs/models/lips.md): 32
 * numbers of each step, which go together where the lips move with the sound. Learnt by tools/lip_model.py.
 *
 * Mouth: picture (12 x 16) to 48 numbers; with six measures of the landmarks, each weighted over five steps;
 * 64, of which negative ones are 0; 32. Sound, in half steps: 48 out of three rows of 32 bands; 48 out of the
 * two of a step; each weighted over five steps; 64; 32; what is below 0 is 0 after each but the weighting and
 * the last. Before the first step and after the last there is 0. */
#ifndef UM_LIP_NETWORK_H
#define UM_LIP_NETWORK_H
#include "base/base.h"
#include "dsp/steps.h"
#include "faces/mouth.h"
#include <unmask/image.h>

enum {
    UM_LIP_PIXELS = UM_MOUTH_ACROSS * UM_MOUTH_DOWN / 4,
    UM_LIP_MEASURES = 6,
    UM_LIP_MOUTH = UM_LIP_PIXELS + UM_LIP_MEASURES, /* values of a mouth */
    UM_LIP_BANDS = 32,
    UM_LIP_SOUND = 2 * UM_LIP_BANDS, /* values of sound: of each half of the step */
    UM_LIP_NUMBERS = 32,
    UM_LIP_STEPS = 128 /* at most, in a run */
};

typedef struct um_lip_layer {
    int n_in, n_out;
    float *weight, *offset; /* [n_in][n_out], [n_out] */
} um_lip_layer;
enum { UM_LIP_LAYERS = 9 };
typedef struct um_lip_network { /* all zero = none */
    um_lip_layer layer[UM_LIP_LAYERS];
    float *values;
} um_lip_network;

um_status um_lip_network_own(um_lip_network *n, um_error *err);
/* UM_EFORMAT: a number is missing. */
um_status um_lip_network_read(um_lip_network *n, const char *text, um_error *err);
void um_lip_network_clear(um_lip_network *n);
/* out: [steps][UM_LIP_NUMBERS]; in: [steps][UM_LIP_MOUTH] or [steps][UM_LIP_SOUND], 0 where not known. */
void um_lip_network_see(const um_lip_network *n, float *out, const float *in, int steps);
void um_lip_network_hear(const um_lip_network *n, float *out, const float *in, int steps);

/* What the mouth tower sees of a picture; false: the points are nowhere. */
bool um_lip_mouth(float out[UM_LIP_MOUTH], const um_image *rgb, const um_face *face);

/* Rows of values on even steps of time, of which the newest UM_STEPS are kept (dsp/steps.h). */
typedef struct um_lip_track { /* all zero = empty */
    um_steps known;
    float *row; /* [UM_STEPS][size] */
    int size;
} um_lip_track;

um_status um_lip_track_put(um_lip_track *t, int64_t k, const float *row, int size, um_error *err);
void um_lip_track_clear(um_lip_track *t);
/* Rows first..first + steps, each less the mean of the known ones within 6 steps either way (half a second);
 * 0 with known[i] false where there are fewer than 7 of them, or the row is not known. Mouths: measures in
 * units of what they vary by, pictures of one contrast; sound: both halves less one mean. Return of mouths:
 * by how much a pixel varies, grey levels. */
double um_lip_track_mouths(float *out, bool *known, const um_lip_track *t, int64_t first, int steps);
void um_lip_track_sounds(float *out, bool *known, const um_lip_track *t, int64_t first, int steps);

/* Sums over pairs of rows of UM_LIP_NUMBERS; all zero = none. */
typedef struct um_lip_sums {
    double n, vv, ss, vs, v[UM_LIP_NUMBERS], s[UM_LIP_NUMBERS];
} um_lip_sums;
void um_lip_sums_add(um_lip_sums *to, const float v[UM_LIP_NUMBERS], const float s[UM_LIP_NUMBERS]);
/* Coefficient over all numbers, each less its own mean; NAN with fewer than `least` pairs, or when either
 * does not vary. */
double um_lip_sums_coefficient(const um_lip_sums *s, int least);
#endif
