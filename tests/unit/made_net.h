/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_net.h: networks whose answers a test chooses: a text, weights set by hand, and a manifest. */
#ifndef UM_MADE_NET_H
#define UM_MADE_NET_H
#include "../check.h"
#include "faces/finder.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include <string.h>

/* A parameter's values, all set to zero. */
static inline float *made_values(um_graph *g, const char *name)
{
    for (size_t i = 0; i < g->n_values; i++) {
        um_tensor *t = g->values[i].constant;
        if (t && !strcmp(g->values[i].name, name))
            return memset(t->data, 0, (size_t)um_tensor_count(t) * sizeof(float));
    }
    fprintf(stderr, "no parameter %s\n", name);
    exit(1);
}

/* Takes the graph over. */
static inline um_net *made_net(um_graph *g, const um_manifest *man)
{
    um_net *net = NULL;
    um_error err = {0};
    void *bytes = NULL;
    size_t n = 0;
    CHECK(um_graph_write(&bytes, &n, g, NULL, 0, &err) == UM_OK);
    CHECK(um_net_open_memory(&net, man, bytes, n, NULL, &err) == UM_OK);
    free(bytes);
    um_graph_free(&g);
    return net;
}
#endif
