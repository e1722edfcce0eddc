/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule.c: a ring of moments, and for each signal a queue through it.
 *
 * The lock of a queue guards what is said of it below, and the `ready` of its jobs. It is never held while a
 * callback runs. A moment may leave the ring when `left`, the number of signals that still have to push it,
 * is zero: a push that submits the next one does so before it counts itself out, so that an empty ring means
 * that no task is under way. */
#include "analyze/schedule.h"
#include "av/source/moment.h"
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_RING = 8, MAX_RING = 32 };
/* Of decoded pictures in the ring: 20 of full HD. One moment is let in whatever its size. */
static const size_t MAX_BYTES = (size_t)128 << 20;

typedef struct job { /* a moment for a signal */
    um_task task;    /* the measure */
    um_schedule *schedule;
    struct slot *slot;
    int signal;
    bool wanted; /* the signal takes this kind of moment */
    bool called; /* the measure was; it is released */
    bool ready;  /* measured */
    um_status measured;
    um_error failure;
    void *measure;
} job;

typedef struct slot { /* a moment in the ring */
    um_moment *moment;
    um_faces faces;
    um_products *products;
    um_signal_input in;
    size_t bytes;
    job *job; /* [n signals] */
    _Atomic int left;
} slot;

typedef struct queue { /* a signal on its way through the ring */
    um_task task;      /* the next push */
    um_schedule *schedule;
    um_runner *runner;
    pthread_mutex_t lock;
    int64_t next, known; /* the moment to be pushed next; as many are in the ring or have been */
    int64_t limit;       /* from this moment on it waits: the observer has not yet seen the one before */
    bool active;         /* a push is submitted or runs */
    bool alive;          /* of the runner, for the measures */
    double measure_s;
} queue;

struct um_schedule {
    um_pool *pool;
    int n, depth;
    um_signal_input recording;
    um_product_streams *streams;
    um_seen_fn *seen;
    void *user;
    um_made_fn *made;
    void *listener;
    slot *ring;         /* [depth] */
    queue *queue;       /* [n] */
    int64_t first, end; /* moments first <= i < end are in the ring */
    size_t bytes;
    _Atomic bool stopped;
};

static slot *slot_of(um_schedule *s, int64_t i)
{
    return &s->ring[i % s->depth];
}

/* ---- tasks ---- */

/* Under the lock: passes over moments that the signal does not take, and says whether the next push may
 * begin; the caller then submits it. */
static bool start(queue *q)
{
    const int signal = (int)(q - q->schedule->queue);
    if (q->active)
        return false;
    while (q->next < q->known && !slot_of(q->schedule, q->next)->job[signal].wanted)
        q->next++;
    q->active = q->next < q->known && q->next < q->limit && slot_of(q->schedule, q->next)->job[signal].ready;
    return q->active;
}

static void measure(um_task *task)
{
    job *j = (job *)((char *)task - offsetof(job, task));
    um_schedule *s = j->schedule;
    queue *q = &s->queue[j->signal];
    double seconds = 0;
    pthread_mutex_lock(&q->lock);
    const bool alive = q->alive && !atomic_load(&s->stopped);
    pthread_mutex_unlock(&q->lock);
    j->called = alive;
    if (alive)
        j->measured = um_runner_measure(&seconds, q->runner, j->measure, &j->slot->in, &j->failure);
    pthread_mutex_lock(&q->lock);
    q->measure_s += seconds;
    j->ready = true;
    const bool go = start(q);
    pthread_mutex_unlock(&q->lock);
    if (go)
        um_pool_submit(s->pool, &q->task);
}

static void push(um_task *task)
{
    queue *q = (queue *)((char *)task - offsetof(queue, task));
    um_schedule *s = q->schedule;
    const int signal = (int)(q - s->queue);
    slot *at = slot_of(s, q->next); /* of an active queue, it moves only here */
    job *j = &at->job[signal];
    const um_signal *what = q->runner->chosen->signal;
    if (!atomic_load(&s->stopped))
        um_runner_push(q->runner, &at->in, j->measure, j->measured, &j->failure);
    if (j->called && what->release)
        what->release(j->measure);
    pthread_mutex_lock(&q->lock);
    q->alive = q->runner->alive;
    q->active = false;
    q->next++;
    const bool go = start(q);
    pthread_mutex_unlock(&q->lock);
    if (go)
        um_pool_submit(s->pool, &q->task);
    atomic_fetch_sub(&at->left, 1);
}

