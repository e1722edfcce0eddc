/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration.h: what a calibration file says, read and checked. docs/fusion.md has the format.
 *
 * Per signal and version a line from score to log10 likelihood ratio,
 *     log_lr = clamp(slope * clamp(score, score_min, score_max) + intercept, -log_lr_max, log_lr_max),
 * its uncertainty `sigma`, which may grow as quality falls, and a group: signals of one group look at the
 * same thing, so that their ratios must not be multiplied. */
#ifndef UM_FUSION_CALIBRATION_H
#define UM_FUSION_CALIBRATION_H
#include "base/base.h"
#include "base/json.h"

enum { UM_MAX_CALIBRATED = 256, UM_MAX_GROUPS = 64, UM_MAX_GROUP = 16 };

typedef struct um_calibration_line {
    double slope, intercept, score_min, score_max, log_lr_max;
    double sigma; /* standard deviation of log_lr */
    double good,
        sigma_poor; /* sigma rises from `good` quality down to sigma_poor at 0; good 0: it does not */
} um_calibration_line;

double um_calibration_log_lr(const um_calibration_line *line, double score);
/* quality 0..1; NAN: unknown, taken for 0 */
double um_calibration_sigma(const um_calibration_line *line, double quality);

/* From which log10 ratio on (of its sign's magnitude) a side is called, and how often that was right and
 * wrong on the recordings of the fit. */
#define UM_CALL_NEVER 7. /* beyond every ratio */
typedef struct um_calibration_call {
    double from;
    int n_right, n_wrong;
} um_calibration_call;

typedef struct um_calibration_entry {
    char name[48], known[400];
    unsigned version;
    char network[65]; /* SHA-256 of the one that gave the scores, "": the signal asks none */
    um_calibration_line line;
    int n_real, n_fake;                         /* of the fit; 0: not said */
    um_calibration_call manipulated, untouched; /* before version 3: from a ratio of 2 on, nothing counted */
    int group, place;                           /* -1: in none; its row in the group's covariance */
} um_calibration_entry;

/* How the ratios of a group become one: the strongest speaks for all, or a weighted sum that allows for the
 * covariance of the ratios within a class. */
typedef enum um_group_rule { UM_GROUP_STRONGEST, UM_GROUP_COVARIANCE } um_group_rule;

typedef struct um_calibration_group {
    char name[48];
    um_group_rule rule;
    int n; /* signals */
    double covariance[UM_MAX_GROUP][UM_MAX_GROUP];
} um_calibration_group;

typedef struct um_calibration {
    char name[192]; /* "NAME (sha256 abcdef012345)", with ", " and the names of what was added behind it */
    int n, n_groups;
    um_calibration_entry entry[UM_MAX_CALIBRATED];
    um_calibration_group group[UM_MAX_GROUPS];
} um_calibration;

/* path NULL: the embedded one. UM_EFORMAT, with one line that names the file, for what is no calibration. */
um_status um_calibration_load(um_calibration **out, const char *path, um_error *err);
/* The entries of the file at `path` in front of those that are there. UM_EFORMAT: it is no calibration, has
 * groups, or there are too many entries. */
um_status um_calibration_add(um_calibration *c, const char *path, um_error *err);
/* The same as JSON: a calibration, checked, but with what is there only for its reader. */
um_status um_calibration_json(um_json **out, const char *path, um_error *err);
void um_calibration_free(um_calibration **c);
const char *um_calibration_name(const um_calibration *c);
/* The entry of this version of that signal with that network, or NULL. */
const um_calibration_entry *um_calibration_find(const um_calibration *c, const char *signal, unsigned version,
                                                const char *network);

/* Weights by which the ratios of the signals at places which[0..n) of a group are to be summed: 1 for each
 * that depends on no other, together 1 for copies of the same. False: their covariance is not positive
 * definite. */
bool um_group_weights(double *weight, const um_calibration_group *g, const int *which, int n);
#endif
