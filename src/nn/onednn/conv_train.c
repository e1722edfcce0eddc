/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onednn_train.c: convolution with weights that change: forward, and the two backward passes. */
#include "nn/onednn/common.h"
#include <stdlib.h>
#include <string.h>

/* One direction: its primitive, and the weights (or their gradient) in the order it wants. They are brought
 * into that order for each call, since they change with each step, so all convolutions of a plan share one
 * place. */
typedef struct pass {
    dnnl_primitive_t primitive;
    dnnl_memory_t scratch, w, plain; /* w NULL: the plain order will do */
    size_t scratch_at;               /* behind w in the scratch memory of the plan */
    dnnl_primitive_t reorder;        /* plain to w; for the weights' gradient w to plain */
} pass;

struct um_dnnl_conv_train {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_memory_t x, y, b; /* also of their gradients: the same shapes */
    um_scratch *shared;
    pass forward, back_data, back_weights;
};

static dnnl_status_t with_data(dnnl_memory_t m, const float *p)
{
    void *data;
    memcpy(&data, &p, sizeof data); /* sources are only read */
    return dnnl_memory_set_data_handle(m, data);
}

static dnnl_status_t make_reorder(pass *s, dnnl_memory_t from, dnnl_memory_t to)
{
    dnnl_primitive_desc_t pd = NULL;
    const dnnl_memory_desc_t *f, *t;
    dnnl_engine_t engine;
    dnnl_status_t st;
    if ((st = dnnl_memory_get_memory_desc(from, &f)) || (st = dnnl_memory_get_memory_desc(to, &t)) ||
        (st = dnnl_memory_get_engine(from, &engine)) ||
        (st = dnnl_reorder_primitive_desc_create(&pd, f, engine, t, engine, NULL)))
        return st;
    st = dnnl_primitive_create(&s->reorder, pd);
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* `weights`: which memory of the descriptor is the weights, or their gradient. */
static dnnl_status_t make_pass(um_dnnl_conv_train *c, pass *s, const um_conv_shape *shape,
                               dnnl_primitive_desc_t pd, dnnl_query_t weights, bool writes_weights)
{
    dnnl_memory_desc_t plain;
    dnnl_status_t st;
    const dnnl_memory_desc_t *want = dnnl_primitive_desc_query_md(pd, weights, 0),
                             *scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    if ((st = dnnl_primitive_create(&s->primitive, pd)) ||
        (st = dnnl_memory_desc_init_by_tag(&plain, want->ndims, want->dims, dnnl_f32,
                                           shape->groups > 1 ? dnnl_abcde : dnnl_abcd)) ||
        (st = dnnl_memory_create(&s->plain, &plain, c->engine, DNNL_MEMORY_NONE)))
        return st;
    if (!dnnl_memory_desc_equal(&plain, want)) {
        if ((st = dnnl_memory_create(&s->w, want, c->engine, DNNL_MEMORY_NONE)) ||
            (st = writes_weights ? make_reorder(s, s->w, s->plain) : make_reorder(s, s->plain, s->w)))
            return st;
        s->scratch_at = (dnnl_memory_desc_get_size(want) + 63) / 64 * 64;
    }
    size_t bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
    if (bytes && (st = dnnl_memory_create(&s->scratch, scratch, c->engine, DNNL_MEMORY_NONE)))
        return st;
    return um_scratch_fit(c->shared, s->scratch_at + bytes, NULL) < 0 ? dnnl_out_of_memory : dnnl_success;
}

/* Places of this pass in the scratch memory, which other convolutions have used since. */
static dnnl_status_t settle(um_dnnl_conv_train *c, pass *s)
{
    char *at = c->shared->data;
    dnnl_status_t st = s->w ? dnnl_memory_set_data_handle(s->w, at) : dnnl_success;
    return st || !s->scratch ? st : dnnl_memory_set_data_handle(s->scratch, at + s->scratch_at);
}

static dnnl_status_t make(um_dnnl_conv_train *c, const um_conv_shape *s, bool bias)
{
    const um_window *w = &s->w;
    um_conv_descs d;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t fwd = NULL, data = NULL, weights = NULL;
    const dnnl_dims_t dilation = {w->dilation[0] - 1, w->dilation[1] - 1},
                      stride = {w->stride[0], w->stride[1]}, low = {w->pad_lo[0], w->pad_lo[1]},
                      high = {w->pad_hi[0], w->pad_hi[1]};
    dnnl_status_t st;
    if ((st = um_conv_descs_init(&d, s)) || (st = dnnl_primitive_attr_create(&attr)) ||
        (st = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user)))
        goto done;
    if ((st = dnnl_dilated_convolution_forward_desc_init(
             &desc, dnnl_forward_training, dnnl_convolution_direct, &d.x, &d.w, bias ? &d.b : NULL, &d.y,
             stride, dilation, low, high)) ||
        (st = um_dnnl_choose(&fwd, &desc, attr, c->engine, NULL)) ||
        (st = make_pass(c, &c->forward, s, fwd, dnnl_query_weights_md, false)))
        goto done;
    if ((st = dnnl_dilated_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &d.x, &d.w,
                                                               &d.y, stride, dilation, low, high)) ||
        (st = um_dnnl_choose(&data, &desc, attr, c->engine, fwd)) ||
        (st = make_pass(c, &c->back_data, s, data, dnnl_query_weights_md, false)))
        goto done;
    if ((st = dnnl_dilated_convolution_backward_weights_desc_init(&desc, dnnl_convolution_direct, &d.x, &d.w,
                                                                  bias ? &d.b : NULL, &d.y, stride, dilation,
                                                                  low, high)) ||
        (st = um_dnnl_choose(&weights, &desc, attr, c->engine, fwd)) ||
        (st = make_pass(c, &c->back_weights, s, weights, dnnl_query_diff_weights_md, true)))
        goto done;
    if ((st = dnnl_memory_create(&c->x, &d.x, c->engine, DNNL_MEMORY_NONE)) ||
        (st = dnnl_memory_create(&c->y, &d.y, c->engine, DNNL_MEMORY_NONE)) ||
        (bias && (st = dnnl_memory_create(&c->b, &d.b, c->engine, DNNL_MEMORY_NONE))))
        goto done;
