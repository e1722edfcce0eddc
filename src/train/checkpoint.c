/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkpoint.c. The file, little-endian as the machine: magic (8), version (8), identity of the graph (64,
 * hex), um_train_state, number of arrays (8), length of each (8 UM_CHECKPOINT_ARRAYS), the arrays, SHA-256 of
 * all before it (64, hex). */
#include "train/checkpoint.h"
#include "base/digest.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, HEX = 64 };
#define BYTE_ORDER_MARK UINT64_C(0x0102030405060708)

typedef struct header {
    char magic[8];
    uint64_t version, order;
    char graph[HEX];
    um_train_state state;
    uint64_t n_arrays, n[UM_CHECKPOINT_ARRAYS];
} header;
static const char magic[8] = "UMTRAIN";

static void add_text(um_sha256 *s, const char *text)
{
    um_sha256_add(s, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_int(um_sha256 *s, int64_t v)
{
    um_sha256_add(s, &v, sizeof v);
}

static void add_tensor(um_sha256 *s, const um_tensor *t, bool content)
{
    add_int(s, t ? (int)t->dtype : -1);
    if (!t)
        return;
    add_int(s, t->rank);
    for (int i = 0; i < t->rank; i++)
        add_int(s, t->dim[i]);
    if (content && t->data)
        um_sha256_add(s, t->data, (size_t)um_tensor_count(t) * um_dtype_size(t->dtype));
}

static void add_node(um_sha256 *s, const um_node *node)
{
    add_text(s, node->type);
    add_int(s, node->n_in);
    for (int i = 0; i < node->n_in; i++)
        add_int(s, node->in[i]);
    add_int(s, node->n_out);
    for (int i = 0; i < node->n_out; i++)
        add_int(s, node->out[i]);
    for (int i = 0; i < node->n_attrs; i++) {
        const um_attr *a = &node->attrs[i];
        add_text(s, a->name);
        add_int(s, a->kind);
        add_int(s, a->i);
        um_sha256_add(s, &a->f, sizeof a->f);
        add_text(s, a->text);
        add_tensor(s, a->tensor, true);
        add_int(s, (int64_t)a->n);
        if (a->floats)
            um_sha256_add(s, a->floats, a->n * sizeof *a->floats);
        if (a->ints)
            um_sha256_add(s, a->ints, a->n * sizeof *a->ints);
    }
}

void um_graph_identity(const um_graph *g, char hex[65])
{
    um_sha256 s;
    um_sha256_init(&s);
    for (size_t i = 0; i < g->n_values; i++) {
        const um_tensor *t = g->values[i].constant;
        add_text(&s, g->values[i].name);
        add_tensor(&s, t, t && t->dtype != UM_F32); /* floats learn */
    }
    for (size_t i = 0; i < g->n_nodes; i++)
        add_node(&s, &g->nodes[i]);
    for (int i = 0; i < g->n_inputs; i++)
        add_int(&s, g->inputs[i]);
    for (int i = 0; i < g->n_outputs; i++)
        add_int(&s, g->outputs[i]);
    um_sha256_end(&s, hex);
}

static void put(um_sha256 *sum, FILE *f, const void *bytes, size_t n)
{
    um_sha256_add(sum, bytes, n);
    fwrite(bytes, 1, n, f); /* a short write sets ferror, which commit reports */
}

um_status um_checkpoint_write(const char *path, const um_graph *graph, const um_train_state *state,
                              const um_train_array *arrays, int n_arrays, um_error *err)
{
    um_file file;
    um_sha256 sum;
    header h = {
        .version = VERSION, .order = BYTE_ORDER_MARK, .state = *state, .n_arrays = (uint64_t)n_arrays};
    char hex[HEX + 1];
    um_status st = um_file_create(&file, path, err);
    if (st < 0)
        return st;
    memcpy(h.magic, magic, sizeof magic);
    um_graph_identity(graph, hex);
    memcpy(h.graph, hex, HEX);
    for (int i = 0; i < n_arrays; i++)
        h.n[i] = arrays[i].n;
    um_sha256_init(&sum);
    put(&sum, file.f, &h, sizeof h);
    for (int i = 0; i < n_arrays; i++)
        put(&sum, file.f, arrays[i].data, arrays[i].n * sizeof(float));
    um_sha256_end(&sum, hex);
    fwrite(hex, 1, HEX, file.f);
    return um_file_commit(&file, err);
}

static um_status check(const char *path, const char *bytes, size_t n, const um_graph *graph,
                       const um_train_state *mine, const um_train_array *arrays, int n_arrays, um_error *err)
{
    header h;
    char hex[HEX + 1];
    size_t wanted = sizeof h + HEX;
    for (int i = 0; i < n_arrays; i++)
        wanted += arrays[i].n * sizeof(float);
    if (n < sizeof h + HEX)
        return um_fail(err, UM_EFORMAT, "%s: too short for the state of a training", path);
    memcpy(&h, bytes, sizeof h);
    if (memcmp(h.magic, magic, sizeof magic) || h.order != BYTE_ORDER_MARK)
        return um_fail(err, UM_EFORMAT, "%s: not the state of a training", path);
    if (h.version != VERSION)
        return um_fail(err, UM_EUNSUPPORTED, "%s: made by another version", path);
    um_sha256_hex(hex, bytes, n - HEX);
    if (memcmp(hex, bytes + n - HEX, HEX))
        return um_fail(err, UM_EFORMAT, "%s: damaged: its checksum is another", path);
    um_graph_identity(graph, hex);
    bool same = n == wanted && h.n_arrays == (uint64_t)n_arrays && !memcmp(hex, h.graph, HEX);
    for (int i = 0; i < n_arrays && same; i++)
        same = h.n[i] == arrays[i].n;
    if (!same)
        return um_fail(err, UM_EFORMAT, "%s: belongs to another network or optimizer than %s", path,
                       graph->file);
    const um_train_state *s = &h.state;
    if (s->seed != mine->seed || s->batch != mine->batch || s->shards != mine->shards)
        return um_fail(err, UM_EFORMAT, "%s: made with seed %llu, batch %lld, %lld shards", path,
                       (unsigned long long)s->seed, (long long)s->batch, (long long)s->shards);
    if (s->step < 0 || s->optimizer_steps < 0 || s->waited < 0 || s->window_steps < 0 ||
        !isfinite(s->seconds))
        return um_fail(err, UM_EFORMAT, "%s: impossible numbers", path);
    return UM_OK;
}

um_status um_checkpoint_read(const char *path, const um_graph *graph, um_train_state *state,
                             const um_train_array *arrays, int n_arrays, um_error *err)
{
    char *bytes;
    size_t n, most = sizeof(header) + HEX;
    for (int i = 0; i < n_arrays; i++)
        most += arrays[i].n * sizeof(float);
    um_status st = um_file_read(&bytes, &n, path, most, err);
    if (st == UM_ENOMEM)
        return um_fail(err, UM_EFORMAT, "%s: larger than the state of this training", path);
    if (st < 0)
        return st;
    if ((st = check(path, bytes, n, graph, state, arrays, n_arrays, err)) == UM_OK) {
        header h;
        memcpy(&h, bytes, sizeof h);
        *state = h.state;
        const char *at = bytes + sizeof h;
        for (int i = 0; i < n_arrays; i++) {
            memcpy(arrays[i].data, at, arrays[i].n * sizeof(float));
            at += arrays[i].n * sizeof(float);
        }
    }
    free(bytes);
    return st;
}
