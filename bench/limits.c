/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits THREADS: what the cores can do at all: multiply-adds per second (256-bit FMA from registers), in
 * GFLOP/s, the ceiling of every direct convolution here; and bytes per second between memory and cores
 * (STREAM's triad, McCalpin 1995: two arrays read, one written), in GB/s, the ceiling of what touches each
 * value once or twice. */
#include <immintrin.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { ACCUMULATORS = 10, ROUNDS = 10000000, TRIES = 8, FLOATS = 1 << 24 };
/* ten accumulators cover latency 5 on 2 ports; three arrays of 64 MB are beyond any cache here */

__attribute__((target("avx2,fma"))) static void multiply(void)
{
    __m256 a[ACCUMULATORS], b = _mm256_set1_ps(.999f), c = _mm256_set1_ps(1e-4f);
#pragma GCC unroll 10
    for (int i = 0; i < ACCUMULATORS; i++)
        a[i] = c;
    for (int k = 0; k < ROUNDS; k++)
#pragma GCC unroll 10 /* else the accumulators live in memory */
        for (int i = 0; i < ACCUMULATORS; i++) {
            a[i] = _mm256_fmadd_ps(a[i], b, c);
            __asm__ volatile("" : "+x"(a[i])); /* keeps the compiler from folding the loop */
        }
}

static double flops(int threads)
{
    double least = 1e9;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 0;
    for (int i = 0; i < TRIES; i++) {
        double start = omp_get_wtime();
#pragma omp parallel num_threads(threads)
        multiply();
        double s = omp_get_wtime() - start;
        least = s < least ? s : least;
    }
    return 16. * ACCUMULATORS * ROUNDS * threads / least;
}

static double bytes(int threads)
{
    float *a = malloc(sizeof *a * FLOATS), *b = malloc(sizeof *b * FLOATS), *c = malloc(sizeof *c * FLOATS);
    double least = 1e9;
    for (int i = 0; a && b && c && i <= TRIES; i++) { /* the first round takes the pages */
        double start = omp_get_wtime();
#pragma omp parallel for num_threads(threads)
        for (int k = 0; k < FLOATS; k++) {
            if (!i)
                b[k] = c[k] = 1;
            a[k] = b[k] + .5f * c[k];
        }
        double s = omp_get_wtime() - start;
        least = i && s < least ? s : least;
    }
    free(a);
    free(b);
    free(c);
    return 3. * sizeof(float) * FLOATS / least;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    printf("%.1f %.1f\n", flops(threads) / 1e9, bytes(threads) / 1e9);
    return 0;
}
