/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_data.c: the data of a plan: arrays, constants, calls. */
#include "nn/plan_data.h"
#include <stdlib.h>
#include <string.h>

um_array *um_plan_array(um_plan *p, const um_array *like)
{
    if (!um_grow(&p->arrays, &p->arrays_capacity, p->n_arrays + 1, (size_t)1 << 24, sizeof *p->arrays))
        return NULL;
    um_array *a = um_calloc(1, sizeof *a);
    if (!a)
        return NULL;
    if (like) {
        a->dtype = like->dtype;
        a->rank = like->rank;
        a->layout = like->layout;
        memcpy(a->dim, like->dim, sizeof a->dim);
    }
    a->input = a->value = -1;
    return p->arrays[p->n_arrays++] = a;
}

um_status um_plan_constant(um_plan *p, um_array *a, um_error *err)
{
    size_t bytes = um_array_bytes(a);
    if (bytes > UM_NN_MAX_BYTES - p->constant_bytes)
        return um_fail(err, UM_ENOMEM, "%s: its constants need too much memory", p->graph->file);
    if (!(a->data = a->owned = um_calloc_aligned(bytes, 1)))
        return um_fail_oom(err);
    a->constant = true;
    p->constant_bytes += bytes;
    return UM_OK;
}

um_call *um_plan_call(um_plan *p, const um_node *node, const um_op *op, int n_in, int n_out)
{
    if (!um_grow(&p->calls, &p->calls_capacity, p->n_calls + 1, (size_t)1 << 20, sizeof *p->calls))
        return NULL;
    um_call *c = &p->calls[p->n_calls];
    *c = (um_call){.graph = p->graph,
                   .node = node,
                   .op = op,
                   .n_in = n_in,
                   .n_out = n_out,
                   .pool = p->pool,
                   .packs = p->packs,
                   .scratch = &p->scratch};
    c->in = um_calloc((size_t)n_in, sizeof *c->in);
    c->out = um_calloc((size_t)n_out, sizeof *c->out);
    if (!c->in || !c->out) {
        um_call_free(c);
        return NULL;
    }
    p->n_calls++;
    return c;
}

void um_call_free(um_call *c)
{
    if (c->state && c->op->release)
        c->op->release(c->state);
    free(c->in);
    free(c->out);
    free(c->grad_in);
    free(c->grad_out);
    free(c->sum_in);
    *c = (um_call){0};
}

void um_plan_count_uses(um_plan *p)
{
    for (size_t i = 0; i < p->n_arrays; i++)
        p->arrays[i]->n_uses = 0;
    for (size_t i = 0; i < p->n_calls; i++)
        for (int k = 0; (!p->calls[i].skip || p->calls[i].out[0]->root) && k < p->calls[i].n_in; k++)
            if (p->calls[i].in[k]) {
                p->calls[i].in[k]->n_uses++;
                p->calls[i].in[k]->reader = (int)i;
            }
}

void um_plan_free(um_plan **plan)
{
    if (!plan || !*plan)
        return;
    um_plan *p = *plan;
    for (size_t i = 0; i < p->n_calls; i++)
        um_call_free(&p->calls[i]);
    for (size_t i = 0; i < p->n_arrays; i++) {
        free(p->arrays[i]->owned);
        free(p->arrays[i]);
    }
    free(p->calls);
    free(p->arrays);
    free(p->of_value);
    free(p->in_shape);
    free(p->outputs);
    free(p->out);
    free(p->learns);
    free(p->params);
    free(p->grads);
    free(p->stats);
    free(p->kept);
    free(p->own);
    if (!p->scratch.promised)
        free(p->scratch.data);
    free(p);
    *plan = NULL;
}

bool um_plan_fits(const um_plan *p, const um_tensor *const *in)
{
    for (int i = 0; i < p->graph->n_inputs; i++) {
        const um_tensor *a = &p->in_shape[i];
        if (a->rank != in[i]->rank || memcmp(a->dim, in[i]->dim, (size_t)a->rank * sizeof *a->dim))
            return false;
        if (a->data && memcmp(a->data, in[i]->data, (size_t)um_tensor_count(a) * um_dtype_size(a->dtype)))
            return false;
    }
    return true;
}

int64_t um_plan_macs(const um_plan *p)
{
    return p->macs;
}

float *um_plan_grad(um_plan *p, int output)
{
    um_array *g = p->outputs[output]->grad;
    return g ? g->data : NULL;
}

int um_plan_n_params(const um_plan *p)
{
    return p->n_params;
}

const um_param *um_plan_param(const um_plan *p, int i)
{
    return &p->params[i];
}

float *um_plan_grads(const um_plan *p, size_t *n)
{
    *n = p->n_grads;
    return p->grads;
}

int um_plan_n_stats(const um_plan *p)
{
    return p->n_stats;
}

um_stat um_plan_stat(const um_plan *p, int i)
{
    um_stat s = {0};
    const um_call *c = &p->calls[p->stats[i]];
    c->op->stat(c, &s);
    return s;
}
