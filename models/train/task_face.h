/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_face.h: the network of manipulated faces as a task of the trainer: is it manipulated (logit), and the
 * border of what was pasted (a map of logits). */
#ifndef UNMASK_TASK_FACE_H
#define UNMASK_TASK_FACE_H
#include "face_sample.h"
#include "train/trainer.h"

/* Validates on faces set aside: their labels where both classes are there, and blended pairs of the real ones
 * (where nothing is set aside: of some that were trained on, which says little). The first metric is the mean
 * of both AUC. */
typedef struct face_task {
    um_train_task task, check, check_pairs;
    const face_set *set;
    face_mix mix;
    int harden; /* epochs from no hardness to that of `mix` */
    int threads;
    uint64_t seed;
    int *shown, n_shown; /* labelled faces set aside */
    int *pairs, n_pairs; /* real faces for blended pairs */
    double border_scale;
} face_task;

/* `samples` in an epoch, even. */
um_status face_task_new(face_task *out, const face_set *set, const face_mix *mix, int harden,
                        double border_scale, int samples, int threads, uint64_t seed, um_error *err);
void face_task_free(face_task *t);
/* metrics[3]: mean, of labels (NAN where a class lacks), of blended pairs. `csv`: scores of the labelled
 * faces (path, frame, label, kind, generator, source, pair_id, score); NULL: none. */
um_status face_task_measure(face_task *t, um_graph *graph, double metrics[3], FILE *csv, um_error *err);
#endif
