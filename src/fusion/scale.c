/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scale.c: see scale.h. */
#include "fusion/scale.h"
#include <math.h>

const double um_scale_step[UM_SCALE_STEPS] = {0.30102999566398120, 1, 2, 3, 4, 6};

static const struct {
    const char *manipulated, *untouched;
} words[UM_SCALE_STEPS] = {
    {"weak support for manipulation", "weak support for no manipulation"},
    {"moderate support for manipulation", "moderate support for no manipulation"},
    {"moderately strong support for manipulation", "moderately strong support for no manipulation"},
    {"strong support for manipulation", "strong support for no manipulation"},
    {"very strong support for manipulation", "very strong support for no manipulation"},
    {"extremely strong support for manipulation", "extremely strong support for no manipulation"},
};

int um_scale_side(double log_lr)
{
    return log_lr >= UM_LR_NO_SUPPORT ? 1 : log_lr <= -UM_LR_NO_SUPPORT ? -1 : 0;
}

const char *um_scale_words(double log_lr)
{
    int step = UM_SCALE_STEPS - 1;
    if (isnan(log_lr))
        return "inconclusive";
    while (step >= 0 && fabs(log_lr) < um_scale_step[step])
        step--;
    return step < 0 ? "no support either way" : log_lr > 0 ? words[step].manipulated : words[step].untouched;
}
