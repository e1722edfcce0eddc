/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every backward pass against differences: the operators in each of their forms (gradient_check.h). */
#include "gradient_check.h"
#include "nn/arch.h"

static int node1(um_build *b, const char *type, int x)
{
    return um_build_node(b, type, "y", 1, &x);
}
#define UNARY(id, type)               \
    static int id(um_build *b, int x) \
    {                                 \
        return node1(b, type, x);     \
    }
UNARY(relu, "Relu")
UNARY(leaky, "LeakyRelu")
UNARY(sigmoid, "Sigmoid")
UNARY(tanh_, "Tanh")
UNARY(exp_, "Exp")
UNARY(elu, "Elu")
UNARY(selu, "Selu")
UNARY(softplus, "Softplus")
UNARY(hardsigmoid, "HardSigmoid")
UNARY(hardswish, "HardSwish")
UNARY(neg, "Neg")
UNARY(abs_, "Abs")
UNARY(gap, "GlobalAveragePool")
UNARY(gmp, "GlobalMaxPool")
UNARY(identity, "Identity")

/* Positive values for what needs them. */
static int positive(um_build *b, int x)
{
    const float half = .5f;
    int in[2] = {um_build_node(b, "Sigmoid", "gate", 1, &x),
                 um_build_constant(b, "half", UM_F32, 0, NULL, &half)};
    return um_build_node(b, "Add", "positive", 2, in);
}
static int sqrt_(um_build *b, int x)
{
    return node1(b, "Sqrt", positive(b, x));
}
static int log_(um_build *b, int x)
{
    return node1(b, "Log", positive(b, x));
}
static int reciprocal(um_build *b, int x)
{
    return node1(b, "Reciprocal", positive(b, x));
}
static int clip(um_build *b, int x)
{
    const float low = -.7f, high = .9f;
    const int in[3] = {x, um_build_constant(b, "low", UM_F32, 0, NULL, &low),
                       um_build_constant(b, "high", UM_F32, 0, NULL, &high)};
    return um_build_node(b, "Clip", "y", 3, in);
}

static int two(um_build *b, const char *type, int x, int y)
{
    const int in[2] = {x, y};
    return um_build_node(b, type, "y", 2, in);
}
#define WITH_ITSELF(id, type)                   \
    static int id(um_build *b, int x)           \
    {                                           \
        return two(b, type, x, positive(b, x)); \
    }
WITH_ITSELF(add, "Add")
WITH_ITSELF(sub, "Sub")
WITH_ITSELF(mul, "Mul")
WITH_ITSELF(div_, "Div")
WITH_ITSELF(max_, "Max")
WITH_ITSELF(min_, "Min")
static int mul_channels(um_build *b, int x) /* squeeze and excitation: [N, C, 1, 1] over a map */
{
    int mean = um_build_node(b, "GlobalAveragePool", "mean", 1, &x);
    return two(b, "Mul", x, um_build_node(b, "Sigmoid", "gate", 1, &mean));
}
static int twice(um_build *b, int x)
{
    return two(b, "Mul", x, x);
}
static int prelu(um_build *b, int x)
{
    const int64_t dim[3] = {4, 1, 1};
    return two(b, "PRelu", x, um_build_weights(b, "slope", 3, dim, .3));
}
static int power(um_build *b, int x)
{
    const float three = 3;
    return two(b, "Pow", positive(b, x), um_build_constant(b, "three", UM_F32, 0, NULL, &three));
}

