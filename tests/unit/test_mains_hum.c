/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hum of known frequency and phase, in noise, under bursts that stand for a voice, and none. */
#include "../check.h"
#include "heard.h"
#include <string.h>

enum { RATE = 8000, LONGEST = 80 * RATE };
static float sound[LONGEST];

static double grid_hz(double t_s, double hz) /* drifts by 0.02 Hz and back in 50 s */
{
    return hz + .02 * sin(2 * M_PI * t_s / 50);
}

/* The harmonic of a drifting grid, noise of that amplitude, and a jump of the phase at a time. */
static void hum(double s, double hz, int harmonic, double amplitude, double noise, double at_s,
                double jump_deg)
{
    double turns = 0;
    for (int i = 0; i < (int)(s * RATE); i++) {
        const double t = (double)i / RATE;
        turns += harmonic * grid_hz(t, hz) / RATE;
        if (i == (int)(at_s * RATE))
            turns += jump_deg / 360;
        sound[i] = (float)(amplitude * sin(2 * M_PI * turns) + noise * random_number());
    }
}

static um_findings *listen_by(double s, int block)
{
    return heard("mains_hum", sound, (int)(s * RATE), RATE, block);
}

/* A window shows the mean over 16 s, under its Hann window, of a drift of 50 s: 0.93 of its swing. */
static void frequencies(void)
{
    for (int mains = 50; mains <= 60; mains += 10)
        for (int harmonic = 1; harmonic <= 4; harmonic++) {
            hum(60, mains + .031, harmonic, .001, .003, 99, 0);
            um_findings *f = listen_by(60, 1000);
            CHECK(file_score(f) == 0 && f->n_evidence == 0 && f->series[0].n >= 44);
            double worst = 0;
            for (size_t i = 0; i < f->series[0].n; i++) {
                const double t = f->series[0].sample[i].t_s;
                worst = fmax(worst, fabs(f->series[0].sample[i].value - mains - .031 -
                                         .92 * .02 * sin(2 * M_PI * t / 50)));
            }
            CHECK_NEAR(worst, 0, .0018);
            char begin[40];
            snprintf(begin, sizeof begin, "Hum of the %d Hz grid, ", mains);
            CHECK(!strncmp(file_text(f), begin, strlen(begin)));
            snprintf(begin, sizeof begin, "around at %d Hz; %d.0", mains * harmonic, mains);
            CHECK(strstr(file_text(f), begin) && strstr(file_text(f), "its phase does not jump"));
            um_findings_free(&f);
        }
}

/* All over a recording of 40 s, also near its ends, and under a voice in half of the time. */
static void jumps(void)
{
    static const double at_s[] = {2.5, 6, 13.37, 20.02, 30.9, 37.3};
    double worst_s = 0, worst_deg = 0;
    for (int i = 0; i < 6; i++)
        for (int voice = 0; voice < 2; voice++) {
            const double deg = 40 + 25 * i;
            hum(40, 50, 2, .002, .002, at_s[i], i % 2 ? deg : -deg);
            for (int k = 0; voice && k < 40 * RATE; k++) {
                const double t = (double)k / RATE;
                sound[k] +=
                    fmod(t, 1) < .5 ? (float)(.03 * sin(2 * M_PI * 5 * sin(7 * t) + 2 * M_PI * 230 * t)) : 0;
            }
            um_findings *f = listen_by(40, 1000);
            CHECK(f->n_evidence == 1);
            if (f->n_evidence == 1) {
                worst_s = fmax(worst_s, fabs((f->evidence[0].from_s + f->evidence[0].to_s) / 2 - at_s[i]));
                worst_deg = fmax(worst_deg, fabs(file_score(f) - deg));
                CHECK(strstr(file_text(f), "its phase jumps once, by "));
            }
            um_findings_free(&f);
        }
    CHECK_NEAR(worst_s, 0, .25);
    CHECK_NEAR(worst_deg, 0, 12);
    hum(40, 50, 1, .002, 1e-4, 20, 17);
    um_findings *f = listen_by(40, 1000);
    CHECK(file_score(f) == 0 && f->n_evidence == 0);
    um_findings_free(&f);
    hum(40, 50, 1, .002, 1e-4, 20, 24);
    f = listen_by(40, 1000);
    CHECK_NEAR(file_score(f), 24, 2);
    um_findings *again = listen_by(40, 7777);
    CHECK(file_score(f) == file_score(again) && !strcmp(file_text(f), file_text(again)));
    um_findings_free(&f);
    um_findings_free(&again);
    /* a cut: a part of 3.005 s, 150 and a quarter cycles, is left out */
    hum(40, 50, 1, .002, 5e-4, 99, 0);
    memmove(sound + 18 * RATE, sound + (int)(21.005 * RATE), (size_t)(18 * RATE) * sizeof *sound);
    f = listen_by(36, 1000);
    CHECK(f->n_evidence == 1 && fabs(f->evidence[0].from_s + .1 - 18) < .25);
    CHECK_NEAR(file_score(f), 90 + 13.7, 4); /* the grid is at 50.0127 Hz there */
    um_findings_free(&f);
    /* two jumps, 1.5 s apart and 3 s apart */
    for (int i = 0; i < 2; i++) {
        hum(40, 50, 1, .002, 1e-4, 20, 80);
        const int from = (int)((i ? 24.6 : 21.2) * RATE);
        for (int k = from; k < 40 * RATE; k++)
            sound[k] = -sound[k];
        f = listen_by(40, 1000);
        CHECK(f->n_evidence == 1 + i);
        um_findings_free(&f);
    }
}

