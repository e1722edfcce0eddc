/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.c: a graph with its weights, as it was read. */
#include "nn/network.h"
#include "base/digest.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include "nn/ops/ops.h"
#include "nn/plan.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };
#define MAX_FILE_BYTES ((size_t)512 << 20)
#define MAX_TEXT_BYTES ((size_t)4 << 20)

struct um_network {
    um_graph *graph;
    pthread_mutex_t lock; /* over `packs`, and the weights of `graph` */
    um_packs packs;
    char *path; /* where it came from: a file, or `bytes` of the caller */
    const void *bytes;
    size_t n_bytes;
    um_op_count *ops;
    int n_ops;
    int64_t parameters, macs;
    char sha256[UM_SHA256_HEX + 1];
};

static um_status count_ops(um_network *net, um_error *err)
{
    const um_graph *g = net->graph;
    if (!(net->ops = um_calloc(g->n_nodes, sizeof *net->ops)))
        return um_fail_oom(err);
    for (size_t i = 0; i < g->n_nodes; i++) {
        int k = 0;
        while (k < net->n_ops && strcmp(net->ops[k].op, g->nodes[i].type))
            k++;
        if (k == net->n_ops)
            net->ops[net->n_ops++] =
                (um_op_count){.op = g->nodes[i].type, .supported = g->nodes[i].op != NULL};
        net->ops[k].count++;
    }
    return UM_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const um_op_count *)a)->op, ((const um_op_count *)b)->op);
}

/* Not a weight: a running statistic, a bound, a size. */
static bool is_setting(const um_node *node, int input)
{
    return node->op && input < 32 && (node->op->known_in | node->op->settings) >> input & 1;
}

static um_status count_parameters(um_network *net, um_error *err)
{
    const um_graph *g = net->graph;
    bool *setting = um_calloc(g->n_values, sizeof *setting);
    if (!setting)
        return um_fail_oom(err);
    for (size_t i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->nodes[i].n_in; k++)
            if (g->nodes[i].in[k] >= 0 && is_setting(&g->nodes[i], k))
                setting[g->nodes[i].in[k]] = true;
    for (size_t i = 0; i < g->n_values; i++) {
        const um_tensor *t = g->values[i].constant;
        net->parameters += t && t->dtype == UM_F32 && !setting[i] ? um_tensor_count(t) : 0;
    }
    net->parameters += g->n_foreign;
    free(setting);
    return UM_OK;
}

/* A plan for the declared shapes, when they are fixed: finds damage at once and counts the work. */
static um_status plan_declared(um_network *net, um_error *err)
{
    const um_graph *g = net->graph;
    um_status st = UM_OK;
    bool fixed = !g->lacks;
    net->macs = -1;
    um_tensor *shapes = um_calloc((size_t)g->n_inputs, sizeof *shapes);
    const um_tensor **in = um_calloc((size_t)g->n_inputs, sizeof *in);
    if (!shapes || !in)
        st = um_fail_oom(err);
    for (int i = 0; i < g->n_inputs && st == UM_OK; i++) {
        const um_value_info *v = &g->input_info[i];
        fixed = fixed && v->rank >= 0 && !g->input_known[i];
        shapes[i] = (um_tensor){.dtype = v->dtype, .rank = v->rank};
        for (int k = 0; fixed && k < v->rank; k++) {
            shapes[i].dim[k] = v->dim[k];
            fixed = v->dim[k] >= 0;
        }
        in[i] = &shapes[i];
    }
    for (int k = 0; k < net->n_ops; k++)
        fixed = fixed && net->ops[k].supported;
    for (int i = 0; fixed && st == UM_OK && i < g->n_inputs; i++) {
        int64_t n;
        if (!um_dims_count(shapes[i].rank, shapes[i].dim, &n))
            st = um_fail(err, UM_EFORMAT, "%s: an input of impossible size", g->file);
    }
    if (st == UM_OK && fixed) {
        um_plan *plan = NULL;
        st = um_plan_new(&plan, g, in, NULL, err);
        if (st == UM_EUNSUPPORTED) /* tells again when it is run */
            st = UM_OK;
        else if (st == UM_OK)
            net->macs = um_plan_macs(plan);
        um_plan_free(&plan);
    }
    free(in);
    free(shapes);
    return st;
}

