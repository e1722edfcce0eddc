/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cross_tell.h: what each value left out gave, of one detector, as text, JSON and on the page; nothing where
 * none was left out. */
#ifndef UM_EVALUATE_CROSS_TELL_H
#define UM_EVALUATE_CROSS_TELL_H
#include "base/json_write.h"
#include "evaluate/evaluation.h"

void um_cross_text(um_buf *b, const um_evaluation *e, size_t detector);
void um_cross_json(um_json_writer *w, const um_evaluation *e, size_t detector);
void um_cross_html(um_buf *b, const um_evaluation *e, size_t detector);
#endif
