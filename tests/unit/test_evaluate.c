/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An evaluation from labels to measures: scores of a file by hand; recordings analysed, stopped and gone on
 * with. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unmask/evaluate.h>

static char dir[] = "/tmp/test_evaluate.XXXXXX";

static const char *path_of(const char *name)
{
    static char path[4][400];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void put(const char *name, const char *text)
{
    CHECK(um_text_write(path_of(name), text, NULL) == UM_OK);
}

/* --- scores of a file --- */

static const char labels[] = "path,label,kind,pair_id,group\n"
                             "r1,real,talk,p1,\nr2,real,talk,p2,\nr3,real,song,,\nr4,real,talk,,\n"
                             "f1,fake,swap,p1,\nf2,fake,swap,p2,\nf3,fake,song,,\nf4,fake,swap,,\n"
                             "e1,edited,swap,p1,\n";
static const char scores[] = "path,plain,by_log_lr,other_probability\n"
                             "r1,1,-1,.1\nr2,4,0,.2\nr3,2,-2,\nr4,,1,.6\n"
                             "f1,3,1,.9\nf2,2,0,.4\nf3,5,2,\nf4,,-1,\ne1,9,9,1\nunknown,1,1,1\n";

static um_status evaluate(um_evaluation **out, const char *by, um_error *err)
{
    const double verifier[3] = {.02, .03, .4};
    const um_evaluate_options opt = {
        .size = sizeof opt, .scores = path_of("scores.csv"), .by = by, .draws = 50, .verifier = verifier};
    return um_evaluate(out, path_of("labels.csv"), &opt, err);
}

static um_json *json_of(const um_evaluation *e)
{
    char *text;
    um_json *json = NULL;
    CHECK(um_evaluation_json(&text, e, NULL) == UM_OK);
    CHECK(um_json_parse(&json, text, strlen(text), "evaluation", NULL) == UM_OK);
    free(text);
    return json;
}

static const um_json *slice_of(const um_json *json, size_t detector, size_t slice)
{
    return um_json_at(um_json_get(um_json_at(um_json_get(json, "detectors"), detector), "slices"), slice);
}

static double first(const um_json *slice, const char *measure)
{
    return um_json_as_num(um_json_at(um_json_get(slice, measure), 0), NAN);
}

static void by_hand(void)
{
    um_evaluation *e;
    um_error err = {0};
    CHECK(evaluate(&e, "kind", &err) == UM_OK);
    if (!e) {
        fprintf(stderr, "%s\n", err.text);
        return;
    }
    um_json *json = json_of(e);
    const um_json *all = slice_of(json, 0, 0);
    CHECK(um_json_get_int(all, "n_fake", 0) == 3 && um_json_get_int(all, "silent_fake", 0) == 1);
    CHECK(um_json_get_int(all, "n_real", 0) == 3 && um_json_get_int(all, "silent_real", 0) == 1);
    /* fakes 2, 3, 5 against 1, 2, 4: 1.5 + 2 + 3 of 9 */
    CHECK_NEAR(first(all, "auc"), 6.5 / 9, 1e-6);
    CHECK(isnan(first(all, "cllr")) && isnan(first(all, "brier"))); /* a rank is no probability */
    CHECK(first(all, "min_tdcf") > 0);
    /* p1: 3 over 1; p2: 2 under 4 */
    CHECK(um_json_get_int(all, "n_pairs", 0) == 2);
    CHECK_NEAR(first(all, "auc_within_pairs"), .5, 1e-9);

    /* song: the fake one against the real one of its own; swap: against all real ones */
    const um_json *song = slice_of(json, 0, 1), *swap = slice_of(json, 0, 2);
    CHECK(!strcmp(um_json_get_text(song, "value", ""), "song") && um_json_get_int(song, "n_real", 0) == 1);
    CHECK(first(song, "auc") == 1 && um_json_get_int(song, "n_pairs", 1) == 0);
    CHECK(!strcmp(um_json_get_text(swap, "value", ""), "swap") && um_json_get_int(swap, "n_real", 0) == 3);
    CHECK_NEAR(first(swap, "auc"), 3.5 / 6, 1e-6);
    CHECK(um_json_get_int(swap, "n_pairs", 0) == 2 && !slice_of(json, 0, 3));

    /* ratios as probabilities at even odds: fakes 10/11, 1/2, 100/101, 1/11; real 1/11, 1/2, 1/101, 10/11 */
    all = slice_of(json, 1, 0);
    CHECK_NEAR(first(all, "brier"), (2 / 121. + 2 * .25 + 2 / 10201. + 2 * 100 / 121.) / 8, 1e-6);
    CHECK_NEAR(first(all, "accuracy"), 5. / 8, 1e-6); /* 1/2 is called fake */
    CHECK_NEAR(first(all, "cllr"), (2 * log2(1.1) + 2 * log2(2) + 2 * log2(1.01) + 2 * log2(11)) / 8, 1e-5);
    all = slice_of(json, 2, 0);
    CHECK_NEAR(first(all, "log_loss"), -(log(.9) + log(.8) + log(.4) + log(.9) + log(.4)) / 5, 1e-6);
    um_json_free(&json);

    char *text = NULL, *again = NULL;
    CHECK(um_evaluation_text(&text, e, NULL) == UM_OK && strstr(text, "plain: a score for 3 of 4 fake"));
    free(text);
    CHECK(um_evaluation_html(&text, e, NULL) == UM_OK && strstr(text, "<h2>by_log_lr</h2>") &&
          strstr(text, "Reliability") && strstr(text, "</html>"));
    free(text);
    /* what is written is read back as it was */
    CHECK(um_evaluation_scores(&text, e, NULL) == UM_OK);
    um_evaluation_free(&e);
    put("scores.csv", text);
    CHECK(evaluate(&e, NULL, NULL) == UM_OK && um_evaluation_scores(&again, e, NULL) == UM_OK);
    CHECK(!strcmp(text, again));
    free(text);
    free(again);
    um_evaluation_free(&e);
    um_evaluation_free(&e);
}

static void submission(void)
{
    um_evaluation *e;
    put("labels.csv", "path,label\na/r.mp4,real\nb/f.mp4,fake\n");
    put("scores.csv", "filename,label\nr.mp4,.2\nf.mp4,.7\n");
    CHECK(evaluate(&e, NULL, NULL) == UM_OK);
    um_json *json = e ? json_of(e) : NULL;
    CHECK_NEAR(first(slice_of(json, 0, 0), "log_loss"), -(log(.8) + log(.7)) / 2, 1e-6);
    um_json_free(&json);
    um_evaluation_free(&e);
}

static void refused(const char *list, const char *file, const char *by, um_status code, const char *why)
{
    um_evaluation *e;
    um_error err = {0};
    put("labels.csv", list);
    put("scores.csv", file);
    CHECK(evaluate(&e, by, &err) == code && !e && strstr(err.text, why));
    if (!strstr(err.text, why))
        fprintf(stderr, "%s\n", err.text);
}

static void refusals(void)
{
    static const char two[] = "path,label\nr,real\nf,fake\n";
    refused("path,label\nr,real\n", "path,s\nr,1\n", NULL, UM_EFORMAT, "1 real and 0 fake");
    refused(two, "file,s\nr,1\n", NULL, UM_EFORMAT, "no column 'path'");
    refused(two, "path,s\nr,one\n", NULL, UM_EFORMAT, "line 2: 'one' is no number");
    refused(two, "path,s\nr,inf\n", NULL, UM_EFORMAT, "line 2: 'inf' is no number");
    refused(two, "path,probability\nr,1.1\n", NULL, UM_EFORMAT, "line 2: 1.1 is no probability");
    refused(two, "path,s\nr,1\nr,2\n", NULL, UM_EFORMAT, "line 3: a second line");
    refused(two, "path,s\nx,1\n", NULL, UM_EFORMAT, "no line is about");
    refused("path,label\na/r,real\nb/r,fake\n", "filename,s\nr,1\n", NULL, UM_EFORMAT, "two recordings");
    refused(two, "path,s\nr,1\n", "colour", UM_EINVAL, "'colour'");
    refused(two, "path,s\nr,1\n", "a_name_of_a_field_that_is_far_too_long", UM_EINVAL, "no such field");
}

static void memory_runs_out(void)
{
    put("labels.csv", labels);
    put("scores.csv", scores);
    for (int n = 0;; n++) {
        um_evaluation *e;
        um_error err = {0};
        um_alloc_fail_at(n);
        const um_status st = evaluate(&e, "kind", &err);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && !e : st == UM_OK);
        um_evaluation_free(&e);
        if (!failed)
            return;
    }
}

