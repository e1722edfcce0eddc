/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digits.h: how many significant digits each kind of number keeps, in the results and in their JSON. */
#ifndef UM_RESULTS_DIGITS_H
#define UM_RESULTS_DIGITS_H

enum {
    DIGITS_TIME = 9,   /* a nanosecond in a second, a microsecond in 16 minutes */
    DIGITS_PIXELS = 6, /* also frame rates and aspects */
    DIGITS_LR = 4,
    DIGITS_SCORE = 6,
    DIGITS_QUALITY = 3,
    DIGITS_EYES = 4,
    DIGITS_SAMPLE_TIME = 8,
    DIGITS_SAMPLE = 5,
    DIGITS_WAVE = 3,
    DIGITS_PITCH = 4,
    DIGITS_COST = 4 /* seconds that the analysis took */
};
#endif
