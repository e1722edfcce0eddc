/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_voice.h: voices made of pulses and resonances of two lengths of throats, in turns that are known.
 * Included once per test program. */
#ifndef UM_MADE_VOICE_H
#define UM_MADE_VOICE_H
#include "heard.h"

enum { RATE = 16000, LONGEST = 60 * RATE, FORMANTS = 4 };
static float sound[LONGEST];

typedef struct speaker {
    double hz, throat, breath,
        dark; /* pitch; the length of the throat over that of the table; noise beside the pulses; a pole */
} speaker;
static const speaker man = {105, 1.1, .005, .9}, woman = {225, .75, .3, -.7};

/* Vowels of 0.2 s by their formants, one after the other, with a rest of 0.1 s after every fifth. */
static inline void speak(double from_s, double to_s, speaker who)
{
    static const double hz[5][FORMANTS] = {{730, 1090, 2440, 3400},
                                           {270, 2290, 3010, 3700},
                                           {300, 870, 2240, 3300},
                                           {530, 1840, 2480, 3500},
                                           {570, 840, 2410, 3300}};
    double y[FORMANTS][2] = {{0}}, phase = 0, source = 0;
    for (int i = (int)(from_s * RATE); i < (int)(to_s * RATE); i++) {
        const int spoken = (int)((i - from_s * RATE) / (.2 * RATE)) % 6;
        phase += who.hz * (1 + .08 * sin(2 * M_PI * 1.3 * i / RATE)) / RATE;
        double x = (phase >= 1) + who.breath * random_number();
        phase -= phase >= 1;
        if (spoken == 5)
            x = 0;
        x = source = x + who.dark * source;
        for (int k = 0; k < FORMANTS; k++) { /* in a row; 80 Hz wide and more */
            const double w = 2 * M_PI * hz[spoken % 5][k] / who.throat / RATE,
                         r = exp(-M_PI * (60 + 40 * k) / RATE);
            const double out = (1 - 2 * r * cos(w) + r * r) * x + 2 * r * cos(w) * y[k][0] - r * r * y[k][1];
            y[k][1] = y[k][0];
            y[k][0] = x = out;
        }
        sound[i] += (float)x;
    }
}

static inline void hush(double s)
{
    for (int i = 0; i < (int)(s * RATE); i++)
        sound[i] = (float)(1e-4 * random_number());
}
#endif
