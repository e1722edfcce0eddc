/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop that feeds the signals, on pictures and sound made here. */
#include "../check.h"
#include "results/persons.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unmask/unmask.h>

/* A small video with a tone, made with the writer. */
static void make_clip(const char *path, um_error *err)
{
    um_writer *w = NULL;
    um_image *image = NULL;
    float tone[1600];
    um_writer_options opt = {.width = 96, .height = 64, .fps = 30, .rate_hz = 48000, .channels = 1};
    CHECK(um_writer_open(&w, path, &opt, err) == UM_OK &&
          um_image_new(&image, 96, 64, UM_RGB24, err) == UM_OK);
    for (int i = 0; i < 45; i++) {
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 96 * 3; x++)
                image->data[y * image->stride + x] = (uint8_t)(x * 2 + y * i);
        for (int k = 0; k < 1600; k++)
            tone[k] = .3f * sinf(.05f * (float)(i * 1600 + k));
        CHECK(um_writer_frame(w, image, i / 30., err) == UM_OK &&
              um_writer_sound(w, tone, 1600, err) == UM_OK);
    }
    CHECK(um_writer_finish(w, err) == UM_OK);
    um_writer_close(&w);
    um_image_free(&image);
}

static char *analyse_until(const char *path, double max_s, um_error *err)
{
    um_analyzer *a = NULL;
    um_results *r = NULL;
    char *json = NULL;
    um_analysis_options opt = {.threads = 2, .max_s = max_s};
    CHECK(um_analyzer_new(&a, &opt, err) == UM_OK);
    if (um_analyzer_run(&r, a, path, err) == UM_OK)
        CHECK(um_results_json(&json, r, false, err) == UM_OK);
    um_results_free(&r);
    um_analyzer_free(&a);
    return json;
}

static char *analyse(const char *path, um_error *err)
{
    return analyse_until(path, 0, err);
}

static void is_partial(const char *path, double max_s, bool partial)
{
    um_error err;
    char *json = analyse_until(path, max_s, &err);
    CHECK(json && strstr(json, partial ? "\"partial\": true" : "\"partial\": false"));
    free(json);
}

/* A limit leaves a part out, whether or not the file says how long it is: a bare stream does not. */
static void test_limit(const char *clip)
{
    char bare[80], command[300];
    is_partial(clip, .5, true); /* of 1.5 s */
    is_partial(clip, 3, false);
    snprintf(bare, sizeof bare, "%s.m1v", clip);
    snprintf(command, sizeof command, "ffmpeg -v error -i '%s' -an -r 25 -c:v mpeg1video '%s'", clip, bare);
    if (system(command) != 0) {
        fprintf(stderr, "no ffmpeg program: a bare stream is not tried\n");
        return;
    }
    is_partial(bare, .5, true);
    is_partial(bare, 3, false);
    unlink(bare);
}

static void test_end_to_end(void)
{
    char dir[] = "/tmp/unmask-analyze-XXXXXX", path[64];
    um_error err = {0};
    unsetenv("UNMASK_MODELS");
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/clip.mp4", dir);
    make_clip(path, &err);
    char *a = analyse(path, &err), *b = analyse(path, &err);
    CHECK(a && b && !strcmp(a, b)); /* same input, same bytes */
    CHECK(a && strstr(a, "\"frames\": 45") && strstr(a, "unmask_detector") && strstr(a, "unmask_landmarks"));
    free(a);
    free(b);
    test_limit(path);
    unlink(path);
    CHECK(analyse(path, &err) == NULL && err.code == UM_EIO && strstr(err.text, path));
    CHECK(um_text_write(path, "not a video", &err) == UM_OK);
    CHECK(analyse(path, &err) == NULL && err.code == UM_EFORMAT && strstr(err.text, path));
    unlink(path);
    rmdir(dir);
}

