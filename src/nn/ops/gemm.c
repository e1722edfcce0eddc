/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gemm and MatMul over oneDNN's matrix product. */
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"
#include <string.h>

typedef struct gemm {
    bool ta, tb;
    int64_t m, n, k;
} gemm;

static um_status gemm_read(const um_call *c, gemm *g, um_error *err)
{
    const um_array *a = c->in[0], *b = c->in[1];
    g->ta = um_attr_int(c->node, "transA", 0) != 0;
    g->tb = um_attr_int(c->node, "transB", 0) != 0;
    if (a->dtype != UM_F32 || b->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (a->rank != 2 || b->rank != 2)
        return um_call_fail(c, err, UM_EFORMAT, "needs two matrices");
    g->m = a->dim[g->ta];
    g->k = a->dim[!g->ta];
    g->n = b->dim[!g->tb];
    if (b->dim[g->tb] != g->k)
        return um_call_fail(c, err, UM_EFORMAT, "the matrices do not fit");
    return UM_OK;
}

static um_status gemm_infer(um_call *c, um_error *err)
{
    gemm g = {0};
    um_array *y = c->out[0];
    um_status st = gemm_read(c, &g, err);
    if (st < 0)
        return st;
    y->dtype = UM_F32;
    y->rank = 2;
    y->dim[0] = g.m;
    y->dim[1] = g.n;
    double work = (double)g.m * (double)g.n * (double)g.k;
    c->macs = work < 9e18 ? (int64_t)work : INT64_MAX;
    if (um_has(c, 2)) {
        int64_t dim[UM_MAX_RANK];
        int rank;
        if (c->in[2]->dtype != UM_F32 || !um_broadcast(y, c->in[2], dim, &rank) || rank != 2 ||
            dim[0] != g.m || dim[1] != g.n)
            return um_call_fail(c, err, UM_EFORMAT, "the matrix to add does not fit");
    }
    return UM_OK;
}

static um_status gemm_forward(um_call *c, um_error *err)
{
    gemm g = {0};
    um_array *y = c->out[0];
    um_status st = gemm_read(c, &g, err);
    if (st < 0 || !g.m || !g.n)
        return st;
    float beta = um_has(c, 2) ? (float)um_attr_float(c->node, "beta", 1) : 0;
    if (um_has(c, 2)) {
        int64_t from[UM_MAX_RANK], to[UM_MAX_RANK];
        um_broadcast_strides(c->in[2], 2, y->dim, from);
        um_array_strides(y, to);
        um_copy_strided(y->data, to, c->in[2]->data, from, y->dim, 2, sizeof(float));
    }
    if (!g.k) {
        for (int64_t i = 0; i < g.m * g.n; i++)
            ((float *)y->data)[i] = beta != 0 ? beta * ((float *)y->data)[i] : 0;
        return UM_OK;
    }
    return um_dnnl_gemm(g.ta, g.tb, g.m, g.n, g.k, (float)um_attr_float(c->node, "alpha", 1), c->in[0]->data,
                        c->in[1]->data, beta, y->data, err);
}

UM_KERNEL(scale, (float *x, float f, int64_t n), (x, f, n))
{
    for (int64_t i = 0; i < n; i++)
        x[i] *= f;
}

static um_status gemm_backward(um_call *c, um_error *err)
{
    gemm g = {0};
    um_status st = gemm_read(c, &g, err);
    float alpha = (float)um_attr_float(c->node, "alpha", 1);
    const float *a = c->in[0]->data, *b = c->in[1]->data, *gy = c->grad_out[0]->data;
    for (int i = 0; i < 2 && !(g.m && g.n && g.k); i++)
        if (c->grad_in[i] && um_array_bytes(c->grad_in[i]))
            memset(c->grad_in[i]->data, 0, um_array_bytes(c->grad_in[i]));
    if (st == UM_OK && g.m && g.n && g.k && c->grad_in[0]) {
        float *ga = c->grad_in[0]->data;
        st = g.ta ? um_dnnl_gemm(g.tb, true, g.k, g.m, g.n, alpha, b, gy, 0, ga, err)
                  : um_dnnl_gemm(false, !g.tb, g.m, g.k, g.n, alpha, gy, b, 0, ga, err);
    }
    if (st == UM_OK && g.m && g.n && g.k && c->grad_in[1]) {
        float *gb = c->grad_in[1]->data;
        st = g.tb ? um_dnnl_gemm(true, g.ta, g.n, g.k, g.m, alpha, gy, a, 0, gb, err)
                  : um_dnnl_gemm(!g.ta, false, g.k, g.n, g.m, alpha, a, gy, 0, gb, err);
    }
    if (um_has(c, 2) && c->grad_in[2]) {
        um_broadcast_back(c->grad_in[2], c->grad_out[0], NULL, NULL, NULL);
        scale(c->grad_in[2]->data, (float)um_attr_float(c->node, "beta", 1), um_array_count(c->in[2]));
    }
    return st;
}

const um_op um_op_gemm = {
    .name = "Gemm",
    .min_in = 2,
    .max_in = 3,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_BACK_IN,
    .infer = gemm_infer,
    .forward = gemm_forward,
    .backward = gemm_backward,
    .learns = 1u << 1 | 1u << 2,
};

/* --- MatMul: matrices in the last two dimensions, the others broadcast --- */

static void as_matrices(um_array *m, const um_array *x, bool left)
{
    *m = *x;
    if (x->rank == 1) { /* a row on the left, a column on the right */
        m->rank = 2;
        m->dim[left] = x->dim[0];
        m->dim[!left] = 1;
    }
}

static um_status matmul_shape(const um_call *c, um_array *a, um_array *b, int64_t *batch, int *n_batch,
                              um_error *err)
{
    if (c->in[0]->dtype != UM_F32 || c->in[1]->dtype != UM_F32)
        return um_call_fail(c, err, UM_EUNSUPPORTED, "only float is supported");
    if (c->in[0]->rank < 1 || c->in[1]->rank < 1)
        return um_call_fail(c, err, UM_EFORMAT, "needs matrices");
    as_matrices(a, c->in[0], true);
    as_matrices(b, c->in[1], false);
    um_array ab = *a, bb = *b;
    ab.rank -= 2;
    bb.rank -= 2;
    if (a->dim[a->rank - 1] != b->dim[b->rank - 2] || !um_broadcast(&ab, &bb, batch, n_batch))
        return um_call_fail(c, err, UM_EFORMAT, "the matrices do not fit");
    return UM_OK;
}

static um_status matmul_infer(um_call *c, um_error *err)
{
    um_array a = {0}, b = {0}, *y = c->out[0];
    int n;
    um_status st = matmul_shape(c, &a, &b, y->dim, &n, err);
    if (st < 0)
        return st;
    double work = (double)a.dim[a.rank - 1] * (double)a.dim[a.rank - 2] * (double)b.dim[b.rank - 1];
    for (int i = 0; i < n; i++)
        work *= (double)y->dim[i];
    c->macs = work < 9e18 ? (int64_t)work : INT64_MAX;
    if (c->in[0]->rank > 1)
        y->dim[n++] = a.dim[a.rank - 2];
    if (c->in[1]->rank > 1)
        y->dim[n++] = b.dim[b.rank - 1];
    y->rank = n;
    y->dtype = UM_F32;
    return UM_OK;
}

/* Products of `rows` x `inner` and `inner` x `columns`, one per entry of the batch. */
typedef struct products {
    int64_t rows, inner, columns, count, batch[UM_MAX_RANK];
    int n;
    int64_t a_step[UM_MAX_RANK], b_step[UM_MAX_RANK]; /* in matrices; 0 along broadcast dimensions */
    bool a_shared, b_shared;                          /* one matrix meets several of the other side */
} products;

static um_status read_products(const um_call *c, products *p, um_error *err)
{
    um_array a = {0}, b = {0};
    um_status st = matmul_shape(c, &a, &b, p->batch, &p->n, err);
    if (st < 0)
        return st;
    p->rows = a.dim[a.rank - 2];
    p->inner = a.dim[a.rank - 1];
    p->columns = b.dim[b.rank - 1];
    p->count = 1;
    a.rank -= 2;
    b.rank -= 2;
    um_broadcast_strides(&a, p->n, p->batch, p->a_step);
    um_broadcast_strides(&b, p->n, p->batch, p->b_step);
    for (int i = 0; i < p->n; i++)
        p->count *= p->batch[i];
    p->a_shared = um_array_count(&a) != p->count;
    p->b_shared = um_array_count(&b) != p->count;
    if (um_array_count(&b) == 1 && !p->a_shared) { /* the rows of all matrices follow each other */
        p->rows *= p->count;
        p->count = 1;
        p->n = 0;
        p->b_shared = false;
    }
    return UM_OK;
}

static void matrices_at(const products *p, int64_t k, int64_t *a, int64_t *b)
{
    *a = *b = 0;
    for (int i = p->n - 1; i >= 0; i--) {
        *a += k % p->batch[i] * p->a_step[i];
        *b += k % p->batch[i] * p->b_step[i];
        k /= p->batch[i];
    }
    *a *= p->rows * p->inner;
    *b *= p->inner * p->columns;
}

static um_status matmul_forward(um_call *c, um_error *err)
{
    products p = {0};
    um_status st = read_products(c, &p, err);
    float *y = c->out[0]->data;
    const float *a = c->in[0]->data, *b = c->in[1]->data;
    if (st < 0 || !um_array_count(c->out[0]))
        return st;
    if (!p.inner)
        memset(y, 0, um_array_bytes(c->out[0]));
    for (int64_t k = 0; k < p.count && p.inner && st == UM_OK; k++) {
        int64_t at_a, at_b;
        matrices_at(&p, k, &at_a, &at_b);
        st = um_dnnl_gemm(false, false, p.rows, p.columns, p.inner, 1, a + at_a, b + at_b, 0,
                          y + k * p.rows * p.columns, err);
    }
    return st;
}

static um_status matmul_backward(um_call *c, um_error *err)
{
    products p = {0};
    um_status st = read_products(c, &p, err);
    const float *a = c->in[0]->data, *b = c->in[1]->data, *gy = c->grad_out[0]->data;
    float *ga = c->grad_in[0] ? c->grad_in[0]->data : NULL, *gb = c->grad_in[1] ? c->grad_in[1]->data : NULL;
    bool empty = !um_array_count(c->out[0]) || !p.inner;
    if (st < 0)
        return st;
    if (ga && (p.a_shared || empty) && um_array_bytes(c->grad_in[0]))
        memset(ga, 0, um_array_bytes(c->grad_in[0]));
    if (gb && (p.b_shared || empty) && um_array_bytes(c->grad_in[1]))
        memset(gb, 0, um_array_bytes(c->grad_in[1]));
    for (int64_t k = 0; k < p.count && !empty && st == UM_OK; k++, gy += p.rows * p.columns) {
        int64_t at_a, at_b;
        matrices_at(&p, k, &at_a, &at_b);
        if (ga)
            st = um_dnnl_gemm(false, true, p.rows, p.inner, p.columns, 1, gy, b + at_b, p.a_shared, ga + at_a,
                              err);
        if (gb && st == UM_OK)
            st = um_dnnl_gemm(true, false, p.inner, p.columns, p.rows, 1, a + at_a, gy, p.b_shared, gb + at_b,
                              err);
    }
    return st;
}

const um_op um_op_matmul = {
    .name = "MatMul",
    .min_in = 2,
    .max_in = 2,
    .min_out = 1,
    .max_out = 1,
    .flags = UM_OP_BACK_IN,
    .infer = matmul_infer,
    .forward = matmul_forward,
    .backward = matmul_backward,
    .learns = 3,
};
