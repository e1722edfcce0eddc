/* SPDX-License-Identifier: GPL-3.0-or-later */
/* condition.h: what happens to recordings on their way through the world, done to a copy: another encoder,
 * fewer pixels, blur, noise, a telephone. The same file gives the same copy. */
#ifndef UM_EVALUATE_CONDITION_H
#define UM_EVALUATE_CONDITION_H
#include "base/base.h"

typedef enum um_medium { UM_MEDIUM_PHOTO, UM_MEDIUM_VIDEO, UM_MEDIUM_SOUND, UM_MEDIA } um_medium;

typedef struct um_condition {
    const char *name, *title;
    bool of[UM_MEDIA];         /* recordings that it is done to */
    int jpeg;                  /* photos: quality; 0: PNG */
    int crf;                   /* videos: of H.264 */
    int down;                  /* sides are divided by this; 0: not */
    double blur_px, noise;     /* deviations, in pixels and gray levels; 0: none */
    const char *sound_encoder; /* NULL: none */
    int64_t bit_rate;
    int rate_hz;            /* through which the sound goes; 0: its own */
    double low_hz, high_hz; /* band that is left; 0: all */
    double snr_db;          /* of white noise that is added to the sound; 0: none */
} um_condition;

extern const um_condition um_conditions[]; /* ended by one without a name */

enum { UM_CONDITION_VERSION = 1 };

/* Writes the copy into `folder` and its path, to be freed, into *out. UM_EOF, and *out NULL: it is not done
 * to such a recording. max_s: only the first seconds; 0: all. */
um_status um_condition_copy(char **out, const um_condition *condition, const char *path, const char *folder,
                            double max_s, um_error *err);
#endif
