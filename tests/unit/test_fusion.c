/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fusion by its definition: every number here was summed by hand. */
#include "fusion_said.h"

/* slope, intercept, score_min, score_max, log_lr_max, sigma */
static const char three[] =
    "{\"version\":1,\"name\":\"three\",\"signals\":["
    "{\"name\":\"a\",\"version\":1,\"slope\":0.5,\"intercept\":-1,\"score_min\":0,\"score_max\":4,"
    "\"log_lr_max\":2,\"sigma\":0.3},"
    "{\"name\":\"b\",\"version\":7,\"slope\":2,\"intercept\":0.25,\"score_min\":-1,\"score_max\":10,"
    "\"log_lr_max\":1.5,\"sigma\":0.4},"
    "{\"name\":\"c\",\"version\":2,\"slope\":0.125,\"intercept\":0,\"score_min\":-8,\"score_max\":8,"
    "\"log_lr_max\":1,\"sigma\":0,\"n_real\":40,\"n_fake\":30,\"data\":\"made up\",\"eer_train\":0.254,"
    "\"auc_train\":0.818}]}";

static const um_signal a = {.name = "a", .version = 1}, b = {.name = "b", .version = 7},
                       c = {.name = "c", .version = 2}, stale = {.name = "a", .version = 2},
                       unknown = {.name = "d", .version = 1};

/* One score: both clamps, from both sides, and the interval of 90 %: 1.6449 sigma each way. */
static void lines(void)
{
    static const struct {
        const um_signal *signal;
        double score, log_lr;
    } known[] = {{&a, 3, .5},      {&a, 1, -.5},    {&a, 4, 1},     {&a, 4.1, 1},   {&a, 80, 1},
                 {&a, .1, -.95},   {&a, -5, -1},    {&b, .5, 1.25}, {&b, .6, 1.45}, {&b, .7, 1.5},
                 {&b, -.8, -1.35}, {&b, -.9, -1.5}, {&c, -8, -1},   {&c, -9, -1},   {&c, 2, .25}};
    um_calibration *cal = load(three, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const double sigma = known[i].signal == &a ? .3 : known[i].signal == &b ? .4 : 0;
        um_findings *f = findings(known[i].signal, &(said){um_file_subject(), known[i].score}, 1);
        CHECK(!f->result[0].calibrated && !f->error_rate[0]);
        um_fusion_calibrate(cal, f, NULL, 0);
        CHECK(f->result[0].calibrated);
        CHECK_NEAR(f->result[0].log_lr, known[i].log_lr, 1e-12);
        CHECK_NEAR(f->result[0].lo, known[i].log_lr - 1.6449 * sigma, 1e-12);
        CHECK_NEAR(f->result[0].hi, known[i].log_lr + 1.6449 * sigma, 1e-12);
        um_findings_free(&f);
    }
    um_findings *f = findings(&c, NULL, 0);
    um_fusion_calibrate(cal, f, NULL, 0);
    CHECK(!strcmp(f->error_rate,
                  "Measured on 40 real and 30 fake items (made up): equal error rate 25 %, area under "
                  "the curve 0.82."));
    um_findings_free(&f);
    f = findings(&a, NULL, 0);
    um_fusion_calibrate(cal, f, NULL, 0);
    CHECK(!strcmp(f->error_rate, "Measured on 0 real and 0 fake items (data not stated)."));
    um_findings_free(&f);
    um_calibration_free(&cal);
}

/* Another calibration before this one: its entry for `a` speaks, and `b` is still there. */
static void added(void)
{
    static const char mine[] = "{\"version\":1,\"name\":\"mine\",\"signals\":[{\"name\":\"a\",\"version\":1,"
                               "\"slope\":1,\"intercept\":0,"
                               "\"score_min\":0,\"score_max\":4,\"log_lr_max\":2,\"sigma\":0.3}]}";
    char path[] = "/tmp/unmask-fusion-XXXXXX";
    um_error err;
    um_calibration *cal = load(three, NULL);
    CHECK(mkstemp(path) >= 0 && um_text_write(path, mine, NULL) == UM_OK);
    CHECK(um_calibration_add(cal, path, &err) == UM_OK && cal->n == 4);
    CHECK(um_calibration_find(cal, "a", 1, "")->line.slope == 1 &&
          um_calibration_find(cal, "b", 7, "")->line.slope == 2);
    CHECK(!strncmp(cal->name, "three (", 7) && strstr(cal->name, "), mine (sha256 "));
    for (int i = 0; i < UM_MAX_CALIBRATED - 4; i++)
        CHECK(um_calibration_add(cal, path, &err) == UM_OK);
    CHECK(um_calibration_add(cal, path, &err) == UM_EFORMAT && strstr(err.text, path));
    CHECK(cal->n == UM_MAX_CALIBRATED);
    unlink(path);
    CHECK(um_calibration_add(cal, path, &err) == UM_EIO);
    um_calibration_free(&cal);
}

