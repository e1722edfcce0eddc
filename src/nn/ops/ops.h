/* ops.h: the table of operators and what several of them share. */
#ifndef UM_NN_OPS_H
#define UM_NN_OPS_H
#include "nn/nn.h"

#define UM_OPS(X)                                                                                       \
    X(averagepool)                                                                                      \
    X(batchnorm)                                                                                        \
    X(cast)                                                                                             \
    X(concat) X(constant) X(constantofshape) X(conv) X(expand) X(flatten) X(gather) X(gemm)             \
        X(globalaveragepool) X(globalmaxpool) X(identity) X(dropout) X(matmul) X(maxpool) X(pad)        \
            X(reducemax) X(reducemean) X(reducemin) X(reducesum) X(reshape) X(resize) X(shape) X(slice) \
                X(softmax) X(squeeze) X(transpose) X(unsqueeze) X(upsample)
#define X(name) extern const um_op um_op_##name;
UM_OPS(X)
#undef X

/* Families that share their code: tables that end with a name of NULL. */
extern const um_op um_ops_unary[], um_ops_binary[];

/* True when `c` is an activation with constant parameters that a producer of `channels` channels can apply.
 */
bool um_act_of_call(const um_call *c, int64_t channels, um_act *act);

bool um_view_always(um_call *c);
um_status um_view_copy(um_call *c, um_error *err); /* forward of an operator whose result is a view */
#endif
