/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the face finder that need no network: decoders against tensors made from known faces,
 * suppression against brute force, hostile manifests, turned crops, quality. */
#include "../check.h"
#include "base/json.h"
#include "faces/decode.h"
#include "faces/landmarks.h"
#include "faces/pose.h"
#include "media/geometry.h"
#include "networks/manifest.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/annotate.h>

static uint32_t state = 3;
static float uniform(float lo, float hi)
{
    state = state * 1664525u + 1013904223u;
    return lo + (hi - lo) * (float)((double)(state >> 8) / 16777216.0);
}

static um_tensor *tensor(int64_t rows, int64_t columns)
{
    um_tensor *t = NULL;
    if (um_tensor_new(&t, UM_F32, 3, (const int64_t[]){1, rows, columns}, NULL) < 0)
        exit(1);
    memset(t->data, 0, (size_t)(rows * columns) * sizeof(float));
    return t;
}

static void check_face(const um_found *f, um_rect want, const um_point five[5])
{
    CHECK_NEAR(f->box.x, want.x, 0.01);
    CHECK_NEAR(f->box.y, want.y, 0.01);
    CHECK_NEAR(f->box.w, want.w, 0.01);
    CHECK_NEAR(f->box.h, want.h, 0.01);
    for (int k = 0; five && k < 5; k++) {
        CHECK_NEAR(f->five[k].x, five[k].x, 0.01);
        CHECK_NEAR(f->five[k].y, five[k].y, 0.01);
    }
}

static const um_rect want = {50, 41, 60, 78};
static const um_point eyes[5] = {{66, 70}, {92, 69}, {80, 85}, {68, 100}, {91, 99}};

static void anchor_free(void)
{
    um_decoder d = {.type = UM_DECODE_ANCHOR_FREE,
                    .n_strides = 2,
                    .stride = {8, 16},
                    .n_points = 5,
                    .five = {0, 1, 2, 3, 4}};
    um_tensor *t[8];
    um_detector_outputs out = {0};
    um_found_list list = {0};
    int nx[2] = {20, 10}, ny[2] = {16, 8}, columns[4] = {1, 1, 4, 10};
    for (int i = 0; i < 8; i++)
        t[i] = tensor(nx[i / 4] * ny[i / 4], columns[i % 4]);
    for (int k = 0; k < 2; k++) {
        out.score[k] = t[4 * k];
        out.object[k] = t[4 * k + 1];
        out.box[k] = t[4 * k + 2];
        out.points[k] = t[4 * k + 3];
    }
    int x = 5, y = 5, s = 16, i = y * nx[1] + x;
    ((float *)t[4]->data)[i] = 0.81f;
    ((float *)t[5]->data)[i] = 0.64f;
    float *b = (float *)t[6]->data + 4 * i, *p = (float *)t[7]->data + 10 * i;
    b[0] = (want.x + want.w / 2) / (float)s - (float)x;
    b[1] = (want.y + want.h / 2) / (float)s - (float)y;
    b[2] = logf(want.w / (float)s);
    b[3] = logf(want.h / (float)s);
    for (int k = 0; k < 5; k++) {
        p[2 * k] = eyes[k].x / (float)s - (float)x;
        p[2 * k + 1] = eyes[k].y / (float)s - (float)y;
    }
    CHECK(um_decode_faces(&list, &d, &out, 160, 128, 0.5f, NULL) == UM_OK && list.n == 1);
    if (list.n == 1) {
        check_face(&list.v[0], want, eyes);
        CHECK_NEAR(list.v[0].score, 0.72, 1e-5); /* sqrt(0.81 * 0.64) */
    }
    /* other shapes, absent tensors and broken numbers are refused or skipped */
    list.n = 0;
    CHECK(um_decode_faces(&list, &d, &out, 168, 128, 0.5f, NULL) == UM_EFORMAT);
    out.points[1] = NULL;
    CHECK(um_decode_faces(&list, &d, &out, 160, 128, 0.5f, NULL) == UM_EFORMAT);
    out.points[1] = t[7];
    b[2] = 1e30f;
    CHECK(um_decode_faces(&list, &d, &out, 160, 128, 0.5f, NULL) == UM_OK && list.n == 0);
    b[2] = NAN;
    CHECK(um_decode_faces(&list, &d, &out, 160, 128, 0.5f, NULL) == UM_OK && list.n == 0);
    ((float *)t[4]->data)[i] = NAN;
    CHECK(um_decode_faces(&list, &d, &out, 160, 128, 0.5f, NULL) == UM_OK && list.n == 0);
    for (int k = 0; k < 8; k++)
        um_tensor_free(&t[k]);
    free(list.v);
}

