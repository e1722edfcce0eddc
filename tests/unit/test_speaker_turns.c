/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voices made of pulses and resonances of two lengths of throats, in turns that are known. */
#include "../check.h"
#include "made_voice.h"
#include <string.h>

static um_findings *listen_by(double s, int block)
{
    return heard("speaker_turns", sound, (int)(s * RATE), RATE, block);
}

static const um_result *voice_of(const um_findings *f, int voice)
{
    return um_findings_result_of(f, um_voice_subject(voice));
}

static void one_voice(void)
{
    const speaker who[] = {man, woman};
    for (int i = 0; i < 2; i++) {
        hush(20);
        speak(.5, 19.5, who[i]);
        um_findings *f = listen_by(20, 1024);
        CHECK(file_score(f) == 0 && strstr(file_text(f), "sound like one"));
        CHECK(f->n_series == 0 && f->n_evidence == 0 && !voice_of(f, 0));
        um_findings_free(&f);
    }
}

static void two_voices(void)
{
    hush(40);
    speak(.5, 8, man);
    speak(8.5, 14, woman);
    speak(14.5, 20, man);
    speak(20.5, 39, woman);
    um_findings *f = listen_by(40, 1000), *g = listen_by(40, 7777);
    const um_result *file = um_findings_result_of(f, um_file_subject());
    CHECK(file && file == &f->result[0] && file->score == 0 &&
          strstr(file->text, "2 voices that take 4 turns"));
    CHECK(f->n_series == 2 && f->n_evidence == 0);
    CHECK(voice_of(f, 0) && strstr(voice_of(f, 0)->text, "in 2 turns, the first at 0.5 s"));
    CHECK(voice_of(f, 1) && strstr(voice_of(f, 1)->text, "in 2 turns, the first at 8"));
    CHECK(voice_of(f, 0) && voice_of(f, 0)->score == 0);
    double from_s = 0, to_s = 0;
    const char *longest = voice_of(f, 1) ? strstr(voice_of(f, 1)->text, "is from ") : NULL;
    CHECK(longest && sscanf(longest, "is from %lf to %lf s", &from_s, &to_s) == 2);
    CHECK_NEAR(from_s, 20.5, .51);
    CHECK_NEAR(to_s, 39, .51);
    int wrong = 0, n = 0;
    if (f->n_series != 2 || g->n_series != 2)
        return;
    for (size_t i = 0; i < f->series[0].n; i++) {
        const double t = f->series[0].sample[i].t_s;
        const bool is_man = t < 8.25 || (t > 14.25 && t < 20.25);
        n++;
        wrong += (f->series[0].sample[i].value > .5) != is_man;
        CHECK(f->series[0].sample[i].value + f->series[1].sample[i].value == 1);
    }
    CHECK(n >= 60 && wrong <= 3); /* a step at each change */
    CHECK(g->n_series == 2 && g->series[0].n == f->series[0].n && voice_of(g, 1) &&
          !strcmp(voice_of(f, 1)->text, voice_of(g, 1)->text));
    um_findings_free(&f);
    um_findings_free(&g);
}

/* 3 s of voice are needed. */
static void too_little(void)
{
    char reason[] = "too little voice: ";
    for (int enough = 0; enough < 2; enough++) {
        hush(10);
        speak(2, enough ? 6 : 4.2, man);
        um_findings *f = listen_by(10, 1024);
        CHECK(f->outcome == (enough ? UM_SCORED : UM_NOT_APPLICABLE));
        CHECK(enough || !strncmp(f->reason, reason, strlen(reason)));
        um_findings_free(&f);
    }
    um_findings *f = listen_by(0, 1);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "0.0 s, 3 s needed"));
    um_findings_free(&f);
}

int main(void)
{
    one_voice();
    two_voices();
    too_little();
    CHECK(bears_hostile_sound("speaker_turns", 16000, 9000000));
    return check_done();
}
