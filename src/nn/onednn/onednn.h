/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onednn.h: what this engine asks of oneDNN. Only onednn*.c see its headers. */
#ifndef UM_NN_ONEDNN_H
#define UM_NN_ONEDNN_H
#include "nn/window.h"

/* From here to um_omp_restore oneDNN stays in the calling thread: the threads are those of the pool. */
int um_omp_alone(void);
void um_omp_restore(int threads_before);

/* The weights of a convolution that stay as they are. `plain` gives them as in ONNX, when they are asked for:
 * NULL with err set when it cannot. */
typedef struct um_conv_weights {
    um_packs
        *packs; /* of the network: where they are kept in another order. NULL: by the convolution itself */
    const um_node *node, *norm;
    const float *(*plain)(void *user, um_error *err);
    void *user;
} um_conv_weights;

typedef struct um_dnnl_conv um_dnnl_conv;
/* UM_EUNSUPPORTED when oneDNN has only its reference implementation for this shape. `bias` (may be NULL) must
 * outlive it. */
um_status um_dnnl_conv_new(um_dnnl_conv **out, const um_conv_shape *shape, const um_conv_weights *weights,
                           const float *bias, um_error *err);
/* Bytes it works in. */
size_t um_dnnl_conv_scratch(const um_dnnl_conv *conv);
/* Runs in the calling thread. */
um_status um_dnnl_conv_run(um_dnnl_conv *conv, const float *x, float *y, void *scratch, um_error *err);
void um_dnnl_conv_free(um_dnnl_conv **conv);
/* The weights of a node as in ONNX again, from a pack of them. UM_EINTERNAL when there is none. */
um_status um_dnnl_unpack(const um_packs *packs, const um_node *node, const um_node *norm, float *to,
                         um_error *err);

/* The same with weights that change from call to call, and without an activation. `weights` as in ONNX. */
typedef struct um_dnnl_conv_train um_dnnl_conv_train;
/* Asks for as much of `scratch` as its passes need; they use it one at a time. `scratch` must outlive it. */
um_status um_dnnl_conv_train_new(um_dnnl_conv_train **out, const um_conv_shape *shape, bool bias,
                                 um_scratch *scratch, um_error *err);
um_status um_dnnl_conv_train_forward(um_dnnl_conv_train *conv, const float *x, const float *weights,
                                     const float *bias, float *y, um_error *err);
um_status um_dnnl_conv_train_back_data(um_dnnl_conv_train *conv, const float *gy, const float *weights,
                                       float *gx, um_error *err);
/* `gb` only with a bias. */
um_status um_dnnl_conv_train_back_weights(um_dnnl_conv_train *conv, const float *x, const float *gy,
                                          float *gw, float *gb, um_error *err);
void um_dnnl_conv_train_free(um_dnnl_conv_train **conv);

/* C = alpha A B + beta C, row-major; A is m x k, B is k x n, each optionally stored transposed. */
um_status um_dnnl_gemm(bool a_transposed, bool b_transposed, int64_t m, int64_t n, int64_t k, float alpha,
                       const float *a, const float *b, float beta, float *c, um_error *err);
#endif
