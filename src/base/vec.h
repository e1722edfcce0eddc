/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vec.h: eight floats at a time, in the compiler's own vectors: UM_KERNEL makes of them what the machine has.
 */
#ifndef UM_VEC_H
#define UM_VEC_H
#include <stdint.h>

enum { UM_LANES = 8 };
typedef float um_vec __attribute__((vector_size(4 * UM_LANES)));
typedef int32_t um_vec_mask __attribute__((vector_size(4 * UM_LANES)));
typedef float um_vec_at __attribute__((vector_size(4 * UM_LANES), aligned(4), may_alias)); /* anywhere */
#define UM_LOAD(p) (*(const um_vec_at *)(p))
#define UM_STORE(p, v) (*(um_vec_at *)(p) = (v))
#define UM_INLINE static inline __attribute__((always_inline))
#endif
