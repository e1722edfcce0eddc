/* SPDX-License-Identifier: GPL-3.0-or-later */
/* weights.h: all that a training changes in a graph, seen as one row of numbers: parameters, then the running
 * statistics of normalizations. */
#ifndef UM_TRAIN_WEIGHTS_H
#define UM_TRAIN_WEIGHTS_H
#include "nn/plan.h"

typedef struct um_weights {
    const um_param *params; /* of the plan */
    int n_params, n_stats;
    um_stat *stats;             /* of the plan, their batch values not to be looked at */
    float **mean, **variance;   /* of each: the graph's running values */
    size_t n_grads, n_batch, n; /* numbers of all parameters, of all statistics, of both */
} um_weights;

/* `plan` must outlive it. */
um_status um_weights_new(um_weights *out, um_graph *graph, um_plan *plan, um_error *err);
void um_weights_free(um_weights *w);
void um_weights_get(const um_weights *w, float *to);
void um_weights_set(const um_weights *w, const float *from);
/* What the plan has just seen: mean and variance of each normalization, n_batch numbers. */
void um_weights_batch(const um_weights *w, const um_plan *plan, float *to);
/* Running statistics move towards factor * sum of um_weights_batch over shards; the variance becomes
 * unbiased, as the rest of the world keeps it. */
void um_weights_run(const um_weights *w, const float *sum, double factor);
#endif
