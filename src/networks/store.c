/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c: see store.h. */
#include "networks/store.h"
#include "base/base.h"
#include "networks/candidates.h"
#include <stdlib.h>
#include <string.h>

struct um_network_store {
    um_pool *pool;
    um_candidates candidates;
    pthread_mutex_t lock;  /* over what follows */
    um_net **net;          /* [candidates.n] NULL: not opened */
    um_error *failure;     /* [candidates.n] why it cannot be */
    int *opened, n_opened; /* candidates, in the order they were opened */
};

um_status um_network_store_new(um_network_store **out, const char *dir, um_pool *pool, um_error *err)
{
    *out = NULL;
    um_network_store *s = um_calloc(1, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    s->pool = pool;
    pthread_mutex_init(&s->lock, NULL);
    dir = dir ? dir : getenv("UNMASK_MODELS");
    um_status st = um_candidates_find(&s->candidates, dir && *dir ? dir : NULL, err);
    const size_t n = (size_t)s->candidates.n;
    if (st == UM_OK &&
        (!(s->net = um_calloc(n, sizeof *s->net)) || !(s->failure = um_calloc(n, sizeof *s->failure)) ||
         !(s->opened = um_calloc(n, sizeof *s->opened))))
        st = um_fail_oom(err);
    if (st < 0)
        um_network_store_free(&s);
    *out = s;
    return st;
}

void um_network_store_free(um_network_store **store)
{
    if (!store || !*store)
        return;
    um_network_store *s = *store;
    for (int i = 0; s->net && i < s->candidates.n; i++)
        um_net_free(&s->net[i]);
    um_candidates_free(&s->candidates);
    pthread_mutex_destroy(&s->lock);
    free(s->net);
    free(s->failure);
    free(s->opened);
    free(s);
    *store = NULL;
}

/* Under the lock. A network that cannot be opened is not tried again. */
static um_status open_candidate(um_network_store *s, int i, um_error *err)
{
    const um_candidate *c = &s->candidates.v[i];
    if (s->net[i])
        return UM_OK;
    if (!s->failure[i].code) {
        um_status st = c->built_in ? um_net_open_memory(&s->net[i], &c->man, c->built_in->data,
                                                        c->built_in->n, s->pool, &s->failure[i])
                                   : um_net_open(&s->net[i], &c->man, c->path, s->pool, &s->failure[i]);
        if (st == UM_OK) {
            s->opened[s->n_opened++] = i;
            return UM_OK;
        }
    }
    return um_fail(err, s->failure[i].code, "%s", s->failure[i].text);
}

um_status um_network_store_role(um_net **out, um_network_store *s, const char *role, um_error *err)
{
    um_error first = {0}, failure;
    *out = NULL;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->candidates.n && !*out;
         i++) { /* one that cannot run leaves the place to the next */
        if (i == s->candidates.n_folder && first.code)
            break;
        if (!strcmp(s->candidates.v[i].man.role_name, role) && open_candidate(s, i, &failure) == UM_OK)
            *out = s->net[i];
        else if (!strcmp(s->candidates.v[i].man.role_name, role) && !first.code)
            first = failure;
    }
    pthread_mutex_unlock(&s->lock);
    return !*out && first.code ? um_fail(err, first.code, "%s", first.text) : UM_OK;
}

um_status um_network_store_named(um_net **out, um_network_store *s, const char *name, um_error *err)
{
    um_status st = UM_OK;
    *out = NULL;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->candidates.n && st == UM_OK && !*out; i++)
        if (!strcmp(s->candidates.v[i].man.name, name) && (st = open_candidate(s, i, err)) == UM_OK)
            *out = s->net[i];
    pthread_mutex_unlock(&s->lock);
    return st == UM_OK && !*out ? um_fail(err, UM_EIO, "%s: no network of this name", name) : st;
}

const um_net *um_network_store_opened(um_network_store *s, int i)
{
    pthread_mutex_lock(&s->lock);
    const um_net *net = i >= 0 && i < s->n_opened ? s->net[s->opened[i]] : NULL;
    pthread_mutex_unlock(&s->lock);
    return net;
}

const char *um_network_store_file(um_network_store *s, int i)
{
    pthread_mutex_lock(&s->lock);
    const char *file = i >= 0 && i < s->n_opened ? s->candidates.v[s->opened[i]].path : NULL;
    pthread_mutex_unlock(&s->lock);
    return file;
}
