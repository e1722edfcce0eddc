/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile.c: a graph for one set of input shapes: shape rules, constant folding, then the passes. */
#include "nn/onednn/onednn.h"
#include "nn/plan_data.h"
#include <stdlib.h>
#include <string.h>

static bool can_fold(const um_call *c)
{
    if (c->op->flags & UM_OP_SHAPE_ONLY)
        return true;
    for (int i = 0; i < c->n_in; i++)
        if (c->in[i] && !c->in[i]->constant)
            return false;
    return true;
}

static um_status fold(um_plan *p, um_call *c, um_error *err)
{
    um_status st = UM_OK;
    bool done = !c->op->forward; /* by infer */
    for (int i = 0; i < c->n_out && st == UM_OK && !done; i++)
        if (c->out[i])
            st = um_plan_constant(p, c->out[i], err);
    c->packs = NULL; /* it runs once */
    if (st == UM_OK && !done && c->op->prepare)
        st = c->op->prepare(c, err);
    if (st == UM_OK && !done)
        st = c->op->forward(c, err);
    um_call_free(c);
    p->n_calls--;
    return st;
}

static um_status add_node(um_plan *p, const um_node *node, um_error *err)
{
    const um_op *op = node->op;
    int n_in = node->n_in;
    while (n_in && node->in[n_in - 1] < 0)
        n_in--;
    if (!op)
        return um_fail(err, UM_EUNSUPPORTED, "%s: node '%s': operator %s is not supported", p->graph->file,
                       node->name, node->type);
    um_call *c = um_plan_call(p, node, op, n_in, node->n_out);
    if (!c)
        return um_fail_oom(err);
    if (n_in < op->min_in || n_in > op->max_in || node->n_out < op->min_out || node->n_out > op->max_out)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "%d inputs and %d outputs are not supported", n_in,
                            node->n_out);
    for (int i = 0; i < n_in; i++) {
        c->in[i] = node->in[i] < 0 ? NULL : p->of_value[node->in[i]];
        if (!c->in[i] && i < op->min_in)
            return um_call_fail(c, err, UM_EFORMAT, "input %d is missing", i);
    }
    for (int i = 0; i < node->n_out; i++) {
        if (node->out[i] < 0) {
            if (i < op->min_out)
                return um_call_fail(c, err, UM_EFORMAT, "output %d has no name", i);
            continue;
        }
        if (!(c->out[i] = p->of_value[node->out[i]] = um_plan_array(p, NULL)))
            return um_fail_oom(err);
    }
    um_status st = op->infer(c, err);
    if (st < 0)
        return st;
    for (int i = 0; i < c->n_out; i++) {
        int64_t n;
        if (c->out[i] && !um_dims_count(c->out[i]->rank, c->out[i]->dim, &n))
            return um_call_fail(c, err, UM_EFORMAT, "the result has an impossible size");
        if (c->out[i] && um_array_bytes(c->out[i]) > UM_NN_MAX_BYTES)
            return um_call_fail(c, err, UM_ENOMEM, "the result needs too much memory");
    }
    if (c->macs < 0 || c->macs > UM_NN_MAX_MACS - p->macs)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "too much work");
    p->macs += c->macs;
    return can_fold(c) ? fold(p, c, err) : UM_OK;
}

static void drop_unused(um_plan *p)
{
    um_plan_count_uses(p);
    for (size_t i = p->n_calls; i-- > 0;) {
        um_call *c = &p->calls[i];
        bool used = false;
        for (int k = 0; k < c->n_out; k++)
            used |= c->out[k] && (c->out[k]->n_uses || c->out[k]->output);
        if ((c->skip = !used))
            for (int k = 0; k < c->n_in; k++)
                if (c->in[k])
                    c->in[k]->n_uses--;
    }
}

