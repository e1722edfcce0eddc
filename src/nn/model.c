/* model.c: the public face of the network engine. */
#include "base/digest.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include "nn/plan.h"
#include <stdlib.h>
#include <string.h>

enum { N_PLANS = 4, SEED = 1 };
#define MAX_FILE_BYTES ((size_t)512 << 20)
#define MAX_TEXT_BYTES ((size_t)4 << 20)

struct um_model {
    um_graph *graph;
    um_pool *pool;
    um_plan *plans[N_PLANS]; /* most recently used first */
    um_op_count *ops;
    int n_ops;
    int64_t parameters, macs;
    char sha256[65];
};

static um_status count_ops(um_model *m, um_error *err)
{
    const um_graph *g = m->graph;
    if (!(m->ops = um_calloc(g->n_nodes, sizeof *m->ops)))
        return um_fail_oom(err);
    for (size_t i = 0; i < g->n_nodes; i++) {
        int k = 0;
        while (k < m->n_ops && strcmp(m->ops[k].op, g->nodes[i].type))
            k++;
        if (k == m->n_ops)
            m->ops[m->n_ops++] = (um_op_count){.op = g->nodes[i].type, .supported = g->nodes[i].op != NULL};
        m->ops[k].count++;
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

static um_status count_parameters(um_model *m, um_error *err)
{
    const um_graph *g = m->graph;
    bool *setting = um_calloc(g->n_values, sizeof *setting);
    if (!setting)
        return um_fail_oom(err);
    for (size_t i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->nodes[i].n_in; k++)
            if (g->nodes[i].in[k] >= 0 && is_setting(&g->nodes[i], k))
                setting[g->nodes[i].in[k]] = true;
    for (size_t i = 0; i < g->n_values; i++) {
        const um_tensor *t = g->values[i].constant;
        m->parameters += t && t->dtype == UM_F32 && !setting[i] ? um_tensor_count(t) : 0;
    }
    free(setting);
    return UM_OK;
}

static um_status add_plan(um_model *m, const um_tensor *const *in, um_error *err)
{
    um_plan *p;
    um_status st = um_plan_new(&p, m->graph, in, m->pool, err);
    if (st < 0)
        return st;
    um_plan_free(&m->plans[N_PLANS - 1]);
    memmove(m->plans + 1, m->plans, (N_PLANS - 1) * sizeof *m->plans);
    m->plans[0] = p;
    return UM_OK;
}

/* The plan for the declared shapes, when they are fixed: finds damage at once and counts the work. */
static um_status plan_declared(um_model *m, um_error *err)
{
    const um_graph *g = m->graph;
    um_status st = UM_OK;
    bool fixed = true;
    m->macs = -1;
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
    for (int k = 0; k < m->n_ops; k++)
        fixed = fixed && m->ops[k].supported;
    for (int i = 0; fixed && st == UM_OK && i < g->n_inputs; i++) {
        int64_t n;
        if (!um_dims_count(shapes[i].rank, shapes[i].dim, &n))
            st = um_fail(err, UM_EFORMAT, "%s: an input of impossible size", g->file);
    }
    if (st == UM_OK && fixed) {
        st = add_plan(m, in, err);
        if (st == UM_EUNSUPPORTED) /* tells again when it is run */
            st = UM_OK;
        else if (st == UM_OK)
            m->macs = um_plan_macs(m->plans[0]);
    }
    free(in);
    free(shapes);
    return st;
}

/* ONNX, or the text of a network. */
static um_status read_any(um_graph **out, const void *bytes, size_t n, const char *name, um_error *err)
{
    if (!um_arch_is(bytes, n))
        return um_graph_read(out, bytes, n, name, err);
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

um_status um_model_open_memory(um_model **out, const void *bytes, size_t n, const char *name, int threads,
                               um_error *err)
{
    *out = NULL;
    um_model *m = um_calloc(1, sizeof *m);
    if (!m)
        return um_fail_oom(err);
    um_status st = read_any(&m->graph, bytes, n, name, err);
    if (st == UM_OK)
        st = um_pool_new(&m->pool, threads, err);
    if (st == UM_OK)
        st = count_ops(m, err);
    if (st == UM_OK) {
        qsort(m->ops, (size_t)m->n_ops, sizeof *m->ops, by_name);
        um_sha256_hex(m->sha256, bytes, n);
        st = count_parameters(m, err);
    }
    if (st == UM_OK)
        st = plan_declared(m, err);
    if (st < 0)
        um_model_close(&m);
    *out = m;
    return st;
}

um_status um_model_open(um_model **out, const char *path, int threads, um_error *err)
{
    char *bytes;
    size_t n;
    *out = NULL;
    um_status st = um_file_read(&bytes, &n, path, MAX_FILE_BYTES, err);
    if (st < 0)
        return st;
    st = um_model_open_memory(out, bytes, n, path, threads, err);
    free(bytes);
    return st;
}

void um_model_close(um_model **model)
{
    if (!model || !*model)
        return;
    um_model *m = *model;
    for (int i = 0; i < N_PLANS; i++)
        um_plan_free(&m->plans[i]);
    um_graph_free(&m->graph);
    um_pool_free(&m->pool);
    free(m->ops);
    free(m);
    *model = NULL;
}

int um_model_n_inputs(const um_model *model)
{
    return model->graph->n_inputs;
}

int um_model_n_outputs(const um_model *model)
{
    return model->graph->n_outputs;
}

const um_value_info *um_model_input(const um_model *model, int i)
{
    return i < 0 || i >= model->graph->n_inputs ? NULL : &model->graph->input_info[i];
}

const um_value_info *um_model_output(const um_model *model, int i)
{
    return i < 0 || i >= model->graph->n_outputs ? NULL : &model->graph->output_info[i];
}

int um_model_n_ops(const um_model *model)
{
    return model->n_ops;
}

const um_op_count *um_model_op(const um_model *model, int i)
{
    return i < 0 || i >= model->n_ops ? NULL : &model->ops[i];
}

int64_t um_model_parameters(const um_model *model)
{
    return model->parameters;
}

int64_t um_model_macs(const um_model *model)
{
    return model->macs;
}

const char *um_model_sha256(const um_model *model)
{
    return model->sha256;
}

int um_model_n_notes(const um_model *model)
{
    return (int)model->graph->n_notes;
}

const char *um_model_note(const um_model *model, int i, const char **value)
{
    if (i < 0 || (size_t)i >= model->graph->n_notes)
        return NULL;
    *value = model->graph->notes[i].value;
    return model->graph->notes[i].key;
}

um_status um_model_write_onnx(const um_model *model, const char *path, um_error *err)
{
    void *bytes;
    size_t n;
    um_status st = um_graph_write(&bytes, &n, model->graph, NULL, 0, err);
    if (st == UM_OK)
        st = um_file_write(path, bytes, n, err);
    free(bytes);
    return st;
}

static um_status check_input(const um_graph *g, int i, const um_tensor *t, um_error *err)
{
    const um_value_info *v = &g->input_info[i];
    int64_t n;
    bool fits = t && t->dtype == v->dtype && (v->rank < 0 || t->rank == v->rank) && t->rank >= 0 &&
                t->rank <= UM_MAX_RANK && um_dims_count(t->rank, t->dim, &n) && (t->data || !n);
    for (int k = 0; fits && k < v->rank; k++)
        fits = v->dim[k] < 0 || v->dim[k] == t->dim[k];
    char name[96];
    return fits ? UM_OK
                : um_fail(err, UM_EINVAL, "%s: input '%s' has another type or shape than declared", g->file,
                          um_printable(name, sizeof name, v->name));
}

um_status um_model_run(um_model *m, const um_tensor *const *in, const um_tensor **out, um_error *err)
{
    um_status st;
    for (int i = 0; i < m->graph->n_inputs; i++)
        if ((st = check_input(m->graph, i, in[i], err)) < 0)
            return st;
    int k = 0;
    while (k < N_PLANS && !(m->plans[k] && um_plan_fits(m->plans[k], in)))
        k++;
    if (k == N_PLANS) {
        if ((st = add_plan(m, in, err)) < 0)
            return st;
    } else {
        um_plan *p = m->plans[k];
        memmove(m->plans + 1, m->plans, (size_t)k * sizeof *m->plans);
        m->plans[0] = p;
    }
    return um_plan_run(m->plans[0], in, out, err);
}
