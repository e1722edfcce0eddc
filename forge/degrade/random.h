/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: what samples draw, from a seed of their own (base/random.h), in single precision. */
#ifndef UNMASK_RANDOM_H
#define UNMASK_RANDOM_H
#include "base/random.h"
#include <stdbool.h>

typedef struct rng {
    uint64_t state;
} rng;

static inline uint64_t rng_next(rng *r)
{
    return um_random(&r->state);
}

/* low <= v < high */
static inline float rng_float(rng *r, float low, float high)
{
    return low + (high - low) * (float)(rng_next(r) >> 40) / 16777216.0f;
}

/* 0 <= v < n */
static inline int rng_int(rng *r, int n)
{
    return (int)(rng_next(r) % (uint64_t)n);
}

static inline bool rng_chance(rng *r, float p)
{
    return rng_float(r, 0, 1) < p;
}

/* Mean 0, deviation 1 (Box and Muller 1958). */
static inline float rng_normal(rng *r)
{
    float u = rng_float(r, 1e-7f, 1), v = rng_float(r, 0, 6.2831853f);
    return sqrtf(-2 * logf(u)) * cosf(v);
}
#endif