static int convolution(um_build *b, int x, int64_t out, int64_t per_group, int64_t k, int64_t stride,
                       int64_t dilation, int64_t group, bool bias)
{
    const int64_t dim[4] = {out, per_group, k, k}, strides[2] = {stride, stride}, pads[4] = {1, 2, 2, 1},
                  dilations[2] = {dilation, dilation};
    const int in[3] = {x, um_build_weights(b, "v", 4, dim, .4),
                       bias ? um_build_filled(b, "c", out, .2f) : -1};
    int y = um_build_node(b, "Conv", "y", bias ? 3 : 2, in);
    um_build_ints(b, "strides", 2, strides);
    um_build_ints(b, "pads", 4, pads);
    um_build_ints(b, "dilations", 2, dilations);
    um_build_int(b, "group", group);
    return y;
}
static int conv(um_build *b, int x)
{
    return convolution(b, x, 7, 4, 3, 1, 1, 1, true);
}
static int conv_strided(um_build *b, int x)
{
    return convolution(b, x, 8, 4, 3, 2, 1, 1, false);
}
static int conv_dilated(um_build *b, int x)
{
    return convolution(b, x, 5, 4, 3, 1, 2, 1, true);
}
static int conv_groups(um_build *b, int x)
{
    return convolution(b, x, 6, 2, 3, 1, 1, 2, true);
}
static int conv_depthwise(um_build *b, int x)
{
    return convolution(b, x, 4, 1, 3, 2, 1, 4, true);
}
static int conv_pointwise(um_build *b, int x)
{
    const int64_t dim[4] = {9, 4, 1, 1};
    return two(b, "Conv", x, um_build_weights(b, "v", 4, dim, .5));
}
static int conv_plain(um_build *b, int x) /* one dimension: the plain loops */
{
    const int64_t shape[3] = {0, 4, -1}, three = 3, dim[3] = {3, 4, 5}, stride = 2, pads[2] = {1, 3};
    int row = two(b, "Reshape", x, um_build_constant(b, "shape", UM_I64, 1, &three, shape));
    const int in[3] = {row, um_build_weights(b, "v", 3, dim, .4), um_build_filled(b, "c", 3, .2f)};
    int y = um_build_node(b, "Conv", "line", 3, in);
    um_build_ints(b, "strides", 1, &stride);
    um_build_ints(b, "pads", 2, pads);
    return y;
}

static int norm_of(um_build *b, int x, int64_t channels)
{
    const int in[5] = {x, um_build_weights(b, "scale", 1, &channels, 1),
                       um_build_weights(b, "shift", 1, &channels, .5),
                       um_build_filled(b, "mean", channels, 0), um_build_filled(b, "variance", channels, 1)};
    return um_build_node(b, "BatchNormalization", "norm", 5, in);
}
static int norm(um_build *b, int x)
{
    return norm_of(b, x, 4);
}
static int norm_relu(um_build *b, int x)
{
    return node1(b, "Relu", norm(b, x));
}
static int norm_relu6(um_build *b, int x)
{
    return clip(b, norm(b, x));
}
static int norm_plain(um_build *b, int x) /* not channels-last */
{
    const int64_t shape[3] = {0, 4, -1}, three = 3;
    return norm(b, two(b, "Reshape", x, um_build_constant(b, "shape", UM_I64, 1, &three, shape)));
}
static int norm_fixed(um_build *b, int x) /* scale and shift that do not learn: the running statistics hold */
{
    const int64_t four = 4;
    const float mean[4] = {.3f, -.2f, .1f, 0}, variance[4] = {.5f, 2, 1, .7f};
    int scale = um_build_weights(b, "scale", 1, &four, 1), shift = um_build_filled(b, "shift", 4, .2f);
    const int in[5] = {x, um_build_node(b, "Identity", "scale2", 1, &scale),
                       um_build_node(b, "Identity", "shift2", 1, &shift),
                       um_build_constant(b, "mean", UM_F32, 1, &four, mean),
                       um_build_constant(b, "variance", UM_F32, 1, &four, variance)};
    return node1(b, "Relu", um_build_node(b, "BatchNormalization", "norm", 5, in));
}
static int norm_readers(um_build *b, int x) /* a residual: three readers of one map */
{
    int n = norm_relu(b, x), c = conv_pointwise(b, n);
    const int64_t dim[4] = {4, 9, 1, 1};
    int d = um_build_node(b, "Conv", "back", 2, (const int[2]){c, um_build_weights(b, "u", 4, dim, .3)});
    int s = um_build_node(b, "Add", "sum", 2, (const int[2]){d, n});
    return um_build_node(b, "Add", "sum2", 2, (const int[2]){s, n});
}

