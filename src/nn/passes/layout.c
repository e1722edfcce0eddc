/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.c: decides which arrays are UM_NHWC, adds the conversions between layouts, turns calls that would
 * only copy into views. */
#include "nn/plan_data.h"
#include <stdlib.h>
#include <string.h>

static bool is_map(const um_array *a)
{
    return a->rank == 4 && a->dtype == UM_F32;
}

static bool same_bytes_in_both(const um_array *a)
{
    return a->dim[1] == 1 || a->dim[2] * a->dim[3] == 1;
}

static um_status copy_infer(um_call *c, um_error *err)
{
    return UM_OK;
}

static um_status copy_forward(um_call *c, um_error *err)
{
    int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
    um_array_strides(c->in[0], from);
    um_array_strides(c->out[0], to);
    um_copy_strided(c->out[0]->data, to, c->in[0]->data, from, c->in[0]->dim, c->in[0]->rank,
                    um_dtype_size(c->in[0]->dtype));
    return UM_OK;
}

static um_status copy_backward(um_call *c, um_error *err)
{
    um_call back = {.in = c->grad_out, .out = c->grad_in};
    return copy_forward(&back, err);
}

static const um_op op_copy = {
    .name = "(copy)",
    .min_in = 1,
    .max_in = 1,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_ANY,
    .infer = copy_infer,
    .forward = copy_forward,
    .backward = copy_backward,
};
static const um_node node_copy; /* belongs to no node of the graph */

/* `a` in another layout: a view, a constant, or the result of a call appended to the plan. */
static um_status convert(um_plan *p, um_array **out, um_array *a, um_layout layout, um_error *err)
{
    if (a->layout == layout || a->other_layout) {
        *out = a->layout == layout ? a : a->other_layout;
        return UM_OK;
    }
    um_array *b = um_plan_array(p, a);
    if (!b)
        return um_fail_oom(err);
    b->layout = layout;
    a->other_layout = b;
    b->other_layout = a;
    *out = b;
    if (same_bytes_in_both(a) && !p->training) { /* a view has no call to take its gradient back */
        b->root = a;
        b->constant = a->constant;
        b->data = a->data;
        return UM_OK;
    }
    if (a->constant) {
        um_call c = {.in = &a, .out = &b};
        um_status st = um_plan_constant(p, b, err);
        return st < 0 ? st : copy_forward(&c, err);
    }
    um_call *c = um_plan_call(p, &node_copy, &op_copy, 1, 1);
    if (!c)
        return um_fail_oom(err);
    c->in[0] = a;
    c->out[0] = b;
    return UM_OK;
}

static um_status place(um_plan *p, um_call *c, um_error *err)
{
    um_status st = UM_OK;
    bool maps = c->in && c->n_in && c->in[0] && is_map(c->in[0]);
    um_layout want = UM_PLAIN;
    bool all = true; /* inputs must be converted */
    if (c->op->flags & UM_OP_WANTS_NHWC) {
        want = maps ? UM_NHWC : UM_PLAIN;
    } else if (c->op->flags & UM_OP_FOLLOWS) {
        all = false;
        for (int i = 0; i < c->n_in; i++)
            if (c->in[i] && !c->in[i]->constant && c->in[i]->layout == UM_NHWC)
                want = UM_NHWC;
    } else if (c->op->flags & UM_OP_ANY) {
        all = false;
    }
    for (int i = 0; all && i < c->n_in && st == UM_OK; i++)
        if (c->in[i])
            st = convert(p, &c->in[i], c->in[i], i ? UM_PLAIN : want, err);
    for (int i = 0; i < c->n_out; i++)
        if (c->out[i] && is_map(c->out[i]))
            c->out[i]->layout = want;
    return st;
}

um_status um_plan_layout(um_plan *p, um_error *err)
{
    um_call *old = p->calls;
    size_t n = p->n_calls, i;
    um_status st = UM_OK;
    p->calls = NULL;
    p->n_calls = p->calls_capacity = 0;
    for (i = 0; i < n && st == UM_OK; i++) {
        if (old[i].skip) {
            um_call_free(&old[i]);
            continue;
        }
        if ((st = place(p, &old[i], err)) < 0)
            break;
        um_call *c = um_plan_call(p, old[i].node, old[i].op, 0, 0);
        if (!c) {
            st = um_fail_oom(err);
            break;
        }
        free(c->in);
        free(c->out);
        *c = old[i];
        old[i] = (um_call){0};
        /* A view of a graph input must not leave the graph: the caller may free the input first. */
        if (c->op->view && c->op->view(c) && !(c->out[0]->output && um_array_root(c->in[0])->input >= 0)) {
            c->out[0]->root = c->in[0];
            c->skip = true;
        }
    }
    for (; i < n; i++)
        um_call_free(&old[i]);
    free(old);
    for (int k = 0; k < p->graph->n_outputs && st == UM_OK; k++) {
        um_array *a = p->outputs[k];
        if (a->layout != UM_PLAIN)
            st = convert(p, &p->outputs[k], a, UM_PLAIN, err);
        if (st == UM_OK && um_array_root(p->outputs[k])->input >= 0) {
            um_array *b = um_plan_array(p, p->outputs[k]);
            um_call *c = b ? um_plan_call(p, &node_copy, &op_copy, 1, 1) : NULL;
            if (!c)
                return um_fail_oom(err);
            c->in[0] = p->outputs[k];
            c->out[0] = p->outputs[k] = b;
        }
        if (st == UM_OK)
            p->outputs[k]->output = true;
    }
    return st;
}