done:
    dnnl_primitive_desc_destroy(fwd);
    dnnl_primitive_desc_destroy(data);
    dnnl_primitive_desc_destroy(weights);
    dnnl_primitive_attr_destroy(attr);
    return st;
}

um_status um_dnnl_conv_train_new(um_dnnl_conv_train **out, const um_conv_shape *shape, bool bias,
                                 um_scratch *scratch, um_error *err)
{
    dnnl_status_t st;
    *out = NULL;
    um_dnnl_conv_train *c = um_calloc(1, sizeof *c);
    if (!c)
        return um_fail_oom(err);
    c->shared = scratch;
    if (!(st = dnnl_engine_create(&c->engine, dnnl_cpu, 0)) &&
        !(st = dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags)) &&
        !(st = make(c, shape, bias))) {
        *out = c;
        return UM_OK;
    }
    um_dnnl_conv_train_free(&c);
    return um_dnnl_fail(err, st);
}

static dnnl_status_t run(um_dnnl_conv_train *c, dnnl_primitive_t p, pass *s, dnnl_exec_arg_t *args, int n)
{
    if (s->scratch)
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, s->scratch};
    dnnl_status_t st = dnnl_primitive_execute(p, c->stream, n, args);
    return st ? st : dnnl_stream_wait(c->stream);
}

/* The weights as this pass wants them. */
static dnnl_status_t bring(um_dnnl_conv_train *c, pass *s, const float *weights)
{
    dnnl_status_t st = with_data(s->plain, weights);
    if (st || (st = settle(c, s)) || !s->w)
        return st;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, s->plain}, {DNNL_ARG_TO, s->w}};
    return (st = dnnl_primitive_execute(s->reorder, c->stream, 2, args)) ? st : dnnl_stream_wait(c->stream);
}

