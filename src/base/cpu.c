/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cpu.c: the machine is asked, the environment may ask for less. */
#include "base/cpu.h"
#include <stdlib.h>
#include <string.h>

atomic_int um_cpu_found;

static const char *const names[] = {
    [UM_CPU_PLAIN] = "plain", [UM_CPU_AVX2] = "avx2", [UM_CPU_AVX512] = "avx512"};

static um_cpu machine(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt"))
        return __builtin_cpu_supports("avx512f") ? UM_CPU_AVX512 : UM_CPU_AVX2;
#endif
    return UM_CPU_PLAIN;
}

um_cpu um_cpu_limit(um_cpu most)
{
    const um_cpu has = machine(), found = most < has ? most : has;
    atomic_store_explicit(&um_cpu_found, (int)found, memory_order_relaxed);
    return found;
}

um_cpu um_cpu_find(void)
{
    const char *limit = getenv("UNMASK_CPU");
    um_cpu most = UM_CPU_AVX512;
    for (int i = UM_CPU_PLAIN; limit && i <= UM_CPU_AVX512; i++)
        if (!strcmp(limit, names[i]))
            most = (um_cpu)i;
    return um_cpu_limit(most); /* asked by two threads at once: both find the same */
}

const char *um_cpu_name(um_cpu cpu)
{
    return names[cpu];
}
