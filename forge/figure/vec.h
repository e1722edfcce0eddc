/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vec.h: small vectors, smooth steps, noise and random numbers of the sample renderer. */
#ifndef UM_SYNTH_VEC_H
#define UM_SYNTH_VEC_H
#include "base/random.h"
#include <math.h>
#include <stdint.h>

typedef struct vec3 {
    float x, y, z;
} vec3;

static inline vec3 v3(float x, float y, float z)
{
    return (vec3){x, y, z};
}
static inline vec3 v_add(vec3 a, vec3 b)
{
    return v3(a.x + b.x, a.y + b.y, a.z + b.z);
}
static inline vec3 v_sub(vec3 a, vec3 b)
{
    return v3(a.x - b.x, a.y - b.y, a.z - b.z);
}
static inline vec3 v_scale(vec3 a, float s)
{
    return v3(a.x * s, a.y * s, a.z * s);
}
static inline vec3 v_mul(vec3 a, vec3 b)
{
    return v3(a.x * b.x, a.y * b.y, a.z * b.z);
}
static inline vec3 v_mix(vec3 a, vec3 b, float t)
{
    return v3(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.z + (b.z - a.z) * t);
}
static inline float v_dot(vec3 a, vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline vec3 v_cross(vec3 a, vec3 b)
{
    return v3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}
static inline float v_len(vec3 a)
{
    return sqrtf(v_dot(a, a));
}
static inline vec3 v_unit(vec3 a)
{
    return v_scale(a, 1 / (v_len(a) + 1e-12f));
}

/* A rotation, row-major. */
typedef struct mat3 {
    float m[9];
} mat3;
static inline vec3 m_apply(const mat3 *r, vec3 v)
{
    const float *m = r->m;
    return v3(m[0] * v.x + m[1] * v.y + m[2] * v.z, m[3] * v.x + m[4] * v.y + m[5] * v.z,
              m[6] * v.x + m[7] * v.y + m[8] * v.z);
}

static inline float mixf(float a, float b, float t)
{
    return a + (b - a) * t;
}
/* As fminf and fmaxf, but one instruction each: no care for NaN. */
static inline float minf(float a, float b)
{
    return a < b ? a : b;
}
static inline float maxf(float a, float b)
{
    return a > b ? a : b;
}
static inline float clampf(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}
/* 0 below a, 1 above b; a > b gives the falling step. */
static inline float stepf(float a, float b, float v)
{
    float t = clampf((v - a) / (b - a), 0, 1);
    return t * t * (3 - 2 * t);
}
static inline float bellf(float v, float width)
{
    v /= width;
    return expf(-v * v);
}

static inline float rng_range(uint64_t *state, float lo, float hi)
{
    return lo + (hi - lo) * (float)(um_random(state) >> 40) / (float)(1 << 24);
}
static inline float rng_normal(uint64_t *state) /* sum of four uniforms: bounded at 3.5 sigma */
{
    uint64_t r = um_random(state);
    int sum = (int)(r & 0xffff) + (int)(r >> 16 & 0xffff) + (int)(r >> 32 & 0xffff) + (int)(r >> 48);
    return (float)(sum - 131070) * (1.7320508f / 65536);
}

static inline uint32_t hash3(int x, int y, int z)
{
    uint32_t h = (uint32_t)x * 0x8da6b343u ^ (uint32_t)y * 0xd8163841u ^ (uint32_t)z * 0xcb1ab31fu;
    h = (h ^ h >> 15) * 0x2c1b3c6du;
    h = (h ^ h >> 12) * 0x297a2d39u;
    return h ^ h >> 15;
}
/* Value noise in -1..1 with unit lattice. */
static inline float noise3(float x, float y, float z)
{
    float fx = floorf(x), fy = floorf(y), fz = floorf(z);
    int ix = (int)fx, iy = (int)fy, iz = (int)fz;
    x -= fx, y -= fy, z -= fz;
    float u = x * x * (3 - 2 * x), v = y * y * (3 - 2 * y), w = z * z * (3 - 2 * z), c[8];
    for (int i = 0; i < 8; i++)
        c[i] = (float)(hash3(ix + (i & 1), iy + (i >> 1 & 1), iz + (i >> 2)) >> 8) * (2.f / (1 << 24)) - 1;
    return mixf(mixf(mixf(c[0], c[1], u), mixf(c[2], c[3], u), v),
                mixf(mixf(c[4], c[5], u), mixf(c[6], c[7], u), v), w);
}
#endif
