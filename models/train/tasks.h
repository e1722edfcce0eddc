/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tasks.h: the two face networks as tasks of the trainer (train/trainer.h). */
#ifndef UNMASK_TASKS_H
#define UNMASK_TASKS_H
#include "detector_sample.h"
#include "landmark_sample.h"
#include "train/trainer.h"

/* 68 points, the opening of both eyes, and whether it is a face. Metric: minus the normalised mean error in
 * percent of the distance of the outer eye corners, over the validation faces whose points were set by hand.
 */
typedef struct landmark_task {
    um_train_task task, check;
    landmark_set train, validation;
    sample_mix mix;
    int threads;
} landmark_task;
um_status landmark_task_new(landmark_task *out, const photos *p, const sample_mix *mix, int threads,
                            um_error *err);
void landmark_task_free(landmark_task *t);
/* Metric: average precision (area under precision over recall at IoU 0.5) of mosaics of validation photos. */

typedef struct detector_task {
    um_train_task task, check;
    const photos *photos;
    int threads;
    sample_mix mix;
} detector_task;
/* `mix`: of training samples only. */
void detector_task_init(detector_task *out, const photos *p, const sample_mix *mix, int threads);

/* Bytes of an RGB picture as three planes of -1..1: "mean" 127.5 and "scale" 1/127.5 of the manifests. */
void planes_of(float *to, const um_image *rgb);
#endif
