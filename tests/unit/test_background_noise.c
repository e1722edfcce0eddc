/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise of known level, voices of known level above it, rooms of known reverberation time. */
#include "../check.h"
#include "dsp/decay.h"
#include "heard.h"
#include <string.h>

enum { RATE = 16000, LONGEST = 70 * RATE };
static float sound[LONGEST];

static double amplitude(double db) /* of random numbers */
{
    return sqrt(3 * pow(10, db / 10));
}

static void noise(double from_s, double to_s, double db)
{
    for (int i = (int)(from_s * RATE); i < (int)(to_s * RATE); i++)
        sound[i] = (float)(amplitude(db) * random_number());
}

/* Noise that stops each second after `on` of it, and dies away in a room. */
static void room(double from_s, double to_s, double on, double rt60_s)
{
    for (int i = (int)(from_s * RATE); i < (int)(to_s * RATE); i++) {
        const double t = (double)(i % RATE) / RATE - on;
        sound[i] += (float)(.3 * random_number() * (t < 0 ? 1 : pow(10, -3 * t / rt60_s)));
    }
}

static um_findings *listen_by(double s, int block)
{
    return heard("background_noise", sound, (int)(s * RATE), RATE, block);
}

/* What falls by 4 dB a second is quietest at its end, whenever that is: each look, every half second once 3 s
 * are there, tells a moment of its own. */
static void looks(void)
{
    for (int i = 0; i < 52; i++)
        noise(.25 * i, .25 * (i + 1), -20 - i);
    um_findings *f = listen_by(13, 1000);
    CHECK(f->series[0].n >= 18 && f->series[0].n <= 20);
    um_findings_free(&f);
}

/* Bands from 150 to 7600 Hz hear 93 % of white noise up to 8 kHz: -0.3 dB; the quietest tenth of a second of
 * 3 s is about 1 dB below the mean. */
static void levels(void)
{
    noise(0, 20, -50);
    for (int i = 0; i < 20 * RATE; i++) /* from 1 s on, of every 2 s one */
        if (i / RATE % 2)
            sound[i] += (float)(sqrt(2 * 1e-2) * sin(2 * M_PI * 1000 * i / RATE));
    um_findings *f = listen_by(20, 1000);
    double noise_db = NAN, low, high;
    CHECK(sscanf(file_text(f), "Noise of %lf dB (10 %% below %lf, 10 %% above %lf)", &noise_db, &low,
                 &high) == 3);
    CHECK_NEAR(noise_db, -51, 1);
    CHECK_NEAR(low, -51.5, 1);
    CHECK_NEAR(high, -51, 1);
    CHECK_NEAR(file_score(f), 31, 1); /* -20 dB */
    CHECK(strstr(file_text(f), "digital silence 0 %, zero line at 0.0000"));
    CHECK(f->n_evidence == 0);
    /* up to 1 kHz 11 % of the band, to 4.4 kHz 43 %, above 40 %; the logarithm's mean is lower */
    static const double share[] = {.106, .425, .4};
    for (int g = 0; g < 3; g++) {
        CHECK(f->series[g].n >= 8);
        for (size_t i = 1; i < f->series[g].n; i++) /* each quiet moment once */
            CHECK(f->series[g].sample[i].t_s > f->series[g].sample[i - 1].t_s);
        double mean = 0;
        for (size_t i = 0; i < f->series[g].n; i++)
            mean += f->series[g].sample[i].value / (double)f->series[g].n;
        CHECK_NEAR(mean, -50.3 + 10 * log10(share[g]), .5);
    }
    um_findings *again = listen_by(20, 7777);
    CHECK(file_score(again) == file_score(f) && !strcmp(file_text(again), file_text(f)));
    um_findings_free(&f);
    um_findings_free(&again);

    /* 9 dB above the noise is noise, 11 dB are voice */
    for (int db = 9; db <= 12; db += 3) {
        noise(0, 20, -50);
        for (int i = 0; i < 20; i += 2)
            noise(i, i + 1, -50 + db - .9);
        f = listen_by(20, 1000);
        CHECK(db == 9 ? file_score(f) < 4 : file_score(f) > 10);
        um_findings_free(&f);
    }
    noise(0, 20, -50); /* a change, its time, silence and the line */
    noise(12, 20, -35);
    for (int i = 0; i < RATE; i++)
        sound[4 * RATE + i] = 0;
    for (int i = 0; i < 20 * RATE; i++)
        sound[i] += .0123f;
    f = listen_by(20, 1000);
    CHECK(strstr(file_text(f), "digital silence 5 %, zero line at 0.0123"));
    um_findings_free(&f);
    noise(0, 20, -50); /* 4 dB over a deviation of 2.5 or so */
    noise(12, 20, -46);
    f = listen_by(20, 1000);
    CHECK(f->n_evidence == 0);
    um_findings_free(&f);
    noise(0, 20, -50);
    noise(12, 20, -35);
    f = listen_by(20, 1000);
    double before = NAN, after = NAN;
    CHECK(f->n_evidence == 1 &&
          sscanf(f->evidence[0].text, "the background changes most here: from %lf to %lf dB", &before,
                 &after) == 2);
    CHECK_NEAR(before, -51, 1);
    CHECK_NEAR(after, -36, 1);
    CHECK(f->n_evidence == 1 && f->evidence[0].from_s > 11.7 && f->evidence[0].to_s < 12.3);
    um_findings_free(&f);
    /* dull, then sharp, and as loud */
    noise(0, 20, -40.4);
    for (int i = 20 * RATE - 1; i > 0; i--)
        sound[i] = sound[i] + (i < 10 * RATE ? 1 : -1.034f) * sound[i - 1];
    f = listen_by(20, 1000);
    CHECK(f->n_evidence == 1 &&
          strstr(f->evidence[0].text, "the background changes most here: at -38 dB as before, by "));
    um_findings_free(&f);
}

