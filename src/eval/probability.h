/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probability.h: how far probabilities may be believed. Scores are P(positive), 0 to 1; order is free. */
#ifndef UM_EVAL_PROBABILITY_H
#define UM_EVAL_PROBABILITY_H
#include "eval/metrics.h"

/* NAN without a trial. */
double um_log_loss(const um_trial *t, size_t n); /* natural; probabilities kept within 1e-15 of 0 and 1 */
double um_brier(const um_trial *t, size_t n);    /* Brier, "Verification of forecasts", 1950: squared error */

/* Reliability: what was said and what came, in bins of equal width; an edge belongs to the bin below it. */
enum { UM_RELIABILITY_BINS = 15 }; /* as Guo et al., "On calibration of modern neural networks", 2017 */
typedef struct um_reliability {
    size_t n;
    double said, came; /* mean probability, share of positives; NAN in an empty bin */
} um_reliability;
void um_reliability_of(um_reliability bin[UM_RELIABILITY_BINS], const um_trial *t, size_t n);
/* Expected calibration error (Naeini et al., 2015): the mean of |said - came|, weighted by n. */
double um_calibration_error(const um_trial *t, size_t n);
#endif
