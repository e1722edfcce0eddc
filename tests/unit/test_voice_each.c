/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What voice_generated says of each of two made voices, by a network that was never trained. */
#include "base/pool.h"
#include "detector_models.h"
#include "made_voice.h"
#include <string.h>

enum { WINDOW = 31 * 160 + 400 };

static um_findings *listen(const char *signal, double s)
{
    return heard(signal, sound, (int)(s * RATE), RATE, 1024);
}

/* Who speaks at this moment, as the series of speaker_turns have it; -1: nobody. */
static int who_at(const um_findings *turns, double from_s, double to_s)
{
    int who = -1;
    for (int k = 0; k < turns->n_series; k++)
        for (size_t i = 0; i < turns->series[k].n; i++) {
            const um_sample *s = &turns->series[k].sample[i];
            who = s->t_s >= from_s && s->t_s < to_s && s->value > .5 ? k : who;
        }
    return who;
}

/* Windows of .335 s hold the middle of one step of half a second, or of none. */
static void each(void)
{
    hush(40);
    speak(.5, 8, man);
    speak(8.5, 14, woman);
    speak(14.5, 20, man);
    speak(20.5, 39, woman);
    um_findings *f = listen("voice_generated", 40), *turns = listen("speaker_turns", 40);
    double sum[2] = {0};
    int n[2] = {0}, fake[2] = {0};
    CHECK(f->n_series == 1 && turns->n_series == 2 && f->series[0].thinning == 1);
    for (size_t i = 0; i < f->series[0].n; i++) {
        const um_sample *s = &f->series[0].sample[i];
        const double begins_s =
            (float)(rint(s->t_s * RATE - .5 * WINDOW) / RATE); /* where it is at a middle: as kept */
        const int who = who_at(turns, begins_s, begins_s + (double)WINDOW / RATE);
        if (who < 0)
            continue;
        sum[who] += s->value;
        n[who]++;
        fake[who] += s->value > 0;
    }
    for (int k = 0; k < 2; k++) {
        char said[120];
        const um_result *r = um_findings_result_of(f, um_voice_subject(k));
        snprintf(said, sizeof said, "takes voice %d for generated rather than recorded in %d of the %d parts",
                 k + 1, fake[k], n[k]);
        CHECK(r && r->outcome == UM_SCORED && strstr(r->text, said) && n[k] > 20);
        CHECK_NEAR(r ? r->score : NAN, sum[k] / n[k], 1e-6);
        CHECK(r && r->quality > 0 && r->quality <= 1);
    }
    CHECK(um_findings_result_of(f, um_file_subject())->outcome == UM_SCORED && f->n_results == 3);
    um_findings_free(&f);
    um_findings_free(&turns);
}

/* 6 s of it are needed; one voice alone is the file. */
static void too_little(void)
{
    hush(40);
    speak(.5, 20, man);
    speak(20.5, 25.5, woman);
    um_findings *f = listen("voice_generated", 26);
    const um_result *r = um_findings_result_of(f, um_voice_subject(1));
    CHECK(r && r->outcome == UM_NOT_APPLICABLE &&
          strstr(r->text, "too little of voice 2 to judge it by itself: "));
    r = um_findings_result_of(f, um_voice_subject(0));
    CHECK(r && r->outcome == UM_SCORED);
    um_findings_free(&f);
    hush(20);
    speak(.5, 19, man);
    f = listen("voice_generated", 20);
    CHECK(f->outcome == UM_SCORED && f->n_results == 1);
    um_findings_free(&f);
}

int main(void)
{
    um_network_store *store = detector_models(NULL);
    each();
    too_little();
    um_network_store_free(&store);
    detector_models_remove();
    return check_done();
}
