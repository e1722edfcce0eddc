/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ReduceMean, ReduceSum, ReduceMax, ReduceMin over any axes, in any layout. */
#include "nn/ops/ops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static um_status read_axes(const um_call *c, bool *reduced, um_error *err)
{
    int64_t axes[UM_MAX_RANK];
    int n;
    um_status st = um_call_ints(c, 1, "axes", axes, UM_MAX_RANK, &n, err);
    if (st < 0)
        return st;
    bool nothing = um_attr_int(c->node, "noop_with_empty_axes", 0) != 0;
    for (int i = 0; i < c->in[0]->rank; i++)
        reduced[i] = n <= 0 && !nothing;
    for (int i = 0; i < n; i++) {
        if (!um_axis(&axes[i], c->in[0]->rank))
            return um_call_fail(c, err, UM_EFORMAT, "axis out of range");
        reduced[axes[i]] = true;
    }
    return UM_OK;
}

static um_status infer(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    um_array *y = c->out[0];
    bool reduced[UM_MAX_RANK], keep = um_attr_int(c->node, "keepdims", 1) != 0;
    if (x->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    um_status st = read_axes(c, reduced, err);
    if (st < 0)
        return st;
    y->dtype = UM_F32;
    y->rank = 0;
    for (int i = 0; i < x->rank; i++)
        if (!reduced[i])
            y->dim[y->rank++] = x->dim[i];
        else if (keep)
            y->dim[y->rank++] = 1;
    return UM_OK;
}

typedef enum kind { SUM, MEAN, MAX, MIN } kind;

static kind which(const um_call *c)
{
    const char *what = c->op->name + strlen("Reduce");
    return !strcmp(what, "Sum") ? SUM : !strcmp(what, "Mean") ? MEAN : !strcmp(what, "Max") ? MAX : MIN;
}

UM_KERNEL(rows_into, (float *y, const float *x, int64_t n, kind k), (y, x, n, k))
{
    if (k == MAX)
        for (int64_t i = 0; i < n; i++)
            y[i] = x[i] > y[i] ? x[i] : y[i];
    else if (k == MIN)
        for (int64_t i = 0; i < n; i++)
            y[i] = x[i] < y[i] ? x[i] : y[i];
    else
        for (int64_t i = 0; i < n; i++)
            y[i] += x[i];
}

static void run_into(float *y, const float *x, int64_t n, kind k)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        float v = x[i];
        sum += v;
        if ((k == MAX && v > *y) || (k == MIN && v < *y))
            *y = v;
    }
    if (k == SUM || k == MEAN)
        *y += (float)sum;
}

/* Runs along the innermost dimension of the input's bytes, and where each goes in the result. */
typedef struct walk {
    int rank, order[UM_MAX_RANK]; /* dimensions in the order of the input's bytes */
    int64_t dim[UM_MAX_RANK], sx[UM_MAX_RANK], sy[UM_MAX_RANK];
    int64_t inner, outer, step; /* of the result along a run: 0 when it is reduced */
} walk;

static um_status walk_of(const um_call *c, walk *w, um_error *err)
{
    const um_array *x = c->in[0], *y = c->out[0];
    bool reduced[UM_MAX_RANK];
    int64_t own[UM_MAX_RANK];
    um_status st = read_axes(c, reduced, err);
    *w = (walk){.rank = x->rank, .inner = 1};
    if (st < 0)
        return st;
    memcpy(w->dim, x->dim, sizeof w->dim);
    um_array_strides(x, w->sx);
    um_array_strides(y, own);
    for (int i = 0, o = 0; i < x->rank; i++) {
        if (!reduced[i])
            w->sy[i] = own[o];
        o += !reduced[i] || y->rank == x->rank;
    }
    for (int i = 0; i < x->rank; i++) {
        int j = i;
        for (; j > 0 && w->sx[w->order[j - 1]] < w->sx[i]; j--)
            w->order[j] = w->order[j - 1];
        w->order[j] = i;
    }
    if (x->rank) {
        w->inner = x->dim[w->order[x->rank - 1]];
        w->step = w->sy[w->order[x->rank - 1]];
    }
    w->outer = w->inner ? um_array_count(x) / w->inner : 0;
    return UM_OK;
}

static void find_run(const walk *w, int64_t run, int64_t *x, int64_t *y)
{
    *x = *y = 0;
    for (int i = w->rank - 2; i >= 0; i--) {
        int d = w->order[i];
        *x += run % w->dim[d] * w->sx[d];
        *y += run % w->dim[d] * w->sy[d];
        run /= w->dim[d];
    }
}

