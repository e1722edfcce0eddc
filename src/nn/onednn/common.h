/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onednn_common.h: shared by the onednn*.c files, the only ones that see oneDNN's headers. */
#ifndef UM_NN_ONEDNN_COMMON_H
#define UM_NN_ONEDNN_COMMON_H
#include "nn/onednn/onednn.h"
#include <dnnl.h>

um_status um_dnnl_fail(um_error *err, dnnl_status_t status);

typedef struct um_conv_descs { /* maps in nhwc, weights in any order */
    dnnl_memory_desc_t x, w, b, y;
} um_conv_descs;
dnnl_status_t um_conv_descs_init(um_conv_descs *d, const um_conv_shape *s);

/* The first implementation that is not the reference; dnnl_unimplemented when there is none. `hint`: the
 * forward descriptor of a backward pass. */
dnnl_status_t um_dnnl_choose(dnnl_primitive_desc_t *out, const void *desc, dnnl_primitive_attr_t attr,
                             dnnl_engine_t engine, dnnl_primitive_desc_t hint);
#endif
