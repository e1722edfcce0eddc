/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steps.h: a series on even steps of time, of which the newest UM_STEPS are kept, whatever order they come
 * in. */
#ifndef UM_DSP_STEPS_H
#define UM_DSP_STEPS_H
#include "base/base.h"

enum { UM_STEPS = 512 };

typedef struct um_steps { /* all zero = empty */
    bool any;
    int64_t newest;
    double value[UM_STEPS];
} um_steps;

/* Steps that are passed over are unknown (NAN); one that is too old is dropped. |k| < 2^62. */
void um_steps_put(um_steps *s, int64_t k, double value);
double um_steps_get(const um_steps *s, int64_t k); /* NAN: unknown, or no longer */
/* Without what is slow: less the mean of the known values from k - half to k + half; NAN when fewer than
 * `few` of them are known, or that at k is not. */
double um_steps_fast(const um_steps *s, int64_t k, int half, int few);
#endif
