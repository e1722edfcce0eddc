/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_sample.h: pairs of a real face and a fake one, placed and spoiled alike. */
#ifndef UNMASK_FACE_SAMPLE_H
#define UNMASK_FACE_SAMPLE_H
#include "face_set.h"

#define FACE_SEEN 1.4f                   /* what the network sees over the box of the points */
enum { FACE_SIDE = 160, FACE_MAP = 20 }; /* pixels of the network's picture, cells of its map, along a side */

typedef struct face_mix {
    float listed;   /* share of pairs of the lists, not blended */
    float hardness; /* 0..1: of blends and of what is done to both */
} face_mix;

typedef struct face_pair {
    um_image *picture[2];              /* real, fake; FACE_SIDE */
    float border[FACE_MAP * FACE_MAP]; /* of the fake, 0..1 */
    bool blended;                      /* else the border is unknown */
} face_pair;

um_status face_pair_draw(face_pair *out, const face_set *set, const face_mix *mix, uint64_t seed,
                         um_error *err);
/* A blended pair of this face, easy, as it stands: for validation. */
um_status face_pair_of(face_pair *out, const face_set *set, int item, uint64_t seed, um_error *err);
void face_pair_free(face_pair *pair);
/* One face as it stands, for measuring. */
um_status face_alone(um_image **out, const face_set *set, int item, um_error *err);
#endif
