/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock.c: a clock that only goes forward. */
#include "base/base.h"
#include <time.h>

double um_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
