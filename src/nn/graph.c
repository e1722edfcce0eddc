/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph.c: the graph's memory, and attributes by name. */
#include "nn/graph.h"
#include <stdlib.h>
#include <string.h>

static void free_node(um_node *node)
{
    for (int i = 0; i < node->n_attrs; i++) {
        um_attr *a = &node->attrs[i];
        free(a->name);
        free(a->text);
        free(a->floats);
        free(a->ints);
        free(a->packed);
        um_tensor_free(&a->tensor);
    }
    free(node->attrs);
    free(node->name);
    free(node->type);
    free(node->in);
    free(node->out);
}

void um_graph_free(um_graph **graph)
{
    if (!graph || !*graph)
        return;
    um_graph *g = *graph;
    for (size_t i = 0; i < g->n_nodes; i++)
        free_node(&g->nodes[i]);
    for (size_t i = 0; i < g->n_values; i++) {
        free(g->values[i].name);
        um_tensor_free(&g->values[i].constant);
    }
    for (size_t i = 0; i < g->n_domains; i++)
        free(g->domains[i].name);
    for (size_t i = 0; i < g->n_notes; i++) {
        free(g->notes[i].key);
        free(g->notes[i].value);
    }
    free(g->domains);
    free(g->notes);
    free(g->nodes);
    free(g->values);
    free(g->inputs);
    free(g->input_known);
    free(g->outputs);
    free(g->input_info);
    free(g->output_info);
    free(g->lacks);
    free(g->file);
    free(g->name);
    free(g);
    *graph = NULL;
}

const um_attr *um_attr_find(const um_node *node, const char *name, um_attr_kind kind)
{
    for (int i = 0; i < node->n_attrs; i++)
        if (node->attrs[i].kind == kind && !strcmp(node->attrs[i].name, name))
            return &node->attrs[i];
    return NULL;
}

int64_t um_attr_int(const um_node *node, const char *name, int64_t otherwise)
{
    const um_attr *a = um_attr_find(node, name, UM_ATTR_INT);
    return a ? a->i : otherwise;
}

double um_attr_float(const um_node *node, const char *name, double otherwise)
{
    const um_attr *a = um_attr_find(node, name, UM_ATTR_FLOAT);
    return a ? (double)a->f : otherwise;
}

const char *um_attr_text(const um_node *node, const char *name, const char *otherwise)
{
    const um_attr *a = um_attr_find(node, name, UM_ATTR_TEXT);
    return a ? a->text : otherwise;
}
