/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One face is one person: no two faces of a frame are the same face, whatever the detector answers. With a
 * made detector that answers two boxes for every face, and with our networks on the clips of the test data.
 */
#include "base/base.h"
#include "made_faces.h"
#include <dirent.h>
#include <unmask/source.h>

enum { W = 640, H = 360 };
static const uint8_t GREEN[3] = {40, 110, 30}, RED[3] = {150, 30, 20};

/* By definition: intersection over union, the share of the smaller one, and the points. */
static bool is_same_face(const um_face *a, const um_face *b)
{
    float w = fminf(a->box.x + a->box.w, b->box.x + b->box.w) - fmaxf(a->box.x, b->box.x),
          h = fminf(a->box.y + a->box.h, b->box.y + b->box.h) - fmaxf(a->box.y, b->box.y),
          first = a->box.w * a->box.h, second = b->box.w * b->box.h, both = w > 0 && h > 0 ? w * h : 0,
          apart = 0;
    for (int i = 0; i < 68; i++)
        apart += hypotf(a->points[i].x - b->points[i].x, a->points[i].y - b->points[i].y) / 68;
    bool coincide = a->has_points && b->has_points &&
                    apart < .2f * fminf(a->quality.eye_distance_px, b->quality.eye_distance_px);
    return both > .4f * (first + second - both) || both > .8f * fminf(first, second) || coincide;
}

/* Pairs of one face in a frame. */
static int doubles(const um_faces *faces)
{
    int n = 0;
    for (int i = 0; i < faces->n; i++)
        for (int k = 0; k < i; k++)
            n += is_same_face(&faces->face[i], &faces->face[k]) ||
                 faces->face[i].person == faces->face[k].person;
    return n;
}

/* Takes the picture. */
static void push(um_face_tracker *t, um_faces *faces, um_image *rgb)
{
    um_frame frame = {.rgb = rgb};
    CHECK(um_face_tracker_push(t, &frame, faces, NULL) == UM_OK);
    um_image_free(&rgb);
}

/* Two faces, `step` pixels a frame towards each other, in the same row or another. */
static void meeting(um_face_finder *finder, int step, int lower, const uint8_t second[3], int n_frames)
{
    um_face_tracker *t = NULL;
    um_faces faces = {0};
    int n_seen = 0;
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    for (int i = 0; i < n_frames; i++) {
        um_image *im = made_ground(W, H, 60);
        made_face(im, 80 + step * i, 120, GREEN, MADE_SURE);
        made_face(im, 560 - step * i, 120 + lower, second, MADE_SURE);
        push(t, &faces, im);
        CHECK(doubles(&faces) == 0);
        n_seen += faces.n;
    }
    CHECK(um_face_tracker_n_persons(t) == 2);
    fprintf(stderr, "%d pixels a frame, %d lower: %d persons, %d faces in %d frames\n", step, lower,
            um_face_tracker_n_persons(t), n_seen, n_frames);
    CHECK(n_seen > 3 * n_frames / 2);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
}

static void photo(um_face_finder *finder)
{
    um_faces faces = {0};
    um_image *im = made_ground(W, H, 60);
    made_face(im, 120, 120, GREEN, MADE_SURE);
    CHECK(um_face_find(finder, im, &faces, NULL) == UM_OK && faces.n == 1);
    um_image_free(&im);
    um_faces_clear(&faces);
}

static void made_faces(void)
{
    um_face_finder finder = {.net = {made_detector(true), made_landmarks()}, .min_side_px = 10};
    um_found_list found = {0};
    um_image *im = made_ground(W, H, 60);
    made_face(im, 120, 120, GREEN, MADE_SURE);
    CHECK(um_finder_detect(&finder, im, true, &found, NULL) == UM_OK);
    CHECK(found.n == 2); /* or there would be nothing to test */
    free(found.v);
    um_image_free(&im);
    photo(&finder);
    meeting(&finder, 0, 0, RED, 40);
    meeting(&finder, 2, 120, RED, 60);
    meeting(&finder, 8, 0, RED, 60);
    meeting(&finder, 8, 0, GREEN, 60); /* twins: the look does not tell whose face is left */
    made_finder_close(&finder);
}

/* ---- real clips ---- */