static um_status build(um_plan *p, const um_tensor *const *in, um_error *err)
{
    const um_graph *g = p->graph;
    um_status st;
    for (size_t i = 0; i < g->n_values; i++) {
        const um_tensor *t = g->values[i].constant;
        if (!t)
            continue;
        um_array *a = p->of_value[i] = um_plan_array(p, NULL);
        if (!a)
            return um_fail_oom(err);
        a->dtype = t->dtype;
        a->rank = t->rank;
        memcpy(a->dim, t->dim, sizeof a->dim);
        a->data = t->data;
        a->constant = !p->training || !p->learns[i];
        if (!a->constant)
            a->value = (int)i;
    }
    for (int i = 0; i < g->n_inputs; i++) {
        um_array *a = p->of_value[g->inputs[i]] = um_plan_array(p, NULL);
        if (!a)
            return um_fail_oom(err);
        a->dtype = in[i]->dtype;
        a->rank = in[i]->rank;
        memcpy(a->dim, in[i]->dim, sizeof a->dim);
        p->in_shape[i] = *in[i];
        p->in_shape[i].data = NULL;
        if (!g->input_known[i]) {
            a->input = i;
            continue;
        }
        if ((st = um_plan_constant(p, a, err)) < 0)
            return st;
        if (um_array_bytes(a))
            memcpy(a->data, in[i]->data, um_array_bytes(a));
        p->in_shape[i].data = a->data;
    }
    for (size_t i = 0; i < g->n_nodes; i++)
        if ((st = add_node(p, &g->nodes[i], err)) < 0)
            return st;
    for (int i = 0; i < g->n_outputs; i++) {
        p->outputs[i] = p->of_value[g->outputs[i]];
        p->outputs[i]->output = true;
    }
    drop_unused(p);
    if ((st = um_plan_fuse(p, err)) < 0 || (st = um_plan_layout(p, err)) < 0 ||
        (p->training && (st = um_plan_gradients(p, err)) < 0))
        return st;
    if (p->training)
        um_plan_share_norms(p);
    return um_plan_memory(p, err);
}

/* A float initializer learns when every operator that reads it would learn it. */
static void find_parameters(um_plan *p)
{
    const um_graph *g = p->graph;
    for (size_t i = 0; i < g->n_values; i++)
        p->learns[i] = g->values[i].constant && g->values[i].constant->dtype == UM_F32;
    for (size_t i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->nodes[i].n_in; k++)
            if (g->nodes[i].in[k] >= 0 && (!g->nodes[i].op || !(g->nodes[i].op->learns >> k & 1)))
                p->learns[g->nodes[i].in[k]] = false;
}

static um_status plan_new(um_plan **out, const um_graph *graph, const um_tensor *const *in, um_pool *pool,
                          um_packs *packs, bool training, um_error *err)
{
    *out = NULL;
    um_plan *p = um_calloc(1, sizeof *p);
    if (!p)
        return um_fail_oom(err);
    p->graph = graph;
    p->pool = pool;
    p->packs = packs;
    p->training = training;
    p->of_value = um_calloc(graph->n_values, sizeof *p->of_value);
    p->in_shape = um_calloc((size_t)graph->n_inputs, sizeof *p->in_shape);
    p->outputs = um_calloc((size_t)graph->n_outputs, sizeof *p->outputs);
    p->out = um_calloc((size_t)graph->n_outputs, sizeof *p->out);
    if (training && (p->learns = um_calloc(graph->n_values, sizeof *p->learns)))
        find_parameters(p);
    int threads_before = um_omp_alone();
    bool enough = p->of_value && p->in_shape && p->outputs && p->out && (!training || p->learns);
    um_status st = enough ? build(p, in, err) : um_fail_oom(err);
    um_omp_restore(threads_before);
    if (st == UM_OK && !training) { /* what folding needed was needed once */
        free(p->scratch.data);
        p->scratch = (um_scratch){.promised = true};
    }
    if (st < 0)
        um_plan_free(&p);
    *out = p;
    return st;
}

um_status um_plan_new(um_plan **out, const um_graph *graph, const um_tensor *const *in, um_pool *pool,
                      um_error *err)
{
    return plan_new(out, graph, in, pool, NULL, false, err);
}

um_status um_plan_new_packed(um_plan **out, const um_graph *graph, const um_tensor *const *in, um_pool *pool,
                             um_packs *packs, um_error *err)
{
    return plan_new(out, graph, in, pool, packs, false, err);
}

um_status um_plan_new_training(um_plan **out, um_graph *graph, const um_tensor *const *in, um_error *err)
{
    return plan_new(out, graph, in, NULL, NULL, true, err);
}
