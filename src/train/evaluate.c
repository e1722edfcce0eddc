/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evaluate.c: a network as it stands, over all samples of a task. */
#include "train/loader.h"
#include "train/trainer.h"
#include <stdlib.h>

um_status um_train_evaluate(um_graph *graph, const um_train_task *task, int batch, int threads,
                            um_status (*see)(void *user, const um_train_batch *batch, um_error *err),
                            void *user, um_error *err)
{
    um_loader_options options = {.steps = (task->samples + batch - 1) / batch,
                                 .batch = batch,
                                 .shards = 1,
                                 .size = 1,
                                 .threads = threads,
                                 .ahead = 2,
                                 .in_order = true};
    um_loader *loader = NULL;
    um_pool *pool = NULL;
    um_plan *plan = NULL;
    float *const *in_data, *const *target_data;
    double waited = 0;
    um_status st = um_loader_new(&loader, task, &options, err);
    if (st == UM_OK)
        st = um_pool_new(&pool, threads, err);
    for (int64_t step = 0; step < options.steps && st == UM_OK; step++) {
        um_tensor store[UM_TRAIN_PORTS];
        const um_tensor *in[UM_TRAIN_PORTS], *out[UM_TRAIN_PORTS];
        int64_t left = task->samples - step * batch;
        if ((st = um_loader_next(loader, &in_data, &target_data, &waited, err)) < 0)
            break;
        um_train_tensors(task, batch, in_data, 0, store, in);
        if (!plan && (st = um_plan_new(&plan, graph, in, pool, err)) < 0)
            break;
        if ((st = um_plan_run(plan, in, out, err)) < 0)
            break;
        um_train_batch b = {.n = left < batch ? (int)left : batch,
                            .first = step * batch,
                            .in = (const float *const *)in_data,
                            .target = (const float *const *)target_data,
                            .out = out};
        st = see(user, &b, err);
    }
    um_plan_free(&plan);
    um_pool_free(&pool);
    um_loader_free(&loader);
    return st;
}
