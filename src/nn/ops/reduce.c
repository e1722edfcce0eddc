/* ReduceMean, ReduceSum, ReduceMax, ReduceMin over any axes, in any layout. */
#include "nn/ops/ops.h"
#include <math.h>
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

UM_FAST static void rows_into(float *y, const float *x, int64_t n, kind k)
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

static um_status forward(um_call *c, um_error *err)
{
    const um_array *x = c->in[0];
    um_array *y = c->out[0];
    bool reduced[UM_MAX_RANK];
    int64_t sx[UM_MAX_RANK], sy[UM_MAX_RANK] = {0}, own[UM_MAX_RANK], n = um_array_count(y);
    um_status st = read_axes(c, reduced, err);
    if (st < 0)
        return st;
    kind k = which(c);
    float *to = y->data, start = k == MAX ? -INFINITY : k == MIN ? INFINITY : 0;
    for (int64_t i = 0; i < n; i++)
        to[i] = start;
    if (!um_array_count(x))
        return UM_OK;
    um_array_strides(x, sx);
    um_array_strides(y, own);
    for (int i = 0, o = 0; i < x->rank; i++) {
        if (!reduced[i])
            sy[i] = own[o];
        o += !reduced[i] || y->rank == x->rank;
    }
    int order[UM_MAX_RANK] = {0}, rank = x->rank; /* dimensions in the order of the input's bytes */
    for (int i = 0; i < rank; i++) {
        int j = i;
        for (; j > 0 && sx[order[j - 1]] < sx[i]; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    int last = rank ? order[rank - 1] : 0;
    int64_t inner = rank ? x->dim[last] : 1, outer = um_array_count(x) / inner;
    for (int64_t o = 0; o < outer; o++) {
        int64_t rest = o, fx = 0, fy = 0;
        for (int i = rank - 2; i >= 0; i--) {
            int d = order[i];
            fx += rest % x->dim[d] * sx[d];
            fy += rest % x->dim[d] * sy[d];
            rest /= x->dim[d];
        }
        const float *from = (const float *)x->data + fx;
        if (!rank || reduced[last])
            run_into(to + fy, from, inner, k);
        else if (sy[last] == 1)
            rows_into(to + fy, from, inner, k);
        else
            for (int64_t i = 0; i < inner; i++)
                run_into(to + fy + i * sy[last], from + i, 1, k);
    }
    if (k == MEAN && n) {
        float f = (float)((double)n / (double)um_array_count(x));
        for (int64_t i = 0; i < n; i++)
            to[i] *= f;
    }
    return UM_OK;
}

#define REDUCE(id, name) \
    const um_op um_op_##id = {name, 1, 2, 1, 1, UM_OP_FOLLOWS, infer, NULL, NULL, forward, NULL, 1u << 1};
REDUCE(reducemean, "ReduceMean")
REDUCE(reducesum, "ReduceSum")
REDUCE(reducemax, "ReduceMax")
REDUCE(reducemin, "ReduceMin")
