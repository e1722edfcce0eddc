/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A face is looked at again from another angle: what moves then, or is not believed, is none. With networks
 * made for it. */
#include "faces/confirm.h"
#include "made_faces.h"

enum { SIDE = 240, MIDDLE = 120 };
static const uint8_t OWNER[3] = {40, 110, 30};

/* Mean points around (x, y). */
static um_face face_at(float x, float y)
{
    um_face face = {.score = .75f, .has_points = true, .confidence = 1};
    made_template(face.points);
    for (int i = 0; i < 68; i++) {
        face.points[i].x += x - .5f;
        face.points[i].y += y - .5f;
    }
    return face;
}

static bool is_confirmed(float *moved, um_face *face, um_net *net, const um_image *rgb)
{
    bool yes = false;
    um_face_cut cut = {.frame = rgb};
    CHECK(um_face_confirm(&yes, moved, face, net, &cut, NULL) == UM_OK);
    um_face_cut_end(&cut);
    return yes;
}

/* A pattern that always says the face is `right` pixels to the right of here: through a mirror that is the
 * left. */
static um_image *pattern(float right)
{
    um_image *im = made_ground(SIDE, SIDE, 60);
    made_face(im, MIDDLE, MIDDLE, OWNER, MADE_SURE);
    for (int y = MIDDLE - MADE_INNER / 2; y < MIDDLE + MADE_INNER / 2; y++)
        for (int x = MIDDLE - MADE_INNER / 2; x < MIDDLE + MADE_INNER / 2; x++)
            im->data[y * im->stride + 3 * x] = (uint8_t)lrintf((.5f - right / MADE_INNER) * 255);
    return im;
}

/* .15 eye distances. */
static void moved(void)
{
    um_net *net = made_landmarks();
    float below = 0, above = 9;
    for (int k = 0; k < 60; k++) {
        um_face face = face_at(MIDDLE, MIDDLE);
        um_image *im = pattern(.125f * (float)k);
        float far;
        bool yes = is_confirmed(&far, &face, net, im);
        if (yes)
            below = fmaxf(below, far);
        else
            above = fminf(above, far);
        CHECK(yes == (far <= .15f));
        um_image_free(&im);
    }
    fprintf(stderr, "moved by %.3f a face, by %.3f none\n", below, above);
    CHECK(below > .14f && above < .16f);
    um_net_free(&net);
}

/* Points that a poor box led astray are found again, and the face is what is seen there. */
static void elsewhere(void)
{
    um_net *net = made_landmarks();
    um_image *im = made_ground(SIDE, SIDE, 60);
    made_face(im, MIDDLE, MIDDLE, OWNER, MADE_SURE);
    um_face face = face_at(MIDDLE, MIDDLE + 10);
    CHECK(is_confirmed(NULL, &face, net, im));
    um_point centre = um_rect_centre(um_points_box(face.points, 68));
    CHECK_NEAR(centre.x, MIDDLE, 2); /* its box, turned and wider */
    CHECK_NEAR(centre.y, MIDDLE, 2);
    CHECK(face.score == .75f && face.quality.eye_distance_px > 20);
    um_image_free(&im);
    um_net_free(&net);
}

/* The wider crop is 74 pixels wide, half of it a square of 52; the narrower one 58, and 41. */
static void believed(void)
{
    static const struct {
        int x0, width;
        bool face;
    } cases[] = {{0, 48, false}, {0, 56, true}};
    um_net *net = made_bright();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        um_image *im = made_ground(SIDE, SIDE, 0);
        um_face face = face_at(MIDDLE, MIDDLE);
        int half = cases[i].width / 2;
        for (int y = MIDDLE - half; y < MIDDLE + half; y++)
            memset(im->data + y * im->stride + 3 * (MIDDLE - half), 255, 6 * (size_t)half);
        CHECK(is_confirmed(NULL, &face, net, im) == cases[i].face);
        um_image_free(&im);
    }
    um_net_free(&net);
}

/* Points are the mean face, moved by what is red in a pixel on the left; the eyes are not open alike. */
static um_net *leaning(void)
{
    static const char text[] = "unmask-network 1 leaning\n"
                               "image = input 3 32 32\n"
                               "row = flatten image\n"
                               "points = linear row 136\n"
                               "extra = linear row 3\n"
                               "output points extra\n";
    um_graph *g = NULL;
    um_net *like = made_landmarks();
    um_manifest man = like->man;
    um_point face[68];
    CHECK(um_arch_read(&g, text, "leaning", 1, NULL) == UM_OK);
    made_template(face);
    float *weight = made_values(g, "points.weight"), *bias = made_values(g, "points.bias");
    for (int i = 0; i < 136; i++) {
        bias[i] = .5f + (&face[0].x)[i] / MADE_BOX;
        weight[i * 3 * MADE_INPUT * MADE_INPUT + MADE_INPUT / 2 * MADE_INPUT + 4] = i & 1 ? .1f : .2f;
    }
    made_values(g, "extra.weight");
    float *extra = made_values(g, "extra.bias");
    extra[0] = .1f;
    extra[1] = .3f;
    um_net_free(&like);
    return made_net(g, &man);
}

/* A mirrored look sees the mirrored picture: its points are those of a plain look there, turned over. */
static void mirrored(void)
{
    um_net *net = leaning();
    um_image *im = made_ground(SIDE, SIDE, 60), *over = made_ground(SIDE, SIDE, 60);
    um_landmarks plain, back;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            im->data[y * im->stride + 3 * x] = (uint8_t)(x + y / 4 > SIDE / 2 + 30 ? 10 : 200);
            over->data[y * over->stride + 3 * (SIDE - 1 - x)] = im->data[y * im->stride + 3 * x];
        }
    um_square q = {{MIDDLE - .5f, MIDDLE - .5f}, MADE_BOX, .3f};
    um_face_cut cut = {.frame = im}, cut_over = {.frame = over};
    CHECK(um_landmarks_look_mirrored(net, &cut, q, &back, NULL) == UM_OK);
    q.angle_rad = -.3f;
    CHECK(um_landmarks_look(net, &cut_over, q, &plain, NULL) == UM_OK);
    static const int pairs[][2] = {{0, 16},  {17, 26}, {30, 30}, {31, 35}, {36, 45}, {37, 44},
                                   {41, 46}, {48, 54}, {51, 51}, {59, 55}, {60, 64}, {65, 67}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        um_point a = plain.points[pairs[i][0]], b = back.points[pairs[i][1]];
        CHECK_NEAR(SIDE - 1 - a.x, b.x, .2); /* resampling on either side */
        CHECK_NEAR(a.y, b.y, .2);
    }
    CHECK(plain.opening[0] == back.opening[1] && plain.opening[1] == back.opening[0]);
    CHECK(plain.opening[0] != plain.opening[1]);
    um_face_cut_end(&cut);
    um_face_cut_end(&cut_over);
    um_image_free(&im);
    um_image_free(&over);
    um_net_free(&net);
}

int main(void)
{
    moved();
    elsewhere();
    believed();
    mirrored();
    return check_done();
}
