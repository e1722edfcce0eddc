/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.c: the calls of a plan, forward and, in training, backward. */
#include "nn/onednn/onednn.h"
#include "nn/plan_data.h"
#include <stdlib.h>
#include <string.h>

static size_t before_scratch(const um_plan *p)
{
    return (p->memory_bytes + 63) / 64 * 64;
}

size_t um_plan_bytes(const um_plan *p)
{
    return before_scratch(p) + (p->scratch.promised ? p->scratch.bytes : 0);
}

um_status um_plan_prepare(um_plan *p, um_error *err)
{
    um_status st = UM_OK;
    if (p->prepared)
        return UM_OK;
    int threads_before = um_omp_alone();
    for (size_t i = 0; i < p->n_calls && st == UM_OK; i++) {
        um_call *c = &p->calls[i];
        if (!c->skip && !c->state && c->op->prepare)
            st = c->op->prepare(c, err);
    }
    um_omp_restore(threads_before);
    if (st == UM_OK && !p->kept && !(p->kept = um_calloc_aligned(p->kept_bytes, 1)))
        st = um_fail_oom(err);
    p->prepared = st == UM_OK;
    return st;
}

static void bind(um_plan *p, char *workspace)
{
    for (size_t i = 0; i < p->n_arrays; i++) {
        um_array *a = p->arrays[i], *root = um_array_root(a);
        if (!a->constant && !(root->input >= 0 || root->value >= 0))
            a->data = root->constant ? root->data : (root->kept ? (char *)p->kept : workspace) + root->offset;
    }
    if (p->scratch.promised)
        p->scratch.data = workspace + before_scratch(p);
    p->bound = workspace;
}

static um_status run(um_plan *p, const um_tensor *const *in, um_error *err)
{
    um_status st;
    for (size_t i = 0; i < p->n_arrays; i++) {
        um_array *root = um_array_root(p->arrays[i]);
        if (root->input >= 0)
            p->arrays[i]->data = in[root->input]->data;
    }
    for (size_t i = 0; i < p->n_calls; i++)
        if (!p->calls[i].skip && (st = p->calls[i].op->forward(&p->calls[i], err)) < 0)
            return st;
    for (int i = 0; p->training && i < p->graph->n_outputs; i++)
        if (p->outputs[i]->grad && um_array_bytes(p->outputs[i]))
            memset(p->outputs[i]->grad->data, 0, um_array_bytes(p->outputs[i]));
    return UM_OK;
}

um_status um_plan_run(um_plan *p, const um_tensor *const *in, const um_tensor **out, um_error *err)
{
    return um_plan_run_in(p, NULL, in, out, err);
}

um_status um_plan_run_in(um_plan *p, void *workspace, const um_tensor *const *in, const um_tensor **out,
                         um_error *err)
{
    um_status st = um_plan_prepare(p, err);
    if (st < 0)
        return st;
    if (!workspace && !p->own && !(p->own = um_calloc_aligned(um_plan_bytes(p), 1)))
        return um_fail_oom(err);
    workspace = workspace ? workspace : p->own;
    if (workspace != p->bound)
        bind(p, workspace);
    int threads_before = um_omp_alone();
    st = run(p, in, err);
    um_omp_restore(threads_before);
    for (int i = 0; st == UM_OK && i < p->graph->n_outputs; i++) {
        const um_array *a = p->outputs[i];
        p->out[i] = (um_tensor){.dtype = a->dtype, .rank = a->rank, .data = a->data};
        memcpy(p->out[i].dim, a->dim, sizeof a->dim);
        out[i] = &p->out[i];
    }
    return st;
}

UM_KERNEL(add, (float *restrict sum, const float *restrict x, int64_t n), (sum, x, n))
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += x[i];
}

um_status um_plan_backward(um_plan *p, um_error *err)
{
    um_status st = UM_OK;
    int threads_before = um_omp_alone();
    for (size_t i = p->n_calls; i-- > 0 && st == UM_OK;) {
        um_call *c = &p->calls[i];
        if (!c->grad_in)
            continue;
        st = c->op->backward(c, err);
        for (int k = 0; k < c->n_in && st == UM_OK; k++)
            if (c->sum_in[k])
                add(c->sum_in[k]->data, c->grad_in[k]->data, um_array_count(c->grad_in[k]));
    }
    um_omp_restore(threads_before);
    return st;
}
