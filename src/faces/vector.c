/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector.c: see vector.h. */
#include "faces/vector.h"
#include <math.h>

void um_vector_normalize(float *v, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += v[i] * v[i];
    float scale = sum > 0 ? 1 / sqrtf(sum) : 0;
    for (int i = 0; i < n; i++)
        v[i] *= scale;
}

float um_vector_dot(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

void um_vector_average(float *mean, const float *v, int n, float rate)
{
    for (int i = 0; i < n; i++)
        mean[i] += rate * (v[i] - mean[i]);
    um_vector_normalize(mean, n);
}
