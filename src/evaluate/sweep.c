/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.c: see sweep.h. Each recording is on one thread. */
#include "evaluate/sweep.h"
#include "base/input.h"
#include "base/pool.h"
#include "cache/cache.h"
#include "evaluate/remember.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
    um_evaluation *e;
    const um_evaluate_options *opt;
    const um_maker *maker;
    um_cache *cache; /* NULL: none */
    char **text;     /* [examples]; NULL: none */
    char **failure;  /* [examples] one line */
    pthread_mutex_t lock;
    size_t done, total; /* from here on under the lock */
    um_status st;
    um_error err;
} job;

/* --- one recording --- */

static um_status key_of(char key[UM_SHA256_HEX + 1], const job *j, const char *path, um_error *err)
{
    um_input *input;
    char sha256[UM_SHA256_HEX + 1];
    um_status st = um_input_open(&input, path, err);
    if (st < 0)
        return st;
    st = um_digest_remembered(sha256, input, j->cache, err);
    um_input_free(&input);
    return st < 0 ? st : um_cache_key(key, sha256, j->maker->producer) ? UM_OK : um_fail_oom(err);
}

static um_status text_of(char **out, const job *j, const char *path, um_error *err)
{
    char key[UM_SHA256_HEX + 1];
    size_t n;
    if (!j->cache)
        return j->maker->make(out, j->maker->user, path, err);
    um_status st = key_of(key, j, path, err);
    if (st < 0 || um_cache_get(out, &n, j->cache, key, NULL) == UM_OK)
        return st;
    st = j->maker->make(out, j->maker->user, path, err);
    return st < 0 ? st : um_cache_put(j->cache, key, *out, strlen(*out), err);
}

/* What concerns the recording alone does not stop the others. */
static bool is_its_own(um_status st)
{
    return st == UM_EIO || st == UM_EFORMAT || st == UM_EUNSUPPORTED;
}

static void part(void *context, int i)
{
    job *j = context;
    um_error err = {0};
    const um_example *x = um_dataset_at(j->e->set, (size_t)i);
    pthread_mutex_lock(&j->lock);
    const bool stopped = j->st < 0;
    pthread_mutex_unlock(&j->lock);
    if (stopped || !um_example_has_class(x))
        return;
    um_status st = text_of(&j->text[i], j, x->path, &err);
    if (is_its_own(st))
        st = (j->failure[i] = um_strdup(err.text)) ? UM_OK : um_fail_oom(&err);
    pthread_mutex_lock(&j->lock);
    j->done++;
    if (st == UM_OK && j->opt->progress && !j->opt->progress(j->opt->user, (double)j->done, (double)j->total))
        st = um_fail(&err, UM_ECANCELLED, "stopped after %zu of %zu recordings", j->done, j->total);
    if (st < 0 && j->st == UM_OK) {
        j->st = st;
        j->err = err;
    }
    pthread_mutex_unlock(&j->lock);
}

/* --- all of them --- */

/* In the order of the set, whichever ended first; what failed in an earlier sweep is known. */
static um_status list_failures(job *j, um_error *err)
{
    um_evaluation *e = j->e;
    for (size_t i = 0; i < e->n_failures; i++) {
        free(j->failure[e->failure[i].example]);
        j->failure[e->failure[i].example] = NULL;
    }
    for (size_t i = 0; i < um_dataset_count(e->set); i++) {
        if (!j->failure[i])
            continue;
        if (!um_grow(&e->failure, &e->failure_capacity, e->n_failures + 1, UM_DATASET_ROWS,
                     sizeof *e->failure))
            return um_fail_oom(err);
        e->failure[e->n_failures++] = (um_failure){i, j->failure[i]};
        j->failure[i] = NULL;
    }
    return UM_OK;
}

static um_status run(job *j, um_error *err)
{
    um_pool *pool = NULL;
    um_status st = um_pool_new(&pool, j->opt->threads, err);
    if (st == UM_OK) {
        um_pool_run(pool, part, j, (int)um_dataset_count(j->e->set));
        st = j->st;
        if (st < 0 && err)
            *err = j->err;
    }
    um_pool_free(&pool);
    return st == UM_OK ? list_failures(j, err) : st;
}

um_status um_evaluation_sweep(char **text, um_evaluation *e, const um_evaluate_options *opt,
                              const um_pass *pass, const um_maker *maker, um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    job j = {.e = e, .opt = opt, .maker = maker, .text = text};
    for (size_t i = 0; i < n; i++)
        j.total += um_example_has_class(um_dataset_at(e->set, i));
    j.done = pass->number * j.total;
    j.total *= pass->of;
    pthread_mutex_init(&j.lock, NULL);
    j.failure = um_calloc(n, sizeof *j.failure);
    um_status st = j.failure ? UM_OK : um_fail_oom(err);
    if (st == UM_OK && opt->cache)
        st = um_cache_open(&j.cache, opt->cache, opt->cache_bytes ? opt->cache_bytes : UM_EVALUATION_CACHE,
                           err);
    if (st == UM_OK)
        st = run(&j, err);
    for (size_t i = 0; i < n && j.failure; i++)
        free(j.failure[i]);
    um_cache_close(&j.cache);
    free(j.failure);
    pthread_mutex_destroy(&j.lock);
    return st;
}
