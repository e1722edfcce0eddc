/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators that map each value on its own, and the same functions as the activation of a convolution. */
#include "nn/ops/ops.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* x and y may be the same array; a and b are the parameters of the function. */
#define MAP(name, expression)                                                                 \
    UM_KERNEL(name, (float *y, const float *x, int64_t n, float a, float b), (y, x, n, a, b)) \
    {                                                                                         \
        UM_ELEMENTWISE                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                     \
            float v = x[i];                                                                   \
            y[i] = (expression);                                                              \
        }                                                                                     \
    }

/* e^x by 2^k e^r with |r| <= ln(2)/2 and a polynomial of degree 6: relative error below 1.2e-7. Branch-free,
 * so that compilers vectorize what calls it. */
static inline float exp_fast(float x)
{
    float c = x < -87.f ? -87.f : x > 88.f ? 88.f : x;
    union {
        float f;
        uint32_t bits;
    } near = {.f = c * 1.44269504f + 12582912.f}, two; /* 1.5 2^23: the last bits are the nearest integer */
    float k = near.f - 12582912.f;
    float r = (c - k * .693359375f) + k * 2.12194440e-4f; /* ln 2 in two parts */
    float p = 1.f + r * (1.f + r * (.5f + r * (.166666657f + r * (4.16664466e-2f +
                                                                  r * (8.37312452e-3f + r * 1.39069e-3f)))));
    two.bits = (near.bits + 127) << 23;
    return p * two.f;
}

/* x below 0 times the slope, without a branch that a vectorizer would have to keep for the sake of traps. */
static inline float bent(float x, float slope)
{
    float up = x > 0 ? x : 0, down = x > 0 ? 0 : x;
    return up + slope * down;
}

MAP(map_relu, v > 0 ? v : v < 0 ? 0 : v)
MAP(map_leaky, bent(v, a))
MAP(map_clip, v<a ? a : v> b ? b : v)
MAP(map_sigmoid, 1.f / (1.f + exp_fast(-v)))
MAP(map_exp, expf(v))
MAP(map_hardsigmoid, fminf(1, fmaxf(0, a *v + b)))
MAP(map_hardswish, v *fminf(1, fmaxf(0, v / 6 + .5f)))
MAP(map_tanh, tanhf(v))
MAP(map_sqrt, sqrtf(v))
MAP(map_log, logf(v))
MAP(map_abs, fabsf(v))
MAP(map_neg, -v)
MAP(map_elu, v < 0 ? a * expm1f(v) : v)
MAP(map_selu, v > 0 ? b * v : b * a * expm1f(v))
MAP(map_softplus, v > 20 ? v : log1pf(expf(v)))
MAP(map_reciprocal, 1 / v)
MAP(map_floor, floorf(v))
MAP(map_ceil, ceilf(v))

/* gx from g, the gradient of the result, and v: the result where UM_OP_BACK_OUT says so, else the argument.
 */
#define BACK(name, expression)                                                                               \
    UM_KERNEL(name,                                                                                          \
              (float *restrict gx, const float *restrict gy, const float *restrict from, int64_t n, float a, \
               float b),                                                                                     \
              (gx, gy, from, n, a, b))                                                                       \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            float g = gy[i], v = from[i];                                                                    \
            gx[i] = (expression);                                                                            \
            (void)v;                                                                                         \
        }                                                                                                    \
    }

BACK(back_relu, v > 0 ? g : 0)
BACK(back_leaky, g *(v > 0 ? 1 : a))
BACK(back_clip, v > a && v < b ? g : 0)
BACK(back_sigmoid, g *v *(1 - v))
BACK(back_exp, g *v)
BACK(back_hardsigmoid, v > 0 && v < 1 ? g * a : 0)
BACK(back_hardswish, g *(v <= -3 ? 0 : v >= 3 ? 1 : v / 3 + .5f))
BACK(back_tanh, g *(1 - v * v))
BACK(back_sqrt, g * .5f / v)
BACK(back_log, g / v)
BACK(back_neg, -g)
BACK(back_abs, v > 0 ? g : v < 0 ? -g : 0)
BACK(back_elu, g *(v > 0 ? 1 : v + a))
BACK(back_selu, g *(v > 0 ? b : v + b * a))
BACK(back_softplus, g / (1.f + exp_fast(-v)))
BACK(back_reciprocal, -g *v *v)

