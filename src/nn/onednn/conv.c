/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conv.c: convolutions and matrix products by oneDNN. */
#include "nn/onednn/common.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* One engine is enough for all convolutions of a network. */
typedef struct engine_pack {
    um_pack base;
    dnnl_engine_t engine;
} engine_pack;

typedef struct weights_pack {
    um_pack base;
    dnnl_engine_t engine; /* of an engine_pack */
    dnnl_memory_t w;
    int64_t groups;
} weights_pack;

struct um_dnnl_conv {
    um_packs own; /* where there is no network to keep them */
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    dnnl_memory_t x, w, b, y, scratch; /* w: of a pack. scratch: oneDNN would share one per creating thread */
};

int um_omp_alone(void)
{
    int threads_before = omp_get_max_threads();
    omp_set_num_threads(1); /* of the calling thread only */
    return threads_before;
}

void um_omp_restore(int threads_before)
{
    omp_set_num_threads(threads_before);
}

um_status um_dnnl_fail(um_error *err, dnnl_status_t status)
{
    if (status == dnnl_out_of_memory)
        return um_fail_oom(err);
    return status == dnnl_unimplemented
               ? um_fail(err, UM_EUNSUPPORTED, "no fast convolution of this shape")
               : um_fail(err, UM_EINTERNAL, "oneDNN failed with status %d", (int)status);
}

static dnnl_status_t add_act(dnnl_primitive_attr_t attr, const um_act *act)
{
    dnnl_post_ops_t ops;
    if (act->kind == UM_ACT_NONE)
        return dnnl_success;
    dnnl_status_t st = dnnl_post_ops_create(&ops);
    if (st)
        return st;
    if (act->kind == UM_ACT_SIGMOID)
        st = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_logistic, 0, 0);
    else if (act->kind == UM_ACT_LEAKY)
        st = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, act->a, 0);
    else if (act->a == 0 && isinf(act->b))
        st = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0);
    else
        st = dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, act->a, act->b);
    if (!st)
        st = dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
    return st;
}

dnnl_status_t um_conv_descs_init(um_conv_descs *d, const um_conv_shape *s)
{
    const um_window *w = &s->w;
    const dnnl_dims_t xd = {s->batch, s->in_channels, w->in[0], w->in[1]},
                      yd = {s->batch, s->out_channels, w->out[0], w->out[1]}, bd = {s->out_channels},
                      wd = {s->out_channels, s->in_channels / s->groups, w->kernel[0], w->kernel[1]},
                      gd = {s->groups, s->out_channels / s->groups, s->in_channels / s->groups, w->kernel[0],
                            w->kernel[1]};
    dnnl_status_t st;
    if ((st = dnnl_memory_desc_init_by_tag(&d->x, 4, xd, dnnl_f32, dnnl_nhwc)) ||
        (st = dnnl_memory_desc_init_by_tag(&d->y, 4, yd, dnnl_f32, dnnl_nhwc)) ||
        (st = dnnl_memory_desc_init_by_tag(&d->b, 1, bd, dnnl_f32, dnnl_x)))
        return st;
    return s->groups > 1 ? dnnl_memory_desc_init_by_tag(&d->w, 5, gd, dnnl_f32, dnnl_format_tag_any)
                         : dnnl_memory_desc_init_by_tag(&d->w, 4, wd, dnnl_f32, dnnl_format_tag_any);
}

dnnl_status_t um_dnnl_choose(dnnl_primitive_desc_t *out, const void *desc, dnnl_primitive_attr_t attr,
                             dnnl_engine_t engine, dnnl_primitive_desc_t hint)
{
    dnnl_primitive_desc_iterator_t it = NULL;
    dnnl_status_t st;
    *out = NULL;
    for (st = dnnl_primitive_desc_iterator_create(&it, desc, attr, engine, hint); !st;
         st = dnnl_primitive_desc_iterator_next(it)) {
        const char *name = NULL;
        dnnl_primitive_desc_t pd = dnnl_primitive_desc_iterator_fetch(it);
        if (!pd)
            break;
        if (!dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) && name &&
            !strstr(name, "ref")) {
            *out = pd;
            break;
        }
        dnnl_primitive_desc_destroy(pd);
    }
    dnnl_primitive_desc_iterator_destroy(it);
    return *out ? dnnl_success : st == dnnl_out_of_memory ? st : dnnl_unimplemented;
}