/* A pointwise and a depthwise convolution, which share the work of the normalizations beside them. */
static int grow(um_build *b, int x, int64_t channels)
{
    const int64_t dim[4] = {channels, 4, 1, 1};
    return two(b, "Conv", x, um_build_weights(b, "v", 4, dim, .5));
}
static int depthwise(um_build *b, int x, int64_t channels, int64_t stride, int64_t top, int64_t left,
                     int64_t bottom, int64_t right)
{
    const int64_t dim[4] = {channels, 1, 3, 3}, strides[2] = {stride, stride},
                  pads[4] = {top, left, bottom, right};
    int y = two(b, "Conv", x, um_build_weights(b, "u", 4, dim, .4));
    um_build_ints(b, "strides", 2, strides);
    um_build_ints(b, "pads", 4, pads);
    um_build_int(b, "group", channels);
    return y;
}
static int shared_norms(um_build *b, int x)
{
    x = clip(b, norm_of(b, grow(b, x, 11), 11));
    return relu(b, norm_of(b, depthwise(b, x, 11, 1, 1, 1, 1, 1), 11));
}
static int shared_norms_strided(um_build *b, int x)
{
    x = relu(b, norm_of(b, grow(b, x, 19), 19));
    return norm_of(b, depthwise(b, x, 19, 2, 0, 1, 2, 1), 19);
}
static int shared_norms_narrow(um_build *b, int x) /* no padding, no activation, one norm alone */
{
    return depthwise(b, norm_of(b, grow(b, x, 8), 8), 8, 1, 0, 0, 0, 0);
}
static int shared_norms_wide(um_build *b, int x) /* one picture; windows in the padding alone */
{
    const int64_t one = 1, zero = 0;
    const int in[4] = {grow(b, x, 16), um_build_constant(b, "start", UM_I64, 1, &one, &zero),
                       um_build_constant(b, "end", UM_I64, 1, &one, &one),
                       um_build_constant(b, "axis", UM_I64, 1, &one, &zero)};
    x = clip(b, norm_of(b, um_build_node(b, "Slice", "first", 4, in), 16));
    return clip(b, norm_of(b, depthwise(b, x, 16, 2, 2, 2, 2, 2), 16));
}
static int shared_norms_fixed(um_build *b, int x)
{
    return norm_fixed(b, depthwise(b, norm_fixed(b, x), 4, 1, 1, 0, 0, 1));
}
static int shared_norms_pointwise(um_build *b, int x)
{
    const int64_t dim[4] = {5, 11, 1, 1};
    x = clip(b, norm_of(b, grow(b, x, 11), 11));
    return norm_of(b, two(b, "Conv", x, um_build_weights(b, "u", 4, dim, .4)), 5);
}
static int shared_norms_readers(um_build *b, int x) /* two readers: each does its own work */
{
    x = relu(b, norm_of(b, grow(b, x, 8), 8));
    int y = depthwise(b, x, 8, 1, 1, 1, 1, 1);
    return two(b, "Add", two(b, "Add", norm_of(b, y, 8), y), x);
}

static int pool(um_build *b, int x, const char *type, int64_t k, int64_t s, int64_t pad)
{
    const int64_t kernel[2] = {k, k}, stride[2] = {s, s}, pads[4] = {pad, pad, pad, pad};
    int y = node1(b, type, x);
    um_build_ints(b, "kernel_shape", 2, kernel);
    um_build_ints(b, "strides", 2, stride);
    um_build_ints(b, "pads", 4, pads);
    return y;
}
static int maxpool(um_build *b, int x)
{
    return pool(b, x, "MaxPool", 3, 2, 1);
}
static int avgpool(um_build *b, int x)
{
    return pool(b, x, "AveragePool", 3, 2, 1);
}
static int resize(um_build *b, int x, const char *mode)
{
    const float scale[4] = {1, 1, 2, 2};
    const int64_t four = 4;
    const int in[3] = {x, -1, um_build_constant(b, "scales", UM_F32, 1, &four, scale)};
    int y = um_build_node(b, "Resize", "y", 3, in);
    um_build_text(b, "mode", mode);
    return y;
}
static int nearest(um_build *b, int x)
{
    return resize(b, x, "nearest");
}
static int linear(um_build *b, int x)
{
    return resize(b, x, "linear");
}

