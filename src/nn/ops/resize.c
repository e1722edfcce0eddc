/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resize (nearest and linear) and its forerunner Upsample. Each axis has a table: two neighbours and a
 * weight. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct axis {
    int64_t *at;   /* first neighbour per output position */
    int64_t *next; /* second */
    float *weight; /* of the second */
} axis;

typedef struct resize {
    bool linear;
    axis axis[UM_MAX_RANK];
} resize;

static bool old_rules(const um_call *c) /* Upsample, and Resize of opset 10 */
{
    return !strcmp(c->op->name, "Upsample") || c->graph->opset < 11;
}

/* Output sizes and the scale along each axis. */
static um_status read_sizes(const um_call *c, int64_t *dim, double *scale, um_error *err)
{
    const um_array *x = c->in[0];
    const um_attr *attr = um_attr_find(c->node, "scales", UM_ATTR_FLOATS);
    int from = old_rules(c) ? 1 : 2, n;
    const float *scales = NULL;
    int64_t count = 0;
    if (um_has(c, from) && um_array_count(c->in[from])) {
        if (!c->in[from]->constant || c->in[from]->dtype != UM_F32)
            return um_call_fail(c, err, UM_EUNSUPPORTED, "scales must be floats known before running");
        scales = c->in[from]->data;
        count = um_array_count(c->in[from]);
    } else if (attr) {
        scales = attr->floats;
        count = (int64_t)attr->n;
    }
    if (!scales) {
        um_status st = um_call_ints(c, 3, NULL, dim, UM_MAX_RANK, &n, err);
        if (st < 0)
            return st;
        if (n != x->rank)
            return um_call_fail(c, err, UM_EFORMAT, "sizes do not fit");
    } else if (count != x->rank) {
        return um_call_fail(c, err, UM_EFORMAT, "scales do not fit");
    }
    for (int i = 0; i < x->rank; i++) {
        if (scales && (!(scales[i] > 0) || scales[i] > 65536))
            return um_call_fail(c, err, UM_EFORMAT, "scales out of range");
        if (scales)
            dim[i] = (int64_t)floor((double)x->dim[i] * (double)scales[i]);
        if (dim[i] < 1 || dim[i] > INT32_MAX || x->dim[i] < 1)
            return um_call_fail(c, err, UM_EFORMAT, "sizes out of range");
        scale[i] = scales ? (double)scales[i] : (double)dim[i] / (double)x->dim[i];
    }
    return UM_OK;
}

static um_status infer(um_call *c, um_error *err)
{
    double scale[UM_MAX_RANK];
    const char *mode = um_attr_text(c->node, "mode", "nearest");
    if (c->in[0]->dtype != UM_F32 || (strcmp(mode, "nearest") && strcmp(mode, "linear")))
        return um_call_fail(c, err, UM_EUNSUPPORTED,
                            "only nearest and linear modes over floats are supported");
    if (!strcmp(um_attr_text(c->node, "coordinate_transformation_mode", ""), "tf_crop_and_resize"))
        return um_call_fail(c, err, UM_EUNSUPPORTED, "tf_crop_and_resize is not supported");
    um_call_same(c, err);
    return read_sizes(c, c->out[0]->dim, scale, err);
}

static double source(const char *mode, int64_t pos, double scale, int64_t in, int64_t out)
{
    double x = (double)pos;
    if (!strcmp(mode, "align_corners"))
        return out > 1 ? x * (double)(in - 1) / ((double)in * scale - 1)
                       : 0; /* the unrounded size: as the standard */
    if (!strcmp(mode, "asymmetric"))
        return x / scale;
    if (!strcmp(mode, "tf_half_pixel_for_nn"))
        return (x + .5) / scale;
    if (!strcmp(mode, "pytorch_half_pixel") && out == 1)
        return 0;
    return (x + .5) / scale - .5;
}

static double round_as(const char *mode, double x)
{
    if (!strcmp(mode, "floor"))
        return floor(x);
    if (!strcmp(mode, "ceil"))
        return ceil(x);
    if (!strcmp(mode, "round_prefer_ceil"))
        return floor(x + .5);
    return ceil(x - .5);
}

static int64_t clamp(double x, int64_t n)
{
    return x < 0 ? 0 : x > (double)(n - 1) ? n - 1 : (int64_t)x;
}

static void release(void *state)
{
    resize *r = state;
    for (int i = 0; i < UM_MAX_RANK; i++) {
        free(r->axis[i].at);
        free(r->axis[i].next);
        free(r->axis[i].weight);
    }
    free(r);
}

