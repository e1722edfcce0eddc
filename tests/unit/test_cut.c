/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The surroundings of a face are cut once per face and frame, and give the pixels that the whole frame would.
 * Linked with --wrap, so that this program counts what the library does; the library itself counts nothing.
 */
#include "faces/quality.h"
#include "made_faces.h"
#include "media/view.h"

enum { W = 320, H = 240 };

/* Reads of whole frames (W x H) since the last frame began. */
static int n_views, n_resampled;

um_status __real_um_image_view(um_image **out, const um_image *image, int x, int y, int width, int height,
                               um_error *err);
um_status __wrap_um_image_view(um_image **out, const um_image *image, int x, int y, int width, int height,
                               um_error *err);
um_status __wrap_um_image_view(um_image **out, const um_image *image, int x, int y, int width, int height,
                               um_error *err)
{
    n_views += image->width == W && image->height == H;
    return __real_um_image_view(out, image, x, y, width, height, err);
}

um_status __real_um_image_crop_resize(um_image **out, const um_image *image, um_rect from, int width,
                                      int height, um_error *err);
um_status __wrap_um_image_crop_resize(um_image **out, const um_image *image, um_rect from, int width,
                                      int height, um_error *err);
um_status __wrap_um_image_crop_resize(um_image **out, const um_image *image, um_rect from, int width,
                                      int height, um_error *err)
{
    n_resampled += image->width == W && image->height == H;
    return __real_um_image_crop_resize(out, image, from, width, height, err);
}

static uint32_t state = 11;
static float uniform(float lo, float hi)
{
    state = state * 1664525u + 1013904223u;
    return lo + (hi - lo) * (float)((double)(state >> 8) / 16777216.0);
}

static um_image *noise(void)
{
    um_image *im = NULL;
    if (um_image_new(&im, W, H, UM_RGB24, NULL) < 0)
        exit(1);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < 3 * W; x++)
            im->data[y * im->stride + x] = (uint8_t)uniform(0, 255);
    return im;
}

static bool same(const um_image *a, const um_image *b)
{
    size_t row = (size_t)a->width * (size_t)um_image_channels(a->pixel);
    bool equal = a->width == b->width && a->height == b->height && a->pixel == b->pixel;
    for (int y = 0; y < a->height && equal; y++)
        equal = !memcmp(a->data + y * a->stride, b->data + y * b->stride, row);
    return equal;
}

/* Any two squares from one cut, inside the frame, across its border and beyond, upright and turned. */
static void as_the_frame(void)
{
    um_image *frame = noise();
    for (int i = 0; i < 400; i++) {
        um_face_cut cut = {.frame = frame};
        for (int k = 0; k < 2; k++) {
            um_square s = {{uniform(-90, W + 90), uniform(-90, H + 90)},
                           i % 5 ? uniform(1, 200) : uniform(1, 6),
                           i % 3 ? uniform(-3, 3) : 0};
            um_image *a = NULL, *b = NULL;
            int n = 4 + i % 60;
            CHECK(um_face_cut_square(&a, &cut, s, n, NULL) == UM_OK);
            CHECK(um_square_crop(&b, frame, s, n, NULL) == UM_OK);
            CHECK(a && b && same(a, b));
            um_image_free(&a);
            um_image_free(&b);
        }
        um_face_cut_end(&cut);
    }
    /* a second square that begins to leave what was cut for the first */
    for (int away = 0; away < 60; away++) {
        um_face_cut cut = {.frame = frame};
        um_image *a = NULL, *b = NULL;
        um_square s = {{160 + (float)away, 120}, 60, .785f};
        CHECK(um_face_cut_square(&a, &cut, (um_square){{160, 120}, 60, 0}, 30, NULL) == UM_OK);
        um_image_free(&a);
        CHECK(um_face_cut_square(&a, &cut, s, 30, NULL) == UM_OK);
        CHECK(um_square_crop(&b, frame, s, 30, NULL) == UM_OK);
        CHECK(a && b && same(a, b));
        um_image_free(&a);
        um_image_free(&b);
        um_face_cut_end(&cut);
    }
    um_image_free(&frame);
}

static void gray_as_the_frame(void)
{
    um_image *frame = noise(), *all = NULL, *part = NULL;
    CHECK(um_image_to_gray(&all, frame, NULL) == UM_OK);
    for (int i = 0; i < 60; i++) {
        um_face_cut cut = {.frame = frame};
        um_rect box = {uniform(-40, W), uniform(-40, H), uniform(9, 120), uniform(9, 120)};
        const um_image *gray = NULL, *again = NULL;
        int x = -1, y = -1;
        CHECK(um_face_cut_gray(&gray, &x, &y, &cut, box, NULL) == UM_OK);
        CHECK(um_face_cut_gray(&again, &x, &y, &cut, box, NULL) == UM_OK && again == gray);
        if (gray) {
            CHECK(um_image_view(&part, all, x, y, gray->width, gray->height, NULL) == UM_OK);
            CHECK(part && same(gray, part));
        }
        um_image_free(&part);
        um_face_cut_end(&cut);
    }
    um_face_cut outside = {.frame = frame};
    const um_image *none = all;
    int x, y;
    CHECK(um_face_cut_gray(&none, &x, &y, &outside, (um_rect){-200, 0, 50, 50}, NULL) == UM_OK && !none);
    um_image_free(&all);
    um_image_free(&frame);
}

static void views(void)
{
    um_image *frame = noise(), *view = NULL;
    CHECK(um_image_view(&view, frame, 300, 0, 21, 10, NULL) == UM_EINVAL && !view);
    CHECK(um_image_view(&view, frame, -1, 0, 20, 10, NULL) == UM_EINVAL && !view);
    CHECK(um_image_view(&view, frame, 300, 230, 20, 10, NULL) == UM_OK);
    const uint8_t *first = frame->data + 230 * frame->stride + 3 * 300;
    um_image_free(&frame); /* the pixels live on */
    CHECK(view->data == first && view->width == 20 && view->pixel == UM_RGB24);
    um_image_free(&view);
}

/* One cut per person and frame, and nobody reads the frame past it, but for the detector's one look. */
static void once_per_frame(void)
{
    static const uint8_t owner[2][3] = {{40, 110, 30}, {150, 30, 20}};
    um_face_finder finder = made_finder();
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    int n_calm = 0;
    CHECK(um_face_tracker_new(&t, &finder, NULL) == UM_OK);
    for (int i = 0; i < 30; i++) {
        state = 11; /* the same noise: no cut of the scene */
        um_image *im = noise();
        um_frame frame = {.index = i, .rgb = im};
        made_face(im, 80 + i, 100, owner[0], MADE_SURE);
        made_face(im, 230, 100 + i, owner[1], MADE_SURE);
        n_views = n_resampled = 0;
        CHECK(um_face_tracker_push(t, &frame, &faces, NULL) == UM_OK && faces.n == 2);
        CHECK(n_views == 2);
        CHECK(n_resampled <= 1);
        n_calm += n_resampled == 0;
        um_image_free(&im);
    }
    CHECK(n_calm >= 20); /* without a detection */
    CHECK(um_face_tracker_n_persons(t) == 2);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
    made_finder_close(&finder);
}

int main(void)
{
    views();
    as_the_frame();
    gray_as_the_frame();
    once_per_frame();
    return check_done();
}
