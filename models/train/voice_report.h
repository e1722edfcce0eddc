/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_report.h: what the samples of the voice network look like, what betrays them, and how good a network
 * is at them. */
#ifndef UNMASK_VOICE_REPORT_H
#define UNMASK_VOICE_REPORT_H
#include "task_voice.h"

/* Pairs below each other, the recording and the fake: log power, low frequencies at the bottom, a PNG. */
um_status voice_sheet(const voice_set *set, const voice_mix *mix, uint64_t seed, const char *path,
                      um_error *err);
/* AUC of numbers that have nothing to do with voices, over n pairs as they are drawn and spoiled; and how
 * many samples a thread makes a second. To stdout. */
um_status voice_cues(const voice_set *set, const voice_mix *mix, int n, uint64_t seed, um_error *err);
/* AUC and equal error rate of scores [set->n] (NAN: not scored), in all and by source, kind and pair. To
 * stdout. */
um_status voice_table(const voice_set *set, const double *score, um_error *err);
/* path,score: as `unmask evaluate --scores` reads it. */
um_status voice_write_scores(const voice_set *set, const double *score, const char *path, um_error *err);
#endif
