/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph written as ONNX and read again is the same graph: every network of the test data, those with
 * operators this engine does not have too, and by hand what those do not use. The ones that run give the same
 * bits. */
#include "../check.h"
#include "base/json.h"
#include "nn/build.h"
#include "nn/onnx.h"
#include "nn/plan.h"
#include <glob.h>
#include <string.h>

static bool same_tensor(const um_tensor *a, const um_tensor *b)
{
    if (!a || !b)
        return !a && !b;
    return a->dtype == b->dtype && a->rank == b->rank &&
           !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) &&
           !memcmp(a->data, b->data, (size_t)um_tensor_count(a) * um_dtype_size(a->dtype));
}

static bool same_bytes(const void *a, const void *b, size_t n)
{
    return !n || (a && b && !memcmp(a, b, n));
}

static bool same_attr(const um_attr *a, const um_attr *b)
{
    return !strcmp(a->name, b->name) && a->kind == b->kind && !memcmp(&a->f, &b->f, sizeof a->f) &&
           a->i == b->i && a->n == b->n && same_tensor(a->tensor, b->tensor) &&
           (a->kind != UM_ATTR_TEXT || same_bytes(a->text, b->text, a->n)) &&
           (a->kind != UM_ATTR_OTHER || same_bytes(a->packed, b->packed, a->n)) &&
           (a->kind != UM_ATTR_FLOATS || same_bytes(a->floats, b->floats, a->n * sizeof *a->floats)) &&
           (a->kind != UM_ATTR_INTS || same_bytes(a->ints, b->ints, a->n * sizeof *a->ints));
}

static const char *name_of(const um_graph *g, int value)
{
    return value < 0 ? "" : g->values[value].name;
}

static bool same_names(const um_graph *g, const int *a, int n, const um_graph *h, const int *b, int m)
{
    bool same = n == m;
    for (int i = 0; same && i < n; i++)
        same = !strcmp(name_of(g, a[i]), name_of(h, b[i]));
    return same;
}

static bool same_node(const um_graph *g, const um_node *a, const um_graph *h, const um_node *b)
{
    bool same = !strcmp(a->name, b->name) && !strcmp(a->type, b->type) && a->op == b->op &&
                a->n_attrs == b->n_attrs && same_names(g, a->in, a->n_in, h, b->in, b->n_in) &&
                same_names(g, a->out, a->n_out, h, b->out, b->n_out);
    for (int i = 0; same && i < a->n_attrs; i++)
        same = same_attr(&a->attrs[i], &b->attrs[i]);
    return same;
}

static bool same_info(const um_value_info *a, const um_value_info *b)
{
    bool same = !strcmp(a->name, b->name) && a->dtype == b->dtype && a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++)
        same = a->dim[i] == b->dim[i];
    return same;
}

static bool same_initializers(const um_graph *g, const um_graph *h)
{
    size_t k = 0;
    for (size_t i = 0; i < g->n_values; i++) {
        if (!g->values[i].constant)
            continue;
        while (k < h->n_values && !h->values[k].constant)
            k++;
        if (k == h->n_values || strcmp(g->values[i].name, h->values[k].name) ||
            !same_tensor(g->values[i].constant, h->values[k++].constant))
            return false;
    }
    while (k < h->n_values && !h->values[k].constant)
        k++;
    return k == h->n_values;
}

static bool same_graph(const um_graph *g, const um_graph *h)
{
    bool same = g->opset == h->opset && g->n_nodes == h->n_nodes && g->n_values == h->n_values &&
                g->n_domains == h->n_domains && g->n_notes == h->n_notes && same_initializers(g, h) &&
                same_names(g, g->inputs, g->n_inputs, h, h->inputs, h->n_inputs) &&
                same_names(g, g->outputs, g->n_outputs, h, h->outputs, h->n_outputs);
    for (size_t i = 0; same && i < g->n_nodes; i++)
        same = same_node(g, &g->nodes[i], h, &h->nodes[i]);
    for (int i = 0; same && i < g->n_inputs; i++)
        same = same_info(&g->input_info[i], &h->input_info[i]) && g->input_known[i] == h->input_known[i];
    for (int i = 0; same && i < g->n_outputs; i++)
        same = same_info(&g->output_info[i], &h->output_info[i]);
    for (size_t i = 0; same && i < g->n_domains; i++)
        same =
            !strcmp(g->domains[i].name, h->domains[i].name) && g->domains[i].version == h->domains[i].version;
    for (size_t i = 0; same && i < g->n_notes; i++)
        same = !strcmp(g->notes[i].key, h->notes[i].key) && !strcmp(g->notes[i].value, h->notes[i].value);
    return same;
}

