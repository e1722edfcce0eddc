/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise whose band is known by construction. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

enum { TAPS = 511, MAX_SAMPLES = 48000 * 4 };
static float sound[MAX_SAMPLES];
static double noise[MAX_SAMPLES + 4 * TAPS];

static void make_noise(void)
{
    uint64_t seed = 5;
    for (int i = 0; i < MAX_SAMPLES + 4 * TAPS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        noise[i] = .2 * ((double)(seed >> 11) / 4503599627370496.0 - 1);
    }
}

/* Windowed sinc (Blackman): passes half at cutoff_hz; the fall takes 5.5 / TAPS of the rate. */
static void low_passed(int n, int rate_hz, double cutoff_hz)
{
    double tap[TAPS];
    for (int i = 0; i < TAPS; i++) {
        const double t = i - TAPS / 2, w = 2 * M_PI * i / (TAPS - 1), c = 2 * cutoff_hz / rate_hz;
        tap[i] = (t == 0 ? c : sin(M_PI * c * t) / (M_PI * t)) * (.42 - .5 * cos(w) + .08 * cos(2 * w));
    }
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < TAPS; k++)
            sum += tap[k] * noise[i + k];
        sound[i] = (float)sum;
    }
}

static um_findings *listen(int n, int rate_hz)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("audio_bandwidth")) == UM_OK);
    for (int i = 0; i < n; i += 1024) {
        um_sound block = {.first = i,
                          .rate_hz = rate_hz,
                          .channels = 1,
                          .n = n - i < 1024 ? n - i : 1024,
                          .mono = sound + i};
        CHECK(runner_sound(&r, &block) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static void walls(void)
{
    static const struct {
        int rate_hz;
        double cutoff_hz;
    } known[] = {{44100, 16000}, {16000, 4000}, {22050, 5512}, {48000, 20000}, {16000, 7000}, {48000, 3400}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const int n = 3 * known[i].rate_hz;
        low_passed(n, known[i].rate_hz, known[i].cutoff_hz);
        um_findings *f = listen(n, known[i].rate_hz);
        const um_result *r = result_of(f, UM_FILE);
        CHECK(f->outcome == UM_SCORED && r && strstr(r->text, "The sound ends abruptly at") &&
              !strcmp(r->text + strlen(r->text) - 3, " dB")); /* whole */
        /* the transition is 1.1 % of the rate wide, and the half-way point in dB lies inside it */
        const double expected = log2(known[i].rate_hz / 2. / known[i].cutoff_hz);
        CHECK_NEAR(r ? r->score : -1, expected, log2(1 + .011 * known[i].rate_hz / known[i].cutoff_hz));
        CHECK(f->n_evidence == 1);
        /* 99 % of flat power lies below 99 % of the band */
        CHECK_NEAR(f->series[0].sample[1].value, .99 * known[i].cutoff_hz, .02 * known[i].cutoff_hz);
        CHECK_NEAR(f->series[0].sample[1].t_s, .75, 1e-9);
        um_findings_free(&f);
    }
}

static void no_walls(void)
{
    for (int i = 0; i < 3 * 16000; i++)
        sound[i] = (float)noise[i];
    um_findings *f = listen(3 * 16000, 16000);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0 && f->n_evidence == 0);
    um_findings_free(&f);

    double a = 0, b = 0; /* twice 6 dB per octave, as voices fade */
    for (int i = 0; i < 3 * 44100; i++) {
        a += .1 * (noise[i] - a);
        b += .1 * (a - b);
        sound[i] = (float)b;
    }
    f = listen(3 * 44100, 44100);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0);
    um_findings_free(&f);

    low_passed(3 * 44100, 44100, 8000); /* a notch is no wall: what lies above 8 kHz comes back at 12 kHz */
    static float low[3 * 44100];
    for (int i = 0; i < 3 * 44100; i++)
        low[i] = sound[i];
    low_passed(3 * 44100, 44100, 12000);
    for (int i = 0; i < 3 * 44100; i++)
        sound[i] = low[i] + (float)noise[i + TAPS / 2] - sound[i];
    f = listen(3 * 44100, 44100);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0);
    um_findings_free(&f);
}

