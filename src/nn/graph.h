/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph.h: a network as read: values, nodes, attributes. It does not change while it runs. */
#ifndef UM_NN_GRAPH_H
#define UM_NN_GRAPH_H
#include "base/base.h"
#include <unmask/network.h>

enum { UM_NN_MAX_NODES = 20000, UM_NN_MAX_PORTS = 1024 };
#define UM_NN_MAX_BYTES ((size_t)2 << 30) /* of one array, and of all memory of one plan */
#define UM_NN_MAX_MACS ((int64_t)1 << 42) /* per call; more is refused as hostile */

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
    char *lacks;       /* why it cannot run, though it can be listed: the first element type we do not have */
    int64_t n_foreign; /* elements of constants of such types, which are not kept */
} um_graph;

/* UM_EUNSUPPORTED: an element type that is not run. um_graph_list reads such a graph as well, without those
 * constants: to be listed, not run. */
um_status um_graph_read(um_graph **out, const void *bytes, size_t n, const char *file, um_error *err);
um_status um_graph_list(um_graph **out, const void *bytes, size_t n, const char *file, um_error *err);
void um_graph_free(um_graph **graph);

const um_attr *um_attr_find(const um_node *node, const char *name, um_attr_kind kind);
int64_t um_attr_int(const um_node *node, const char *name, int64_t otherwise);
double um_attr_float(const um_node *node, const char *name, double otherwise);
const char *um_attr_text(const um_node *node, const char *name, const char *otherwise);
#endif