um_status um_dnnl_conv_train_forward(um_dnnl_conv_train *c, const float *x, const float *weights,
                                     const float *bias, float *y, um_error *err)
{
    dnnl_status_t st;
    pass *s = &c->forward;
    dnnl_exec_arg_t args[5] = {
        {DNNL_ARG_SRC, c->x}, {DNNL_ARG_DST, c->y}, {DNNL_ARG_WEIGHTS, s->w ? s->w : s->plain}};
    int n = 3;
    if (c->b)
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, c->b};
    if ((st = with_data(c->x, x)) || (st = with_data(c->y, y)) || (c->b && (st = with_data(c->b, bias))) ||
        (st = bring(c, s, weights)) || (st = run(c, s->primitive, s, args, n)))
        return um_dnnl_fail(err, st);
    return UM_OK;
}

um_status um_dnnl_conv_train_back_data(um_dnnl_conv_train *c, const float *gy, const float *weights,
                                       float *gx, um_error *err)
{
    dnnl_status_t st;
    pass *s = &c->back_data;
    dnnl_exec_arg_t args[4] = {
        {DNNL_ARG_DIFF_DST, c->y}, {DNNL_ARG_DIFF_SRC, c->x}, {DNNL_ARG_WEIGHTS, s->w ? s->w : s->plain}};
    if ((st = with_data(c->y, gy)) || (st = with_data(c->x, gx)) || (st = bring(c, s, weights)) ||
        (st = run(c, s->primitive, s, args, 3)))
        return um_dnnl_fail(err, st);
    return UM_OK;
}

um_status um_dnnl_conv_train_back_weights(um_dnnl_conv_train *c, const float *x, const float *gy, float *gw,
                                          float *gb, um_error *err)
{
    dnnl_status_t st;
    pass *s = &c->back_weights;
    dnnl_exec_arg_t args[5] = {
        {DNNL_ARG_SRC, c->x}, {DNNL_ARG_DIFF_DST, c->y}, {DNNL_ARG_DIFF_WEIGHTS, s->w ? s->w : s->plain}};
    int n = 3;
    if (c->b)
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_DIFF_BIAS, c->b};
    if ((st = with_data(c->x, x)) || (st = with_data(c->y, gy)) || (c->b && (st = with_data(c->b, gb))) ||
        (st = with_data(s->plain, gw)) || (st = settle(c, s)) || (st = run(c, s->primitive, s, args, n)))
        return um_dnnl_fail(err, st);
    if (s->w) {
        const dnnl_exec_arg_t back[] = {{DNNL_ARG_FROM, s->w}, {DNNL_ARG_TO, s->plain}};
        if ((st = dnnl_primitive_execute(s->reorder, c->stream, 2, back)) ||
            (st = dnnl_stream_wait(c->stream)))
            return um_dnnl_fail(err, st);
    }
    return UM_OK;
}

static void free_pass(pass *s)
{
    dnnl_primitive_destroy(s->primitive);
    dnnl_primitive_destroy(s->reorder);
    dnnl_memory_destroy(s->scratch);
    dnnl_memory_destroy(s->w);
    dnnl_memory_destroy(s->plain);
}

void um_dnnl_conv_train_free(um_dnnl_conv_train **conv)
{
    if (!conv || !*conv)
        return;
    um_dnnl_conv_train *c = *conv;
    free_pass(&c->forward);
    free_pass(&c->back_data);
    free_pass(&c->back_weights);
    dnnl_memory_destroy(c->x);
    dnnl_memory_destroy(c->y);
    dnnl_memory_destroy(c->b);
    dnnl_stream_destroy(c->stream);
    dnnl_engine_destroy(c->engine);
    free(c);
    *conv = NULL;
}
