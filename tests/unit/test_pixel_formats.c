/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every public function that takes a picture, with every pixel format and with a value that is none: it is
 * taken or refused with UM_EINVAL and one line. The pictures lie in blocks of exactly the bytes that the
 * format promises, so that a sanitizer sees a function that reads as another format. */
#include "../check.h"
#include <string.h>
#include <unistd.h>
#include <unmask/unmask.h>

enum { WIDTH = 75, HEIGHT = 53, PROMISED = 64, N_FORMATS = 4 }; /* odd: the writer pads */

static const struct {
    const char *name;
    um_pixel pixel;
    int bytes;
} formats[N_FORMATS] = {
    {"GRAY8", UM_GRAY8, 1}, {"RGB24", UM_RGB24, 3}, {"LUMA8", UM_LUMA8, 1}, {"none", (um_pixel)7, 1}};

static um_face_finder *finder;
static um_face_tracker *tracker;
static um_canny *canny;

static um_status to_gray(um_image *m, um_error *err)
{
    um_image *out = NULL;
    um_status st = um_image_to_gray(&out, m, err);
    CHECK(st < 0 ? !out : out && out->pixel == UM_GRAY8);
    um_image_free(&out);
    return st;
}

static um_status crop(um_image *m, um_error *err)
{
    um_image *out = NULL;
    um_status st = um_image_crop_resize(&out, m, (um_rect){-3, 2, 40.5f, 60}, 31, 99, err);
    CHECK(st < 0 ? !out : out && out->pixel == m->pixel);
    um_image_free(&out);
    return st;
}

static um_status write_png(um_image *m, um_error *err)
{
    return um_image_write_png(m, "/dev/null", "a comment", err);
}

static um_status write_frame(um_image *m, um_error *err)
{
    char path[] = "/tmp/unmask-formats-XXXXXX.mkv";
    um_writer *w = NULL;
    um_writer_options opt = {.width = WIDTH, .height = HEIGHT, .fps = 25};
    int fd = mkstemps(path, 4);
    CHECK(fd >= 0 && close(fd) == 0);
    CHECK(um_writer_open(&w, path, &opt, err) == UM_OK);
    um_status st = um_writer_frame(w, m, 0, err);
    um_writer_close(&w);
    unlink(path);
    return st;
}

static um_status write_nothing(um_image *m, um_error *err) /* a dry run says what the real one would */
{
    um_writer *w = NULL;
    um_writer_options opt = {.width = WIDTH, .height = HEIGHT, .fps = 25};
    CHECK(um_writer_open(&w, "/dev/null", &opt, err) == UM_OK);
    um_status st = um_writer_frame(w, m, 0, err);
    um_writer_close(&w);
    return st;
}

static um_status edges(um_image *m, um_error *err)
{
    um_image *out = NULL;
    CHECK(um_image_new(&out, WIDTH, HEIGHT, UM_GRAY8, err) == UM_OK);
    um_status st = um_canny_run(canny, out, m, NULL, err);
    um_image_free(&out);
    return st;
}

static um_status into_edges(um_image *m, um_error *err)
{
    um_image *from = NULL;
    CHECK(um_image_new(&from, WIDTH, HEIGHT, UM_RGB24, err) == UM_OK);
    um_status st = um_canny_run(canny, m, from, NULL, err);
    um_image_free(&from);
    return st;
}

static um_status find(um_image *m, um_error *err)
{
    um_faces faces = {0};
    um_status st = um_face_find(finder, m, &faces, err);
    um_faces_clear(&faces);
    return st;
}

static um_status landmarks(um_image *m, um_error *err)
{
    um_face face;
    return um_face_landmarks(finder, m, (um_rect){10, 10, 40, 40}, &face, err);
}

static um_status track(um_image *m, um_error *err)
{
    um_faces faces = {0};
    um_frame frame = {.rgb = m};
    um_status st = um_face_tracker_push(tracker, &frame, &faces, err);
    um_faces_clear(&faces);
    return st;
}

static um_status face_crop(um_image *m, um_error *err)
{
    um_image *out = NULL;
    um_face face = {.box = {10, 12, 30, 40}, .five = {{20, 30}, {35, 22}, {28, 35}, {22, 42}, {34, 40}}};
    um_status st = um_face_crop(&out, m, &face, 24, 1.3f, err);
    CHECK(st < 0 ? !out : out && out->pixel == m->pixel);
    um_image_free(&out);
    return st;
}

static um_status draw(um_image *m, um_error *err)
{
    um_face face = {.box = {10, 12, 30, 40}, .person = 1, .score = .5f};
    um_faces faces = {.face = &face, .n = 1};
    return um_faces_draw(m, &faces, err);
}

enum { GRAY = 1, RGB = 2, LUMA = 4 };
static const struct {
    const char *name;
    um_status (*call)(um_image *image, um_error *err);
    int takes;
} doors[] = {
    {"um_image_to_gray", to_gray, GRAY | RGB | LUMA},
    {"um_image_crop_resize", crop, GRAY | RGB | LUMA},
    {"um_image_write_png", write_png, GRAY | RGB},
    {"um_writer_frame", write_frame, GRAY | RGB},
    {"um_writer_frame to /dev/null", write_nothing, GRAY | RGB},
    {"um_canny_run", edges, GRAY | RGB | LUMA},
    {"um_canny_run, edges", into_edges, GRAY},
    {"um_face_find", find, RGB},
    {"um_face_landmarks", landmarks, RGB},
    {"um_face_tracker_push", track, RGB},
    {"um_face_crop", face_crop, GRAY | RGB | LUMA},
    {"um_faces_draw", draw, RGB},
};

int main(void)
{
    um_error err = {0};
    CHECK(um_canny_new(&canny, &(um_canny_options){.low = 50, .high = 100, .aperture = 5}, &err) == UM_OK);
    CHECK(um_face_finder_new(&finder, &(um_face_options){.threads = 1}, &err) == UM_OK);
    CHECK(um_face_tracker_new(&tracker, finder, &err) == UM_OK);
    if (!canny || !finder || !tracker)
        return check_done();
    for (int f = 0; f < N_FORMATS; f++) {
        const int row = WIDTH * formats[f].bytes;
        um_image m = {WIDTH, HEIGHT, formats[f].pixel, row, NULL, 1, NULL, NULL};
        CHECK((m.data = malloc((size_t)row * HEIGHT + PROMISED)) != NULL);
        for (size_t d = 0; d < sizeof doors / sizeof *doors; d++) {
            for (int i = 0; i < row * HEIGHT + PROMISED; i++)
                m.data[i] = (uint8_t)(16 + i * 37 % 220);
            bool taken = doors[d].takes >> f & 1;
            err = (um_error){0};
            um_status st = doors[d].call(&m, &err);
            bool right =
                taken ? st == UM_OK
                      : st == UM_EINVAL && err.code == UM_EINVAL && *err.text && !strchr(err.text, '\n');
            if (!right)
                fprintf(stderr, "%s of %s: %d %s\n", doors[d].name, formats[f].name, st, err.text);
            CHECK(right);
        }
        free(m.data);
        um_image *made = NULL;
        bool known = f < N_FORMATS - 1;
        CHECK(um_image_channels(formats[f].pixel) == (known ? formats[f].bytes : 0));
        CHECK(um_image_new(&made, 8, 8, formats[f].pixel, &err) == (known ? UM_OK : UM_EINVAL));
        um_image_free(&made);
    }
    um_face_tracker_free(&tracker);
    um_face_finder_free(&finder);
    um_canny_free(&canny);
    return check_done();
}