/* --- recordings --- */

enum { RATE = 8000, SAMPLES = 4000, FILES = 6 };

/* PCM WAV, half a second of a tone that differs with i. */
static void put_wav(const char *name, int i)
{
    unsigned char wav[44 + 2 * SAMPLES] =
        "RIFF....WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data";
    const uint32_t all = sizeof wav - 8, data = 2 * SAMPLES;
    memcpy(wav + 4, &all, 4);
    memcpy(wav + 40, &data, 4);
    for (int k = 0; k < SAMPLES; k++) {
        const int16_t s = (int16_t)(8000 * sin(2 * M_PI * (200 + 50 * i) * k / RATE));
        memcpy(wav + 44 + 2 * k, &s, 2);
    }
    CHECK(um_file_write(path_of(name), wav, sizeof wav, NULL) == UM_OK);
}

static int n_told;
static int stop_at, kill_at;

static bool tell(void *user, double done, double total)
{
    CHECK(total == FILES && done == ++n_told);
    if (n_told == kill_at)
        raise(SIGKILL);
    return n_told != stop_at;
}

static um_status analyse(char **out, size_t *failures, int threads, const char *cache)
{
    um_evaluation *e;
    um_error err = {0};
    const um_evaluate_options opt = {.size = sizeof opt,
                                     .signals = "provenance,audio_bandwidth",
                                     .cache = cache,
                                     .threads = threads,
                                     .draws = 10,
                                     .progress = tell};
    n_told = 0;
    *out = NULL;
    const um_status st = um_evaluate(&e, path_of("wav"), &opt, &err);
    if (st == UM_OK) {
        CHECK(um_evaluation_json(out, e, NULL) == UM_OK);
        *failures = um_evaluation_failures(e);
        CHECK(strstr(*out, "broken.wav") && strstr(*out, "\"provenance\"") &&
              strstr(*out, "\"verdict_log_lr\""));
    }
    um_evaluation_free(&e);
    return st;
}