static void gates(void)
{
    for (int i = 0; i < 16000 * 3; i++)
        sound[i] = 0;
    um_findings *f = listen(3 * 16000, 16000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short or silent: 0.0 s"));
    um_findings_free(&f);
    for (int i = 0; i < 16000; i++)
        sound[i] = (float)noise[i];
    f = listen(14000, 16000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "1 s needed"));
    um_findings_free(&f);

    /* wild values and a rate that changes */
    for (int i = 0; i < 48000; i++)
        sound[i] = i % 3 ? 3e38f : i % 2 ? -INFINITY : NAN;
    runner r;
    CHECK(runner_begin(&r, um_signal_find("audio_bandwidth")) == UM_OK);
    for (int i = 0; i < 8; i++) {
        um_sound block = {.first = i == 5 ? INT64_MAX - 90000 : i * 40000,
                          .rate_hz = i % 2 ? 8000 : 16000,
                          .channels = 1,
                          .n = 48000,
                          .mono = sound};
        CHECK(runner_sound(&r, &block) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);

    CHECK(runner_begin(&r, um_signal_find("audio_bandwidth")) == UM_OK);
    um_sound block = {.rate_hz = 3, .channels = 1, .n = 10, .mono = sound};
    CHECK(runner_sound(&r, &block) == UM_EINVAL);
    f = runner_end(&r);
    um_findings_free(&f);
}

/* ---- every constant from both sides: spectra drawn by their corners ---- */

enum { RATE = 16000, FINE = 2047 };
typedef struct corner {
    double hz, db;
} corner;

/* Linear in dB over octaves between the corners, level outside of them. */
static double level_db(const corner *c, int n, double hz)
{
    int i = 0;
    while (i < n && c[i].hz <= hz)
        i++;
    if (i == 0 || i == n)
        return c[i ? n - 1 : 0].db;
    return c[i - 1].db + (c[i].db - c[i - 1].db) * log2(hz / c[i - 1].hz) / log2(c[i].hz / c[i - 1].hz);
}

/* 3 s of noise of that spectrum: frequency sampling under a Blackman window, which smears over 43 Hz (5.5 /
 * FINE of the rate) and leaves 74 dB of depth. */
static um_findings *spectrum(const corner *c, int n)
{
    static double tap[FINE], magnitude[FINE / 2 + 1];
    for (int k = 0; k <= FINE / 2; k++)
        magnitude[k] = pow(10, level_db(c, n, (double)k * RATE / FINE) / 20);
    for (int i = 0; i < FINE; i++) {
        const double w = 2 * M_PI * i / (FINE - 1);
        double sum = magnitude[0];
        for (int k = 1; k <= FINE / 2; k++)
            sum += 2 * magnitude[k] * cos(2 * M_PI * k * (i - FINE / 2) / FINE);
        tap[i] = sum / FINE * (.42 - .5 * cos(w) + .08 * cos(2 * w));
    }
    for (int i = 0; i < 3 * RATE; i++) {
        double sum = 0;
        for (int k = 0; k < FINE; k++)
            sum += tap[k] * noise[i + k];
        sound[i] = (float)sum;
    }
    return listen(3 * RATE, RATE);
}

static double score_of(const um_findings *f)
{
    const um_result *r = result_of(f, UM_FILE);
    return r && r->outcome == UM_SCORED ? r->score : NAN;
}

static bool is_wall(const corner *c, int n)
{
    um_findings *f = spectrum(c, n);
    const bool found = score_of(f) > 0;
    um_findings_free(&f);
    return found;
}

/* "a fall of F dB at S dB per octave" */
static void fall_and_slope(const corner *c, int n, double *fall_db, double *slope_db)
{
    um_findings *f = spectrum(c, n);
    const char *words = f->n_evidence ? strstr(f->evidence[0].text, "a fall of ") : NULL;
    *fall_db = *slope_db = NAN;
    CHECK(words && sscanf(words, "a fall of %lf dB at %lf dB", fall_db, slope_db) == 2);
    um_findings_free(&f);
}

/* Walls of 17 and 19 dB; at .89 and .91 of the band; from 1500 Hz on, where what lies a quarter octave (239
 * Hz) below counts; and nothing loud above one: what comes back fills 53 % (-2.7 dB) of the band above, and
 * so is 17 or 19 dB below in the mean. */
static void thresholds(void)
{
    CHECK(!is_wall((corner[]){{4000, 0}, {4001, -17}}, 2));
    CHECK(is_wall((corner[]){{4000, 0}, {4001, -19}}, 2));
    CHECK(is_wall((corner[]){{.89 * 8000, 0}, {.89 * 8000 + 1, -50}}, 2));
    CHECK(!is_wall((corner[]){{.91 * 8000, 0}, {.91 * 8000 + 1, -50}}, 2));
    CHECK(!is_wall((corner[]){{1240, 0}, {1241, -60}}, 2));
    CHECK(is_wall((corner[]){{1350, 0}, {1351, -60}}, 2));
    CHECK(!is_wall((corner[]){{4000, 0}, {4001, -40}, {6000, -40}, {6001, -17 + 2.7}}, 4));
    CHECK(is_wall((corner[]){{4000, 0}, {4001, -40}, {6000, -40}, {6001, -19 + 2.7}}, 4));
}

/* The mean of log2 x over a <= x <= b, the levels being averaged over equally wide bins. */
static double mean_octaves(double a, double b)
{
    return (b * log2(b) - a * log2(a)) / (b - a) - 1 / M_LN2;
}

/* A step of 20 dB at 4 kHz, with 60 dB per octave on one side of it: above, the mean over 1/12 .. 1/3 octave
 * is another 60 x 0.212 dB below, 32.7 in all; below, the mean over the last 1/4 octave is 60 x 0.121 dB
 * above, 27.2 in all. Words round to 1 dB, and the levels are known to 0.3. */
static void bands(void)
{
    double fall_db, slope_db;
    fall_and_slope((corner[]){{4000, 0}, {4001, -20}, {8000, -80}}, 3, &fall_db, &slope_db);
    CHECK_NEAR(fall_db, 20 + 60 * mean_octaves(exp2(1. / 12), exp2(1. / 3)), .8);
    fall_and_slope((corner[]){{1000, 0}, {2000, 0}, {4000, -60}, {4001, -80}}, 4, &fall_db, &slope_db);
    CHECK_NEAR(fall_db, 20 + 60 * (1. / 12 - mean_octaves(exp2(-1. / 4), 1)), .8);
}

/* A fall of 40 dB over a sixth of an octave: 240 dB per octave between any two points on it. The two that are
 * looked for are 25 bins apart and found up to two bins too far apart. The half-way point is where 20 dB have
 * passed. */
static void slope(void)
{
    const corner ramp[] = {{4000, 0}, {4000 * exp2(1. / 6), -40}};
    double fall_db, slope_db;
    fall_and_slope(ramp, 2, &fall_db, &slope_db);
    CHECK(slope_db > 240 * 25. / 27 - 5 && slope_db < 240 + 5);
    um_findings *f = spectrum(ramp, 2);
    CHECK_NEAR(score_of(f), 1 - 1. / 12, .006); /* a bin at 4 kHz is 0.0056 octaves */
    um_findings_free(&f);
}

static void words(void)
{
    /* Flat up to half the rate: 10 log10(1 - f / 22050) above f, and 99 % below 21.83 kHz */
    for (int i = 0; i < 3 * 44100; i++)
        sound[i] = (float)noise[i];
    um_findings *f = listen(3 * 44100, 44100);
    const um_result *r = result_of(f, UM_FILE);
    CHECK(
        r &&
        strstr(
            r->text,
            "99 % of the power below 21.8 kHz; above 4 kHz -1 dB, 8 kHz -2 dB, 11 kHz -3 dB, 16 kHz -6 dB"));
    um_findings_free(&f);
    f = spectrum((corner[]){{5000, 0}, {5001, -60}}, 2);
    r = result_of(f, UM_FILE);
    CHECK(
        r &&
        strstr(r->text,
               "99 % of the power below 4.9 kHz; above 4 kHz -7 dB")); /* a fifth; 90 % would lie below 4.5 */
    CHECK(f->n_series == 1 && f->series[0].n == 6);
    for (size_t i = 0; i < f->series[0].n; i++) {
        CHECK_NEAR(f->series[0].sample[i].t_s, .25 + .5 * (double)i, 1e-9);
        CHECK_NEAR(f->series[0].sample[i].value, .99 * 5000, 40); /* half a second of noise */
    }
    um_findings_free(&f);
}

static um_findings *tone(double amplitude, int n)
{
    for (int i = 0; i < n; i++)
        sound[i] = (float)(amplitude * sin(2 * M_PI * i * 100 / 1024)); /* bin 100 of 1024 */
    return listen(n, RATE);
}

/* A sine is 2/3 of its power in its bin and 1/6 in both neighbours; a 16 kHz frame has 1024 samples, every
 * 512. */
static void tones(void)
{
    um_findings *f = tone(sqrt(2 * .95e-6), 2 * RATE);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short or silent: 0.0 s"));
    um_findings_free(&f);
    f = tone(sqrt(2 * 1.05e-6), 2 * RATE);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);

    f = tone(.5, 1024 + 31 * 512 - 1); /* 31 frames: 0.992 s */
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    f = tone(.5, 1024 + 31 * 512); /* 1.024 s */
    CHECK(f->outcome == UM_SCORED);
    /* -10.8 dB and twice -16.8 among 17 bins (85 to 101), of which 14 lie at the floor of -140, over more of
     * them: 22.1 */
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "a fall of 22 dB"));
    um_findings_free(&f);
}

int main(void)
{
    make_noise();
    thresholds();
    bands();
    slope();
    words();
    tones();
    walls();
    no_walls();
    gates();
    return check_done();
}