/* ONNX, or the text of a network. */
static um_status read_any(um_graph **out, const void *bytes, size_t n, const char *name, um_error *err)
{
    if (!um_arch_is(bytes, n))
        return um_graph_list(out, bytes, n, name, err);
    if (n > MAX_TEXT_BYTES || memchr(bytes, 0, n))
        return um_fail(err, UM_EFORMAT, "%s: not a text, or too long", name);
    char *text = um_calloc(n + 1, 1);
    if (!text)
        return um_fail_oom(err);
    memcpy(text, bytes, n);
    um_status st = um_arch_read(out, text, name, SEED, err);
    free(text);
    return st;
}

static um_status open_bytes(um_network **out, const void *bytes, size_t n, const char *name, um_error *err)
{
    *out = NULL;
    um_network *net = um_calloc(1, sizeof *net);
    if (!net)
        return um_fail_oom(err);
    pthread_mutex_init(&net->lock, NULL);
    um_status st = read_any(&net->graph, bytes, n, name, err);
    if (st == UM_OK)
        st = count_ops(net, err);
    if (st == UM_OK) {
        qsort(net->ops, (size_t)net->n_ops, sizeof *net->ops, by_name);
        st = um_sha256_hex(net->sha256, bytes, n) ? count_parameters(net, err) : um_fail_oom(err);
    }
    if (st == UM_OK)
        st = plan_declared(net, err);
    if (st < 0)
        um_network_free(&net);
    *out = net;
    return st;
}

um_status um_network_open_memory(um_network **out, const void *bytes, size_t n, const char *name,
                                 um_error *err)
{
    um_status st = open_bytes(out, bytes, n, name, err);
    if (st == UM_OK) {
        (*out)->bytes = bytes;
        (*out)->n_bytes = n;
    }
    return st;
}

um_status um_network_open(um_network **out, const char *path, um_error *err)
{
    char *bytes;
    size_t n;
    *out = NULL;
    um_status st = um_file_read(&bytes, &n, path, MAX_FILE_BYTES, err);
    if (st < 0)
        return st;
    st = open_bytes(out, bytes, n, path, err);
    if (st == UM_OK && !((*out)->path = um_strdup(path))) {
        um_network_free(out);
        st = um_fail_oom(err);
    }
    free(bytes);
    return st;
}

/* The graph once more, from where it came: this one's weights may have been given up, see um_network_plan. */
static um_status read_again(um_graph **out, const um_network *net, um_error *err)
{
    char *file = NULL, sha256[UM_SHA256_HEX + 1];
    const void *bytes = net->bytes;
    size_t n = net->n_bytes;
    um_status st = net->path ? um_file_read(&file, &n, net->path, MAX_FILE_BYTES, err) : UM_OK;
    bytes = file ? file : bytes;
    if (st == UM_OK) {
        st = !um_sha256_hex(sha256, bytes, n) ? um_fail_oom(err)
             : strcmp(sha256, net->sha256)
                 ? um_fail(err, UM_EIO, "%s: has changed since it was opened", net->graph->file)
                 : read_any(out, bytes, n, net->graph->file, err);
    }
    free(file);
    return st;
}

void um_network_free(um_network **network)
{
    if (!network || !*network)
        return;
    um_network *net = *network;
    um_packs_free(&net->packs);
    pthread_mutex_destroy(&net->lock);
    um_graph_free(&net->graph);
    free(net->path);
    free(net->ops);
    free(net);
    *network = NULL;
}

int um_network_n_inputs(const um_network *network)
{
    return network->graph->n_inputs;
}

int um_network_n_outputs(const um_network *network)
{
    return network->graph->n_outputs;
}

const um_value_info *um_network_input(const um_network *network, int i)
{
    return i < 0 || i >= network->graph->n_inputs ? NULL : &network->graph->input_info[i];
}