static um_status prepare(um_call *c, um_error *err)
{
    const um_array *x = c->in[0], *y = c->out[0];
    double scale[UM_MAX_RANK];
    int64_t dim[UM_MAX_RANK];
    const char *where = um_attr_text(c->node, "coordinate_transformation_mode", "half_pixel");
    const char *rounding = um_attr_text(c->node, "nearest_mode", "round_prefer_floor");
    um_status st = read_sizes(c, dim, scale, err);
    if (st < 0)
        return st;
    if (old_rules(c)) {
        where = "asymmetric";
        rounding = "floor";
    }
    resize *r = c->state = um_calloc(1, sizeof *r);
    if (!r)
        return um_fail_oom(err);
    r->linear = !strcmp(um_attr_text(c->node, "mode", "nearest"), "linear");
    for (int i = 0; i < x->rank; i++) {
        axis *a = &r->axis[i];
        size_t n = (size_t)y->dim[i];
        a->at = um_calloc(n, sizeof *a->at);
        a->next = um_calloc(n, sizeof *a->next);
        a->weight = um_calloc(n, sizeof *a->weight);
        if (!a->at || !a->next || !a->weight)
            return um_fail_oom(err);
        for (int64_t k = 0; k < y->dim[i]; k++) {
            double p = source(where, k, scale[i], x->dim[i], y->dim[i]);
            bool same = x->dim[i] == y->dim[i] && scale[i] == 1;
            if (same || !r->linear) {
                a->at[k] = a->next[k] = same ? k : clamp(round_as(rounding, p), x->dim[i]);
                continue;
            }
            a->at[k] = clamp(floor(p), x->dim[i]);
            a->next[k] = clamp(floor(p) + 1, x->dim[i]);
            a->weight[k] = (float)(p - floor(p));
        }
    }
    return UM_OK;
}

UM_KERNEL(add_row, (float *restrict y, const float *restrict x, float w, int64_t n), (y, x, w, n))
{
    for (int64_t i = 0; i < n; i++)
        y[i] += w * x[i];
}

/* How the positions of the output map to the input; `run` values that follow each other at a time. */
typedef struct walk {
    const resize *r;
    const um_array *y;
    int64_t run, positions, from[UM_MAX_RANK], to[UM_MAX_RANK];
    int axes[UM_MAX_RANK], n;
} walk;

static walk walk_of(const um_call *c)
{
    const um_array *x = c->in[0], *y = c->out[0];
    walk w = {.r = c->state, .y = y, .run = 1};
    um_array_strides(x, w.from);
    um_array_strides(y, w.to);
    bool rows = y->layout == UM_NHWC && x->layout == UM_NHWC && x->dim[1] == y->dim[1];
    for (int i = 0; i < y->rank; i++)
        if (rows && i == 1)
            w.run = y->dim[i];
        else if (y->dim[i] > 1 || x->dim[i] > 1)
            w.axes[w.n++] = i;
    w.positions = um_array_count(y) / w.run;
    return w;
}

typedef struct corners { /* of one output position: their number, places in the input, weights */
    int n;
    int64_t y, x[1 << UM_MAX_RANK];
    float weight[1 << UM_MAX_RANK];
} corners;

static void find_corners(const walk *w, int64_t position, corners *k)
{
    k->n = 1;
    k->y = k->x[0] = 0;
    k->weight[0] = 1;
    for (int i = w->n - 1; i >= 0; i--) {
        const axis *a = &w->r->axis[w->axes[i]];
        int64_t at = position % w->y->dim[w->axes[i]], stride = w->from[w->axes[i]];
        position /= w->y->dim[w->axes[i]];
        k->y += at * w->to[w->axes[i]];
        float second = a->weight[at];
        for (int j = 0; j < k->n; j++) {
            k->x[k->n + j] = k->x[j] + a->next[at] * stride;
            k->weight[k->n + j] = k->weight[j] * second;
            k->x[j] += a->at[at] * stride;
            k->weight[j] *= 1 - second;
        }
        if (second != 0)
            k->n *= 2;
    }
}

static um_status forward(um_call *c, um_error *err)
{
    walk w = walk_of(c);
    const float *x = c->in[0]->data;
    corners k;
    for (int64_t p = 0; p < w.positions; p++) {
        find_corners(&w, p, &k);
        float *y = (float *)c->out[0]->data + k.y;
        if (k.n == 1) {
            memcpy(y, x + k.x[0], (size_t)w.run * sizeof *y);
            continue;
        }
        memset(y, 0, (size_t)w.run * sizeof *y);
        for (int i = 0; i < k.n; i++)
            add_row(y, x + k.x[i], k.weight[i], w.run);
    }
    return UM_OK;
}

static um_status backward(um_call *c, um_error *err)
{
    walk w = walk_of(c);
    float *gx = c->grad_in[0]->data;
    corners k;
    memset(gx, 0, um_array_bytes(c->grad_in[0]));
    for (int64_t p = 0; p < w.positions; p++) {
        find_corners(&w, p, &k);
        for (int i = 0; i < k.n; i++)
            add_row(gx + k.x[i], (const float *)c->grad_out[0]->data + k.y, k.weight[i], w.run);
    }
    return UM_OK;
}

const um_op um_op_resize = {
    .name = "Resize",
    .min_in = 1,
    .max_in = 4,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_WANTS_NHWC,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
    .release = release,
    .known_in = 7u << 1,
    .backward = backward,
};
const um_op um_op_upsample = {
    .name = "Upsample",
    .min_in = 1,
    .max_in = 2,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_WANTS_NHWC,
    .infer = infer,
    .prepare = prepare,
    .forward = forward,
    .release = release,
    .known_in = 7u << 1,
    .backward = backward,
};
