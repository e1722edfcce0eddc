/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The voice report on trains of pulses whose periods and amplitudes are known; Praat's own numbers:
 * voice_praat.py. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include <complex.h>
#include <string.h>
#include <unmask/voice.h>

enum { RATE = 44100, MOST = 3 * RATE };
static float x[MOST];

/* Pulses of 2 ms, every period_s (1 + jitter / 2, 1 - jitter / 2 in turn), as high as 1 and 1 - shimmer in
 * turn. */
static size_t train(double seconds, double period_s, double jitter, double shimmer, int rate)
{
    const size_t n = (size_t)(seconds * rate);
    double at = .01;
    memset(x, 0, sizeof x);
    for (int i = 0; at < seconds - .01; i++) {
        for (size_t k = (size_t)((at - .001) * rate); k < n && (double)k / rate < at + .001; k++) {
            const double off = ((double)k + .5) / rate - at;
            if (fabs(off) < .001)
                x[k] += (float)(.5 * (i % 2 ? 1 - shimmer : 1) * (.5 + .5 * cos(M_PI * off / .001)));
        }
        at += period_s * (1 + (i % 2 ? -1 : 1) * jitter / 2);
    }
    return n;
}

static um_voice_report measured(size_t n, int rate)
{
    um_measured_voice *v = NULL;
    um_error err = {0};
    um_voice_report r = {.n_pulses = -1};
    CHECK(um_voice_measure(&v, x, n, rate, &err) == UM_OK);
    if (v)
        r = *um_voice_numbers(v);
    else
        fprintf(stderr, "%s\n", err.text);
    um_voice_free(&v);
    return r;
}

static void steady(void)
{
    const um_voice_report r = measured(train(2, .008, 0, 0, RATE), RATE);
    CHECK_NEAR(r.median_hz, 125, .01);
    CHECK_NEAR(r.mean_period_s, .008, 1e-6);
    CHECK(r.n_pulses >= 246 && r.n_pulses <= 248 && r.n_periods == r.n_pulses - 1 && r.n_breaks == 0);
    CHECK(r.jitter_local < 2e-4 && r.shimmer_local < 5e-3 && r.harmonics_db > 30 && r.breaks_share == 0);
}

/* 8.04 and 7.96 ms: every period differs from the next by .08 of 8 ms. Three: the middle one from the mean of
 * L S L or S L S by two thirds of it, of five by 2/5 or 3/5 of it: L S L S L is .48 of .08 from its mean. */
static void jitter(void)
{
    const um_voice_report r = measured(train(2, .008, .01, 0, RATE), RATE);
    CHECK_NEAR(r.jitter_local, .01, 3e-4);
    CHECK_NEAR(r.jitter_absolute_s, 8e-5, 2.5e-6);
    CHECK_NEAR(r.jitter_rap, .01 * 2 / 3, 3e-4);
    CHECK_NEAR(r.jitter_ddp, .02, 9e-4);
    CHECK_NEAR(r.jitter_ppq5, .01 * 2 / 5, 3e-4);
    CHECK(r.shimmer_local < 2e-2);
}

static void shimmer(void)
{
    const um_voice_report r = measured(train(2, .008, 0, .08, RATE), RATE);
    CHECK_NEAR(r.shimmer_local, .08 / .96, 3e-3);
    CHECK_NEAR(r.shimmer_db, -20 * log10(.92), .03);
    CHECK_NEAR(r.shimmer_apq3, .08 / .96 * 2 / 3, 3e-3);
    CHECK_NEAR(r.shimmer_dda, .08 / .96 * 2, 9e-3);
    CHECK_NEAR(r.shimmer_apq5, .08 / .96 * 2 / 5, 3e-3);
    CHECK_NEAR(r.shimmer_apq11, .08 / .96 * 6 / 11, 3e-3);
    CHECK(r.jitter_local < 2e-3);
}

/* A hole of 300 ms is one break; neighbours that differ by more than 1.3 are no pair, but periods. */
static void breaks(void)
{
    const size_t n = train(2, .008, 0, 0, RATE);
    memset(x + RATE * 8 / 10, 0, RATE * 3 / 10 * sizeof *x);
    um_voice_report r = measured(n, RATE);
    CHECK(r.n_breaks == 1);
    CHECK_NEAR(r.breaks_share, .15, .006);
    CHECK(r.unvoiced_share > .13 && r.unvoiced_share < .18);
    CHECK(r.jitter_local < 1e-3);
}

