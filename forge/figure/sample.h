/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.h: a whole sample: video or still with label and truth. */
#ifndef UM_SYNTH_SAMPLE_H
#define UM_SYNTH_SAMPLE_H
#include "figure/group.h"
#include <unmask/types.h>

typedef struct sample_options {
    int width, height, persons, threads;
    double seconds, fps, yaw_range_deg, cell_mm;
    uint64_t seed;
    bool glasses; /* everybody wears a pair that belongs to the seed */
    group_scene scene;
    const char *command; /* recorded in the truth */
    um_progress_fn progress;
    void *user;
} sample_options;

/* Writes `path` (.mp4, .mkv, .avi ...: a video with sound; .png: the picture at `seconds`) and the truth
 * beside it: `path` + ".truth.json". The label cannot be left out. */
um_status sample_write(const char *path, const sample_options *opt, um_error *err);
#endif