/* Three signals that count, and beside them one of a stale version, one unknown, one whose score is no
 * number, one that broke down after it had scored, one that does not apply. */
static void table(void)
{
    const um_subject file = um_file_subject(), p0 = um_person_subject(0), p1 = um_person_subject(1),
                     p2 = um_person_subject(2);
    um_calibration *cal = load(three, NULL);
    um_findings *f[] = {
        findings(&a, (said[]){{file, 3}, {p0, 1}, {p1, 4}}, 3),    /* .5; -.5; 1 */
        findings(&b, (said[]){{p1, .1}, {file, -.5}, {p0, 0}}, 3), /* .45; -.75; .25 */
        findings(&c, (said[]){{file, 6}, {p2, -4}}, 2),            /* .75; -.5 */
        findings(&stale, (said[]){{file, 4}, {p0, 4}}, 2),
        findings(&unknown, (said[]){{file, 4}, {p1, 4}}, 2),
        findings(&b, (said[]){{p0, 5}, {file, 5}}, 2),
        findings(&a, (said[]){{file, 4}, {p2, 4}}, 2),
        NULL,
    };
    const um_error failure = {UM_EFORMAT, "broke down after it had scored"};
    um_error err;
    f[5]->result[0].score = NAN; /* findings refuse it; should one come all the same */
    f[5]->result[1].score = INFINITY;
    um_findings_fail(f[6], &failure);
    CHECK(um_findings_new(&f[7], &a, &err) == UM_OK &&
          um_findings_skip(f[7], file, &err, "no face") == UM_OK);
    um_findings_close(f[7]);

    um_verdict v = um_fusion_subject(cal, f, 8, file);
    CHECK(v.inconclusive && v.n_weighed == 0 && v.log_lr == 0 && v.lo == 0 &&
          v.hi == 0); /* not calibrated: weighs nothing */
    CHECK(!strcmp(
        v.reason,
        "no signal with a measured error rate could be applied: no face")); /* why: of a calibrated one */
    v = um_fusion_file(cal, &f[7], 1, NULL, 0, true, false);
    CHECK(!strcmp(v.reason, "no signal with a measured error rate could be applied: no face"));
    v = um_fusion_file(cal, &f[7], 1, NULL, 0, false, true); /* that is of a picture that is not there */
    CHECK(!strcmp(v.reason, "no signal with a measured error rate could be applied"));
    v = um_fusion_subject(cal, &f[7], 1, p0); /* silent as a whole, and so of everybody */
    CHECK(!strcmp(v.reason, "no signal with a measured error rate could be applied: no face"));
    for (int i = 0; i < 8; i++)
        um_fusion_calibrate(cal, f[i], NULL, 0);

    const double z = 1.6449;
    const um_verdict whole = um_fusion_subject(cal, f, 8, file);
    CHECK(whole.n_weighed == 3);
    CHECK_NEAR(whole.log_lr, .5 - .75 + .75, 1e-12);
    CHECK_NEAR(whole.log_lr - whole.lo, z * .5, 1e-12); /* sqrt(.3 .3 + .4 .4 + 0) */
    CHECK_NEAR(whole.hi - whole.log_lr, z * .5, 1e-12);
    CHECK(whole.inconclusive && strstr(whole.reason, "its 90 % interval includes both"));
    um_verdict person[3];
    for (int i = 0; i < 3; i++)
        person[i] = um_fusion_subject(cal, f, 8, um_person_subject(i));
    CHECK(person[0].n_weighed == 2 && person[1].n_weighed == 2 && person[2].n_weighed == 1);
    CHECK_NEAR(person[0].log_lr, -.25, 1e-12);
    CHECK(person[0].inconclusive && strstr(person[0].reason, "supports neither side"));
    CHECK_NEAR(person[1].log_lr, 1.45, 1e-12);
    CHECK_NEAR(person[1].lo, 1.45 - z * .5, 1e-12);
    CHECK(!person[1].inconclusive && !person[1].reason[0]);
    CHECK_NEAR(person[2].log_lr, -.5, 1e-12); /* of what has failed nothing counts */
    CHECK_NEAR(person[2].hi, -.5, 1e-12);

    /* the whole and the most suspicious person */
    v = um_fusion_file(cal, f, 8, (um_subject[]){p0, p1, p2}, 3, true, false);
    CHECK(v.n_weighed == 5 && !v.inconclusive);
    CHECK_NEAR(v.log_lr, .5 + 1.45, 1e-12);
    CHECK_NEAR(v.lo, 1.95 - z * sqrt(.5), 1e-12); /* .25 + .25 */
    CHECK_NEAR(v.hi, 1.95 + z * sqrt(.5), 1e-12);
    v = um_fusion_file(cal, f, 8, &p2, 1, true, false);
    CHECK_NEAR(v.log_lr, 0, 1e-12); /* also where that person speaks against it */
    v = um_fusion_file(cal, f, 8, NULL, 0, true, false);
    CHECK(v.n_weighed == 3 && v.log_lr == whole.log_lr && v.inconclusive);
    const um_subject silent = um_person_subject(9);
    v = um_fusion_file(cal, f, 8, &silent, 1, true, false);
    CHECK(v.n_weighed == 3 && v.log_lr == whole.log_lr); /* nothing about that person weighs */
    v = um_fusion_file(cal, f, 8, (um_subject[]){p2, silent}, 2, true, false);
    CHECK(v.n_weighed == 4); /* nor is she more suspicious than one who is cleared */
    for (int i = 0; i < 8; i++)
        um_findings_free(&f[i]);
    um_calibration_free(&cal);
}

