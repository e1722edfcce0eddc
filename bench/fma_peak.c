/* fma_peak: multiply-adds per second that the cores can do at all (256-bit FMA from registers), in GFLOP/s:
 * the ceiling of every direct convolution here. fma_peak THREADS */
#include <immintrin.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { ACCUMULATORS = 10, ROUNDS = 10000000, TRIES = 8 };
/* ten accumulators cover latency 5 on 2 ports */

__attribute__((target("avx2,fma"))) static void work(void)
{
    __m256 a[ACCUMULATORS], b = _mm256_set1_ps(.999f), c = _mm256_set1_ps(1e-4f);
    for (int i = 0; i < ACCUMULATORS; i++)
        a[i] = c;
    for (int k = 0; k < ROUNDS; k++)
        for (int i = 0; i < ACCUMULATORS; i++) {
            a[i] = _mm256_fmadd_ps(a[i], b, c);
            __asm__ volatile("" : "+x"(a[i])); /* keeps the compiler from folding the loop */
        }
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        puts("0");
        return 0;
    }
    double least = 1e9;
    for (int i = 0; i < TRIES; i++) {
        double start = omp_get_wtime();
#pragma omp parallel num_threads(threads)
        work();
        double s = omp_get_wtime() - start;
        least = s < least ? s : least;
    }
    printf("%.1f\n", 16e-9 * ACCUMULATORS * ROUNDS * threads / least);
    return 0;
}
