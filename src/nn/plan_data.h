/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_data.h: the inside of a plan, for those who make it: compile.c, passes, run.c. */
#ifndef UM_NN_PLAN_DATA_H
#define UM_NN_PLAN_DATA_H
#include "nn/plan.h"

struct um_plan {
    const um_graph *graph;
    um_pool *pool;
    um_packs *packs;
    um_array **arrays; /* all, owned */
    size_t n_arrays, arrays_capacity;
    um_array **of_value; /* by value of the graph */
    um_call *calls;
    size_t n_calls, calls_capacity;
    um_tensor *in_shape; /* of the inputs; data only of those whose content the plan depends on */
    um_array **outputs;
    um_tensor *out;
    size_t constant_bytes;
    size_t memory_bytes; /* of the arrays, without kept ones: the first part of a workspace, scratch is the
                            rest */
    void *kept;          /* of arrays that leave the graph */
    size_t kept_bytes;
    void *own;   /* the workspace of a plan that shares none */
    void *bound; /* the workspace that arrays point into */
    int64_t macs;
    um_scratch scratch;
    bool prepared;
    /* training */
    bool training;
    bool *learns; /* by value of the graph */
    int n_params;
    um_param *params;
    float *grads; /* of all parameters */
    size_t n_grads;
    int *stats, n_stats; /* calls that keep statistics */
};

/* A new array like `like` (NULL: empty), owned by the plan. */
um_array *um_plan_array(um_plan *p, const um_array *like);
/* Gives a constant its memory, within the budget. */
um_status um_plan_constant(um_plan *p, um_array *a, um_error *err);
/* Appends a call with room for its arrays. */
um_call *um_plan_call(um_plan *p, const um_node *node, const um_op *op, int n_in, int n_out);
void um_call_free(um_call *c);
/* Memory of its own, outside the plan's block: a constant, an input, a parameter or its gradient. */
static inline bool um_array_is_foreign(const um_array *a)
{
    return a->constant || a->input >= 0 || a->value >= 0;
}
static inline um_array *um_array_root(um_array *a)
{
    while (a->root)
        a = a->root;
    return a;
}
void um_plan_count_uses(um_plan *p);

um_status um_plan_fuse(um_plan *p, um_error *err);
um_status um_plan_layout(um_plan *p, um_error *err);
um_status um_plan_gradients(um_plan *p, um_error *err); /* training: who gives its gradient to whom */
void um_plan_share_norms(um_plan *p);                   /* training: who helps its neighbour */
um_status um_plan_memory(um_plan *p, um_error *err);
#endif
