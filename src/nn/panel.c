/* SPDX-License-Identifier: GPL-3.0-or-later */
/* panel.c: with AVX2 and FMA 6 x 16 sums stay in twelve registers, two more hold a row of b: two loads and
 * six broadcasts for twelve multiply-adds (Goto and van de Geijn 2008, section 6). Elsewhere plain loops. */
#include "nn/panel.h"
#include "base/cpu.h"
#include <string.h>

enum { ROWS = 6 };

void um_panel_multiply_plain(const um_panel *p)
{
    for (int64_t i = 0; i < p->m; i++) {
        float *c = p->c + i * UM_PANEL;
        if (!p->add)
            memset(c, 0, (size_t)p->columns * sizeof *c);
        for (int64_t k = 0; k < p->n; k++)
            for (int j = 0; j < p->columns; j++)
                c[j] += p->a[i * p->row + k * p->step] * p->b[k * UM_PANEL + j];
    }
}

#if defined(__x86_64__)
#include <immintrin.h>
#define FMA __attribute__((target("avx2,fma")))

/* `rows` and `vectors` are constants where this is called: the loops over them disappear. */
FMA static inline __attribute__((always_inline)) void block(const um_panel *p, int64_t first, int rows,
                                                            int vectors)
{
    __m256 sum[ROWS][2];
    const float *a = p->a + first * p->row, *b = p->b;
    float *c = p->c + first * UM_PANEL;
    int64_t row = p->row;
#pragma GCC unroll 6
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < vectors; j++)
            sum[i][j] = p->add ? _mm256_loadu_ps(c + i * UM_PANEL + 8 * j) : _mm256_setzero_ps();
    for (int64_t k = 0; k < p->n; k++, a += p->step, b += UM_PANEL) {
        __m256 b0 = _mm256_loadu_ps(b), b1 = vectors > 1 ? _mm256_loadu_ps(b + 8) : b0;
#pragma GCC unroll 6
        for (int i = 0; i < rows; i++) {
            __m256 v = _mm256_broadcast_ss(a + i * row);
            sum[i][0] = _mm256_fmadd_ps(v, b0, sum[i][0]);
            if (vectors > 1)
                sum[i][1] = _mm256_fmadd_ps(v, b1, sum[i][1]);
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < vectors; j++)
            _mm256_storeu_ps(c + i * UM_PANEL + 8 * j, sum[i][j]);
}

FMA static inline __attribute__((always_inline)) void blocks(const um_panel *p, int vectors)
{
    int64_t i = 0;
    for (; i + ROWS <= p->m; i += ROWS)
        block(p, i, ROWS, vectors);
    switch (p->m - i) {
    case 1:
        block(p, i, 1, vectors);
        break;
    case 2:
        block(p, i, 2, vectors);
        break;
    case 3:
        block(p, i, 3, vectors);
        break;
    case 4:
        block(p, i, 4, vectors);
        break;
    case 5:
        block(p, i, 5, vectors);
        break;
    }
}

FMA static void fast(const um_panel *p)
{
    if (p->columns > 8)
        blocks(p, 2);
    else
        blocks(p, 1);
}
#endif

void um_panel_multiply(const um_panel *p)
{
#if defined(__x86_64__)
    if (um_cpu_best() >= UM_CPU_AVX2) {
        fast(p);
        return;
    }
#endif
    um_panel_multiply_plain(p);
}
