/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shade.h: colour of one sample of a surface, in linear light. */
#ifndef UM_SYNTH_SHADE_H
#define UM_SYNTH_SHADE_H
#include "figure/figure.h"

typedef struct lighting {
    vec3 to_key; /* unit, towards the main light, scene frame */
    vec3 key;    /* its colour times intensity */
    vec3 sky, ground, rim;
} lighting;

typedef struct surface {
    vec3 normal, rest; /* unit normal in the scene; place in the sculpture */
    vec3 to_camera;    /* unit */
    float ambient, shadow, inside;
    material what;
    int side;
    const glasses *worn; /* of a FRAME */
} surface;

/* `blood`: relative change of the skin's reflectance per channel at this moment. */
vec3 shade(const person *a, const surface *s, const lighting *l, const pose_state *state, vec3 blood);
/* What is left of the colour `c` behind a pair of glasses, with what the lenses mirror. The ray starts at the
 * camera, scene frame; along.z = -1 and `depth` is where `c` lies on it. */
vec3 shade_lenses(const glasses *g, const pose_state *state, const lighting *l, vec3 camera, vec3 along,
                  float depth, vec3 c);
/* Everything behind; x, y in 0..1 from the top left corner. */
vec3 shade_background(float x, float y);
#endif
