/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures.h: figures in the words of signals. */
#ifndef UM_SIGNALS_FIGURES_H
#define UM_SIGNALS_FIGURES_H
#include <math.h>

/* In tenths, but one that misses a limit is not rounded up to it: "0.8 s, 0.8 s needed". */
static inline double um_short_of(double v, double limit)
{
    const double tenths = round(v * 10) / 10;
    return tenths < limit ? tenths : limit - .1;
}
#endif
