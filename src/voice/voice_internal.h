/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_internal.h: the steps of a measurement, each on the one before. Times as Praat has them: sample i is
 * at (i + 0.5) / rate. */
#ifndef UM_VOICE_INTERNAL_H
#define UM_VOICE_INTERNAL_H
#include "base/base.h"
#include <unmask/voice.h>

#define UM_VOICE_FLOOR_HZ 75.
#define UM_VOICE_CEILING_HZ 600.

struct um_voice {
    const float *x; /* borrowed while it is measured */
    size_t n;
    double rate_hz, peak;   /* the greatest magnitude */
    double first_s, step_s; /* of the frames */
    um_voice_point *frame;
    size_t n_frames;
    int n_unvoiced; /* frames without a candidate that would do by itself */
    double *pulse;
    size_t n_pulses, pulse_capacity;
    um_voice_report report;
};

um_status um_voice_find_pitch(um_voice *v, um_error *err);
/* Of the voiced stretches of the pitch, in order of time. */
um_status um_voice_find_pulses(um_voice *v, um_error *err);
/* Fills the report. */
um_status um_voice_judge(um_voice *v, um_error *err);
/* Of the voiced moments of the pitch, into the report. */
um_status um_voice_find_formants(um_voice *v, um_error *err);

/* Between frames by a straight line; NaN where the nearer one has no voice or there is none. */
double um_voice_hz_at(const um_voice *v, double t_s);
#endif