static dnnl_status_t choose(dnnl_primitive_desc_t *out, const um_conv_shape *s, bool bias,
                            dnnl_engine_t engine)
{
    const um_window *w = &s->w;
    um_conv_descs d;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t st;
    const dnnl_dims_t dilation = {w->dilation[0] - 1, w->dilation[1] - 1},
                      stride = {w->stride[0], w->stride[1]}, low = {w->pad_lo[0], w->pad_lo[1]},
                      high = {w->pad_hi[0], w->pad_hi[1]};
    *out = NULL;
    if (!(st = um_conv_descs_init(&d, s)) &&
        !(st = dnnl_dilated_convolution_forward_desc_init(
              &desc, dnnl_forward_inference, dnnl_convolution_direct, &d.x, &d.w, bias ? &d.b : NULL, &d.y,
              stride, dilation, low, high)) &&
        !(st = dnnl_primitive_attr_create(&attr)) &&
        !(st = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user)) &&
        !(st = add_act(attr, &s->act)))
        st = um_dnnl_choose(out, &desc, attr, engine, NULL);
    dnnl_primitive_attr_destroy(attr);
    return st;
}

static void engine_free(um_pack *pack)
{
    dnnl_engine_destroy(((engine_pack *)pack)->engine);
    free(pack);
}

static void weights_free(um_pack *pack)
{
    dnnl_memory_destroy(((weights_pack *)pack)->w);
    free(pack);
}

static dnnl_status_t find_engine(dnnl_engine_t *out, um_packs *packs)
{
    um_pack *p = packs->first;
    while (p && p->free != engine_free)
        p = p->next;
    engine_pack *e = (engine_pack *)p;
    if (!e) {
        if (!(e = um_calloc(1, sizeof *e)))
            return dnnl_out_of_memory;
        dnnl_status_t st = dnnl_engine_create(&e->engine, dnnl_cpu, 0);
        if (st) {
            free(e);
            return st;
        }
        e->base.free = engine_free;
        um_packs_add(packs, &e->base);
    }
    *out = e->engine;
    return dnnl_success;
}

static const dnnl_memory_desc_t *md_of(dnnl_memory_t memory)
{
    const dnnl_memory_desc_t *md = NULL;
    return dnnl_memory_get_memory_desc(memory, &md) ? NULL : md;
}

static dnnl_status_t plain_md(dnnl_memory_desc_t *out, const dnnl_memory_desc_t *like, int64_t groups)
{
    return dnnl_memory_desc_init_by_tag(out, like->ndims, like->dims, dnnl_f32,
                                        groups > 1 ? dnnl_abcde : dnnl_abcd);
}

static dnnl_status_t reorder(dnnl_engine_t engine, dnnl_memory_t from, dnnl_memory_t to)
{
    dnnl_stream_t stream = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t p = NULL;
    dnnl_status_t st;
    if (!(st = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags)) &&
        !(st = dnnl_reorder_primitive_desc_create(&pd, md_of(from), engine, md_of(to), engine, NULL)) &&
        !(st = dnnl_primitive_create(&p, pd))) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        if (!(st = dnnl_primitive_execute(p, stream, 2, args)))
            st = dnnl_stream_wait(stream);
    }
    dnnl_primitive_destroy(p);
    dnnl_primitive_desc_destroy(pd);
    dnnl_stream_destroy(stream);
    return st;
}

static weights_pack *find_pack(const um_packs *packs, const um_node *node, const um_node *norm,
                               const dnnl_memory_desc_t *md)
{
    um_pack *p = packs->first;
    while (p && !(p->free == weights_free && p->node == node && p->norm == norm &&
                  (!md || dnnl_memory_desc_equal(md, md_of(((weights_pack *)p)->w)))))
        p = p->next;
    return (weights_pack *)p;
}

/* Weights in the order a primitive wants, made once. */
static dnnl_status_t pack_weights(dnnl_memory_t *out, um_packs *packs, const um_conv_shape *s,
                                  const um_conv_weights *weights, const dnnl_memory_desc_t *md,
                                  dnnl_engine_t engine)
{
    weights_pack *pack = find_pack(packs, weights->node, weights->norm, md);
    dnnl_memory_desc_t from;
    dnnl_memory_t plain = NULL;
    dnnl_status_t st = dnnl_success;
    if (pack) {
        *out = pack->w;
        return dnnl_success;
    }
    const float *values = weights->plain(weights->user, NULL);
    if (!values || !(pack = um_calloc(1, sizeof *pack)))
        return dnnl_out_of_memory;
    void *data;
    memcpy(&data, &values, sizeof data); /* only read */
    pack->base =
        (um_pack){.node = weights->node, .norm = weights->norm, .free = weights_free, .can_unpack = true};
    pack->engine = engine;
    pack->groups = s->groups;
    if (!(st = plain_md(&from, md, s->groups)) && !(st = dnnl_memory_create(&plain, &from, engine, data)) &&
        !(st = dnnl_memory_create(&pack->w, md, engine, DNNL_MEMORY_ALLOCATE)))
        st = reorder(engine, plain, pack->w);
    dnnl_memory_destroy(plain);
    if (st) {
        weights_free(&pack->base);
        return st;
    }
    um_packs_add(packs, &pack->base);
    *out = pack->w;
    return dnnl_success;
}

