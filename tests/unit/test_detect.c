/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A detector made for it that sees the same in every cell: boxes that no picture holds are not followed up.
 */
#include "faces/detect.h"
#include "faces/landmarks.h"
#include "made_net.h"

enum { SIDE = 256 };
static const char text[] = "unmask-network 1 cells\n"
                           "image = input 3 0 0\n"
                           "map = avgpool image k=32\n"
                           "score = head map 1\n"
                           "box = head map 4\n"
                           "s = cells score\n"
                           "b = cells box\n"
                           "output s b\n";

/* Boxes of exp(log_size) strides of 32 pixels, around the corner of every cell. */
static um_net *network(float log_size)
{
    um_graph *g = NULL;
    um_error err = {0};
    um_manifest man = {.name = "cells", .input = {.channels = 3, .multiple = 32}};
    for (int c = 0; c < 3; c++)
        man.input.scale[c] = 1 / 255.f;
    man.decoder = (um_decoder){.type = UM_DECODE_ANCHOR_FREE,
                               .logistic = true,
                               .n_strides = 1,
                               .stride = {32},
                               .score_min = .5f,
                               .nms_iou = .4f};
    CHECK(um_arch_read(&g, text, "cells", 1, &err) == UM_OK);
    made_values(g, "score.weight");
    made_values(g, "box.weight");
    *made_values(g, "score.bias") = 5;
    float *box = made_values(g, "box.bias");
    box[2] = box[3] = log_size;
    snprintf(man.decoder.score[0].text, sizeof man.decoder.score[0].text, "s");
    snprintf(man.decoder.box[0].text, sizeof man.decoder.box[0].text, "b");
    return made_net(g, &man);
}

/* Points that are no numbers leave the box, without points, and a square that can be cut out. */
static void test_broken_points(const um_image *picture)
{
    um_error err = {0};
    um_found_list list = {0};
    um_image *crop = NULL;
    float score = .9f, box[4] = {.1f, .1f, .5f, .5f}, points[10] = {0, 0, 9, NAN, INFINITY, 5, 5, 5, 5, 5};
    const um_tensor s = {UM_F32, 2, {1, 1}, &score}, b = {UM_F32, 2, {1, 4}, box},
                    p = {UM_F32, 2, {1, 10}, points};
    const um_decoder d = {.type = UM_DECODE_CORNERS, .n_points = 5, .five = {0, 1, 2, 3, 4}};
    const um_detector_outputs out = {.score = {&s}, .box = {&b}, .points = {&p}};
    CHECK(um_decode_faces(&list, &d, &out, SIDE, SIDE, .5f, &err) == UM_OK && list.n == 1);
    um_face face = {.box = list.v[0].box};
    memcpy(face.five, list.v[0].five, sizeof face.five);
    CHECK(!list.v[0].has_five && um_face_crop(&crop, picture, &face, 24, 1, &err) == UM_OK);
    um_image_free(&crop);
    free(list.v);
}

int main(void)
{
    um_image *m = NULL;
    um_error err = {0};
    if (um_image_new(&m, SIDE, SIDE, UM_RGB24, &err) < 0)
        return 1;
    for (int y = 0; y < SIDE; y++)
        memset(m->data + y * m->stride, 128, 3 * SIDE);
    um_network_store *own = NULL;
    CHECK(um_network_store_new(&own, "", NULL, &err) == UM_OK);
    for (int log_size = 0; log_size < 12; log_size++) { /* from 32 pixels to two million */
        um_face_finder f = {.net = {network((float)log_size)}, .min_side_px = 10};
        um_faces faces = {0};
        const um_detect_plan plan = {.min_side_px = 10, .score_min = .5f};
        um_found_list list = {0};
        CHECK(um_network_store_named(&f.net[UM_ROLE_LANDMARKS], own, "unmask_landmarks", &err) == UM_OK);
        CHECK(um_detect(f.net[0], m, &plan, &list, &err) == UM_OK);
        fprintf(stderr, "exp(%d) strides: %d boxes\n", log_size, list.n);
        CHECK(log_size > 1 || list.n > 0);
        for (int i = 0; i < list.n; i++)
            CHECK(list.v[i].box.w <= 2 * SIDE && list.v[i].box.h <= 2 * SIDE);
        CHECK(um_face_find(&f, m, &faces, &err) == UM_OK);
        um_faces_clear(&faces);
        free(list.v);
        um_net_free(&f.net[0]);
    }
    um_network_store_free(&own);
    /* nor do points that a network puts anywhere stop an analysis */
    const um_square far[] = {
        {{1e6f, -1e6f}, 50, .5f}, {{10, 10}, 1e6f, .5f}, {{10, 10}, 1e6f, 0}, {{-1e30f, 9}, 1e30f, 0}};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        um_image *crop = NULL;
        CHECK(um_square_crop(&crop, m, far[i], 24, &err) == UM_OK && crop->data[0] == 128);
        um_image_free(&crop);
    }
    test_broken_points(m);
    um_image *none = NULL;
    CHECK(um_square_crop(&none, m, (um_square){{NAN, 0}, 9, 0}, 24, &err) == UM_EINVAL && !none);
    um_image_free(&m);
    return check_done();
}
