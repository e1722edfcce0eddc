/* SPDX-License-Identifier: GPL-3.0-or-later */
/* features.c: see features.h. */
#include "evaluate/features.h"
#include <math.h>
#include <string.h>

double um_feature(const um_json *answer, const char *column)
{
    char signal[64];
    const char *dot = strchr(column, '.');
    snprintf(signal, sizeof signal, "%.*s", (int)(dot ? dot - column : 63), column);
    const um_json *subjects = um_json_get(um_json_get(um_json_get(answer, "signals"), signal), "subjects");
    double score = NAN, quality = NAN;
    for (size_t i = 0; i < um_json_count(subjects); i++) {
        const um_json *subject = um_json_at(subjects, i);
        const double s = um_json_get_num(subject, "score", NAN);
        if (isnan(s) || s <= score)
            continue;
        score = s;
        quality = um_json_get_num(subject, "quality", NAN);
    }
    return dot ? quality : score;
}
