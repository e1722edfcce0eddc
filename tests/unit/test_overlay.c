/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overlay is written, then read back as any recording: its length, sound and marks are where they belong.
 */
#include "../check.h"
#include "media/draw.h"
#include "results/findings.h"
#include <string.h>
#include <unistd.h>
#include <unmask/overlay.h>

enum { WIDTH = 640, HEIGHT = 360, FRAMES = 25, RATE_HZ = 48000 };

static const um_signal signal_blink = {.name = "blink"};

static um_image *grey_picture(int width, int height)
{
    um_image *image;
    CHECK(um_image_new(&image, width, height, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < height; y++)
        memset(image->data + y * image->stride, 128, 3 * (size_t)width);
    return image;
}

static int distance(const um_image *image, int x, int y, int r, int g, int b)
{
    const uint8_t *p = image->data + y * image->stride + 3 * x;
    return abs(p[0] - r) + abs(p[1] - g) + abs(p[2] - b);
}

static um_face face_at(float x, float y, float side)
{
    um_face face = {.person = 1, .box = {x, y, side, side}, .has_points = true};
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        face.points[i] =
            (um_point){x + side * (.5f + .3f * cosf((float)i)), y + side * (.5f + .3f * sinf((float)i))};
    return face;
}

static um_findings *growing_findings(void)
{
    um_findings *f = NULL;
    CHECK(um_findings_new(&f, &signal_blink, NULL) == UM_OK);
    int series;
    CHECK(um_findings_series(f, &series, um_person_subject(1), "eye opening", "ratio", NULL) == UM_OK);
    CHECK(um_findings_series(f, &series, um_file_subject(), "sound level", "dB", NULL) == UM_OK);
    return f;
}

static void write_overlay(const char *path, um_image *picture, bool hostile)
{
    const um_media media = {.path = "x.mp4",
                            .has_video = true,
                            .width = WIDTH,
                            .height = HEIGHT,
                            .fps = 25,
                            .rate_hz = RATE_HZ,
                            .channels = 1};
    um_overlay *o = NULL;
    um_error err = {0};
    static float tone[RATE_HZ / 25];
    um_findings *f = growing_findings();
    CHECK(um_overlay_new(&o, path, &err) == UM_OK);
    if (!o) {
        fprintf(stderr, "%s\n", err.text);
        um_findings_free(&f);
        return;
    }
    for (int i = 0; i < RATE_HZ / 25; i++)
        tone[i] = .3f * sinf((float)(2 * M_PI * 440 * i / RATE_HZ));
    for (int i = 0; i < FRAMES; i++) {
        um_face face =
            hostile ? face_at(i % 5 ? -1e20f : NAN, -1e9f, i % 3 ? 3e20f : -5) : face_at(200, 120, 120);
        const um_faces faces = {1, &face};
        const um_frame frame = {.index = i, .t_s = i / 25., .rgb = picture};
        const um_findings *all[] = {f};
        CHECK(um_findings_point(f, 0, frame.t_s, i, NULL) == UM_OK);
        CHECK(um_findings_point(f, 1, frame.t_s, -i, NULL) == UM_OK);
        CHECK(um_overlay_observe(o, &(um_observation){&media, &frame, NULL, &faces, all, 1}, &err) == UM_OK);
        if (i != 7) { /* a hole of one block: silence */
            const um_sound sound = {.first = i * (RATE_HZ / 25),
                                    .rate_hz = RATE_HZ,
                                    .channels = 1,
                                    .n = RATE_HZ / 25,
                                    .mono = tone,
                                    .ch = {tone}};
            CHECK(um_overlay_observe(o, &(um_observation){.media = &media, .sound = &sound}, &err) == UM_OK);
        }
    }
    CHECK(um_overlay_finish(o, &err) == UM_OK);
    um_overlay_close(&o);
    um_findings_free(&f);
}

static void read_back(const char *path)
{
    um_source *source = NULL;
    um_error err;
    const um_source_options want = {.want = UM_WANT_RGB | UM_WANT_SOUND};
    um_moment *m = NULL;
    int n_frames = 0;
    int64_t n_samples = 0;
    CHECK(um_source_open(&source, path, &want, &err) == UM_OK);
    if (!source)
        return;
    CHECK(um_source_media(source)->width == WIDTH && um_source_media(source)->height == HEIGHT);
    while (um_source_next(&m, source, &err) == UM_OK) {
        if (m->sound)
            n_samples = m->sound->first + m->sound->n;
        if (m->frame && n_frames++ == 20) {
            const um_image *p = m->frame->rgb;
            /* person 2 is orange; 4:2:0 chroma smears a line of two pixels, so the tolerance is wide */
            CHECK(distance(p, 200, 200, 0xF1, 0x9A, 0x55) < 150);
            CHECK(distance(p, 600, 300, 128, 128, 128) < 20);     /* untouched */
            CHECK(distance(p, 320, 2, 38, 39, 41) < 60);          /* the strip: four fifths shade */
            CHECK(distance(p, 201, 118, 0xF1, 0x9A, 0x55) < 150); /* the number's flag */
        }
        um_moment_free(&m);
    }
    um_source_close(&source);
    CHECK(n_frames == FRAMES);
    CHECK_NEAR((double)n_samples / RATE_HZ, 1, .05); /* AAC pads to whole blocks of 1024 */
}

static void test_photo(const char *dir, um_image *picture)
{
    char path[512];
    const um_media media = {
        .path = "x.jpg", .is_photo = true, .has_video = true, .width = WIDTH, .height = HEIGHT};
    const um_frame frame = {.rgb = picture};
    um_overlay *o = NULL;
    snprintf(path, sizeof path, "%s/photo.png", dir);
    CHECK(um_overlay_new(&o, path, NULL) == UM_OK);
    CHECK(um_overlay_finish(o, NULL) == UM_EFORMAT && access(path, F_OK) != 0);
    CHECK(um_overlay_observe(o, &(um_observation){.media = &media, .frame = &frame}, NULL) == UM_OK);
    CHECK(um_overlay_finish(o, NULL) == UM_OK && access(path, F_OK) == 0);
    um_overlay_close(&o);
    unlink(path);
}

static void test_refusals(void)
{
    um_overlay *o = NULL;
    um_error err;
    const um_media sound_only = {.path = "voice.wav", .rate_hz = RATE_HZ, .channels = 1};
    const um_sound sound = {.rate_hz = RATE_HZ, .channels = 1};
    CHECK(um_overlay_new(&o, "/tmp/x.mp4", &err) == UM_OK);
    CHECK(um_overlay_observe(o, &(um_observation){.media = &sound_only, .sound = &sound}, &err) == UM_OK);
    CHECK(um_overlay_finish(o, &err) == UM_EFORMAT && strstr(err.text, "/tmp/x.mp4"));
    um_overlay_close(&o);
}

int main(void)
{
    char dir[] = "/tmp/unmask-overlay-XXXXXX", path[512];
    CHECK(mkdtemp(dir) != NULL);
    um_image *picture = grey_picture(WIDTH, HEIGHT), *other = grey_picture(320, 480);
    snprintf(path, sizeof path, "%s/overlay.mp4", dir);
    write_overlay(path, picture, false);
    CHECK(distance(picture, 200, 200, 128, 128, 128) ==
          0); /* the recording's own pictures stay as they are */
    read_back(path);
    write_overlay("/dev/null", other, true); /* boxes from nowhere, and a picture of another size */
    test_photo(dir, picture);
    test_refusals();
    um_image_free(&picture);
    um_image_free(&other);
    unlink(path);
    CHECK(rmdir(dir) == 0); /* nothing else was left */
    return check_done();
}
