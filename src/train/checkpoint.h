/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkpoint.h: everything needed to go on with a training as if it had never stopped, in one file. */
#ifndef UM_TRAIN_CHECKPOINT_H
#define UM_TRAIN_CHECKPOINT_H
#include "train/task.h"

/* Numbers of a training. Every member has eight bytes, so that the struct is the file's form too. */
typedef struct um_train_state {
    uint64_t seed; /* these three decide which samples come: a file with others is refused */
    int64_t batch, shards;
    int64_t step, optimizer_steps;
    int64_t checked;           /* step of the last validation */
    int64_t best_step, waited; /* validations since the best one */
    double best, seconds;
    int64_t window_steps; /* since the last log line */
    double window[UM_TRAIN_TERMS], window_norm;
} um_train_state;

typedef struct um_train_array {
    float *data;
    size_t n;
} um_train_array;
enum { UM_CHECKPOINT_ARRAYS = 8 };

/* Written whole or not at all. */
um_status um_checkpoint_write(const char *path, const um_graph *graph, const um_train_state *state,
                              const um_train_array *arrays, int n_arrays, um_error *err);
/* Fills arrays of the sizes given. UM_EFORMAT: not a checkpoint, damaged, of another network or of other
 * numbers than those already in *state (seed, batch, shards); the arrays are then unchanged. */
um_status um_checkpoint_read(const char *path, const um_graph *graph, um_train_state *state,
                             const um_train_array *arrays, int n_arrays, um_error *err);
/* SHA-256 of what the graph computes, weights apart. */
void um_graph_identity(const um_graph *graph, char hex[65]);
#endif
