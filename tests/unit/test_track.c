/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Persons through a video: two faces that cross, one that leaves and comes back, and a cut; with made faces
 * and networks, and with real faces and the networks of the test data where there are some. Every constant of
 * the tracker that decides about persons, from both sides. */
#include "base/base.h"
#include "faces/appearance.h"
#include "faces/detect.h"
#include "faces/scene.h"
#include "made_faces.h"
#include <unmask/source.h>

static uint32_t state = 5;
static unsigned next(unsigned n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

/* Soft blobs of colour: another seed is another scene. */
static um_image *scene(int w, int h, uint32_t seed, int shift)
{
    um_image *im = NULL;
    if (um_image_new(&im, w, h, UM_RGB24, NULL) < 0)
        exit(1);
    state = seed;
    int base[3] = {(int)next(200), (int)next(200), (int)next(200)},
        step[3] = {(int)next(90), (int)next(90), (int)next(90)};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int c = 0; c < 3; c++)
                im->data[y * im->stride + 3 * x + c] =
                    (uint8_t)(base[c] +
                              (int)(27 + 27 * sin((x + shift) * 0.02 + c) * cos(y * 0.03)) * step[c] / 90);
    return im;
}

static void cuts(void)
{
    um_scene s = {0};
    for (int i = 0; i < 40; i++) {
        um_image *im = scene(320, 180, i < 20 ? 1 : 77, 6 * i); /* motion of 6 pixels a frame */
        CHECK(um_scene_cut(&s, im) == (i == 20));
        um_image_free(&im);
    }
}

static um_image *read_part(const char *dir, const char *file, um_rect from, int n)
{
    char path[4096];
    um_source *src = NULL;
    um_source_options opt = {.want = UM_WANT_RGB};
    um_moment *m = NULL;
    um_image *out = NULL;
    snprintf(path, sizeof path, "%s/data/faces/helen_afw68/%s", dir, file);
    if (um_source_open(&src, path, &opt, NULL) == UM_OK && um_source_next(&m, src, NULL) == UM_OK && m->frame)
        um_image_crop_resize(&out, m->frame->rgb, from, n, n, NULL);
    um_moment_free(&m);
    um_source_close(&src);
    return out;
}

/* The first two training rows whose faces are large. */
static int two_faces(const char *dir, um_image *face[2], int n)
{
    char path[4096], line[8192], file[64], split[8];
    int found = 0, skip = 0;
    snprintf(path, sizeof path, "%s/data/faces/helen_afw68/annotations.tsv", dir);
    FILE *f = fopen(path, "r");
    while (f && found < 2 && fgets(line, sizeof line, f)) {
        um_rect b;
        if (sscanf(line, "%63s %*d %*d %f %f %f %f %7s", file, &b.x, &b.y, &b.w, &b.h, split) != 6 ||
            strcmp(split, "train") != 0 || b.w < 100 || skip++ % 3)
            continue;
        float side = 1.5f * fmaxf(b.w, b.h);
        um_rect from = {b.x + b.w / 2 - side / 2, b.y + b.h / 2 - side / 2 - 0.1f * b.h, side, side};
        found += (face[found] = read_part(dir, file, from, n)) != NULL;
    }
    if (f)
        fclose(f);
    return found;
}

static void paste(um_image *to, const um_image *part, int x0, int y0)
{
    for (int y = 0; y < part->height; y++)
        for (int x = 0; x < part->width; x++) {
            float dx = ((float)x + 0.5f) / (float)part->width * 2 - 1,
                  dy = ((float)y + 0.5f) / (float)part->height * 2 - 1;
            int tx = x0 + x, ty = y0 + y;
            if (dx * dx + dy * dy <= 1 && tx >= 0 && ty >= 0 && tx < to->width && ty < to->height)
                memcpy(to->data + ty * to->stride + 3 * tx, part->data + y * part->stride + 3 * x, 3);
        }
}

/* Who is at (x, y)? -1 when nobody. */
static int person_at(const um_faces *faces, float x, float y)
{
    for (int i = 0; i < faces->n; i++) {
        um_rect b = faces->face[i].box;
        if (fabsf(b.x + b.w / 2 - x) < b.w / 3 && fabsf(b.y + b.h / 2 - y) < b.h / 2)
            return faces->face[i].person;
    }
    return -1;
}

enum { W = 640, H = 360 };

