/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuse.c: a convolution takes over the batch normalization and the activation that follow it. In training,
 * where the statistics are those of the batch, the normalization takes over the activation, and a convolution
 * beside it may do pieces of its work (um_call.fusion.before, fusion.behind). */
#include "nn/ops/depthwise.h"
#include "nn/ops/ops.h"
#include "nn/ops/pointwise.h"
#include "nn/plan_data.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The call that alone reads the result of `c`, or NULL. */
static um_call *only_reader(um_plan *p, const um_call *c)
{
    const um_array *y = c->out[0];
    if (y->n_uses != 1 || y->output)
        return NULL;
    um_call *next = &p->calls[y->reader];
    return !next->skip && next->in[0] == y ? next : NULL;
}

static bool act_of_call(const um_call *c, int64_t channels, um_act *act)
{
    return c->op->as_act && c->op->as_act(c, channels, act);
}

static void take_over(um_call *c, um_call *next)
{
    c->out[0] = next->out[0];
    next->skip = true;
}

/* y = scale (conv - mean) / sqrt(var + epsilon) + shift: into the bias here, into the weights where they are
 * prepared. */
static um_status fold_norm(um_plan *p, um_call *c, const um_call *bn, um_error *err)
{
    const um_array *bias = um_has(c, 2) ? c->in[2] : NULL;
    double epsilon = um_attr_float(bn->node, "epsilon", 1e-5);
    um_array *folded = um_plan_array(p, bn->in[1]);
    um_status st = folded ? um_plan_constant(p, folded, err) : um_fail_oom(err);
    if (st < 0)
        return st;
    const float *scale = bn->in[1]->data, *shift = bn->in[2]->data, *mean = bn->in[3]->data,
                *var = bn->in[4]->data;
    for (int64_t k = 0; k < c->in[1]->dim[0]; k++) {
        double f = scale[k] / sqrt(var[k] + epsilon);
        ((float *)folded->data)[k] =
            (float)(f * ((bias ? ((const float *)bias->data)[k] : 0.) - mean[k]) + shift[k]);
    }
    if (c->n_in < 3) {
        um_array **in = um_calloc(3, sizeof *in);
        if (!in)
            return um_fail_oom(err);
        memcpy(in, c->in, 2 * sizeof *in);
        free(c->in);
        c->in = in;
        c->n_in = 3;
    }
    c->in[2] = folded;
    c->norm =
        (um_folded_norm){.node = bn->node, .scale = bn->in[1], .variance = bn->in[4], .epsilon = epsilon};
    return UM_OK;
}

static bool is_constant(const um_array *a)
{
    return a && a->constant;
}

static void fuse_training(um_plan *p)
{
    for (size_t i = 0; i < p->n_calls; i++) {
        um_call *c = &p->calls[i], *next;
        um_act act;
        if (c->skip || c->op != &um_op_batchnorm || c->out[0]->rank < 2 || !(next = only_reader(p, c)) ||
            !act_of_call(next, c->out[0]->dim[1], &act) || act.kind != UM_ACT_CLIP)
            continue;
        c->act = act;
        take_over(c, next);
    }
}

um_status um_plan_fuse(um_plan *p, um_error *err)
{
    um_status st;
    um_plan_count_uses(p);
    if (p->training) {
        fuse_training(p);
        return UM_OK;
    }
    for (size_t i = 0; i < p->n_calls; i++) {
        um_call *c = &p->calls[i], *next;
        if (c->skip || c->op != &um_op_conv || !is_constant(c->in[1]) ||
            (um_has(c, 2) && !is_constant(c->in[2])))
            continue;
        if ((next = only_reader(p, c)) && next->op == &um_op_batchnorm && is_constant(next->in[1]) &&
            is_constant(next->in[2]) && is_constant(next->in[3]) && is_constant(next->in[4])) {
            if ((st = fold_norm(p, c, next, err)) < 0)
                return st;
            take_over(c, next);
        }
        if ((next = only_reader(p, c)) && act_of_call(next, c->out[0]->dim[1], &c->act))
            take_over(c, next);
    }
    return UM_OK;
}

static bool is_norm(const um_call *c)
{
    return c->op == &um_op_batchnorm && c->out[0]->layout == UM_NHWC && um_array_count(c->out[0]) &&
           c->grad_in && c->grad_in[0] && !um_array_is_foreign(c->grad_in[0]);
}

void um_plan_share_norms(um_plan *p)
{
    um_call *next;
    um_plan_count_uses(p);
    for (size_t i = 0; i < p->n_calls; i++) {
        um_call *c = &p->calls[i];
        if (!is_norm(c))
            continue;
        c->grad_in[0]->root = c->grad_out[0]; /* nobody asks for that once this one has been made of it */
        if (!(next = only_reader(p, c)) || !(um_depthwise_fits(next) || um_pointwise_fits(next)) ||
            !next->grad_in || !next->grad_in[0] || !next->grad_in[1])
            continue;
        c->fusion.consumer_normalizes = true;
        c->out[0]->root = c->in[0];
        next->fusion.before = c;
    }
    for (size_t i = 0; i < p->n_calls; i++) {
        um_call *c = &p->calls[i];
        if (!c->fusion.before && !(um_pointwise_fits(c) && c->grad_in && c->grad_in[1]))
            continue;
        if ((next = only_reader(p, c)) && is_norm(next) && !next->sum_in[0]) {
            c->fusion.behind = next;
            next->fusion.producer_normalizes = true;
        }
    }
}
