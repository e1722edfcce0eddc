/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arch_blocks.c: the blocks of the network language, as ONNX operators of opset 13. */
#include "nn/arch_args.h"

/* --- pieces --- */

static um_wire activation(um_block_args *a, um_wire x, const char *kind, label name)
{
    um_build *b = a->build;
    int in[3] = {x.value, -1, -1};
    if (!strcmp(kind, "none"))
        return x;
    if (!strcmp(kind, "relu")) {
        x.value = um_build_node(b, "Relu", name.text, 1, in);
    } else if (!strcmp(kind, "relu6")) {
        const float low = 0, high = 6;
        in[1] = um_build_constant(b, join(name, "low").text, UM_F32, 0, NULL, &low);
        in[2] = um_build_constant(b, join(name, "high").text, UM_F32, 0, NULL, &high);
        x.value = um_build_node(b, "Clip", name.text, 3, in);
    } else if (!strcmp(kind, "leaky")) {
        x.value = um_build_node(b, "LeakyRelu", name.text, 1, in);
        um_build_float(b, "alpha", .1f);
    } else if (!strcmp(kind, "prelu")) {
        const int64_t dim[3] = {x.channels, 1, 1};
        in[1] =
            um_build_constant(b, join(name, "slope").text, UM_F32, x.form == UM_FORM_MAP ? 3 : 1, dim, NULL);
        for (int64_t i = 0; in[1] >= 0 && i < x.channels; i++)
            ((float *)b->graph->values[in[1]].constant->data)[i] = .25f;
        x.value = um_build_node(b, "PRelu", name.text, 2, in);
    } else if (!strcmp(kind, "sigmoid")) {
        x.value = um_build_node(b, "Sigmoid", name.text, 1, in);
    } else if (!strcmp(kind, "tanh")) {
        x.value = um_build_node(b, "Tanh", name.text, 1, in);
    } else if (!strcmp(kind, "silu")) {
        in[1] = um_build_node(b, "Sigmoid", join(name, "gate").text, 1, in);
        x.value = um_build_node(b, "Mul", name.text, 2, in);
    } else {
        a->problem = "no such activation: none, relu, relu6, leaky, prelu, sigmoid, tanh, silu";
    }
    return x;
}

/* What a convolution of a block is like. */
typedef struct conv {
    int64_t out, kernel, stride, groups, dilation;
    bool norm, bias;
    const char *act;
    double deviation; /* of the weights; 0 = He et al. 2015, fan-out */
    float prior;      /* of the bias */
} conv;

static bool affordable(um_block_args *a, int64_t n)
{
    if (n > UM_BUILD_MOST_PARAMETERS - (int64_t)a->build->n_parameters)
        a->problem = "more than 268435456 parameters";
    return !a->problem;
}

