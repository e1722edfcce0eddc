/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constants by which persons and scenes are told apart, each from both sides. The detector's runs are
 * counted (linked with --wrap). */
#include "base/base.h"
#include "faces/appearance.h"
#include "faces/scene.h"
#include "made_faces.h"

enum { W = 360, H = 200 };
static const uint8_t OWNER[3] = {20, 120, 20};

static int n_detections;

um_status __real_um_finder_detect(um_face_finder *finder, const um_image *rgb, bool video,
                                  um_found_list *list, um_error *err);
um_status __wrap_um_finder_detect(um_face_finder *finder, const um_image *rgb, bool video,
                                  um_found_list *list, um_error *err);
um_status __wrap_um_finder_detect(um_face_finder *finder, const um_image *rgb, bool video,
                                  um_found_list *list, um_error *err)
{
    n_detections++;
    return __real_um_finder_detect(finder, rgb, video, list, err);
}

static um_image *blank(void)
{
    um_image *im = NULL;
    if (um_image_new(&im, W, H, UM_RGB24, NULL) < 0)
        exit(1);
    for (int y = 0; y < H; y++)
        memset(im->data + y * im->stride, 60, 3 * W);
    return im;
}

/* One frame with a face at (x, 100), or nobody for x = 0. */
static void show(um_face_tracker *t, um_faces *faces, int x, const uint8_t owner[3], int blue)
{
    um_image *im = blank();
    um_frame frame = {.rgb = im};
    if (x)
        made_face(im, x, 100, owner, blue);
    CHECK(um_face_tracker_push(t, &frame, faces, NULL) == UM_OK);
    um_image_free(&im);
}

static um_appearance appearance_of(um_face_finder *finder, int x, const uint8_t owner[3])
{
    um_appearance out = {{0}};
    um_image *im = blank();
    um_face face;
    um_face_cut cut = {.frame = im};
    made_face(im, x, 100, owner, MADE_SURE);
    CHECK(um_face_landmarks(finder, im, (um_rect){(float)x - 32, 68, 64, 64}, &face, NULL) == UM_OK);
    CHECK(um_appearance_take(&out, &cut, &face, NULL) == UM_OK);
    um_face_cut_end(&cut);
    um_image_free(&im);
    return out;
}

/* The owners on the way from OWNER to another colour whose similarity to OWNER is just below and just above
 * `limit`; false when it does not come so near. */
static bool around(uint8_t below[3], uint8_t above[3], um_face_finder *finder, float limit)
{
    static const uint8_t far[3] = {250, 0, 120};
    um_appearance owner = appearance_of(finder, 80, OWNER);
    float under = -2, over = 2;
    for (int k = 0; k <= 256; k++) {
        uint8_t mixed[3];
        for (int c = 0; c < 3; c++)
            mixed[c] = (uint8_t)((OWNER[c] * (256 - k) + far[c] * k) / 256);
        um_appearance a = appearance_of(finder, 80, mixed);
        float similarity = um_appearance_similarity(&owner, &a);
        if (similarity < limit - .002f && similarity > under) {
            under = similarity;
            memcpy(below, mixed, 3);
        }
        if (similarity > limit + .002f && similarity < over) {
            over = similarity;
            memcpy(above, mixed, 3);
        }
    }
    fprintf(stderr, "%g: %g and %g\n", limit, under, over);
    return over - under < .05f;
}

