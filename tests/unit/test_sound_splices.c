/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound whose cuts are known by construction, and every limit from both sides. */
#include "../check.h"
#include "dsp/predict.h"
#include "heard.h"
#include <string.h>

enum { LONGEST = 48000 * 12 };
static float sound[LONGEST];

static int sign(void)
{
    static uint64_t seed = 9;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 62 & 1 ? 1 : -1;
}

/* Of one power at every moment, and not to be foretold. */
static void signs(int n, double amplitude)
{
    for (int i = 0; i < n; i++)
        sound[i] = (float)(amplitude * sign());
}

/* A tone in each band, at the centre of a bin, so that all frames are the same: low_db and high_db more from
 * `at` on. */
static void tones(int n, int rate, double amplitude, int at, double low_db, double high_db)
{
    static const double HZ[] = {200,  400,  600,  850,  1150, 1500,  1950,  2500,  3150,  3950,
                                5000, 6000, 7000, 8300, 9900, 11900, 14250, 17000, 20000, 22800};
    int frame = 64;
    while (frame < .04 * rate)
        frame *= 2;
    memset(sound, 0, sizeof sound);
    for (int k = 0; k < 20 && HZ[k] < .48 * rate; k++) {
        const double hz = round(HZ[k] * frame / rate) * rate / frame,
                     gain = pow(10, (k < 10 ? low_db : high_db) / 20);
        for (int i = 0; i < n; i++)
            sound[i] += (float)(amplitude * (i < at ? 1 : gain) * sin(2 * M_PI * hz * i / rate + k * k));
    }
}

static um_findings *listen_in(int n, int rate, int block)
{
    return heard("sound_splices", sound, n, rate, block);
}

static int count(um_findings **f, const char *words)
{
    int n = 0;
    for (int i = 0; i < (*f)->n_evidence; i++)
        n += strstr((*f)->evidence[i].text, words) != NULL;
    um_findings_free(f);
    return n;
}

static int found(int n, int rate, const char *words)
{
    um_findings *f = listen_in(n, rate, 1000);
    return count(&f, words);
}

/* r = 1, 1/2, 2/5: first 1/2, leaving 3/4; then (2/5 - 1/4) / (3/4) = 1/5, leaving 3/4 x 24/25. */
static void by_hand(void)
{
    double a[2];
    CHECK_NEAR(um_levinson(a, (double[]){1, .5, .4}, 2), .72, 1e-15);
    CHECK_NEAR(a[0], .4, 1e-15);
    CHECK_NEAR(a[1], .2, 1e-15);
    CHECK(um_levinson(a, (double[]){0, 0, 0}, 2) == 0 && a[0] == 0 && a[1] == 0);
    um_jumps steps;
    CHECK(um_jumps_init(&steps, 7999, NULL) == UM_EUNSUPPORTED);
    CHECK(um_jumps_init(&steps, 8000, NULL) == UM_OK);
    um_jumps_clear(&steps);
}

/* One sample more by A among signs of s: over 8 samples (half a millisecond) s^2 + A^2 / 8 on average. Of the
 * windows around it the one of most power has 2 dB more than s^2. */
static um_findings *click(double contrast_db, double s, int at)
{
    signs(4 * 16000, s);
    sound[at] += (float)(sign() * s * sqrt(8 * (pow(10, contrast_db / 10) - 1)));
    return listen_in(4 * 16000, 16000, 1000);
}

static void waves(void)
{
    um_findings *f = click(18.5, .02, 32123);
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "at 2.01 s the wave jumps, 1"));
    CHECK(f->n_evidence == 1 && fabs(f->evidence[0].from_s - 32123 / 16000.) < .0004);
    CHECK(f->outcome == UM_SCORED &&
          strstr(result_of(f, UM_FILE)->text, "1 moment in 4.0 s of sound that a cut could") &&
          result_of(f, UM_FILE)->score > 1);
    double most = 0;
    for (size_t i = 0; i < f->series[0].n; i++)
        most = fmax(most, f->series[0].sample[i].value);
    CHECK_NEAR(most, 16.5, 1);
    um_findings_free(&f);
    f = click(15.5, .02, 32123);
    CHECK(f->outcome == UM_SCORED && f->n_evidence == 0);
    CHECK_NEAR(result_of(f, UM_FILE)->score, 14.2 / 15, .05);
    CHECK(strstr(result_of(f, UM_FILE)->text, "Nothing in 4.0 s of sound jumps"));
    um_findings_free(&f);
    f = click(20, .02, 3900); /* .24 s */
    CHECK(count(&f, "wave") == 0);
    f = click(20, .02, 4200);
    CHECK(count(&f, "wave") == 1);
    f = click(20, .02, 60200); /* .24 s from the end */
    CHECK(count(&f, "wave") == 0);
    f = click(20, .02, 59800);
    CHECK(count(&f, "wave") == 1);
    f = click(18, sqrt(1e-7 / pow(10, 1.8)) * .8, 32000); /* what is left is below 1e-7 */
    CHECK(count(&f, "wave") == 0);
    f = click(18, sqrt(1e-7 / pow(10, 1.8)) * 1.25, 32000);
    CHECK(count(&f, "wave") == 1);
    /* a second one 13 ms (a period of a low voice) away hides both; one 25 ms away does not */
    for (int apart = 208; apart <= 400; apart += 192) {
        signs(64000, .02);
        sound[32000] += .5f;
        sound[32000 + apart] += .5f;
        CHECK(found(64000, 16000, "wave") == (apart == 400));
    }
}

