/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise that rises and falls at known rates and depths, buzzing voices whose pitch moves or does not. */
#include "../check.h"
#include "dsp/modulation.h"
#include "dsp/spectrum.h"
#include "dsp/tones.h"
#include "heard.h"
#include <string.h>

enum { RATE = 16000, LONGEST = 30 * RATE };
static float sound[LONGEST];

static void noise(double s)
{
    for (int i = 0; i < (int)(s * RATE); i++)
        sound[i] = (float)(.1 * random_number());
}

/* Its power times 1 + depth cos. */
static void breathe(double s, double hz, double depth)
{
    for (int i = 0; i < (int)(s * RATE); i++)
        sound[i] *= (float)sqrt(1 + depth * cos(2 * M_PI * fmod(hz * i / RATE, 1)));
}

/* Pulses of a voice whose pitch wanders by about `part`. */
static void buzz(double s, double hz, double part)
{
    double phase = 0, wander = 0;
    for (int i = 0; i < (int)(s * RATE); i++) {
        wander += .02 * random_number() - 1e-4 * wander; /* of about one, forgets within half a second */
        phase += hz / RATE * (1 + part * wander);
        if (phase >= 1) {
            sound[i] += (float).3;
            phase -= 1;
        }
    }
}

static void tone(double s, double hz, double amplitude)
{
    for (int i = 0; i < (int)(s * RATE); i++)
        sound[i] += (float)(amplitude * sin(2 * M_PI * fmod(hz * i / RATE, 1)));
}

static um_findings *listen_by(double s, int block)
{
    return heard("vocoder_traces", sound, (int)(s * RATE), RATE, block);
}

static double told_hz(const um_findings *f)
{
    double ms, hz = NAN;
    return sscanf(file_text(f), "The energy rises and falls every %lf ms (%lf Hz)", &ms, &hz) == 2 &&
                   fabs(ms * hz - 1000) < 4
               ? hz
               : NAN;
}