static void nothing(void)
{
    um_measured_voice *v;
    um_error err;
    memset(x, 0, sizeof x);
    const um_voice_report r = measured(RATE, RATE);
    CHECK(r.n_pulses == 0 && r.n_voiced == 0 && isnan(r.median_hz) && isnan(r.jitter_local) &&
          isnan(r.shimmer_db) && isnan(r.harmonics_db) && r.unvoiced_share == 1);
    CHECK(um_voice_measure(&v, x, RATE / 100, RATE, &err) == UM_EINVAL && !v);
    CHECK(um_voice_measure(&v, x, RATE, 999, &err) == UM_EINVAL &&
          um_voice_measure(&v, x, RATE, 768001, &err) == UM_EINVAL);
    CHECK(um_voice_measure(&v, x, (size_t)-1, RATE, &err) == UM_EINVAL && strstr(err.text, "to 1522 s"));
    x[RATE / 2] = .5f; /* a click */
    CHECK(measured(RATE, RATE).n_voiced == 0);
    for (int rate = 1000; rate <= 44100; rate += 14300) {
        const um_voice_report some = measured(train(1, .008, 0, 0, rate), rate);
        CHECK(rate < 8000 || fabs(some.median_hz - 125) < .5);
    }
}

static void told(void)
{
    um_measured_voice *v = NULL;
    um_json *json = NULL;
    char *text = NULL;
    const size_t n = train(1, .008, 0, 0, RATE);
    CHECK(um_voice_measure(&v, x, n, RATE, NULL) == UM_OK);
    CHECK(um_voice_text(&text, v, "a\x1b[2J.wav", NULL) == UM_OK && strstr(text, "median pitch") &&
          !strchr(text, 27) && strstr(text, "Limits of clinics"));
    free(text);
    CHECK(um_voice_json(&text, v, "a.wav", NULL) == UM_OK &&
          um_json_parse(&json, text, strlen(text), "voice", NULL) == UM_OK);
    CHECK_NEAR(um_json_get_num(json, "median_hz", 0), 125, .1);
    um_json_free(&json);
    free(text);
    um_voice_free(&v);
    memset(x, 0, sizeof x);
    CHECK(um_voice_measure(&v, x, RATE, RATE, NULL) == UM_OK &&
          um_voice_text(&text, v, "a.wav", NULL) == UM_OK &&
          strstr(text, "No voice was found between 75 and 600 Hz") && !strstr(text, "undefined"));
    free(text);
    um_voice_free(&v);
}

static void memory_runs_out(void)
{
    const size_t n = train(.5, .008, 0, 0, RATE);
    for (int k = 0;; k++) {
        um_measured_voice *v;
        um_alloc_fail_at(k);
        const um_status st = um_voice_measure(&v, x, n, RATE, NULL);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && !v : st == UM_OK);
        um_voice_free(&v);
        if (!failed)
            return;
    }
}

/* Clicks through lips and a tract with five known resonances, each two poles (Klatt, JASA 67, 1980) at 11
 * kHz, as the sum of its harmonics below 5500 Hz, which is the same at every rate. */
static void formants(int rate)
{
    static const double hz[5] = {500, 1450, 2600, 3400, 4400}, width[5] = {70, 90, 130, 160, 200};
    const double pitch_hz = 125;
    const size_t n = 2 * (size_t)rate;
    memset(x, 0, sizeof x);
    for (double at_hz = pitch_hz; at_hz < 5500; at_hz += pitch_hz) {
        const double complex back = cexp(-2 * M_PI * at_hz / 11000 * I);
        double complex h = .01 / (1 - exp(-2 * M_PI * 50 / 11000) * back); /* 6 dB per octave down */
        for (int k = 0; k < 5; k++) {
            const double r = exp(-M_PI * width[k] / 11000);
            h /= 1 - 2 * r * cos(2 * M_PI * hz[k] / 11000) * back + r * r * back * back;
        }
        for (size_t i = 0; i < n; i++)
            x[i] += (float)creal(h * cexp(2 * M_PI * at_hz * (double)i / rate * I));
    }
    const um_voice_report found = measured(n, rate);
    for (int k = 0; k < 4; k++) {
        CHECK_NEAR(found.formant_hz[k], hz[k], .03 * hz[k]);
        CHECK_NEAR(found.formant_width_hz[k], width[k], 80); /* the harmonics are 125 Hz apart */
    }
}

int main(void)
{
    steady();
    formants(11000);
    formants(16000);
    formants(RATE);
    jitter();
    shimmer();
    breaks();
    nothing();
    told();
    memory_runs_out();
    return check_done();
}
