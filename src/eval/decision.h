/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decision.h: what trials cost once a threshold decides: counts, curves over all thresholds, detection costs.
 *
 * A trial is called positive when its score is not below the threshold. Curves and costs want the trials as
 * um_trials_sort leaves them. */
#ifndef UM_EVAL_DECISION_H
#define UM_EVAL_DECISION_H
#include "eval/metrics.h"

typedef struct um_decisions {
    size_t hits, misses, alarms,
        passes; /* positives called and not called, negatives called and not called */
} um_decisions;

um_decisions um_decide(const um_trial *t, size_t n, double threshold);
double um_accuracy(um_decisions d); /* NAN without a trial */
double um_f1(um_decisions d);       /* of the positives; NAN when there are none and none were called */

/* One threshold: the shares of positives missed and of negatives called. */
typedef struct um_curve_point {
    double threshold, miss, alarm;
} um_curve_point;

/* All different thresholds, rising, from that at which all are called (-INFINITY) to that at which none is
 * (INFINITY): at most n + 2 points; returns how many. 0 when a kind is lacking. ROC: alarm and 1 - miss; DET
 * (Martin et al., "The DET curve in assessment of detection task performance", 1997): um_probit of both. */
size_t um_curve(um_curve_point *out, const um_trial *t, size_t n);
/* The quantile of the normal distribution at a share, kept within 1e-4 and 1 - 1e-4, the ends of a DET plot.
 */
double um_probit(double share);

/* The least detection cost over all thresholds, as a share of what always giving the same answer costs:
 * prior = of the positives (Doddington et al., "The NIST speaker recognition evaluation", 2000). */
double um_min_dcf(const um_trial *t, size_t n, double prior, double cost_miss, double cost_alarm);

/* A speaker verification that the voices have to pass, too: its errors at its own threshold. */
typedef struct um_verifier {
    double miss, alarm, spoofed; /* shares of targets refused, of other speakers and of fakes accepted */
} um_verifier;

/* Least tandem detection cost, normalized, with the priors and costs of ASVspoof 2019 and 2021 (Kinnunen et
 * al., "Tandem assessment of spoofing countermeasures and automatic speaker verification", 2020). Positives
 * are the fakes. NAN when a kind is lacking, or when the verifier is worse than none. */
double um_min_tdcf(const um_trial *t, size_t n, const um_verifier *verifier);
#endif
