/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gradients.c: plans that learn. Every array behind which a parameter lies, and which reaches an output, gets
 * a gradient; run.c then runs the calls from last to first. */
#include "nn/plan_data.h"
#include <stdlib.h>
#include <string.h>

static um_array *new_grad(um_plan *p, um_array *a)
{
    um_array *g = um_plan_array(p, a);
    if (g)
        g->value = a->value; /* of a parameter: outside the block, see gather_params */
    return g;
}

/* The last reader of an array writes its gradient, the others add to it. */
static um_status give_back(um_plan *p, um_call *c, int k, um_error *err)
{
    um_array *x = c->in[k];
    if (!x->grad) {
        if (!(x->grad = c->grad_in[k] = new_grad(p, x)))
            return um_fail_oom(err);
        return UM_OK;
    }
    if (!(c->grad_in[k] = um_plan_array(p, x)))
        return um_fail_oom(err);
    c->sum_in[k] = x->grad;
    return UM_OK;
}

static um_status backward_of(um_plan *p, um_call *c, um_error *err)
{
    um_status st = UM_OK;
    bool reached = false, wanted = false;
    for (int k = 0; k < c->n_out; k++)
        reached |= c->out[k] && c->out[k]->grad;
    for (int k = 0; k < c->n_in; k++)
        wanted |= c->in[k] && c->in[k]->learns;
    if (!reached || !wanted)
        return UM_OK;
    if (!c->op->backward)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "this operator cannot be trained through");
    c->grad_in = um_calloc((size_t)c->n_in, sizeof(um_array *));
    c->sum_in = um_calloc((size_t)c->n_in, sizeof(um_array *));
    c->grad_out = um_calloc((size_t)c->n_out, sizeof(um_array *));
    if (!c->grad_in || !c->sum_in || !c->grad_out)
        return um_fail_oom(err);
    for (int k = 0; k < c->n_out; k++)
        c->grad_out[k] = c->out[k] ? c->out[k]->grad : NULL;
    for (int k = 0; k < c->n_in && st == UM_OK; k++)
        if (c->in[k] && c->in[k]->learns)
            st = give_back(p, c, k, err);
    return st;
}

/* Parameters in the order of the graph's values, their gradients one after the other. */
static um_status gather_params(um_plan *p, um_error *err)
{
    const um_graph *g = p->graph;
    size_t at = 0;
    for (size_t i = 0; i < g->n_values; i++)
        if (p->of_value[i] && p->of_value[i]->value >= 0 && p->of_value[i]->grad) {
            p->n_params++;
            p->n_grads += (size_t)um_array_count(p->of_value[i]);
        }
    p->params = um_calloc((size_t)p->n_params, sizeof *p->params);
    p->grads = um_calloc_aligned(p->n_grads, sizeof *p->grads);
    if (!p->params || !p->grads)
        return um_fail_oom(err);
    p->n_params = 0;
    for (size_t i = 0; i < g->n_values; i++) {
        um_array *a = p->of_value[i];
        if (!a || a->value < 0 || !a->grad)
            continue;
        um_param *q = &p->params[p->n_params++];
        *q = (um_param){.value = (int)i, .name = g->values[i].name, .rank = a->rank, .data = a->data};
        memcpy(q->dim, a->dim, sizeof q->dim);
        q->n = um_array_count(a);
        a->grad->data = q->grad = p->grads + at;
        at += (size_t)q->n;
    }
    return UM_OK;
}

static um_status gather_stats(um_plan *p, um_error *err)
{
    if (!(p->stats = um_calloc(p->n_calls, sizeof *p->stats)))
        return um_fail_oom(err);
    for (size_t i = 0; i < p->n_calls; i++) {
        um_stat unused;
        if (p->calls[i].op->stat && p->calls[i].op->stat(&p->calls[i], &unused))
            p->stats[p->n_stats++] = (int)i;
    }
    return UM_OK;
}

um_status um_plan_gradients(um_plan *p, um_error *err)
{
    um_status st;
    for (size_t i = 0; i < p->n_arrays; i++)
        p->arrays[i]->learns = p->arrays[i]->value >= 0;
    for (size_t i = 0; i < p->n_calls; i++) { /* forward: where does a parameter lie behind? */
        um_call *c = &p->calls[i];
        bool any = false;
        for (int k = 0; k < c->n_in; k++)
            any |= c->in[k] && c->in[k]->learns;
        for (int k = 0; k < c->n_out; k++)
            if (c->out[k])
                c->out[k]->learns = any && c->out[k]->dtype == UM_F32;
    }
    for (int i = 0; i < p->graph->n_outputs; i++) {
        um_array *a = p->outputs[i];
        if (a->learns && !a->grad && !(a->grad = um_plan_array(p, a)))
            return um_fail_oom(err);
    }
    for (size_t i = p->n_calls; i-- > 0;)
        if ((st = backward_of(p, &p->calls[i], err)) < 0)
            return st;
    if ((st = gather_params(p, err)) < 0)
        return st;
    return gather_stats(p, err);
}
