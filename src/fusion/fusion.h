/* fusion.h: from scores to likelihood ratios to a verdict. Sees findings, not pixels.
 *
 * A calibration maps the score of one version of one signal to log10 of a likelihood ratio,
 *     log_lr = clamp(slope * clamp(score, score_min, score_max) + intercept, -log_lr_max, log_lr_max),
 * fitted on labelled media by tools/fit_calibration (Platt, "Probabilistic outputs for support vector
 * machines", 1999; reporting after the ENFSI Guideline for Evaluative Reporting, 2015). A signal without one
 * is shown and weighs nothing. */
#ifndef UM_FUSION_H
#define UM_FUSION_H
#include "fusion/verdict.h"
#include "results/findings.h"

typedef struct um_calibration um_calibration;

/* path NULL: the embedded one. UM_EFORMAT for a file that is not a calibration. */
um_status um_calibration_load(um_calibration **out, const char *path, um_error *err);
void um_calibration_free(um_calibration **c);
const char *um_calibration_name(const um_calibration *c); /* "NAME (sha256 abcdef012345)" */
/* Fills calibrated, log_lr, lo, hi of every result, and the known error rate. What a signal said before it
 * failed stays uncalibrated, and so weighs nothing. */
void um_fusion_calibrate(const um_calibration *c, um_findings *findings);
/* The verdict over the results about one subject. */
um_verdict um_fusion_combine(um_findings *const *findings, int n, um_subject subject);
/* The file: what concerns the whole, together with its most suspicious person. */
um_verdict um_fusion_file(const um_verdict *whole, const um_verdict *persons, int n_persons);
#endif