/* This program once more, in the same folder, which kills itself at the n-th recording. */
static void killed(const char *cache, int n)
{
    char at[12];
    int status = 0;
    snprintf(at, sizeof at, "%d", n);
    const pid_t child = fork();
    if (!child) {
        execl("/proc/self/exe", "test_evaluate", dir, cache, at, (char *)NULL);
        _exit(1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
          WTERMSIG(status) == SIGKILL);
}

static int be_killed(char **args)
{
    char *unused;
    size_t failures;
    snprintf(dir, sizeof dir, "%s", args[1]);
    kill_at = (int)strtol(args[3], NULL, 10);
    analyse(&unused, &failures, 2, args[2]);
    return 1; /* it survived */
}

static void recordings(void)
{
    char *whole, *other, name[40];
    size_t failures;
    mkdir(path_of("wav"), 0777);
    mkdir(path_of("wav/real"), 0777);
    mkdir(path_of("wav/fake"), 0777);
    for (int i = 0; i < FILES - 1; i++) {
        snprintf(name, sizeof name, "wav/%s/%d.wav", i % 2 ? "real" : "fake", i);
        put_wav(name, i);
    }
    put("wav/fake/broken.wav", "no sound");
    CHECK(analyse(&whole, &failures, 1, NULL) == UM_OK && failures == 1 && n_told == FILES);
    CHECK(analyse(&other, &failures, 3, NULL) == UM_OK && !strcmp(whole, other));
    free(other);
    const char *cache = path_of("cache");
    stop_at = 3;
    CHECK(analyse(&other, &failures, 1, cache) == UM_ECANCELLED && n_told == 3 && !other);
    stop_at = 0;
    CHECK(analyse(&other, &failures, 2, path_of("cache")) == UM_OK && !strcmp(whole, other));
    free(other);
    CHECK(analyse(&other, &failures, 2, path_of("cache")) == UM_OK && !strcmp(whole, other));
    free(other);
    for (int n = 1; n <= FILES; n += 2) { /* again and again in one cache, a recording further each time */
        killed(path_of("killed"), n);
        CHECK(access(path_of("killed"), F_OK) == 0);
    }
    CHECK(analyse(&other, &failures, 2, path_of("killed")) == UM_OK && !strcmp(whole, other));
    free(other);
    free(whole);
    const um_evaluate_options wrong = {.size = sizeof wrong, .signals = "nonsense"};
    um_evaluation *e;
    CHECK(um_evaluate(&e, path_of("wav"), &wrong, NULL) == UM_EINVAL && !e);
}

int main(int n, char **args)
{
    if (n == 4)
        return be_killed(args);
    if (!mkdtemp(dir))
        return 1;
    put("labels.csv", labels);
    put("scores.csv", scores);
    by_hand();
    submission();
    refusals();
    memory_runs_out();
    recordings();
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