/* Row of cell (x, y), box z in the lists of the priors. */
static int row_of(const um_decoder *d, int w, int h, int stride_index, int x, int y, int z)
{
    int row = 0;
    for (int k = 0; k < stride_index; k++)
        row +=
            ((w + d->stride[k] - 1) / d->stride[k]) * ((h + d->stride[k] - 1) / d->stride[k]) * d->n_sizes[k];
    return row +
           (y * ((w + d->stride[stride_index] - 1) / d->stride[stride_index]) + x) *
               d->n_sizes[stride_index] +
           z;
}

static void priors(void)
{
    um_decoder d = {.type = UM_DECODE_PRIORS,
                    .n_strides = 2,
                    .stride = {16, 64},
                    .n_sizes = {2, 3},
                    .size = {{16, 32}, {64, 96, 128}},
                    .variance = {0.1f, 0.2f},
                    .n_points = 5,
                    .five = {0, 1, 2, 3, 4}};
    int w = 320, h = 240, rows = 20 * 15 * 2 + 5 * 4 * 3; /* 240 / 64 is rounded up */
    um_tensor *score = tensor(rows, 2), *box = tensor(rows, 4), *points = tensor(rows, 10);
    um_detector_outputs out = {.score = {score}, .box = {box}, .points = {points}};
    um_found_list list = {0};
    int i = row_of(&d, w, h, 1, 1, 1, 2);
    float cx = 96, cy = 96, size = 128, *b = (float *)box->data + 4 * i;
    ((float *)score->data)[2 * i + 1] = 0.9f;
    b[0] = (want.x + want.w / 2 - cx) / (0.1f * size);
    b[1] = (want.y + want.h / 2 - cy) / (0.1f * size);
    b[2] = logf(want.w / size) / 0.2f;
    b[3] = logf(want.h / size) / 0.2f;
    for (int k = 0; k < 5; k++) {
        ((float *)points->data)[10 * i + 2 * k] = (eyes[k].x - cx) / (0.1f * size);
        ((float *)points->data)[10 * i + 2 * k + 1] = (eyes[k].y - cy) / (0.1f * size);
    }
    CHECK(um_decode_faces(&list, &d, &out, w, h, 0.5f, NULL) == UM_OK && list.n == 1);
    if (list.n == 1)
        check_face(&list.v[0], want, eyes);
    CHECK(um_decode_faces(&list, &d, &out, w, 320, 0.5f, NULL) == UM_EFORMAT);
    um_tensor_free(&points);

    /* the same rows as "cells": pixels, logits, points after the box */
    um_tensor *logits = tensor(rows, 1), *both = tensor(rows, 16);
    for (int k = 0; k < rows; k++)
        ((float *)logits->data)[k] = -8;
    ((float *)logits->data)[i] = 2;
    float *r = (float *)both->data + 16 * i;
    r[0] = want.x + want.w / 2 - cx;
    r[1] = want.y + want.h / 2 - cy;
    r[2] = want.w;
    r[3] = want.h;
    for (int k = 0; k < 4; k++) {
        r[4 + 2 * k] = eyes[k].x - cx;
        r[5 + 2 * k] = eyes[k].y - cy;
    }
    um_decoder c = {.type = UM_DECODE_CELLS,
                    .n_strides = 2,
                    .stride = {16, 64},
                    .n_sizes = {2, 3},
                    .logistic = true,
                    .n_points = 6,
                    .five = {0, 1, 2, 3, 3}};
    out = (um_detector_outputs){.score = {logits}, .box = {both}};
    list.n = 0;
    CHECK(um_decode_faces(&list, &c, &out, w, h, 0.5f, NULL) == UM_OK && list.n == 1);
    if (list.n == 1) {
        const um_point four[5] = {eyes[0], eyes[1], eyes[2], eyes[3], eyes[3]};
        check_face(&list.v[0], want, four);
        CHECK_NEAR(list.v[0].score, 1 / (1 + exp(-2)), 1e-5);
    }
    um_tensor_free(&logits);
    um_tensor_free(&both);

    /* corners as fractions */
    um_decoder f = {.type = UM_DECODE_CORNERS};
    out = (um_detector_outputs){.score = {score}, .box = {box}};
    memcpy(b, (const float[]){want.x / 320, want.y / 240, (want.x + want.w) / 320, (want.y + want.h) / 240},
           4 * sizeof *b);
    list.n = 0;
    CHECK(um_decode_faces(&list, &f, &out, w, h, 0.5f, NULL) == UM_OK && list.n == 1);
    if (list.n == 1)
        check_face(&list.v[0], want, NULL);
    um_tensor_free(&score);
    um_tensor_free(&box);
    free(list.v);
}

