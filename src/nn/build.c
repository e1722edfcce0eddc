/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build.c: a graph made node by node. */
#include "nn/build.h"
#include "base/random.h"
#include "nn/op.h"
#include <stdlib.h>
#include <string.h>

void um_build_init(um_build *b, const char *file, uint64_t seed, um_error *err)
{
    *b = (um_build){.random = seed, .err = err};
    um_graph *g = b->graph = um_calloc(1, sizeof *g);
    if (!g || !(g->file = um_strdup(file)))
        b->status = um_fail_oom(err);
    else
        g->opset = UM_BUILD_OPSET;
}

um_status um_build_done(um_build *b, um_graph **out)
{
    um_graph *g = b->graph;
    if (b->status == UM_OK && (!g->n_nodes || !g->n_inputs || !g->n_outputs))
        b->status =
            um_fail(b->err, UM_EFORMAT, "%s: a network needs an input, a block and an output", g->file);
    if (b->status == UM_OK && !(g->input_known = um_calloc((size_t)g->n_inputs, sizeof *g->input_known)))
        b->status = um_fail_oom(b->err);
    if (b->status < 0)
        um_graph_free(&b->graph);
    *out = b->graph;
    b->graph = NULL;
    return b->status;
}

static int add_value(um_build *b, const char *name)
{
    um_graph *g = b->graph;
    if (b->status < 0)
        return -1;
    if (!um_grow(&g->values, &b->values_capacity, g->n_values + 1, 4 * UM_NN_MAX_NODES, sizeof *g->values) ||
        !(g->values[g->n_values].name = um_strdup(name))) {
        b->status = um_fail_oom(b->err);
        return -1;
    }
    return (int)g->n_values++;
}

/* One more element at the end of a short list. */
static bool append(um_build *b, void *list, int n, size_t size)
{
    void *old, *bigger;
    memcpy(&old, list, sizeof old);
    if (b->status < 0)
        return false;
    if (n >= UM_NN_MAX_PORTS || !(bigger = um_calloc((size_t)n + 1, size))) {
        b->status = um_fail_oom(b->err);
        return false;
    }
    if (n)
        memcpy(bigger, old, (size_t)n * size);
    free(old);
    memcpy(list, &bigger, sizeof bigger);
    return true;
}

static um_value_info info(const um_build *b, int value, int rank, const int64_t *dim)
{
    um_value_info v = {.name = b->graph->values[value].name, .dtype = UM_F32, .rank = rank};
    memcpy(v.dim, dim, (size_t)rank * sizeof *dim);
    return v;
}

int um_build_input(um_build *b, const char *name, int rank, const int64_t *dim)
{
    um_graph *g = b->graph;
    int v = add_value(b, name);
    if (v < 0 || !append(b, &g->inputs, g->n_inputs, sizeof *g->inputs) ||
        !append(b, &g->input_info, g->n_inputs, sizeof *g->input_info))
        return -1;
    g->input_info[g->n_inputs] = info(b, v, rank, dim);
    g->inputs[g->n_inputs++] = v;
    return v;
}

void um_build_output(um_build *b, int value, int rank, const int64_t *dim)
{
    um_graph *g = b->graph;
    if (value < 0 || !append(b, &g->outputs, g->n_outputs, sizeof *g->outputs) ||
        !append(b, &g->output_info, g->n_outputs, sizeof *g->output_info))
        return;
    g->output_info[g->n_outputs] = info(b, value, rank, dim);
    g->outputs[g->n_outputs++] = value;
}

int um_build_constant(um_build *b, const char *name, um_dtype dtype, int rank, const int64_t *dim,
                      const void *data)
{
    int v = add_value(b, name);
    if (v < 0)
        return -1;
    um_tensor **t = &b->graph->values[v].constant;
    int64_t n;
    if (!um_dims_count(rank, dim, &n) || (b->n_parameters += (size_t)n) > UM_BUILD_MOST_PARAMETERS) {
        b->status = um_fail(b->err, UM_EUNSUPPORTED, "%s: more than %d parameters", b->graph->file,
                            UM_BUILD_MOST_PARAMETERS);
        return -1;
    }
    if ((b->status = um_tensor_new(t, dtype, rank, dim, b->err)) < 0)
        return -1;
    if (data && n)
        memcpy((*t)->data, data, (size_t)n * um_dtype_size(dtype));
    return v;
}