/* Support begins at a ratio of 2, log10 0.30103, and only where the interval keeps to one side. */
static void borders(void)
{
    static const struct {
        double score;
        const char *reason;
    } known[] = {{.3, "neither side"}, {.302, ""}, {-.3, "neither side"}, {-.302, ""}},
      wide[] = {{.65, "includes both"}, {.66, ""}, {-.65, "includes both"}, {-.66, ""}};
    for (int k = 0; k < 2; k++) {
        char text[256];
        snprintf(text, sizeof text,
                 "{\"version\":1,\"signals\":[{\"name\":\"a\",\"version\":1,\"slope\":1,\"intercept\":0,"
                 "\"score_min\":-1,"
                 "\"score_max\":1,\"log_lr_max\":1,\"sigma\":%s}]}",
                 k ? "0.4" : "0.1"); /* 1.6449 x 0.4 = 0.658 */
        um_calibration *cal = load(text, NULL);
        for (int i = 0; i < 4; i++) {
            const double score = k ? wide[i].score : known[i].score;
            const char *reason = k ? wide[i].reason : known[i].reason;
            um_findings *f = findings(&a, &(said){um_file_subject(), score}, 1);
            um_fusion_calibrate(cal, f, NULL, 0);
            const um_verdict v = um_fusion_subject(cal, &f, 1, um_file_subject());
            CHECK(v.inconclusive == (reason[0] != 0) && strstr(v.reason, reason));
            um_findings_free(&f);
        }
        um_calibration_free(&cal);
    }
}

/* One entry with one field changed. */
static bool is_read(const char *field, const char *value)
{
    static const char *const fields[][2] = {{"name", "\"x\""},   {"version", "1"},    {"slope", "1"},
                                            {"intercept", "0"},  {"score_min", "-1"}, {"score_max", "1"},
                                            {"log_lr_max", "1"}, {"sigma", "0.1"}};
    char text[4096] = "{\"version\":1,\"signals\":[{";
    for (int i = 0; i < 8; i++) {
        const bool changed = !strcmp(fields[i][0], field);
        if (!changed || value)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s\"%s\":%s", i ? "," : "\"zero\":0,",
                     fields[i][0], changed ? value : fields[i][1]);
    }
    strcat(text, "}]}");
    um_calibration *cal = load(text, NULL);
    const bool read = cal != NULL;
    um_calibration_free(&cal);
    return read;
}

