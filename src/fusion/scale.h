/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scale.h: the steps of the scale of likelihood ratios, one table for text, page, chart and verdicts.
 *
 * ENFSI Guideline for Evaluative Reporting in Forensic Science, 2015: ratios 2, 10, 100, 1000, 10^4 and 10^6,
 * and their mirror images below 1. */
#ifndef UM_FUSION_SCALE_H
#define UM_FUSION_SCALE_H

enum { UM_SCALE_STEPS = 6 };
extern const double um_scale_step[UM_SCALE_STEPS]; /* log10 of the ratio where a step begins, rising */
/* Below the first step there is no support either way. */
#define UM_LR_NO_SUPPORT (um_scale_step[0])

/* 1: supports manipulation, -1: speaks against it, 0: neither (also for NAN). */
int um_scale_side(double log_lr);
/* "moderate support for manipulation"; "inconclusive" for NAN */
const char *um_scale_words(double log_lr);
#endif
