/* SPDX-License-Identifier: GPL-3.0-or-later */
/* training_run.h: one training of a network, whatever the task: from a file to a file. */
#ifndef UNMASK_TRAINING_RUN_H
#define UNMASK_TRAINING_RUN_H
#include "train/trainer.h"

/* An ONNX file, or the text of a network, whose weights are drawn from `seed`. */
um_status training_graph(um_graph **out, const char *path, uint64_t seed, um_error *err);

typedef struct training_run {
    const char *graph;  /* as training_graph */
    const char *folder; /* gets NAME.checkpoint, NAME.jsonl and NAME.html; is there */
    const char *name;
    const char *out;     /* ONNX, of the first process alone */
    const char *made_by; /* noted in it */
    um_train_options options;
    bool (*stop)(void *user); /* asked after each step; NULL: never */
    void *user;
} training_run;

/* Lines of progress with rate and ETA go to stderr, every few seconds. UM_ECANCELLED: `stop` said so; the
 * checkpoint is written. */
um_status training_run_go(um_train_result *result, const training_run *run, const um_train_task *task,
                          um_error *err);
#endif
