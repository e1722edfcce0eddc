/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onnx.h: tensors as ONNX stores them. */
#ifndef UM_NN_ONNX_H
#define UM_NN_ONNX_H
#include "nn/graph.h"

um_status um_onnx_read_tensor(um_tensor **out, const void *bytes, size_t n, const char *file, um_error *err);
um_status um_onnx_pack_tensor(void **bytes, size_t *n, const um_tensor *tensor, const char *name,
                              um_error *err);
/* The graph as an ONNX file (opset as it says). Metadata are the notes of the graph and those given, which go
 * first where keys agree. Caller frees. The same graph gives the same bytes. UM_EUNSUPPORTED when the file it
 * came from defined operators of its own: reading drops those. */
um_status um_graph_write(void **bytes, size_t *n, const um_graph *graph, const char *const (*notes)[2],
                         int n_notes, um_error *err);
int32_t um_onnx_type(um_dtype dtype);        /* its number in ONNX */
bool um_onnx_dtype(um_dtype *out, int type); /* false: a type that is not run */
/* "float16"; of a number without a name the number, in `number`, which may be NULL. */
const char *um_onnx_type_name(char *number, size_t size, int type);
#endif
