/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glasses.h: spectacles on a head: rims, bridge and temples as tubes; lenses as tilted planes that tint what
 * is behind them and mirror what is before them. */
#ifndef UM_SYNTH_GLASSES_H
#define UM_SYNTH_GLASSES_H
#include "figure/sculpt.h"

typedef struct glasses {
    const char *style;
    float half_w, half_h, power, taper; /* outline of a lens: a superellipse, narrower below */
    float rim, rim_below;               /* radius of the rim, mm */
    float temple;                       /* half height */
    bool tortoise;
    vec3 frame;                 /* colour, linear light */
    float gloss;                /* strength of its highlights */
    vec3 tint;                  /* share of the light that passes */
    float curve_mm;             /* radius of the front surface */
    float lamp, window, screen; /* share of the key light, of a window and of a screen that is mirrored */
    vec3 coat;                  /* colour of the mirrored light */
    vec3 centre[2], right[2], up[2], out[2]; /* of each lens, in the sculpture: 0 picture left, 1 right */
} glasses;

/* One bent tube of the frame. */
enum { WIRE_MAX = 48, WIRES = 5 };
typedef struct wire {
    int n;
    bool closed;
    vec3 at[WIRE_MAX];
    float across[WIRE_MAX], deep[WIRE_MAX]; /* radii at right angles to `deep_way` and along it */
    vec3 deep_way;
} wire;

/* The pair that belongs to the person's seed, set on the nose so that it touches no skin. */
void glasses_make(glasses *out, const person *a);
void glasses_wires(wire out[WIRES], const glasses *g, const person *a);

/* 1 on the border of a lens, less inside; u away from the nose, v up, mm from its centre. */
float glasses_outline(const glasses *g, float u, float v);
#endif
