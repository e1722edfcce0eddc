/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.h: how well scores tell two kinds of trials apart, and how well likelihood ratios are calibrated.
 *
 * A trial is one thing that was judged: its score, and whether it is what a high score claims (a fake, a
 * face). Each measure wants the trials as um_trials_sort leaves them and at least one of each kind where it
 * needs both: NAN otherwise. Equal scores are one threshold: their order never matters. */
#ifndef UM_EVAL_METRICS_H
#define UM_EVAL_METRICS_H
#include "base/base.h"

typedef struct um_trial {
    double score; /* finite; a likelihood ratio may be infinite */
    bool positive;
} um_trial;

void um_trials_sort(um_trial *t, size_t n); /* by score, the lowest first */

/* Area under the ROC curve: the chance that a positive scores above a negative, ties half (Mann & Whitney,
 * 1947). */
double um_auc(const um_trial *t, size_t n);
/* Equal error rate: mean of misses and false alarms at the threshold where the two are closest. */
double um_equal_error(const um_trial *t, size_t n);
/* Mean of the precision at each threshold, weighted by the recall it adds (no interpolation). n_positives:
 * how many there were, those without a trial (a face that was not found) counted. */
double um_average_precision(const um_trial *t, size_t n, size_t n_positives);
/* Cost of likelihood ratios (Bruemmer & du Preez, "Application-independent evaluation of speaker detection",
 * 2006): scores are log10 ratios. 0 = perfect, 1 = as good as always saying 1. */
double um_cllr(const um_trial *t, size_t n);
/* The same after the best monotone calibration of these very scores, found by pooling adjacent violators:
 * what telling apart alone costs; the rest of Cllr is miscalibration. */
um_status um_min_cllr(double *out, const um_trial *t, size_t n, um_error *err);
#endif
