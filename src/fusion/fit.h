/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit.h: from the scores of labelled recordings to the line of a calibration (see calibration.h).
 *
 * A logistic curve is fitted to the scores (Platt, "Probabilistic outputs for support vector machines", 1999,
 * with his targets that keep clear of 0 and 1), both classes weighing the same in sum, so that its log odds
 * are a log likelihood ratio. A light L2 penalty on the slope keeps separable data finite. |log10 LR| is
 * limited to 1, or to the log10 of the number of groups of the rarer class where that is more, and to 2: a
 * hundred sources cannot show that something happens in one of a thousand (compare Vergeer et al. 2016,
 * "Numerical likelihood ratios outputted by LR systems are often based on extrapolation", ELUB).
 *
 * A side is called from the ratio on that so few of the other class reach that their share stays at 2 % (real
 * recordings called manipulated) or 10 % (fakes called untouched) in 95 of 100 draws of whole groups: with
 * few sources none may. Below it lies what is inconclusive.
 *
 * `sigma` is the spread of the log ratio when whole groups (sources) are drawn again with replacement, 400
 * times; a class with a single group is drawn item by item, which understates it. The draws are the same for
 * the same scores. */
#ifndef UM_FUSION_FIT_H
#define UM_FUSION_FIT_H
#include "fusion/calibration.h"

typedef struct um_fit_score {
    double score; /* finite */
    bool fake;
    int group; /* 0-based, of its class: what shares a source */
} um_fit_score;

typedef enum um_fit_outcome {
    UM_FIT_DONE,
    UM_FIT_FEW, /* fewer than 20 scores of a class, or all scores the same */
    UM_FIT_WEAK /* an AUC below 0.6 or a slope that is not positive: a calibration never turns a signal around
                 */
} um_fit_outcome;

typedef struct um_fit {
    um_fit_outcome outcome;
    size_t n[2];              /* real, fake */
    int groups[2];            /* the same */
    double auc, equal_error;  /* of these scores; unless there were few */
    double slope;             /* log10 LR per unit of score; unless there were few */
    um_calibration_line line; /* when done */
    um_calibration_call manipulated, untouched;
} um_fit;

/* UM_EINVAL: a score is not finite, or a group out of 0..n-1. UM_ENOMEM. */
um_status um_fit_scores(um_fit *out, const um_fit_score *scores, size_t n, um_error *err);
/* The same without what takes draws: `sigma` is the least there is, and the calls are not settled. */
um_status um_fit_line(um_fit *out, const um_fit_score *scores, size_t n, um_error *err);
#endif
