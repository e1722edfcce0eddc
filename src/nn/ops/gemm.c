/* Gemm and MatMul over oneDNN's matrix product. */
#include "nn/onednn.h"
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

const um_op um_op_gemm = {"Gemm", 2, 3, 1, 1, 0, gemm_infer, NULL, NULL, gemm_forward, NULL};

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

static um_status matmul_forward(um_call *c, um_error *err)
{
    um_array a = {0}, b = {0}, ab, bb;
    int64_t batch[UM_MAX_RANK], sa[UM_MAX_RANK], sb[UM_MAX_RANK], count = 1;
    int n;
    um_status st = matmul_shape(c, &a, &b, batch, &n, err);
    if (st < 0)
        return st;
    int64_t rows = a.dim[a.rank - 2], inner = a.dim[a.rank - 1], columns = b.dim[b.rank - 1];
    ab = a;
    bb = b;
    ab.rank -= 2;
    bb.rank -= 2;
    um_broadcast_strides(&ab, n, batch, sa);
    um_broadcast_strides(&bb, n, batch, sb);
    for (int i = 0; i < n; i++)
        count *= batch[i];
    if (!inner && um_array_bytes(c->out[0]))
        memset(c->out[0]->data, 0, um_array_bytes(c->out[0]));
    for (int64_t k = 0; k < count && rows && columns && inner && st == UM_OK; k++) {
        int64_t oa = 0, ob = 0, rest = k;
        for (int i = n - 1; i >= 0; i--) {
            oa += rest % batch[i] * sa[i];
            ob += rest % batch[i] * sb[i];
            rest /= batch[i];
        }
        st = um_dnnl_gemm(false, false, rows, columns, inner, 1, (const float *)a.data + oa * rows * inner,
                          (const float *)b.data + ob * inner * columns, 0,
                          (float *)c->out[0]->data + k * rows * columns, err);
    }
    return st;
}

const um_op um_op_matmul = {"MatMul", 2, 2, 1, 1, 0, matmul_infer, NULL, NULL, matmul_forward, NULL};
