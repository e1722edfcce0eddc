/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contour.h: how the pitch of a voice moves, in cents (100 to a semitone), a value every 10 ms, without gaps.
 */
#ifndef UM_DSP_CONTOUR_H
#define UM_DSP_CONTOUR_H
#include "base/base.h"
#include <math.h>

enum {
    UM_CONTOUR_REACH = 4,  /* values to each side of one: 90 ms, shorter than a syllable */
    UM_VIBRATO_VALUES = 60 /* of a window: more than two turns at 4 Hz */
};

static inline double um_cents(double hz) /* above 1 Hz */
{
    return 1200 * log2(hz);
}

/* How far each value is from the parabola through it and its neighbours within reach (Savitzky & Golay,
 * Analytical Chemistry 36(8), 1964), without the first and the last UM_CONTOUR_REACH of them: n - 8 numbers,
 * or none. How many. */
int um_contour_deviations(double *out, const double *cents, int n);

typedef struct um_vibrato {
    double rate_hz, extent_cents; /* from the middle to either side */
    double regular;               /* share of what is left of the window beyond a parabola */
    double drift_cents;           /* by which the parabola rises or falls from one end to the other */
} um_vibrato;

/* The sine of 4 to 8 Hz that, added to a parabola, comes closest to UM_VIBRATO_VALUES values. */
void um_contour_vibrato(um_vibrato *out, const double cents[UM_VIBRATO_VALUES]);
#endif
