/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back through broadcasting: the gradient of an operand is the sum over the places it was shown at.
 */
#include "nn/ops/ops.h"
#include <string.h>

enum { TILE = 4096, ROWS = 256, LANES = 16 };

UM_KERNEL_OF(float, sum_of, (const float *x, int64_t n), (x, n))
{
    float s[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++)
            s[k] += x[i + k];
    for (; i < n; i++)
        sum += x[i];
    for (int k = 0; k < LANES; k++)
        sum += s[k];
    return sum;
}

UM_KERNEL(add_columns, (float *restrict sum, const float *restrict x, int64_t rows, int64_t n),
          (sum, x, rows, n))
{
    float part[TILE]; /* a tile at a time: long sums keep their digits */
    memcpy(part, x, (size_t)n * sizeof *x);
    for (int64_t r = 1; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            part[i] += x[r * n + i];
    for (int64_t i = 0; i < n; i++)
        sum[i] += part[i];
}

static void add_tile(float *sum, int64_t row, int64_t step, const float *x, int64_t rows, int64_t n)
{
    if (step == 1 && row == 0) {
        add_columns(sum, x, rows, n);
        return;
    }
    for (int64_t r = 0; r < rows; r++, x += n, sum += row)
        if (step == 0)
            *sum += sum_of(x, n);
        else
            for (int64_t i = 0; i < n; i++)
                sum[i * step] += x[i];
}

static void pass_on(float *t, const um_tile *k)
{
    memcpy(t, k->g, (size_t)(k->rows * k->n) * sizeof *t);
}

/* Dimensions in the order of the bytes of the result's gradient, outermost first; neighbours that are one run
 * for all become one. */
typedef struct walk {
    int n;
    int64_t dim[UM_MAX_RANK], t[UM_MAX_RANK], a[UM_MAX_RANK], b[UM_MAX_RANK];
    bool same; /* the operand has the order of the result: nothing to sum */
} walk;

static walk plan_walk(const um_array *grad, const um_array *g, const um_array *a, const um_array *b)
{
    walk w = {0};
    int order[UM_MAX_RANK], rank = 0;
    int64_t sg[UM_MAX_RANK], st[UM_MAX_RANK], sa[UM_MAX_RANK], sb[UM_MAX_RANK], dense = um_array_count(g);
    um_array_strides(g, sg);
    um_broadcast_strides(grad, g->rank, g->dim, st);
    um_broadcast_strides(a, g->rank, g->dim, sa);
    um_broadcast_strides(b, g->rank, g->dim, sb);
    for (int i = 0; i < g->rank; i++) {
        int k = rank;
        if (g->dim[i] == 1)
            continue;
        for (; k > 0 && sg[order[k - 1]] < sg[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
        rank++;
    }
    w.same = true;
    for (int k = 0; k < rank; k++) {
        int i = order[k], m = w.n - 1;
        int64_t d = g->dim[i];
        w.same = w.same && st[i] == sg[i];
        if (w.n && w.t[m] == st[i] * d && w.a[m] == sa[i] * d && w.b[m] == sb[i] * d)
            w.dim[m] *= d;
        else
            w.dim[m = w.n++] = d;
        w.t[m] = st[i];
        w.a[m] = sa[i];
        w.b[m] = sb[i];
    }
    for (; w.n < 2; w.n++) { /* at least rows of something */
        memmove(w.dim + 1, w.dim, sizeof w.dim - sizeof *w.dim);
        memmove(w.t + 1, w.t, sizeof w.t - sizeof *w.t);
        memmove(w.a + 1, w.a, sizeof w.a - sizeof *w.a);
        memmove(w.b + 1, w.b, sizeof w.b - sizeof *w.b);
        w.dim[0] = 1;
        w.t[0] = w.a[0] = w.b[0] = 0;
    }
    w.same = w.same && dense == um_array_count(grad);
    return w;
}

void um_broadcast_back(um_array *grad, const um_array *g, const um_array *a, const um_array *b,
                       um_tile_fn *fn)
{
    int64_t total = um_array_count(g);
    fn = fn ? fn : pass_on;
    a = a ? a : g;
    b = b ? b : g;
    walk w = plan_walk(grad, g, a, b);
    if ((!w.same || !total) && um_array_bytes(grad))
        memset(grad->data, 0, um_array_bytes(grad));
    if (!total)
        return;
    int i = w.n - 1, r = w.n - 2;
    int64_t n = w.dim[i], rows = w.dim[r], outer = total / n / rows;
    int64_t most_n = n < TILE ? n : TILE, most_rows = TILE / most_n < ROWS ? TILE / most_n : ROWS;
    for (int64_t o = 0; o < outer; o++) {
        int64_t rest = o, ot = 0, oa = 0, ob = 0;
        for (int k = w.n - 3; k >= 0; k--) {
            int64_t at = rest % w.dim[k];
            rest /= w.dim[k];
            ot += at * w.t[k];
            oa += at * w.a[k];
            ob += at * w.b[k];
        }
        for (int64_t r0 = 0; r0 < rows; r0 += most_rows)
            for (int64_t i0 = 0; i0 < n; i0 += most_n) {
                float buffer[TILE];
                int64_t at = (o * rows + r0) * n + i0;
                um_tile k = {.rows = rows - r0 < most_rows ? rows - r0 : most_rows,
                             .n = n - i0 < most_n ? n - i0 : most_n,
                             .g = (const float *)g->data + at,
                             .a = (const float *)a->data + oa + r0 * w.a[r] + i0 * w.a[i],
                             .b = (const float *)b->data + ob + r0 * w.b[r] + i0 * w.b[i],
                             .a_row = w.a[r],
                             .a_step = w.a[i],
                             .b_row = w.b[r],
                             .b_step = w.b[i]};
                if (w.same) {
                    fn((float *)grad->data + at, &k);
                    continue;
                }
                fn(buffer, &k);
                add_tile((float *)grad->data + ot + r0 * w.t[r] + i0 * w.t[i], w.t[r], w.t[i], buffer, k.rows,
                         k.n);
            }
    }
}
