/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arch.h: networks as a short text (docs/networks.md). */
#ifndef UM_NN_ARCH_H
#define UM_NN_ARCH_H
#include "nn/build.h"

/* A graph with weights drawn from `seed`: the same text and seed give the same graph. UM_EFORMAT with the
 * number of the line. */
um_status um_arch_read(um_graph **out, const char *text, const char *file, uint64_t seed, um_error *err);
/* Whether these bytes begin as such a text does; an ONNX file never does. */
bool um_arch_is(const void *bytes, size_t n);

/* --- between arch.c and arch_blocks.c --- */

/* What a name stands for: a map, one row of numbers per picture, or rows of numbers. */
typedef enum um_form { UM_FORM_MAP, UM_FORM_ROW, UM_FORM_ROWS } um_form;
typedef struct um_wire {
    char name[64];
    int value; /* of the graph */
    um_form form;
    int64_t channels;      /* of a map; numbers of a row */
    int64_t height, width; /* of a map, -1 = free; UM_FORM_ROWS: height = rows */
} um_wire;

enum {
    UM_ARCH_ARGS = 16,
    UM_ARCH_MOST = 1 << 20 /* channels, numbers of a row, height, width */
};
typedef struct um_block_args {
    um_build *build;
    const char *name; /* of the result */
    int n_in;
    um_wire in[UM_ARCH_ARGS];
    int n_numbers;
    double number[UM_ARCH_ARGS];
    int n_options;
    struct {
        char key[24], text[40];
        bool used;
    } option[UM_ARCH_ARGS];
    const char *problem; /* set by a block that cannot be built: what is wrong */
} um_block_args;

typedef struct um_block {
    const char *name;
    int least_in, most_in, least_numbers, most_numbers;
    void (*make)(um_block_args *a, um_wire *out); /* out starts as a copy of in[0] */
} um_block;
const um_block *um_block_find(const char *name);
#endif
