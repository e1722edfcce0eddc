/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loader.c: threads that make samples ahead of the trainer. */
#include "train/loader.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct slot {
    float *in[UM_TRAIN_PORTS], *target[UM_TRAIN_PORTS];
    int done; /* samples */
} slot;

struct um_loader {
    const um_train_task *task;
    um_loader_options options;
    int per_shard, local; /* samples of a shard, of this process in a batch */
    slot *ring;
    pthread_mutex_t lock;
    pthread_cond_t room, ready;
    int64_t next;  /* sample to make, counted over all steps from first_step */
    int64_t taken; /* batches given out, from first_step; the last of them is still in use */
    bool quit, failed;
    um_error failure;
    pthread_t *thread;
    int n_threads;
};

int64_t um_train_elements(const um_train_shape *shape)
{
    int64_t n = 1;
    for (int i = 0; i < shape->rank; i++)
        n *= shape->dim[i];
    return n;
}

void um_train_tensors(const um_train_task *task, int n, float *const *data, int64_t first, um_tensor *store,
                      const um_tensor **in)
{
    for (int k = 0; k < task->n_in; k++) {
        const um_train_shape *s = &task->in[k];
        store[k] = (um_tensor){.dtype = UM_F32, .rank = s->rank + 1, .dim = {n}};
        for (int i = 0; i < s->rank; i++)
            store[k].dim[i + 1] = s->dim[i];
        store[k].data = data[k] + first * um_train_elements(s);
        in[k] = &store[k];
    }
}

