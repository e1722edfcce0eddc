#include "nn/workers.h"
#include "base/base.h"
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SPINS = 4000 }; /* some 20 us: the usual gap between two layers */

struct um_workers {
    int n; /* threads beside the caller */
    pthread_t *thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    um_part_fn *fn; /* the job; written under the lock while nobody is `inside` */
    void *context;
    int n_parts;
    _Atomic int next, unfinished, inside;
    _Atomic unsigned job; /* counts up with each job */
    _Atomic bool quit;
};

static void pause_cpu(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void take_parts(um_workers *w)
{
    for (int part; (part = atomic_fetch_add(&w->next, 1)) < w->n_parts;) {
        w->fn(w->context, part);
        atomic_fetch_sub(&w->unfinished, 1);
    }
}

static void *work(void *user)
{
    um_workers *w = user;
    unsigned seen = 0;
    omp_set_num_threads(1); /* oneDNN inside a part stays in its thread */
    for (;;) {
        for (int i = 0; i < SPINS && atomic_load(&w->job) == seen && !atomic_load(&w->quit); i++)
            pause_cpu();
        pthread_mutex_lock(&w->lock);
        while (atomic_load(&w->job) == seen && !atomic_load(&w->quit))
            pthread_cond_wait(&w->wake, &w->lock);
        seen = atomic_load(&w->job);
        atomic_fetch_add(&w->inside, 1); /* the job cannot change until we leave */
        pthread_mutex_unlock(&w->lock);
        if (atomic_load(&w->quit))
            return NULL;
        take_parts(w);
        atomic_fetch_sub(&w->inside, 1);
    }
}

um_status um_workers_new(um_workers **out, int threads, um_error *err)
{
    *out = NULL;
    um_workers *w = um_calloc(1, sizeof *w);
    if (!w || !(w->thread = um_calloc((size_t)threads, sizeof *w->thread))) {
        free(w);
        return um_fail_oom(err);
    }
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    for (; w->n < threads - 1; w->n++)
        if (pthread_create(&w->thread[w->n], NULL, work, w)) {
            um_workers_free(&w);
            return um_fail(err, UM_ENOMEM, "a thread cannot be started");
        }
    *out = w;
    return UM_OK;
}

void um_workers_free(um_workers **workers)
{
    um_workers *w = *workers;
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->quit, true);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->n; i++)
        pthread_join(w->thread[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w->thread);
    free(w);
    *workers = NULL;
}

int um_workers_threads(const um_workers *w)
{
    return w ? w->n + 1 : 1;
}

void um_workers_run(um_workers *w, um_part_fn *fn, void *context, int n_parts)
{
    if (w)
        pthread_mutex_lock(&w->lock);
    if (!w || !w->n || n_parts < 2 ||
        atomic_load(&w->inside)) { /* a late worker still looks at the job before */
        if (w)
            pthread_mutex_unlock(&w->lock);
        for (int i = 0; i < n_parts; i++)
            fn(context, i);
        return;
    }
    w->fn = fn;
    w->context = context;
    w->n_parts = n_parts;
    atomic_store(&w->unfinished, n_parts);
    atomic_store(&w->next, 0);
    atomic_fetch_add(&w->job, 1);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    take_parts(w);
    for (int i = 0; atomic_load(&w->unfinished); i++)
        if (i < SPINS)
            pause_cpu();
        else
            sched_yield();
}