/* ---- life ---- */

static um_status make_slots(um_schedule *s, um_error *err)
{
    for (int i = 0; i < s->depth; i++) {
        slot *at = &s->ring[i];
        if (!(at->job = um_calloc((size_t)s->n + 1, sizeof *at->job)))
            return um_fail_oom(err);
        for (int k = 0; k < s->n; k++) {
            const um_runner *r = s->queue[k].runner;
            const size_t size = r->begun ? r->chosen->signal->measure_size : 0;
            at->job[k] = (job){.task.fn = measure, .schedule = s, .slot = at, .signal = k};
            if (size && !(at->job[k].measure = um_calloc_aligned(1, size)))
                return um_fail_oom(err);
        }
    }
    return UM_OK;
}

um_status um_schedule_new(um_schedule **out, um_pool *pool, um_runner *runner, int n,
                          const um_signal_input *recording, um_product_streams *streams, um_error *err)
{
    um_status st = UM_ENOMEM;
    const int threads = um_pool_threads(pool);
    um_schedule *s = um_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return um_fail_oom(err);
    s->pool = pool;
    s->n = n;
    /* One thread gains nothing by running ahead, and loses its caches. */
    s->depth = threads > 1 ? um_clampi(2 * threads, MIN_RING, MAX_RING) : 1;
    s->recording = *recording;
    s->streams = streams;
    s->queue = um_calloc((size_t)n + 1, sizeof *s->queue);
    s->ring = um_calloc((size_t)s->depth, sizeof *s->ring);
    if (!s->queue || !s->ring) {
        st = um_fail_oom(err);
        free(s->queue);
        s->queue = NULL;
        goto done;
    }
    for (int k = 0; k < n; k++) {
        s->queue[k] = (queue){.task.fn = push, .schedule = s, .runner = &runner[k], .limit = INT64_MAX};
        s->queue[k].alive = runner[k].alive;
        pthread_mutex_init(&s->queue[k].lock, NULL);
    }
    if ((st = make_slots(s, err)) < 0)
        goto done;
    *out = s;
    s = NULL;
done:
    um_schedule_free(&s);
    return st;
}

void um_schedule_observe(um_schedule *s, um_seen_fn *seen, void *user)
{
    s->seen = seen;
    s->user = user;
    for (int k = 0; seen && k < s->n; k++)
        s->queue[k].limit = 1;
}

void um_schedule_listen(um_schedule *s, um_made_fn *made, void *user)
{
    s->made = made;
    s->listener = user;
}

/* Lets a queue go on to `known` moments, but not beyond `limit`. */
static void advance(um_schedule *s, int k, int64_t known, int64_t limit)
{
    queue *q = &s->queue[k];
    pthread_mutex_lock(&q->lock);
    q->known = known;
    q->limit = limit;
    const bool go = start(q);
    pthread_mutex_unlock(&q->lock);
    if (go)
        um_pool_submit(s->pool, &q->task);
}

static void clear(slot *at)
{
    um_products_free(&at->products);
    um_moment_free(&at->moment);
    um_faces_clear(&at->faces);
}

/* ---- the ring ---- */

static bool first_is_done(void *user)
{
    um_schedule *s = user;
    return !atomic_load(&slot_of(s, s->first)->left);
}

/* Takes the first moment, which all signals have seen, out of the ring. */
static um_status retire(um_schedule *s, um_error *err)
{
    slot *at = slot_of(s, s->first);
    um_status st = UM_OK;
    if (s->seen && !atomic_load(&s->stopped))
        st = s->seen(s->user, &at->in, err);
    clear(at);
    s->bytes -= at->bytes;
    s->first++;
    for (int k = 0; s->seen && k < s->n; k++)
        advance(s, k, s->end, s->first + 1);
    return st;
}

static um_status make_room(um_schedule *s, size_t bytes, um_error *err)
{
    um_status st = UM_OK;
    while (st == UM_OK && s->first < s->end) {
        const bool full = s->end - s->first == s->depth || s->bytes + bytes > MAX_BYTES;
        if (full)
            um_pool_wait(s->pool, first_is_done, s);
        else if (!first_is_done(s))
            break;
        st = retire(s, err);
    }
    return st;
}