/* The finish of splitmix64 (Steele, Lea and Flood 2014), twice. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a;
    for (int i = 0; i < 2; i++) {
        z += 0x9E3779B97F4A7C15u * (2 * b + 1);
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        z ^= z >> 31;
    }
    return z;
}

int64_t um_shuffle(uint64_t key, int64_t n, int64_t i)
{
    enum { ROUNDS = 6 };
    int half = 1;
    while ((int64_t)1 << 2 * half < n)
        half++;
    uint64_t mask = ((uint64_t)1 << half) - 1, x = (uint64_t)i;
    do {
        uint64_t left = x >> half, right = x & mask;
        for (int r = 0; r < ROUNDS; r++) {
            uint64_t turned = left ^ (mix(key + (uint64_t)r, right) & mask);
            left = right;
            right = turned;
        }
        x = left << half | right;
    } while (x >= (uint64_t)n);
    return (int64_t)x;
}

static um_status make(um_loader *l, slot *s, int64_t step, int at, um_error *err)
{
    const um_loader_options *o = &l->options;
    const um_train_task *task = l->task;
    float *in[UM_TRAIN_PORTS], *target[UM_TRAIN_PORTS];
    int64_t shard = o->rank + (int64_t)(at / l->per_shard) * o->size;
    int64_t place = step * o->batch + shard * l->per_shard + at % l->per_shard;
    int64_t epoch = place / task->samples, index = place % task->samples;
    for (int k = 0; k < task->n_in; k++)
        in[k] = s->in[k] + at * um_train_elements(&task->in[k]);
    for (int k = 0; k < task->n_targets; k++)
        target[k] = s->target[k] + at * um_train_elements(&task->target[k]);
    if (o->in_order && epoch)
        return UM_OK;
    if (!o->in_order) {
        const int together = task->together > 1 ? task->together : 1;
        index = index % together + together * um_shuffle(mix(o->seed, (uint64_t)epoch),
                                                         task->samples / together, index / together);
    }
    uint64_t seed = mix(mix(o->seed, ~(uint64_t)epoch), (uint64_t)index);
    return task->sample(task->user, index, epoch, seed, in, target, err);
}

static void *work(void *user)
{
    um_loader *l = user;
    const um_loader_options *o = &l->options;
    const int64_t all = (o->steps - o->first_step) * l->local;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (!l->quit && !l->failed && l->next < all && l->next / l->local >= l->taken + o->ahead)
            pthread_cond_wait(&l->room, &l->lock);
        if (l->quit || l->failed || l->next >= all)
            break;
        int64_t item = l->next++, batch = item / l->local;
        slot *s = &l->ring[batch % (o->ahead + 1)];
        um_error err = {0};
        pthread_mutex_unlock(&l->lock);
        um_status st = make(l, s, o->first_step + batch, (int)(item % l->local), &err);
        pthread_mutex_lock(&l->lock);
        if (st < 0 && !l->failed) {
            l->failed = true;
            l->failure = err;
            l->failure.code = st;
            pthread_cond_broadcast(&l->room);
        }
        if (++s->done == l->local || l->failed)
            pthread_cond_signal(&l->ready);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static bool ring_new(um_loader *l)
{
    const um_train_task *t = l->task;
    if (!(l->ring = um_calloc((size_t)l->options.ahead + 1, sizeof *l->ring)))
        return false;
    for (int i = 0; i <= l->options.ahead; i++) {
        for (int k = 0; k < t->n_in; k++)
            if (!(l->ring[i].in[k] =
                      um_calloc_aligned((size_t)(l->local * um_train_elements(&t->in[k])), sizeof(float))))
                return false;
        for (int k = 0; k < t->n_targets; k++)
            if (!(l->ring[i].target[k] = um_calloc_aligned(
                      (size_t)(l->local * um_train_elements(&t->target[k])), sizeof(float))))
                return false;
    }
    return true;
}

um_status um_loader_new(um_loader **out, const um_train_task *task, const um_loader_options *options,
                        um_error *err)
{
    um_loader *l = *out = um_calloc(1, sizeof *l);
    if (!l)
        return um_fail_oom(err);
    l->task = task;
    l->options = *options;
    l->per_shard = options->batch / options->shards;
    l->local = l->per_shard * ((options->shards - options->rank + options->size - 1) / options->size);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->room, NULL);
    pthread_cond_init(&l->ready, NULL);
    if (!ring_new(l) || !(l->thread = um_calloc((size_t)options->threads, sizeof *l->thread))) {
        um_loader_free(out);
        return um_fail_oom(err);
    }
    for (; l->n_threads < options->threads; l->n_threads++)
        if (pthread_create(&l->thread[l->n_threads], NULL, work, l)) {
            um_loader_free(out);
            return um_fail(err, UM_ENOMEM, "a thread cannot be started");
        }
    return UM_OK;
}

void um_loader_free(um_loader **loader)
{
    if (!loader || !*loader)
        return;
    um_loader *l = *loader;
    pthread_mutex_lock(&l->lock);
    l->quit = true;
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
    for (int i = 0; i < l->n_threads; i++)
        pthread_join(l->thread[i], NULL);
    for (int i = 0; l->ring && i <= l->options.ahead; i++)
        for (int k = 0; k < UM_TRAIN_PORTS; k++) {
            free(l->ring[i].in[k]);
            free(l->ring[i].target[k]);
        }
    pthread_cond_destroy(&l->room);
    pthread_cond_destroy(&l->ready);
    pthread_mutex_destroy(&l->lock);
    free(l->ring);
    free(l->thread);
    free(l);
    *loader = NULL;
}

um_status um_loader_next(um_loader *l, float *const **in, float *const **target, double *waited_s,
                         um_error *err)
{
    const int slots = l->options.ahead + 1;
    double from = um_now_s();
    um_status st = UM_OK;
    pthread_mutex_lock(&l->lock);
    if (l->taken)
        l->ring[(l->taken - 1) % slots].done = 0; /* the trainer is through with it */
    slot *s = &l->ring[l->taken % slots];
    l->taken++;
    pthread_cond_broadcast(&l->room);
    while (!l->failed && s->done < l->local)
        pthread_cond_wait(&l->ready, &l->lock);
    if (l->failed)
        st = um_fail(err, l->failure.code, "%s", l->failure.text);
    pthread_mutex_unlock(&l->lock);
    *waited_s += um_now_s() - from;
    *in = s->in;
    *target = s->target;
    return st;
}
