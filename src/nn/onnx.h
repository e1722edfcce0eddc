/* onnx.h: tensors as ONNX stores them. */
#ifndef UM_NN_ONNX_H
#define UM_NN_ONNX_H
#include "nn/nn.h"

um_status um_onnx_read_tensor(um_tensor **out, const void *bytes, size_t n, const char *file, um_error *err);
um_status um_onnx_pack_tensor(void **bytes, size_t *n, const um_tensor *tensor, const char *name,
                              um_error *err);
#endif