/* Steady tones: every band by D, its deviation taken to be 1.5 dB on both sides: D / 1.5 / sqrt(2) times. */
static void backgrounds(void)
{
    const int rate = 16000, n = 10 * rate;
    const double limit_db = 2.5 * 1.5 * sqrt(2);
    tones(n, rate, .001, 5 * rate, limit_db + .15, limit_db + .15);
    um_findings *f = listen_in(n, rate, 1000);
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "the background changes, from -52 to -46 dB"));
    CHECK(f->n_evidence == 1 && f->evidence[0].from_s > 4.85 && f->evidence[0].to_s < 5.2);
    um_findings_free(&f);
    tones(n, rate, .001, 5 * rate, limit_db - .15, limit_db - .15);
    CHECK(found(n, rate, "back") == 0);
    tones(n, rate, .001, 5 * rate, -20, -20);
    f = listen_in(n, rate, 1000);
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "background changes, from -52 to -72 dB") &&
          f->evidence[0].from_s > 4.85 && f->evidence[0].to_s < 5.15);
    um_findings_free(&f);
    tones(n, rate, .001, 5 * rate, -6, 5.44); /* ten bands lose what three win */
    CHECK(found(n, rate, "the background changes, at -52 dB as before (") == 1);
    /* two seconds are needed on each side */
    tones(n, rate, .001, (int)(1.9 * rate), 20, 20);
    CHECK(found((int)(4.6 * rate), rate, "back") == 1);
    CHECK(found((int)(3.8 * rate), rate, "back") == 0);
    /* faint as the rounding of 16 bits: silence is silence */
    tones(n, rate, 1e-7, 5 * rate, 20, 20);
    for (int i = 0; i < n; i++)
        sound[i] += (float)(.01 * sin(2 * M_PI * 62.5 * i / rate)); /* below the bands */
    CHECK(found(n, rate, "back") == 0);
    /* a voice over a steady background, of pauses of a fifth of a second, is none */
    signs(n, .0003);
    for (int i = 0; i < n; i++)
        if (i % rate < .8 * rate && i > 4 * rate)
            sound[i] += (float)(.2 * sin(2 * M_PI * 440 * i / rate) * sin(M_PI * (i % rate) / (.8 * rate)));
    CHECK(found(n, rate, "back") == 0);
    /* the band */
    const int high = 48000;
    tones(10 * high, high, .001, 5 * high, 4.5, 15.7);
    CHECK(found(10 * high, high, "the background above 4.4 kHz changes by 16 dB") == 1);
    tones(10 * high, high, .001, 5 * high, 5.5, 15.7);
    CHECK(found(10 * high, high, "the background changes") == 1);
    tones(10 * high, high, .001, 5 * high, 4.5, 14.5);
    CHECK(found(10 * high, high, "the background changes") == 1);
}

static void quiet(double from_s, double to_s)
{
    for (int i = (int)(from_s * 16000); i < (int)(to_s * 16000); i++)
        sound[i] = 0;
}

static void silences(void)
{
    signs(64000, .001);
    quiet(2, 2.019);
    CHECK(found(64000, 16000, "digital") == 0);
    quiet(2, 2.022);
    CHECK(found(64000, 16000, "at 2.00 s digital silence of 0.02 s") == 1); /* both ends within .15 s */
    quiet(2, 2.5);
    CHECK(found(64000, 16000, "digital silence of 0.50 s") == 2);
    signs(64000, .001);
    quiet(0, .5);
    quiet(3.5, 4); /* at its ends */
    CHECK(found(64000, 16000, "digital") == 0);
    signs(64000, .001);
    quiet(1, 1.1);
    quiet(2, 2.1);
    CHECK(found(64000, 16000, "digital") == 2);
    quiet(3, 3.1); /* three in four seconds: a gate */
    CHECK(found(64000, 16000, "digital") == 0);
}

/* Steady notes, each of its own level: of up to six changes a minute, and of two in any case, each could be a
 * cut; more often it is music that goes on. */
