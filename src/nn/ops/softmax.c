#include "nn/ops/ops.h"
#include <math.h>

/* Up to opset 12 everything from the axis on is one distribution, after that the axis alone. */
static um_status read(const um_call *c, int64_t *outer, int64_t *n, int64_t *inner, um_error *err)
{
    const um_array *x = c->in[0];
    bool flat = c->graph->opset < 13;
    int64_t axis = um_attr_int(c->node, "axis", flat ? 1 : -1);
    if (x->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (!um_axis(&axis, x->rank))
        return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
    *outer = *n = *inner = 1;
    for (int i = 0; i < x->rank; i++)
        *(i < axis ? outer : i == axis || flat ? n : inner) *= x->dim[i];
    return UM_OK;
}

static um_status infer(um_call *c, um_error *err)
{
    int64_t outer, n, inner;
    um_status st = read(c, &outer, &n, &inner, err);
    return st < 0 ? st : um_call_same(c, err);
}

static um_status forward(um_call *c, um_error *err)
{
    int64_t outer, n, inner;
    um_status st = read(c, &outer, &n, &inner, err);
    for (int64_t k = 0; st == UM_OK && n && k < outer * inner; k++) {
        const float *x = (const float *)c->in[0]->data + k / inner * n * inner + k % inner;
        float *y = (float *)c->out[0]->data + k / inner * n * inner + k % inner, top = -INFINITY, sum = 0;
        for (int64_t i = 0; i < n; i++)
            top = x[i * inner] > top ? x[i * inner] : top;
        for (int64_t i = 0; i < n; i++)
            sum += y[i * inner] = expf(x[i * inner] - top);
        for (int64_t i = 0; i < n; i++)
            y[i * inner] /= sum;
    }
    return st;
}

const um_op um_op_softmax = {"Softmax", 1, 1, 1, 1, UM_OP_IN_PLACE, infer, NULL, NULL, forward, NULL};