static um_wire convolution(um_block_args *a, um_wire x, conv c, label name)
{
    um_build *b = a->build;
    if (a->problem)
        return x;
    if (c.out < 1 || x.channels % c.groups || c.out % c.groups) {
        a->problem = "channels and groups do not fit";
        return x;
    }
    int64_t pad = c.dilation * (c.kernel - 1) / 2, reach = c.dilation * (c.kernel - 1) + 1;
    const int64_t w[4] = {c.out, x.channels / c.groups, c.kernel, c.kernel};
    const int64_t kernel[2] = {c.kernel, c.kernel}, stride[2] = {c.stride, c.stride},
                  dilation[2] = {c.dilation, c.dilation}, pads[4] = {pad, pad, pad, pad};
    if (!affordable(a, w[0] * w[1] * w[2] * w[3]))
        return x;
    double fan_out = (double)(c.kernel * c.kernel * c.out / c.groups);
    label inner = c.norm ? join(name, "conv") : strcmp(c.act, "none") ? join(name, "conv") : name;
    int in[5] = {x.value, -1, -1, -1, -1};
    in[1] = um_build_weights(b, join(name, "weight").text, 4, w,
                             c.deviation > 0 ? c.deviation : sqrt(2 / fan_out));
    if (c.bias)
        in[2] = um_build_filled(b, join(name, "bias").text, c.out, c.prior);
    x.value = um_build_node(b, "Conv", inner.text, c.bias ? 3 : 2, in);
    um_build_ints(b, "kernel_shape", 2, kernel);
    um_build_ints(b, "strides", 2, stride);
    um_build_ints(b, "pads", 4, pads);
    if (c.dilation > 1)
        um_build_ints(b, "dilations", 2, dilation);
    if (c.groups > 1)
        um_build_int(b, "group", c.groups);
    x.channels = c.out;
    int64_t *size[2] = {&x.height, &x.width};
    for (int i = 0; i < 2; i++) {
        if (*size[i] >= 0 && *size[i] + 2 * pad < reach)
            a->problem = "the window is larger than its input";
        if (*size[i] >= 0)
            *size[i] = (*size[i] + 2 * pad - reach) / c.stride + 1;
    }
    if (c.norm) {
        in[0] = x.value;
        in[1] = um_build_filled(b, join(name, "norm.scale").text, c.out, 1);
        in[2] = um_build_filled(b, join(name, "norm.shift").text, c.out, 0);
        in[3] = um_build_filled(b, join(name, "norm.mean").text, c.out, 0);
        in[4] = um_build_filled(b, join(name, "norm.variance").text, c.out, 1);
        x.value = um_build_node(b, "BatchNormalization",
                                strcmp(c.act, "none") ? join(name, "norm").text : name.text, 5, in);
    }
    return activation(a, x, c.act, name);
}

static conv conv_options(um_block_args *a, const char *act)
{
    conv c = {.kernel = option_int(a, "k", 3, 1, 31),
              .stride = option_int(a, "s", 1, 1, 16),
              .groups = option_int(a, "g", 1, 1, 65536),
              .dilation = option_int(a, "d", 1, 1, 64),
              .norm = true,
              .act = option(a, "act", act)};
    const char *norm = option(a, "norm", "bn");
    if (!strcmp(norm, "none")) {
        c.norm = false;
        c.bias = true;
    } else if (strcmp(norm, "bn") != 0) {
        a->problem = "norm is bn or none";
    }
    return c;
}

static um_wire add(um_block_args *a, um_wire x, um_wire y, label name)
{
    if (x.form != y.form || x.channels != y.channels || x.height != y.height || x.width != y.width)
        a->problem = "the shapes to add do not fit";
    const int in[2] = {x.value, y.value};
    x.value = um_build_node(a->build, "Add", name.text, 2, in);
    return x;
}

/* --- blocks --- */

static void make_input(um_block_args *a, um_wire *out)
{
    int64_t dim[4] = {-1, (int64_t)a->number[0], -1, -1};
    for (int i = 1; i < 3; i++)
        if (a->number[i] > 0)
            dim[i + 1] = (int64_t)a->number[i];
    if (dim[1] < 1) {
        a->problem = "an input needs channels";
        return;
    }
    *out = (um_wire){.form = UM_FORM_MAP, .channels = dim[1], .height = dim[2], .width = dim[3]};
    out->value = um_build_input(a->build, a->name, 4, dim);
}

static void make_conv(um_block_args *a, um_wire *out)
{
    conv c = conv_options(a, "relu");
    c.out = (int64_t)a->number[0];
    if (needs(a, out, UM_FORM_MAP))
        *out = convolution(a, *out, c, part(a, ""));
}

/* Depthwise, then pointwise (Howard et al. 2017, MobileNets). */
static um_wire separable(um_block_args *a, um_wire x, int64_t channels, conv c, const char *mid, label name)
{
    conv depth = c, point = c;
    depth.out = depth.groups = x.channels;
    depth.act = mid;
    point.kernel = point.stride = point.groups = point.dilation = 1;
    point.out = channels;
    return convolution(a, convolution(a, x, depth, join(name, "depth")), point, name);
}

