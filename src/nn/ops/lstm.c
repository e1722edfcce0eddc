/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LSTM (Hochreiter & Schmidhuber 1997; peepholes: Gers & Schmidhuber 2000), as ONNX has it, with its usual
 * activations; no gradient passes it.
 *
 *     i, o, f = sigmoid(W x + R h + b + P c)    o sees the new c
 *     c = f c + i tanh(W x + R h + b)
 *     h = o tanh(c)
 */
#include "nn/ops/ops.h"
#include <math.h>
#include <string.h>

enum { X, W, R, B, LENGTHS, FIRST_H, FIRST_C, P };
enum { GATE_I, GATE_O, GATE_F, GATE_C, GATES };

/* Only what is there by default. */
static bool is_usual(const um_node *node)
{
    static const char *const other[] = {"activations", "activation_alpha", "activation_beta", "clip"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        for (int k = 0; k < node->n_attrs; k++)
            if (!strcmp(node->attrs[k].name, other[i]))
                return false;
    return !um_attr_int(node, "input_forget", 0) && !um_attr_int(node, "layout", 0);
}

static bool is_shaped(const um_call *c, int input, int rank, int64_t a, int64_t b, int64_t d)
{
    const int64_t dim[] = {a, b, d};
    return !um_has(c, input) || (c->in[input]->dtype == UM_F32 && c->in[input]->rank == rank &&
                                 !memcmp(c->in[input]->dim, dim, (size_t)rank * sizeof *dim));
}

static int64_t directions(const um_call *c)
{
    return !strcmp(um_attr_text(c->node, "direction", "forward"), "bidirectional") ? 2 : 1;
}

static void shape_output(um_call *c, int output, int rank, const int64_t *dim)
{
    if (output >= c->n_out || !c->out[output])
        return;
    c->out[output]->dtype = UM_F32;
    c->out[output]->rank = rank;
    memcpy(c->out[output]->dim, dim, (size_t)rank * sizeof *dim);
}

static um_status infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[X], *r = c->in[R];
    const char *direction = um_attr_text(c->node, "direction", "forward");
    if (!is_usual(c->node) || um_has(c, LENGTHS))
        return um_call_fail(c, err, UM_EUNSUPPORTED,
                            "activations, clip, layout or lengths are not supported");
    if (strcmp(direction, "forward") != 0 && strcmp(direction, "reverse") != 0 && directions(c) != 2)
        return um_call_fail(c, err, UM_EFORMAT, "an unknown direction");
    if (x->dtype != UM_F32 || x->rank != 3 || r->rank != 3)
        return um_call_fail(c, err, UM_EFORMAT, "three dimensions of float are needed");
    const int64_t n = directions(c), batch = x->dim[1], wide = x->dim[2], hidden = r->dim[2];
    if (hidden < 1 || hidden > INT32_MAX / GATES || !is_shaped(c, W, 3, n, GATES * hidden, wide) ||
        !is_shaped(c, R, 3, n, GATES * hidden, hidden) || !is_shaped(c, B, 2, n, 2 * GATES * hidden, 0) ||
        !is_shaped(c, FIRST_H, 3, n, batch, hidden) || !is_shaped(c, FIRST_C, 3, n, batch, hidden) ||
        !is_shaped(c, P, 2, n, 3 * hidden, 0))
        return um_call_fail(c, err, UM_EFORMAT, "shapes do not fit");
    shape_output(c, 0, 4, (const int64_t[]){x->dim[0], n, batch, hidden});
    shape_output(c, 1, 3, (const int64_t[]){n, batch, hidden});
    shape_output(c, 2, 3, (const int64_t[]){n, batch, hidden});
    c->macs = x->dim[0] * batch * n * GATES * hidden * (wide + hidden);
    return UM_OK;
}

static um_status prepare(um_call *c, um_error *err)
{
    const int64_t hidden = c->in[R]->dim[2];
    return um_scratch_fit(c->scratch, (size_t)(GATES + 2) * (size_t)hidden * sizeof(float), err);
}

