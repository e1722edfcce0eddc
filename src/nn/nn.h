/* nn.h: the inside of the network engine.
 *
 * um_graph is the model as read: values, nodes, attributes; it never changes. um_plan is the graph made ready
 * for one set of input shapes: arrays with known shapes, a list of calls, one block of memory. um_op is one
 * operator: shape rule, preparation, forward and backward pass in one place.
 *
 * A plan for training keeps every parameter apart (nothing is folded or fused), runs its calls forward, takes
 * the gradient of a loss with respect to the outputs, and runs them backward. It works in the calling thread:
 * a batch is split into shards, one plan and one thread each (train/trainer.h), so that no operator has to
 * meet another thread, and the result depends on the number of shards alone, not on threads or machines.
 */
#ifndef UM_NN_H
#define UM_NN_H
#include "base/base.h"
#include "base/pool.h"
#include <unmask/model.h>

enum { UM_NN_MAX_NODES = 20000, UM_NN_MAX_PORTS = 1024 };
#define UM_NN_MAX_BYTES ((size_t)2 << 30) /* of one array, and of all memory of one plan */
#define UM_NN_MAX_MACS ((int64_t)1 << 42) /* per call; more is refused as hostile */

/* Compiled for several instruction sets; the best one is chosen when the program starts. (Not under
 * ThreadSanitizer: it is not ready when the choice is made.) */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define UM_FAST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define UM_FAST
#endif

/* Before a loop whose output may be its own input, element by element: compilers would otherwise guard
 * against overlap and take the slow way for every call in place. */
#if defined(__GNUC__) && !defined(__clang__)
#define UM_ELEMENTWISE _Pragma("GCC ivdep")
#else
#define UM_ELEMENTWISE
#endif

/* --- the graph --- */

typedef enum um_attr_kind {
    UM_ATTR_OTHER, /* graphs, lists of texts...: no operator here asks for them; kept for writing */
    UM_ATTR_FLOAT,
    UM_ATTR_INT,
    UM_ATTR_TEXT,
    UM_ATTR_TENSOR,
    UM_ATTR_FLOATS,
    UM_ATTR_INTS
} um_attr_kind;

typedef struct um_attr {
    char *name;
    um_attr_kind kind;
    float f;
    int64_t i;
    char *text;
    um_tensor *tensor;
    size_t n; /* of floats or ints; bytes of text or packed */
    float *floats;
    int64_t *ints;
    void *packed; /* UM_ATTR_OTHER: the message as it was */
} um_attr;

typedef struct um_op um_op;

typedef struct um_node {
    char *name, *type; /* type with its domain: "Conv", "com.microsoft:FusedConv" */
    const um_op *op;   /* NULL when not supported */
    int n_in, n_out;
    int *in, *out; /* values; -1 = left out */
    int n_attrs;
    um_attr *attrs;
} um_node;

typedef struct um_value {
    char *name;
    um_tensor *constant; /* of an initializer, else NULL */
} um_value;

typedef struct um_note { /* metadata: licence, how it was trained */
    char *key, *value;
} um_note;

typedef struct um_domain { /* of operators that are not ONNX's own */
    char *name;
    int64_t version;
} um_domain;

typedef struct um_graph {
    char *file; /* for messages */
    char *name; /* of the network; NULL = none */
    int64_t opset;
    size_t n_domains, n_notes;
    um_domain *domains;
    um_note *notes;
    bool has_functions; /* operators defined in the file itself: not kept, so it cannot be written */
    size_t n_values, n_nodes;
    um_value *values;
    um_node *nodes;
    int n_inputs, n_outputs;
    int *inputs, *outputs; /* values */
    bool *input_known;     /* its content decides shapes: a plan holds for this content only */
    um_value_info *input_info, *output_info; /* names borrowed from values */
} um_graph;

um_status um_graph_read(um_graph **out, const void *bytes, size_t n, const char *file, um_error *err);
void um_graph_free(um_graph **graph);

const um_attr *um_attr_find(const um_node *node, const char *name, um_attr_kind kind);
int64_t um_attr_int(const um_node *node, const char *name, int64_t otherwise);
double um_attr_float(const um_node *node, const char *name, double otherwise);
const char *um_attr_text(const um_node *node, const char *name, const char *otherwise);

/* --- arrays --- */

/* Order of the bytes. `dim` is always in the order of ONNX: N, C, H, W for a UM_NHWC array too. */
typedef enum um_layout { UM_PLAIN, UM_NHWC } um_layout;

typedef struct um_array {
    um_dtype dtype;
    int rank;
    int64_t dim[UM_MAX_RANK];
    um_layout layout; /* UM_NHWC only with rank 4 */
    void *data;       /* constants: always; others: during a run */
    bool constant;
    /* for the plan */
    void *owned;           /* memory of a constant that belongs to this array */
    int input;             /* graph input whose memory this is, or -1 */
    int value;             /* training: the initializer whose memory this is, or -1 */
    struct um_array *grad; /* training: the gradient of the loss, in the same layout; NULL: not needed */
    bool output;           /* leaves the graph */
    bool learns;           /* training: a parameter lies behind it */
    int made, last;        /* first and last call that touches it */
    int n_uses, reader;    /* calls that read it, the last of them */
    struct um_array *root; /* whose memory this is a view of; NULL = its own */
    struct um_array *other_layout; /* the same values in the other layout, once made */
    size_t offset;                 /* in the memory of the plan */
} um_array;

