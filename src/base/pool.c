/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.c: one lock over two lists, taken only to put work in or to fetch it. Threads that find none spin for
 * a moment, since layers of a network follow each other within microseconds, and then sleep.
 *
 * Two counters tell news without the lock: `work` goes up when work comes in, `ends` when a task ends.
 * Whoever sleeps has read them before he looked for work in vain, and sleeps only while they stand. */
#include "base/pool.h"
#include "base/base.h"
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SPINS = 4000 }; /* 70 us on Zen 3: longer than the usual gap between two layers */

typedef struct job { /* a fork and join, on the stack of its caller */
    um_part_fn *fn;
    void *context;
    int n_parts;
    _Atomic int next;   /* the first part that nobody has taken */
    _Atomic int inside; /* threads beside the caller that still look at this */
    struct job *older;
} job;

struct um_pool {
    int n, most_spinning; /* threads beside the creator; how many of them may spin at once */
    pthread_t *thread;
    um_workspaces workspaces;
    pthread_mutex_t lock;
    pthread_cond_t wake;    /* threads of the pool sleep here */
    pthread_cond_t changed; /* callers that wait for the end of something */
    job *jobs;              /* the newest first: it holds up the others */
    um_task *first, **end;
    int sleeping;
    bool quit;
    _Atomic int waiting, spinning;
    _Atomic unsigned work, ends;
};

static void pause_cpu(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void take_parts(job *j)
{
    for (int part; (part = atomic_fetch_add(&j->next, 1)) < j->n_parts;)
        j->fn(j->context, part);
}

static void tell_waiting(um_pool *p)
{
    if (!atomic_load(&p->waiting))
        return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* Under the lock: there is work for n threads more. */
static void announce(um_pool *p, int n)
{
    atomic_fetch_add(&p->work, 1);
    if (n >= p->sleeping)
        pthread_cond_broadcast(&p->wake);
    else
        while (n-- > 0)
            pthread_cond_signal(&p->wake);
    if (atomic_load(&p->waiting))
        pthread_cond_broadcast(&p->changed);
}

/* Under the lock: the newest job with parts left, entered. */
static job *enter_job(um_pool *p)
{
    job *j = p->jobs;
    while (j && atomic_load(&j->next) >= j->n_parts)
        j = j->older;
    if (j)
        atomic_fetch_add(&j->inside, 1);
    return j;
}

static um_task *take_task(um_pool *p)
{
    um_task *task = p->first;
    if (task && !(p->first = task->next))
        p->end = &p->first;
    return task;
}

bool um_pool_help(um_pool *p)
{
    pthread_mutex_lock(&p->lock);
    job *j = enter_job(p);
    um_task *task = j ? NULL : take_task(p);
    pthread_mutex_unlock(&p->lock);
    if (j) {
        take_parts(j);
        if (atomic_fetch_sub(&j->inside, 1) == 1) /* from here on *j may be gone */
            tell_waiting(p);
    } else if (task) {
        task->fn(task);
        atomic_fetch_add(&p->ends, 1);
        tell_waiting(p);
    }
    return j || task;
}

static void *work(void *user)
{
    um_pool *p = user;
    for (bool quit = false; !quit;) {
        unsigned seen = atomic_load(&p->work);
        if (um_pool_help(p))
            continue;
        if (atomic_fetch_add(&p->spinning, 1) < p->most_spinning)
            for (int i = 0; i < SPINS && atomic_load(&p->work) == seen; i++)
                pause_cpu();
        atomic_fetch_sub(&p->spinning, 1);
        pthread_mutex_lock(&p->lock);
        p->sleeping++;
        while (atomic_load(&p->work) == seen && !p->quit)
            pthread_cond_wait(&p->wake, &p->lock);
        p->sleeping--;
        quit = p->quit;
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

um_status um_pool_new(um_pool **out, int threads, um_error *err)
{
    *out = NULL;
    if (threads < 0 || threads > UM_POOL_MAX_THREADS)
        return um_fail(err, UM_EINVAL, "threads must be between 0 (one per core) and %d",
                       UM_POOL_MAX_THREADS);
    int cores = um_cores();
    if (!threads)
        threads = um_clampi(cores, 1, UM_POOL_MAX_THREADS);
    um_pool *p = um_calloc(1, sizeof *p);
    if (!p || !(p->thread = um_calloc((size_t)threads, sizeof *p->thread))) {
        free(p);
        return um_fail_oom(err);
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->changed, NULL);
    um_workspaces_init(&p->workspaces);
    p->end = &p->first;
    p->most_spinning = cores - 1; /* more would take the processor from those that work */
    for (; p->n < threads - 1; p->n++)
        if (pthread_create(&p->thread[p->n], NULL, work, p)) {
            um_pool_free(&p);
            return um_fail(err, UM_ENOMEM, "a thread cannot be started");
        }
    *out = p;
    return UM_OK;
}

void um_pool_free(um_pool **pool)
{
    if (!pool || !*pool)
        return;
    um_pool *p = *pool;
    pthread_mutex_lock(&p->lock);
    assert(!p->jobs && !p->first);
    p->quit = true;
    atomic_fetch_add(&p->work, 1); /* ends the spinning */
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n; i++)
        pthread_join(p->thread[i], NULL);
    um_workspaces_free(&p->workspaces);
    pthread_cond_destroy(&p->changed);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p->thread);
    free(p);
    *pool = NULL;
}

int um_pool_threads(const um_pool *p)
{
    return p ? p->n + 1 : 1;
}

int um_pool_width(const um_pool *p)
{
    return p ? um_clampi(p->most_spinning + 1, 1, p->n + 1) : 1;
}

um_workspaces *um_pool_workspaces(um_pool *p)
{
    return &p->workspaces;
}

/* The caller has no part left: nobody may enter any more, and those inside come to their end. */
static void join(um_pool *p, job *j)
{
    pthread_mutex_lock(&p->lock);
    job **at = &p->jobs;
    while (*at != j)
        at = &(*at)->older;
    *at = j->older;
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < SPINS && atomic_load(&j->inside); i++)
        pause_cpu();
    if (!atomic_load(&j->inside))
        return;
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->waiting, 1);
    while (atomic_load(&j->inside))
        pthread_cond_wait(&p->changed, &p->lock);
    atomic_fetch_sub(&p->waiting, 1);
    pthread_mutex_unlock(&p->lock);
}