static void files(void)
{
    CHECK(is_read("", NULL));
    CHECK(!is_read("name", NULL) && !is_read("name", "\"\"") && !is_read("name", "7"));
    CHECK(!is_read("slope", NULL) && !is_read("slope", "-0.1") && is_read("slope", "0") &&
          !is_read("slope", "\"1\""));
    CHECK(!is_read("intercept", NULL) && !is_read("intercept", "null"));
    CHECK(!is_read("score_min", "1") && is_read("score_min", "0.99") && !is_read("score_max", NULL));
    CHECK(!is_read("log_lr_max", "0") && is_read("log_lr_max", "6") && !is_read("log_lr_max", "6.1"));
    CHECK(!is_read("sigma", "-0.1") && is_read("sigma", "0") && is_read("sigma", "6") &&
          !is_read("sigma", "6.1"));
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"version\":1}",
                                        "{\"version\":9,\"signals\":[]}",
                                        "{\"signals\":[]}",
                                        "{\"version\":1,\"signals\":[1]}",
                                        "{\"version\":1,\"signals\":[[]]}",
                                        "not json\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!load(wrong[i], NULL));

    /* 256 signals are read, 257 are not */
    for (int n = 256; n <= 257; n++) {
        char *text = malloc(64 * 1024), *end = text;
        CHECK(text != NULL);
        if (!text)
            return;
        end += sprintf(end, "{\"version\":1,\"signals\":[");
        for (int i = 0; i < n; i++)
            end += sprintf(end,
                           "%s{\"name\":\"s%d\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":0,"
                           "\"score_max\":1,"
                           "\"log_lr_max\":1,\"sigma\":0}",
                           i ? "," : "", i);
        strcpy(end, "]}");
        um_calibration *cal = load(text, NULL);
        CHECK((cal != NULL) == (n == 256));
        um_calibration_free(&cal);
        free(text);
    }
    um_error err;
    um_calibration *cal = NULL;
    CHECK(um_calibration_load(&cal, "/nonexistent/x.json", &err) == UM_EIO && !cal &&
          strstr(err.text, "/nonexistent/x.json"));
    CHECK(um_calibration_load(&cal, NULL, &err) == UM_OK &&
          strstr(um_calibration_name(cal), "unmask (sha256 ")); /* built in */
    um_calibration_free(&cal);
    um_calibration_free(&cal); /* of NULL: nothing */
}

/* ---- version 2: groups and quality ---- */

/* Lines through the origin, so that a ratio is its score: a and b in a group by covariance, c and d in one
 * where the strongest speaks, e in none. `more` is added to each. */
static const char grouped[] =
    "{\"version\":2,\"name\":\"grouped\",\"groups\":[{\"name\":\"spectra\",\"rule\":\"covariance\","
    "\"covariance\":[[0.5,0.3],[0.3,0.4]]},{\"name\":\"mouth\",\"rule\":\"strongest\"}],\"signals\":["
    "{\"name\":\"a\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,\"log_lr_"
    "max\":2,"
    "\"sigma\":0.1,\"group\":\"spectra\"},"
    "{\"name\":\"b\",\"version\":7,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,\"log_lr_"
    "max\":2,"
    "\"sigma\":0.2,\"group\":\"spectra\"},"
    "{\"name\":\"c\",\"version\":2,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,\"log_lr_"
    "max\":2,"
    "\"sigma\":0.3,\"group\":\"mouth\"},"
    "{\"name\":\"d\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,\"log_lr_"
    "max\":2,"
    "\"sigma\":0.4,\"group\":\"mouth\"},"
    "{\"name\":\"e\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":-2,\"score_max\":2,\"log_lr_"
    "max\":2,"
    "\"sigma\":0.5,\"quality\":{\"good\":0.8,\"sigma_poor\":0.9}}]}";

static const um_signal *const five[] = {&a, &b, &c, &unknown, &(um_signal){.name = "e", .version = 1}};

/* What the five say of one subject; NAN: nothing. */
static void say(um_findings **f, const um_calibration *cal, um_subject subject, const double *score)
{
    for (int i = 0; i < 5; i++) {
        f[i] = findings(five[i], &(said){subject, isnan(score[i]) ? 0 : score[i]}, !isnan(score[i]));
        um_fusion_calibrate(cal, f[i], NULL, 0);
    }
}

