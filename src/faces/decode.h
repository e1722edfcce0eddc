/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.h: what detectors answer, as boxes; and the choice among boxes that overlap.
 * Rectangles are as for um_image_crop_resize: {0, 0, width, height} is the image. */
#ifndef UM_DECODE_H
#define UM_DECODE_H
#include "networks/manifest.h"
#include <unmask/network.h>

typedef struct um_found {
    um_rect box;
    um_point five[5];
    bool has_five;
    float score;
} um_found;

#define UM_MAX_FOUND 8192 /* candidates before suppression; more are dropped */
typedef struct um_found_list {
    int n;
    size_t capacity;
    um_found *v;
} um_found_list;

/* The outputs of one run, named by the decoder: arrays of n_strides for anchor-free, else only [0]. */
typedef struct um_detector_outputs {
    const um_tensor *score[UM_MAX_STRIDES], *object[UM_MAX_STRIDES], *box[UM_MAX_STRIDES],
        *points[UM_MAX_STRIDES];
} um_detector_outputs;

/* Appends faces in pixels of the input (edges at integers: 0 .. width). Shapes are checked: UM_EFORMAT. */
um_status um_decode_faces(um_found_list *list, const um_decoder *d, const um_detector_outputs *out, int width,
                          int height, float score_min, um_error *err);
#define UM_PART 0.8f /* share of the smaller box from which it is a part of the other's face */
/* Boxes of one face: their overlap is above `iou`, or of the smaller one more than the share `inside` is
 * shared. */
bool um_same_place(um_rect a, um_rect b, float iou, float inside);
/* Sorts by score and removes every box that overlaps a better one by more than `iou` (intersection over
 * union) or lies in it (or holds it) by more than `inside` of the smaller area. */
void um_suppress(um_found_list *list, float iou, float inside);
#endif
