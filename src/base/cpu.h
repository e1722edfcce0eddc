/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cpu.h: which instruction sets are used, decided in one place.
 *
 * The environment variable UNMASK_CPU (plain, avx2 or avx512) is an upper limit, like dav1d's --cpumask: with
 * it the tests take every path that a machine has. It is read once, when somebody first asks. */
#ifndef UM_CPU_H
#define UM_CPU_H
#include <stdatomic.h>

typedef enum um_cpu {
    UM_CPU_PLAIN = 1,
    UM_CPU_AVX2,   /* AVX2 with FMA and POPCNT */
    UM_CPU_AVX512, /* and AVX-512 F */
} um_cpu;

um_cpu um_cpu_find(void); /* what the machine has, within the limit; remembered in um_cpu_found */
/* Test hook: another limit from now on. Above what the machine has, nothing changes. */
um_cpu um_cpu_limit(um_cpu most);
const char *um_cpu_name(um_cpu cpu); /* as UNMASK_CPU spells it */

extern atomic_int um_cpu_found; /* 0: nobody has asked yet */
static inline um_cpu um_cpu_best(void)
{
    int found = atomic_load_explicit(&um_cpu_found, memory_order_relaxed);
    return found ? (um_cpu)found : um_cpu_find();
}
#endif
