/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lip_answer.h: what is said of a person's lips beside the sound, from what was summed up along the
 * recording. */
#ifndef UM_LIP_ANSWER_H
#define UM_LIP_ANSWER_H
#include "dsp/lag.h"
#include "signals/face/lip_network.h"
#include <unmask/signal.h>

enum {
    UM_LIP_RATE = 25, /* steps a second; SyncNet's */
    UM_LIP_MOST = 15, /* steps of shift either way; SyncNet's */
    UM_LIP_LAGS = 2 * UM_LIP_MOST + 1,
    UM_LIP_LEAST = 45 /* pairs that make an agreement */
};

typedef struct um_lip_look {
    double margin;           /* best agreement at unusual shifts less that at usual ones */
    double from_s, to_s, at; /* at: the shift of the best agreement, steps */
} um_lip_look;

typedef struct um_lip_seen {
    um_pair_sums at[UM_LIP_LAGS]; /* of mouth and sound, by shift */
    um_lip_sums net[UM_LIP_LAGS]; /* the same of what the network makes of them; none: all zero */
    int64_t steps, speech, rest, pause, moving; /* mouth and sound known; of these speech; of that the mouth
                                                   rests; no speech; of that the mouth moves */
    int64_t pictures, turned, small;            /* usable; not */
    double pictures_s;                          /* that the usable ones cover */
    um_lip_look fit, misfit;                    /* the looks with the least and the largest margin */
} um_lip_seen;

typedef struct um_lip_verdict {
    double inside, outside, at, second; /* best agreements; the shift of the best of all, steps; its rival */
    double seconds, speech_s, rest;     /* rest: share of the speech */
    bool known, fits, shifted;          /* it can be judged; clearly, the other two */
    bool seems;                         /* shifted, by the network alone */
} um_lip_verdict;

/* r: agreements of the plain measure, at no shift over so many pairs; replaced by those of the network (true)
 * where it has all of them, and over most of these pairs. */
bool um_lip_prefer(double r[UM_LIP_LAGS], const um_lip_sums net[UM_LIP_LAGS], double pairs);
/* The best agreements at usual shifts and at others; *at: the shift of the better one, steps. NAN without. */
void um_lip_best(double *inside, double *outside, double *at, const double r[UM_LIP_LAGS]);
um_lip_verdict um_lip_weigh(const um_lip_seen *seen);
/* Why there is no verdict: skips `who`. */
um_status um_lip_excuse(const um_lip_seen *seen, um_subject who, um_findings *out, um_error *err);
/* Score, quality and the look behind them, with its picture (may be NULL). */
um_status um_lip_conclude(const um_lip_seen *seen, um_subject who, um_image *fit, um_image *misfit,
                          um_findings *out, um_error *err);
#endif