static void make_dws(um_block_args *a, um_wire *out)
{
    conv c = conv_options(a, "relu");
    const char *mid = option(a, "mid", c.act);
    if (needs(a, out, UM_FORM_MAP))
        *out = separable(a, *out, (int64_t)a->number[0], c, mid, part(a, ""));
}

/* Two convolutions around a shortcut (He et al. 2016). */
static void make_residual(um_block_args *a, um_wire *out)
{
    conv c = conv_options(a, "relu"), second, shortcut;
    um_wire x = *out, y;
    if (!needs(a, out, UM_FORM_MAP))
        return;
    c.out = (int64_t)a->number[0];
    second = shortcut = c;
    second.stride = 1;
    second.act = shortcut.act = "none";
    shortcut.kernel = 1;
    y = convolution(a, convolution(a, x, c, part(a, "first")), second, part(a, "second"));
    if (c.stride != 1 || c.out != x.channels)
        x = convolution(a, x, shortcut, part(a, "shortcut"));
    if (!a->problem)
        *out = activation(a, add(a, y, x, part(a, "sum")), c.act, part(a, ""));
}

/* Three convolutions around a shortcut, the middle one on a quarter of the channels and with the stride, as
 * torchvision does. */
static void make_bottleneck(um_block_args *a, um_wire *out)
{
    conv c = conv_options(a, "relu"), first, last, shortcut;
    um_wire x = *out, y;
    if (!needs(a, out, UM_FORM_MAP))
        return;
    c.out = (int64_t)a->number[0];
    if (c.out % 4)
        a->problem = "channels must be a multiple of four";
    first = last = shortcut = c;
    c.out = first.out = c.out / 4;
    first.kernel = last.kernel = shortcut.kernel = 1;
    first.stride = last.stride = first.groups = last.groups = shortcut.groups = 1;
    last.act = shortcut.act = "none";
    y = convolution(a, convolution(a, x, first, part(a, "first")), c, part(a, "second"));
    y = convolution(a, y, last, part(a, "third"));
    if (c.stride != 1 || last.out != x.channels)
        x = convolution(a, x, shortcut, part(a, "shortcut"));
    if (!a->problem)
        *out = activation(a, add(a, y, x, part(a, "sum")), c.act, part(a, ""));
}

/* Inverted residual (Sandler et al. 2018, MobileNetV2). */
static void make_ir(um_block_args *a, um_wire *out)
{
    conv c = conv_options(a, "relu6"), grow, shrink;
    um_wire x = *out, y = x;
    int64_t expand = option_int(a, "expand", 6, 1, 64);
    if (!needs(a, out, UM_FORM_MAP))
        return;
    c.out = (int64_t)a->number[0];
    grow = shrink = c;
    grow.kernel = grow.stride = shrink.kernel = shrink.stride = 1;
    grow.out = expand * x.channels;
    shrink.act = "none";
    bool shortcut = c.stride == 1 && c.out == x.channels;
    if (expand > 1)
        y = convolution(a, y, grow, part(a, "grow"));
    c.out = c.groups = y.channels;
    y = convolution(a, y, c, part(a, "depth"));
    y = convolution(a, y, shrink, shortcut ? part(a, "shrink") : part(a, ""));
    if (!a->problem)
        *out = shortcut ? add(a, y, x, part(a, "")) : y;
}

/* A plain convolution with bias whose answers leave the network. */
static void make_head(um_block_args *a, um_wire *out)
{
    conv c = {.out = (int64_t)a->number[0],
              .kernel = option_int(a, "k", 1, 1, 31),
              .stride = 1,
              .groups = 1,
              .dilation = 1,
              .bias = true,
              .act = option(a, "act", "none"),
              .deviation = option_number(a, "std", .01, 0, 10),
              .prior = (float)option_number(a, "prior", 0, -100, 100)};
    if (needs(a, out, UM_FORM_MAP))
        *out = convolution(a, *out, c, part(a, ""));
}

