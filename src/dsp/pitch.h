/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pitch.h: the fundamental frequency of a voice, frame by frame.
 *
 * Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
 * sampled sound", IFA Proceedings 17, 1993, with the usual parameters of Praat: 75..600 Hz, a Hann window of
 * three of the longest periods, the autocorrelation divided by that of the window, 15 candidates, and the
 * cheapest path through them. Differences, so that memory is bounded: the path looks UM_PITCH_LAG frames
 * ahead, not to the end; the loudness that a silent frame is compared with is the greatest of the last 5 s;
 * peaks are interpolated by a transform four times as long, then by parabolas. */
#ifndef UM_DSP_PITCH_H
#define UM_DSP_PITCH_H
#include "dsp/fft.h"

enum {
    UM_PITCH_WINDOW = 640, /* samples at UM_PITCH_RATE: 3 / 75 s */
    UM_PITCH_HOP = 160,
    UM_PITCH_RATE = 16000,
    UM_PITCH_LAG = 50,
    UM_PITCH_CANDIDATES = 15,
    UM_PITCH_LOUD = 500 /* frames in 5 s */
};

typedef struct um_pitch_candidate {
    float hz, strength; /* hz 0: no voice; strength: the normalised autocorrelation there, 0..1 */
} um_pitch_candidate;

typedef struct um_pitch_tracker {
    um_fft *fft, *back; /* of the window padded to 1024; of the power, interpolated to 4096 */
    double window[UM_PITCH_WINDOW];
    double *window_correlation; /* by lag in quarters of a sample */
    double loud[UM_PITCH_LOUD];
    int64_t n_frames; /* since the last start */
    /* a ring over the last UM_PITCH_LAG + 1 frames */
    struct um_pitch_step {
        int n;
        um_pitch_candidate candidate[UM_PITCH_CANDIDATES];
        int before[UM_PITCH_CANDIDATES];  /* the candidate of the frame before on the cheapest path */
        double gain[UM_PITCH_CANDIDATES]; /* of that path */
    } step[UM_PITCH_LAG + 1];
} um_pitch_tracker;

um_status um_pitch_new(um_pitch_tracker **out, um_error *err);
void um_pitch_free(um_pitch_tracker **pitch);
/* One frame of UM_PITCH_WINDOW samples, UM_PITCH_HOP after the one before. True: *out is the pitch of the
 * frame UM_PITCH_LAG before this one. */
bool um_pitch_push(um_pitch_tracker *pitch, um_pitch_candidate *out, const float *samples);
/* The frames that are still owed, at most UM_PITCH_LAG; then starts anew, as after a gap. Returns how many.
 */
int um_pitch_flush(um_pitch_tracker *pitch, um_pitch_candidate out[UM_PITCH_LAG]);
#endif