static void clip(um_face_finder *finder, const char *path, int n_frames)
{
    um_source *source = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .threads = 1};
    um_face_tracker *t = NULL;
    um_moment *moment = NULL;
    um_faces faces = {0};
    int n_doubles = 0;
    CHECK(um_source_open(&source, path, &opt, NULL) == UM_OK);
    CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
    while (n_frames > 0 && um_source_next(&moment, source, NULL) == UM_OK) {
        if (moment->frame) {
            CHECK(um_face_tracker_push(t, moment->frame, &faces, NULL) == UM_OK);
            n_doubles += doubles(&faces);
            n_frames--;
        }
        um_moment_free(&moment);
    }
    if (n_doubles)
        fprintf(stderr, "%s: %d\n", path, n_doubles);
    CHECK(n_doubles == 0);
    um_faces_clear(&faces);
    um_face_tracker_free(&t);
    um_source_close(&source);
}

/* Every clip of a folder for a moment. */
static int clips(um_face_finder *finder, const char *dir, const char *folder)
{
    static const char *const longer[] = {"anitalker_2.mp4", "anitalker_4.mp4", "anitalker_6.mp4",
                                         "musev_1.mp4"};
    char path[4096];
    int n = 0;
    snprintf(path, sizeof path, "%s/data/faces/videos/%s", dir, folder);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        int n_frames = 12;
        if (!strchr(e->d_name, '.') || e->d_name[0] == '.' || strstr(e->d_name, ".csv"))
            continue;
        for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
            if (!strcmp(e->d_name, longer[i])) /* two or three boxes on one face once */
                n_frames = 60;
        snprintf(path, sizeof path, "%s/data/faces/videos/%s/%s", dir, folder, e->d_name);
        clip(finder, path, n_frames);
        n++;
    }
    if (d)
        closedir(d);
    return n;
}

/* ---- what films do to faces, with the first frames of two clips ---- */

enum { N_FRAMES = 24 };

static int read_frames(um_image *frame[N_FRAMES], const char *dir, const char *file)
{
    char path[4096];
    um_source *source = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .threads = 1};
    um_moment *moment = NULL;
    int n = 0;
    snprintf(path, sizeof path, "%s/data/faces/videos/train/real/%s", dir, file);
    CHECK(um_source_open(&source, path, &opt, NULL) == UM_OK);
    while (n < N_FRAMES && um_source_next(&moment, source, NULL) == UM_OK) {
        if (moment->frame)
            frame[n++] = um_image_ref(moment->frame->rgb);
        um_moment_free(&moment);
    }
    um_source_close(&source);
    return n;
}

/* A part of a picture, at another size. */
static um_image *part(const um_image *from, um_rect r, int w, int h)
{
    um_image *out = NULL;
    if (um_image_crop_resize(&out, from, r, w, h, NULL) < 0)
        exit(1);
    return out;
}

static um_image *whole(const um_image *from)
{
    um_rect all = {0, 0, (float)from->width, (float)from->height};
    return part(from, all, from->width, from->height);
}

/* Takes the pasted picture. */
static void paste(um_image *to, um_image *from, int x0, int y0, bool mirrored)
{
    for (int y = 0; y < from->height; y++)
        for (int x = 0; x < from->width; x++)
            memcpy(to->data + (y0 + y) * to->stride + 3 * (x0 + x),
                   from->data + y * from->stride + 3 * (mirrored ? from->width - 1 - x : x), 3);
    um_image_free(&from);
}

typedef um_image *scene(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i);

/* Nearer and nearer, until the borders cut the face; and back in two frames. */
static um_image *close_up(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i)
{
    (void)b;
    float w = (float)a[i]->width, h = (float)a[i]->height,
          zoom = i % 12 < 10 ? expf(.15f * (float)(i % 12)) : 1.5f;
    return part(a[i], (um_rect){w / 2 - w / 2 / zoom, h * .45f - h * .45f / zoom, w / zoom, h / zoom},
                a[i]->width, a[i]->height);
}

static um_image *cuts(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i)
{
    return whole(i / 4 % 2 ? b[i] : a[i]);
}

/* A small picture of b in a corner of a, that moves over the face. */
static um_image *inset(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i)
{
    um_image *out = whole(a[i]);
    um_rect all = {0, 0, (float)b[i]->width, (float)b[i]->height};
    paste(out, part(b[i], all, out->width / 3, out->height / 3), 5 * i, 4 * i, false);
    return out;
}

