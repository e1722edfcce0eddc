/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logarithm.c: a power of two, and a polynomial from 1 / sqrt(2) to sqrt(2): Moshier, Cephes Mathematical
 * Library, single precision. */
#include "dsp/logarithm.h"
#include "base/fast.h"

UM_KERNEL(take, (float *restrict x, int n), (x, n))
{
    for (int i = 0; i < n; i += UM_LANES) {
        const um_vec_mask bits = (um_vec_mask)UM_LOAD(x + i), half = (bits & 0x7fffff) | 0x3f000000;
        const um_vec_mask low = half < 0x3f3504f3; /* -1 below 1 / sqrt(2), which are doubled */
        const um_vec m = (um_vec)half + (um_vec)(half & low) - 1;
        const um_vec e = __builtin_convertvector((bits >> 23) - 126 + low, um_vec);
        um_vec y = 7.0376836292e-2f * m - 1.1514610310e-1f;
        y = y * m + 1.1676998740e-1f;
        y = y * m - 1.2420140846e-1f;
        y = y * m + 1.4249322787e-1f;
        y = y * m - 1.6668057665e-1f;
        y = y * m + 2.0000714765e-1f;
        y = y * m - 2.4999993993e-1f;
        y = y * m + 3.3333331174e-1f;
        y = y * m * m * m - 2.12194440e-4f * e - .5f * m * m;
        UM_STORE(x + i, m + y + .693359375f * e);
    }
}

void um_logarithms(float *x, int n)
{
    take(x, n);
}
