/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootstrap.h: how much measures would move with other recordings: the percentile bootstrap (Efron, 1979), by
 * cluster: what shares a person, a source or a pair is drawn together, or the interval would be too narrow
 * (Davison & Hinkley, "Bootstrap methods and their application", 1997, 3.8). */
#ifndef UM_EVAL_BOOTSTRAP_H
#define UM_EVAL_BOOTSTRAP_H
#include "eval/metrics.h"

enum { UM_BOOTSTRAP_MEASURES = 24 };

typedef struct um_interval {
    double lo, hi; /* NAN when the measure was undefined in more than half of the draws */
} um_interval;

/* Writes the measures of sorted trials to `out`; NAN where one is undefined. */
typedef um_status (*um_measures_fn)(double *out, const um_trial *t, size_t n, void *user, um_error *err);

/* `draws` samples of the clusters, with replacement, drawn from `seed`; the middle `share` (0.95) of each of
 * n_measures measures. `t` is sorted; cluster[i] of trial i is below UINT32_MAX. UM_EINVAL: more measures
 * than UM_BOOTSTRAP_MEASURES, no draw, or no share between 0 and 1. UM_ENOMEM, and what `measures` gives. */
um_status um_bootstrap(um_interval *out, size_t n_measures, const um_trial *t, const uint32_t *cluster,
                       size_t n, um_measures_fn measures, void *user, int draws, double share, uint64_t seed,
                       um_error *err);
#endif
