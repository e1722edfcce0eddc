/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cooccurrence.h: which small patterns the noise of a patch consists of, and how far patches lie from others.
 *
 * Cozzolino, Poggi & Verdoliva, "Splicebuster: a new blind image splicing detector", WIFS 2015. */
#ifndef UM_DSP_COOCCURRENCE_H
#define UM_DSP_COOCCURRENCE_H
#include "base/base.h"

/* Residuals x[-1] - 3 x[0] + 3 x[1] - x[2] along rows and along columns, in steps of UM_COOC_STEP gray
 * levels, rounded and cut to -1, 0, 1; four neighbours along the same direction are one of 81 patterns, which
 * become 25 when a pattern, its mirror image and its negative count as one. */
enum { UM_COOC_N = 25, UM_COOC_STEP = 2 };

typedef struct um_cooc {
    double value[UM_COOC_N]; /* square roots of the shares: their squares sum to 1 */
    double even;             /* share of the pattern of four zeros */
} um_cooc;
/* Of a patch of at least 7 x 7 pixels. */
void um_cooccurrence(um_cooc *out, const uint8_t *luma, ptrdiff_t stride, int width, int height);

/* A normal distribution of such values. */
typedef struct um_cooc_model {
    double mean[UM_COOC_N];
    double inverse[UM_COOC_N][UM_COOC_N]; /* of the covariance */
} um_cooc_model;
/* Fitted to the three quarters of the n samples that lie nearest to the medians, so that a smaller part from
 * elsewhere does not shape it. To the covariance a hundredth of its mean variance is added, which holds it
 * when few differ. UM_ENOMEM; UM_EINVAL: all are alike. n is 1 at least. */
um_status um_cooc_fit(um_cooc_model *out, const um_cooc *const *sample, int n, um_error *err);
/* Squared distance (Mahalanobis). */
double um_cooc_distance(const um_cooc_model *model, const um_cooc *sample);
#endif
