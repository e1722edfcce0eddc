/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h: a graph made ready for one set of input shapes: arrays with known shapes, a list of calls, one
 * block of memory.
 *
 * A plan for training keeps every parameter apart (nothing is folded or fused), runs its calls forward, takes
 * the gradient of a loss with respect to the outputs, and runs them backward. It works in the calling thread:
 * a batch is split into shards, one plan and one thread each (train/trainer.h), so that no operator has to
 * meet another thread, and the result depends on the number of shards alone, not on threads or machines.
 */
#ifndef UM_NN_PLAN_H
#define UM_NN_PLAN_H
#include "nn/op.h"

typedef struct um_plan um_plan;
/* Shapes, constants, fusion, layouts and memory for these inputs. Nothing is prepared for running yet. */
um_status um_plan_new(um_plan **out, const um_graph *graph, const um_tensor *const *in, um_pool *pool,
                      um_error *err);
/* The same with packed weights shared with other plans of this graph. */
um_status um_plan_new_packed(um_plan **out, const um_graph *graph, const um_tensor *const *in, um_pool *pool,
                             um_packs *packs, um_error *err);
/* Whatever the operators keep; the first run does it too. */
um_status um_plan_prepare(um_plan *plan, um_error *err);
/* In `workspace`, 64-byte aligned and of um_plan_bytes at least once it is prepared; NULL: in memory of its
 * own. Results last until the next run, whatever else uses the workspace. */
um_status um_plan_run_in(um_plan *plan, void *workspace, const um_tensor *const *in, const um_tensor **out,
                         um_error *err);
um_status um_plan_run(um_plan *plan, const um_tensor *const *in, const um_tensor **out, um_error *err);
size_t um_plan_bytes(const um_plan *plan);
void um_plan_free(um_plan **plan);
bool um_plan_fits(const um_plan *plan, const um_tensor *const *in);
int64_t um_plan_macs(const um_plan *plan);

/* --- training --- */

/* A float initializer that learns. `data` is the graph's own tensor: whoever steps the parameters changes the
 * graph, and every plan of it sees the change. */
typedef struct um_param {
    int value;        /* of the graph */
    const char *name; /* borrowed from the graph */
    int rank;
    int64_t dim[UM_MAX_RANK];
    int64_t n; /* elements */
    float *data;
    float *grad; /* of this plan; written by um_plan_backward. All of a plan follow each other in memory */
} um_param;

/* Like um_plan_new, for training: um_plan_run then normalizes by the statistics of the batch, and
 * um_plan_backward may follow. The graph must outlive the plan. */
um_status um_plan_new_training(um_plan **out, um_graph *graph, const um_tensor *const *in, um_error *err);
/* The gradient of the loss with respect to output i: zero after um_plan_run, for the caller to write before
 * um_plan_backward, laid out like the output. NULL when no parameter lies behind that output. */
float *um_plan_grad(um_plan *plan, int output);
um_status um_plan_backward(um_plan *plan, um_error *err);
int um_plan_n_params(const um_plan *plan); /* in the order of the graph's values */
const um_param *um_plan_param(const um_plan *plan, int i);
float *um_plan_grads(const um_plan *plan, size_t *n); /* of all parameters, one after the other */
int um_plan_n_stats(const um_plan *plan);
um_stat um_plan_stat(const um_plan *plan, int i); /* valid until the next run; all zero before the first */
#endif
