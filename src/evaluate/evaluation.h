/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evaluation.h: the inside of a um_evaluation: detectors with a score per recording, and what was measured.
 */
#ifndef UM_EVALUATE_EVALUATION_H
#define UM_EVALUATE_EVALUATION_H
#include "base/digest.h"
#include "data/dataset.h"
#include "eval/bootstrap.h"
#include "eval/decision.h"
#include "evaluate/condition.h"
#include "fusion/fit.h"
#include <unmask/evaluate.h>

/* What a score is: higher is always more likely fake. */
typedef enum um_score_kind {
    UM_SCORE_RANK,        /* no more than that */
    UM_SCORE_PROBABILITY, /* of a fake, 0 to 1 */
    UM_SCORE_RATIO,       /* log10 likelihood ratio; as a probability: that of even odds before */
} um_score_kind;

/* One column of scores: a signal, the verdict, or a column of a file. */
typedef struct um_detector {
    char name[64];
    um_score_kind kind;
    double *score;                   /* [examples], NAN: it said nothing */
    char network[UM_SHA256_HEX + 1]; /* of a signal that asks one */
} um_detector;

typedef enum um_measure {
    UM_MEASURE_AUC,
    UM_MEASURE_EER,
    UM_MEASURE_AP,
    UM_MEASURE_MIN_CLLR,
    UM_MEASURE_MIN_DCF,
    UM_MEASURE_MIN_TDCF,
    UM_MEASURE_CLLR,
    UM_MEASURE_LOG_LOSS,
    UM_MEASURE_BRIER,
    UM_MEASURE_ECE,
    UM_MEASURE_ACCURACY,
    UM_MEASURE_F1,
    UM_MEASURES
} um_measure;
extern const struct um_measure_name {
    const char *key, *title;
} um_measure_names[UM_MEASURES];

typedef struct um_measured {
    double value; /* NAN: not defined here */
    um_interval interval;
} um_measured;

/* One detector on one slice. */
typedef struct um_cell {
    size_t n_real, n_fake, silent_real, silent_fake; /* with and without a score */
    um_measured measure[UM_MEASURES];
    size_t n_pairs;
    um_measured within; /* mean AUC within a pair */
} um_cell;

/* What the verdicts called the recordings of a class. */
typedef struct um_calls {
    size_t manipulated, untouched, undecided;
} um_calls;

/* The fakes of which a field has this value, against the real ones that have it, too; all real ones where
 * there are none. */
typedef struct um_slice {
    char field[32];    /* "": all */
    const char *value; /* of the set */
    bool own_reals;
    um_cell *cell; /* [detectors] */
    um_cell *cue;  /* [cues] */
    um_calls real, fake;
} um_slice;

typedef struct um_failure {
    size_t example;
    char *text;
} um_failure;

/* What a condition does to the scores, on the recordings that it is done to. */
typedef struct um_robust {
    const um_condition *condition;
    size_t n_failures;      /* recordings of which no copy could be made or read */
    um_cell *plain, *under; /* [detectors] */
} um_robust;

/* One detector on what a value of a field names, the other values being the rest of the world. */
typedef struct um_crossed {
    um_cell own;    /* its fakes against its own real recordings */
    um_cell others; /* its fakes against the real ones of the others; where it has no fakes, its real ones
                       against their fakes */
    um_cell ratios; /* as `own`, or as `others` where it lacks a class, in ratios of a calibration that was
                       fitted without it; a detector of ratios or probabilities is taken as it is */
} um_crossed;

typedef struct um_left_out {
    const char *value; /* of the set */
    size_t length;     /* of that, where a value is only the beginning */
    um_crossed *of;    /* [detectors] */
} um_left_out;

/* What is to be expected of a value that is not in the set: the AUC of those that have fakes. */
typedef struct um_forecast {
    size_t n;
    um_measured auc; /* the mean over values, with the interval of drawing values again */
    double lowest;
    const char *of; /* the value where it is lowest */
    size_t of_length;
} um_forecast;