static void pool(um_block_args *a, um_wire *out, const char *type)
{
    int64_t k = option_int(a, "k", 2, 1, 64), s = option_int(a, "s", k, 1, 64),
            p = option_int(a, "pad", 0, 0, 32);
    const int64_t kernel[2] = {k, k}, stride[2] = {s, s}, pads[4] = {p, p, p, p};
    if (2 * p > k) /* a window of nothing but padding has no largest value */
        a->problem = "pad is at most half of k";
    if (!needs(a, out, UM_FORM_MAP))
        return;
    out->value = um_build_node(a->build, type, a->name, 1, &out->value);
    um_build_ints(a->build, "kernel_shape", 2, kernel);
    um_build_ints(a->build, "strides", 2, stride);
    um_build_ints(a->build, "pads", 4, pads);
    int64_t *size[2] = {&out->height, &out->width};
    for (int i = 0; i < 2; i++) {
        if (*size[i] >= 0 && *size[i] + 2 * p < k)
            a->problem = "the window is larger than its input";
        if (*size[i] >= 0)
            *size[i] = (*size[i] + 2 * p - k) / s + 1;
    }
}

static void make_maxpool(um_block_args *a, um_wire *out)
{
    pool(a, out, "MaxPool");
}

static void make_avgpool(um_block_args *a, um_wire *out)
{
    pool(a, out, "AveragePool");
}

static void make_up(um_block_args *a, um_wire *out)
{
    const char *mode = option(a, "mode", "nearest");
    int64_t by = option_int(a, "by", 2, 2, 16), four = 4;
    const float scale[4] = {1, 1, (float)by, (float)by};
    if (strcmp(mode, "nearest") != 0 && strcmp(mode, "linear") != 0)
        a->problem = "mode is nearest or linear";
    if (!needs(a, out, UM_FORM_MAP))
        return;
    int in[3] = {out->value, -1, -1};
    in[2] = um_build_constant(a->build, part(a, "scales").text, UM_F32, 1, &four, scale);
    out->value = um_build_node(a->build, "Resize", a->name, 3, in);
    um_build_text(a->build, "mode", mode);
    bool nearest = !strcmp(mode, "nearest"); /* written out: some readers know no defaults */
    um_build_text(a->build, "coordinate_transformation_mode", nearest ? "asymmetric" : "half_pixel");
    if (nearest)
        um_build_text(a->build, "nearest_mode", "floor");
    out->height = out->height < 0 ? -1 : out->height * by;
    out->width = out->width < 0 ? -1 : out->width * by;
}

static void make_add(um_block_args *a, um_wire *out)
{
    const char *act = option(a, "act", "none");
    bool plain = !strcmp(act, "none");
    um_wire x = add(a, a->in[0], a->in[1], plain ? part(a, "") : part(a, "sum"));
    if (!a->problem)
        *out = activation(a, x, act, part(a, ""));
}

static void make_concat(um_block_args *a, um_wire *out)
{
    int in[UM_ARCH_ARGS];
    for (int i = 0; i < a->n_in; i++) {
        const um_wire *x = &a->in[i], *first = &a->in[0];
        in[i] = x->value;
        if (x->form != first->form || x->width != first->width ||
            (x->form == UM_FORM_ROWS ? x->channels != first->channels : x->height != first->height))
            a->problem = "the shapes to join do not fit";
        if (i && x->form != UM_FORM_ROWS)
            out->channels += x->channels;
        else if (i)
            out->height = out->height < 0 || x->height < 0 ? -1 : out->height + x->height;
    }
    out->value = um_build_node(a->build, "Concat", a->name, a->n_in, in);
    um_build_int(a->build, "axis", 1);
}

