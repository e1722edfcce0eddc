/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_folder.h: the folder of a trained network: manifest, calibration, card (docs/train.md). */
#ifndef UNMASK_DETECTOR_FOLDER_H
#define UNMASK_DETECTOR_FOLDER_H
#include "network_task.h"

typedef struct detector_folder {
    const network_task *task;
    const void *state; /* of the task */
    const network_recipe *recipe;
    const um_train_result *result;
    const char *out, *work, *onnx; /* folders; the network's file, in `out` */
    const char *about;             /* what it was trained on */
    int threads;
    um_progress_fn progress;
    void *user;
} detector_folder;

/* Analyses what was set aside as everybody will, with the network in its folder; writes what came out. Takes
 * `held`. `said`: the same in short. */
um_status detector_folder_write(char **said, const detector_folder *f, held_list *held, um_error *err);
#endif
