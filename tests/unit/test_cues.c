/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What betrays the label before anyone listens: planted, absent, and kept in the cache. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include <string.h>
#include <unmask/evaluate.h>

static char dir[] = "/tmp/test_cues.XXXXXX";
enum { RATE = 8000, MOST = 2 * RATE, FILES = 24 };

static const char *path_of(const char *name)
{
    static char path[4][400];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

/* 16-bit WAV: a tone of so many samples. */
static void put_tone(const char *name, int n, double hz, double amplitude)
{
    static unsigned char wav[44 + 2 * MOST] =
        "RIFF....WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data";
    const uint32_t data = 2 * (uint32_t)n, all = data + 36;
    memcpy(wav + 4, &all, 4);
    memcpy(wav + 40, &data, 4);
    for (int k = 0; k < n; k++) {
        const int16_t s = (int16_t)lrint(32767 * amplitude * sin(2 * M_PI * hz * k / RATE));
        memcpy(wav + 44 + 2 * k, &s, 2);
    }
    CHECK(um_file_write(path_of(name), wav, 44 + data, NULL) == UM_OK);
}

/* The length tells the label; level and pitch do not: fake and real by twos have the same. The kinds a and b
 * have both of each. One more file is broken. */
static void make_set(void)
{
    um_buf list;
    um_buf_init(&list, 1 << 16);
    um_buf_text(&list, "path,label,kind,group\nbroken.wav,fake,a,x\n");
    CHECK(um_text_write(path_of("broken.wav"), "no sound", NULL) == UM_OK);
    for (int i = 0; i < FILES; i++) {
        char name[32];
        const bool fake = i % 2;
        const int same = i / 2;
        snprintf(name, sizeof name, "%d.wav", i);
        put_tone(name, (fake ? RATE : RATE / 2) + 100 * same, 300 + 100 * same, pow(10, -same / 20.));
        um_buf_printf(&list, "%s,%s,%c,g%d\n", name, fake ? "fake" : "real", same % 2 ? 'a' : 'b', same);
    }
    char *text = um_buf_take(&list);
    CHECK(text && um_text_write(path_of("labels.csv"), text, NULL) == UM_OK);
    free(text);
}

static double told;
static int stop_at;
static bool tell(void *user, double done, double total)
{
    CHECK(total == FILES + 1 && done == told + 1);
    told = done;
    return !stop_at || done < stop_at;
}

static um_status evaluate(um_evaluation **out, const char *cache, int threads, um_error *err)
{
    const um_evaluate_options opt = {.size = sizeof opt,
                                     .by = "kind",
                                     .signals = "none",
                                     .cache = cache,
                                     .threads = threads,
                                     .draws = 20,
                                     .progress = tell,
                                     .cues = true};
    told = 0;
    return um_evaluate(out, path_of("labels.csv"), &opt, err);
}

static char *json_of(const char *cache, int threads)
{
    um_evaluation *e;
    um_error err = {0};
    char *text = NULL;
    CHECK(evaluate(&e, cache, threads, &err) == UM_OK);
    if (e) {
        CHECK(um_evaluation_failures(e) == 1 && um_evaluation_json(&text, e, NULL) == UM_OK);
    } else
        fprintf(stderr, "%s\n", err.text);
    um_evaluation_free(&e);
    return text;
}

static const um_json *slice_of(const um_json *json, const char *name, size_t slice)
{
    const um_json *cues = um_json_get(json, "cues");
    for (size_t i = 0; i < um_json_count(cues); i++)
        if (!strcmp(um_json_get_text(um_json_at(cues, i), "name", ""), name))
            return um_json_at(um_json_get(um_json_at(cues, i), "slices"), slice);
    return NULL;
}

static double auc(const um_json *json, const char *name, size_t slice)
{
    return um_json_as_num(um_json_at(um_json_get(slice_of(json, name, slice), "auc"), 0), NAN);
}

static void planted(void)
{
    um_json *json = NULL;
    char *text = json_of(NULL, 2);
    CHECK(text && um_json_parse(&json, text, strlen(text), "evaluation", NULL) == UM_OK);
    for (size_t slice = 0; slice < 3; slice++) { /* all; kind a; kind b */
        CHECK(auc(json, "duration_s", slice) == 1 && auc(json, "bytes", slice) == 1);
        CHECK(auc(json, "all together", slice) > .95);
        /* one number for all, or the same numbers for both classes */
        CHECK_NEAR(auc(json, "rate_hz", slice), .5, 1e-9);
        CHECK_NEAR(auc(json, "has_sound", slice), .5, 1e-9);
        CHECK_NEAR(auc(json, "level_db", slice), .5, .1);
        CHECK_NEAR(auc(json, "bandwidth_hz", slice), .5, .1);
    }
    const um_json *all = slice_of(json, "duration_s", 0);
    CHECK(um_json_get_int(all, "n_fake", 0) == FILES / 2 && um_json_get_int(all, "n_real", 0) == FILES / 2 &&
          um_json_get_int(all, "silent_fake", 0) == 1);
    CHECK(!slice_of(json, "width", 0) && !slice_of(json, "codec pcm_s16le", 0)); /* nobody; everybody */
    CHECK(um_json_count(um_json_get(json, "detectors")) == 0);
    um_json_free(&json);
    free(text);
}

/* Each number where it alone tells the label: fakes have the higher one, by one step. */
static void told_by(const char *folder, const char *list, const char *const *names, size_t n)
{
    um_evaluation *e;
    um_json *json = NULL;
    char *text = NULL;
    const um_evaluate_options opt = {.size = sizeof opt, .signals = "none", .draws = 5, .cues = true};
    CHECK(um_text_write(path_of(folder), list, NULL) == UM_OK);
    CHECK(um_evaluate(&e, path_of(folder), &opt, NULL) == UM_OK);
    CHECK(e && um_evaluation_json(&text, e, NULL) == UM_OK &&
          um_json_parse(&json, text, strlen(text), "evaluation", NULL) == UM_OK);
    for (size_t i = 0; i < n; i++)
        if (!(auc(json, names[i], 0) == 1)) {
            fprintf(stderr, "%s tells %g\n", names[i], auc(json, names[i], 0));
            CHECK(false);
        }
    um_json_free(&json);
    free(text);
    um_evaluation_free(&e);
}

static void each_number(void)
{
    char y4m[2][600];
    static const char *const sound[] = {"level_db", "bandwidth_hz"},
                             *const photo[] = {"width", "aspect", "bits_per_pixel"},
                             *const wide[] = {"height"}, *const film[] = {"fps", "bits_per_second"};
    put_tone("low.wav", RATE, 300, .1);
    put_tone("high.wav", RATE, 900, .2);
    told_by("s.csv", "path,label\nlow.wav,real\nhigh.wav,fake\n", sound, 2);
    CHECK(um_text_write(path_of("low.pgm"), "P5\n4 2\n255\nabcdefgh", NULL) == UM_OK);
    CHECK(um_text_write(path_of("wide.pgm"), "P5\n# and a remark\n6 2\n255\nabcdefghijkl", NULL) == UM_OK);
    CHECK(um_text_write(path_of("high.pgm"), "P5\n4 3\n255\nabcdefghijkl", NULL) == UM_OK);
    told_by("w.csv", "path,label\nlow.pgm,real\nwide.pgm,fake\n", photo, 3);
    told_by("h.csv", "path,label\nlow.pgm,real\nhigh.pgm,fake\n", wide, 1);
    for (int i = 0; i < 2; i++) { /* eight pictures of 2 x 2, in gray */
        int n = snprintf(y4m[i], sizeof y4m[i], "YUV4MPEG2 W2 H2 F%d:1 Cmono\n", i ? 25 : 5);
        for (int k = 0; k < 8; k++)
            n += snprintf(y4m[i] + n, sizeof y4m[i] - (size_t)n, "FRAME\nabcd");
        CHECK(um_text_write(path_of(i ? "fast.y4m" : "slow.y4m"), y4m[i], NULL) == UM_OK);
    }
    told_by("f.csv", "path,label\nslow.y4m,real\nfast.y4m,fake\n", film, 2);
}

static void pages(void)
{
    um_evaluation *e;
    char *text = NULL;
    CHECK(evaluate(&e, NULL, 1, NULL) == UM_OK);
    CHECK(um_evaluation_text(&text, e, NULL) == UM_OK && strstr(text, "\ntrivial cues: ") &&
          strstr(text, "  all together ") && strstr(text, "1 recordings could not be read"));
    free(text);
    CHECK(um_evaluation_html(&text, e, NULL) == UM_OK && strstr(text, "<h2>Trivial cues</h2>") &&
          strstr(text, "<th>duration_s</th>"));
    free(text);
    um_evaluation_free(&e);
}

static void resumed(void)
{
    um_evaluation *e;
    char *whole = json_of(NULL, 1), *other;
    stop_at = FILES / 2;
    CHECK(evaluate(&e, path_of("cache"), 1, NULL) == UM_ECANCELLED && !e);
    stop_at = 0;
    for (int i = 0; i < 2; i++) { /* the second time all is there */
        other = json_of(path_of("cache"), 3);
        CHECK(whole && other && !strcmp(whole, other));
        free(other);
    }
    free(whole);
}

static void photos_and_codecs(void)
{
    um_json *json = NULL;
    um_evaluation *e;
    char *text = NULL;
    CHECK(um_text_write(path_of("photo.pgm"), "P5\n4 2\n255\nabcdefgh", NULL) == UM_OK);
    CHECK(um_text_write(path_of("mixed.csv"), "path,label\nphoto.pgm,real\n0.wav,fake\n1.wav,fake\n", NULL) ==
          UM_OK);
    const um_evaluate_options opt = {.size = sizeof opt, .signals = "none", .draws = 5, .cues = true};
    CHECK(um_evaluate(&e, path_of("mixed.csv"), &opt, NULL) == UM_OK);
    CHECK(e && um_evaluation_json(&text, e, NULL) == UM_OK &&
          um_json_parse(&json, text, strlen(text), "evaluation", NULL) == UM_OK);
    CHECK(auc(json, "has_sound", 0) == 1 && auc(json, "codec pgm", 0) == 0 &&
          auc(json, "codec pcm_s16le", 0) == 1);
    CHECK(um_json_get_int(slice_of(json, "bits_per_pixel", 0), "n_real", 0) == 1 &&
          um_json_get_int(slice_of(json, "bits_per_second", 0), "n_fake", 0) == 2);
    um_json_free(&json);
    free(text);
    um_evaluation_free(&e);
}

static void refused(void)
{
    um_evaluation *e;
    um_error err = {0};
    const um_evaluate_options robust = {
        .size = sizeof robust, .signals = "none", .cues = true, .robustness = "all"};
    CHECK(um_evaluate(&e, path_of("labels.csv"), &robust, &err) == UM_EINVAL && !e &&
          strstr(err.text, "none is asked"));
    const um_evaluate_options nothing = {.size = sizeof nothing, .signals = "none"};
    CHECK(um_evaluate(&e, path_of("labels.csv"), &nothing, &err) == UM_EINVAL && !e &&
          strstr(err.text, "no signal 'none'"));
}

static void memory_runs_out(void)
{
    for (int n = 0;; n += 1 + n / 8) {
        um_evaluation *e;
        um_alloc_fail_at(n);
        const um_status st = evaluate(&e, NULL, 1, NULL);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && !e : st == UM_OK);
        um_evaluation_free(&e);
        if (!failed)
            return;
    }
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    make_set();
    planted();
    pages();
    resumed();
    photos_and_codecs();
    each_number();
    refused();
    memory_runs_out();
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
