/* SPDX-License-Identifier: GPL-3.0-or-later */
/* landmark_sample.h: one crop of one face, as the landmark network sees it, with the answer.
 *
 * The crop is a square around the tight box of the 68 points (LANDMARK_CROP times its mean side), upright by
 * the eyes, then disturbed as a detector or the frame before would.
 */
#ifndef UNMASK_LANDMARK_SAMPLE_H
#define UNMASK_LANDMARK_SAMPLE_H
#include "degrade/augment.h"
#include "degrade/random.h"
#include "photos.h"

enum { LANDMARK_SIDE = 112 };
#define LANDMARK_CROP 1.4f /* "crop_from_points" of the manifest */

typedef struct landmark_truth {
    bool is_face;                    /* else points and opening mean nothing */
    um_point points[UM_N_LANDMARKS]; /* 0..1 of the crop, as um_square_point */
    float sure[UM_N_LANDMARKS];      /* weight of each point: 1 by hand, less by machines */
    float opening[2];                /* image-left, image-right eye: mean lid distance over the eye's width */
    float opening_sure[2];
} landmark_truth;

typedef struct landmark_item {
    int photo, face;
} landmark_item;

/* The faces one can draw from: pairs of photo and face. */
typedef struct landmark_set {
    const photos *photos;
    int n;
    landmark_item *item;
} landmark_set;
um_status landmark_set_new(landmark_set *out, const photos *p, bool validation, um_error *err);
void landmark_set_free(landmark_set *set);

/* Pure: the same arguments give the same sample. `mix` NULL: upright, centred, untouched. */
um_status landmark_sample(um_image **out, landmark_truth *truth, const landmark_set *set, int item,
                          uint64_t seed, const sample_mix *mix, um_error *err);
float eye_opening(const um_point eye[6]);
#endif
