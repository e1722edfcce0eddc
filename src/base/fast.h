/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fast.h: loops that the compiler makes of what the machine has. */
#ifndef UM_FAST_H
#define UM_FAST_H

/* Compiled for several instruction sets; the best one is chosen when the program starts. (Not under
 * ThreadSanitizer: it is not ready when the choice is made.) */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define UM_FAST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define UM_FAST
#endif

/* Before a loop whose output may be its own input, element by element: compilers would otherwise guard
 * against overlap and take the slow way for every call in place. */
#if defined(__GNUC__) && !defined(__clang__)
#define UM_ELEMENTWISE _Pragma("GCC ivdep")
#else
#define UM_ELEMENTWISE
#endif
#endif