static void to_row(um_block_args *a, um_wire *out, int value, int64_t numbers)
{
    *out = (um_wire){.form = UM_FORM_ROW, .channels = numbers};
    out->value = um_build_node(a->build, "Flatten", a->name, 1, &value);
    um_build_int(a->build, "axis", 1);
}

static void make_gap(um_block_args *a, um_wire *out)
{
    if (needs(a, out, UM_FORM_MAP))
        to_row(a, out, um_build_node(a->build, "GlobalAveragePool", part(a, "mean").text, 1, &out->value),
               out->channels);
}

static void make_flatten(um_block_args *a, um_wire *out)
{
    if (out->form != UM_FORM_MAP || out->height < 0 || out->width < 0)
        a->problem = "only a map of known size can be flattened";
    else
        to_row(a, out, out->value, out->channels * out->height * out->width);
}

static void make_linear(um_block_args *a, um_wire *out)
{
    const char *act = option(a, "act", "none");
    double deviation = option_number(a, "std", 0, 0, 10);
    float prior = (float)option_number(a, "prior", 0, -100, 100);
    int64_t n = (int64_t)a->number[0];
    const int64_t dim[2] = {n, out->channels};
    if (!needs(a, out, UM_FORM_ROW))
        return;
    if (n < 1)
        a->problem = "needs at least one output";
    if (!affordable(a, n * out->channels))
        return;
    if (deviation == 0) /* He et al. 2015 before a ReLU, else Glorot and Bengio 2010 */
        deviation = sqrt((strcmp(act, "relu") ? 1. : 2.) / (double)out->channels);
    int in[3] = {out->value, um_build_weights(a->build, part(a, "weight").text, 2, dim, deviation),
                 um_build_filled(a->build, part(a, "bias").text, n, prior)};
    bool plain = !strcmp(act, "none");
    out->value = um_build_node(a->build, "Gemm", plain ? a->name : part(a, "product").text, 3, in);
    um_build_int(a->build, "transB", 1);
    out->channels = n;
    *out = activation(a, *out, act, part(a, ""));
}

static void make_act(um_block_args *a, um_wire *out)
{
    *out = activation(a, *out, option(a, "kind", "relu"), part(a, ""));
}

/* Among the channels of a map, else among the last numbers. */
static void make_softmax(um_block_args *a, um_wire *out)
{
    out->value = um_build_node(a->build, "Softmax", a->name, 1, &out->value);
    um_build_int(a->build, "axis", out->form == UM_FORM_MAP ? 1 : -1);
}

/* The answers of each cell as a row: [N, C, H, W] to [N, H W, C]. */
static void make_cells(um_block_args *a, um_wire *out)
{
    const int64_t perm[4] = {0, 2, 3, 1}, three = 3;
    if (!needs(a, out, UM_FORM_MAP))
        return;
    const int64_t shape[3] = {0, -1, out->channels};
    int in[2] = {um_build_node(a->build, "Transpose", part(a, "last").text, 1, &out->value), -1};
    um_build_ints(a->build, "perm", 4, perm);
    in[1] = um_build_constant(a->build, part(a, "shape").text, UM_I64, 1, &three, shape);
    out->value = um_build_node(a->build, "Reshape", a->name, 2, in);
    out->form = UM_FORM_ROWS;
    out->height = out->height < 0 || out->width < 0 ? -1 : out->height * out->width;
}

/* Where the weight of each map lies, x and y in 0..1 of the map: the mean position under the softmax of its
 * values (Nibali et al. 2018, "Numerical coordinate regression"). [N, C, H, W] to [N, C, 2]. */