static int rows_of(um_build *b, int x) /* [2, 4, 6, 5] to [2, 120] */
{
    return node1(b, "Flatten", x);
}
static int gemm(um_build *b, int x)
{
    const int64_t dim[2] = {7, 120};
    const int in[3] = {rows_of(b, x), um_build_weights(b, "v", 2, dim, .1), um_build_filled(b, "c", 7, .2f)};
    int y = um_build_node(b, "Gemm", "product", 3, in);
    um_build_int(b, "transB", 1);
    return y;
}
static int matmul(um_build *b, int x)
{
    const int64_t dim[2] = {5, 3};
    return two(b, "MatMul", x, um_build_weights(b, "v", 2, dim, .5));
}
static int softmax(um_build *b, int x)
{
    int y = node1(b, "Softmax", x);
    um_build_int(b, "axis", -1);
    return y;
}
static int reduce_mean(um_build *b, int x)
{
    const int64_t axes[2] = {2, 3};
    int y = node1(b, "ReduceMean", x);
    um_build_ints(b, "axes", 2, axes);
    return y;
}
static int concat(um_build *b, int x)
{
    const int in[3] = {x, node1(b, "Sigmoid", x), x};
    int y = um_build_node(b, "Concat", "joined", 3, in);
    um_build_int(b, "axis", 1);
    return y;
}
static int transpose(um_build *b, int x)
{
    const int64_t perm[4] = {0, 2, 3, 1};
    int y = node1(b, "Transpose", x);
    um_build_ints(b, "perm", 4, perm);
    return um_build_node(b, "Sigmoid", "z", 1, &y);
}
static int slice(um_build *b, int x)
{
    const int64_t two_ = 2, starts[2] = {1, 1}, ends[2] = {6, 5}, axes[2] = {2, 3}, steps[2] = {2, 1};
    const int in[5] = {x, um_build_constant(b, "starts", UM_I64, 1, &two_, starts),
                       um_build_constant(b, "ends", UM_I64, 1, &two_, ends),
                       um_build_constant(b, "axes", UM_I64, 1, &two_, axes),
                       um_build_constant(b, "steps", UM_I64, 1, &two_, steps)};
    return um_build_node(b, "Slice", "y", 5, in);
}
static int pad(um_build *b, int x)
{
    const int64_t eight = 8, pads[8] = {0, 1, 2, 0, 0, 0, 1, 3};
    return two(b, "Pad", x, um_build_constant(b, "pads", UM_I64, 1, &eight, pads));
}
static int layer_norm(um_build *b, int x)
{
    const int64_t five = 5;
    const int in[3] = {x, um_build_weights(b, "scale", 1, &five, 1), um_build_filled(b, "shift", 5, .1f)};
    return um_build_node(b, "LayerNormalization", "y", 3, in);
}