typedef void map_fn(float *y, const float *x, int64_t n, float a, float b);
typedef void back_fn(float *gx, const float *gy, const float *from, int64_t n, float a, float b);
static const struct {
    const char *name;
    map_fn *map;
    back_fn *back;
    const char *attr_a, *attr_b;
    float a, b;
} maps[] = {
    {"Relu", map_relu, back_relu, NULL, NULL, 0, 0},
    {"LeakyRelu", map_leaky, back_leaky, "alpha", NULL, .01f, 0},
    {"Sigmoid", map_sigmoid, back_sigmoid, NULL, NULL, 0, 0},
    {"Exp", map_exp, back_exp, NULL, NULL, 0, 0},
    {"HardSigmoid", map_hardsigmoid, back_hardsigmoid, "alpha", "beta", .2f, .5f},
    {"HardSwish", map_hardswish, back_hardswish, NULL, NULL, 0, 0},
    {"Tanh", map_tanh, back_tanh, NULL, NULL, 0, 0},
    {"Sqrt", map_sqrt, back_sqrt, NULL, NULL, 0, 0},
    {"Log", map_log, back_log, NULL, NULL, 0, 0},
    {"Abs", map_abs, back_abs, NULL, NULL, 0, 0},
    {"Neg", map_neg, back_neg, NULL, NULL, 0, 0},
    {"Elu", map_elu, back_elu, "alpha", NULL, 1, 0},
    {"Selu", map_selu, back_selu, "alpha", "gamma", 1.67326319f, 1.05070102f},
    {"Softplus", map_softplus, back_softplus, NULL, NULL, 0, 0},
    {"Reciprocal", map_reciprocal, back_reciprocal, NULL, NULL, 0, 0},
    {"Floor", map_floor, NULL, NULL, NULL, 0, 0},
    {"Ceil", map_ceil, NULL, NULL, NULL, 0, 0},
};

static void map_array(map_fn *map, um_array *y, const um_array *x, float a, float b)
{
    enum { PART = 8192 };
    int64_t n = um_array_count(y);
    for (int64_t i = 0; i < n; i += PART)
        map((float *)y->data + i, (const float *)x->data + i, n - i < PART ? n - i : PART, a, b);
}