um_status um_dnnl_unpack(const um_packs *packs, const um_node *node, const um_node *norm, float *to,
                         um_error *err)
{
    const weights_pack *pack = packs ? find_pack(packs, node, norm, NULL) : NULL;
    dnnl_memory_desc_t md;
    dnnl_memory_t plain = NULL;
    if (!pack)
        return um_fail(err, UM_EINTERNAL, "weights that are gone");
    dnnl_status_t st = plain_md(&md, md_of(pack->w), pack->groups);
    if (!st && !(st = dnnl_memory_create(&plain, &md, pack->engine, to)))
        st = reorder(pack->engine, pack->w, plain);
    dnnl_memory_destroy(plain);
    return st ? um_dnnl_fail(err, st) : UM_OK;
}

/* A memory object whose place is told later, or is `data`. */
static dnnl_status_t handle(dnnl_memory_t *out, dnnl_primitive_desc_t pd, dnnl_query_t what, int i,
                            dnnl_engine_t engine, void *data)
{
    return dnnl_memory_create(out, dnnl_primitive_desc_query_md(pd, what, i), engine, data);
}

um_status um_dnnl_conv_new(um_dnnl_conv **out, const um_conv_shape *s, const um_conv_weights *weights,
                           const float *bias, um_error *err)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t st;
    *out = NULL;
    um_dnnl_conv *c = um_calloc(1, sizeof *c);
    if (!c)
        return um_fail_oom(err);
    um_packs *packs = weights->packs ? weights->packs : &c->own;
    void *bias_data;
    memcpy(&bias_data, &bias, sizeof bias_data); /* only read */
    if ((st = find_engine(&c->engine, packs)) ||
        (st = dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags)) ||
        (st = choose(&pd, s, bias != NULL, c->engine)) || (st = dnnl_primitive_create(&c->primitive, pd)) ||
        (st = pack_weights(&c->w, packs, s, weights,
                           dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0), c->engine)) ||
        (st = handle(&c->x, pd, dnnl_query_src_md, 0, c->engine, DNNL_MEMORY_NONE)) ||
        (st = handle(&c->y, pd, dnnl_query_dst_md, 0, c->engine, DNNL_MEMORY_NONE)) ||
        (bias && (st = handle(&c->b, pd, dnnl_query_weights_md, 1, c->engine, bias_data))))
        goto done;
    const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    if (scratch && dnnl_memory_desc_get_size(scratch))
        st = handle(&c->scratch, pd, dnnl_query_scratchpad_md, 0, c->engine, DNNL_MEMORY_NONE);
done:
    dnnl_primitive_desc_destroy(pd);
    if (!st) {
        *out = c;
        return UM_OK;
    }
    um_dnnl_conv_free(&c);
    return um_dnnl_fail(err, st);
}

size_t um_dnnl_conv_scratch(const um_dnnl_conv *conv)
{
    return conv->scratch ? dnnl_memory_desc_get_size(md_of(conv->scratch)) : 0;
}

um_status um_dnnl_conv_run(um_dnnl_conv *c, const float *x, float *y, void *scratch, um_error *err)
{
    void *data;
    memcpy(&data, &x, sizeof data); /* only read */
    dnnl_status_t st;
    dnnl_exec_arg_t args[5] = {{DNNL_ARG_SRC, c->x}, {DNNL_ARG_WEIGHTS, c->w}, {DNNL_ARG_DST, c->y}};
    int n = 3;
    if (c->b)
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, c->b};
    if (c->scratch)
        args[n++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, c->scratch};
    if ((st = dnnl_memory_set_data_handle(c->x, data)) || (st = dnnl_memory_set_data_handle(c->y, y)) ||
        (c->scratch && (st = dnnl_memory_set_data_handle(c->scratch, scratch))) ||
        (st = dnnl_primitive_execute(c->primitive, c->stream, n, args)) || (st = dnnl_stream_wait(c->stream)))
        return um_dnnl_fail(err, st);
    return UM_OK;
}

void um_dnnl_conv_free(um_dnnl_conv **conv)
{
    if (!conv || !*conv)
        return;
    um_dnnl_conv *c = *conv;
    dnnl_memory_destroy(c->x);
    dnnl_memory_destroy(c->y);
    dnnl_memory_destroy(c->b);
    dnnl_memory_destroy(c->scratch);
    dnnl_primitive_destroy(c->primitive);
    dnnl_stream_destroy(c->stream);
    um_packs_free(&c->own);
    free(c);
    *conv = NULL;
}

um_status um_dnnl_gemm(bool a_transposed, bool b_transposed, int64_t m, int64_t n, int64_t k, float alpha,
                       const float *a, const float *b, float beta, float *c, um_error *err)
{
    dnnl_status_t st = dnnl_sgemm(a_transposed ? 'T' : 'N', b_transposed ? 'T' : 'N', m, n, k, alpha, a,
                                  a_transposed ? m : k, b, b_transposed ? k : n, beta, c, n);
    return st ? um_dnnl_fail(err, st) : UM_OK;
}