static int gemm_turned(um_build *b, int x) /* both sides transposed, factors, a column to add */
{
    const int64_t dim[2] = {3, 2}, column[2] = {120, 1};
    const int in[3] = {rows_of(b, x), um_build_weights(b, "v", 2, dim, .5),
                       um_build_weights(b, "c", 2, column, .5)};
    int y = um_build_node(b, "Gemm", "product", 3, in);
    um_build_int(b, "transA", 1);
    um_build_int(b, "transB", 1);
    um_build_float(b, "alpha", 1.5f);
    um_build_float(b, "beta", -.7f);
    return y;
}
static int matmul_batch(um_build *b, int x) /* [2, 4, 6, 5] by [4, 5, 3] */
{
    const int64_t dim[3] = {4, 5, 3};
    return two(b, "MatMul", x, um_build_weights(b, "v", 3, dim, .5));
}
static int add_shared(um_build *b, int x) /* a row, a column and one number, all parameters */
{
    const int64_t row[1] = {5}, column[4] = {2, 1, 6, 1};
    x = um_build_node(b, "Add", "a", 2, (const int[2]){x, um_build_weights(b, "row", 1, row, .5)});
    x = um_build_node(b, "Mul", "m", 2, (const int[2]){um_build_weights(b, "column", 4, column, 1), x});
    return um_build_node(b, "Mul", "s", 2, (const int[2]){x, um_build_weights(b, "one", 0, NULL, 1)});
}
/* A block of the network language on x, [2, 4, 6, 5]. */
static int block(um_build *b, int x, const char *name)
{
    um_block_args a = {.build = b, .name = "y", .n_in = 1};
    um_wire out = {.value = x, .form = UM_FORM_MAP, .channels = 4, .height = 6, .width = 5};
    um_block_find(name)->make(&a, &out);
    CHECK(!a.problem);
    return out.value;
}
static int excite(um_build *b, int x)
{
    return block(b, x, "excite");
}
static int stats(um_build *b, int x)
{
    return block(b, x, "stats");
}
static int softmax_channels(um_build *b, int x)
{
    int y = node1(b, "Softmax", x);
    um_build_int(b, "axis", 1);
    return y;
}
static int reduce(um_build *b, int x, const char *type, int64_t axis)
{
    int y = node1(b, type, x);
    um_build_ints(b, "axes", 1, &axis);
    return y;
}
static int reduce_max(um_build *b, int x)
{
    return reduce(b, x, "ReduceMax", 2);
}
static int reduce_min(um_build *b, int x)
{
    return reduce(b, x, "ReduceMin", 1);
}
static int reduce_sum(um_build *b, int x)
{
    const int64_t one = 1, axis = -1;
    return two(b, "ReduceSum", x, um_build_constant(b, "axes", UM_I64, 1, &one, &axis));
}
static int padded(um_build *b, int x, const char *mode, int64_t top)
{
    const int64_t eight = 8, pads[8] = {0, 0, top, 2, 0, 0, 1, 3};
    int y = two(b, "Pad", x, um_build_constant(b, "pads", UM_I64, 1, &eight, pads));
    um_build_text(b, "mode", mode);
    return y;
}
static int pad_reflect(um_build *b, int x)
{
    return padded(b, x, "reflect", 1);
}
static int pad_edge(um_build *b, int x)
{
    return padded(b, x, "edge", 2);
}
static int pad_cut(um_build *b, int x)
{
    return padded(b, x, "constant", -2);
}
static int gather(um_build *b, int x)
{
    const int64_t four = 4, index[4] = {2, 0, -1, 2};
    int y = two(b, "Gather", x, um_build_constant(b, "index", UM_I64, 1, &four, index));
    um_build_int(b, "axis", 2);
    return y;
}
static int expand(um_build *b, int x)
{
    const int64_t five = 5, shape[5] = {3, 2, 4, 6, 5};
    int mean = um_build_node(b, "GlobalAveragePool", "mean", 1, &x);
    return two(b, "Expand", mean, um_build_constant(b, "shape", UM_I64, 1, &five, shape));
}

enum { SEED = 1000 };

/* Weights that do not learn, behind no others that do: the convolution runs as in inference, in the one
 * thread of the plan. (The weights are also read by an operator that passes no gradient on, and so do not
 * learn.) */