static void push(um_face_tracker *t, um_image *im, int i, um_faces *faces)
{
    um_frame frame = {.index = i, .t_s = i / 25.0, .rgb = im};
    um_error err;
    if (um_face_tracker_push(t, &frame, faces, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        CHECK(0);
    }
    for (int a = 0; a < faces->n; a++)
        for (int b = 0; b < a; b++)
            CHECK(faces->face[a].person != faces->face[b].person);
    um_image_free(&im);
}

/* Face 0 walks right behind face 1, which walks left; in the middle one hides the other. */
static void crossing(um_face_finder *finder, um_image *face[2])
{
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    int first[2] = {-1, -1}, last[2] = {-1, -1}, seen = 0;
    enum { N = 56 };
    const int side = face[0]->width;
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    for (int i = 0; i < N; i++) {
        um_image *im = scene(W, H, 1, 0);
        int x0 = 20 + 8 * i, x1 = W - side - 20 - 8 * i;
        paste(im, face[0], x0, 90);
        paste(im, face[1], x1, 110);
        push(t, im, i, &faces);
        float c = (float)side / 2;
        int a = person_at(&faces, (float)x0 + c, 90 + c), b = person_at(&faces, (float)x1 + c, 110 + c);
        if (abs(x0 - x1) > side) { /* apart */
            seen += (a >= 0) + (b >= 0);
            first[0] = first[0] < 0 ? a : first[0];
            first[1] = first[1] < 0 ? b : first[1];
            last[0] = a >= 0 ? a : last[0];
            last[1] = b >= 0 ? b : last[1];
        }
    }
    fprintf(stderr, "crossing: %d seen apart, first %d %d, last %d %d, %d persons\n", seen, first[0],
            first[1], last[0], last[1], um_face_tracker_n_persons(t));
    CHECK(first[0] >= 0 && first[1] >= 0 && first[0] != first[1]);
    CHECK(last[0] == first[0] && last[1] == first[1]);
    CHECK(um_face_tracker_n_persons(t) == 2);
    CHECK(seen >= 60);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
}

/* Leaves for ten frames, comes back near by: the same person. After a cut, another face: another person. */
static void leaving(um_face_finder *finder, um_image *face[2])
{
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    int before = -1;
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    for (int i = 0; i < 45; i++) {
        um_image *im = scene(W, H, i < 33 ? 1 : 77, 0);
        bool there = i < 10 || i >= 20;
        if (there)
            paste(im, face[i >= 33], i >= 33 ? 60 : 240 + i, 100);
        push(t, im, i, &faces);
        CHECK(faces.n <= 1);
        if (i == 0)
            CHECK(faces.n == 1);
        if (i == 9 && faces.n)
            before = faces.face[0].person;
        if (i >= 13 && i < 20)
            CHECK(faces.n == 0); /* two detections may pass before a face is given up */
        if (i == 30 || i == 42) {
            CHECK(faces.n == 1);
            if (faces.n)
                CHECK((faces.face[0].person == before) == (i == 30));
        }
    }
    CHECK(um_face_tracker_n_persons(t) == 2);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
}

/* Any allocation of a frame may fail; the tracker then says so and lives on. */
static void failing_memory(um_face_finder *finder, um_image *face)
{
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    um_image *im = scene(W, H, 1, 0);
    um_frame frame = {.rgb = im};
    paste(im, face, 240, 100);
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    CHECK(um_face_tracker_push(t, &frame, &faces, NULL) == UM_OK);
    for (int n = 0; n < 40; n += 3) {
        um_error err = {0};
        um_alloc_fail_at(n);
        um_status st = um_face_tracker_push(t, &frame, &faces, &err);
        bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(st == UM_OK || (failed && st == UM_ENOMEM && err.code == UM_ENOMEM));
        if (!failed)
            break;
    }
    CHECK(um_face_tracker_push(t, &frame, &faces, NULL) == UM_OK && faces.n == 1);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
    um_image_free(&im);
}

static void persons(um_face_finder *finder, um_image *face[2])
{
    crossing(finder, face);
    leaving(finder, face);
    failing_memory(finder, face[0]);
}

static const uint8_t GREEN[3] = {40, 110, 30}, RED[3] = {150, 30, 20};

static void made_persons(um_face_finder *finder)
{
    um_image *face[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        CHECK(um_image_new(&face[i], MADE_OUTER, MADE_OUTER, UM_RGB24, NULL) == UM_OK);
        made_face(face[i], MADE_OUTER / 2, MADE_OUTER / 2, i ? RED : GREEN, MADE_SURE);
    }
    persons(finder, face);
    um_image_free(&face[0]);
    um_image_free(&face[1]);
}

static void real_persons(void)
{
    const char *dir = check_testdata();
    char models[4096];
    um_face_finder *finder = NULL;
    um_error err;
    um_image *face[2] = {NULL, NULL};
    if (!dir)
        return;
    snprintf(models, sizeof models, "%s/models", dir);
    um_face_options opt = {.models_dir = models, .threads = 1};
    if (um_face_finder_new(&finder, &opt, &err) < 0) {
        fprintf(stderr, "real faces skipped: %s\n", err.text);
        return;
    }
    CHECK(two_faces(dir, face, 140) == 2);
    if (face[0] && face[1])
        persons(finder, face);
    um_image_free(&face[0]);
    um_image_free(&face[1]);
    um_face_finder_free(&finder);
}

int main(void)
{
    um_face_finder finder = made_finder();
    cuts();
    made_persons(&finder);
    made_finder_close(&finder);
    real_persons();
    return check_done();
}