static um_status infer(um_call *c, um_error *err)
{
    if (c->in[0]->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    return um_call_same(c, err);
}

/* Row of the table, and the parameters. */
static int which(const um_call *c, float *a, float *b)
{
    int i = 0;
    while (strcmp(maps[i].name, c->op->name))
        i++;
    *a = maps[i].attr_a ? (float)um_attr_float(c->node, maps[i].attr_a, maps[i].a) : maps[i].a;
    *b = maps[i].attr_b ? (float)um_attr_float(c->node, maps[i].attr_b, maps[i].b) : maps[i].b;
    return i;
}

static um_status forward(um_call *c, um_error *err)
{
    float a, b;
    int i = which(c, &a, &b);
    map_array(maps[i].map, c->out[0], c->in[0], a, b);
    return UM_OK;
}

static um_status backward(um_call *c, um_error *err)
{
    float a, b;
    int i = which(c, &a, &b);
    bool from_out = c->op->flags & UM_OP_BACK_OUT;
    /* with a negative slope the result no longer tells on which side of zero the argument was */
    if (from_out && maps[i].back != back_hardsigmoid && (a < 0 || b < 0))
        return um_call_fail(c, err, UM_EUNSUPPORTED, "a negative slope cannot be trained through");
    maps[i].back(c->grad_in[0]->data, c->grad_out[0]->data, (from_out ? c->out : c->in)[0]->data,
                 um_array_count(c->in[0]), a, b);
    return UM_OK;
}

/* --- Clip: bounds are attributes up to opset 10, inputs after --- */

static um_status clip_bound(const um_call *c, int input, const char *attr, float *bound, um_error *err)
{
    if (!um_has(c, input)) {
        *bound = (float)um_attr_float(c->node, attr, *bound);
        return UM_OK;
    }
    if (um_array_count(c->in[input]) != 1 || c->in[input]->dtype != UM_F32)
        return um_call_fail(c, err, UM_EFORMAT, "a bound must be one float");
    if (c->in[input]->data)
        *bound = *(const float *)c->in[input]->data;
    return UM_OK;
}

static um_status clip_bounds(const um_call *c, float *low, float *high, um_error *err)
{
    *low = -FLT_MAX;
    *high = FLT_MAX;
    um_status st = clip_bound(c, 1, "min", low, err);
    return st < 0 ? st : clip_bound(c, 2, "max", high, err);
}

static um_status clip_infer(um_call *c, um_error *err)
{
    float low, high;
    um_status st = infer(c, err);
    return st < 0 ? st : clip_bounds(c, &low, &high, err);
}

static um_status clip_forward(um_call *c, um_error *err)
{
    float low, high;
    um_status st = clip_bounds(c, &low, &high, err);
    if (st == UM_OK)
        map_array(map_clip, c->out[0], c->in[0], low, high);
    return st;
}

static um_status clip_backward(um_call *c, um_error *err)
{
    float low, high;
    um_status st = clip_bounds(c, &low, &high, err);
    for (int i = 1; i < c->n_in && st == UM_OK; i++)
        if (c->grad_in[i])
            st = um_call_fail(c, err, UM_EUNSUPPORTED, "bounds cannot learn");
    if (st == UM_OK)
        back_clip(c->grad_in[0]->data, c->grad_out[0]->data, c->out[0]->data, um_array_count(c->out[0]), low,
                  high);
    return st;
}

/* --- Not --- */

static um_status not_infer(um_call *c, um_error *err)
{
    if (c->in[0]->dtype != UM_BOOL)
        return um_call_fail(c, err, UM_EFORMAT, "only truth values can be negated");
    return um_call_same(c, err);
}

static um_status not_forward(um_call *c, um_error *err)
{
    int64_t n = um_array_count(c->out[0]);
    for (int64_t i = 0; i < n; i++)
        ((uint8_t *)c->out[0]->data)[i] = !((const uint8_t *)c->in[0]->data)[i];
    return UM_OK;
}

/* --- as the activation of a convolution --- */

static bool relu_act(const um_call *c, int64_t channels, um_act *act)
{
    *act = (um_act){.kind = UM_ACT_CLIP, .a = 0, .b = INFINITY};
    return true;
}

static bool leaky_act(const um_call *c, int64_t channels, um_act *act)
{
    *act = (um_act){.kind = UM_ACT_LEAKY, .a = (float)um_attr_float(c->node, "alpha", .01)};
    return true;
}

static bool sigmoid_act(const um_call *c, int64_t channels, um_act *act)
{
    *act = (um_act){.kind = UM_ACT_SIGMOID};
    return true;
}

static bool clip_act(const um_call *c, int64_t channels, um_act *act)
{
    float low, high;
    if ((um_has(c, 1) && !c->in[1]->constant) || (um_has(c, 2) && !c->in[2]->constant) ||
        clip_bounds(c, &low, &high, NULL) < 0)
        return false;
    *act = (um_act){.kind = UM_ACT_CLIP, .a = low, .b = high};
    return true;
}

#define UNARY(type, reads, back, act)                                                        \
    {                                                                                        \
        .name = type, .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,                  \
        .flags = UM_OP_FOLLOWS | UM_OP_IN_PLACE | reads, .infer = infer, .forward = forward, \
        .backward = back, .as_act = act,                                                     \
    }
const um_op um_ops_unary[] = {
    UNARY("Relu", UM_OP_BACK_OUT, backward, relu_act),
    UNARY("LeakyRelu", UM_OP_BACK_OUT, backward, leaky_act),
    UNARY("Sigmoid", UM_OP_BACK_OUT, backward, sigmoid_act),
    UNARY("Exp", UM_OP_BACK_OUT, backward, NULL),
    UNARY("Tanh", UM_OP_BACK_OUT, backward, NULL),
    UNARY("HardSigmoid", UM_OP_BACK_OUT, backward, NULL),
    UNARY("Sqrt", UM_OP_BACK_OUT, backward, NULL),
    UNARY("HardSwish", UM_OP_BACK_IN, backward, NULL),
    UNARY("Log", UM_OP_BACK_IN, backward, NULL),
    UNARY("Abs", UM_OP_BACK_IN, backward, NULL),
    UNARY("Neg", 0, backward, NULL),
    UNARY("Elu", UM_OP_BACK_OUT, backward, NULL),
    UNARY("Selu", UM_OP_BACK_OUT, backward, NULL),
    UNARY("Softplus", UM_OP_BACK_IN, backward, NULL),
    UNARY("Reciprocal", UM_OP_BACK_OUT, backward, NULL),
    UNARY("Floor", 0, NULL, NULL),
    UNARY("Ceil", 0, NULL, NULL),
    {.name = "Clip",
     .min_in = 1,
     .max_in = 3,
     .min_out = 1,
     .max_out = 1,
     .flags = UM_OP_FOLLOWS | UM_OP_IN_PLACE | UM_OP_BACK_OUT,
     .infer = clip_infer,
     .forward = clip_forward,
     .backward = clip_backward,
     .settings = 3u << 1,
     .as_act = clip_act},
    {.name = "Not",
     .min_in = 1,
     .max_in = 1,
     .min_out = 1,
     .max_out = 1,
     .flags = UM_OP_FOLLOWS | UM_OP_IN_PLACE,
     .infer = not_infer,
     .forward = not_forward},
    {0},
};

UM_KERNEL(prelu_rows, (float *y, const float *x, const float *slope, int64_t rows, int64_t channels),
          (y, x, slope, rows, channels))
{
    for (int64_t r = 0; r < rows; r++, x += channels, y += channels) {
        UM_ELEMENTWISE
        for (int64_t i = 0; i < channels; i++)
            y[i] = bent(x[i], slope[i]);
    }
}

void um_act_apply(const um_act *act, um_array *y, const um_array *x)
{
    int64_t channels = y->rank > 1 ? y->dim[1] : 1, n = um_array_count(y);
    switch (act->kind) {
    case UM_ACT_NONE:
        return;
    case UM_ACT_CLIP:
        map_array(map_clip, y, x, act->a, act->b);
        return;
    case UM_ACT_LEAKY:
        map_array(map_leaky, y, x, act->a, 0);
        return;
    case UM_ACT_SIGMOID:
        map_array(map_sigmoid, y, x, 0, 0);
        return;
    case UM_ACT_PRELU:
        break;
    }
    if (!n)
        return;
    if (y->layout == UM_NHWC) {
        enum { ROWS = 64 };
        int64_t rows = n / channels;
        for (int64_t r = 0; r < rows; r += ROWS)
            prelu_rows((float *)y->data + r * channels, (const float *)x->data + r * channels, act->slope,
                       rows - r < ROWS ? rows - r : ROWS, channels);
        return;
    }
    int64_t plane = n / y->dim[0] / channels;
    for (int64_t k = 0; k < y->dim[0] * channels; k++)
        map_leaky((float *)y->data + k * plane, (const float *)x->data + k * plane, plane,
                  act->slope[k % channels], 0);
}
