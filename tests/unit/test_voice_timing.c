/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pauses, syllables, vibrato and roughness of made recordings; Praat's own numbers: voice_timing_praat.py. */
#include "../check.h"
#include "base/base.h"
#include "dsp/contour.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/voice.h>

enum { RATE = 16000, MOST = 20 * RATE };
static float x[MOST];
static double turns;

static um_voice_report measured(size_t n)
{
    um_measured_voice *v = NULL;
    um_voice_report r = {.pauses = -1};
    CHECK(um_voice_measure(&v, x, n, RATE, NULL) == UM_OK);
    if (v)
        r = *um_voice_numbers(v);
    um_voice_free(&v);
    return r;
}

/* Adds a buzz from t_s on, whose loudness falls to dip (0..1) once in each of n syllables of length_s. */
static double speak(double t_s, int n, double length_s, double dip, double hz)
{
    for (int i = (int)(t_s * RATE); i < (int)((t_s + n * length_s) * RATE); i++) {
        const double part = fmod((double)i / RATE - t_s, length_s) / length_s;
        const double loud = dip + (1 - dip) * (.5 - .5 * cos(2 * M_PI * part));
        turns += hz / RATE;
        for (int k = 1; k <= 8; k++)
            x[i] += (float)(.05 * loud / k * sin(2 * M_PI * k * turns));
    }
    return t_s + n * length_s;
}

static void clear(void)
{
    memset(x, 0, sizeof x);
}

/* 5, 7 and 4 syllables of 0.2 s, with 0.5 and 0.9 s of silence between: the windows of 128 ms are shorter on
 * it by a few frames. */
static void phrases(void)
{
    clear();
    double t = speak(.5, 5, .2, .05, 120);
    t = speak(t + .5, 7, .2, .05, 130);
    t = speak(t + .9, 4, .2, .05, 110);
    const um_voice_report r = measured((size_t)((t + .6) * RATE));
    CHECK(r.syllables == 16 && r.pauses == 2);
    CHECK_NEAR(r.pause_median_s, .7, .08);
    CHECK_NEAR(r.pause_longest_s, .9, .08);
    CHECK_NEAR(r.pause_low_s, .6, .08); /* between 0.5 and 0.9, a quarter of the way */
    CHECK_NEAR(r.pause_high_s, .8, .08);
    CHECK_NEAR(r.sounding_s, 3.2, .2);
    CHECK_NEAR(r.pauses_per_minute, 60 * 2 / 4.6, 1.5);
    CHECK_NEAR(r.speaking_rate, 16 / r.seconds, 1e-9);
    CHECK_NEAR(r.articulation_rate, 16 / r.sounding_s, 1e-9);
    CHECK(r.speaking_rate < r.articulation_rate);
}

/* What divides: a dip of more than 2 dB, 0.3 s of silence; a click of 0.05 s is no sound. */
static void borders(void)
{
    clear();
    double t = speak(.3, 6, .25, .8, 120); /* 1.9 dB */
    CHECK(measured((size_t)((t + .3) * RATE)).syllables == 1);
    clear();
    t = speak(.3, 6, .25, .7, 120); /* 3.1 dB, a little less under the windows */
    CHECK(measured((size_t)((t + .3) * RATE)).syllables == 6);
    for (int i = 0; i < 2; i++) {
        clear();
        t = speak(.3, 3, .2, .5, 120);
        t = speak(t + (i ? .42 : .3), 3, .2, .5, 120);
        CHECK(measured((size_t)((t + .3) * RATE)).pauses == i);
    }
    clear();
    t = speak(.3, 3, .2, .5, 120);
    for (int i = 0; i < RATE / 500; i++)
        x[(int)((t + .6) * RATE) + i] = .05f;
    t = speak(t + 1.2, 3, .2, .5, 120);
    CHECK(measured((size_t)((t + .3) * RATE)).pauses == 1);
    clear(); /* whispered: no voice, no syllable */
    uint64_t seed = 3;
    for (int i = 0; i < 2 * RATE; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const double noise = (double)(seed >> 11) / 4503599627370496.0 - 1;
        x[i] = (float)(.1 * noise * (1.1 - cos(2 * M_PI * 4 * i / RATE)));
    }
    CHECK(measured((size_t)2 * RATE).syllables == 0);
    clear();
    const um_voice_report r = measured(RATE);
    CHECK(r.syllables == 0 && r.pauses == 0 && r.sounding_s == 0 && isnan(r.speaking_rate) &&
          isnan(r.pause_median_s));
    const um_voice_report shorter = measured(RATE / 10);
    CHECK(shorter.syllables == 0 && isnan(shorter.sounding_s) && isnan(shorter.speaking_rate));
}