static um_verdict verdict_on(const um_calibration *cal, const double *score)
{
    um_findings *f[5];
    say(f, cal, um_file_subject(), score);
    const um_verdict v = um_fusion_subject(cal, f, 5, um_file_subject());
    um_findings *turned[] = {f[4], f[2], f[3], f[1], f[0]};
    const um_verdict same = um_fusion_subject(cal, turned, 5, um_file_subject());
    CHECK_NEAR(same.log_lr, v.log_lr, 1e-12); /* the order of signals changes nothing */
    CHECK(same.n_weighed == v.n_weighed);
    for (int i = 0; i < 5; i++)
        um_findings_free(&f[i]);
    return v;
}

/* The weights of a and b solve .5 p + .3 q = .5, .3 p + .4 q = .4: p = 8/11, q = 5/11. */
static void groups(void)
{
    const double z = 1.6449, p = 8. / 11, q = 5. / 11, none = NAN;
    um_calibration *cal = load(grouped, NULL);
    CHECK(cal && !strncmp(um_calibration_name(cal), "grouped (sha256 ", 16));
    um_verdict v = verdict_on(cal, (double[]){1.1, -.5, .4, .7, none});
    CHECK_NEAR(v.log_lr, p * 1.1 - q * .5 + .7, 1e-12);
    /* within the group of two .1 p + .2 q; the stronger of the others .4 */
    CHECK_NEAR(v.hi - v.log_lr, z * hypot(.1 * p + .2 * q, .4), 1e-12);
    CHECK_NEAR(v.log_lr - v.lo, z * hypot(.1 * p + .2 * q, .4), 1e-12);
    CHECK(v.n_weighed == 3);
    v = verdict_on(cal, (double[]){1.1, none, none, none, none}); /* alone, each says what its line says */
    CHECK_NEAR(v.log_lr, 1.1, 1e-12);
    CHECK_NEAR(v.hi - v.log_lr, z * .1, 1e-12);
    v = verdict_on(cal, (double[]){none, -.5, none, .7, .25});
    CHECK_NEAR(v.log_lr, -.5 + .7 + .25, 1e-12);
    v = verdict_on(cal, (double[]){none, none, -.8, .7, none}); /* the strongest on either side */
    CHECK(v.n_weighed == 1);
    CHECK_NEAR(v.log_lr, -.8, 1e-12);
    CHECK_NEAR(v.hi, -.8 + z * .3, 1e-12);
    v = verdict_on(cal, (double[]){none, none, .7, -.7, none}); /* equally strong: the first in the file */
    CHECK_NEAR(v.log_lr, .7, 1e-12);

    /* a signal that speaks of the file and of a person is in both ratios, and counts once */
    um_findings *f[] = {findings(&c, (said[]){{um_file_subject(), .6}, {um_person_subject(0), 1.2}}, 2),
                        findings(five[4], (said[]){{um_file_subject(), .1}, {um_person_subject(0), .2}}, 2)};
    for (int i = 0; i < 2; i++)
        um_fusion_calibrate(cal, f[i], NULL, 0);
    v = um_fusion_file(cal, f, 2, (um_subject[]){um_person_subject(0)}, 1, true, false);
    CHECK_NEAR(v.log_lr, 1.2 + .1 + .2, 1e-12);
    for (int i = 0; i < 2; i++)
        um_findings_free(&f[i]);
    um_calibration_free(&cal);
}

static void weights(void)
{
    static const struct {
        int n;
        double covariance[3][3], weight[3];
        bool definite;
    } known[] = {{1, {{.7}}, {1}, true},
                 {2, {{.5, 0}, {0, 2}}, {1, 1}, true},
                 {3, {{1, .5, 0}, {.5, 1, 0}, {0, 0, 2}}, {2. / 3, 2. / 3, 1}, true},
                 {2, {{.2, .3}, {.3, .9}}, {0, 1}, true}, /* -1 and 4/3: the first adds nothing of its own */
                 {3, {{.9, .3, .2}, {.3, .2, 0}, {.2, 0, .4}}, {7. / 8, 0, 9. / 16}, true},
                 {2, {{1, 1}, {1, 1}}, {0}, false},
                 {2, {{1, 2}, {2, 1}}, {0}, false},
                 {1, {{0}}, {0}, false}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_calibration_group g = {.n = known[i].n};
        const int which[] = {0, 1, 2};
        double w[3];
        for (int k = 0; k < 9; k++)
            g.covariance[k / 3][k % 3] = known[i].covariance[k / 3][k % 3];
        CHECK(um_group_weights(w, &g, which, known[i].n) == known[i].definite);
        for (int k = 0; known[i].definite && k < known[i].n; k++)
            CHECK_NEAR(w[k], known[i].weight[k], 1e-12);
    }
    um_calibration_group copies = {.n = 2, .covariance = {{1, 1 - 1e-6}, {1 - 1e-6, 1}}};
    double w[2];
    CHECK(um_group_weights(w, &copies, (int[]){0, 1}, 2));
    CHECK_NEAR(w[0], .5, 1e-6);
    CHECK_NEAR(w[1], .5, 1e-6);
}

