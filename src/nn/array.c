/* SPDX-License-Identifier: GPL-3.0-or-later */
/* array.c: arrays in any order of bytes: strides, broadcasting, copying between two orders. */
#include "nn/array.h"
#include <string.h>

void um_array_strides(const um_array *a, int64_t *stride)
{
    if (a->layout == UM_NHWC) {
        int64_t c = a->dim[1], h = a->dim[2], w = a->dim[3];
        stride[0] = h * w * c;
        stride[1] = 1;
        stride[2] = w * c;
        stride[3] = c;
        return;
    }
    for (int64_t step = 1, i = a->rank - 1; i >= 0; i--) {
        stride[i] = step;
        step *= a->dim[i];
    }
}

bool um_broadcast(const um_array *a, const um_array *b, int64_t *dim, int *rank)
{
    *rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < *rank; i++) {
        int ia = i - (*rank - a->rank), ib = i - (*rank - b->rank);
        int64_t da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];
        if (da != db && da != 1 && db != 1)
            return false;
        dim[i] = da == 1 ? db : da;
    }
    return true;
}

void um_broadcast_strides(const um_array *a, int rank, const int64_t *dim, int64_t *stride)
{
    int64_t own[UM_MAX_RANK];
    um_array_strides(a, own);
    for (int i = 0; i < rank; i++) {
        int k = i - (rank - a->rank);
        stride[i] = k < 0 || a->dim[k] == 1 ? 0 : own[k];
    }
}

typedef struct loops {
    int rank;
    int64_t dim[UM_MAX_RANK], to[UM_MAX_RANK], from[UM_MAX_RANK];
} loops;

/* Outermost first in the order of the destination; neighbours that are one run in both become one. */
static loops simplify(const int64_t *dst_stride, const int64_t *src_stride, const int64_t *dim, int rank)
{
    loops l = {0};
    for (int i = 0; i < rank; i++) {
        int k = l.rank;
        if (dim[i] == 1)
            continue;
        for (; k > 0 && l.to[k - 1] < dst_stride[i]; k--) {
            l.dim[k] = l.dim[k - 1];
            l.to[k] = l.to[k - 1];
            l.from[k] = l.from[k - 1];
        }
        l.dim[k] = dim[i];
        l.to[k] = dst_stride[i];
        l.from[k] = src_stride[i];
        l.rank++;
    }
    int n = 0;
    for (int i = 0; i < l.rank; i++) {
        if (n && l.to[n - 1] == l.to[i] * l.dim[i] && l.from[n - 1] == l.from[i] * l.dim[i]) {
            l.dim[n - 1] *= l.dim[i];
        } else {
            l.dim[n] = l.dim[i];
            l.to[n] = l.to[i];
            l.from[n] = l.from[i];
            n++;
            continue;
        }
        l.to[n - 1] = l.to[i];
        l.from[n - 1] = l.from[i];
    }
    l.rank = n;
    return l;
}

#define COPY_PLANE(type)                                                                           \
    static void plane_##type(type *to, const type *from, int64_t ne, int64_t to_e, int64_t from_e, \
                             int64_t nd, int64_t to_d, int64_t from_d)                             \
    {                                                                                              \
        for (int64_t e0 = 0; e0 < ne; e0 += 16) { /* blocks: both sides stay in cache */           \
            int64_t e1 = e0 + 16 < ne ? e0 + 16 : ne;                                              \
            for (int64_t d = 0; d < nd; d++)                                                       \
                for (int64_t e = e0; e < e1; e++)                                                  \
                    to[e * to_e + d * to_d] = from[e * from_e + d * from_d];                       \
        }                                                                                          \
    }
COPY_PLANE(uint8_t)
COPY_PLANE(uint32_t)
COPY_PLANE(uint64_t)

/* Two innermost loops. */
static void copy_plane(char *to, const char *from, const loops *l, size_t size)
{
    int d = l->rank - 1, e = l->rank - 2;
    if (l->to[d] == 1 && l->from[d] == 1) {
        for (int64_t i = 0; i < l->dim[e]; i++)
            memcpy(to + i * l->to[e] * (int64_t)size, from + i * l->from[e] * (int64_t)size,
                   (size_t)l->dim[d] * size);
        return;
    }
    if (size == 4)
        plane_uint32_t((uint32_t *)(void *)to, (const uint32_t *)(const void *)from, l->dim[e], l->to[e],
                       l->from[e], l->dim[d], l->to[d], l->from[d]);
    else if (size == 8)
        plane_uint64_t((uint64_t *)(void *)to, (const uint64_t *)(const void *)from, l->dim[e], l->to[e],
                       l->from[e], l->dim[d], l->to[d], l->from[d]);
    else
        plane_uint8_t((uint8_t *)to, (const uint8_t *)from, l->dim[e], l->to[e], l->from[e], l->dim[d],
                      l->to[d], l->from[d]);
}

void um_copy_strided(void *dst, const int64_t *dst_stride, const void *src, const int64_t *src_stride,
                     const int64_t *dim, int rank, size_t size)
{
    int64_t outer = 1, total = 1;
    loops l = simplify(dst_stride, src_stride, dim, rank);
    for (int i = 0; i < rank; i++)
        total *= dim[i];
    if (!total)
        return;
    while (l.rank < 2) { /* a plane of one row */
        memmove(l.dim + 1, l.dim, sizeof l.dim - sizeof *l.dim);
        memmove(l.to + 1, l.to, sizeof l.to - sizeof *l.to);
        memmove(l.from + 1, l.from, sizeof l.from - sizeof *l.from);
        l.dim[0] = 1;
        l.to[0] = l.from[0] = 0;
        l.rank++;
    }
    for (int i = 0; i < l.rank - 2; i++)
        outer *= l.dim[i];
    for (int64_t k = 0; k < outer; k++) {
        int64_t to = 0, from = 0, rest = k;
        for (int i = l.rank - 3; i >= 0; i--) {
            to += rest % l.dim[i] * l.to[i];
            from += rest % l.dim[i] * l.from[i];
            rest /= l.dim[i];
        }
        copy_plane((char *)dst + to * (int64_t)size, (const char *)src + from * (int64_t)size, &l, size);
    }
}
