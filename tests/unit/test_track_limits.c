/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constants by which persons and scenes are told apart, each from both sides. The detector's runs are
 * counted (linked with --wrap). */
#include "base/base.h"
#include "faces/appearance.h"
#include "faces/scene.h"
#include "faces/track.h"
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

/* One frame with a face at (x, 100), or nobody for x = 0. */
static void show(um_face_tracker *t, um_faces *faces, int x, const uint8_t owner[3], int blue)
{
    um_image *im = made_ground(W, H, 60);
    um_frame frame = {.rgb = im};
    if (x)
        made_face(im, x, 100, owner, blue);
    CHECK(um_face_tracker_push(t, &frame, faces, NULL) == UM_OK);
    um_image_free(&im);
}

static um_appearance appearance_of(um_face_finder *finder, int x, const uint8_t owner[3])
{
    um_appearance out = {{0}};
    um_image *im = made_ground(W, H, 60);
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

/* Blue of every fourth column of the inner square is one more for each quarter, so that what the networks
 * read is `blue` + quarters / 4. */
static um_image *with_blue(int blue, int quarters)
{
    um_image *im = made_ground(W, H, 60);
    made_face(im, 80, 100, OWNER, blue);
    for (int y = 100 - MADE_INNER / 2; y < 100 + MADE_INNER / 2; y++)
        for (int x = 80 - MADE_INNER / 2; x < 80 + MADE_INNER / 2; x++)
            im->data[y * im->stride + 3 * x + 2] = (uint8_t)(blue + (x % 4 < quarters));
    return im;
}

static void push(um_face_tracker *t, um_faces *faces, um_image *im)
{
    um_frame frame = {.rgb = im};
    CHECK(um_face_tracker_push(t, &frame, faces, NULL) == UM_OK);
    um_image_free(&im);
}

/* Log odds of 4 make a person at once; less must be found again. One detection gives the detector's blue -
 * 251 and the landmark network's blue - 250, each up to 3. */
static void enough(um_face_finder *finder)
{
    static const struct {
        int blue, quarters, frames;
    } cases[] = {{252, 1, 2}, {252, 3, 1}, {251, 2, 2}, {251, 1, 3}}; /* 3.5, 4.5, 2, 1.5 */
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        for (int i = 1; i <= cases[k].frames; i++) {
            push(t, &faces, with_blue(cases[k].blue, cases[k].quarters));
            CHECK(faces.n == (i == cases[k].frames));
        }
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
}

static void weighing(void)
{
    um_track t = {0};
    um_track_weigh(&t, .62f, .7f);
    CHECK_NEAR(t.evidence, log(.62 / .38) + log(.7 / .3), 1e-5);
    um_track_weigh(&t, .2f, .96f); /* at most 3: .953 */
    CHECK_NEAR(t.evidence, log(.62 / .38) + log(.7 / .3) + log(.25) + 3, 1e-5);
    t.evidence = 0;
    um_track_weigh(&t, .94f, .04f);
    CHECK_NEAR(t.evidence, log(.94 / .06) - 3, 1e-4);
    t.evidence = 0;
    um_track_weigh(&t, 1, NAN); /* a network that does not say */
    CHECK_NEAR(t.evidence, 6, 1e-5);
}

/* A face that the detector hardly sees any more (.5 and less, down to .1) stays who it is; it never begins
 * one. */
static void low_scores(um_face_finder *finder)
{
    um_found_list found = {0};
    static const struct {
        int blue, quarters, n, sure;
    } cases[] = {{248, 3, 0, 0}, {249, 0, 1, 0}, {250, 3, 1, 0}, {251, 1, 1, 1}}; /* .095, .12, .44, .56 */
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        um_image *im = with_blue(cases[k].blue, cases[k].quarters);
        CHECK(um_finder_detect(finder, im, true, &found, NULL) == UM_OK && found.n == cases[k].n);
        CHECK((found.n && found.v[0].score >= um_finder_score(finder)) == cases[k].sure);
        um_image_free(&im);
    }
    free(found.v);
    for (int known = 0; known < 2; known++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        if (known)
            show(t, &faces, 80, OWNER, MADE_SURE);
        n_detections = 0;
        for (int i = 0; i < 40; i++) {
            push(t, &faces, with_blue(250, 3));
            CHECK(faces.n == known);
        }
        CHECK(um_face_tracker_n_persons(t) == known);
        CHECK(n_detections == (known ? 3 : 14)); /* every 12th frame; with nobody there every third */
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
}

/* Looks like a face and moves when it is looked at from another angle: always 6 pixels to the right of here.
 */
static um_image *pattern(void)
{
    um_image *im = made_ground(W, H, 60);
    made_face(im, 80, 100, OWNER, MADE_SURE);
    for (int y = 100 - MADE_INNER / 2; y < 100 + MADE_INNER / 2; y++)
        for (int x = 80 - MADE_INNER / 2; x < 80 + MADE_INNER / 2; x++)
            im->data[y * im->stride + 3 * x] = 80;
    return im;
}

/* After so many frames with a pattern, a face must agree as often and once more, but for at most 3 of them.
 */
static void refusals(um_face_finder *finder)
{
    for (int n = 0; n < 6; n++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        for (int i = 0; i < n; i++)
            push(t, &faces, pattern());
        int late = 0;
        for (; late < 20 && !faces.n; late++)
            show(t, &faces, 80, OWNER, MADE_SURE);
        CHECK(late == 1 + (n < 3 ? n : 3));
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
}

/* A look that did not agree begins the evidence anew: 3 detections of 1.5 each, twice. */
static void evidence_anew(um_face_finder *finder)
{
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    push(t, &faces, pattern());
    int late = 0;
    for (; late < 20 && !faces.n; late++)
        push(t, &faces, with_blue(251, 1));
    CHECK(late >= 6 && late < 20);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
}

/* What is refused for ever asks for a detection on every frame for a while only. */
static void refused(void)
{
    um_face_finder finder = {.net = {made_detector(false), made_bright()}, .min_side_px = 10};
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    CHECK(um_face_tracker_new(&t, &finder, NULL) == UM_OK);
    n_detections = 0;
    for (int i = 0; i < 60; i++) {
        static const uint8_t white[3] = {255, 255, 255};
        um_image *im = made_ground(W, H, 60);
        made_face(im, 80, 100, white, MADE_SURE);
        for (int y = 0; y < H; y++) /* bright in the first crop, not in a wider one (test_confirm.c) */
            for (int x = 0; x < W; x++)
                if (abs(2 * x - 159) > 52 || abs(2 * y - 199) > 52)
                    memset(im->data + y * im->stride + 3 * x, 0, 3);
        push(t, &faces, im);
        CHECK(faces.n == 0);
    }
    CHECK(n_detections == 16); /* 12, and every 12th */
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
    made_finder_close(&finder);
}

/* Beside a person who is calm, one that is not sure yet fades, or vanishes: it is not searched for. */
static void not_sure_yet(um_face_finder *finder)
{
    for (int fades = 0; fades < 2; fades++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        n_detections = 0;
        for (int i = 0; i < 12; i++) {
            um_image *im = i == 0 ? with_blue(252, 0) : fades ? with_blue(250, 3) : made_ground(W, H, 60);
            made_face(im, 280, 100, OWNER, MADE_SURE);
            push(t, &faces, im);
            CHECK(faces.n == 1);
        }
        CHECK(n_detections == (fades ? 3 : 2));
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
}

static void patterns(um_face_finder *finder)
{
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    n_detections = 0;
    for (int i = 0; i < 60; i++) {
        push(t, &faces, pattern());
        CHECK(faces.n == 0);
    }
    fprintf(stderr, "pattern: %d detections\n", n_detections);
    CHECK(um_face_tracker_n_persons(t) == 0);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
}

/* A place where somebody is seen who looks like another one moves a track less: by 10 (1 - similarity). */
static void doubt(void)
{
    um_rect first = {10, 10, 80, 90}, second = {30, 12, 84, 90};
    for (int k = 0; k < 2; k++) {
        um_track t = {.hits = 1};
        um_motion want;
        float similarity = k ? .8f : 1;
        t.appearance.v[0] = 1;
        t.now.v[0] = similarity;
        t.now.v[1] = sqrtf(1 - similarity * similarity);
        um_motion_begin(&t.motion, first);
        um_motion_predict(&t.motion);
        want = t.motion;
        t.seen.box = second;
        um_track_update(&t);
        um_motion_update(&want, second, k ? 3 : 1);
        CHECK_NEAR(um_motion_box(&t.motion).x, um_motion_box(&want).x, 1e-4);
        CHECK_NEAR(t.motion.x.velocity, want.x.velocity, 1e-5);
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
    weighing();
    doubt();
    enough(&finder);
    low_scores(&finder);
    patterns(&finder);
    refusals(&finder);
    evidence_anew(&finder);
    refused();
    not_sure_yet(&finder);
    follow_similarity(&finder);
    reid_similarity(&finder);
    stranger_similarity(&finder);
    made_finder_close(&finder);
    return check_done();
}