/* Sigma .5 from quality .8 upward, .9 at 0, on a line between; unknown is taken for 0. */
static void qualities(void)
{
    static const struct {
        double quality, sigma;
    } known[] = {{1, .5}, {.8, .5}, {.6, .6}, {.2, .8}, {0, .9}, {NAN, .9}, {-3, .9}};
    um_calibration *cal = load(grouped, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const um_subject_quality quality[] = {{um_person_subject(4), .7},
                                              {um_person_subject(3), known[i].quality}};
        um_findings *f = findings(five[4], &(said){um_person_subject(3), 1}, 1);
        um_fusion_calibrate(cal, f, quality, 2);
        CHECK_NEAR(f->result[0].log_lr, 1, 1e-12);
        CHECK_NEAR(f->result[0].hi, 1 + 1.6449 * known[i].sigma, 1e-12);
        CHECK_NEAR(f->result[0].lo, 1 - 1.6449 * known[i].sigma, 1e-12);
        um_findings_free(&f);
    }
    um_findings *f = findings(&a, &(said){um_person_subject(3), 1}, 1); /* states none: as it is */
    um_fusion_calibrate(cal, f, &(um_subject_quality){um_person_subject(3), 0}, 1);
    CHECK_NEAR(f->result[0].hi, 1 + 1.6449 * .1, 1e-12);
    um_findings_free(&f);
    um_calibration_free(&cal);
}

