/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made speech: buzzing syllables whose pitch glides and wavers, and pauses, as known. */
#include "../check.h"
#include "heard.h"
#include <math.h>
#include <string.h>

enum { RATE = 16000, MOST = 64 * RATE };
static float sound[MOST];
static double now_s, turns;

static void begin(void)
{
    memset(sound, 0, sizeof sound);
    now_s = turns = 0;
}

/* A syllable: its pitch goes up or down by glide cents per second, and wavers by so many cents every 20 ms.
 */
static void syllable(double length_s, double glide, double waver)
{
    double off = 0, aim = 0;
    const int from = (int)(now_s * RATE), n = (int)(length_s * RATE);
    for (int i = 0; i < n && from + i < MOST; i++) {
        if (i % (RATE / 50) == 0)
            aim = waver * random_number();
        off += (aim - off) * 8 / RATE * 20;
        turns += 160 * exp2((glide * i / RATE + off) / 1200) / RATE;
        for (int k = 1; k <= 10; k++)
            sound[from + i] += (float)(.1 / k * sin(2 * M_PI * k * turns));
    }
    now_s += length_s;
}

/* Of the kind for so long: a quarter second of voice, then 0.1 s without. */
static void speech(double length_s, double glide, double waver)
{
    for (double to_s = now_s + length_s; now_s < to_s - .2; now_s += .1)
        syllable(.25, glide, waver);
}

static um_findings *listen_by(int block)
{
    return heard("voice_prosody", sound, (int)((now_s + .6) * RATE), RATE, block);
}

static um_findings *listen(void)
{
    return listen_by(1000);
}

static int evidence(const um_findings *f, const char *words)
{
    int n = 0;
    for (int i = 0; i < f->n_evidence; i++)
        n += strstr(f->evidence[i].text, words) != NULL;
    return n;
}

static void smooth(void)
{
    begin();
    speech(12, 300, 0);
    um_findings *f = listen();
    CHECK(evidence(f, "the pitch glides, and wavers by ") == 1 && f->n_evidence == 1);
    CHECK(file_score(f) > 2 && strstr(file_text(f), "no pause"));
    if (f->n_evidence == 1)
        CHECK(f->evidence[0].from_s < 1 && f->evidence[0].to_s > 9);
    um_findings_free(&f);
    const double glides[] = {300, 0, 120, 260}, wavers[] = {40, 0, 0, 0};
    for (int i = 0; i < 4; i++) { /* it wavers; stands still; hardly moves: 10 cents in 80 ms; moves by 21 */
        begin();
        speech(12, glides[i], wavers[i]);
        f = listen();
        CHECK(f->n_evidence == (i == 3));
        CHECK(i || (file_score(f) < 1.5 && strstr(file_text(f), "median 16")));
        um_findings_free(&f);
    }
    begin(); /* sung: long notes */
    for (int i = 0; i < 12; i++, now_s += .1)
        syllable(.9, 300, 0);
    f = listen();
    CHECK(f->n_evidence == 0);
    um_findings_free(&f);
    begin(); /* in the middle only */
    speech(10, 300, 40);
    now_s += .5;
    speech(12, 300, 0);
    now_s += .7;
    speech(10, 300, 40);
    f = listen();
    CHECK(f->n_evidence == 1 && fabs(f->evidence[0].from_s - 10) < 4 && fabs(f->evidence[0].to_s - 22) < 4);
    um_findings_free(&f);
}

static void breath(void)
{
    const double lengths[] = {25, 17, 25};
    for (int i = 0; i < 3; i++) {
        begin();
        speech(4, 300, 40);
        now_s += .6;
        const double from_s = now_s;
        speech(lengths[i] / (i == 2 ? 2 : 1), 300, 40);
        if (i == 2) { /* a breath */
            now_s += .4;
            speech(lengths[i] / 2, 300, 40);
        }
        um_findings *f = listen();
        CHECK(f->n_evidence == (i == 0));
        if (i == 0)
            CHECK(evidence(f, "nobody pauses for breath (0.3 s) in 25 s") == 1 &&
                  fabs(f->evidence[0].from_s - from_s) < .1 && fabs(f->evidence[0].to_s - from_s - 25) < .3);
        um_findings_free(&f);
    }
    begin(); /* hardly any consonants: an instrument */
    for (int i = 0; i < 30; i++, now_s += .05)
        syllable(.8, 300, 40);
    um_findings *f = listen();
    CHECK(f->n_evidence == 0);
    um_findings_free(&f);
    begin(); /* hardly any voice */
    for (int i = 0; i < 100; i++, now_s += .25)
        syllable(.08, 300, 40);
    f = listen();
    CHECK(f->n_evidence == 0);
    um_findings_free(&f);
}

static void pauses(void)
{
    for (int i = 0; i < 3; i++) { /* 9 equal ones; 7 equal ones; 9 from 0.4 to 0.8 s */
        begin();
        for (int k = 0; k < (i == 1 ? 8 : 10); k++) {
            speech(2.1, 300, 40);
            now_s += i < 2 ? .5 : .4 + .05 * k;
        }
        um_findings *f = listen();
        CHECK(f->n_evidence == (i == 0));
        CHECK(evidence(f, "the 9 pauses are nearly all alike") == (i == 0));
        CHECK(i || strstr(file_text(f), "9 pauses, median 0.5"));
        um_findings_free(&f);
    }
}

/* A short syllable is speech, between pauses that are too short. */
static void short_syllable(void)
{
    begin();
    speech(4, 300, 40);
    now_s += .12; /* and 0.1 s that belongs to the speech */
    syllable(.1, 300, 0);
    now_s += .22;
    speech(4, 300, 40);
    um_findings *f = listen();
    CHECK(strstr(file_text(f), "no pause"));
    um_findings_free(&f);
}

static void gates(void)
{
    begin();
    um_findings *f = heard("voice_prosody", sound, 0, RATE, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    now_s = 3;
    f = listen();
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too little voice: 0.0 s, 1.5 s needed"));
    um_findings_free(&f);
    for (int i = 0; i < 2; i++) { /* 80 ms of each syllable are its edges */
        begin();
        speech(i ? 4.2 : 2.4, 300, 40);
        f = listen();
        CHECK(f->outcome == (i ? UM_SCORED : UM_NOT_APPLICABLE));
        um_findings_free(&f);
    }
    begin();
    speech(30, 300, 40);
    f = listen();
    um_findings *again = listen_by(7777);
    CHECK(file_score(f) == file_score(again) && !strcmp(file_text(f), file_text(again)) &&
          f->n_evidence == again->n_evidence);
    um_findings_free(&f);
    um_findings_free(&again);
    runner r; /* a jump of time is no pause, and nobody speaks through it */
    CHECK(runner_begin(&r, um_signal_find("voice_prosody")) == UM_OK);
    for (int k = 0; k < 3; k++)
        CHECK(runner_sound(&r, &(um_sound){.first = (int64_t)k * 14 * RATE,
                                           .rate_hz = RATE,
                                           .channels = 1,
                                           .n = 12 * RATE,
                                           .mono = sound}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(f->n_evidence == 0 && strstr(file_text(f), "no pause"));
    um_findings_free(&f);
    CHECK(bears_hostile_sound("voice_prosody", 16000, 9000000));
}

int main(void)
{
    heard_seed = 11;
    smooth();
    breath();
    pauses();
    short_syllable();
    gates();
    return check_done();
}
