/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task.h: what is learnt: samples, their loss, and how good a network is at it. The loop is in trainer.h. */
#ifndef UM_TRAIN_TASK_H
#define UM_TRAIN_TASK_H
#include "nn/plan.h"

enum { UM_TRAIN_PORTS = 16, UM_TRAIN_TERMS = 8, UM_TRAIN_METRICS = 8, UM_TRAIN_SHARDS = 256 };

typedef struct um_train_shape { /* of one sample: without the dimension of the batch; floats */
    int rank;
    int64_t dim[UM_MAX_RANK];
} um_train_shape;

/* One shard: n samples. in[k], target[k]: the samples one after the other; out[k]: of the graph, dim[0] = n.
 * grad[k]: where the gradient of the loss goes, laid out like out[k]; zero at first; NULL where no parameter
 * lies behind an output. */
typedef struct um_train_batch {
    int shard, n;
    int64_t first; /* um_train_evaluate: the index of the first sample */
    const float *const *in, *const *target;
    const um_tensor *const *out;
    float *const *grad;
} um_train_batch;

typedef struct um_train_task {
    const char *name;
    int n_in, n_targets; /* inputs in the order of the graph */
    um_train_shape in[UM_TRAIN_PORTS], target[UM_TRAIN_PORTS];
    int64_t samples; /* in an epoch */
    int together;    /* so many samples, from a multiple of it on, stay neighbours in any order: pairs in
                        one batch. Divides `samples`, and should divide a shard; 0: 1 */
    int n_terms;     /* the loss is their sum */
    const char *term[UM_TRAIN_TERMS];
    int n_metrics; /* the first decides: higher is better */
    const char *metric[UM_TRAIN_METRICS];
    void *user;

    /* Writes sample `index` of `epoch` (drawn in another order in each). `seed` is its own: all chance must
     * come from it, so that the same sample is the same on any thread. Called from several threads. */
    um_status (*sample)(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                        float *const *target, um_error *err);
    /* Loss of a shard as the mean over its samples: terms, and gradients of their sum. Called from several
     * threads, each time for another shard. */
    um_status (*loss)(void *user, const um_train_batch *batch, double *terms, um_error *err);
    /* Measures the graph as it stands (um_train_evaluate may help); NULL: the last weights are the result. */
    um_status (*validate)(void *user, um_graph *graph, double *metrics, um_error *err);
} um_train_task;

typedef struct um_train_progress {
    int64_t step, steps;
    double epoch, loss; /* loss: mean since the last log line */
    double rate, samples_per_s, seconds, eta_s;
    double utilisation; /* share of the time not spent waiting for samples */
    double best;        /* metric; NAN before the first */
} um_train_progress;
#endif