void um_pool_run(um_pool *p, um_part_fn *fn, void *context, int n_parts)
{
    job j = {.fn = fn, .context = context, .n_parts = n_parts};
    if (!p || !p->n || n_parts < 2) {
        take_parts(&j);
        return;
    }
    pthread_mutex_lock(&p->lock);
    j.older = p->jobs;
    p->jobs = &j;
    announce(p, n_parts - 1);
    pthread_mutex_unlock(&p->lock);
    take_parts(&j);
    join(p, &j);
}

void um_pool_submit(um_pool *p, um_task *task)
{
    task->next = NULL;
    pthread_mutex_lock(&p->lock);
    *p->end = task;
    p->end = &task->next;
    announce(p, 1);
    pthread_mutex_unlock(&p->lock);
}

void um_pool_wait(um_pool *p, bool (*done)(void *user), void *user)
{
    for (;;) {
        unsigned work = atomic_load(&p->work), ends = atomic_load(&p->ends);
        if (done(user))
            return;
        if (um_pool_help(p))
            continue;
        for (int i = 0; i < SPINS && atomic_load(&p->work) == work && atomic_load(&p->ends) == ends; i++)
            pause_cpu();
        pthread_mutex_lock(&p->lock);
        atomic_fetch_add(&p->waiting, 1);
        while (atomic_load(&p->work) == work && atomic_load(&p->ends) == ends)
            pthread_cond_wait(&p->changed, &p->lock);
        atomic_fetch_sub(&p->waiting, 1);
        pthread_mutex_unlock(&p->lock);
    }
}
