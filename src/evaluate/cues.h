/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cues.h: does the set betray its labels? What a file shows before anyone looks or listens (size, length,
 * resolution, codec, level, ...) as columns of scores, and a logistic regression of all of them. A detector
 * trained where these tell the classes apart may have learnt them and nothing else. */
#ifndef UM_EVALUATE_CUES_H
#define UM_EVALUATE_CUES_H
#include "base/json_write.h"
#include "evaluate/evaluation.h"

/* Before um_evaluation_measure: e->cue, of which the last is that of all the others together. A file that
 * cannot be read is among the failures. */
um_status um_evaluation_cues(um_evaluation *e, const um_evaluate_options *opt, const um_pass *pass,
                             um_error *err);

/* What they gave; nothing where they were not asked for. */
void um_cues_text(um_buf *b, const um_evaluation *e);
void um_cues_json(um_json_writer *w, const um_evaluation *e);
void um_cues_html(um_buf *b, const um_evaluation *e);
/* That of all together on a slice; NULL where they were not asked for. */
const um_measured *um_cues_auc(const um_evaluation *e, const um_slice *s);
#endif