/* A voice counts with the person whose it is, and on its own when it is nobody's. */
/* What the signal says of the quality goes before what is known of the person. */
static void own_quality(void)
{
    um_calibration *cal = load(grouped, NULL);
    um_findings *f = findings(five[4], &(said){um_person_subject(3), 1}, 1);
    um_error err;
    CHECK(um_findings_quality(f, um_person_subject(3), .4, &err) == UM_OK && f->result[0].quality == .4);
    um_fusion_calibrate(cal, f, &(um_subject_quality){um_person_subject(3), 1}, 1);
    CHECK_NEAR(f->result[0].hi - f->result[0].log_lr, 1.6449 * .7, 1e-12);
    um_findings_free(&f);
    um_calibration_free(&cal);
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

/* A calibration holds for one network. */
static void networks(void)
{
    static const char text[] =
        "{\"version\":1,\"name\":\"nets\",\"signals\":["
        "{\"name\":\"a\",\"version\":1,\"network\":\"" SHA "1\",\"slope\":0.5,\"intercept\":0,"
        "\"score_min\":0,\"score_max\":4,\"log_lr_max\":2,\"sigma\":0.3}]}";
    static const struct {
        const char *network;
        bool calibrated;
    } known[] = {{SHA "1", true}, {SHA "2", false}, {"", false}};
    const char *problem = NULL;
    um_calibration *cal = load(text, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_findings *f = findings(&a, &(said){um_file_subject(), 2}, 1);
        snprintf(f->network, sizeof f->network, "%s", known[i].network);
        um_fusion_calibrate(cal, f, NULL, 0);
        CHECK(f->result[0].calibrated == known[i].calibrated);
        CHECK(um_fusion_subject(cal, &f, 1, um_file_subject()).n_weighed == known[i].calibrated);
        um_findings_free(&f);
    }
    um_calibration_free(&cal);
    char broken[sizeof text];
    snprintf(broken, sizeof broken, "%s", text);
    strstr(broken, SHA)[0] = 'X';
    cal = load(broken, &problem);
    CHECK(!cal && problem && strstr(problem, "the network of 'a' is not a SHA-256"));
}

static void voices(void)
{
    um_error err;
    um_calibration *cal = load(grouped, NULL);
    um_findings *f[] = {
        findings(five[4],
                 (said[]){{um_voice_subject(0), .9},
                          {um_voice_subject(1), 1.4},
                          {um_voice_subject(2), -.3},
                          {um_person_subject(1), .2},
                          {um_interval_subject(1, 2), 2}},
                 5),
        findings(&c,
                 (said[]){{um_voice_subject(0), -.6}, {um_person_subject(1), .5}, {um_file_subject(), .1}},
                 3)};
    CHECK(um_findings_link(f[0], 0, 0, .6, &err) == UM_OK &&
          um_findings_link(f[1], 0, 1, .7, &err) == UM_OK &&
          um_findings_link(f[1], 3, 1, .51, &err) == UM_OK &&
          um_findings_link(f[0], 2, 1, .9, &err) == UM_OK && um_findings_link(f[0], 1, 1, .5, &err) == UM_OK);
    for (int i = 0; i < 2; i++)
        um_fusion_calibrate(cal, f[i], NULL, 0);
    CHECK(um_fusion_speaker(f, 2, 0) == 1 && um_fusion_speaker(f, 2, 1) == -1 &&
          um_fusion_speaker(f, 2, 2) == 1 && um_fusion_speaker(f, 2, 3) == 1);
    um_verdict v = um_fusion_subject(cal, f, 2, um_voice_subject(0));
    CHECK_NEAR(v.log_lr, .9 - .6, 1e-12);
    v = um_fusion_subject(cal, f, 2, um_person_subject(0));
    CHECK(v.n_weighed == 0);
    /* of her own .2 + .5, her voices' .9 - .6 and -.3 the most suspicious */
    v = um_fusion_subject(cal, f, 2, um_person_subject(1));
    CHECK(v.n_weighed == 2);
    CHECK_NEAR(v.log_lr, .2 + .5, 1e-12);
    CHECK_NEAR(um_fusion_subject(cal, f, 2, um_interval_subject(1, 2)).log_lr, 2,
               1e-12); /* and nowhere else */
    /* nobody's voice says 1.4, the person .7 */
    const um_subject all[] = {um_person_subject(0), um_person_subject(1), um_voice_subject(0),
                              um_voice_subject(1)};
    v = um_fusion_file(cal, f, 2, all, 4, true, false);
    CHECK_NEAR(v.log_lr, 1.4 + .1, 1e-12);
    v = um_fusion_file(cal, f, 2, all, 3, true, false); /* file and person share a group: .5, not .1 + .5 */
    CHECK_NEAR(v.log_lr, .2 + .5, 1e-12);
    for (int i = 0; i < 2; i++)
        um_findings_free(&f[i]);
    um_calibration_free(&cal);
}

/* `grouped` with one passage replaced is refused, with these words. */
static void refused(const char *from, const char *to, const char *words)
{
    char text[4096];
    const char *at = strstr(grouped, from), *problem;
    CHECK(at != NULL);
    if (!at)
        return;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - grouped), grouped, to, at + strlen(from));
    um_calibration *cal = load(text, &problem);
    if (!(words ? !cal && strstr(problem, words) : cal != NULL))
        fprintf(stderr, "%s for %s: '%s'\n", to, from, problem);
    CHECK(words ? !cal && strstr(problem, words) : cal != NULL);
    um_calibration_free(&cal);
}

