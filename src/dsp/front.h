/* SPDX-License-Identifier: GPL-3.0-or-later */
/* front.h: the front ends of networks that listen: what a stretch of sound becomes before they hear it.
 *
 * log power: frames.h. All others are a table [rows][frames] of cepstral coefficients, their slopes below
 * them and the slopes of those, of frames that lie whole in the sound:
 * - lfcc: power of a Hamming window in triangular bands equally wide in Hz (the baseline of ASVspoof 2021);
 * - mfcc: the same, equally wide in mel (Davis & Mermelstein 1980);
 * - cqcc: power of a constant-Q transform, its logarithms read off evenly in Hz (Todisco, Delgado & Evans,
 *   Computer Speech & Language 45, 2017);
 * - group delay: modified, of a Hamming window; its cosine transform.
 * Power is |FFT|^2 of samples within -1..1, not scaled. */
#ifndef UM_DSP_FRONT_H
#define UM_DSP_FRONT_H
#include "dsp/cqt.h"

typedef enum um_front_kind {
    UM_FRONT_LOG_POWER,
    UM_FRONT_LFCC,
    UM_FRONT_MFCC,
    UM_FRONT_CQCC,
    UM_FRONT_GROUP_DELAY,
    UM_FRONTS
} um_front_kind;

typedef enum um_front_level {
    UM_LEVEL_AS_IT_IS,
    UM_LEVEL_MEAN,     /* each row less its mean over the frames */
    UM_LEVEL_DEVIATION /* and over its deviation */
} um_front_level;

typedef struct um_front_spec {
    um_front_kind kind;
    int frames, hop;
    int window;      /* samples; of cqcc that of its lowest bin, whatever is here */
    int padded;      /* samples of a transform; of log power twice its rows */
    double emphasis; /* x[n] - emphasis x[n - 1] first; 0: none */
    int bands;       /* lfcc, mfcc: between low_hz and high_hz */
    double low_hz, high_hz;
    bool log10;            /* lfcc, mfcc: not the natural logarithm */
    int per_octave, parts; /* cqcc: bins; even steps in the lowest octave */
    double gamma_hz;       /* cqcc: see cqt.h */
    double alpha, gamma;   /* group delay, with its lifter: see group_delay.h */
    int lifter;
    int coefficients;  /* with that of the level */
    int deltas, reach; /* 0: none, 1: slopes, 2: and theirs; over reach frames to either side */
    um_front_level level;
    bool frames_first; /* [frames][rows] instead */
} um_front_spec;

enum { UM_FRONT_HZ = 16000, UM_FRONT_SAMPLES = 30 * UM_FRONT_HZ };

const char *um_front_name(um_front_kind kind); /* as manifests and recipes say it */
/* As in the papers; `frames` is left at 0. */
um_front_spec um_front_usual(um_front_kind kind);
/* Why it cannot be, for people; NULL: it can. */
const char *um_front_wrong(const um_front_spec *spec);
int um_front_window(const um_front_spec *spec);
int um_front_samples(const um_front_spec *spec); /* that all frames take */
int um_front_rows(const um_front_spec *spec);
int um_front_planes(const um_front_spec *spec); /* 2 of log power, else 1 */

/* One is used by one thread. UM_EINVAL for one that is wrong; UM_ENOMEM. */
typedef struct um_front um_front;
um_status um_front_new(um_front **out, const um_front_spec *spec, um_error *err);
void um_front_free(um_front **front);
/* out[planes][rows][frames] of um_front_samples samples. */
void um_front_hear(um_front *front, float *out, const float *samples);
#endif
