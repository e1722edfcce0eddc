/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_loss.h: what a face detector without anchors should have answered.
 *
 * Per stride s the network gives, for each cell (c, r) in row-major order, a score (logit), a box (b0..b3)
 * and five points: centre = ((c + b0) s, (r + b1) s), size = (exp(b2) s, exp(b3) s), point = ((c + k0) s, (r
 * + k1) s); pixels of the input, edges at integers (as yunet: Wu et al. 2023, "YuNet").
 */
#ifndef UNMASK_DETECTOR_LOSS_H
#define UNMASK_DETECTOR_LOSS_H
#include <unmask/types.h>

enum { DET_STRIDES = 3, DET_POINTS = 5, DET_MOST_FACES = 256 };
extern const int det_stride[DET_STRIDES];

typedef struct det_face {
    um_rect box;               /* pixels of the input */
    um_point five[DET_POINTS]; /* image-left eye, image-right eye, nose, mouth left, mouth right */
    bool has_five;
    bool ignore; /* neither a face nor background: teachers disagree, or it is cut or too small */
} det_face;

typedef struct det_truth {
    int n;
    det_face face[DET_MOST_FACES];
} det_truth;

/* The answers for one picture at one stride, and where their gradients go: [ny * nx][1, 4, 2 * DET_POINTS].
 */
typedef struct det_level {
    int nx, ny;
    const float *score, *box, *points;
    float *score_grad, *box_grad, *points_grad;
} det_level;

typedef struct det_terms {
    double score, box, points; /* means over the positive cells, as added up in the loss */
    int positives;
} det_terms;

/* Loss of `n` pictures; level[i * DET_STRIDES + k] is picture i at stride k. Writes every gradient.
 * score: quality focal loss (Li et al. 2020) whose target is the overlap of the predicted box with the face;
 * box: 2 (1 - GIoU) (Rezatofighi et al. 2019); points: smooth L1 of the offset over the face's size. */
um_status det_loss(const det_level *level, const det_truth *truth, int n, det_terms *terms, um_error *err);
#endif