static void frozen_convolution(void)
{
    um_error err = {0};
    um_build b;
    um_graph *g = NULL;
    um_plan *p = NULL;
    um_tensor *x = NULL;
    const um_tensor *out[1];
    const int64_t free_dim[4] = {-1, 16, -1, -1}, dim[4] = {2, 16, 6, 5}, frozen[4] = {16, 16, 3, 3},
                  learning[4] = {3, 16, 1, 1};
    um_build_init(&b, "frozen", 1, &err);
    int in = um_build_input(&b, "x", 4, free_dim), w = um_build_weights(&b, "w", 4, frozen, .1);
    um_build_node(&b, "Shape", "size", 1, &w);
    int y = um_build_node(&b, "Conv", "first", 2, (const int[2]){in, w});
    y = um_build_node(&b, "Conv", "second", 2, (const int[2]){y, um_build_weights(&b, "v", 4, learning, .1)});
    um_build_output(&b, y, 4, (const int64_t[4]){-1, 3, -1, -1});
    CHECK(um_build_done(&b, &g) == UM_OK && um_tensor_new(&x, UM_F32, 4, dim, &err) == UM_OK);
    const um_tensor *const ins[1] = {x};
    CHECK(um_plan_new_training(&p, g, ins, &err) == UM_OK);
    CHECK(um_plan_n_params(p) == 1 && um_plan_run(p, ins, out, &err) == UM_OK);
    CHECK(um_plan_backward(p, &err) == UM_OK);
    um_plan_free(&p);
    um_tensor_free(&x);
    um_graph_free(&g);
}

int main(void)
{
#define CASE(id) \
    {            \
#id, id  \
    }
    static const struct {
        const char *name;
        case_fn *make;
    } cases[] = {CASE(relu),
                 CASE(leaky),
                 CASE(sigmoid),
                 CASE(tanh_),
                 CASE(exp_),
                 CASE(elu),
                 CASE(selu),
                 CASE(softplus),
                 CASE(hardsigmoid),
                 CASE(hardswish),
                 CASE(neg),
                 CASE(abs_),
                 CASE(sqrt_),
                 CASE(log_),
                 CASE(reciprocal),
                 CASE(clip),
                 CASE(identity),
                 CASE(add),
                 CASE(sub),
                 CASE(mul),
                 CASE(div_),
                 CASE(max_),
                 CASE(min_),
                 CASE(mul_channels),
                 CASE(twice),
                 CASE(prelu),
                 CASE(power),
                 CASE(conv),
                 CASE(conv_strided),
                 CASE(conv_dilated),
                 CASE(conv_groups),
                 CASE(conv_depthwise),
                 CASE(conv_pointwise),
                 CASE(conv_plain),
                 CASE(norm),
                 CASE(norm_relu),
                 CASE(norm_relu6),
                 CASE(norm_plain),
                 CASE(norm_fixed),
                 CASE(norm_readers),
                 CASE(shared_norms),
                 CASE(shared_norms_strided),
                 CASE(shared_norms_narrow),
                 CASE(shared_norms_wide),
                 CASE(shared_norms_fixed),
                 CASE(shared_norms_pointwise),
                 CASE(shared_norms_readers),
                 CASE(maxpool),
                 CASE(avgpool),
                 CASE(gap),
                 CASE(gmp),
                 CASE(nearest),
                 CASE(linear),
                 CASE(gemm),
                 CASE(matmul),
                 CASE(softmax),
                 CASE(reduce_mean),
                 CASE(concat),
                 CASE(transpose),
                 CASE(slice),
                 CASE(pad),
                 CASE(layer_norm),
                 CASE(gemm_turned),
                 CASE(matmul_batch),
                 CASE(add_shared),
                 CASE(softmax_channels),
                 CASE(excite),
                 CASE(stats),
                 CASE(reduce_max),
                 CASE(reduce_min),
                 CASE(reduce_sum),
                 CASE(pad_reflect),
                 CASE(pad_edge),
                 CASE(pad_cut),
                 CASE(gather),
                 CASE(expand)};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(cases[i].name, cases[i].make, SEED + i);
    frozen_convolution();
    return check_done();
}