static void make_centroid(um_block_args *a, um_wire *out)
{
    const int64_t three = 3;
    if (needs(a, out, UM_FORM_MAP) &&
        (out->height < 1 || out->width < 1 || out->height * out->width > 1 << 20))
        a->problem = "only maps of known size have a centroid";
    if (a->problem)
        return;
    int64_t h = out->height, w = out->width, dim[2] = {h * w, 2};
    const int64_t shape[3] = {0, out->channels, h * w};
    float *grid = um_calloc((size_t)(h * w), 2 * sizeof *grid);
    if (!grid) {
        a->build->status = um_fail_oom(a->build->err);
        return;
    }
    for (int64_t i = 0; i < h * w; i++) {
        grid[2 * i] = ((float)(i % w) + .5f) / (float)w;
        grid[2 * i + 1] = ((float)(i / w) + .5f) / (float)h;
    }
    int in[2] = {out->value, um_build_constant(a->build, part(a, "shape").text, UM_I64, 1, &three, shape)};
    in[0] = um_build_node(a->build, "Reshape", part(a, "flat").text, 2, in);
    in[0] = um_build_node(a->build, "Softmax", part(a, "weights").text, 1, in);
    um_build_int(a->build, "axis", -1);
    in[1] = um_build_fixed(a->build, part(a, "grid").text, 2, dim, grid);
    free(grid);
    out->value = um_build_node(a->build, "MatMul", a->name, 2, in);
    *out = (um_wire){.value = out->value, .form = UM_FORM_ROWS, .channels = 2, .height = out->channels};
}

/* [0, -1, last ...] etc.: the shape of a Reshape. */
static int reshaped(um_block_args *a, int value, label name, const int64_t *shape, int64_t rank)
{
    int in[2] = {value, um_build_constant(a->build, join(name, "shape").text, UM_I64, 1, &rank, shape)};
    return um_build_node(a->build, "Reshape", name.text, 2, in);
}

/* Channels weighed by what the whole map holds (Hu et al. 2018, "Squeeze-and-excitation networks"). */
static void make_excite(um_block_args *a, um_wire *out)
{
    um_build *b = a->build;
    const int64_t c = out->channels, inner = c / option_int(a, "by", 4, 1, 64);
    const int64_t squeeze[2] = {inner, c}, excite[2] = {c, inner}, shape[4] = {0, c, 1, 1};
    if (!needs(a, out, UM_FORM_MAP) || inner < 1)
        return;
    int mean = um_build_node(b, "GlobalAveragePool", part(a, "mean").text, 1, &out->value), in[3], both[2];
    in[0] = um_build_node(b, "Flatten", part(a, "row").text, 1, &mean);
    um_build_int(b, "axis", 1);
    in[1] = um_build_weights(b, part(a, "squeeze.weight").text, 2, squeeze, sqrt(2. / (double)c));
    in[2] = um_build_filled(b, part(a, "squeeze.bias").text, inner, 0);
    in[0] = um_build_node(b, "Gemm", part(a, "squeeze").text, 3, in);
    um_build_int(b, "transB", 1);
    in[0] = um_build_node(b, "Relu", part(a, "inner").text, 1, in);
    in[1] = um_build_weights(b, part(a, "excite.weight").text, 2, excite, sqrt(1. / (double)inner));
    in[2] = um_build_filled(b, part(a, "excite.bias").text, c, 0);
    in[0] = um_build_node(b, "Gemm", part(a, "excite").text, 3, in);
    um_build_int(b, "transB", 1);
    in[0] = um_build_node(b, "Sigmoid", part(a, "gate").text, 1, in);
    both[0] = out->value;
    both[1] = reshaped(a, in[0], part(a, "gates"), shape, 4);
    out->value = um_build_node(b, "Mul", a->name, 2, both);
}

static int of_two(um_block_args *a, const char *type, const char *name, int x, int y)
{
    const int in[2] = {x, y};
    return um_build_node(a->build, type, part(a, name).text, 2, in);
}

/* Columns of a map as moments of time: mean and deviation of all their numbers, weighed by an attention of
 * `hidden` units (Okabe et al. 2018, "Attentive statistics pooling", arXiv:1803.10963). [N, C, H, W] to
 * [N, 2 C H]. */
