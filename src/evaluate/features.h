/* SPDX-License-Identifier: GPL-3.0-or-later */
/* features.h: what an answer holds, as a row of numbers: of each signal the score and the quality of its most
 * suspicious subject. */
#ifndef UM_EVALUATE_FEATURES_H
#define UM_EVALUATE_FEATURES_H
#include "base/json.h"

/* Of a column "signal" or "signal.quality"; NAN: it said nothing. `answer` as um_answer_of writes it. */
double um_feature(const um_json *answer, const char *column);
#endif