#define UM_EVALUATION_CACHE ((int64_t)1 << 30) /* bytes, where nobody says how many */
enum { UM_EVALUATION_DETECTORS = 512, UM_EVALUATION_SLICES = 10000 };

struct um_evaluation {
    um_dataset *set;
    uint32_t *cluster; /* [examples] */
    size_t n_clusters;
    um_detector *detector;
    size_t n_detectors, detector_capacity;
    um_detector *cue; /* what betrays the label (cues.h); the last one: all others together */
    size_t n_cues;
    char **answer;     /* [examples] what the cache keeps of each (answer.h); NULL: scores of a file */
    size_t n_answers;  /* as many as examples; the set may be lent */
    signed char *call; /* [examples] 1: called manipulated, -1: untouched, 0: inconclusive; NULL: scores of a
                          file */
    um_slice *slice;
    size_t n_slices, slice_capacity;
    char *answered; /* [examples] 1: it was analysed */
    um_robust *robust;
    size_t n_robust;
    char cross[32]; /* the field whose values were left out once each; "": none */
    um_left_out *left_out;
    size_t n_left_out;
    um_forecast *forecast; /* [detectors] */
    um_failure *failure;
    size_t n_failures, failure_capacity;
    int draws;
    uint64_t seed;
    bool has_verifier;
    um_verifier verifier;
};

/* The detector of this name, made when it is not there; NULL when memory is exhausted or there are too many.
 */
um_detector *um_evaluation_detector(um_evaluation *e, const char *name, um_score_kind kind);

/* Columns of a CSV file: `path` (as in the set) or `filename` (its last part) first of all, every other one a
 * detector; X_log_lr and log_lr hold ratios, X_probability, probability, and label beside filename
 * (submission.csv of the DFDC) probabilities. An empty field: no score. A column with the name of a signal is
 * that signal, of the network that it asks (`models`: a folder of others, or NULL). */
um_status um_evaluation_read_scores(um_evaluation *e, const char *path, const char *models, um_error *err);

/* The set gone through once: as it is (NULL) or under a condition; which time out of how many that is. */
typedef struct um_pass {
    const um_condition *condition;
    size_t number, of;
} um_pass;
/* Analyses every recording that has a class, several at once. */
um_status um_evaluation_analyse(um_evaluation *e, const um_evaluate_options *opt, const um_pass *pass,
                                um_error *err);
/* How many of the conditions (names with commas between, "all") there are. UM_EINVAL: no such condition. */
um_status um_evaluation_conditions(size_t *n, const char *names, um_error *err);
/* After the set was measured as it is: the same under conditions. */
um_status um_evaluation_robustness(um_evaluation *e, const um_evaluate_options *opt, um_error *err);

/* Of a score of this kind. */
double um_score_probability(um_score_kind kind, double score);
double um_score_ratio(um_score_kind kind, double score);

/* Cuts the set into slices by fields ("kind,generator"; may be NULL) and measures all detectors and cues on
 * all. */
um_status um_evaluation_measure(um_evaluation *e, const char *by, um_error *err);
/* The mean of n values, with the interval of drawing them again. */
um_status um_evaluation_mean(um_measured *out, const um_evaluation *e, const double *value, size_t n,
                             um_error *err);
/* role[i]: 1 real and in the slice, 2 fake and in the slice. */
um_status um_evaluation_cell(um_cell *out, const um_evaluation *e, const um_detector *d, const char *role,
                             um_error *err);
/* A line from scores [examples] to ratios, of the recordings with use[i] that may be learnt from. */
um_status um_evaluation_line(um_fit *out, const um_evaluation *e, const double *score, const bool *use,
                             um_error *err);
/* The sorted trials of a detector on all recordings; the caller frees. */
um_status um_evaluation_trials(um_trial **out, size_t *n, const um_evaluation *e, const um_detector *d,
                               um_error *err);
#endif
