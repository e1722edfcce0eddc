/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two looks of a landmark network at a new face, with a network made for it: its points are the same part
 * of every crop, and it believes in bright crops alone. */
#include "faces/landmarks.h"
#include "made_net.h"

enum { SIDE = 200 };
static const char text[] = "unmask-network 1 look\n"
                           "image = input 3 16 16\n"
                           "mean = gap image\n"
                           "points = linear mean 136\n"
                           "extra = linear mean 3\n"
                           "output points extra\n";

/* Points around (x, y) of the crop, 0..1, eyes level. */
static um_net *network(float x, float y)
{
    um_graph *g = NULL;
    um_error err = {0};
    um_manifest man = {.name = "look",
                       .input = {.channels = 3, .width = 16, .height = 16, .mean = {127.5f, 127.5f, 127.5f}}};
    CHECK(um_arch_read(&g, text, "look", 1, &err) == UM_OK);
    made_values(g, "points.weight");
    float *points = made_values(g, "points.bias");
    for (int i = 0; i < 68; i++) {
        bool right = i >= 42 && i < 48;
        points[2 * i] = x + (i >= 36 && i < 48 ? right ? .05f : -.05f : .002f * (float)(i % 20));
        points[2 * i + 1] = y + (i >= 36 && i < 48 ? 0 : .002f * (float)(i / 4));
    }
    made_values(g, "extra.bias");
    float *weights = made_values(g, "extra.weight");
    for (int c = 0; c < 3; c++)
        weights[6 + c] = 20; /* of the third number: face */
    for (int c = 0; c < 3; c++)
        man.input.scale[c] = 1 / 127.5f;
    man.landmarks =
        (um_landmark_map){.type = UM_POINTS_XY, .n_points = 68, .multiply = 16, .face = 2, .trust = -1};
    snprintf(man.landmarks.output.text, sizeof man.landmarks.output.text, "points");
    snprintf(man.landmarks.extra.text, sizeof man.landmarks.extra.text, "extra");
    man.landmarks.from_box.scale = man.landmarks.from_points.scale = 1.4f;
    for (int i = 0; i < 68; i++) {
        man.landmarks.n_of[i] = 1;
        man.landmarks.of[i][0] = (uint8_t)i;
    }
    return made_net(g, &man);
}

int main(void)
{
    um_image *m = NULL;
    um_error err = {0};
    if (um_image_new(&m, SIDE, SIDE, UM_RGB24, &err) < 0)
        return 1;
    for (int y = 0; y < SIDE; y++) /* dark on the left, bright on the right */
        for (int x = 0; x < 3 * SIDE; x++)
            m->data[y * m->stride + x] = x < 3 * SIDE / 2 ? 0 : 255;
    static const struct {
        float box_x, points_x; /* where the box lies; where the points, and so the second look */
        bool first, second;    /* bright */
    } cases[] = {
        {65, .1f, true, false},  /* the points lead astray: the first look counts */
        {35, .9f, false, true},  /* a poor box, from which the points lead to the face */
        {110, .5f, true, true},  /* the second look is the better one */
        {10, .5f, false, false}, /* nobody */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        um_net *net = network(cases[i].points_x, .5f);
        um_landmarks first, second, found;
        um_face_cut cut = {.frame = m};
        um_rect box = {cases[i].box_x, 60, 80, 80};
        um_square q = um_square_of_box(&net->man.landmarks.from_box, box, 0);
        CHECK(um_landmarks_look(net, &cut, q, &first, &err) == UM_OK);
        CHECK(um_landmarks_follow(net, &cut, first.points, &second, &err) == UM_OK);
        CHECK((first.confidence > .5f) == cases[i].first && (second.confidence > .5f) == cases[i].second);
        CHECK(um_landmarks_find(net, &cut, box, 0, &found, &err) == UM_OK);
        const um_landmarks *want = cases[i].first && !cases[i].second ? &first : &second;
        CHECK(!memcmp(found.points, want->points, sizeof found.points) &&
              found.confidence == want->confidence);
        um_face_cut_end(&cut);
        um_net_free(&net);
    }
    um_image_free(&m);
    return check_done();
}
