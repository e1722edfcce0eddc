/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sculpt.h: the shape of a person as a signed distance field.

 *
 * Millimetres; x to the picture's right, y up, z towards the viewer; the origin lies between the ears at the
 * height of the eyes. */
#ifndef UM_SYNTH_SCULPT_H
#define UM_SYNTH_SCULPT_H
#include "figure/vec.h"
#include <stdbool.h>

enum { N_POINTS = 68 };

typedef struct person {
    uint64_t seed;
    float width, jaw, chin, nose, nose_width, lips, brow, cheek; /* around 1 */
    float mouth_w;                                               /* half width of the mouth */
    float eye_x, eye_w, eye_up, eye_down; /* centre, half width, heights of the opening above and below */
    float hair_len, hair_down;            /* thickness; 1 = to the shoulders */
    float hairline_y, beard, brow_dark;
    vec3 skin, hair, iris, cloth, lip; /* linear light */
    float f0_hz, tract;                /* mean pitch; vocal tract length, 1 = 17 cm */
    bool wears_glasses;                /* person_make leaves them off */
} person;

void person_make(person *out, uint64_t seed, int kind); /* kind 0, 1: two casts that alternate */

#define EYE_Y 0.f
#define EYE_Z 64.5f
#define EYE_R 16.f
#define SHELL_R 17.4f /* outside of the lids */
#define SEAM_Y (-71.f)
#define MOUTH_GAP 6.f /* the mouth is baked this far open, so that the mesh has a slit */

/* Closed mouth, without eye openings cut when `solid`. */
float sculpt_head(const person *a, vec3 p, bool solid);
float sculpt_torso(const person *a, vec3 p);
/* The head with the mouth open by MOUTH_GAP, and where a point of it rests when the mouth is closed;
 * `lower` = it belongs to the lower lip. */
float sculpt_baked(const person *a, vec3 p);
vec3 sculpt_rest(const person *a, vec3 baked, bool *lower);

/* Curves of eyes and lips in the frontal plane. s in -1..1 from the inner to the outer corner; heights
 * relative to the eye's centre. */
float eye_upper(const person *a, float s, float opening); /* the moving lid, 0 closed .. 1 open */
float eye_fold(const person *a, float s);                 /* the fixed upper border it slides under */
float eye_lower(const person *a, float s);
float lip_top(const person *a, float x);
float lip_bottom(const person *a, float x);
float mouth_seam(float x);
/* How much hair covers a resting point: 1 inside the hair, 0 bare skin. */
float hair_cover(const person *a, vec3 p);

/* The 68 iBUG points at rest: eyes open, mouth closed. */
void sculpt_points(vec3 out[N_POINTS], const person *a);
#endif