const um_value_info *um_network_output(const um_network *network, int i)
{
    return i < 0 || i >= network->graph->n_outputs ? NULL : &network->graph->output_info[i];
}

int um_network_n_ops(const um_network *network)
{
    return network->n_ops;
}

const um_op_count *um_network_op(const um_network *network, int i)
{
    return i < 0 || i >= network->n_ops ? NULL : &network->ops[i];
}

int64_t um_network_parameters(const um_network *network)
{
    return network->parameters;
}

int64_t um_network_macs(const um_network *network)
{
    return network->macs;
}

const char *um_network_sha256(const um_network *network)
{
    return network->sha256;
}

int um_network_n_notes(const um_network *network)
{
    return (int)network->graph->n_notes;
}

const char *um_network_note(const um_network *network, int i, const char **value)
{
    if (i < 0 || (size_t)i >= network->graph->n_notes)
        return NULL;
    *value = network->graph->notes[i].value;
    return network->graph->notes[i].key;
}

const char *um_network_lacks(const um_network *network)
{
    return network->graph->lacks;
}

static um_status refuse_foreign(const um_graph *g, um_error *err)
{
    return g->lacks ? um_fail(err, UM_EUNSUPPORTED, "%s: %s", g->file, g->lacks) : UM_OK;
}

um_status um_network_write_onnx(const um_network *network, const char *path, um_error *err)
{
    um_graph *graph = NULL;
    void *bytes = NULL;
    size_t n;
    um_status st = read_again(&graph, network, err);
    if (st == UM_OK)
        st = refuse_foreign(graph, err);
    if (st == UM_OK)
        st = um_graph_write(&bytes, &n, graph, NULL, 0, err);
    if (st == UM_OK)
        st = um_file_write(path, bytes, n, err);
    free(bytes);
    um_graph_free(&graph);
    return st;
}

const um_graph *um_network_graph(const um_network *network)
{
    return network->graph;
}

static bool is_packed(const um_packs *packs, const um_node *node)
{
    bool packed = false;
    for (const um_pack *p = packs->first; p; p = p->next) {
        if (p->node == node && p->pins)
            return false;
        packed = packed || (p->node == node && p->can_unpack);
    }
    return packed;
}

/* Weights that nobody reads any more but out of packs are not kept twice. */
static um_status give_up_packed(um_network *net, um_error *err)
{
    um_graph *g = net->graph;
    bool *wanted = um_calloc(g->n_values, sizeof *wanted), *packed = um_calloc(g->n_values, sizeof *packed);
    if (!wanted || !packed) {
        free(wanted);
        free(packed);
        return um_fail_oom(err);
    }
    for (size_t i = 0; i < g->n_nodes; i++) {
        const um_node *node = &g->nodes[i];
        for (int k = 0; k < node->n_in; k++)
            if (node->in[k] >= 0 && k == 1 && node->op == &um_op_conv && is_packed(&net->packs, node))
                packed[node->in[k]] = true;
            else if (node->in[k] >= 0)
                wanted[node->in[k]] = true;
    }
    for (int i = 0; i < g->n_outputs; i++)
        wanted[g->outputs[i]] = true;
    for (size_t i = 0; i < g->n_values; i++)
        if (packed[i] && !wanted[i] && g->values[i].constant) {
            free(g->values[i].constant->data);
            g->values[i].constant->data = NULL;
        }
    free(wanted);
    free(packed);
    return UM_OK;
}

um_status um_network_plan(um_plan **out, um_network *network, const um_tensor *const *in, um_pool *pool,
                          um_error *err)
{
    um_status st = refuse_foreign(network->graph, err);
    if (st < 0)
        return st;
    pthread_mutex_lock(&network->lock);
    st = um_plan_new_packed(out, network->graph, in, pool, &network->packs, err);
    if (st == UM_OK && ((st = um_plan_prepare(*out, err)) < 0 || (st = give_up_packed(network, err)) < 0))
        um_plan_free(out);
    pthread_mutex_unlock(&network->lock);
    return st;
}