/* A held note of 3 s, its pitch swinging by extent cents at rate_hz. */
static um_voice_report note(double rate_hz, double extent, double climb)
{
    clear();
    turns = 0;
    for (int i = 0; i < 3 * RATE; i++) {
        const double t = (double)i / RATE;
        turns += 220 * exp2((extent * sin(2 * M_PI * rate_hz * t) + climb * t) / 1200) / RATE;
        for (int k = 1; k <= 8; k++)
            x[i] += (float)(.1 / k * sin(2 * M_PI * k * turns));
    }
    return measured((size_t)3 * RATE);
}

static void vibrato(void)
{
    um_voice_report r = note(5.6, 60, 0);
    CHECK_NEAR(r.vibrato_share, 1, .01);
    CHECK_NEAR(r.vibrato_rate_hz, 5.6, .15);
    CHECK_NEAR(r.vibrato_extent_cents, 60, 8); /* windows of 40 ms smooth it */
    CHECK(r.vibrato_regularity > .95 && r.voiced_stretches == 1 && r.voiced_median_s > 2.8);
    r = note(5, 0, 0);
    CHECK(r.vibrato_share == 0 && isnan(r.vibrato_rate_hz) && r.roughness_cents < .5);
    CHECK(note(5, 14, 0).vibrato_share == 0 && note(5, 30, 0).vibrato_share > .9);
    CHECK(note(2.5, 60, 0).vibrato_share == 0 && note(11, 60, 0).vibrato_share == 0);
    CHECK(note(5, 60, 250).vibrato_share > .9 &&
          isnan(note(5, 60, 450).vibrato_share)); /* 150; 270 cents in .6 s */
    CHECK(note(5, 280, 0).vibrato_share > .9 && note(5, 330, 0).vibrato_share < .1);
}

/* By the definitions: a sawtooth of period 2 against a parabola, and a sine on a straight line. */
static void contours(void)
{
    double cents[UM_VIBRATO_VALUES] = {0}, off[UM_VIBRATO_VALUES];
    um_vibrato v;
    CHECK(um_contour_deviations(off, cents, 8) == 0);
    for (int i = 0; i < UM_VIBRATO_VALUES; i++)
        cents[i] = 3 + 2 * i - .1 * i * i;
    CHECK(um_contour_deviations(off, cents, 9) == 1);
    CHECK_NEAR(off[0], 0, 1e-9);
    for (int i = 0; i < UM_VIBRATO_VALUES; i++)
        cents[i] += i % 2 ? 5 : -5;
    CHECK(um_contour_deviations(off, cents, UM_VIBRATO_VALUES) == UM_VIBRATO_VALUES - 8);
    CHECK_NEAR(off[0], -5 + 5 * (59 - 2 * 54 + 2 * 39 - 2 * 14 - 2 * 21) / 231., 1e-9);
    for (int i = 0; i < UM_VIBRATO_VALUES; i++)
        cents[i] = 4000 + i + 37 * cos(2 * M_PI * 6.4 * i / 100 + 1) + (i % 3 ? 4 : -8);
    um_contour_vibrato(&v, cents);
    CHECK_NEAR(v.rate_hz, 6.4, .11);
    CHECK_NEAR(v.extent_cents, 37, 1.5);
    CHECK_NEAR(v.regular, 37 * 37 / 2. / (37 * 37 / 2. + 32), .02); /* the mean square of 4, 4, -8 */
    CHECK_NEAR(v.drift_cents, 60, 12);
    for (int i = 0; i < UM_VIBRATO_VALUES; i++)
        cents[i] = 4000;
    um_contour_vibrato(&v, cents);
    CHECK(v.regular == 0 && v.drift_cents < 1e-9);
}

int main(void)
{
    phrases();
    borders();
    vibrato();
    contours();
    return check_done();
}
