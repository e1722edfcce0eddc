/* SPDX-License-Identifier: GPL-3.0-or-later */
/* selfblend.h: a face blended with a changed copy of itself (Shiohara and Yamasaki 2022, "Detecting deepfakes
 * with self-blended images"; the border as in Li et al. 2020, "Face X-ray"): everything of a face swap but
 * the other face. */
#ifndef UNMASK_SELFBLEND_H
#define UNMASK_SELFBLEND_H
#include "degrade/random.h"
#include <unmask/faces.h>

/* The pair shares its surroundings to the pixel, so that nothing but what was pasted tells them apart. */
typedef struct selfblend_pair {
    um_image *real, *fake;
    um_image *border; /* gray, 4 M (1 - M) of the mask M: 255 where half is pasted */
} selfblend_pair;

/* `hardness` 0..1: from opaque pastes that differ clearly to faint ones. `points`: in pixels of `face` (RGB).
 */
um_status selfblend(selfblend_pair *out, const um_image *face, const um_point points[UM_N_LANDMARKS],
                    float hardness, rng *r, um_error *err);
void selfblend_free(selfblend_pair *pair);
/* Light, contrast, saturation and a cast, drawn at random; `strength` 1: up to 20 levels. */
void blend_tone(um_image *rgb, float strength, rng *r);
#endif
