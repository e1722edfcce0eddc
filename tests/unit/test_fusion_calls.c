/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fusion: what is called, and what is never summed. */
#include "fusion_said.h"

static const um_signal a = {.name = "a", .version = 1}, b = {.name = "b", .version = 7};

/* What is said of the picture and of the sound is not summed. */
static void aspects(void)
{
    static const um_signal face = {.name = "a", .version = 1, .family = "face"},
                           voice = {.name = "b", .version = 7, .family = "sound"};
    static const char text[] = "{\"version\":2,\"signals\":[{\"name\":\"a\",\"version\":1,\"slope\":1,"
                               "\"intercept\":0,\"score_min\":-2,"
                               "\"score_max\":2,\"log_lr_max\":2,\"sigma\":0},{\"name\":\"b\",\"version\":7,"
                               "\"slope\":1,\"intercept\":0,"
                               "\"score_min\":-2,\"score_max\":2,\"log_lr_max\":2,\"sigma\":0}]}";
    static const struct {
        double face, voice; /* NAN: silent */
        bool has_picture, has_sound;
        double log_lr;
        const char *reason;
    } known[] = {{1, -1.5, true, true, 1, ""},
                 {-1.5, 1, true, true, 1, ""},
                 {-1, -1.5, true, true, -1, ""},
                 {-1.5, .1, true, true, .1, "neither side"},
                 {NAN, -1, true, true, -1, "of the sound, but the picture could not be judged"},
                 {-1, NAN, true, true, -1, "of the picture, but the sound could not be judged"},
                 {NAN, -1, false, true, -1, ""},
                 {-1, NAN, true, false, -1, ""},
                 {NAN, 1, true, true, 1, ""}};
    const um_subject person = um_person_subject(0);
    um_calibration *cal = load(text, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_findings *f[2];
        int n = 0;
        if (!isnan(known[i].face))
            f[n++] = findings(&face, &(said){person, known[i].face}, 1);
        if (!isnan(known[i].voice))
            f[n++] = findings(&voice, &(said){um_file_subject(), known[i].voice}, 1);
        for (int k = 0; k < n; k++)
            um_fusion_calibrate(cal, f[k], NULL, 0);
        const um_verdict v = um_fusion_file(cal, f, n, &person, 1, known[i].has_picture, known[i].has_sound);
        CHECK_NEAR(v.log_lr, known[i].log_lr, 1e-12);
        CHECK(v.inconclusive == (known[i].reason[0] != 0) && strstr(v.reason, known[i].reason));
        while (n)
            um_findings_free(&f[--n]);
    }
    um_calibration_free(&cal);
}

/* Of signals that ask for kinds of manipulation of the same thing the most suspicious speaks, alone. */
static void kinds(void)
{
    static const um_signal pasted = {.name = "a", .version = 1, .family = "face", .alternative = "face"},
                           generated = {.name = "b",
                                        .version = 7,
                                        .family = "face",
                                        .question = "Generated?",
                                        .alternative = "face"};
    static const char text[] =
        "{\"version\":2,\"signals\":["
        "{\"name\":\"a\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,"
        "\"log_lr_max\":2,\"sigma\":0.1},"
        "{\"name\":\"b\",\"version\":7,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,"
        "\"log_lr_max\":2,\"sigma\":0.2}]}";
    static const struct {
        double a, b, log_lr, sigma;
    } known[] = {{1.5, -1, 1.5, .1}, {-1.5, 1, 1, .2}, {-1, -1.5, -1, .1},
                 {1, 1.2, 1.2, .2},  {1, NAN, 1, .1},  {NAN, -1, -1, .2}};
    um_calibration *cal = load(text, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_findings *f[2];
        int n = 0;
        if (!isnan(known[i].a))
            f[n++] = findings(&pasted, &(said){um_person_subject(0), known[i].a}, 1);
        if (!isnan(known[i].b))
            f[n++] = findings(&generated, &(said){um_person_subject(0), known[i].b}, 1);
        for (int k = 0; k < n; k++)
            um_fusion_calibrate(cal, f[k], NULL, 0);
        const um_verdict v = um_fusion_subject(cal, f, n, um_person_subject(0));
        CHECK_NEAR(v.log_lr, known[i].log_lr, 1e-12);
        CHECK_NEAR(v.hi - v.log_lr, 1.6449 * known[i].sigma, 1e-9);
        CHECK(v.n_weighed == 1);
        while (n)
            um_findings_free(&f[--n]);
    }
    um_calibration_free(&cal);
    /* one that applies but is not calibrated: the other cannot clear the face, but accuse it */
    cal = load("{\"version\":2,\"signals\":[{\"name\":\"a\",\"version\":1,\"slope\":1,\"intercept\":0,"
               "\"score_min\":-2,"
               "\"score_max\":2,\"log_lr_max\":2,\"sigma\":0.1}]}",
               NULL);
    for (int side = -1; side < 2; side += 2) {
        um_findings *f[2] = {findings(&pasted, &(said){um_person_subject(0), 1.5 * side}, 1),
                             findings(&generated, &(said){um_person_subject(0), -1}, 1)};
        for (int k = 0; k < 2; k++)
            um_fusion_calibrate(cal, f[k], NULL, 0);
        const um_verdict v = um_fusion_subject(cal, f, 2, um_person_subject(0));
        CHECK(v.inconclusive == (side < 0) &&
              (side > 0 || strstr(v.reason, "could not be weighed: Generated?")));
        um_findings_free(&f[0]);
        um_findings_free(&f[1]);
    }
    um_calibration_free(&cal);
}

