/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.c: the sliding window of convolution and pooling, read from attributes and checked. */
#include "nn/window.h"
#include <string.h>

enum { MAX_STEP = 1 << 16 };

static um_status attr(const um_call *c, const char *name, int64_t *out, int n, int64_t low, bool *given,
                      um_error *err)
{
    int count;
    um_status st = um_call_ints(c, -1, name, out, n, &count, err);
    if (st < 0)
        return st;
    *given = count >= 0;
    if (count >= 0 && count != n)
        return um_call_fail(c, err, UM_EFORMAT, "attribute %s has %d numbers instead of %d", name, count, n);
    for (int i = 0; i < count; i++)
        if (out[i] < low || out[i] > MAX_STEP)
            return um_call_fail(c, err, UM_EFORMAT, "attribute %s out of range", name);
    return UM_OK;
}

um_status um_window_read(const um_call *c, const int64_t *kernel, um_window *w, um_error *err)
{
    const um_array *x = c->in[0];
    const char *automatic = um_attr_text(c->node, "auto_pad", "NOTSET");
    bool round_up = um_attr_int(c->node, "ceil_mode", 0) != 0;
    int64_t pads[2 * UM_SPATIAL] = {0};
    bool given, has_pads;
    um_status st;
    *w = (um_window){.n = x->rank - 2};
    if (w->n < 1)
        return um_call_fail(c, err, UM_EFORMAT, "needs a batch and a channel dimension before others");
    for (int i = 0; i < w->n; i++)
        w->stride[i] = w->dilation[i] = 1;
    if ((st = attr(c, "kernel_shape", w->kernel, w->n, 1, &given, err)) < 0)
        return st;
    if (!kernel && !given)
        return um_call_fail(c, err, UM_EFORMAT, "attribute kernel_shape is missing");
    for (int i = 0; kernel && i < w->n; i++) {
        if ((given && w->kernel[i] != kernel[i]) || kernel[i] < 1 || kernel[i] > MAX_STEP)
            return um_call_fail(c, err, UM_EFORMAT, "kernel_shape does not fit the weights");
        w->kernel[i] = kernel[i];
    }
    if ((st = attr(c, "strides", w->stride, w->n, 1, &given, err)) < 0 ||
        (st = attr(c, "dilations", w->dilation, w->n, 1, &given, err)) < 0 ||
        (st = attr(c, "pads", pads, 2 * w->n, 0, &has_pads, err)) < 0)
        return st;
    for (int i = 0; i < w->n; i++) {
        int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
        w->in[i] = x->dim[i + 2];
        if (!strncmp(automatic, "SAME", 4)) {
            w->out[i] = (w->in[i] + w->stride[i] - 1) / w->stride[i];
            int64_t pad = (w->out[i] - 1) * w->stride[i] + reach - w->in[i];
            pad = pad < 0 ? 0 : pad;
            w->pad_lo[i] = !strcmp(automatic, "SAME_LOWER") ? pad - pad / 2 : pad / 2;
            w->pad_hi[i] = pad - w->pad_lo[i];
            continue;
        }
        if (!strcmp(automatic, "NOTSET")) {
            w->pad_lo[i] = pads[i];
            w->pad_hi[i] = pads[i + w->n];
        } else if (strcmp(automatic, "VALID")) {
            return um_call_fail(c, err, UM_EFORMAT, "unknown auto_pad");
        }
        int64_t room = w->in[i] + w->pad_lo[i] + w->pad_hi[i] - reach;
        if (room < 0)
            return um_call_fail(c, err, UM_EFORMAT, "the window is larger than its input");
        w->out[i] = (room + (round_up ? w->stride[i] - 1 : 0)) / w->stride[i] + 1;
        /* no window starts in the padding behind the input */
        if (round_up && w->out[i] > 1 && (w->out[i] - 1) * w->stride[i] >= w->in[i] + w->pad_lo[i])
            w->out[i]--;
    }
    return UM_OK;
}