/* The graph read back from its own bytes, which are the same again when it is written. */
static um_graph *round_trip(const um_graph *g)
{
    um_error err = {0};
    void *bytes = NULL, *again = NULL;
    size_t n = 0, m = 0;
    um_graph *h = NULL;
    CHECK(um_graph_write(&bytes, &n, g, NULL, 0, &err) == UM_OK);
    CHECK(bytes && um_graph_read(&h, bytes, n, g->file, &err) == UM_OK);
    CHECK(h && same_graph(g, h));
    CHECK(h && um_graph_write(&again, &m, h, NULL, 0, &err) == UM_OK);
    CHECK(again && n == m && !memcmp(bytes, again, n));
    if (err.code)
        fprintf(stderr, "%s\n", err.text);
    free(bytes);
    free(again);
    return h;
}

/* --- networks of the test data --- */

enum { MAX_PORTS = 64 };
static const int64_t DEAR_MACS =
    4000000000; /* such networks are read and written, not run: minutes with ASan */

static bool supported(const um_graph *g)
{
    for (size_t i = 0; i < g->n_nodes; i++)
        if (!g->nodes[i].op)
            return false;
    return true;
}

static um_plan *plan(const um_graph *g, um_tensor **in, um_pool *w)
{
    um_plan *p = NULL;
    um_error err = {0};
    if (um_plan_new(&p, g, (const um_tensor *const *)in, w, &err) < 0)
        fprintf(stderr, "%s\n", err.text);
    return p;
}

static void same_answers(const um_graph *g, const um_graph *h, const um_json *golden)
{
    um_tensor *in[MAX_PORTS] = {NULL};
    const um_tensor *a[MAX_PORTS], *b[MAX_PORTS];
    um_pool *w = NULL;
    CHECK(um_pool_new(&w, 2, NULL) == UM_OK && g->n_inputs <= MAX_PORTS && g->n_outputs <= MAX_PORTS);
    for (int i = 0; i < g->n_inputs; i++) {
        const um_json *shape = um_json_get(um_json_at(um_json_get(golden, "inputs"), (size_t)i), "shape");
        int64_t dim[UM_MAX_RANK];
        int rank = (int)um_json_count(shape);
        for (int k = 0; k < rank && k < UM_MAX_RANK; k++)
            dim[k] = (int64_t)um_json_as_num(um_json_at(shape, (size_t)k), 0);
        CHECK(um_tensor_new(&in[i], UM_F32, rank, dim, NULL) == UM_OK);
        for (int64_t k = 0; in[i] && k < um_tensor_count(in[i]); k++)
            ((float *)in[i]->data)[k] = (float)((uint32_t)k * 2654435761u >> 16) / 32768 - 1;
    }
    um_plan *p = plan(g, in, w), *q = plan(h, in, w);
    CHECK(p && q && um_plan_macs(p) == um_plan_macs(q));
    if (p && q && um_plan_macs(p) <= DEAR_MACS) {
        CHECK(um_plan_run(p, (const um_tensor *const *)in, a, NULL) == UM_OK &&
              um_plan_run(q, (const um_tensor *const *)in, b, NULL) == UM_OK);
        for (int i = 0; i < g->n_outputs; i++)
            CHECK(same_tensor(a[i], b[i]));
    }
    um_plan_free(&p);
    um_plan_free(&q);
    um_pool_free(&w);
    for (int i = 0; i < g->n_inputs; i++)
        um_tensor_free(&in[i]);
}

static void network(const char *models, const char *json)
{
    char path[8192], *bytes = NULL;
    size_t n;
    um_json *golden = NULL;
    um_graph *g = NULL, *h = NULL;
    um_error err = {0};
    CHECK(um_json_read(&golden, json, 1 << 20, &err) == UM_OK);
    snprintf(path, sizeof path, "%s/%s", models, um_json_get_text(golden, "model", ""));
    if (um_file_read(&bytes, &n, path, 1 << 28, &err) == UM_OK) {
        CHECK(um_graph_read(&g, bytes, n, path, &err) == UM_OK);
        h = g ? round_trip(g) : NULL;
        if (h && supported(g))
            same_answers(g, h, golden);
        fprintf(stderr, "%-60s %s\n", um_json_get_text(golden, "model", ""),
                g && supported(g) ? "ran" : "not run");
    }
    um_graph_free(&g);
    um_graph_free(&h);
    um_json_free(&golden);
    free(bytes);
}