static void submit(um_schedule *s, slot *at)
{
    const int64_t limit = s->seen ? s->first + 1 : INT64_MAX;
    int wanted = 0;
    for (int k = 0; k < s->n; k++) {
        const um_runner *r = s->queue[k].runner;
        job *j = &at->job[k];
        j->wanted = um_runner_takes(r, &at->in);
        wanted += j->wanted;
        j->ready = j->wanted && !r->chosen->signal->measure;
        j->called = false;
        j->measured = UM_OK;
        if (j->measure)
            memset(j->measure, 0, r->chosen->signal->measure_size);
    }
    atomic_store(&at->left, wanted);
    s->end++;
    for (int k = 0; k < s->n; k++) {
        const bool measured = at->job[k].ready || !at->job[k].wanted;
        advance(s, k, s->end, limit);
        if (!measured)
            um_pool_submit(s->pool, &at->job[k].task);
    }
}

um_status um_schedule_push(um_schedule *s, um_moment **moment, um_faces *faces, um_error *err)
{
    const size_t bytes = um_moment_bytes(*moment);
    um_status st = make_room(s, bytes, err);
    slot *at = slot_of(s, s->end);
    if (st < 0)
        goto done;
    at->moment = *moment;
    *moment = NULL;
    at->in = s->recording;
    at->in.frame = at->moment->frame;
    at->in.sound = at->moment->sound;
    if (faces) {
        at->faces = *faces;
        *faces = (um_faces){0};
        at->in.faces = &at->faces;
    }
    if ((st = um_products_new(&at->products, s->streams, at->in.frame, at->in.sound, at->in.faces, err)) <
        0) {
        clear(at);
        goto done;
    }
    if (s->made && at->in.sound && (st = s->made(s->listener, at->products, at->in.sound, err)) < 0) {
        clear(at);
        goto done;
    }
    at->in.products = at->products;
    at->bytes = bytes;
    s->bytes += bytes;
    submit(s, at);
done:
    um_moment_free(moment);
    if (faces)
        um_faces_clear(faces);
    return st;
}

/* ---- the end ---- */

static um_status drain(um_schedule *s, um_error *err)
{
    um_status st = UM_OK;
    while (st == UM_OK && s->first < s->end) {
        um_pool_wait(s->pool, first_is_done, s);
        st = retire(s, err);
    }
    return st;
}

static void finish_one(void *context, int k)
{
    um_schedule *s = context;
    um_runner_finish(s->queue[k].runner, &s->recording);
}

um_status um_schedule_finish(um_schedule *s, um_error *err)
{
    um_products *kept_back = NULL;
    um_status st = drain(s, err);
    if (st == UM_OK && s->streams)
        st = um_products_end(&kept_back, s->streams, err);
    if (st == UM_OK && s->made && kept_back)
        st = s->made(s->listener, kept_back, NULL, err);
    if (st < 0) {
        um_products_free(&kept_back);
        return st;
    }
    for (int k = 0; k < s->n; k++)
        s->queue[k].runner->findings->seconds += s->queue[k].measure_s;
    s->recording.products = kept_back;
    um_pool_run(s->pool, finish_one, s, s->n);
    s->recording.products = NULL;
    um_products_free(&kept_back);
    return UM_OK;
}

void um_schedule_free(um_schedule **schedule)
{
    if (!schedule || !*schedule)
        return;
    um_schedule *s = *schedule;
    atomic_store(&s->stopped, true);
    for (int k = 0; s->queue && k < s->n; k++)
        advance(s, k, s->end, INT64_MAX);
    while (s->first < s->end) {
        um_pool_wait(s->pool, first_is_done, s);
        clear(slot_of(s, s->first++));
    }
    for (int i = 0; s->ring && i < s->depth; i++) {
        for (int k = 0; s->ring[i].job && k < s->n; k++)
            free(s->ring[i].job[k].measure);
        free(s->ring[i].job);
    }
    for (int k = 0; s->queue && k < s->n; k++)
        pthread_mutex_destroy(&s->queue[k].lock);
    free(s->queue);
    free(s->ring);
    free(s);
    *schedule = NULL;
}
