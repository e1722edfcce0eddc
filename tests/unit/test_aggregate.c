/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How persons and moments become a score of the recording: the rules by hand, and moments from a signal that
 * says what is known; what one may submit. */
#include "../check.h"
#include "base/base.h"
#include "evaluate/answer.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/sink.h>

/* --- a signal: two persons, in log odds --- */

enum { MOMENTS = 20 };

static um_status say(um_findings *out, int person, double score, double p, int times, double p_else,
                     um_error *err)
{
    int series;
    um_status st = um_findings_series(out, &series, um_person_subject(person), "said", "log odds", err);
    for (int i = 0; i < MOMENTS && st == UM_OK; i++) {
        const double at = i < times ? p : p_else;
        st = um_findings_point(out, series, i, log(at / (1 - at)), err);
    }
    if (st == UM_OK) /* in another unit: not what the score is made of */
        st = um_findings_series(out, &series, um_person_subject(person), "else", "dB", err);
    if (st == UM_OK)
        st = um_findings_point(out, series, 0, 99, err);
    return st < 0 ? st : um_findings_score(out, um_person_subject(person), score, err, "said");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    um_status st = say(out, 0, 1, .9, 12, .5, err);
    return st < 0 ? st : say(out, 1, -1, .1, MOMENTS, .1, err);
}

static const um_signal two_persons = {
    .name = "two_persons",
    .family = "face",
    .question = "?",
    .meaning = "A test.",
    .score_unit = "log odds",
    .paper = "none",
    .version = 1,
    .needs = UM_NEED_FILE,
    .finish = finish,
};

/* --- evaluations --- */

static char dir[] = "/tmp/test_aggregate.XXXXXX";

