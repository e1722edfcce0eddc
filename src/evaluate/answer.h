/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.h: what the cache keeps of an analysis: what each signal said of each subject, and over time. */
#ifndef UM_EVALUATE_ANSWER_H
#define UM_EVALUATE_ANSWER_H
#include "evaluate/evaluation.h"
#include <unmask/results.h>

/* How what a signal said of persons and moments becomes one score of the recording. All but the first are
 * those of the winners of the Deepfake Detection Challenge (2020); log odds are averaged as probabilities.
 */
typedef enum um_aggregate {
    UM_AGGREGATE_SCORE,     /* the signal's own score, of the most suspicious subject */
    UM_AGGREGATE_MEAN,      /* the mean of all moments of all subjects */
    UM_AGGREGATE_CONFIDENT, /* that of the sure ones (Seferbekov): above .8 when these are more than 11 and
                               more than 2 in 5; below .2 when these are more than 9 in 10; else of all */
    UM_AGGREGATE_MAX,       /* the most suspicious moment of any subject */
    UM_AGGREGATE_PERSON,    /* the highest of the subjects' means */
    UM_AGGREGATES
} um_aggregate;

/* False: no such rule. NULL and "" are the first. */
bool um_aggregate_from(um_aggregate *out, const char *name);

/* As JSON; the caller frees. */
um_status um_answer_of(char **out, const um_results *results, um_error *err);
/* The scores of example i from such a text; `name` stands in errors. */
um_status um_answer_take(um_evaluation *e, size_t i, const char *text, um_aggregate rule, const char *name,
                         um_error *err);
#endif