static void networks(const char *data)
{
    char models[4096], pattern[4200];
    glob_t found;
    snprintf(models, sizeof models, "%s/models", data);
    snprintf(pattern, sizeof pattern, "%s/golden/*.json", models);
    CHECK(glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 20);
    for (size_t i = 0; i < found.gl_pathc; i++)
        network(models, found.gl_pathv[i]);
    globfree(&found);
}

/* --- by hand --- */

static const uint8_t FOREIGN[] = {/* an AttributeProto "g" that holds an empty graph named "inner" */
                                  0x0a, 1, 'g', 0x32, 7, 0x12, 5, 'i', 'n', 'n', 'e', 'r', 0xa0, 0x01, 5};

static um_graph *by_hand(void)
{
    um_build b;
    um_error err = {0};
    um_graph *g = NULL;
    const int64_t dim[2] = {-1, 4}, four = 4, axes[2] = {INT64_MIN, INT64_MAX};
    const uint8_t flags[4] = {0, 1, 1, 0};
    um_build_init(&b, "hand", 1, &err);
    int x = um_build_input(&b, "x", 2, dim), in[3] = {x, -1, -1};
    in[2] = um_build_constant(&b, "flags", UM_BOOL, 1, &four, flags);
    in[0] = um_build_node(&b, "org.example.ops:Fold", "y", 3, in);
    um_build_ints(&b, "axes", 2, axes);
    um_build_ints(&b, "none", 0, axes);
    um_build_float(&b, "nan", NAN);
    um_build_text(&b, "text", "");
    um_build_int(&b, "g", 0);
    um_build_output(&b, in[0], 2, dim);
    CHECK(um_build_done(&b, &g) == UM_OK);
    if (!g)
        return NULL;
    um_attr *a = &g->nodes[0].attrs[4];
    a->kind = UM_ATTR_OTHER;
    a->n = sizeof FOREIGN;
    a->packed = um_calloc(a->n, 1);
    memcpy(a->packed, FOREIGN, a->n);
    g->name = um_strdup("hand");
    g->domains = um_calloc(1, sizeof *g->domains);
    g->notes = um_calloc(2, sizeof *g->notes);
    g->n_domains = 1;
    g->domains[0] = (um_domain){um_strdup("org.example.ops"), 3};
    g->n_notes = 2;
    g->notes[0] = (um_note){um_strdup("licence"), um_strdup("mine")};
    g->notes[1] = (um_note){um_strdup("author"), um_strdup("\xc3\xa9\n\"")};
    return g;
}

static void everything_is_kept(void)
{
    static const char *const notes[][2] = {{"licence", "yours"}, {"steps", "12"}};
    um_graph *g = by_hand(), *h = g ? round_trip(g) : NULL, *k = NULL;
    um_error err = {0};
    void *bytes = NULL;
    size_t n;
    CHECK(h && !strcmp(h->name, "hand") && !h->nodes[0].op);
    CHECK(h && um_graph_write(&bytes, &n, h, notes, 2, &err) == UM_OK);
    CHECK(bytes && um_graph_read(&k, bytes, n, "k", &err) == UM_OK);
    CHECK(k && k->n_notes == 3 && !strcmp(k->notes[0].key, "author") && !strcmp(k->notes[1].key, "licence") &&
          !strcmp(k->notes[1].value, "yours") && !strcmp(k->notes[2].value, "12"));
    free(bytes);
    if (h) {
        h->has_functions = true;
        CHECK(um_graph_write(&bytes, &n, h, NULL, 0, &err) == UM_EUNSUPPORTED && !bytes && !n &&
              strstr(err.text, "hand"));
    }
    um_graph_free(&g);
    um_graph_free(&h);
    um_graph_free(&k);
}

int main(void)
{
    const char *data = check_testdata();
    everything_is_kept();
    if (data)
        networks(data);
    return check_done();
}
