/* BatchNormalization with fixed statistics, where it could not be folded into a convolution. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>

static um_status infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    if (x->dtype != UM_F32 || um_attr_int(c->node, "training_mode", 0) || !um_attr_int(c->node, "spatial", 1))
        return um_call_fail(c, err, UM_EUNSUPPORTED,
                            "only floats with fixed statistics per channel are supported");
    int64_t channels = x->rank > 1 ? x->dim[1] : 1;
    for (int i = 1; i < 5; i++)
        if (c->in[i]->dtype != UM_F32 || c->in[i]->rank != 1 || c->in[i]->dim[0] != channels)
            return um_call_fail(c, err, UM_EFORMAT, "input %d does not fit the channels", i);
    return um_call_same(c, err);
}

static um_status prepare(um_call *c, um_error *err)
{
    c->state = um_calloc((size_t)c->in[1]->dim[0], 2 * sizeof(float));
    return c->state ? UM_OK : um_fail_oom(err);
}

UM_FAST static void rows(float *y, const float *x, const float *a, const float *b, int64_t n,
                         int64_t channels)
{
    for (int64_t r = 0; r < n; r++, x += channels, y += channels) {
        UM_ELEMENTWISE
        for (int64_t i = 0; i < channels; i++)
            y[i] = x[i] * a[i] + b[i];
    }
}

UM_FAST static void plane(float *y, const float *x, float a, float b, int64_t n)
{
    UM_ELEMENTWISE
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * a + b;
}

static um_status forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    const float *scale = c->in[1]->data, *shift = c->in[2]->data, *mean = c->in[3]->data,
                *var = c->in[4]->data;
    int64_t channels = c->in[1]->dim[0], n = um_array_count(x);
    double epsilon = um_attr_float(c->node, "epsilon", 1e-5);
    float *a = c->state, *b = a + channels, *y = c->out[0]->data;
    if (!n)
        return UM_OK;
    for (int64_t i = 0; i < channels; i++) {
        double f = scale[i] / sqrt(var[i] + epsilon);
        a[i] = (float)f;
        b[i] = (float)(shift[i] - f * mean[i]);
    }
    if (x->layout == UM_NHWC) {
        enum { ROWS = 64 };
        for (int64_t r = 0; r < n / channels; r += ROWS)
            rows(y + r * channels, (const float *)x->data + r * channels, a, b,
                 n / channels - r < ROWS ? n / channels - r : ROWS, channels);
        return UM_OK;
    }
    int64_t size = n / x->dim[0] / channels;
    for (int64_t k = 0; k < x->dim[0] * channels; k++)
        plane(y + k * size, (const float *)x->data + k * size, a[k % channels], b[k % channels], size);
    return UM_OK;
}

const um_op um_op_batchnorm = {
    "BatchNormalization", 5, 5, 1, 1, UM_OP_FOLLOWS | UM_OP_IN_PLACE, infer, prepare, NULL, forward, free};