static void known_rates(void)
{
    static const struct {
        double hz, depth;
        const char *words;
    } known[] = {
        {22050. / 256, .3, "AAC at 44.1 kHz"}, /* twice its frames: nothing tells them apart */
        {24000. / 300, .3, "vocoders"},
        {24000. / 200, .3, "mains at 60 Hz"},
        {16000. / 320, .3, "Opus and telephones"},
        {22050. / 275, .3, "vocoders"},
        {44100. / 576, .3, "MP3 at 44.1 kHz"},
        {48000. / 576, .3, "MP3 at 48 kHz"},
        {48000. / 512, .3, "AAC at 48 kHz"},
        {200, .3, "Opus and telephones"},
        {201.3, .3, "vocoders"}, /* 0.65 % beside, where 0.4 % are the same */
        {250, .3, "vocoders"},
        {86.3, .3, "AAC at 44.1 kHz"}, /* 0.2 % beside */
        {77.3, .1, "vocoders"},        /* 14 times chance */
        {431.7, .4, "vocoders"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        noise(20);
        breathe(20, known[i].hz, known[i].depth);
        um_findings *f = listen_by(20, 1000);
        CHECK_NEAR(told_hz(f), known[i].hz, .3);
        CHECK(strstr(file_text(f), known[i].words));
        CHECK(file_score(f) > 1);
        CHECK(f->n_series == 2 && f->series[0].n == 18); /* (20 - 2.05) / 1.024 and the first */
        CHECK_NEAR(f->series[0].sample[0].t_s, 1.024, .002);
        CHECK_NEAR(f->series[0].sample[5].value, known[i].hz, 2);
        um_findings_free(&f);
    }
    noise(20);
    breathe(20, 24000. / 300, .3);
    um_findings *f = listen_by(20, 1000), *again = listen_by(20, 7777);
    CHECK(file_score(f) == file_score(again) && !strcmp(file_text(f), file_text(again)));
    um_findings_free(&f);
    um_findings_free(&again);
}

/* By hand: energies of noise that rise and fall by 10 % are told over 30 s, by 1 % are not; nor is noise
 * alone, nor a voice. */
static void what_is_told(void)
{
    double least = 99, most = 0;
    for (int i = 0; i < 6; i++) { /* chance, in the length of voices and longer */
        const double s = i % 2 ? 20 : 3;
        noise(s);
        um_findings *f = listen_by(s, 1000);
        most = fmax(most, file_score(f));
        least = fmin(least, file_score(f));
        CHECK(strstr(file_text(f), "No steady rhythm"));
        um_findings_free(&f);
    }
    CHECK(most < 1 && least > .4);
    noise(30);
    breathe(30, 77, .01);
    um_findings *f = listen_by(30, 1000);
    CHECK(file_score(f) < 1 && isnan(told_hz(f)));
    um_findings_free(&f);
    noise(30);
    buzz(30, 130, .15);
    f = listen_by(30, 1000);
    CHECK(file_score(f) < 1);
    um_findings_free(&f);
    noise(30);
    buzz(30, 130, 0); /* monotonous: a clock */
    f = listen_by(30, 1000);
    CHECK_NEAR(told_hz(f), 130, .3);
    um_findings_free(&f);
    for (int i = 0; i < 2; i++) { /* range of rates */
        noise(20);
        breathe(20, i ? 530 : 44, .5);
        f = listen_by(20, 1000);
        CHECK(!(fabs(told_hz(f) - (i ? 530 : 44)) < 1));
        um_findings_free(&f);
    }
    noise(20); /* hum, 8 dB above the noise */
    for (int i = 0; i < 20 * RATE; i++)
        sound[i] *= .01f;
    tone(20, 90, .002);
    tone(20, 180, .002);
    f = listen_by(20, 1000);
    CHECK(file_score(f) < 1);
    um_findings_free(&f);
}

static void tones(void)
{
    static const struct {
        double hz, amplitude;
        const char *words; /* NULL: not told */
    } known[] = {
        {5512.5, .004, "5512.5 Hz, 22.05 kHz * 1 / 4, "},
        {6890.6, .004, "22.05 kHz * 5 / 16, "},
        {3000, .004, "24 kHz * 1 / 8, "},
        {5514.5, .004, "5514.5 Hz, "},
        {5512.5, .0003, NULL},
        {1350, .01, NULL},
        {7750, .01, NULL},
        {1600, .004, "1600.0 Hz, "},
        {7500, .004, "24 kHz * 5 / 16, "},
        {2345.4, .004, "2345.4 Hz, "},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        noise(20);
        tone(20, known[i].hz, known[i].amplitude);
        um_findings *f = listen_by(20, 1000);
        CHECK(known[i].words ? file_score(f) > 1 && strstr(file_text(f), "A steady tone at ") &&
                                   strstr(file_text(f), known[i].words)
                             : file_score(f) < 1);
        CHECK(!known[i].words || strlen(file_text(f)) < 200);
        CHECK(!known[i].words || !strstr(known[i].words, "kHz") == !strstr(file_text(f), "kHz"));
        um_findings_free(&f);
    }
    noise(20); /* a tone that wanders is none */
    for (int i = 0; i < 20 * RATE; i++)
        sound[i] += (float)(.02 * sin(2 * M_PI * (3000. * i / RATE + 40 * sin(.5 * i / RATE))));
    um_findings *f = listen_by(20, 1000);
    CHECK(file_score(f) < 1);
    um_findings_free(&f);
}

/* Medians 2.5, 25 and 250 in the middles 1.5, 5.5 and 9.5: at 3, 2.5 + 1.5 / 4 * 22.5. */
static void by_hand(void)
{
    const double power[] = {1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400}, zero[12] = {0};
    double over[12];
    um_spectrum_over_around(over, power, 12, 4);
    CHECK_NEAR(over[0], .4, 1e-12);
    CHECK_NEAR(over[3], 4 / 10.9375, 1e-12);
    CHECK_NEAR(over[4], 10 / 16.5625, 1e-12);
    CHECK_NEAR(over[7], 40 / 109.375, 1e-12);
    CHECK_NEAR(over[11], 1.6, 1e-12);
    um_spectrum_over_around(over, zero, 12, 4);
    CHECK(over[0] == 1 && over[11] == 1);
}

/* Mean squares of 2e-13 and .5e-13 are on either side of silence. */
static void quiet(void)
{
    for (int i = 0; i < 2; i++) {
        um_tones t = {0};
        um_tone told;
        CHECK(um_tones_init(&t, NULL) == UM_OK);
        memset(sound, 0, UM_TONES_N * sizeof *sound);
        tone(2, 3000, i ? 6.3e-7 : 3.2e-7);
        um_tones_push(&t, 0, sound, UM_TONES_N);
        CHECK(um_tones_steadiest(&told, &t) == (i == 1));
        um_tones_clear(&t);
    }
}

static um_status keep(void *user, double t_s, const um_rhythm *rhythm, um_error *err)
{
    (void)t_s, (void)err;
    *(um_rhythm *)user = *rhythm;
    return UM_OK;
}

/* A gap begins a segment anew; a segment of silence is none. */
static void segments(void)
{
    um_modulation m = {0};
    um_rhythm r = {0};
    CHECK(um_modulation_init(&m, NULL) == UM_OK);
    CHECK(!um_modulation_rhythm(&r, &m));
    noise(3);
    const int whole = (UM_MODULATION_N - 1) * UM_MODULATION_STEP + UM_MODULATION_WINDOW;
    CHECK(um_modulation_push(&m, 0, sound, whole - 1, keep, &r, NULL) == UM_OK && m.segments == 0);
    CHECK(um_modulation_push(&m, whole, sound, 9, keep, &r, NULL) == UM_OK && m.segments == 0);
    CHECK(um_modulation_push(&m, 90000, sound, whole, keep, &r, NULL) == UM_OK && m.segments == 1);
    CHECK(r.times > 1);
    memset(sound, 0, sizeof sound);
    CHECK(um_modulation_push(&m, 900000, sound, 5 * whole, keep, &r, NULL) == UM_OK && m.segments == 1);
    um_modulation_clear(&m);
}

static void gates(void)
{
    um_findings *f = listen_by(0, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no sound"));
    um_findings_free(&f);
    noise(3);
    f = listen_by(2, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "2.0 s of sound, 2.1 s at once needed"));
    um_findings_free(&f);
    f = listen_by(2.1, 1000);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    memset(sound, 0, sizeof sound);
    f = listen_by(5, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    CHECK(bears_hostile_sound("vocoder_traces", 16000, 9000000));
}

int main(void)
{
    heard_seed = 7;
    by_hand();
    known_rates();
    what_is_told();
    tones();
    quiet();
    segments();
    gates();
    return check_done();
}
