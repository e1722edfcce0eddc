/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canny_grow.c: hysteresis on bitmaps, 64 pixels at a time.
 *
 * A word that gains edge bits from its neighbours is filled along its runs of candidates and put on a stack;
 * taken from there, it offers its bits to its eight neighbours. A word gains at most 64 times, so the work is
 * bounded by the number of pixels for any picture; in practice most words are visited once. */
#include "media/canny.h"
#include <stdlib.h>

um_status um_canny_bits_fit(canny_bits *b, int width, int height, um_error *err)
{
    um_canny_bits_free(b);
    b->words = (width + 63) / 64;
    b->height = height;
    b->pitch = (size_t)b->words + 2;
    size_t n = b->pitch * ((size_t)height + 2);
    uint64_t *maybe = um_calloc(n, sizeof *maybe), *edge = um_calloc(n, sizeof *edge);
    b->maybe = maybe ? maybe + b->pitch + 1 : NULL;
    b->edge = edge ? edge + b->pitch + 1 : NULL;
    b->todo = um_calloc(n, sizeof *b->todo);
    b->is_todo = um_calloc(n / 64 + 1, sizeof *b->is_todo);
    if (maybe && edge && b->todo && b->is_todo)
        return UM_OK;
    um_canny_bits_free(b);
    return um_fail_oom(err);
}

void um_canny_bits_free(canny_bits *b)
{
    if (b->maybe)
        free(b->maybe - b->pitch - 1);
    if (b->edge)
        free(b->edge - b->pitch - 1);
    free(b->todo);
    free(b->is_todo);
    *b = (canny_bits){0};
}

/* All bits of the runs of ones in `c` that hold a bit of `e`; e is a subset of c. */
static inline uint64_t fill(uint64_t c, uint64_t e)
{
    e |= (c ^ (c + e)) & c; /* the carry of an addition runs to the left end of a run */
    if (e == c)
        return e;
    for (int shift = 1; shift < 64; shift *= 2) { /* and doubling steps to its right end */
        e |= c & (e >> shift);
        c &= c >> shift;
    }
    return e;
}

static inline size_t offer(canny_bits *b, size_t n, ptrdiff_t at, uint64_t bits)
{
    bits &= b->maybe[at] & ~b->edge[at];
    if (!bits)
        return n;
    b->edge[at] = fill(b->maybe[at], b->edge[at] | bits);
    uint64_t flag = UINT64_C(1) << at % 64;
    if (!(b->is_todo[at / 64] & flag)) {
        b->is_todo[at / 64] |= flag;
        b->todo[n++] = (uint32_t)at;
    }
    return n;
}

static size_t visit(canny_bits *b, size_t n, ptrdiff_t at)
{
    uint64_t e = b->edge[at], centre = e | e << 1 | e >> 1;
    ptrdiff_t above = at - (ptrdiff_t)b->pitch, below = at + (ptrdiff_t)b->pitch;
    n = offer(b, n, above, centre);
    n = offer(b, n, below, centre);
    if (e & 1) {
        n = offer(b, n, above - 1, UINT64_C(1) << 63);
        n = offer(b, n, at - 1, UINT64_C(1) << 63);
        n = offer(b, n, below - 1, UINT64_C(1) << 63);
    }
    if (e >> 63) {
        n = offer(b, n, above + 1, 1);
        n = offer(b, n, at + 1, 1);
        n = offer(b, n, below + 1, 1);
    }
    return n;
}

/* The edge bits of a word and of its eight neighbours, spread by one pixel in each direction. */
static uint64_t near(const canny_bits *b, ptrdiff_t at)
{
    uint64_t bits = 0;
    for (int row = -1; row <= 1; row++) {
        const uint64_t *e = b->edge + at + row * (ptrdiff_t)b->pitch;
        bits |= e[0] | e[0] << 1 | e[0] >> 1 | e[-1] >> 63 | e[1] << 63;
    }
    return bits;
}

void um_canny_grow(canny_bits *b)
{
    /* only words with candidates that are no edge yet can gain, and most have none */
    for (int y = 0; y < b->height; y++)
        for (int i = 0; i < b->words; i++) {
            ptrdiff_t at = y * (ptrdiff_t)b->pitch + i;
            uint64_t weak = b->maybe[at] & ~b->edge[at];
            if (!weak || !(weak &= near(b, at)))
                continue;
            b->edge[at] = fill(b->maybe[at], b->edge[at] | weak);
            size_t n = visit(b, 0, at);
            while (n) {
                ptrdiff_t top = b->todo[--n];
                b->is_todo[top / 64] &= ~(UINT64_C(1) << top % 64);
                n = visit(b, n, top);
            }
        }
}
