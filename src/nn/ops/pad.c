/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pad: pads and value are attributes up to opset 10, inputs after. */
#include "nn/ops/ops.h"
#include <string.h>

enum { PAD_MOST = 1 << 24 };
typedef enum pad_mode { PAD_CONSTANT, PAD_EDGE, PAD_REFLECT } pad_mode;

static um_status read_pads(const um_call *c, int64_t *low, int64_t *high, pad_mode *mode, um_error *err)
{
    const um_array *x = c->in[0];
    int64_t pads[2 * UM_MAX_RANK], axes[UM_MAX_RANK];
    int n, n_axes;
    um_status st;
    const char *text = um_attr_text(c->node, "mode", "constant");
    *mode = !strcmp(text, "constant") ? PAD_CONSTANT : !strcmp(text, "edge") ? PAD_EDGE : PAD_REFLECT;
    if (*mode == PAD_REFLECT && strcmp(text, "reflect"))
        return um_call_fail(c, err, UM_EUNSUPPORTED, "this mode is not supported");
    if ((st = um_call_ints(c, 1, "pads", pads, 2 * UM_MAX_RANK, &n, err)) < 0 ||
        (st = um_call_ints(c, 3, NULL, axes, UM_MAX_RANK, &n_axes, err)) < 0)
        return st;
    int count = n_axes >= 0 ? n_axes : x->rank;
    if (n != 2 * count)
        return um_call_fail(c, err, UM_EFORMAT, "pads do not fit");
    memset(low, 0, UM_MAX_RANK * sizeof *low);
    memset(high, 0, UM_MAX_RANK * sizeof *high);
    for (int i = 0; i < count; i++) {
        int64_t a = n_axes >= 0 ? axes[i] : i;
        if (!um_axis(&a, x->rank))
            return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
        const int64_t most = *mode == PAD_REFLECT ? x->dim[a] - 1 : PAD_MOST;
        if (pads[i] < -x->dim[a] || pads[i] > most || pads[i + count] < -x->dim[a] ||
            pads[i + count] > most || (*mode == PAD_EDGE && !x->dim[a]))
            return um_call_fail(c, err, UM_EFORMAT, "pads out of range");
        low[a] = pads[i];
        high[a] = pads[i + count];
    }
    return UM_OK;
}

static um_status pad_infer(um_call *c, um_error *err)
{
    int64_t low[UM_MAX_RANK], high[UM_MAX_RANK];
    pad_mode mode;
    um_status st = read_pads(c, low, high, &mode, err);
    if (st < 0)
        return st;
    um_call_same(c, err);
    if (um_has(c, 2) && (c->in[2]->dtype != c->in[0]->dtype || um_array_count(c->in[2]) != 1))
        return um_call_fail(c, err, UM_EFORMAT, "the value must be one number of the same type");
    if (!um_has(c, 2) && c->in[0]->dtype != UM_F32 && um_attr_float(c->node, "value", 0) != 0)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "a value for integers is not supported");
    for (int i = 0; i < c->in[0]->rank; i++)
        c->out[0]->dim[i] += low[i] + high[i];
    return UM_OK;
}

typedef struct pad {
    pad_mode mode;
    bool grows; /* the usual case: the whole input inside a constant */
    int64_t low[UM_MAX_RANK], from[UM_MAX_RANK], to[UM_MAX_RANK], start;
} pad;

static um_status read_pad(const um_call *c, pad *p, um_error *err)
{
    int64_t high[UM_MAX_RANK];
    um_status st = read_pads(c, p->low, high, &p->mode, err);
    if (st < 0)
        return st;
    um_array_strides(c->in[0], p->from);
    um_array_strides(c->out[0], p->to);
    p->grows = p->mode == PAD_CONSTANT;
    p->start = 0;
    for (int i = 0; i < c->in[0]->rank; i++) {
        p->grows = p->grows && p->low[i] >= 0 && high[i] >= 0;
        p->start += p->low[i] * p->to[i];
    }
    return UM_OK;
}

/* Which input value an output position shows along one axis; -1 = the constant. */
static int64_t pad_source(int64_t pos, int64_t n, pad_mode mode)
{
    if (pos >= 0 && pos < n)
        return pos;
    if (mode == PAD_CONSTANT)
        return -1;
    if (mode == PAD_EDGE)
        return pos < 0 ? 0 : n - 1;
    pos = pos < 0 ? -pos : 2 * (n - 1) - pos;
    return pos < 0 ? 0 : pos >= n ? n - 1 : pos;
}

/* The offset in the output of position k, and in the input of the value it shows; false: the constant. */
static bool pad_find(const um_call *c, const pad *p, int64_t k, int64_t *source, int64_t *target)
{
    bool inside = true;
    *source = *target = 0;
    for (int i = c->out[0]->rank - 1; i >= 0; i--) {
        int64_t n = c->out[0]->dim[i], pos = k % n,
                s = pad_source(pos - p->low[i], c->in[0]->dim[i], p->mode);
        k /= n;
        inside = inside && s >= 0;
        *source += s * p->from[i];
        *target += pos * p->to[i];
    }
    return inside;
}

static um_status pad_forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    um_array *y = c->out[0];
    pad p;
    int64_t total = um_array_count(y);
    um_status st = read_pad(c, &p, err);
    if (st < 0)
        return st;
    char fill[8] = {0};
    size_t size = um_dtype_size(y->dtype);
    float value = (float)um_attr_float(c->node, "value", 0);
    memcpy(fill, um_has(c, 2) ? c->in[2]->data : (const void *)&value, size);
    if (p.grows) { /* fill, then copy the whole input */
        static const char zero[8];
        if (total && !memcmp(fill, zero, size))
            memset(y->data, 0, (size_t)total * size);
        else
            for (int64_t i = 0; i < total; i++)
                memcpy((char *)y->data + (size_t)i * size, fill, size);
        um_copy_strided((char *)y->data + (size_t)p.start * size, p.to, x->data, p.from, x->dim, x->rank,
                        size);
        return UM_OK;
    }
    for (int64_t k = 0; k < total; k++) {
        int64_t source, target;
        bool inside = pad_find(c, &p, k, &source, &target);
        memcpy((char *)y->data + (size_t)target * size,
               inside ? (const char *)x->data + (size_t)source * size : fill, size);
    }
    return UM_OK;
}

static um_status pad_backward(um_call *c, um_error *err)
{
    float *gx = c->grad_in[0] ? c->grad_in[0]->data : NULL;
    const um_array *g = c->grad_out[0];
    pad p;
    int64_t total = um_array_count(g), source, target;
    um_status st = read_pad(c, &p, err);
    if (st == UM_OK && um_has(c, 2) && c->grad_in[2])
        st = um_call_fail(c, err, UM_EUNSUPPORTED, "the value of a padding cannot learn");
    if (st < 0)
        return st;
    if (p.grows) {
        um_copy_strided(gx, p.from, (const float *)g->data + p.start, p.to, c->in[0]->dim, c->in[0]->rank,
                        sizeof *gx);
        return UM_OK;
    }
    if (um_array_bytes(c->in[0]))
        memset(gx, 0, um_array_bytes(c->in[0]));
    for (int64_t k = 0; k < total; k++)
        if (pad_find(c, &p, k, &source, &target))
            gx[source] += ((const float *)g->data)[target];
    return UM_OK;
}

const um_op um_op_pad = {
    .name = "Pad",
    .min_in = 1,
    .max_in = 4,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_FOLLOWS,
    .infer = pad_infer,
    .forward = pad_forward,
    .known_in = 1u << 1 | 1u << 3,
    .backward = pad_backward,
};
