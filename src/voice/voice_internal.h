/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_internal.h: the steps of a measurement, each on the one before. Times as Praat has them: sample i is
 * at (i + 0.5) / rate. */
#ifndef UM_VOICE_INTERNAL_H
#define UM_VOICE_INTERNAL_H
#include "base/base.h"
#include <unmask/voice.h>

#define UM_VOICE_FLOOR_HZ 75.
#define UM_VOICE_CEILING_HZ 600.

struct um_measured_voice {
    const float *x; /* [n] */
    float *heard;   /* the same when they are its own */
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

um_status um_voice_find_pitch(um_measured_voice *v, um_error *err);
/* Of the voiced stretches of the pitch, in order of time. */
um_status um_voice_find_pulses(um_measured_voice *v, um_error *err);
/* Fills the report. */
um_status um_voice_judge(um_measured_voice *v, um_error *err);

/* Each into the report; of intensity and pitch, of the pitch. */
um_status um_voice_time(um_measured_voice *v, um_error *err);
um_status um_voice_find_movement(um_measured_voice *v, um_error *err);

/* Weights of the `depth` samples on each side of a moment, `part` after the last of the left ones: sines
 * under a window (Boersma 1993, equation 22). */
void um_voice_sines(double *sine, int depth, double part);

/* A recording at twice a ceiling, with nothing above it and from 50 Hz on 6 dB per octave louder. */
typedef struct um_lowered {
    float *x; /* to be freed, also after a failure */
    int64_t n;
    int rate_hz;
} um_lowered;
enum { UM_VOICE_FORMANTS_HZ = 5500, UM_VOICE_CEPSTRUM_HZ = 5000, UM_VOICE_LOWERED = 2 };
/* Below both ceilings: most of the way is the same. */
um_status um_voice_lower(um_lowered out[UM_VOICE_LOWERED], const um_measured_voice *v, um_error *err);
/* Into the report; of the voiced moments of the pitch, and of the whole. */
um_status um_voice_find_formants(um_measured_voice *v, const um_lowered *sound, um_error *err);
um_status um_voice_find_cepstral_peak(um_measured_voice *v, const um_lowered *sound, um_error *err);

/* How strong each frequency is over time, for the eye: level[column][row], row 0 the lowest; 255 the
 * strongest of all, 0 what is UM_VOICE_RANGE_DB or more below it. Rows are `top_hz` / rows wide, columns
 * share the recording evenly. Frequencies are raised by 6 dB per octave, as Praat draws them: a voice falls
 * by as much. */
#define UM_VOICE_RANGE_DB 70.
um_status um_voice_spectrogram(uint8_t *level, const um_measured_voice *v, double top_hz, int columns,
                               int rows, um_error *err);

/* The lines of the report, in its order. */
typedef struct um_voice_line {
    const char *part, *key, *words, *unit;
    double factor; /* into `unit` */
    int digits;    /* behind the point; 0: a count */
    size_t offset; /* in the report */
} um_voice_line;
enum { UM_VOICE_LINES = 49, UM_VOICE_DRAWN = 32 }; /* the first ones are in the drawing */
extern const um_voice_line um_voice_line_of[UM_VOICE_LINES];
/* "123.456 Hz", or "undefined" */
const char *um_voice_say(char out[48], const um_voice_report *r, const um_voice_line *line);

/* Between frames by a straight line; NaN where the nearer one has no voice or there is none. */
double um_voice_hz_at(const um_measured_voice *v, double t_s);
#endif