static um_status forward(um_call *c, um_error *err)
{
    walk w;
    kind k = which(c);
    float *y = c->out[0]->data, start = k == MAX ? -INFINITY : k == MIN ? INFINITY : 0;
    int64_t n = um_array_count(c->out[0]), fx, fy;
    um_status st = walk_of(c, &w, err);
    if (st < 0)
        return st;
    for (int64_t i = 0; i < n; i++)
        y[i] = start;
    for (int64_t o = 0; o < w.outer; o++) {
        find_run(&w, o, &fx, &fy);
        const float *x = (const float *)c->in[0]->data + fx;
        if (w.step == 0)
            run_into(y + fy, x, w.inner, k);
        else if (w.step == 1)
            rows_into(y + fy, x, w.inner, k);
        else
            for (int64_t i = 0; i < w.inner; i++)
                run_into(y + fy + i * w.step, x + i, 1, k);
    }
    if (k == MEAN && n && w.outer) {
        float f = (float)((double)n / (double)um_array_count(c->in[0]));
        for (int64_t i = 0; i < n; i++)
            y[i] *= f;
    }
    return UM_OK;
}

/* Training of a maximum or minimum: several inputs that hold it share the gradient. */
static um_status prepare(um_call *c, um_error *err)
{
    if (c->grad_in && !(c->state = um_calloc((size_t)um_array_count(c->out[0]), sizeof(float))))
        return um_fail_oom(err);
    return UM_OK;
}

static void count_ties(const um_call *c, const walk *w)
{
    float *count = c->state;
    int64_t fx, fy;
    if (um_array_bytes(c->out[0]))
        memset(count, 0, um_array_bytes(c->out[0]));
    for (int64_t o = 0; o < w->outer; o++) {
        find_run(w, o, &fx, &fy);
        const float *x = (const float *)c->in[0]->data + fx, *y = (const float *)c->out[0]->data + fy;
        for (int64_t i = 0; i < w->inner; i++)
            count[fy + i * w->step] += x[i] == y[i * w->step];
    }
}

/* gx = f g, one g for all or one each */
UM_KERNEL(back_sum, (float *restrict gx, const float *restrict g, float f, int64_t n, int64_t step),
          (gx, g, f, n, step))
{
    if (step == 0)
        for (int64_t i = 0; i < n; i++)
            gx[i] = f * g[0];
    else if (step == 1)
        for (int64_t i = 0; i < n; i++)
            gx[i] = f * g[i];
    else
        for (int64_t i = 0; i < n; i++)
            gx[i] = f * g[i * step];
}

UM_KERNEL(back_extreme,
          (float *restrict gx, const float *restrict g, const float *restrict count, const float *restrict x,
           const float *restrict y, int64_t n, int64_t step),
          (gx, g, count, x, y, n, step))
{
    for (int64_t i = 0; i < n; i++)
        gx[i] = x[i] == y[i * step] ? g[i * step] / count[i * step] : 0;
}

static um_status backward(um_call *c, um_error *err)
{
    walk w;
    kind k = which(c);
    int64_t n = um_array_count(c->in[0]), fx, fy;
    um_status st = walk_of(c, &w, err);
    if (st < 0 || !n)
        return st;
    float f = k == MEAN ? (float)((double)um_array_count(c->out[0]) / (double)n) : 1;
    const float *x = c->in[0]->data, *y = c->out[0]->data, *count = c->state, *g = c->grad_out[0]->data;
    if (k == MAX || k == MIN)
        count_ties(c, &w);
    for (int64_t o = 0; o < w.outer; o++) {
        find_run(&w, o, &fx, &fy);
        float *gx = (float *)c->grad_in[0]->data + fx;
        if (k == MAX || k == MIN)
            back_extreme(gx, g + fy, count + fy, x + fx, y + fy, w.inner, w.step);
        else
            back_sum(gx, g + fy, f, w.inner, w.step);
    }
    return UM_OK;
}

#define REDUCE(id, type)        \
    const um_op um_op_##id = {  \
        .name = type,           \
        .min_in = 1,            \
        .max_in = 2,            \
        .min_out = 1,           \
        .max_out = 1,           \
        .flags = UM_OP_FOLLOWS, \
        .infer = infer,         \
        .forward = forward,     \
        .known_in = 1u << 1,    \
        .backward = backward,   \
    };
#define EXTREME(id, type)                                        \
    const um_op um_op_##id = {                                   \
        .name = type,                                            \
        .min_in = 1,                                             \
        .max_in = 2,                                             \
        .min_out = 1,                                            \
        .max_out = 1,                                            \
        .flags = UM_OP_FOLLOWS | UM_OP_BACK_IN | UM_OP_BACK_OUT, \
        .infer = infer,                                          \
        .prepare = prepare,                                      \
        .forward = forward,                                      \
        .release = free,                                         \
        .known_in = 1u << 1,                                     \
        .backward = backward,                                    \
    };
REDUCE(reducemean, "ReduceMean")
REDUCE(reducesum, "ReduceSum")
EXTREME(reducemax, "ReduceMax")
EXTREME(reducemin, "ReduceMin")
