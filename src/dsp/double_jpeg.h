/* SPDX-License-Identifier: GPL-3.0-or-later */
/* double_jpeg.h: what is left, in a coefficient of a JPEG picture, of an earlier JPEG compression with
 * another step.
 *
 * Lin, He, Tang & Tang, "Fast, automatic and fine-grained tampered JPEG image detection via DCT coefficient
 * analysis", Pattern Recognition 42(11), 2009: counts of twice quantised values come and go with a period;
 * what was pasted in before the second compression does not follow it. The shape of the period from the two
 * steps: Bianchi & Piva, "Image forgery localization via block-grained analysis of JPEG artifacts", IEEE TIFS
 * 7(3), 2012. Both know the second step; the first is the one under which the counts are most likely. */
#ifndef UM_DSP_DOUBLE_JPEG_H
#define UM_DSP_DOUBLE_JPEG_H
#include "base/base.h"

enum { UM_JPEG_REACH = 20 }; /* steps from zero; what is farther is rare */

/* How many times more frequent (in theory, where values are spread evenly) a value of k steps is than without
 * the first compression, k = 0..UM_JPEG_REACH. */
void um_double_ratio(double ratio[UM_JPEG_REACH + 1], int first, int second);

typedef struct um_first_step {
    int step;     /* gray levels; 0: fewer values than needed */
    double share; /* of the values that have it, in tenths; the rest knew one compression only */
    double gain;  /* of log likelihood per value against one compression, in nats */
} um_first_step;
/* `count[k]`: values of k steps, either sign; `once[k]`: as they would be without the first compression, from
 * the same picture cut at another place. Zero is not asked: flat parts fill it whatever was done. */
um_first_step um_first_step_fit(const uint32_t count[UM_JPEG_REACH + 1],
                                const uint32_t once[UM_JPEG_REACH + 1], int second);
#endif
