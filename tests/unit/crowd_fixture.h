/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crowd_fixture.h: results as they may become: forty signals, five persons, two voices. */
#ifndef CROWD_FIXTURE_H
#define CROWD_FIXTURE_H
#include "report_fixture.h"

enum { CROWD_SIGNALS = 40, CROWD_PERSONS = 5, CROWD_VOICES = 2 };

static double wave(double t, int person)
{
    return sin(.7 * t + person) + .3 * sin(5.1 * t + 2 * person) + .1 * sin(31 * t) + .2 * person;
}

/* Evenly spread over 0..1, the same in every run. */
static double spread(int i, int k)
{
    return fmod(.5 + .6180339887 * (i * 7 + k * 3), 1);
}

static const char *const crowd_question[4][4] = {
    {"Do the marks of origin in the file agree with each other?", "Was the file written by an editor?",
     "Do the tables of the container fit the camera?", "Was the picture compressed twice?"},
    {"Does the noise of the sensor fit the whole picture?", "Is a part of the picture copied from another?",
     "Do light and shadow come from one place?", "Does the spectrum carry the grid of a generator?"},
    {"Do the eyes blink as often as living eyes do?", "Does the skin show a pulse?",
     "Do head and face turn together?", "Do the teeth stay the same from frame to frame?"},
    {"Does the background noise jump, as where recordings were joined?", "Is the band of the voice cut off?",
     "Do the lips move with the sound?", "Does the pitch move as a living voice does?"}};

static void crowd_signal(um_signal *s, char name[24], int i)
{
    static const char *const family[] = {"file", "image", "face", "sound"};
    const int f = i % 4;
    snprintf(name, 24, "%s_%02d", family[f], i / 4 + 1);
    *s =
        (um_signal){.name = name,
                    .family = family[f],
                    .version = 1,
                    .question = crowd_question[f][i / 4 % 4],
                    .meaning = "Strong compression hides it; sharpening imitates it. Measured on faces of at "
                               "least 64 pixels.",
                    .score_unit = f == 3 ? "dB" : "ratio",
                    .paper = "Durall et al., CVPR 2020, arXiv:2003.01826"};
}

static void crowd_result(um_findings *f, um_subject subject, int i, int k)
{
    um_result *r = &f->result[f->n_results++];
    const double lr = 3.2 * (spread(i, k) - .42);
    *r = (um_result){.subject = subject, .score = 10 * spread(k, i) - 3, .calibrated = i % 5 != 4};
    snprintf(r->text, sizeof r->text, "What was measured lies %.1f above the usual, over %d moments.",
             r->score, 40 + 7 * k);
    if (i % 7 == 3 && k == 2) {
        r->outcome = UM_NOT_APPLICABLE;
        r->calibrated = false;
        snprintf(r->text, sizeof r->text, "the face is under 64 pixels wide");
    }
    if (r->calibrated)
        r->log_lr = lr, r->lo = lr - .8, r->hi = lr + .7;
}

static um_findings *crowd_findings(const um_signal *s, int i)
{
    const int face = !strcmp(s->family, "face"), sound = !strcmp(s->family, "sound");
    if (i % 11 == 5)
        return findings(s, UM_NOT_APPLICABLE, "needs 20 s of a face; this recording has 12 s");
    if (i == 17)
        return findings(s, UM_FAILED, "out of memory");
    um_findings *f = findings(s, UM_SCORED, "");
    free(f->result), free(f->series);
    f->result = some(8, sizeof *f->result);
    f->series = some(8, sizeof *f->series);
    if (!face)
        crowd_result(f, um_file_subject(), i, 7);
    for (int k = 0; face && k < CROWD_PERSONS; k++)
        crowd_result(f, um_person_subject(k), i, k);
    for (int k = 0; sound && k < CROWD_VOICES; k++)
        crowd_result(f, um_voice_subject(k), i, k);
    for (int k = 0; k < (face ? CROWD_PERSONS : sound ? CROWD_VOICES : 1) && strcmp(s->family, "file"); k++) {
        add_series(f, "distance", s->score_unit, k, 240, 62, wave);
        f->series[k].subject = face ? um_person_subject(k) : sound ? um_voice_subject(k) : um_file_subject();
    }
    if (i % 3 == 0)
        add_evidence(f, face ? i % CROWD_PERSONS : UM_FILE, 2 + i, 5 + i, picture(320, 200, i % 2),
                     "Far from the usual for three seconds.");
    if (i % 6 == 0)
        add_evidence(f, face ? 1 : UM_FILE, 40, 41.5, NULL, "A single stretch stands out.");
    snprintf(f->error_rate, sizeof f->error_rate,
             "Measured on 120 real and 90 fake items (fixture): equal error rate 24 %%, area under the curve "
             "0.82.");
    return f;
}

/* Sealed; free with um_results_free. The signals are static. */
static um_results *crowd_new(void)
{
    static um_signal signal[CROWD_SIGNALS];
    static char name[CROWD_SIGNALS][24];
    um_results *r = fixture_new(false);
    for (int i = 0; i < r->n_persons; i++)
        um_picture_clear(&r->person[i].picture);
    for (int i = 0; i < r->n_findings; i++)
        um_findings_free(&r->findings[i]);
    free(r->person), free(r->findings);
    r->n_persons = CROWD_PERSONS;
    r->person = some(CROWD_PERSONS, sizeof *r->person);
    for (int k = 0; k < CROWD_PERSONS; k++) {
        const double lr = 2.4 - .9 * k;
        const um_verdict v = {.inconclusive = k == 2,
                              .reason = "the evidence supports neither side (likelihood ratio below 2)",
                              .log_lr = k == 2 ? .1 : lr,
                              .lo = lr - .9,
                              .hi = lr + .8,
                              .n_weighed = 8};
        r->person[k] = person(k % 2, v);
        r->person[k].id = k;
        if (k != 2)
            r->person[k].verdict.reason[0] = 0;
    }
    r->n_findings = CROWD_SIGNALS;
    r->findings = some(CROWD_SIGNALS, sizeof *r->findings);
    for (int i = 0; i < CROWD_SIGNALS; i++) {
        crowd_signal(&signal[i], name[i], i);
        r->findings[i] = crowd_findings(&signal[i], i);
    }
    r->analysed_s = 62, r->media.duration_s = 62.04, r->partial = false;
    r->damage = (um_damage){0};
    r->probe.marks[2].state = UM_MARK_ABSENT, r->probe.marks[2].detail[0] = 0;
    r->verdict = (um_verdict){.log_lr = 2.6, .lo = 1.5, .hi = 3.6, .n_weighed = 31};
    if (um_results_seal(r, NULL) < 0 || um_words_settle(r, NULL) < 0)
        abort();
    return r;
}
#endif
