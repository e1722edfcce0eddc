/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: numbers drawn from a seed: splitmix64 (Steele, Lea and Flood 2014). The same everywhere. */
#ifndef UM_RANDOM_H
#define UM_RANDOM_H
#include <math.h>
#include <stdint.h>

static inline uint64_t um_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}
static inline double um_random_normal(uint64_t *state) /* mean 0, deviation 1: Box and Muller 1958 */
{
    double u = ((double)(um_random(state) >> 11) + .5) / 9007199254740992.0;
    double v = ((double)(um_random(state) >> 11) + .5) / 9007199254740992.0;
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}
#endif
