/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.h: a person as triangles that move: head, torso, eyes, lids, lashes, teeth, tongue, glasses. */
#ifndef UM_SYNTH_FIGURE_H
#define UM_SYNTH_FIGURE_H
#include "figure/glasses.h"
#include "figure/mesh.h"
#include "figure/sculpt.h"

typedef enum material { SKIN, CLOTH, EYE, LID, LASH, TEETH, TONGUE, FRAME } material;

/* What the moment does to a figure. */
typedef struct pose_state {
    mat3 head;            /* rotation, figure to scene */
    vec3 shift;           /* of the whole figure, mm */
    vec3 sway;            /* of the head against the torso, mm */
    float lid;            /* 0 closed .. 1 open */
    float jaw_rad;        /* rotation of the lower jaw */
    float round;          /* lips: -1 spread .. 1 round */
    float brow;           /* raised brows, mm */
    float gaze_x, gaze_y; /* radians, in the head */
} pose_state;

/* How a point follows the parts. */
typedef struct binding {
    float jaw, mouth, brow, head, lid;
} binding;

typedef struct figure {
    person a;
    glasses worn; /* where a.wears_glasses */
    int n_vertices, n_triangles;
    vec3 *rest;         /* [n_vertices] mouth closed, eyes open; of an eye: relative to its centre */
    binding *bind;      /* [n_vertices] */
    float *ambient;     /* [n_vertices] share of the sky that is seen, 0..1 */
    float *inside;      /* [n_vertices] 1 = wall of the mouth */
    uint8_t *what;      /* [n_vertices] material */
    int8_t *side;       /* [n_vertices] eyes and lids: -1 picture left, 1 right; else 0 */
    int (*triangle)[3]; /* [n_triangles] */
    vec3 points[N_POINTS];
    binding point_bind[N_POINTS];
} figure;

/* cell: edge of the lattice in mm; 1.25 for pictures. */
um_status figure_new(figure **out, const person *a, float cell, um_error *err);
void figure_free(figure **f);
/* Positions in the scene (mm; camera looks along -z from figure_camera). */
void figure_pose(const figure *f, const pose_state *s, vec3 *position);
void figure_points(const figure *f, const pose_state *s, vec3 position[N_POINTS]);
extern const vec3 figure_pivot; /* the head turns about this point */
#endif
