/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build.h: a graph made node by node, as arch.c does from a text and tests do by hand. The first failure is
 * kept: later calls do nothing, so that one check at um_build_done is enough. */
#ifndef UM_NN_BUILD_H
#define UM_NN_BUILD_H
#include "nn/graph.h"

typedef struct um_build {
    um_graph *graph;
    size_t values_capacity, nodes_capacity, n_parameters;
    uint64_t random; /* state of the generator that draws weights */
    um_status status;
    um_error *err;
} um_build;

enum { UM_BUILD_OPSET = 13, UM_BUILD_MOST_PARAMETERS = 1 << 28 };
void um_build_init(um_build *b, const char *file, uint64_t seed, um_error *err);
/* The graph, or NULL and the first failure. */
um_status um_build_done(um_build *b, um_graph **out);

/* Each returns a value, or -1 after a failure. Names are copied. */
int um_build_input(um_build *b, const char *name, int rank, const int64_t *dim); /* floats; -1 = free */
int um_build_constant(um_build *b, const char *name, um_dtype dtype, int rank, const int64_t *dim,
                      const void *data); /* data NULL: zeros */
/* Floats drawn from a normal distribution (0: all zeros). */
int um_build_weights(um_build *b, const char *name, int rank, const int64_t *dim, double deviation);
int um_build_filled(um_build *b, const char *name, int64_t n, float value); /* [n], all the same */
/* A node with one output of the same name; inputs of -1 are left out. */
int um_build_node(um_build *b, const char *type, const char *name, int n_in, const int *in);
void um_build_output(um_build *b, int value, int rank, const int64_t *dim);

/* Attributes of the node made last. */
void um_build_int(um_build *b, const char *name, int64_t value);
void um_build_ints(um_build *b, const char *name, int n, const int64_t *value);
void um_build_float(um_build *b, const char *name, float value);
void um_build_text(um_build *b, const char *name, const char *value);
/* A node without input whose result is this array: unlike an initializer it never learns. */
int um_build_fixed(um_build *b, const char *name, int rank, const int64_t *dim, const float *data);
#endif
