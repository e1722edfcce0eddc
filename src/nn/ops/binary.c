/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators of two arrays with broadcasting, in any layout. PRelu is one of them: x < 0 ? x * slope : x. */
#include "nn/ops/ops.h"
#include <math.h>
#include <string.h>

typedef void loop_fn(void *y, const void *a, int64_t step_a, const void *b, int64_t step_b, int64_t n);

/* Steps of 0 and 1 get loops of their own: they are nearly all, and compilers vectorize them. */
#define EACH(in, out, get_a, get_b, expression) \
    UM_ELEMENTWISE                              \
    for (int64_t i = 0; i < n; i++) {           \
        in a = get_a, b = get_b;                \
        y[i] = (out)(expression);               \
    }
#define LOOP(name, in, out, expression)                                                            \
    UM_KERNEL(name, (void *yv, const void *av, int64_t sa, const void *bv, int64_t sb, int64_t n), \
              (yv, av, sa, bv, sb, n))                                                             \
    {                                                                                              \
        out *y = yv;                                                                               \
        const in *pa = av, *pb = bv;                                                               \
        if (sa == 1 && sb == 1) {                                                                  \
            EACH(in, out, pa[i], pb[i], expression)                                                \
        } else if (sa == 1 && sb == 0) {                                                           \
            EACH(in, out, pa[i], pb[0], expression)                                                \
        } else {                                                                                   \
            EACH(in, out, pa[i * sa], pb[i * sb], expression)                                      \
        }                                                                                          \
    }