/* Greedy suppression, written as the plainest possible search. */
static void suppression(void)
{
    for (int round = 0; round < 40; round++) {
        enum { N = 60 };
        um_found v[N], kept[N];
        int n_kept = 0;
        bool gone[N] = {false};
        um_found_list list = {.n = N, .v = calloc(N, sizeof *list.v)};
        for (int i = 0; i < N; i++) {
            v[i] = (um_found){{uniform(0, 100), uniform(0, 100), uniform(5, 40), uniform(5, 40)},
                              .score = uniform(0, 1)};
            list.v[i] = v[i];
        }
        for (;;) {
            int best = -1;
            for (int i = 0; i < N; i++)
                if (!gone[i] && (best < 0 || v[i].score > v[best].score))
                    best = i;
            if (best < 0)
                break;
            kept[n_kept++] = v[best];
            for (int i = 0; i < N; i++) {
                um_rect a = v[best].box, b = v[i].box;
                double w = fmin(a.x + a.w, b.x + b.w) - fmax(a.x, b.x),
                       h = fmin(a.y + a.h, b.y + b.h) - fmax(a.y, b.y);
                double both = w > 0 && h > 0 ? w * h : 0, small = fmin(a.w * a.h, b.w * b.h);
                gone[i] |= both / (a.w * a.h + b.w * b.h - both) > 0.4 || both > 0.8 * small;
            }
            gone[best] = true;
        }
        um_suppress(&list, 0.4f, 0.8f);
        CHECK(list.n == n_kept);
        for (int i = 0; i < list.n && i < n_kept; i++)
            CHECK(list.v[i].score == kept[i].score && list.v[i].box.x == kept[i].box.x);
        free(list.v);
    }
    CHECK_NEAR(um_rect_iou((um_rect){0, 0, 10, 10}, (um_rect){5, 0, 10, 10}), 1 / 3.0, 1e-6);
    CHECK(um_rect_iou((um_rect){0, 0, 10, 10}, (um_rect){10, 0, 10, 10}) == 0);
    CHECK(um_rect_iou((um_rect){0, 0, 0, 0}, (um_rect){0, 0, 0, 0}) == 0);
    um_rect whole = {0, 0, 100, 120}, half = {5, 10, 40, 50}, other = {80, 0, 100, 120};
    CHECK(um_same_place(whole, half, .4f, UM_PART) && !um_same_place(whole, half, .4f, 1));
    CHECK(um_same_place(whole, (um_rect){10, 0, 100, 120}, .4f, 1) &&
          !um_same_place(whole, other, .4f, UM_PART));
}