/* A face that no longer looks like its owner calls the detector at once. */
static void follow_similarity(um_face_finder *finder)
{
    uint8_t owner[2][3];
    CHECK(around(owner[0], owner[1], finder, .55f));
    for (int k = 0; k < 2; k++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        for (int i = 0; i < 15; i++) /* detections in frames 0 and 12 */
            show(t, &faces, 80, OWNER, MADE_SURE);
        n_detections = 0;
        show(t, &faces, 80, owner[k], MADE_SURE);
        CHECK(n_detections == (k == 0));
        CHECK(faces.n == 1 && um_face_tracker_n_persons(t) == 1); /* who stays in place stays the same */
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
}

/* Frames until the face that comes back at `x` counts as somebody; -1: 20 were not enough. */
static int comes_back(um_face_tracker **t, um_face_finder *finder, int x, const uint8_t owner[3])
{
    um_faces faces = {0};
    int frames = -1;
    CHECK(um_face_tracker_new(t, finder, NULL) == UM_OK);
    for (int i = 0; i < 10; i++)
        show(*t, &faces, i < 5 ? 80 : 0, OWNER, MADE_SURE);
    CHECK(faces.n == 0);
    for (int i = 0; i < 20 && frames < 0; i++) {
        show(*t, &faces, x, owner, MADE_SURE);
        if (faces.n)
            frames = i;
    }
    um_faces_clear(&faces);
    return frames;
}

/* Far from where a person was lost only the look tells. */
static void reid_similarity(um_face_finder *finder)
{
    uint8_t owner[2][3];
    CHECK(around(owner[0], owner[1], finder, .8f));
    for (int k = 0; k < 2; k++) {
        um_face_tracker *t = NULL;
        CHECK(comes_back(&t, finder, 280, owner[k]) == 0);
        CHECK(um_face_tracker_n_persons(t) == (k ? 1 : 2));
        um_face_tracker_free(&t);
    }
}

/* Where a person was lost, another one must be very different, and is looked at for a while. */
static void stranger_similarity(um_face_finder *finder)
{
    uint8_t owner[2][3];
    CHECK(around(owner[0], owner[1], finder, .35f));
    for (int k = 0; k < 2; k++) {
        um_face_tracker *t = NULL;
        CHECK(comes_back(&t, finder, 80, owner[k]) == (k ? 0 : 7)); /* MIN_HITS_OCCLUDED = 8 */
        CHECK(um_face_tracker_n_persons(t) == (k ? 1 : 2));
        um_face_tracker_free(&t);
    }
}

/* One that the detector is not sure of must be found twice. */
static void sure(um_face_finder *finder)
{
    static const int blue[2] = {MADE_UNSURE, MADE_UNSURE + 1}; /* .73 and .88 */
    for (int k = 0; k < 2; k++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        show(t, &faces, 80, OWNER, blue[k]);
        CHECK(faces.n == k);
        show(t, &faces, 80, OWNER, blue[k]);
        CHECK(faces.n == 1);
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
}

/* Whether changing every pixel of a share of the picture by `levels` is a cut. Half of them become lighter
 * when `mixed`, the others darker: the histogram stays. */
static bool cut_by(float share, int levels, bool mixed)
{
    um_scene scene = {0};
    um_image *im = NULL;
    bool cut = true;
    CHECK(um_image_new(&im, UM_SCENE_WIDTH, UM_SCENE_HEIGHT, UM_RGB24, NULL) == UM_OK);
    for (int frame = 0; frame < 2; frame++) {
        for (int y = 0; y < UM_SCENE_HEIGHT; y++)
            for (int x = 0; x < UM_SCENE_WIDTH; x++) {
                int n = y * UM_SCENE_WIDTH + x, dark = 60, light = dark + levels;
                bool changed = frame && (float)n < share * UM_SCENE_WIDTH * UM_SCENE_HEIGHT;
                bool bright = mixed && (x & 1);
                memset(im->data + y * im->stride + 3 * x, bright != changed ? light : dark, 3);
            }
        cut = um_scene_cut(&scene, im);
        CHECK(frame || !cut); /* the first frame is never one */
    }
    um_image_free(&im);
    return cut;
}

static void scene_cut(void)
{
    CHECK(!cut_by(.34f, 100, false) && cut_by(.36f, 100, false)); /* colours: .35 */
    CHECK(!cut_by(.5f, 49, false) && cut_by(.5f, 51, false));     /* pixels: 25 levels */
    CHECK(!cut_by(1, 69, true) && cut_by(1, 71, true));           /* alone: 70 */
}

int main(void)
{
    um_face_finder finder = made_finder();
    scene_cut();
    sure(&finder);
    follow_similarity(&finder);
    reid_similarity(&finder);
    stranger_similarity(&finder);
    made_finder_close(&finder);
    return check_done();
}