static void hostile(void)
{
    refused("\"name\":\"d\"", "\"name\":\"d2\"", NULL);
    refused("\"group\":\"mouth\"}", "\"group\":\"nose\"}", "'c' is of a group 'nose' that is not there");
    refused("\"group\":\"mouth\"}", "\"group\":7}", "of a group '' that is not there");
    refused("\"name\":\"d\",\"version\":1", "\"name\":\"c\",\"version\":2", "'c' stands there twice");
    refused("\"name\":\"mouth\"", "\"name\":\"spectra\"", "the group 'spectra' stands there twice");
    refused("\"name\":\"mouth\"", "\"name\":\"\"", "has no name or no rule");
    refused("strongest", "weakest", "the group 'mouth' has no name or no rule");
    refused("[[0.5,0.3],[0.3,0.4]]", "[[0.5,0.3]]", "the group 'spectra' has no covariance of its 2 signals");
    refused("[[0.5,0.3],[0.3,0.4]]", "[[0.5],[0.3,0.4]]", "has no covariance");
    refused("[[0.5,0.3],[0.3,0.4]]", "[[0.5,0.3],[0.2,0.4]]", "has no covariance"); /* not symmetric */
    refused("[[0.5,0.3],[0.3,0.4]]", "[[0.5,0.5],[0.5,0.4]]", "has no covariance"); /* not definite */
    refused("[[0.5,0.3],[0.3,0.4]]", "[[37,0.3],[0.3,0.4]]", "has no covariance");
    refused("[[0.5,0.3],[0.3,0.4]]", "[[36,0.3],[0.3,0.4]]", NULL);
    refused("[[0.5,0.3],[0.3,0.4]]", "[[0.5,\"\"],[0.3,0.4]]", "has no covariance");
    refused("[[0.5,0.3],[0.3,0.4]]", "{\"a\":1,\"b\":2}", "has no covariance");
    refused("\"good\":0.8", "\"good\":0", "the quality of 'e' is not one");
    refused("\"good\":0.8", "\"good\":1", NULL);
    refused("\"good\":0.8", "\"good\":1.1", "the quality of 'e' is not one");
    refused("\"sigma_poor\":0.9", "\"sigma_poor\":0.4", "the quality of 'e' is not one"); /* less than .5 */
    refused("\"sigma_poor\":0.9", "\"sigma_poor\":0.5", NULL);
    refused("\"sigma_poor\":0.9", "\"sigma_poor\":6", NULL);
    refused("\"sigma_poor\":0.9", "\"sigma_poor\":6.1", "the quality of 'e' is not one");
    refused("{\"good\":0.8,\"sigma_poor\":0.9}", "3", "the quality of 'e' is not one");
    refused("\"name\":\"e\"", "\"name\":\"0123456789012345678901234567890123456789\\n3456789\"",
            "is not a calibration"); /* 48 bytes */
    refused("\"name\":\"e\"", "\"name\":\"0123456789012345678901234567890123456789\\n345678\"", NULL);

    static char text[64 * 1024];
    /* 16 signals to a group, 64 groups */
    for (int n = 16; n <= 17; n++) {
        char *end =
            text +
            sprintf(text,
                    "{\"version\":2,\"groups\":[{\"name\":\"g\",\"rule\":\"strongest\"}],\"signals\":[");
        for (int i = 0; i < n; i++)
            end += sprintf(end,
                           "%s{\"name\":\"s%d\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":0,"
                           "\"score_max\":1,"
                           "\"log_lr_max\":1,\"sigma\":0,\"group\":\"g\"}",
                           i ? "," : "", i);
        strcpy(end, "]}");
        um_calibration *cal = load(text, NULL);
        CHECK((cal != NULL) == (n == 16));
        um_calibration_free(&cal);
    }
    for (int n = 64; n <= 65; n++) {
        char *end = text + sprintf(text, "{\"version\":2,\"signals\":[],\"groups\":[");
        for (int i = 0; i < n; i++)
            end += sprintf(end, "%s{\"name\":\"g%d\",\"rule\":\"strongest\"}", i ? "," : "", i);
        strcpy(end, "]}");
        um_calibration *cal = load(text, NULL);
        CHECK((cal != NULL) == (n == 64));
        um_calibration_free(&cal);
    }
    /* one signal of the group says nothing of its own: its weight is 0, and it is not counted */
    const char *at = strstr(grouped, "[[0.5,0.3],[0.3,0.4]]");
    snprintf(text, sizeof text, "%.*s[[0.2,0.3],[0.3,0.9]]%s", (int)(at - grouped), grouped, at + 21);
    um_calibration *cal = load(text, NULL);
    um_verdict v = verdict_on(cal, (double[]){1.1, .5, NAN, NAN, NAN});
    CHECK(v.n_weighed == 1);
    CHECK_NEAR(v.log_lr, .5, 1e-12);
    um_calibration_free(&cal);
    /* version 1 keeps its meaning: it knows no groups and no quality */
    snprintf(text, sizeof text, "{\"version\":1%s", grouped + strlen("{\"version\":2"));
    cal = load(text, NULL);
    v = verdict_on(cal, (double[]){1.1, -.5, .4, .7, .25});
    CHECK_NEAR(v.log_lr, 1.1 - .5 + .4 + .7 + .25, 1e-12);
    CHECK_NEAR(v.hi - v.log_lr, 1.6449 * sqrt(.55), 1e-12); /* .01 + .04 + .09 + .16 + .25 */
    um_calibration_free(&cal);
}

int main(void)
{
    groups();
    weights();
    qualities();
    own_quality();
    networks();
    voices();
    hostile();
    lines();
    added();
    table();
    borders();
    files();
    return check_done();
}