static const char good[] =
    "{\"unmask_manifest\": 1, \"role\": \"face_detector\", \"name\": \"n\", \"model\": \"n.onnx\", "
    "\"input\": {\"width\": 64, \"height\": 64, \"fit\": \"letterbox\", \"colour\": \"bgr\", \"mean\": [1, "
    "2, 3]}, "
    "\"decoder\": {\"type\": \"priors\", \"strides\": [8, 16], \"sizes\": [[10], [20, 30]], "
    "\"variances\": [0.1, 0.2], \"score\": \"s\", \"box\": \"b\", \"n_points\": 5}}";

static um_status parse(const char *text, um_manifest *man)
{
    um_json *json = NULL;
    um_error err;
    if (um_json_parse(&json, text, strlen(text), "test", NULL) < 0)
        return UM_EIO;
    um_status st = um_manifest_parse(man, json, "m.json", &err);
    if (st < 0)
        CHECK(st == UM_EFORMAT && strstr(err.text, "m.json"));
    um_json_free(&json);
    return st;
}

/* `good` with one piece replaced. */
static um_status parse_with(const char *old, const char *new)
{
    char text[2000];
    um_manifest man;
    const char *at = strstr(good, old);
    CHECK(at);
    if (!at)
        return UM_OK;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, new, at + strlen(old));
    um_status st = parse(text, &man);
    CHECK(st != UM_EIO);
    return st;
}

