/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_faces.h: a face that two small networks find exactly, so that whatever builds on faces can be tested
 * without the project's own networks.
 *
 * A made face is a square of one colour, its owner's, around a square in which red says how far to the right
 * a pixel lies, green how far down, and blue that this is a face at all. The mean of red and green over a
 * part of the inner square is then the place of that part in the face: one multiplication finds the face's
 * centre. The detector does so for every 8 x 8 pixels that lie in an inner square, the landmark network for
 * the middle of its crop. Rounding to 8 bits moves what is found by less than a tenth of a pixel. */
#ifndef UM_MADE_FACES_H
#define UM_MADE_FACES_H
#include "faces/pose.h"
#include "made_net.h"
#include "media/geometry.h"

enum {
    MADE_OUTER = 80, /* pixels */
    MADE_INNER = 32,
    MADE_BOX = 64, /* the detector's box */
    MADE_CELL = 8,
    MADE_INPUT = 32,  /* of the landmark network, for a crop of MADE_BOX */
    MADE_POINTS = 48, /* larger side of the tight box of all points */
    MADE_SURE = 255,  /* blue of a face that the detector is sure of: score .98 */
    MADE_UNSURE = 252 /* .73 */
};

/* The centre lies between four pixels: left of column cx, above row cy. */
static inline void made_face(um_image *rgb, int cx, int cy, const uint8_t owner[3], int blue)
{
    for (int j = -MADE_OUTER / 2; j < MADE_OUTER / 2; j++)
        for (int i = -MADE_OUTER / 2; i < MADE_OUTER / 2; i++) {
            int x = cx + i, y = cy + j, half = MADE_INNER / 2;
            if (x < 0 || y < 0 || x >= rgb->width || y >= rgb->height)
                continue;
            uint8_t *p = rgb->data + y * rgb->stride + 3 * (ptrdiff_t)x;
            memcpy(p, owner, 3);
            if (i < -half || i >= half || j < -half || j >= half)
                continue;
            p[0] = (uint8_t)lrint((i + half + .5) / MADE_INNER * 255);
            p[1] = (uint8_t)lrint((j + half + .5) / MADE_INNER * 255);
            p[2] = (uint8_t)blue;
        }
}

/* A wide box beside the first: too little of it is shared for the detector to see one face in both (IoU .24).
 */
enum { MADE_WIDE = 160, MADE_LOW = 24 };

/* `twice`: every face has the wide box, too, with a lower score (.88 where a face is sure). */
static inline um_net *made_detector(bool twice)
{
    static const char text[] = "unmask-network 1 cells\n"
                               "image = input 3 0 0\n"
                               "map = avgpool image k=8\n"
                               "score = head map 1\n"
                               "box = head map 4\n"
                               "wide_score = head map 1\n"
                               "wide_box = head map 4\n"
                               "s = cells score\n"
                               "b = cells box\n"
                               "ws = cells wide_score\n"
                               "wb = cells wide_box\n"
                               "output s b ws wb\n";
    um_graph *g = NULL;
    um_manifest man = {
        .name = "made detector",
        .input = {.channels = 3, .multiple = MADE_CELL, .letterbox = true, .scale = {1, 1, 1}}};
    man.decoder = (um_decoder){.type = UM_DECODE_ANCHOR_FREE,
                               .logistic = true,
                               .n_strides = twice ? 2 : 1,
                               .stride = {MADE_CELL, MADE_CELL},
                               .score_min = .5f,
                               .nms_iou = .4f};
    for (int c = 0; c < 3; c++)
        man.input.scale[c] = 1 / 255.f;
    CHECK(um_arch_read(&g, text, "made detector", 1, NULL) == UM_OK);
    made_values(g, "score.weight")[2] = made_values(g, "wide_score.weight")[2] = 255;
    *made_values(g, "score.bias") = -251; /* no cell that reaches beyond the inner square comes near */
    *made_values(g, "wide_score.bias") = -253;
    for (int wide = 0; wide < 2; wide++) {
        float *weight = made_values(g, wide ? "wide_box.weight" : "box.weight"),
              *bias = made_values(g, wide ? "wide_box.bias" : "box.bias");
        for (int k = 0; k < 2; k++) { /* from the cell to the centre of the face, in cells */
            weight[3 * k + k] = -(float)MADE_INNER / MADE_CELL;
            bias[k] = .5f + (float)MADE_INNER / MADE_CELL / 2;
        }
        bias[2] = logf((float)(wide ? MADE_WIDE : MADE_BOX) / MADE_CELL);
        bias[3] = logf((float)(wide ? MADE_LOW : MADE_BOX) / MADE_CELL);
        snprintf(man.decoder.score[wide].text, sizeof man.decoder.score[0].text, wide ? "ws" : "s");
        snprintf(man.decoder.box[wide].text, sizeof man.decoder.box[0].text, wide ? "wb" : "b");
    }
    return made_net(g, &man);
}