static void notes(void)
{
    enum { RATE = 16000 };
    static const struct {
        double s, step_s; /* of the sound; of a note */
        int told;
    } cases[] = {{20, 4, 0}, {11.9, 4, 2}, {24, 6, 0}, {36, 10.5, 3}};
    for (int c = 0; c < 4; c++) {
        const int n = (int)(cases[c].s * RATE);
        tones(n, RATE, .001, n, 0, 0);
        for (int i = 0; i < n; i++)
            if ((int)(i / cases[c].step_s / RATE) % 2)
                sound[i] *= 8;
        CHECK_NEAR(found(n, RATE, "the background changes"), cases[c].told, 0);
    }
}

static void marks_together(void)
{
    for (int i = 0; i < 2; i++) {
        signs(64000, .01);
        sound[32000] += .4f;
        quiet(i ? 2.155 : 2.122, i ? 2.182 : 2.149);
        um_findings *f = listen_in(64000, 16000, 1000);

        CHECK(f->n_evidence == 1 + i);
        CHECK(i || strstr(f->evidence[0].text, "at 2.00 s the wave jumps"));
        CHECK(i ? !strstr(f->evidence[0].text, "digital")
                : strstr(f->evidence[0].text, "; digital silence of 0.03 s (") != NULL);
        um_findings_free(&f);
    }
}

static void lines(void)
{
    for (int i = 0; i < 64000; i++)
        sound[i] = (float)(.01 * sin(2 * M_PI * i / 40) + (i < 32000 ? 0 : 4.2e-4));
    um_findings *f = listen_in(64000, 16000, 1000);
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "at 2.00 s the zero line moves (1."));
    um_findings_free(&f);
    for (int i = 32000; i < 64000; i++)
        sound[i] -= .4e-4f;
    CHECK(found(64000, 16000, "line") == 0);
    /* 0.02 of hum at 3 Hz is no move */
    for (int i = 0; i < 64000; i++)
        sound[i] = (float)(.02 * sin(2 * M_PI * 3 * i / 16000));
    CHECK(found(64000, 16000, "line") == 0);
}

/* One every third of a second, louder and louder: all are counted, though not all are kept. */
static void many(void)
{
    enum { RATE = 8000, EVERY = 2700, CLICKS = 300 };
    static float tick[EVERY];
    runner r;
    CHECK(runner_begin(&r, um_signal_find("sound_splices")) == UM_OK);
    for (int k = 0; k < CLICKS + 2; k++) {
        for (int i = 0; i < EVERY; i++)
            tick[i] = (float)(.001 * sign());
        tick[EVERY / 2] += k && k <= CLICKS ? .2f + .002f * (float)k : 0;
        CHECK(runner_sound(&r, &(um_sound){.first = (int64_t)k * EVERY,
                                           .rate_hz = RATE,
                                           .channels = 1,
                                           .n = EVERY,
                                           .mono = tick}) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f->n_evidence + f->evidence_dropped == 256);
    CHECK(strstr(result_of(f, UM_FILE)->text, "More than 256 moments in 101.9 s of sound that cuts could"));
    um_findings_free(&f);
}

static void gates(void)
{
    um_findings *f = listen_in(0, 16000, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no sound"));
    um_findings_free(&f);
    signs(16000, .01);
    f = listen_in(15900, 16000, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short: 0.9 s of sound, 1 s needed"));
    um_findings_free(&f);
    memset(sound, 0, sizeof sound);
    f = listen_in(64000, 16000, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "0.0 s of sound"));
    um_findings_free(&f);

    /* blocks of any size, and of 4 kHz, where there are no steps */
    tones(160000, 16000, .001, 80000, 9, 9);
    sound[50000] += .5f;
    f = listen_in(160000, 16000, 1000);
    um_findings *again = listen_in(160000, 16000, 7777);
    CHECK(f->n_evidence == 2 && again->n_evidence == 2 &&
          result_of(f, UM_FILE)->score == result_of(again, UM_FILE)->score);
    um_findings_free(&f);
    um_findings_free(&again);
    CHECK(found(40000, 4000, "wave") == 0);

    /* nothing is compared across a gap; wild values and rates */
    runner r;
    CHECK(runner_begin(&r, um_signal_find("sound_splices")) == UM_OK);
    for (int k = 0; k < 2; k++) {
        signs(160000, k ? .1 : .001);
        sound[300] += k ? 6.f : 0; /* too close to the gap */
        CHECK(runner_sound(&r, &(um_sound){.first = k * 70000,
                                           .rate_hz = 16000,
                                           .channels = 1,
                                           .n = k ? 160000 : 64000,
                                           .mono = sound}) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(f->outcome == UM_SCORED && f->n_evidence == 0);
    um_findings_free(&f);
    CHECK(bears_hostile_sound("sound_splices", 8000, INT64_MAX - 90000));
}

int main(void)
{
    by_hand();
    waves();
    backgrounds();
    silences();
    notes();
    marks_together();
    lines();
    many();
    gates();
    return check_done();
}
