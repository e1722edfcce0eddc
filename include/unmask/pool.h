/* SPDX-License-Identifier: GPL-3.0-or-later */
/** pool.h: the threads of a process, shared by all that has work to divide. */
#ifndef UNMASK_POOL_H
#define UNMASK_POOL_H

#include <unmask/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { UM_POOL_MAX_THREADS = 64 };

typedef struct um_pool um_pool;
/** `threads` in all, the caller counted: one less is started. 0: as many as this process may use cores.
 * UM_EINVAL when negative or above UM_POOL_MAX_THREADS. */
UM_API um_status um_pool_new(um_pool **out, int threads, um_error *err);
/** Nothing may run or wait in it any more. */
UM_API void um_pool_free(um_pool **pool);

#ifdef __cplusplus
}
#endif
#endif