/* The mean face seen from the front, in pixels from the centre of the face. */
static inline void made_template(um_point points[68])
{
    for (int i = 0; i < 68; i++)
        points[i] = (um_point){um_face_shape[i][0], um_face_shape[i][1]};
    um_rect box = um_points_box(points, 68);
    float scale = MADE_POINTS / fmaxf(box.w, box.h);
    for (int i = 0; i < 68; i++)
        points[i] = (um_point){(points[i].x - (box.x - .5f + box.w / 2)) * scale,
                               (points[i].y - (box.y - .5f + box.h / 2)) * scale};
}

static inline um_net *made_landmarks(void)
{
    static const char text[] = "unmask-network 1 points\n"
                               "image = input 3 32 32\n"
                               "row = flatten image\n"
                               "points = linear row 136\n"
                               "extra = linear row 3\n"
                               "output points extra\n";
    um_graph *g = NULL;
    um_point face[68];
    um_manifest man = {.name = "made landmarks",
                       .role = UM_ROLE_LANDMARKS,
                       .input = {.channels = 3, .width = MADE_INPUT, .height = MADE_INPUT}};
    for (int c = 0; c < 3; c++)
        man.input.scale[c] = 1 / 255.f;
    CHECK(um_arch_read(&g, text, "made landmarks", 1, NULL) == UM_OK);
    made_template(face);
    um_rect box = um_points_box(face, 68);
    float *weight = made_values(g, "points.weight"), *bias = made_values(g, "points.bias"),
          *extra = made_values(g, "extra.weight");
    const int plane = MADE_INPUT * MADE_INPUT, middle = (MADE_INPUT / 2 - 1) * (MADE_INPUT + 1);
    const int centre[4] = {middle, middle + 1, middle + MADE_INPUT, middle + MADE_INPUT + 1};
    for (int i = 0; i < 136; i++) {
        for (int k = 0; k < 4; k++)
            weight[i * 3 * plane + (i & 1) * plane + centre[k]] = -(float)MADE_INNER / MADE_BOX / 4;
        bias[i] = .5f + (float)MADE_INNER / MADE_BOX / 2 + (&face[0].x)[i] / MADE_BOX;
    }
    for (int k = 0; k < 4; k++)
        extra[2 * 3 * plane + 2 * plane + centre[k]] = 255 / 4.f;
    float *extra_bias = made_values(g, "extra.bias");
    extra_bias[0] = extra_bias[1] = .3f; /* eyes open */
    extra_bias[2] = -250;
    man.landmarks = (um_landmark_map){
        .type = UM_POINTS_XY, .n_points = 68, .multiply = MADE_INPUT, .face = 2, .trust = -1};
    man.landmarks.from_box.scale = 1;
    man.landmarks.from_points.scale = 2 * MADE_BOX / (box.w + box.h);
    snprintf(man.landmarks.output.text, sizeof man.landmarks.output.text, "points");
    snprintf(man.landmarks.extra.text, sizeof man.landmarks.extra.text, "extra");
    for (int i = 0; i < 68; i++) {
        man.landmarks.n_of[i] = 1;
        man.landmarks.of[i][0] = (uint8_t)i;
    }
    return made_net(g, &man);
}

/* Points are the mean face in every crop; whose mean is bright is believed. */
static inline um_net *made_bright(void)
{
    static const char text[] = "unmask-network 1 bright\n"
                               "image = input 3 32 32\n"
                               "mean = gap image\n"
                               "points = linear mean 136\n"
                               "extra = linear mean 3\n"
                               "output points extra\n";
    um_graph *g = NULL;
    um_net *like = made_landmarks();
    um_manifest man = like->man;
    um_point face[68];
    CHECK(um_arch_read(&g, text, "bright", 1, NULL) == UM_OK);
    made_template(face);
    made_values(g, "points.weight");
    float *bias = made_values(g, "points.bias"), *extra = made_values(g, "extra.weight");
    for (int i = 0; i < 136; i++)
        bias[i] = .5f + (&face[0].x)[i] / MADE_BOX;
    for (int c = 0; c < 3; c++)
        extra[6 + c] = 20;
    made_values(g, "extra.bias")[2] = -30; /* half of the crop */
    um_net_free(&like);
    return made_net(g, &man);
}

static inline um_face_finder made_finder(void)
{
    return (um_face_finder){.net = {made_detector(false), made_landmarks()}, .min_side_px = 10};
}

static inline void made_finder_close(um_face_finder *finder)
{
    um_net_free(&finder->net[UM_ROLE_DETECTOR]);
    um_net_free(&finder->net[UM_ROLE_LANDMARKS]);
}
/* A picture of one gray. */
static inline um_image *made_ground(int width, int height, int level)
{
    um_image *im = NULL;
    if (um_image_new(&im, width, height, UM_RGB24, NULL) < 0)
        exit(1);
    for (int y = 0; y < height; y++)
        memset(im->data + y * im->stride, level, 3 * (size_t)width);
    return im;
}
#endif