/* 70 jumps, of which 64 are shown: all are counted, and the greatest is among those that are shown. */
static void many(void)
{
    enum { JUMPS = 70, APART = 4 * RATE };
    runner r;
    double turns = 0;
    CHECK(runner_begin(&r, um_signal_find("mains_hum")) == UM_OK);
    for (int k = 0; k < JUMPS + 2; k++) {
        for (int i = 0; i < APART; i++, turns += 50. / RATE)
            sound[i] = (float)(.002 * sin(2 * M_PI * turns) + 1e-4 * random_number());
        turns += k == 0 || k > JUMPS ? 0 : (k == JUMPS ? 120. : k == 1 ? 90. : k % 2 ? 50. : -50.) / 360;
        CHECK(runner_sound(&r, &(um_sound){.first = (int64_t)k * APART,
                                           .rate_hz = RATE,
                                           .channels = 1,
                                           .n = APART,
                                           .mono = sound}) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK_NEAR(file_score(f), 120, 12);
    CHECK(strstr(file_text(f), "its phase jumps 70 times, by up to 1"));
    CHECK(f->n_evidence == 64);
    for (int i = 1; i < f->n_evidence; i++)
        CHECK(f->evidence[i].from_s > f->evidence[i - 1].from_s);
    CHECK_NEAR(f->evidence[0].from_s + .1, 8, .25);
    CHECK_NEAR(f->evidence[f->n_evidence - 1].from_s + .1, (JUMPS + 1) * 4., .25);
    um_findings_free(&f);
}

/* A line of amplitude a in white noise: under Hann's window of N samples a^2 N / 6 / power of a sample above
 * its mean, and that is 1.6 dB above the median. */
static void gates(void)
{
    um_findings *f = listen_by(0, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no sound"));
    um_findings_free(&f);
    hum(40, 50, 1, 0, .1, 99, 0);
    f = listen_by(40, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no hum of 50 or 60 Hz") &&
          strstr(f->reason, "20 dB in 0 % of the time"));
    um_findings_free(&f);
    for (int i = 0; i < 2; i++) { /* 18 and 22 dB at 1 kHz */
        const double power = .01 / 3 / 8, wanted_db = i ? 22 : 17.5;
        hum(40, 50, 1, sqrt(pow(10, (wanted_db - 1.6) / 10) * power * 6 / 16000), .1, 99, 0);
        f = listen_by(40, 1000);
        CHECK(f->outcome == (i ? UM_SCORED : UM_NOT_APPLICABLE));
        um_findings_free(&f);
    }
    /* of 40 s hum in the last 10 or 24: clear in a third or most of the windows */
    for (int i = 0; i < 2; i++) {
        hum(40, 50, 1, .002, 1e-4, 99, 0);
        for (int k = 0; k < (i ? 16 : 30) * RATE; k++)
            sound[k] = (float)(1e-4 * random_number());
        f = listen_by(40, 1000);
        CHECK(f->outcome == (i ? UM_SCORED : UM_NOT_APPLICABLE));
        um_findings_free(&f);
    }
    hum(40, 50, 1, .002, 1e-4, 99, 0);
    f = listen_by(15.9, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short: 15.") &&
          strstr(f->reason, "16 s needed"));
    um_findings_free(&f);
    f = listen_by(16.2, 1000);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    hum(40, 50.7, 1, .002, 1e-4, 99, 0); /* no grid */
    f = listen_by(40, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    hum(40, 50.4, 1, .002, 1e-4, 99, 0);
    f = listen_by(40, 1000);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    hum(40, 50.35, 2, .002, 1e-4, 99, 0); /* 0.7 Hz off, at the harmonic */
    f = listen_by(40, 1000);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);

    runner r; /* a gap is no jump; wild values and rates */
    hum(40, 50, 1, .002, 1e-4, 99, 0);
    CHECK(runner_begin(&r, um_signal_find("mains_hum")) == UM_OK);
    for (int k = 0; k < 2; k++)
        CHECK(runner_sound(&r, &(um_sound){.first = k * 21 * RATE + 37 * k,
                                           .rate_hz = RATE,
                                           .channels = 1,
                                           .n = 20 * RATE,
                                           .mono = sound + k * 20 * RATE}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(file_score(f) == 0);
    um_findings_free(&f);
    CHECK(bears_hostile_sound("mains_hum", 8000, INT64_MAX - 90000));
}

/* A loud tone is no hum; softer, or below something louder, it is. Of 10 s all are told, though the resampler
 * has kept back some. */
static void tones(void)
{
    for (int i = 0; i < 4; i++) { /* beside another tone, a little softer or louder */
        hum(40, 50, 2, i == 0 ? .09 : i == 1 ? .11 : .3, 1e-3, 99, 0);
        for (int k = 0; i >= 2 && k < 40 * RATE; k++)
            sound[k] += (float)((i == 2 ? .29 : .31) * sin(2 * M_PI * 330 * k / RATE));
        um_findings *f = listen_by(40, 1000);
        CHECK(f->outcome == (i == 0 || i == 3 ? UM_SCORED : UM_NOT_APPLICABLE));
        CHECK(i != 1 || strstr(f->reason, "a tone near 100 Hz is most of the sound"));
        um_findings_free(&f);
    }
    static float wide[10 * 48000];
    um_findings *f = heard("mains_hum", wide, 10 * 48000, 48000, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE &&
          strstr(f->reason, "too short: 10.0 s of sound at once, 16 s needed"));
    um_findings_free(&f);
}

int main(void)
{
    heard_seed = 11;
    frequencies();
    jumps();
    many();
    gates();
    tones();
    return check_done();
}