static float sigmoid(float x)
{
    return 1 / (1 + expf(-x));
}

UM_KERNEL_OF(float, dot, (const float *a, const float *b, int64_t n), (a, b, n))
{
    enum { LANES = 16 };
    float s[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            s[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (int k = 0; k < LANES; k++)
        sum += s[k];
    return sum;
}

/* One direction and one sequence of the batch. */
typedef struct cell {
    int64_t wide, hidden;
    const float *w, *r, *b, *p; /* b, p: NULL when there are none */
    float *gate, *h, *c;
} cell;

static void step(const cell *l, const float *x)
{
    const int64_t n = l->hidden;
    for (int64_t k = 0; k < GATES * n; k++) {
        l->gate[k] = dot(l->w + k * l->wide, x, l->wide) + dot(l->r + k * n, l->h, n);
        l->gate[k] += l->b ? l->b[k] + l->b[GATES * n + k] : 0;
    }
    for (int64_t k = 0; k < n; k++) {
        float *g = l->gate + k, before = l->c[k];
        const float in = sigmoid(g[GATE_I * n] + (l->p ? l->p[k] * before : 0));
        const float keep = sigmoid(g[GATE_F * n] + (l->p ? l->p[2 * n + k] * before : 0));
        l->c[k] = keep * before + in * tanhf(g[GATE_C * n]);
        const float out = sigmoid(g[GATE_O * n] + (l->p ? l->p[n + k] * l->c[k] : 0));
        l->h[k] = out * tanhf(l->c[k]);
    }
}

static void begin(float *to, const um_call *c, int input, int64_t row, int64_t n)
{
    if (um_has(c, input))
        memcpy(to, (const float *)c->in[input]->data + row * n, (size_t)n * sizeof *to);
    else
        memset(to, 0, (size_t)n * sizeof *to);
}

static void put(const um_call *c, int output, int64_t row, const float *from, int64_t n)
{
    if (output < c->n_out && c->out[output])
        memcpy((float *)c->out[output]->data + row * n, from, (size_t)n * sizeof *from);
}

static um_status forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[X];
    const int64_t length = x->dim[0], batch = x->dim[1], wide = x->dim[2], n = c->in[R]->dim[2];
    const int64_t n_directions = directions(c);
    const bool reverse = !strcmp(um_attr_text(c->node, "direction", "forward"), "reverse");
    float *scratch = c->scratch->data;
    for (int64_t d = 0; d < n_directions; d++) {
        cell l = {.wide = wide,
                  .hidden = n,
                  .w = (const float *)c->in[W]->data + d * GATES * n * wide,
                  .r = (const float *)c->in[R]->data + d * GATES * n * n,
                  .b = um_has(c, B) ? (const float *)c->in[B]->data + d * 2 * GATES * n : NULL,
                  .p = um_has(c, P) ? (const float *)c->in[P]->data + d * 3 * n : NULL,
                  .gate = scratch,
                  .h = scratch + GATES * n,
                  .c = scratch + (GATES + 1) * n};
        for (int64_t s = 0; s < batch; s++) {
            begin(l.h, c, FIRST_H, d * batch + s, n);
            begin(l.c, c, FIRST_C, d * batch + s, n);
            for (int64_t i = 0; i < length; i++) {
                const int64_t t = reverse || d ? length - 1 - i : i;
                step(&l, (const float *)x->data + (t * batch + s) * wide);
                put(c, 0, (t * n_directions + d) * batch + s, l.h, n);
            }
            put(c, 1, d * batch + s, l.h, n);
            put(c, 2, d * batch + s, l.c, n);
        }
    }
    return UM_OK;
}

const um_op um_op_lstm = {
    .name = "LSTM",
    .min_in = 3,
    .max_in = 8,
    .min_out = 0,
    .max_out = 3,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
};