static void manifests(void)
{
    um_manifest man;
    CHECK(parse(good, &man) == UM_OK);
    CHECK(man.input.letterbox && man.input.bgr && man.input.mean[2] == 3 && man.input.scale[1] == 1);
    CHECK(man.decoder.n_sizes[1] == 2 && man.decoder.size[1][1] == 30 && man.decoder.stride[1] == 16);
    CHECK(!strcmp(man.decoder.score[0].text, "s") && !*man.decoder.object[0].text);
    static const char *const wrong[][2] = {
        {"\"unmask_manifest\": 1", "\"unmask_manifest\": 2"},
        {"face_detector", "Face eater"},
        {"\"n.onnx\"", "\"/etc/n.onnx\""},
        {"\"n.onnx\"", "\"../n.onnx\""},
        {"\"n.onnx\"", "\"a/../../n.onnx\""},
        {"\"n.onnx\"", "7"},
        {"\"n.onnx\"", "\"n.onnx\", \"sha256\": \"12\""},
        {"\"width\": 64", "\"width\": 1e9"},
        {"\"width\": 64", "\"width\": -4"},
        {"\"width\": 64", "\"multiple\": 0"},
        {"\"letterbox\"", "\"crush\""},
        {"[1, 2, 3]", "[1, 2, 3, 4]"},
        {"[1, 2, 3]", "[1, \"x\", 3]"},
        {"[1, 2, 3]", "{\"a\": 1}"},
        {"[8, 16]", "[]"},
        {"[8, 16]", "[0, 16]"},
        {"[8, 16]", "[8,16,32,64,128,256,512]"},
        {"[[10], [20, 30]]", "[[10]]"},
        {"[[10], [20, 30]]", "[[10], [1,2,3,4,5,6,7]]"},
        {"[[10], [20, 30]]", "[[10], [0]]"},
        {"[0.1, 0.2]", "[0.1]"},
        {"[0.1, 0.2]", "[0.1, -1]"},
        {"\"score\": \"s\"", "\"score\": \"\""},
        {"\"score\": \"s\"", "\"score\": [\"s\", 3]"},
        {"\"box\": \"b\"", "\"box\": null"},
        {"\"n_points\": 5", "\"n_points\": 3"},
        {"\"n_points\": 5", "\"n_points\": 5, \"five\": [0,1,2,3,9]"},
        {"\"n_points\": 5", "\"n_points\": 5, \"score_min\": 7"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (parse_with(wrong[i][0], wrong[i][1]) == UM_EFORMAT)
            check_n_passed++;
        else
            check_n_failed++, fprintf(stderr, "accepted: %s -> %s\n", wrong[i][0], wrong[i][1]);
    }
    CHECK(parse("{}", &man) == UM_EFORMAT && parse("[]", &man) == UM_EFORMAT &&
          parse("{\"unmask_manifest\": 1}", &man) == UM_EFORMAT);
    CHECK(parse("{\"unmask_manifest\": 1, \"role\": \"face_landmarks\", \"name\": \"n\", \"model\": \"n\", "
                "\"input\": {\"width\": 64, \"height\": 64}, \"landmarks\": {\"type\": \"xy\", \"output\": "
                "\"o\", "
                "\"n_points\": 66}}",
                &man) == UM_EFORMAT); /* 66 points without an order */
    const char *extra =
        "{\"unmask_manifest\": 1, \"role\": \"face_landmarks\", \"name\": \"n\", \"model\": \"n\", "
        "\"input\": {\"width\": 64, \"height\": 64}, \"landmarks\": {\"type\": \"xy\", "
        "\"output\": \"o\", \"extra\": {\"output\": \"e\", \"opening\": 1, \"face\": %d%s}}}";
    char text[400];
    snprintf(text, sizeof text, extra, 4, "");
    CHECK(parse(text, &man) == UM_OK && man.landmarks.face == 4 && man.landmarks.opening == 1);
    CHECK(man.landmarks.trust < 0); /* not stated */
    snprintf(text, sizeof text, extra, 4, ", \"trust\": 0");
    CHECK(parse(text, &man) == UM_OK && man.landmarks.trust == 0);
    snprintf(text, sizeof text, extra, 4, ", \"trust\": -1");
    CHECK(parse(text, &man) == UM_EFORMAT);
    snprintf(text, sizeof text, extra, -1, "");
    CHECK(parse(text, &man) == UM_EFORMAT);
}

static bool own_networks(const um_face_options *opt)
{
    um_face_finder *f = NULL;
    um_error err;
    bool own = um_face_finder_new(&f, opt, &err) == UM_OK &&
               !strcmp(um_face_finder_network(f, 0, NULL, NULL), "unmask_detector") &&
               !strcmp(um_face_finder_network(f, 1, NULL, NULL), "unmask_landmarks");
    um_face_finder_free(&f);
    return own;
}

/* Our own networks are always there; those of a folder come first, and a wrong one is named. */
static void folders(void)
{
    um_face_finder *f = NULL;
    um_face_options opt = {0};
    um_error err;
    char dir[] = "/tmp/unmask-faces-XXXXXX", path[300];
    unsetenv("UNMASK_MODELS");
    CHECK(own_networks(&opt));
    if (!mkdtemp(dir)) {
        CHECK(0);
        return;
    }
    opt.models_dir = dir;
    CHECK(own_networks(&opt));
    /* foreign JSON is left alone; a manifest that claims to be one is an error */
    snprintf(path, sizeof path, "%s/a.json", dir);
    FILE *out = fopen(path, "w");
    fputs("{\"inputs\": 3}", out);
    fclose(out);
    CHECK(own_networks(&opt));
    out = fopen(path, "w");
    fputs("{\"unmask_manifest\": 1}", out);
    fclose(out);
    CHECK(um_face_finder_new(&f, &opt, &err) == UM_EFORMAT && strstr(err.text, path));
    out = fopen(path, "w");
    fputs(good, out);
    fclose(out);
    CHECK(um_face_finder_new(&f, &opt, &err) == UM_EIO &&
          strstr(err.text, "n.onnx")); /* names a file that is absent */
    snprintf(path, sizeof path, "%s/n.onnx", dir);
    out = fopen(path, "w");
    fputs("this is no network", out);
    fclose(out);
    CHECK(um_face_finder_new(&f, &opt, &err) == UM_EFORMAT);
    unlink(path);
    snprintf(path, sizeof path, "%s/a.json", dir);
    unlink(path);
    rmdir(dir);
    opt.models_dir = "/nonexistent/folder";
    CHECK(um_face_finder_new(&f, &opt, &err) == UM_EIO);
    um_face_finder_free(&f);
}

/* A linear ramp is known everywhere: a turned crop must read it at the turned places. */
static void turned_crop(void)
{
    um_image *im = NULL, *crop = NULL;
    CHECK(um_image_new(&im, 200, 160, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < 160; y++)
        for (int x = 0; x < 200; x++) {
            uint8_t *p = im->data + y * im->stride + 3 * x;
            p[0] = (uint8_t)x;
            p[1] = (uint8_t)y;
            p[2] = (uint8_t)((x + y) / 2);
        }
    for (int k = 0; k < 3; k++) {
        um_square s = {{100, 80}, k == 0 ? 70.0f : k == 1 ? 30.0f : 70.0f, k == 2 ? -2.0f : 0.4f};
        int n = k == 1 ? 50 : 24;
        double worst = 0;
        CHECK(um_square_crop(&crop, im, s, n, NULL) == UM_OK);
        for (int j = 0; j < n; j++)
            for (int i = 0; i < n; i++) {
                um_point q = um_square_point(s, ((float)i + 0.5f) / (float)n, ((float)j + 0.5f) / (float)n);
                const uint8_t *p = crop->data + j * crop->stride + 3 * i;
                worst = fmax(worst, fmax(fabs(p[0] - q.x), fabs(p[1] - q.y)));
            }
        CHECK(worst <= 1.6); /* two roundings to 8 bits and 1/256 pixel */
        um_image_free(&crop);
    }
    um_face face = {.box = {60, 40, 50, 60}, .five = {{70, 60}, {100, 60}}};
    CHECK(um_face_crop(&crop, im, &face, 60, 1, NULL) == UM_OK && crop->width == 60 && crop->height == 60);
    CHECK(abs(crop->data[3 * 30 + 30 * crop->stride] - 85) <= 1); /* centre of the box */
    um_image_free(&crop);
    face.box.w = NAN;
    CHECK(um_face_crop(&crop, im, &face, 60, NAN, NULL) == UM_EINVAL);
    um_image_free(&im);
}

/* A frontal synthetic face over texture, blurred n times by a 3 x 3 mean. */
static um_image *texture(int blur)
{
    um_image *im = NULL;
    uint32_t keep = state;
    state = 99;
    if (um_image_new(&im, 320, 320, UM_RGB24, NULL) < 0)
        exit(1);
    for (int y = 0; y < 320; y++)
        for (int x = 0; x < 960; x++)
            im->data[y * im->stride + x] = (uint8_t)(128 + 60 * sin(x * 0.02) + uniform(-20, 20));
    for (; blur > 0; blur--) {
        um_image *to = NULL;
        if (um_image_new(&to, 320, 320, UM_RGB24, NULL) < 0)
            exit(1);
        for (int y = 0; y < 320; y++)
            for (int x = 0; x < 960; x++) {
                int sum = 0;
                for (int k = 0; k < 9; k++) {
                    int yy = y + k / 3 - 1, xx = x + 3 * (k % 3 - 1);
                    yy = yy < 0 ? 0 : yy > 319 ? 319 : yy;
                    xx = xx < 0 ? xx + 3 : xx > 959 ? xx - 3 : xx;
                    sum += im->data[yy * im->stride + xx];
                }
                to->data[y * to->stride + x] = (uint8_t)(sum / 9);
            }
        um_image_free(&im);
        im = to;
    }
    state = keep;
    return im;
}

static void face_at(um_point p[68], float yaw, float x)
{
    float c = cosf(yaw), s = sinf(yaw);
    for (int i = 0; i < 68; i++) {
        const float *m = um_face_shape[i];
        float z = 700 + s * m[0] + c * m[2], px = c * m[0] - s * m[2];
        p[i] = (um_point){x + 800 * px / z, 130 + 800 * m[1] / z};
    }
}

/* The landmark network itself says whether it sees a face: a texture is none, whatever box one draws in it.
 */
static void nobody(void)
{
    um_face_options opt = {.threads = 1};
    um_face_finder *finder = NULL;
    um_face face;
    um_image *im = texture(0);
    CHECK(um_face_finder_new(&finder, &opt, NULL) == UM_OK);
    CHECK(um_face_landmarks(finder, im, (um_rect){60, 40, 120, 150}, &face, NULL) == UM_OK);
    CHECK(face.confidence >= 0 && face.confidence < 0.5f && !um_face_believed(&face));
    CHECK(face.eye_opening[0] >= 0 && face.eye_opening[1] >= 0);
    um_face_finder_free(&finder);
    um_image_free(&im);
}

static um_face_quality quality_of(float yaw, float x, const um_image *im)
{
    um_face f = {0};
    um_landmarks seen = {.confidence = NAN, .trust = NAN, .opening = {NAN, NAN}};
    face_at(seen.points, yaw, x);
    um_face_cut cut = {.frame = im};
    CHECK(um_face_complete(&f, &seen, &cut, NULL) == UM_OK && um_face_believed(&f));
    um_face_cut_end(&cut);
    const float *q = &f.quality.eye_distance_px;
    for (int i = 1; i < 6; i++)
        CHECK(q[i] >= 0 && q[i] <= 1);
    return f.quality;
}

static void quality(void)
{
    float before = 2;
    for (int blur = 0; blur < 5; blur++) {
        um_image *im = texture(blur);
        um_face_quality q = quality_of(0, 160, im);
        CHECK(q.sharpness < before);
        before = q.sharpness;
        if (!blur) {
            CHECK(q.visible > 0.9f && q.frontal > 0.9f);
            CHECK(quality_of(0.6f, 160, im).frontal < quality_of(0.3f, 160, im).frontal);
            CHECK(quality_of(0.3f, 160, im).frontal < q.frontal);
            CHECK(quality_of(0, 30, im).visible < q.visible);
            CHECK(quality_of(0, 5000, im).overall == 0);
        }
        um_image_free(&im);
    }
    /* flat 8 x 8 blocks of growing weight, as strong compression leaves them */
    before = 2;
    for (int strength = 0; strength <= 4; strength++) {
        um_image *im = texture(2);
        for (int y = 0; y < 320; y++)
            for (int x = 0; x < 960; x++) {
                uint8_t *p = im->data + y * im->stride + x;
                *p = (uint8_t)(*p + strength * 3 * (((x / 24) * 7 + (y / 8) * 5) % 4 - 1));
            }
        um_face_quality q = quality_of(0, 160, im);
        CHECK(strength == 0 ? q.compression > 0.8f : q.compression < before);
        before = q.compression;
        um_image_free(&im);
    }
}

/* Programs read the number of a person that people see drawn. */
static void numbers_of_persons(void)
{
    um_face face[2] = {{.person = 0}, {.person = -1}};
    const um_faces faces = {2, face};
    const um_frame frame = {.index = 7};
    um_json *json = NULL;
    char *line = NULL;
    CHECK(um_faces_json(&line, "a.mp4", &frame, &faces, NULL) == UM_OK && !strchr(line, '\n'));
    CHECK(um_json_parse(&json, line, strlen(line), "line", NULL) == UM_OK);
    const um_json *list = um_json_get(json, "faces");
    CHECK(um_json_get_int(json, "frame", 0) == 7 && um_json_count(list) == 2);
    CHECK(um_json_get_int(um_json_at(list, 0), "person", -1) == 1);
    CHECK(!um_json_get(um_json_at(list, 1), "person")); /* outside a tracker */
    um_json_free(&json);
    free(line);
}

int main(void)
{
    numbers_of_persons();
    anchor_free();
    priors();
    suppression();
    manifests();
    folders();
    turned_crop();
    quality();
    nobody();
    return check_done();
}
