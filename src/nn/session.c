/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.c: a network being run: plans for the shapes it was last given. */
#include "nn/network.h"
#include "nn/plan.h"
#include <stdlib.h>
#include <string.h>

enum { N_PLANS = 4 };

struct um_session {
    um_network *network;
    um_pool *pool;
    um_workspaces own;       /* without a pool */
    um_plan *plans[N_PLANS]; /* most recently used first */
};

um_status um_session_new(um_session **out, um_network *network, um_pool *pool, um_error *err)
{
    *out = um_calloc(1, sizeof **out);
    if (!*out)
        return um_fail_oom(err);
    (*out)->network = network;
    (*out)->pool = pool;
    um_workspaces_init(&(*out)->own);
    return UM_OK;
}

void um_session_free(um_session **session)
{
    if (!session || !*session)
        return;
    for (int i = 0; i < N_PLANS; i++)
        um_plan_free(&(*session)->plans[i]);
    um_workspaces_free(&(*session)->own);
    free(*session);
    *session = NULL;
}

static um_status check_input(const um_graph *g, int i, const um_tensor *t, um_error *err)
{
    const um_value_info *v = &g->input_info[i];
    int64_t n;
    bool fits = t && t->dtype == v->dtype && (v->rank < 0 || t->rank == v->rank) && t->rank >= 0 &&
                t->rank <= UM_MAX_RANK && um_dims_count(t->rank, t->dim, &n) && (t->data || !n);
    for (int k = 0; fits && k < v->rank; k++)
        fits = v->dim[k] < 0 || v->dim[k] == t->dim[k];
    char name[96];
    return fits ? UM_OK
                : um_fail(err, UM_EINVAL, "%s: input '%s' has another type or shape than declared", g->file,
                          um_printable(name, sizeof name, v->name));
}

static um_status add_plan(um_session *s, const um_tensor *const *in, um_error *err)
{
    um_plan *p;
    um_status st = um_network_plan(&p, s->network, in, s->pool, err);
    if (st < 0)
        return st;
    um_plan_free(&s->plans[N_PLANS - 1]);
    memmove(s->plans + 1, s->plans, (N_PLANS - 1) * sizeof *s->plans);
    s->plans[0] = p;
    return UM_OK;
}

um_status um_session_run(um_session *s, const um_tensor *const *in, const um_tensor **out, um_error *err)
{
    const um_graph *g = um_network_graph(s->network);
    um_status st;
    for (int i = 0; i < g->n_inputs; i++)
        if ((st = check_input(g, i, in[i], err)) < 0)
            return st;
    int k = 0;
    while (k < N_PLANS && !(s->plans[k] && um_plan_fits(s->plans[k], in)))
        k++;
    if (k == N_PLANS) {
        if ((st = add_plan(s, in, err)) < 0)
            return st;
    } else {
        um_plan *p = s->plans[k];
        memmove(s->plans + 1, s->plans, (size_t)k * sizeof *s->plans);
        s->plans[0] = p;
    }
    um_workspaces *all = s->pool ? um_pool_workspaces(s->pool) : &s->own;
    um_workspace *w = um_workspace_take(all, um_plan_bytes(s->plans[0]));
    if (!w)
        return um_fail_oom(err);
    st = um_plan_run_in(s->plans[0], w->data, in, out, err);
    um_workspace_give_back(all, w);
    return st;
}

size_t um_session_bytes(const um_session *s)
{
    return s->plans[0] ? um_plan_bytes(s->plans[0]) : 0;
}