static void make_stats(um_block_args *a, um_wire *out)
{
    um_build *b = a->build;
    const int64_t hidden = option_int(a, "hidden", 32, 1, 4096), numbers = out->channels * out->height;
    const int64_t perm[4] = {0, 3, 2, 1}, rows[3] = {0, -1, numbers}, turn[3] = {0, 2, 1};
    const int64_t in_dim[2] = {numbers, hidden}, out_dim[2] = {hidden, 1};
    const float small = 1e-4f;
    if (!needs(a, out, UM_FORM_MAP))
        return;
    if (out->height < 1)
        a->problem = "only maps of known height have statistics";
    if (a->problem || !affordable(a, numbers * hidden))
        return;
    int x = um_build_node(b, "Transpose", part(a, "columns").text, 1, &out->value);
    um_build_ints(b, "perm", 4, perm);
    x = reshaped(a, x, part(a, "moments"), rows, 3);
    int at = um_build_weights(b, part(a, "look").text, 2, in_dim, sqrt(1. / (double)numbers));
    at = of_two(a, "MatMul", "looked", x, at);
    at = um_build_node(b, "Tanh", part(a, "seen").text, 1, &at);
    const int weigh = um_build_weights(b, part(a, "weigh").text, 2, out_dim, sqrt(1. / (double)hidden));
    at = of_two(a, "MatMul", "weighed", at, weigh);
    at = um_build_node(b, "Transpose", part(a, "turned").text, 1, &at);
    um_build_ints(b, "perm", 3, turn);
    at = um_build_node(b, "Softmax", part(a, "attention").text, 1, &at);
    um_build_int(b, "axis", -1);
    const int mean = of_two(a, "MatMul", "mean", at, x);
    const int squares = of_two(a, "MatMul", "squares", at, of_two(a, "Mul", "square", x, x));
    int spread = of_two(a, "Sub", "spread", squares, of_two(a, "Mul", "mean_square", mean, mean));
    spread = um_build_node(b, "Relu", part(a, "variance").text, 1, &spread);
    /* a constant: an initializer would learn */
    spread = of_two(a, "Add", "positive", spread, um_build_fixed(b, part(a, "small").text, 0, NULL, &small));
    spread = um_build_node(b, "Sqrt", part(a, "deviation").text, 1, &spread);
    const int both = of_two(a, "Concat", "both", mean, spread);
    um_build_int(b, "axis", 2);
    to_row(a, out, both, 2 * numbers);
}

static const um_block blocks[] = {
    {"input", 0, 0, 3, 3, make_input},
    {"conv", 1, 1, 1, 1, make_conv},
    {"dws", 1, 1, 1, 1, make_dws},
    {"residual", 1, 1, 1, 1, make_residual},
    {"bottleneck", 1, 1, 1, 1, make_bottleneck},
    {"ir", 1, 1, 1, 1, make_ir},
    {"head", 1, 1, 1, 1, make_head},
    {"maxpool", 1, 1, 0, 0, make_maxpool},
    {"avgpool", 1, 1, 0, 0, make_avgpool},
    {"up", 1, 1, 0, 0, make_up},
    {"add", 2, 2, 0, 0, make_add},
    {"concat", 2, 16, 0, 0, make_concat},
    {"gap", 1, 1, 0, 0, make_gap},
    {"flatten", 1, 1, 0, 0, make_flatten},
    {"linear", 1, 1, 1, 1, make_linear},
    {"act", 1, 1, 0, 0, make_act},
    {"softmax", 1, 1, 0, 0, make_softmax},
    {"cells", 1, 1, 0, 0, make_cells},
    {"centroid", 1, 1, 0, 0, make_centroid},
    {"excite", 1, 1, 0, 0, make_excite},
    {"stats", 1, 1, 0, 0, make_stats},
};

const um_block *um_block_find(const char *name)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (!strcmp(blocks[i].name, name))
            return &blocks[i];
    return NULL;
}