int um_build_weights(um_build *b, const char *name, int rank, const int64_t *dim, double deviation)
{
    int v = um_build_constant(b, name, UM_F32, rank, dim, NULL);
    if (v < 0 || deviation == 0)
        return v;
    const um_tensor *t = b->graph->values[v].constant;
    int64_t n = um_tensor_count(t);
    for (int64_t i = 0; i < n; i++)
        ((float *)t->data)[i] = (float)(deviation * um_random_normal(&b->random));
    return v;
}

int um_build_filled(um_build *b, const char *name, int64_t n, float value)
{
    int v = um_build_constant(b, name, UM_F32, 1, &n, NULL);
    for (int64_t i = 0; v >= 0 && i < n; i++)
        ((float *)b->graph->values[v].constant->data)[i] = value;
    return v;
}

int um_build_node(um_build *b, const char *type, const char *name, int n_in, const int *in)
{
    um_graph *g = b->graph;
    for (int i = 0; i < n_in; i++)
        if (in[i] >= (int)g->n_values)
            return -1;
    int v = add_value(b, name);
    if (v < 0)
        return -1;
    if (!um_grow(&g->nodes, &b->nodes_capacity, g->n_nodes + 1, UM_NN_MAX_NODES, sizeof *g->nodes)) {
        b->status = um_fail_oom(b->err);
        return -1;
    }
    um_node *node = &g->nodes[g->n_nodes++];
    *node = (um_node){.op = um_op_find(type), .n_in = n_in, .n_out = 1};
    node->name = um_strdup(name);
    node->type = um_strdup(type);
    node->in = um_calloc((size_t)n_in, sizeof *node->in);
    node->out = um_calloc(1, sizeof *node->out);
    if (!node->name || !node->type || !node->in || !node->out) {
        b->status = um_fail_oom(b->err);
        return -1;
    }
    if (n_in)
        memcpy(node->in, in, (size_t)n_in * sizeof *in);
    node->out[0] = v;
    return v;
}

static um_attr *add_attr(um_build *b, const char *name, um_attr_kind kind)
{
    um_node *node = b->status < 0 ? NULL : &b->graph->nodes[b->graph->n_nodes - 1];
    if (!node || !append(b, &node->attrs, node->n_attrs, sizeof *node->attrs))
        return NULL;
    um_attr *a = &node->attrs[node->n_attrs++];
    a->kind = kind;
    if (!(a->name = um_strdup(name)))
        b->status = um_fail_oom(b->err);
    return a;
}

void um_build_int(um_build *b, const char *name, int64_t value)
{
    um_attr *a = add_attr(b, name, UM_ATTR_INT);
    if (a)
        a->i = value;
}

void um_build_float(um_build *b, const char *name, float value)
{
    um_attr *a = add_attr(b, name, UM_ATTR_FLOAT);
    if (a)
        a->f = value;
}

void um_build_ints(um_build *b, const char *name, int n, const int64_t *value)
{
    um_attr *a = add_attr(b, name, UM_ATTR_INTS);
    if (a && (a->ints = um_calloc((size_t)n, sizeof *a->ints))) {
        memcpy(a->ints, value, (size_t)n * sizeof *value);
        a->n = (size_t)n;
    } else if (a) {
        b->status = um_fail_oom(b->err);
    }
}

void um_build_text(um_build *b, const char *name, const char *value)
{
    um_attr *a = add_attr(b, name, UM_ATTR_TEXT);
    if (a && !(a->text = um_strdup(value)))
        b->status = um_fail_oom(b->err);
    else if (a)
        a->n = strlen(value);
}

int um_build_fixed(um_build *b, const char *name, int rank, const int64_t *dim, const float *data)
{
    int v = um_build_node(b, "Constant", name, 0, NULL);
    um_attr *a = add_attr(b, "value", UM_ATTR_TENSOR);
    if (!a || (b->status = um_tensor_new(&a->tensor, UM_F32, rank, dim, b->err)) < 0)
        return -1;
    memcpy(a->tensor->data, data, (size_t)um_tensor_count(a->tensor) * sizeof *data);
    return v;
}
