/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scratch.h: folders for copies below $TMPDIR, which do not outlive a killed program for long: each is locked
 * by who made it, a lock ends with its process, and the next run removes the folders that nobody holds. */
#ifndef UM_EVALUATE_SCRATCH_H
#define UM_EVALUATE_SCRATCH_H
#include "base/base.h"
#include <limits.h>

typedef struct um_scratch {
    char folder[PATH_MAX];
    int fd; /* holds the lock */
} um_scratch;

/* UM_EWRITE. */
um_status um_scratch_open(um_scratch *out, um_error *err);
/* Removes the folder and the files in it. */
void um_scratch_close(um_scratch *scratch);
/* Removes what killed runs of the same user left. */
void um_scratch_sweep(void);
#endif
