/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_voice.h: the voice network as a task of the trainer (train/trainer.h), and its scores. */
#ifndef UNMASK_TASK_VOICE_H
#define UNMASK_TASK_VOICE_H
#include "eval/metrics.h"
#include "train/trainer.h"
#include "voice_sample.h"
#include <pthread.h>

/* Batches are made of pairs: an even number of samples a shard. Metrics are those of the voices set aside,
 * each scored by the mean of its windows: minus the equal error rate in percent decides. */
typedef struct voice_task {
    um_train_task task;
    const voice_set *set;
    voice_mix mix;
    um_front_spec front;
    int threads;
    uint64_t seed;
    pthread_mutex_t lock; /* of the makers at rest */
    voice_maker **maker;
    size_t n_makers, makers_capacity;
} voice_task;
um_status voice_task_new(voice_task *out, const voice_set *set, const voice_mix *mix,
                         const um_front_spec *front, int64_t samples, int threads, uint64_t seed,
                         um_error *err);
void voice_task_free(voice_task *t);

/* Scores of the voices for which `wanted` is true: the mean logit of at most VOICE_WINDOWS windows, spread
 * over the recording, each through a channel of that strength and, by `opus`, through Opus. score[set->n];
 * NAN for the others. */
enum { VOICE_WINDOWS = 4 };
um_status voice_scores(double *score, voice_task *t, um_graph *graph, bool (*wanted)(const voice *v),
                       float strength, bool opus, um_error *err);
#endif
