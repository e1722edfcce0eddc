/* SPDX-License-Identifier: GPL-3.0-or-later */
/* op.h: an operator (shape rule, preparation, forward and backward pass) and a call of it in a plan. */
#ifndef UM_NN_OP_H
#define UM_NN_OP_H
#include "base/pool.h"
#include "nn/array.h"
#include "nn/pack.h"

typedef enum um_act_kind { UM_ACT_NONE, UM_ACT_CLIP, UM_ACT_LEAKY, UM_ACT_SIGMOID, UM_ACT_PRELU } um_act_kind;

typedef struct um_act { /* applied to the result of a convolution or of a normalization in training */
    um_act_kind kind;
    float a, b;         /* clip: low, high; leaky: slope */
    const float *slope; /* prelu: one per channel */
} um_act;

/* Memory that the calls of a plan use one after the other. */
typedef struct um_scratch {
    void *data;
    size_t bytes;
    bool promised; /* `bytes` are only counted, and `data` is there when the plan runs */
} um_scratch;
/* At least so much; while preparing only: `data` may move. */
um_status um_scratch_fit(um_scratch *s, size_t bytes, um_error *err);

/* Training: a convolution does pieces of the work of the normalizations beside it. */
typedef struct um_norm_fusion {
    /* Of a convolution. before: in[0] is its input still, normalized on the way in, and its sums are gathered
     * on the way back. behind: the only reader of out[0], measured on the way out; grad_out[0] is the
     * gradient of its result still. */
    struct um_call *before, *behind;
    /* Of a normalization: who made its input, or reads its result, does its work. */
    bool producer_normalizes, consumer_normalizes;
} um_norm_fusion;

typedef struct um_folded_norm {
    const um_node *node; /* NULL: none */
    const um_array *scale, *variance;
    double epsilon;
} um_folded_norm;

typedef struct um_call {
    const um_graph *graph;
    const um_node *node;
    const um_op *op;
    int n_in, n_out;
    um_array **in; /* NULL where an optional input is left out */
    um_array **out;
    /* Training only, else NULL. grad_out[i] NULL: that output does not reach the loss. grad_in[i] NULL: not
     * wanted; else to be written whole (the plan adds up the gradients of several readers). */
    um_array **grad_in, **grad_out;
    um_array **sum_in; /* where not NULL, the gradient that grad_in[i] is added to afterwards */
    void *state;       /* made by op->prepare, freed by op->release */
    um_act act;
    um_folded_norm norm; /* a normalization behind it, to be folded into its weights */
    um_packs *packs;     /* of the network; NULL: weights are prepared for this plan alone */
    int64_t macs;        /* set by infer */
    um_pool *pool;
    um_scratch *scratch;   /* of the plan: for what lives within one call of forward or backward */
    bool skip;             /* another call does its work, or its result is a view of its input */
    um_norm_fusion fusion; /* training, see passes/fuse.c */
} um_call;

enum {
    UM_OP_WANTS_NHWC = 1,  /* maps are converted to UM_NHWC before it */
    UM_OP_FOLLOWS = 2,     /* works in any layout; its result is UM_NHWC when a map among its inputs is */
    UM_OP_ANY = 4,         /* reads any layout; its result is UM_PLAIN */
    UM_OP_IN_PLACE = 8,    /* may write over in[0] */
    UM_OP_SHAPE_ONLY = 16, /* the result depends on the shape of the input alone */
    /* What backward reads beside grad_out: nothing may overwrite it before. */
    UM_OP_BACK_IN = 32, /* in[0] and in[1] (parameters can always be read) */
    UM_OP_BACK_OUT = 64 /* out[0] */
};

/* What a normalization saw in the last batch, beside the running statistics it belongs to. */
typedef struct um_stat {
    int mean_value, variance_value;           /* initializers of the graph */
    int64_t channels, count;                  /* count: values per channel */
    const float *batch_mean, *batch_variance; /* variance: biased, divided by count */
    float momentum;                           /* running = momentum * running + (1 - momentum) * batch */
} um_stat;

struct um_op {
    const char *name;
    int min_in, max_in, min_out, max_out;
    unsigned flags;
    /* Checks attributes and inputs; sets dtype, rank, dim of out[] and macs. */
    um_status (*infer)(um_call *c, um_error *err);
    um_status (*prepare)(um_call *c, um_error *err); /* once per plan, layouts known; may be NULL */
    /* True when out[0] is the bytes of in[0] in its present layout; may then choose the layout of out[0].
     * NULL: never. forward must still copy. */
    bool (*view)(um_call *c);
    um_status (*forward)(um_call *c, um_error *err); /* NULL: infer has given out[0] its data */
    void (*release)(void *state);                    /* may be NULL */
    unsigned known_in; /* bit i: input i decides the shape and must be known before running */
    /* From grad_out to grad_in. NULL: no gradient passes (integers, shapes, comparisons). */
    um_status (*backward)(um_call *c, um_error *err);
    unsigned learns;   /* bit i: a float initializer at input i is a parameter */
    unsigned settings; /* bit i: input i is no weight, though it may be float: a statistic, a bound */
    /* As the activation of a convolution of so many channels: false when its parameters are not constant or
     * do not fit. NULL: it is none. */
    bool (*as_act)(const um_call *c, int64_t channels, um_act *act);
    /* Training: the statistics of the batch just seen, nothing before the first. False, or NULL: keeps none.
     */
    bool (*stat)(const um_call *c, um_stat *out);
};

const um_op *um_op_find(const char *type);

/* One line "FILE: NODE (OP): ..." */
um_status um_call_fail(const um_call *c, um_error *err, um_status code, const char *format, ...)
    UM_PRINTF(4, 5);
/* Integers of a constant input or, when there is none, of an attribute. Sets *n to -1 when both are absent.
 * At most `max`. */
um_status um_call_ints(const um_call *c, int input, const char *attr, int64_t *out, int max, int *n,
                       um_error *err);
/* A negative axis counts from the end; false when out of range. */
bool um_axis(int64_t *axis, int rank);
um_status um_call_same(um_call *c, um_error *err); /* infer: out[0] is like in[0] */
static inline bool um_has(const um_call *c, int input)
{
    return input < c->n_in && c->in[input];
}

/* y = act(x), of the same shape and layout, perhaps the same memory; channels are dimension 1. */
void um_act_apply(const um_act *act, um_array *y, const um_array *x);
#endif