/* Elements of a shape: false when a dimension is negative or the product is above 2^31. */
bool um_dims_count(int rank, const int64_t *dim, int64_t *count);
static inline int64_t um_array_count(const um_array *a)
{
    int64_t n = 1;
    for (int i = 0; i < a->rank; i++)
        n *= a->dim[i];
    return n;
}
static inline size_t um_array_bytes(const um_array *a)
{
    return (size_t)um_array_count(a) * um_dtype_size(a->dtype);
}
/* Step in elements along each dimension. */
void um_array_strides(const um_array *a, int64_t *stride);

/* --- operators --- */

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
} um_scratch;
/* At least so much; while preparing only: `data` may move. */
um_status um_scratch_fit(um_scratch *s, size_t bytes, um_error *err);

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
    int64_t macs; /* set by infer */
    um_pool *pool;
    um_scratch *scratch; /* of the plan: for what lives within one call of forward or backward */
    bool skip;           /* another call does its work, or its result is a view of its input */
    /* Training, see fuse.c: a convolution does pieces of the work of normalizations beside it. */
    struct um_call *norm_before; /* in[0] is its input still: normalized on the way in, and its sums gathered
                                  * on the way back */
    struct um_call *norm_behind; /* the only reader of out[0], measured on the way out; grad_out[0] is the
                                  * gradient of its result still */
    bool maker_helps,
        reader_helps; /* of the normalization: who made its input or reads its result does this */
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
    um_status (*forward)(um_call *c, um_error *err);
    void (*release)(void *state); /* may be NULL */
    unsigned known_in;            /* bit i: input i decides the shape and must be known before running */
    /* From grad_out to grad_in. NULL: no gradient passes (integers, shapes, comparisons). */
    um_status (*backward)(um_call *c, um_error *err);
    unsigned learns; /* bit i: a float initializer at input i is a parameter */
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

/* Copies `dim` elements of `size` bytes between two strided arrays; strides in elements. */
void um_copy_strided(void *dst, const int64_t *dst_stride, const void *src, const int64_t *src_stride,
                     const int64_t *dim, int rank, size_t size);

/* Broadcast shape of two arrays; false when they do not fit. */
bool um_broadcast(const um_array *a, const um_array *b, int64_t *dim, int *rank);
/* Strides of `a` seen as an array of `rank` dimensions `dim`: 0 along broadcast ones. */
void um_broadcast_strides(const um_array *a, int rank, const int64_t *dim, int64_t *stride);

/* y = act(x), of the same shape and layout, perhaps the same memory; channels are dimension 1. */
void um_act_apply(const um_act *act, um_array *y, const um_array *x);

/* --- windows: convolution and pooling --- */

enum { UM_SPATIAL = UM_MAX_RANK - 2 };
typedef struct um_window {
    int n; /* spatial dimensions */
    int64_t in[UM_SPATIAL], out[UM_SPATIAL], kernel[UM_SPATIAL], stride[UM_SPATIAL], dilation[UM_SPATIAL];
    int64_t pad_lo[UM_SPATIAL], pad_hi[UM_SPATIAL];
} um_window;
/* `kernel` NULL: from the attribute. */
um_status um_window_read(const um_call *c, const int64_t *kernel, um_window *w, um_error *err);

/* --- plans --- */

typedef struct um_plan um_plan;
/* Shapes, constants, fusion, layouts and memory for these inputs. Nothing is prepared for running yet. */
um_status um_plan_new(um_plan **out, const um_graph *graph, const um_tensor *const *in, um_pool *pool,
                      um_error *err);
um_status um_plan_run(um_plan *plan, const um_tensor *const *in, const um_tensor **out, um_error *err);
void um_plan_free(um_plan **plan);
bool um_plan_fits(const um_plan *plan, const um_tensor *const *in);
int64_t um_plan_macs(const um_plan *plan);

/* --- training --- */

/* A float initializer that learns. `data` is the graph's own tensor: whoever steps the parameters changes the
 * graph, and every plan of it sees the change. */
typedef struct um_param {
    int value;        /* of the graph */
    const char *name; /* borrowed from the graph */
    int rank;
    int64_t dim[UM_MAX_RANK];
    int64_t n; /* elements */
    float *data;
    float *grad; /* of this plan; written by um_plan_backward. All of a plan follow each other in memory */
} um_param;

/* Like um_plan_new, for training: um_plan_run then normalizes by the statistics of the batch, and
 * um_plan_backward may follow. The graph must outlive the plan. */
um_status um_plan_new_training(um_plan **out, um_graph *graph, const um_tensor *const *in, um_error *err);
/* The gradient of the loss with respect to output i: zero after um_plan_run, for the caller to write before
 * um_plan_backward, laid out like the output. NULL when no parameter lies behind that output. */
float *um_plan_grad(um_plan *plan, int output);
um_status um_plan_backward(um_plan *plan, um_error *err);
int um_plan_n_params(const um_plan *plan); /* in the order of the graph's values */
const um_param *um_plan_param(const um_plan *plan, int i);
float *um_plan_grads(const um_plan *plan, size_t *n); /* of all parameters, one after the other */
int um_plan_n_stats(const um_plan *plan);
um_stat um_plan_stat(const um_plan *plan, int i); /* valid until the next run; all zero before the first */

#endif
