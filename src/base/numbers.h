/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.h: small functions of numbers and bytes that several rooms need. */
#ifndef UM_NUMBERS_H
#define UM_NUMBERS_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* 1 / (1 + exp(-x)), without overflow */
static inline double um_logistic(double x)
{
    const double e = exp(-fabs(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/* FNV-1a, 32 bits: for tables and for splits that stay the same, not against anybody. */
static inline uint32_t um_hash(const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * 16777619u;
    return h;
}
#endif
