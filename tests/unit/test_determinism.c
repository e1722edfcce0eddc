/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same bytes of results for any number of threads: a rendered sample with two persons and a voice, whole
 * and damaged, the library's signals and made ones that measure and push at their own pace. */
#define _GNU_SOURCE /* memmem */
#include "../check.h"
#include "base/base.h"
#include "figure/sample.h"
#include <string.h>
#include <unistd.h>
#include <unmask/unmask.h>

static const int threads[] = {1, 2, 16};

/* A number that is hard to get right by luck: of every moment, in order. */
typedef struct chain {
    double value;
    int series;
} chain;

static double of_moment(const um_signal_input *in)
{
    double sum = 0;
    for (int i = 0; in->frame && i < in->frame->gray->width; i++)
        sum += in->frame->gray->data[i];
    for (int i = 0; in->sound && i < in->sound->n; i++)
        sum += (double)in->sound->mono[i];
    for (int i = 0; in->faces && i < in->faces->n; i++)
        sum += (double)in->faces->face[i].box.x;
    return sum;
}

static um_status measure(void *measure, const void *shared, const um_signal_input *in, um_error *err)
{
    *(double *)measure = of_moment(in);
    if (in->frame)
        usleep((useconds_t)(in->frame->index * 5 % 7 * 300));
    return UM_OK;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    chain *c = state;
    c->value = .75 * c->value + (measure ? *(const double *)measure : of_moment(in));
    const double t_s = in->frame ? in->frame->t_s : (double)in->sound->first / in->sound->rate_hz;
    um_status st = um_findings_series(out, &c->series, um_file_subject(), "chain", "", err);
    return st < 0 ? st : um_findings_point(out, c->series, t_s, c->value, err);
}

static um_status fails(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                       um_error *err)
{
    um_status st = push(state, in, measure, out, err);
    return st == UM_OK && in->frame && in->frame->index == 9 ? um_fail(err, UM_EFORMAT, "the tenth") : st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_findings_score(out, um_file_subject(), ((chain *)state)->value, err, "chained");
}

#define MADE(NAME)                                                                                        \
    .name = NAME, .family = "image", .question = "Is it made?", .meaning = "Made.", .score_unit = "none", \
    .paper = "none", .version = 1, .state_size = sizeof(chain), .finish = finish
static const um_signal made[] = {
    {MADE("made_ordered"), .needs = UM_NEED_GRAY | UM_NEED_SOUND, .push = push},
    {MADE("made_measured"), .needs = UM_NEED_GRAY | UM_NEED_FACES, .measure_size = sizeof(double),
     .measure = measure, .push = push},
    {MADE("made_failing"), .needs = UM_NEED_GRAY, .measure_size = sizeof(double), .measure = measure,
     .push = fails},
};

static char *analyse(const char *path, int n_threads)
{
    um_error err = {0};
    um_analyzer *a = NULL;
    um_results *r = NULL;
    char *json = NULL;
    const um_analysis_options opt = {.threads = n_threads};
    if (um_analyzer_new(&a, &opt, &err) == UM_OK && um_analyzer_run(&r, a, path, &err) == UM_OK)
        CHECK(um_results_json(&json, r, false, &err) == UM_OK);
    else
        fprintf(stderr, "%s\n", err.text);
    um_results_free(&r);
    um_analyzer_free(&a);
    return json;
}

static void same_bytes(const char *path)
{
    char *first = analyse(path, threads[0]);
    CHECK(first && strstr(first, "made_measured") && strstr(first, "the tenth"));
    for (size_t i = 1; first && i < sizeof threads / sizeof *threads; i++) {
        char *again = analyse(path, threads[i]);
        CHECK(again && !strcmp(first, again));
        free(again);
    }
    free(first);
}

/* A bit in every so many bytes of the coded pictures and sound turned over: what the decoder conceals must
 * not depend on threads either. */
static void damage(const char *path)
{
    enum { EVERY = 600 };
    char *bytes = NULL;
    size_t n = 0;
    um_error err = {0};
    CHECK(um_file_read(&bytes, &n, path, 1 << 24, &err) == UM_OK);
    const char *data = bytes ? memmem(bytes, n, "mdat", 4) : NULL;
    CHECK(data != NULL);
    for (size_t i = data ? (size_t)(data - bytes) + EVERY : n; i + 2 * EVERY < n; i += EVERY)
        bytes[i] ^= 16;
    CHECK(um_file_write(path, bytes, n, &err) == UM_OK);
    free(bytes);
}

int main(void)
{
    char dir[] = "/tmp/unmask-same-XXXXXX", path[64], truth[80];
    um_error err = {0};
    const sample_options opt = {.width = 320,
                                .height = 240,
                                .persons = 2,
                                .threads = 2,
                                .seconds = 1.2,
                                .fps = 12,
                                .yaw_range_deg = 10,
                                .cell_mm = 4,
                                .seed = 5,
                                .command = "test"};
    unsetenv("UNMASK_MODELS");
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        CHECK(um_signal_register(&made[i], &err) == UM_OK);
    CHECK(um_signal_register(&made[0], &err) == UM_EINVAL); /* the name is taken */
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/sample.mp4", dir);
    snprintf(truth, sizeof truth, "%s.truth.json", path);
    if (sample_write(path, &opt, &err) < 0)
        fprintf(stderr, "%s\n", err.text);
    same_bytes(path);
    damage(path);
    same_bytes(path);
    unlink(path);
    unlink(truth);
    rmdir(dir);
    return check_done();
}
