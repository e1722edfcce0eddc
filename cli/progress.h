/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.h: one line on a terminal: how far, how fast, how long. */
#ifndef UM_PROGRESS_H
#define UM_PROGRESS_H
#include <stdbool.h>

typedef struct um_progress {
    const char *label;
    double started_s, drawn_s; /* monotonic clock; drawn_s 0 = nothing on the screen */
    bool terminal;             /* stderr is one; else nothing is ever printed */
} um_progress;

void um_progress_begin(um_progress *progress, const char *label);
/* A um_progress_fn: done and total in seconds of media, total <= 0 when unknown. Draws at most ten times a
 * second; always true. */
bool um_progress_update(void *progress, double done, double total);
void um_progress_end(um_progress *progress); /* erases the line */

/* A um_progress_fn in bytes of a file that is hashed; false after an interrupt. */
bool um_progress_hashing(void *progress, double done, double total);
/* A um_progress_fn: as um_progress_update, but false after an interrupt (interrupt.h). */
bool um_progress_or_stop(void *progress, double done, double total);
#endif
