/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loss_iou.c: overlap of boxes. A quantity and its derivatives by x0, y0, x1, y1 travel together. */
#include "train/loss.h"
#include <math.h>

static const double EPSILON = 1e-7;
enum { X0, Y0, X1, Y1, SIDES };

typedef struct value {
    double v, d[SIDES];
} value;

/* hi - lo, when positive, of an edge pair on one axis (0 = x, 1 = y); own_lo, own_hi: the edge is the
 * prediction's and moves with it. */
static value extent(double lo, double hi, bool own_lo, bool own_hi, int axis)
{
    value e = {0};
    if (hi > lo) {
        e.v = hi - lo;
        e.d[axis] = own_lo ? -1 : 0;
        e.d[axis + 2] = own_hi ? 1 : 0;
    }
    return e;
}

static value product(value a, value b)
{
    value p = {.v = a.v * b.v};
    for (int i = 0; i < SIDES; i++)
        p.d[i] = a.d[i] * b.v + a.v * b.d[i];
    return p;
}

static value sum(value a, double factor, value b)
{
    for (int i = 0; i < SIDES; i++)
        a.d[i] += factor * b.d[i];
    a.v += factor * b.v;
    return a;
}

static value ratio(value a, value b)
{
    double low = b.v + EPSILON;
    value r = {.v = a.v / low};
    for (int i = 0; i < SIDES; i++)
        r.d[i] = (a.d[i] * low - a.v * b.d[i]) / (low * low);
    return r;
}

static value centre_distance2(const float *b, const float *t)
{
    value r = {0};
    for (int axis = 0; axis < 2; axis++) {
        double d = ((double)b[axis] + b[axis + 2] - t[axis] - t[axis + 2]) / 2;
        r.v += d * d;
        r.d[axis] = r.d[axis + 2] = d;
    }
    return r;
}

/* alpha v of CIoU. d atan(w/h) = (h dw - w dh) / (w^2 + h^2) */
static value aspect(value w, value h, const float *t, double iou)
{
    double wt = (double)t[X1] - t[X0], ht = (double)t[Y1] - t[Y0];
    double gap = atan2(wt, ht + EPSILON) - atan2(w.v, h.v + EPSILON), k = 4 / (M_PI * M_PI);
    value v = {.v = k * gap * gap};
    double alpha = v.v / (1 - iou + v.v + EPSILON), hv = h.v + EPSILON, below = w.v * w.v + hv * hv;
    for (int i = 0; i < SIDES; i++)
        v.d[i] = -alpha * 2 * k * gap * (hv * w.d[i] - w.v * h.d[i]) / below;
    v.v *= alpha;
    return v;
}

static value box_loss(um_iou_kind kind, const float *b, const float *t)
{
    value size[2], inside[2], around[2], loss = {.v = 1};
    for (int a = 0; a < 2; a++) {
        bool low_in = b[a] > t[a], high_in = b[a + 2] < t[a + 2];
        size[a] = extent(b[a], b[a + 2], true, true, a);
        inside[a] = extent(low_in ? b[a] : t[a], high_in ? b[a + 2] : t[a + 2], low_in, high_in, a);
        around[a] = extent(low_in ? t[a] : b[a], high_in ? t[a + 2] : b[a + 2], !low_in, !high_in, a);
    }
    value common = product(inside[0], inside[1]);
    value all = sum(product(size[0], size[1]), -1, common);
    double wt = (double)t[X1] - t[X0], ht = (double)t[Y1] - t[Y0];
    all.v += wt > 0 && ht > 0 ? wt * ht : 0;
    value iou = ratio(common, all);
    loss = sum(loss, -1, iou);
    if (kind == UM_GIOU) {
        value hull = product(around[0], around[1]);
        loss = sum(loss, 1, ratio(sum(hull, -1, all), hull));
    } else if (kind == UM_DIOU || kind == UM_CIOU) {
        value diagonal2 = sum(product(around[0], around[0]), 1, product(around[1], around[1]));
        loss = sum(loss, 1, ratio(centre_distance2(b, t), diagonal2));
    }
    return kind == UM_CIOU ? sum(loss, 1, aspect(size[0], size[1], t, iou.v)) : loss;
}

double um_loss_iou(um_iou_kind kind, float *grad, const float *box, const float *t, const float *weight,
                   int64_t n, double scale)
{
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1;
        if (w == 0)
            continue;
        value loss = box_loss(kind, box + i * SIDES, t + i * SIDES);
        total += w * loss.v;
        for (int k = 0; grad && k < SIDES; k++)
            grad[i * SIDES + k] += (float)(scale * w * loss.d[k]);
    }
    return scale * total;
}
