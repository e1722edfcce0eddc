/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logarithm.h: many logarithms at once. */
#ifndef UM_DSP_LOGARITHM_H
#define UM_DSP_LOGARITHM_H
#include "base/vec.h"

/* Of each of n floats its natural logarithm, within 2e-7 of it or of 1, whichever is more. They are positive,
 * finite and not denormal: 1.2e-38 and more. n: a multiple of UM_LANES. */
void um_logarithms(float *x, int n);
#endif
