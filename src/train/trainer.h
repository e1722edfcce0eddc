/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trainer.h: the training loop.
 *
 * A task says what a sample is and what a good answer is; the loop does the rest. A batch is cut into
 * `shards` equal parts. Each part runs forward and backward on its own, on any thread of any process, and the
 * gradients are added in the order of the shards: the curve depends on the seed and on the number of shards,
 * not on the number of threads (bit by bit), and only by rounding on the number of processes (comm.h).
 *
 * Batch normalization sees one shard at a time ("ghost batches", Hoffer et al. 2017, arXiv:1705.08741). The
 * running statistics take the mean over the shards of a step, with the unbiased variance.
 *
 * Weights that are validated, kept and returned are moving averages (Polyak and Juditsky 1992), those of
 * batch-normalization statistics included.
 */
#ifndef UM_TRAIN_TRAINER_H
#define UM_TRAIN_TRAINER_H
#include "train/comm.h"
#include "train/optimizer.h"
#include "train/task.h"

typedef struct um_train_options {
    int64_t steps; /* in all, those before a resume included */
    int batch, shards, threads;
    int loaders, ahead; /* threads that make samples, batches they may be ahead */
    uint64_t seed;
    um_optimizer_options optimizer;
    double rate; /* the highest; um_schedule with `warmup` steps and `floor` */
    int64_t warmup;
    double floor, clip_norm; /* clip_norm 0: no clipping */
    double average;          /* share the moving average keeps per step; 0: no averaging */
    int64_t log_every, validate_every;
    int patience;           /* validations without a better one before stopping; 0: never stop */
    double max_seconds;     /* of all runs together; 0: no limit. Ends like a full run, early */
    const char *checkpoint; /* file, written at each validation and at the end; NULL: none */
    const char *log;        /* JSON lines; NULL: none */
    const char *curves;     /* HTML page of the log, with each checkpoint; NULL: none */
    bool resume;            /* go on from `checkpoint` if it exists */
    um_comm *comm;          /* NULL: this process alone */
    bool (*progress)(void *user,
                     const um_train_progress *p); /* after each step; false stops: UM_ECANCELLED */
    void *progress_user;
} um_train_options;
/* Batch 32 in 2 shards, AdamW at 1e-3 with decay .01, 200 steps of warm-up, averages over some 1000 steps. */
um_train_options um_train_defaults(void);

typedef enum um_train_end { UM_TRAIN_STEPS, UM_TRAIN_PATIENCE, UM_TRAIN_TIME } um_train_end;
typedef struct um_train_result {
    um_train_end end;
    int64_t steps, best_step;
    double best, loss;                 /* loss: mean since the last log line */
    double seconds;                    /* of all runs together */
    double samples_per_s, utilisation; /* of this run */
} um_train_result;

/* Trains the graph in place: in the end it holds the best averaged weights. After a failure its weights are
 * those of some step. */
um_status um_train_network(um_graph *graph, const um_train_task *task, const um_train_options *options,
                           um_train_result *result, um_error *err);

/* Runs the graph as it stands (not as in training) over the samples 0 .. task->samples - 1 of epoch 0, in
 * order, and shows them to `see` batch by batch. */
um_status um_train_evaluate(um_graph *graph, const um_train_task *task, int batch, int threads,
                            um_status (*see)(void *user, const um_train_batch *batch, um_error *err),
                            void *user, um_error *err);
#endif