typedef struct decays {
    int n;
    double rt_s[100], t_s;
} decays;

static um_status keep(void *user, double t_s, double rt60_s, um_error *err)
{
    decays *d = user;
    (void)err;
    d->t_s = t_s;
    d->rt_s[d->n++] = rt60_s;
    return UM_OK;
}

/* Exact: -60 dB per rt, but `slower` times slower once it has fallen by 15 dB. */
static int falling(decays *d, double rt60_s, double floor_db, double slower)
{
    um_decays state;
    *d = (decays){0};
    for (int i = 0; i < 5 * RATE; i++) {
        const double t = (i - RATE) / (double)RATE, knee_s = rt60_s / 4;
        const double fall = t < 0 ? 1 : pow(10, -3 * fmin(t, knee_s + (t - knee_s) / slower) / rt60_s);
        sound[i] = (float)((i & 1 ? .1 : -.1) * fmax(fall, pow(10, floor_db / 20)));
    }
    um_decays_init(&state, RATE);
    CHECK(um_decays_push(&state, 0, sound, 5 * RATE, keep, d, NULL) == UM_OK);
    CHECK(um_decays_end(&state, keep, d, NULL) == UM_OK);
    return d->n;
}

static void by_hand(void)
{
    decays d;
    for (int i = 1; i <= 4; i++) {
        CHECK(falling(&d, .3 * i, -90, 1) == 1);
        CHECK_NEAR(d.rt_s[0], .3 * i, .004 * i);
        CHECK_NEAR(d.t_s, 1, .011);
    }
    CHECK(falling(&d, .5, -31, 1) == 1 && falling(&d, .5, -29.5, 1) == 0); /* it falls on by 5 dB, or not */
    CHECK(falling(&d, .07, -90, 1) == 0);                                  /* three levels on the line */
    CHECK(falling(&d, .15, -90, 1) == 1);
    CHECK(falling(&d, .4, -90, 2) == 1); /* bent: 0.9 dB off the line, or 2.2 */
    CHECK(falling(&d, .4, -90, 6) == 0);
    CHECK(falling(&d, 4, -90, 1) == 1);
    CHECK(falling(&d, 5.5, -90, 1) == 0); /* 30 dB take longer than 2.5 s, and than the sound */
}

static double told_room(const um_findings *f)
{
    const char *at = strstr(file_text(f), "dies away within ");
    return at ? atof(at + 17) : NAN;
}

static void rooms(void)
{
    static const double known_s[] = {.2, .35, .7, 1.1};
    um_findings *f;
    for (int i = 0; i < 4; i++) {
        memset(sound, 0, sizeof sound);
        noise(0, 20, -80);
        room(0, 20, .3, known_s[i]);
        for (int k = 0; k < 20 * RATE; k++) /* rumble is no decay's floor */
            sound[k] += (float)(.05 * sin(2 * M_PI * 20 * k / RATE));
        f = listen_by(20, 1000);
        CHECK_NEAR(told_room(f), known_s[i], .12 * known_s[i]);
        CHECK(f->series[3].n == 1 && f->series[3].sample[0].t_s == 10);
        um_findings_free(&f);
    }
    for (int i = 0; i < 2; i++) { /* two rooms: times 1.35 are not told, times 1.75 are */
        memset(sound, 0, sizeof sound);
        noise(0, 40, -57);
        room(0, 20, .3, .4);
        room(20, 40, .3, i ? .7 : .54);
        f = listen_by(40, 1000);
        CHECK(f->series[3].n == 2 && f->n_evidence == i);
        CHECK(!i || (f->evidence[0].from_s == 20 && f->evidence[0].to_s == 40 &&
                     strstr(f->evidence[0].text, "in the stretch from 0 s on")));
        CHECK_NEAR(told_room(f), .4, .05);
        um_findings_free(&f);
    }
    for (int i = 4; i <= 5; i++) { /* so many decays */
        memset(sound, 0, sizeof sound);
        noise(0, 20, -80);
        room(0, i, .3, .4);
        f = listen_by(20, 1000);
        CHECK(isfinite(told_room(f)) == (i == 5));
        um_findings_free(&f);
    }
}

static void gates(void)
{
    um_findings *f = listen_by(0, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no sound"));
    um_findings_free(&f);
    noise(0, 4, -40);
    f = listen_by(2.97, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE &&
          strstr(f->reason, "too short: 2.9 s of sound at once, 3 s needed"));
    um_findings_free(&f);
    f = listen_by(3.1, 1000);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    memset(sound, 0, sizeof sound);
    f = listen_by(5, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "0.0 s"));
    um_findings_free(&f);
    CHECK(bears_hostile_sound("background_noise", 8000, INT64_MAX - 90000));
}

int main(void)
{
    by_hand();
    looks();
    levels();
    rooms();
    gates();
    return check_done();
}