/* In a video those seen most keep a portrait, whenever they came. */
static void test_portraits(void)
{
    enum { PERSONS = 40, LATE = 35, MOST = 16 };
    um_image *rgb = NULL;
    um_results r = {0};
    um_gallery portraits = {.most = MOST};
    um_face one = {.score = 1, .box = {20, 20, 60, 60}};
    one.quality.overall = .5f;
    CHECK(um_image_new(&rgb, 100, 100, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < 100; y++)
        memset(rgb->data + y * rgb->stride, y, 300);
    for (int k = 0; k < 5; k++) /* the eyes of a level face, its nose and mouth */
        one.five[k] = (um_point){k == 2 ? 50.f : k & 1 ? 62.f : 38.f, k < 2 ? 40.f : k == 2 ? 52.f : 65.f};
    for (int i = 0; i < PERSONS + 3; i++) {
        um_frame frame = {.rgb = rgb, .t_s = i, .duration_s = 1};
        um_faces faces = {1, &one};
        one.person = i < PERSONS ? i : LATE;
        CHECK(um_persons_add(&r, &portraits, &frame, &faces, NULL) == UM_OK);
    }
    CHECK(um_persons_finish(&r, &portraits, NULL) == UM_OK);
    um_gallery_clear(&portraits);
    int pictures = 0;
    for (int i = 0; i < r.n_persons; i++)
        pictures += r.person[i].picture.jpeg != NULL;
    CHECK(r.n_persons == PERSONS && pictures == MOST);
    CHECK(r.person[LATE].picture.jpeg && r.person[LATE].n_frames == 4);
    for (int i = 0; i < r.n_persons; i++)
        um_picture_clear(&r.person[i].picture);
    free(r.person);
    um_image_free(&rgb);
}

/* Programs built against an older or a newer header. */
static void test_sizes_of_options(void)
{
    struct {
        um_analysis_options opt;
        void *unknown;
    } newer = {.opt = {.size = sizeof newer, .signals = "provenance"}};
    um_analysis_options older = {
        .size = offsetof(um_analysis_options, threads), .signals = "provenance", .threads = -1};
    um_analysis_options init = {.threads = -1}, defaults = UM_ANALYSIS_OPTIONS_INIT;
    um_analyzer *a = NULL;
    um_error err = {0};
    um_analysis_options_init(&init);
    CHECK(init.size == sizeof init && init.threads == 0 && defaults.size == sizeof init && !defaults.signals);
    CHECK(um_analyzer_new(&a, &newer.opt, &err) == UM_OK);
    um_analyzer_free(&a);
    newer.unknown = &a;
    CHECK(um_analyzer_new(&a, &newer.opt, &err) == UM_EINVAL && !a &&
          !strcmp(err.text, "options of a later version"));
    CHECK(um_analyzer_new(&a, &older, &err) == UM_OK); /* it cannot know `threads`: that is the default */
    um_analyzer_free(&a);
    older.size = sizeof older;
    CHECK(um_analyzer_new(&a, &older, &err) == UM_EINVAL && !a);
    older.threads = 1000; /* more than a pool has: its maximum */
    CHECK(um_analyzer_new(&a, &older, &err) == UM_OK);
    um_analyzer_free(&a);
    um_analyzer_free(&a);
    um_analyzer_free(NULL);
}

/* Only the sound is asked of a picture: there is none, which is no damage. */
static void test_silent(void)
{
    char path[] = "/tmp/unmask-silent-XXXXXX.png";
    um_error err = {0};
    um_image *rgb = NULL;
    um_analyzer *a = NULL;
    um_results *r = NULL;
    const char *reason = "";
    const int fd = mkstemps(path, 4);
    CHECK(fd >= 0 && um_image_new(&rgb, 64, 64, UM_RGB24, &err) == UM_OK);
    close(fd);
    CHECK(um_image_write_png(rgb, path, "a picture", &err) == UM_OK);
    const um_analysis_options opt = {.size = sizeof opt, .signals = "audio_bandwidth"};
    CHECK(um_analyzer_new(&a, &opt, &err) == UM_OK && um_analyzer_run(&r, a, path, &err) == UM_OK);
    if (r)
        CHECK(um_findings_outcome(um_results_signal(r, 0), &reason) == UM_NOT_APPLICABLE && *reason);
    um_results_free(&r);
    um_analyzer_free(&a);
    um_image_free(&rgb);
    unlink(path);
}

int main(void)
{
    test_silent();
    test_sizes_of_options();
    test_end_to_end();
    test_portraits();
    return check_done();
}