/* Integers wrap around; a division by zero gives zero. */
#define ARITHMETIC(name, floats, ints)                          \
    LOOP(name##_f32, float, float, floats)                      \
    LOOP(name##_i64, int64_t, int64_t, ints(int64_t, uint64_t)) \
    LOOP(name##_i32, int32_t, int32_t, ints(int32_t, uint32_t)) \
    LOOP(name##_u8, uint8_t, uint8_t, ints(uint8_t, uint32_t))
#define ADD(t, u) (u) a + (u)b
#define SUB(t, u) (u) a - (u)b
#define MUL(t, u) (u) a *(u)b
#define DIV(t, u) !b ? 0 : (t)-1 < 0 && b == (t)-1 ? (t)(0 - (u)a) : a / b
#define MAX(t, u) a > b ? a : b
#define MIN(t, u) a < b ? a : b
ARITHMETIC(add, a + b, ADD)
ARITHMETIC(sub, a - b, SUB)
ARITHMETIC(mul, a *b, MUL)
ARITHMETIC(div, a / b, DIV)
ARITHMETIC(max, a > b || a != a ? a : b, MAX)
ARITHMETIC(min, a < b || a != a ? a : b, MIN)
#define COMPARE(name, op)                      \
    LOOP(name##_f32, float, uint8_t, a op b)   \
    LOOP(name##_i64, int64_t, uint8_t, a op b) \
    LOOP(name##_i32, int32_t, uint8_t, a op b) \
    LOOP(name##_u8, uint8_t, uint8_t, a op b)
COMPARE(equal, ==)
COMPARE(greater, >)
COMPARE(less, <)
LOOP(pow_f32, float, float, powf(a, b))
LOOP(prelu_f32, float, float, a < 0 ? a * b : a)

/* What each place gives to the gradient of an operand; g is the gradient of the result. */
#define BACK_EACH(get_a, get_b, expression)    \
    for (int64_t i = 0; i < k->n; i++) {       \
        float g = pg[i], a = get_a, b = get_b; \
        t[i] = (expression);                   \
        (void)a, (void)b;                      \
    }
#define BACK(name, expression)                                                              \
    UM_KERNEL(name, (float *restrict t, const um_tile *k), (t, k))                          \
    {                                                                                       \
        for (int64_t r = 0; r < k->rows; r++, t += k->n) {                                  \
            const float *restrict pg = k->g + r * k->n, *restrict pa = k->a + r * k->a_row, \
                                  *restrict pb = k->b + r * k->b_row;                       \
            if (k->a_step == 1 && k->b_step == 1) {                                         \
                BACK_EACH(pa[i], pb[i], expression)                                         \
            } else if (k->a_step == 1 && k->b_step == 0) {                                  \
                BACK_EACH(pa[i], pb[0], expression)                                         \
            } else {                                                                        \
                BACK_EACH(pa[i * k->a_step], pb[i * k->b_step], expression)                 \
            }                                                                               \
        }                                                                                   \
    }
BACK(back_neg, -g)
BACK(back_mul_a, g *b)
BACK(back_mul_b, g *a)
BACK(back_div_a, g / b)
BACK(back_div_b, -g *a / (b * b))
BACK(back_max_a, a > b ? g : a == b ? g * .5f : 0)
BACK(back_max_b, b > a ? g : a == b ? g * .5f : 0)
BACK(back_min_a, a < b ? g : a == b ? g * .5f : 0)
BACK(back_min_b, b < a ? g : a == b ? g * .5f : 0)
BACK(back_pow_a, b == 2 ? g * 2 * a : g * b * powf(a, b - 1))
BACK(back_pow_b, a > 0 ? g * powf(a, b) * logf(a) : 0)
BACK(back_prelu_a, a < 0 ? g * b : g)
BACK(back_prelu_b, a < 0 ? g * a : 0)

static const struct {
    const char *name;
    bool compare;
    loop_fn *loop[UM_BOOL + 1];
    um_tile_fn *back[2]; /* to the first and the second operand; NULL: passes on */
} loops[] = {
    {"Add", false, {add_f32, add_i64, add_i32, add_u8, NULL}, {NULL, NULL}},
    {"Sub", false, {sub_f32, sub_i64, sub_i32, sub_u8, NULL}, {NULL, back_neg}},
    {"Mul", false, {mul_f32, mul_i64, mul_i32, mul_u8, NULL}, {back_mul_a, back_mul_b}},
    {"Div", false, {div_f32, div_i64, div_i32, div_u8, NULL}, {back_div_a, back_div_b}},
    {"Max", false, {max_f32, max_i64, max_i32, max_u8, NULL}, {back_max_a, back_max_b}},
    {"Min", false, {min_f32, min_i64, min_i32, min_u8, NULL}, {back_min_a, back_min_b}},
    {"Equal", true, {equal_f32, equal_i64, equal_i32, equal_u8, equal_u8}, {NULL, NULL}},
    {"Greater", true, {greater_f32, greater_i64, greater_i32, greater_u8, NULL}, {NULL, NULL}},
    {"Less", true, {less_f32, less_i64, less_i32, less_u8, NULL}, {NULL, NULL}},
    {"Pow", false, {pow_f32}, {back_pow_a, back_pow_b}},
    {"PRelu", false, {prelu_f32}, {back_prelu_a, back_prelu_b}},
};

static int which(const um_call *c)
{
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (!strcmp(loops[i].name, c->op->name))
            return (int)i;
    return 0;
}

static um_status infer(um_call *c, um_error *err)
{
    const um_array *a = c->in[0];
    um_array *y = c->out[0];
    int k = which(c);
    if (c->n_in == 1) /* Max and Min of one array */
        return um_call_same(c, err);
    const um_array *b = c->in[1];
    if (a->dtype != b->dtype || !loops[k].loop[a->dtype])
        return um_call_fail(c, err, UM_EUNSUPPORTED, "these element types are not supported");
    if (!um_broadcast(a, b, y->dim, &y->rank))
        return um_call_fail(c, err, UM_EFORMAT, "the shapes do not fit");
    y->dtype = loops[k].compare ? UM_BOOL : a->dtype;
    if (!strcmp(c->op->name, "PRelu") &&
        (y->rank != a->rank || memcmp(y->dim, a->dim, sizeof(int64_t) * (size_t)a->rank)))
        return um_call_fail(c, err, UM_EFORMAT, "the slope does not fit");
    return UM_OK;
}

static void run(const um_call *c, loop_fn *loop)
{
    const um_array *a = c->in[0], *b = c->in[1];
    um_array *y = c->out[0];
    int64_t sy[UM_MAX_RANK], sa[UM_MAX_RANK], sb[UM_MAX_RANK], dim[UM_MAX_RANK], total = um_array_count(y);
    int order[UM_MAX_RANK], rank = 0, n = 0;
    int64_t stride[UM_MAX_RANK];
    if (!total)
        return;
    um_array_strides(y, stride);
    for (int i = 0; i < y->rank; i++) { /* dimensions in the order of the result's bytes */
        int k = rank;
        if (y->dim[i] == 1)
            continue;
        for (; k > 0 && stride[order[k - 1]] < stride[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
        rank++;
    }
    int64_t ba[UM_MAX_RANK], bb[UM_MAX_RANK];
    um_broadcast_strides(a, y->rank, y->dim, ba);
    um_broadcast_strides(b, y->rank, y->dim, bb);
    for (int k = 0; k < rank; k++) { /* neighbours that are one run in all three become one */
        int i = order[k];
        if (n && sy[n - 1] == stride[i] * y->dim[i] && sa[n - 1] == ba[i] * y->dim[i] &&
            sb[n - 1] == bb[i] * y->dim[i])
            dim[n - 1] *= y->dim[i];
        else
            dim[n++] = y->dim[i];
        sy[n - 1] = stride[i];
        sa[n - 1] = ba[i];
        sb[n - 1] = bb[i];
    }
    if (!n) {
        dim[0] = 1;
        sa[0] = sb[0] = sy[0] = 0;
        n = 1;
    }
    enum { PART = 4096 };
    size_t in_size = um_dtype_size(a->dtype), out_size = um_dtype_size(y->dtype);
    int64_t inner = dim[n - 1], parts = (inner + PART - 1) / PART, outer = total / inner * parts;
    for (int64_t k = 0; k < outer; k++) {
        int64_t first = k % parts * PART, rest = k / parts;
        int64_t oy = first * sy[n - 1], oa = first * sa[n - 1], ob = first * sb[n - 1];
        for (int i = n - 2; i >= 0; i--) {
            oy += rest % dim[i] * sy[i];
            oa += rest % dim[i] * sa[i];
            ob += rest % dim[i] * sb[i];
            rest /= dim[i];
        }
        loop((char *)y->data + (size_t)oy * out_size, (const char *)a->data + (size_t)oa * in_size, sa[n - 1],
             (const char *)b->data + (size_t)ob * in_size, sb[n - 1],
             inner - first < PART ? inner - first : PART);
    }
}

static um_status forward(um_call *c, um_error *err)
{
    um_act act;
    if (c->n_in == 1)
        return um_view_copy(c, err);
    if (c->in[0]->layout == UM_NHWC && c->op->as_act &&
        c->op->as_act(c, c->in[0]->dim[1], &act)) { /* PRelu: rows of slopes */
        um_act_apply(&act, c->out[0], c->in[0]);
        return UM_OK;
    }
    run(c, loops[which(c)].loop[c->in[0]->dtype]);
    return UM_OK;
}

static um_status backward(um_call *c, um_error *err)
{
    if (c->n_in == 1)
        return um_view_back(c, err);
    for (int i = 0; i < 2; i++)
        if (c->grad_in[i])
            um_broadcast_back(c->grad_in[i], c->grad_out[0], c->in[0], c->in[1], loops[which(c)].back[i]);
    return UM_OK;
}

/* [C, 1, 1]: one slope per channel of a map. */
static bool prelu_act(const um_call *c, int64_t channels, um_act *act)
{
    const um_array *s = c->in[1];
    if (!s->constant || um_array_count(s) != channels || c->in[0]->rank != 4 || s->rank < 3 ||
        s->dim[s->rank - 3] != channels)
        return false;
    *act = (um_act){.kind = UM_ACT_PRELU, .slope = s->data};
    return true;
}

#define BINARY(type, least, reads, parameters, act)                                          \
    {                                                                                        \
        .name = type, .min_in = least, .max_in = 2, .min_out = 1, .max_out = 1,              \
        .flags = UM_OP_FOLLOWS | UM_OP_IN_PLACE | reads, .infer = infer, .forward = forward, \
        .backward = backward, .learns = parameters, .as_act = act,                           \
    }
#define TEST(type)                                                                                  \
    {                                                                                               \
        .name = type, .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = UM_OP_FOLLOWS, \
        .infer = infer, .forward = forward,                                                         \
    }
const um_op um_ops_binary[] = {
    BINARY("Add", 2, 0, 3, NULL),
    BINARY("Sub", 2, 0, 0, NULL),
    BINARY("Mul", 2, UM_OP_BACK_IN, 3, NULL),
    BINARY("Div", 2, UM_OP_BACK_IN, 0, NULL),
    BINARY("Max", 1, UM_OP_BACK_IN, 0, NULL),
    BINARY("Min", 1, UM_OP_BACK_IN, 0, NULL),
    BINARY("Pow", 2, UM_OP_BACK_IN, 0, NULL),
    BINARY("PRelu", 2, UM_OP_BACK_IN, 1u << 1, prelu_act),
    TEST("Equal"),
    TEST("Greater"),
    TEST("Less"),
    {0},
};