static um_image *side_by_side(um_image *left, um_image *right, bool mirrored)
{
    int w = left->width, h = left->height;
    um_image *out = NULL;
    if (um_image_new(&out, 2 * w, h, UM_RGB24, NULL) < 0)
        exit(1);
    paste(out, left, 0, 0, false);
    paste(out, right, w, 0, mirrored);
    return out;
}

static um_image *mirror(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i)
{
    (void)b;
    return side_by_side(whole(a[i]), whole(a[i]), true);
}

static um_image *split_screen(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i)
{
    um_rect all = {0, 0, (float)b[i]->width, (float)b[i]->height};
    return side_by_side(whole(a[i]), part(b[i], all, a[i]->width, a[i]->height), false);
}

static um_image *flashes(um_image *const a[N_FRAMES], um_image *const b[N_FRAMES], int i)
{
    (void)b;
    um_image *out = whole(a[i]);
    for (int y = 0; i % 6 == 5 && y < out->height; y++)
        for (int x = 0; x < 3 * out->width; x++)
            out->data[y * out->stride + x] = (uint8_t)(128 + out->data[y * out->stride + x] / 2);
    return out;
}

static void scenes(um_face_finder *finder, const char *dir)
{
    static const struct {
        const char *name;
        scene *make;
        int least, most; /* persons */
    } all[] = {{"close-up", close_up, 1, 2}, {"cuts", cuts, 2, 2},          {"inset", inset, 1, 3},
               {"mirror", mirror, 2, 2},     {"split", split_screen, 2, 2}, {"flashes", flashes, 1, 1}};
    um_image *a[N_FRAMES], *b[N_FRAMES];
    int n_a = read_frames(a, dir, "grid_03.mpg"), n_b = read_frames(b, dir, "vidtimit_1.mp4");
    CHECK(n_a == N_FRAMES && n_b == N_FRAMES);
    for (size_t k = 0; k < sizeof all / sizeof *all && n_a == N_FRAMES && n_b == N_FRAMES; k++) {
        um_face_tracker *t = NULL;
        um_faces faces = {0};
        int n_doubles = 0, n_seen = 0;
        CHECK(um_face_tracker_new(&t, finder, NULL) == UM_OK);
        for (int i = 0; i < N_FRAMES; i++) {
            push(t, &faces, all[k].make(a, b, i));
            n_doubles += doubles(&faces);
            n_seen += faces.n;
        }
        int n = um_face_tracker_n_persons(t);
        fprintf(stderr, "%s: %d persons, %d faces\n", all[k].name, n, n_seen);
        CHECK(n_doubles == 0);
        CHECK(n >= all[k].least && n <= all[k].most);
        um_faces_clear(&faces);
        um_face_tracker_free(&t);
    }
    for (int i = 0; i < n_a; i++)
        um_image_free(&a[i]);
    for (int i = 0; i < n_b; i++)
        um_image_free(&b[i]);
}

static void real_faces(void)
{
    const char *dir = check_testdata();
    um_face_finder *finder = NULL;
    um_face_options opt = {.threads = 1};
    if (!dir)
        return;
    CHECK(um_face_finder_new(&finder, &opt, NULL) == UM_OK);
    scenes(finder, dir);
    CHECK(clips(finder, dir, "train/real") + clips(finder, dir, "dev/real") + clips(finder, dir, "dev/fake") +
              clips(finder, dir, "dfl_pairs") >=
          58);
    um_face_finder_free(&finder);
}

static void same_face(void)
{
    um_face a = {.box = {0, 0, 100, 100}}, b = a;
    b.box.x = 42; /* IoU .408 */
    CHECK(um_same_face(&a, &b) && um_same_face(&b, &a));
    b.box.x = 44; /* .389 */
    CHECK(!um_same_face(&a, &b) && !um_same_face(&b, &a));
    b.box = (um_rect){67.8f, 10, 40, 40}; /* .805 of it inside */
    CHECK(um_same_face(&a, &b) && um_same_face(&b, &a));
    b.box.x = 68.2f; /* .795 */
    CHECK(!um_same_face(&a, &b) && !um_same_face(&b, &a));
}

int main(void)
{
    same_face();
    made_faces();
    real_faces();
    return check_done();
}
