/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loader.h: threads that make samples ahead of the training, into a ring of batches. */
#ifndef UM_TRAIN_LOADER_H
#define UM_TRAIN_LOADER_H
#include "train/task.h"

typedef struct um_loader_options {
    int64_t first_step, steps;     /* batches first_step .. steps - 1 */
    int batch, shards, rank, size; /* this process makes the shards rank, rank + size, ... */
    int threads, ahead;
    uint64_t seed;
    bool in_order; /* no shuffling; samples beyond the last are not made */
} um_loader_options;

typedef struct um_loader um_loader;
um_status um_loader_new(um_loader **out, const um_train_task *task, const um_loader_options *options,
                        um_error *err);
void um_loader_free(um_loader **loader);
/* The next batch, complete: in[k], target[k] hold this process's shards one after the other, and are good
 * until the next call. Adds the seconds it had to wait. A sample that failed fails its batch. */
um_status um_loader_next(um_loader *loader, float *const **in, float *const **target, double *waited_s,
                         um_error *err);

/* A permutation of 0 .. n - 1, another for every key: a Feistel network over the next power of four, walked
 * until it falls inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains"). Needs no memory,
 * so any thread may ask for any place in any epoch. */
int64_t um_shuffle(uint64_t key, int64_t n, int64_t i);
int64_t um_train_elements(const um_train_shape *shape);
/* n samples, from number `first` in data[k] on, as inputs of a graph; store and in have a place per input. */
void um_train_tensors(const um_train_task *task, int n, float *const *data, int64_t first, um_tensor *store,
                      const um_tensor **in);
#endif
