/* SPDX-License-Identifier: GPL-3.0-or-later */
/* background.h: what is heard when nobody speaks, and whether it is the same before and after a moment.
 *
 * Minimum statistics (Martin, IEEE TSAP 9(5), 2001) of whole spectra: of some seconds, the quietest run of
 * frames stands for the background. Differences: one run for all bands, so that they are of one moment; no
 * smoothing and no correction of its bias, as only runs are compared with runs. */
#ifndef UM_DSP_BACKGROUND_H
#define UM_DSP_BACKGROUND_H
#include "base/base.h"

enum { UM_BACKGROUND_BANDS = 20 };
typedef struct um_background {
    int n_bands, run, side, least;                          /* frames */
    int from[UM_BACKGROUND_BANDS], to[UM_BACKGROUND_BANDS]; /* bins */
    int n;
    int64_t first; /* frames kept: n of them from the first-th since the start */
    float *db;     /* [2 side][n_bands] */
} um_background;

typedef struct um_quiet {
    int64_t frame;   /* the first of the run */
    double level_db; /* of all bands together, over full scale (mean square 1) */
    double db[UM_BACKGROUND_BANDS], spread[UM_BACKGROUND_BANDS]; /* mean and deviation over the run */
} um_quiet;

typedef struct um_change {
    double times;           /* mean over the bands: by how many of its own deviations it changes */
    double before, after;   /* level, dB */
    int64_t from, to;       /* the last frame of the old background, the first one of the new one */
    double low_db, high_db; /* mean change of the bands up to 4.4 kHz, and of those above; 0 without any */
} um_change;

/* Bands up to 98 % of half the rate; `bins` of the spectra, `hz` between them, frames_per_s of them. */
um_status um_background_init(um_background *b, int bins, double hz, double frames_per_s, um_error *err);
void um_background_clear(um_background *b);                     /* frees, leaves zeros */
void um_background_restart(um_background *b);                   /* after a gap; frames count on */
void um_background_push(um_background *b, const double *power); /* [bins], as of stft.h */
/* The quietest run among the frames from `from` on and before `to`; false when none fits or they are gone. */
bool um_background_quiet(um_quiet *out, const um_background *b, int64_t from, int64_t to);
/* Before frame `at` against from it on; false when a side has less than
 * 2 s. */
bool um_background_compare(um_change *out, const um_background *b, int64_t at);
/* "from -60 to -40 dB", or "at -18 dB as before" where some bands win what others lose. */
enum { UM_CHANGE_WORDS = 48 };
const char *um_change_words(char out[UM_CHANGE_WORDS], const um_change *change);
#endif
