/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standstill.h: sound that stands still: digital silence, and the line around which it swings. */
#ifndef UM_SIGNALS_SOUND_STANDSTILL_H
#define UM_SIGNALS_SOUND_STANDSTILL_H
#include "base/base.h"

enum { UM_LINE_SIDE = 20 }; /* such means on each side of a moment: a second */

typedef struct um_standstill {
    int rate_hz, needed, part; /* samples: of silence, of a mean */
    int64_t begins, next;      /* of the equal samples; the sample expected next */
    float last;
    int64_t silent; /* samples in silence so far */
    double sum;
    int n_sum, n_lines;
    double line[2 * UM_LINE_SIDE]; /* means, the last one last */
    double total;
    int64_t n;
} um_standstill;

/* What was found when n samples had gone by. Not UM_OK stops. */
typedef struct um_standstill_event {
    int64_t from, to; /* silence: its samples, from == to when it is none */
    bool compared;    /* the line was compared at sample `at`: */
    int64_t at;
    double moved, times; /* by how much it moved, and by how many of its own deviations */
} um_standstill_event;
typedef um_status (*um_standstill_fn)(void *user, const um_standstill_event *event, um_error *err);

void um_standstill_init(um_standstill *still, int rate_hz);
/* n samples from index `first` on; after a gap it begins anew. What is not finite counts as 0. */
um_status um_standstill_push(um_standstill *still, int64_t first, const float *samples, int n,
                             um_standstill_fn fn, void *user, um_error *err);
/* Silence up to the end of the recording. */
um_status um_standstill_end(um_standstill *still, um_standstill_fn fn, void *user, um_error *err);
#endif
