/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fast.h: loops that the compiler makes of what the machine has. */
#ifndef UM_FAST_H
#define UM_FAST_H
#include "base/cpu.h"

/* Before the body of a static function without result, or with one of `type`:
 *
 *     UM_KERNEL(add, (float *sum, const float *x, int n), (sum, x, n))
 *     {
 *         ...
 *     }
 *
 * The body is compiled for several instruction sets, and each call of add(sum, x, n) takes the best that
 * um_cpu_best allows. Rounding is the same in all of them (no contraction, no reordering). Not ifuncs
 * (target_clones): those are resolved before anybody can ask for less, not by clang, and too early for
 * ThreadSanitizer. */
#if defined(__x86_64__) && defined(__GNUC__)
#define UM_KERNEL_BODY static inline __attribute__((always_inline))
#define UM_KERNEL_MAKE(type, give, name, parameters, arguments)             \
    UM_KERNEL_BODY type name##_body parameters;                             \
    static __attribute__((target("avx512f"))) type name##_avx512 parameters \
    {                                                                       \
        give name##_body arguments;                                         \
    }                                                                       \
    static __attribute__((target("avx2"))) type name##_avx2 parameters      \
    {                                                                       \
        give name##_body arguments;                                         \
    }                                                                       \
    static type name##_plain parameters                                     \
    {                                                                       \
        give name##_body arguments;                                         \
    }                                                                       \
    static inline type name parameters                                      \
    {                                                                       \
        const um_cpu cpu = um_cpu_best();                                   \
        if (cpu == UM_CPU_AVX512) {                                         \
            give name##_avx512 arguments;                                   \
        } else if (cpu == UM_CPU_AVX2) {                                    \
            give name##_avx2 arguments;                                     \
        } else {                                                            \
            give name##_plain arguments;                                    \
        }                                                                   \
    }                                                                       \
    UM_KERNEL_BODY type name##_body parameters
#define UM_KERNEL(name, parameters, arguments) UM_KERNEL_MAKE(void, , name, parameters, arguments)
#define UM_KERNEL_OF(type, name, parameters, arguments) \
    UM_KERNEL_MAKE(type, return, name, parameters, arguments)
#else
#define UM_KERNEL_OF(type, name, parameters, arguments) static type name parameters
#define UM_KERNEL(name, parameters, arguments) static void name parameters
#endif

/* Before a loop whose output may be its own input, element by element: compilers would otherwise guard
 * against overlap and take the slow way for every call in place. */
#if defined(__GNUC__) && !defined(__clang__)
#define UM_ELEMENTWISE _Pragma("GCC ivdep")
#else
#define UM_ELEMENTWISE
#endif
#endif
