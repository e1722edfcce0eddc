/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fusion.h: from scores to likelihood ratios to verdicts. Sees findings, not pixels.
 *
 *     score, quality -> log ratio of a result      um_fusion_calibrate
 *     ratios of a group of signals -> one ratio    by the rule of the group
 *     ratios of the groups -> their sum            the verdict
 *
 * A calibration holds for a signal, its version and the network it asks: what another network says is not
 * weighed by it. A signal without calibration is shown and weighs nothing. Reporting follows the ENFSI
 * Guideline for Evaluative Reporting, 2015. docs/fusion.md has all formulas. */
#ifndef UM_FUSION_H
#define UM_FUSION_H
#include "fusion/calibration.h"
#include "results/findings.h"
#include <unmask/results.h>

/* How well a subject was seen or heard, 0..1. */
typedef struct um_subject_quality {
    um_subject subject;
    double quality;
} um_subject_quality;

/* Fills calibrated, log_lr, lo, hi of every result, and the known error rate. What a signal said before it
 * failed stays uncalibrated, and so weighs nothing. A subject that is not among `quality` has none known. */
void um_fusion_calibrate(const um_calibration *c, um_findings *findings, const um_subject_quality *quality,
                         int n_quality);
/* The verdict on one subject, from results that um_fusion_calibrate has filled: on a voice, on the file (of
 * what concerns the whole), on a person or a voice of hers, whichever is more suspicious, on an interval or a
 * region that a signal has named. What is said of picture and of sound is not summed: the more suspicious of
 * the two decides. */
um_verdict um_fusion_subject(const um_calibration *c, um_findings *const *findings, int n,
                             um_subject subject);
/* The file: what concerns the whole, together with the most suspicious of `others`, persons and voices; of
 * picture and sound the more suspicious. No support for "no manipulation" while one of the two was not
 * judged.
 */
um_verdict um_fusion_file(const um_calibration *c, um_findings *const *findings, int n,
                          const um_subject *others, int n_others, bool has_picture, bool has_sound);
/* What one calibrated score says by itself, with words; `e` NULL: not calibrated, `score` NAN: none. */
um_verdict um_fusion_of_score(const um_calibration_entry *e, double score);
/* From the ratio, its interval and the number of results: is it conclusive, and if not, why. */
void um_fusion_settle(um_verdict *v);
/* Whose voice it is: the person of the most confident link, if it is more likely than not; otherwise -1. */
int um_fusion_speaker(um_findings *const *findings, int n, int voice);
#endif
