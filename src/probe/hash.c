/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.c: SHA-256 of a whole file beside its decoding. */
#include "probe/hash.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READ_BYTES = 256 << 10 };

struct um_hash {
    um_input *input;
    pthread_t thread;
    atomic_bool stop;
    atomic_llong at; /* bytes so far */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    um_status status;
    um_error error;
    char hex[UM_SHA256_HEX + 1];
};

/* `progress` in bytes; false stops it: what is then in `hex` is of no use. */
static um_status hash_file(char hex[UM_SHA256_HEX + 1], const um_input *in, um_progress_fn progress,
                           void *user, um_error *err)
{
    bool stopped = false;
    um_sha256 sha;
    uint8_t *b = um_calloc(READ_BYTES, 1);
    ssize_t n = 1;
    if (!b)
        return um_fail_oom(err);
    um_sha256_init(&sha);
    for (int64_t at = 0; n > 0 && !stopped; at += n) {
        if ((n = um_input_read(in, at, b, READ_BYTES)) > 0)
            um_sha256_add(&sha, b, (size_t)n);
        stopped = progress && !progress(user, (double)at, (double)in->size);
    }
    um_status st = n < 0     ? um_fail_errno(err, UM_EIO, "%s: cannot be read", in->path)
                   : stopped ? um_fail(err, UM_ECANCELLED, "%s: stopped", in->path)
                             : UM_OK;
    if (!um_sha256_end(&sha, hex) && st == UM_OK)
        st = um_fail_oom(err);
    free(b);
    return st;
}

um_status um_hash_now(char hex[UM_SHA256_HEX + 1], const um_input *input, um_progress_fn progress, void *user,
                      um_error *err)
{
    return hash_file(hex, input, progress, user, err);
}

static bool go_on(void *user, double done, double total)
{
    um_hash *h = user;
    atomic_store_explicit(&h->at, (long long)done, memory_order_relaxed);
    return !atomic_load_explicit(&h->stop, memory_order_relaxed);
}

static void *work(void *argument)
{
    um_hash *h = argument;
    um_status st = hash_file(h->hex, h->input, go_on, h, &h->error);
    pthread_mutex_lock(&h->lock);
    h->status = st;
    h->done = true;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void release(um_hash *h)
{
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->lock);
    um_input_free(&h->input);
    free(h);
}

um_status um_hash_start(um_hash **out, um_input *input, um_error *err)
{
    pthread_condattr_t clock;
    um_hash *h = um_calloc(1, sizeof *h);
    *out = NULL;
    if (!h)
        return um_fail_oom(err);
    h->input = um_input_ref(input);
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&h->changed, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&h->thread, NULL, work, h) != 0) {
        release(h);
        return um_fail(err, UM_ENOMEM, "no thread can be created");
    }
    *out = h;
    return UM_OK;
}

bool um_hash_wait(um_hash *h, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    double whole = floor(seconds);
    until.tv_sec += (time_t)whole;
    until.tv_nsec += (long)((seconds - whole) * 1e9);
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&h->lock);
    for (int late = 0; !h->done && !late;)
        late = pthread_cond_timedwait(&h->changed, &h->lock, &until);
    bool done = h->done;
    pthread_mutex_unlock(&h->lock);
    return done;
}

int64_t um_hash_at(um_hash *h)
{
    return atomic_load_explicit(&h->at, memory_order_relaxed);
}

um_status um_hash_join(um_hash **hash, char hex[UM_SHA256_HEX + 1], um_error *err)
{
    um_hash *h = *hash;
    *hash = NULL;
    pthread_join(h->thread, NULL);
    um_status st = h->status < 0 ? um_fail(err, h->status, "%s", h->error.text) : UM_OK;
    memcpy(hex, h->hex, sizeof h->hex);
    release(h);
    return st;
}

void um_hash_cancel(um_hash **hash)
{
    um_hash *h = hash ? *hash : NULL;
    if (!h)
        return;
    atomic_store(&h->stop, true);
    pthread_join(h->thread, NULL);
    release(h);
    *hash = NULL;
}
