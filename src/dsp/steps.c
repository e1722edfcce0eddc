/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/steps.h"
#include <math.h>

static double *slot(um_steps *s, int64_t k)
{
    return &s->value[(uint64_t)k % UM_STEPS];
}

void um_steps_put(um_steps *s, int64_t k, double value)
{
    if (!s->any || k - s->newest > UM_STEPS) {
        s->any = true;
        s->newest = k - UM_STEPS;
    }
    while (s->newest < k)
        *slot(s, ++s->newest) = NAN;
    if (k > s->newest - UM_STEPS)
        *slot(s, k) = value;
}

double um_steps_get(const um_steps *s, int64_t k)
{
    return s->any && k <= s->newest && k > s->newest - UM_STEPS ? s->value[(uint64_t)k % UM_STEPS] : NAN;
}

double um_steps_fast(const um_steps *s, int64_t k, int half, int few)
{
    double sum = 0;
    int known = 0;
    for (int64_t i = k - half; i <= k + half; i++)
        if (!isnan(um_steps_get(s, i))) {
            sum += um_steps_get(s, i);
            known++;
        }
    return known >= few ? um_steps_get(s, k) - sum / known : NAN;
}
