/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey.h: a look through the packets of a file before it is decoded, for what no header tells. */
#ifndef UM_AV_SURVEY_H
#define UM_AV_SURVEY_H
#include "av/source/demux.h"

enum { UM_SURVEY_SIZES = 8 };

typedef struct um_survey {
    double duration_s; /* declared, or counted; 0: not known */
    int n_sizes;       /* of stored pictures; most of them first; 0: not known */
    struct {
        int width, height;
        int64_t n;
    } size[UM_SURVEY_SIZES];
} um_survey;

/* What `d`, which has been opened and not read, leaves unknown: the duration where FFmpeg only estimates it,
 * and the sizes of the pictures where the codec may change them. Reads a bounded part of the file. UM_ENOMEM
 * only. */
um_status um_survey_take(um_survey *out, const um_demux *d, const um_source_options *opt, um_error *err);
#endif