static const char *path_of(const char *name)
{
    static char path[16][400]; /* so many at once */
    static int turn;
    turn = (turn + 1) % 16;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void put_picture(const char *name)
{
    um_image *gray;
    CHECK(um_image_new(&gray, 32, 32, UM_GRAY8, NULL) == UM_OK);
    for (int y = 0; y < 32; y++)
        memset(gray->data + y * gray->stride, 8 * y, 32);
    CHECK(um_image_write_png(gray, path_of(name), NULL, NULL) == UM_OK);
    um_image_free(&gray);
}

static double by_rule(const char *rule)
{
    um_evaluation *e;
    um_error err = {0};
    const um_evaluate_options opt = {
        .size = sizeof opt, .signals = "two_persons", .draws = 1, .aggregate = rule};
    CHECK(um_evaluate(&e, path_of("labels.csv"), &opt, &err) == UM_OK);
    if (!e)
        return fprintf(stderr, "%s\n", err.text), NAN;
    const double score = e->detector[0].score[0];
    CHECK(!strcmp(e->detector[0].name, "two_persons") && e->detector[0].score[1] == score);
    um_evaluation_free(&e);
    return score;
}

static void over_time(void)
{
    CHECK(um_signal_register(&two_persons, NULL) == UM_OK);
    put_picture("r.png");
    put_picture("f.png");
    CHECK(um_text_write(path_of("labels.csv"), "path,label\nr.png,real\nf.png,fake\n", NULL) == UM_OK);
    CHECK(by_rule(NULL) == 1 && by_rule("score") == 1 && by_rule("") == 1);
    CHECK_NEAR(by_rule("mean"), (12 * .9 + 8 * .5 + 20 * .1) / 40, 1e-5); /* results are rounded */
    CHECK_NEAR(by_rule("max"), .9, 1e-5);
    CHECK_NEAR(by_rule("person"), (12 * .9 + 8 * .5) / 20, 1e-5);
    CHECK_NEAR(by_rule("confident"), .42, 1e-5); /* 12 of 40 are sure of a fake: not enough */
    um_evaluation *e;
    const um_evaluate_options opt = {.size = sizeof opt, .aggregate = "median"};
    CHECK(um_evaluate(&e, path_of("labels.csv"), &opt, NULL) == UM_EINVAL && !e);
}

/* --- rules by hand --- */

/* One subject: n moments of which so many have the probability p, the others p_else. */
static double confident(int times, double p, int n, double p_else)
{
    char text[400], answered[2];
    um_evaluation e = {.answered = answered};
    const int high = (p > .8 ? times : 0) + (p_else > .8 ? n - times : 0),
              low = (p < .2 ? times : 0) + (p_else < .2 ? n - times : 0);
    snprintf(text, sizeof text,
             "{\"signals\": {\"s\": {\"subjects\": [{\"about\": \"file\", \"score\": 1.0, \"moments\": [%d, "
             "%.17g, %g, %d, "
             "%.17g, %d, %.17g]}]}, \"silent\": {}}, \"verdict_log_lr\": null}",
             n, times * p + (n - times) * p_else, p, high, high * p, low, low * p);
    CHECK(um_dataset_open(&e.set, path_of("labels.csv"), NULL) == UM_OK);
    CHECK(um_answer_take(&e, 1, text, UM_AGGREGATE_CONFIDENT, "answer", NULL) == UM_OK);
    CHECK(e.n_detectors == 3 && isnan(e.detector[0].score[0]) && isnan(e.detector[1].score[1]) &&
          isnan(e.detector[2].score[1]));
    const double score = e.detector[0].score[1];
    for (size_t k = 0; k < e.n_detectors; k++)
        free(e.detector[k].score);
    free(e.detector);
    um_dataset_free(&e.set);
    return score;
}

static void sure_moments(void)
{
    CHECK_NEAR(confident(12, .9, 20, .5), .9, 1e-12);
    CHECK_NEAR(confident(11, .9, 20, .5), (11 * .9 + 9 * .5) / 20, 1e-12); /* too few */
    CHECK_NEAR(confident(12, .9, 29, .5), .9, 1e-12);                      /* 41 % */
    CHECK_NEAR(confident(12, .9, 30, .5), (12 * .9 + 18 * .5) / 30, 1e-12);
    CHECK_NEAR(confident(19, .1, 20, .5), .1, 1e-12);
    CHECK_NEAR(confident(18, .1, 20, .5), (18 * .1 + 2 * .5) / 20,
               1e-12);                                /* 9 in 10 are not more than that */
    CHECK_NEAR(confident(20, .8, 20, .8), .8, 1e-12); /* on the edge: neither */
}

/* --- submission --- */

static void submit(void)
{
    um_evaluation *e;
    um_error err = {0};
    char *text;
    CHECK(um_text_write(path_of("labels.csv"), "path,label\nb/r.mp4,real\na/f.mp4,fake\nq.mp4,edited\n",
                        NULL) == UM_OK);
    CHECK(um_text_write(path_of("scores.csv"),
                        "path,rank,log_lr,other_probability\nb/r.mp4,1,-1,.25\na/f.mp4,2,0,.75\n",
                        NULL) == UM_OK);
    const um_evaluate_options opt = {.size = sizeof opt, .scores = path_of("scores.csv"), .draws = 1};
    CHECK(um_evaluate(&e, path_of("labels.csv"), &opt, &err) == UM_OK);
    CHECK(um_evaluation_submission(&text, e, NULL, NULL) == UM_OK);
    CHECK(!strcmp(text, "filename,label\nf.mp4,0.5\nq.mp4,0.5\nr.mp4,0.0909091\n")); /* 1 : 10 */
    free(text);
    CHECK(um_evaluation_submission(&text, e, "other_probability", NULL) == UM_OK &&
          strstr(text, "f.mp4,0.75\n"));
    free(text);
    CHECK(um_evaluation_submission(&text, e, "rank", &err) == UM_EINVAL && !text &&
          strstr(err.text, "'rank'"));
    um_evaluation_free(&e);
    CHECK(um_text_write(path_of("labels.csv"), "path,label\nb/r.mp4,real\na/r.mp4,fake\n", NULL) == UM_OK);
    CHECK(um_text_write(path_of("scores.csv"), "path,log_lr\nb/r.mp4,1\n", NULL) == UM_OK);
    CHECK(um_evaluate(&e, path_of("labels.csv"), &opt, &err) == UM_OK);
    CHECK(um_evaluation_submission(&text, e, NULL, &err) == UM_EINVAL && strstr(err.text, "r.mp4"));
    um_evaluation_free(&e);
}

/* --- labels of the sound and of the picture --- */

static size_t n_fakes(const char *medium, size_t *n_real)
{
    um_dataset *set;
    size_t n[4] = {0};
    CHECK(um_dataset_open(&set, path_of("labels.csv"), NULL) == UM_OK);
    CHECK(um_dataset_label_by(set, medium));
    for (size_t i = 0; i < um_dataset_count(set); i++)
        n[um_dataset_at(set, i)->label]++;
    CHECK(!um_dataset_label_by(set, "smell"));
    um_dataset_free(&set);
    *n_real = n[UM_LABEL_REAL];
    return n[UM_LABEL_FAKE];
}

static void one_medium(void)
{
    size_t n_real;
    CHECK(um_text_write(path_of("labels.csv"),
                        "path,label,audio_label,video_label\na,fake,real,fake\nb,fake,fake,real\n"
                        "c,fake,,\nd,real,,\ne,real,real,real\nf,edited,,fake\n",
                        NULL) == UM_OK);
    CHECK(n_fakes("audio", &n_real) == 1 && n_real == 3); /* b; a, d, e; c may be fake in the picture alone */
    CHECK(n_fakes("video", &n_real) == 2 && n_real == 3); /* a, f; b, d, e */
    um_evaluation *e;
    const um_evaluate_options opt = {.size = sizeof opt, .label = "smell"};
    CHECK(um_evaluate(&e, path_of("labels.csv"), &opt, NULL) == UM_EINVAL);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    over_time();
    sure_moments();
    submit();
    one_medium();
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