/* What a signal says of a voice beside the whole sound is shown only; and a voice clears no face. */
static void voices(void)
{
    static const um_signal heard = {.name = "a", .version = 1, .family = "sound"};
    const um_subject person = um_person_subject(0), voice = um_voice_subject(0);
    um_calibration *cal =
        load("{\"version\":2,\"signals\":[{\"name\":\"a\",\"version\":1,\"slope\":1,\"intercept\":0,"
             "\"score_min\":-2,\"score_max\":2,\"log_lr_max\":2,\"sigma\":0.1}]}",
             NULL);
    for (int side = -1; side < 2; side += 2) {
        um_findings *f = findings(&heard, (said[]){{um_file_subject(), .5}, {voice, 1.5 * side}}, 2);
        um_fusion_calibrate(cal, f, NULL, 0);
        um_verdict v = um_fusion_file(cal, &f, 1, &voice, 1, false, true);
        CHECK(v.log_lr == .5 && v.n_weighed == 1 && um_fusion_subject(cal, &f, 1, voice).n_weighed == 0);
        um_findings_free(&f);
        f = findings(&heard, &(said){voice, 1.5 * side}, 1); /* of the voice alone */
        CHECK(um_findings_link(f, 0, 0, .9, NULL) == UM_OK);
        um_fusion_calibrate(cal, f, NULL, 0);
        CHECK(um_fusion_subject(cal, &f, 1, voice).log_lr == 1.5 * side);
        v = um_fusion_subject(cal, &f, 1, person);
        CHECK(v.log_lr == 1.5 * side && v.inconclusive == (side < 0));
        CHECK(side > 0 || strstr(v.reason, "of the voice, but the picture could not be judged"));
        um_findings_free(&f);
    }
    um_calibration_free(&cal);
}

/* Version 3: a side is called from its own ratio on, of several signals from the strictest; and how often
 * such a call was wrong. */
static void calls(void)
{
    static const char text[] =
        "{\"version\":3,\"signals\":["
        "{\"name\":\"a\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,"
        "\"log_lr_max\":2,\"sigma\":0,\"n_real\":130,\"n_fake\":90,"
        "\"manipulated\":{\"from\":0.8,\"fake\":40,\"real\":1},\"untouched\":{\"from\":0.5,\"real\":70,"
        "\"fake\":4}},"
        "{\"name\":\"b\",\"version\":7,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,"
        "\"log_lr_max\":2,\"sigma\":0,\"n_real\":50,\"n_fake\":60,"
        "\"manipulated\":{\"from\":1.2,\"fake\":20,\"real\":0},\"untouched\":{\"from\":7,\"real\":0,\"fake\":"
        "0}}]}";
    static const struct {
        double a, b; /* NAN: silent */
        const char *reason;
        double from;
        int wrong, of;
    } known[] = {{.79, NAN, "too many real", .8, 1, 130},        {.81, NAN, "", .8, 1, 130},
                 {-.49, NAN, "too many manipulated", .5, 4, 90}, {-.51, NAN, "", .5, 4, 90},
                 {1, .1, "too many real", 1.2, 0, 50},           {1, .3, "", 1.2, 0, 50},
                 {-2, -2, "too many manipulated", 7, 0, 60},     {.2, NAN, "neither side", .8, 1, 130}};
    um_calibration *cal = load(text, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_findings *f[2];
        int n = 0;
        f[n++] = findings(&a, &(said){um_file_subject(), known[i].a}, 1);
        if (!isnan(known[i].b))
            f[n++] = findings(&b, &(said){um_file_subject(), known[i].b}, 1);
        for (int k = 0; k < n; k++)
            um_fusion_calibrate(cal, f[k], NULL, 0);
        const um_verdict v = um_fusion_subject(cal, f, n, um_file_subject());
        CHECK(v.inconclusive == (known[i].reason[0] != 0) && strstr(v.reason, known[i].reason));
        CHECK(v.call_from == known[i].from && v.call_wrong == known[i].wrong && v.call_of == known[i].of);
        while (n)
            um_findings_free(&f[--n]);
    }
    um_calibration_free(&cal);
    const char *problem;
    char changed[sizeof text];
    snprintf(changed, sizeof changed, "%s", text);
    memcpy(strstr(changed, "0.8"), "0.2", 3); /* below what supports anything */
    CHECK(!load(changed, &problem) && strstr(problem, "from where on 'a'"));
    snprintf(changed, sizeof changed, "%s", text);
    memcpy(strstr(changed, "untouched"), "Untouched", 9);
    CHECK(!load(changed, &problem) && strstr(problem, "from where on 'a'"));
}

int main(void)
{
    calls();
    aspects();
    kinds();
    voices();
    return check_done();
}
