/* SPDX-License-Identifier: GPL-3.0-or-later */
/* um_image_crop_resize against its definition in double precision, and against OpenCV. */
#include "../check.h"
#include <string.h>
#include <unistd.h>
#include <unmask/image.h>

static uint32_t state = 1;
static unsigned next(unsigned n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static um_image *noise(int w, int h, um_pixel pixel)
{
    um_image *im = NULL;
    if (um_image_new(&im, w, h, pixel, NULL) < 0)
        exit(1);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w * um_image_channels(pixel); x++)
            im->data[y * im->stride + x] = (uint8_t)next(256);
    return im;
}

static double sample(const um_image *im, int x, int y, int c)
{
    int n = um_image_channels(im->pixel);
    x = x < 0 ? 0 : x >= im->width ? im->width - 1 : x;
    y = y < 0 ? 0 : y >= im->height ? im->height - 1 : y;
    return im->data[y * im->stride + x * n + c];
}

/* Weight of input sample p in the output that covers [a, b): box when it shrinks, triangle when it grows. */
static double weight(int p, double a, double b)
{
    if (b - a > 1) {
        double lo = a > p ? a : p, hi = b < p + 1 ? b : p + 1;
        return hi > lo ? (hi - lo) / (b - a) : 0;
    }
    double d = fabs((a + b) / 2 - 0.5 - p);
    return d < 1 ? 1 - d : 0;
}

static double defined(const um_image *im, um_rect r, int w, int h, int i, int j, int c)
{
    double sx = (double)r.w / w, sy = (double)r.h / h, ax = r.x + i * sx, ay = r.y + j * sy, sum = 0;
    for (int y = (int)floor(ay) - 2; y <= (int)ceil(ay + sy) + 2; y++) {
        double wy = weight(y, ay, ay + sy);
        for (int x = (int)floor(ax) - 2; wy > 0 && x <= (int)ceil(ax + sx) + 2; x++)
            sum += wy * weight(x, ax, ax + sx) * sample(im, x, y, c);
    }
    return sum;
}

static void against_definition(void)
{
    for (int t = 0; t < 60; t++) {
        um_pixel pixel = t & 1 ? UM_RGB24 : UM_GRAY8;
        um_image *in = noise(1 + (int)next(60), 1 + (int)next(60), pixel), *out = NULL;
        um_rect r = {(float)next(4000) / 50 - 30, (float)next(4000) / 50 - 30, 1 + (float)next(4000) / 40,
                     1 + (float)next(4000) / 40};
        if (t < 4)
            r = (um_rect){0, 0, (float)in->width, (float)in->height};
        int w = 1 + (int)next(70), h = 1 + (int)next(70);
        double worst = 0;
        CHECK(um_image_crop_resize(&out, in, r, w, h, NULL) == UM_OK);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                for (int c = 0; c < um_image_channels(pixel); c++)
                    worst = fmax(worst, fabs(sample(out, x, y, c) - defined(in, r, w, h, x, y, c)));
        CHECK(worst <= 0.56); /* half a level of rounding, and 14-bit weights */
        um_image_free(&in);
        um_image_free(&out);
    }
}

static void identity(void)
{
    um_image *in = noise(37, 23, UM_RGB24), *out = NULL;
    CHECK(um_image_crop_resize(&out, in, (um_rect){5, 3, 20, 11}, 20, 11, NULL) == UM_OK);
    int wrong = 0;
    for (int y = 0; y < 11; y++)
        wrong += !!memcmp(out->data + y * out->stride, in->data + (y + 3) * in->stride + 15, 60);
    CHECK(!wrong);
    um_image_free(&out);
    um_error err;
    CHECK(um_image_crop_resize(&out, in, (um_rect){0, 0, 0, 5}, 4, 4, &err) == UM_EINVAL && !out);
    CHECK(um_image_crop_resize(&out, in, (um_rect){NAN, 0, 5, 5}, 4, 4, &err) == UM_EINVAL && !out);
    CHECK(um_image_crop_resize(&out, in, (um_rect){0, 0, INFINITY, 5}, 4, 4, &err) == UM_EINVAL && !out);
    CHECK(um_image_crop_resize(&out, in, (um_rect){0, 0, 5, 5}, 0, 4, &err) == UM_EINVAL && !out);
    /* far outside: the corner pixel everywhere */
    CHECK(um_image_crop_resize(&out, in, (um_rect){-900, -900, 50, 70}, 4, 4, NULL) == UM_OK);
    CHECK(!memcmp(out->data, in->data, 3) && !memcmp(out->data + 3 * out->stride + 9, in->data, 3));
    um_image_free(&out);
    um_image_free(&in);
}

static void write_raw(const char *dir, const char *name, const um_image *im)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    for (int y = 0; f && y < im->height; y++)
        fwrite(im->data + y * im->stride, 3, (size_t)im->width, f);
    if (f)
        fclose(f);
}

/* OpenCV rounds its bilinear weights to 11 bits: one level of difference. */
static void against_opencv(void)
{
    static const int sizes[][4] = {
        {64, 48, 32, 24}, {63, 47, 20, 31}, {100, 80, 13, 7}, {31, 40, 62, 90}, {33, 20, 70, 41}};
    if (system("/usr/bin/python3 -c 'import cv2' 2>/dev/null") != 0) {
        fprintf(stderr, "OpenCV comparison skipped: no python3-opencv\n");
        return;
    }
    char dir[] = "/tmp/unmask-resize-XXXXXX", command[2000];
    if (!mkdtemp(dir)) {
        CHECK(0);
        return;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const int *s = sizes[i];
        um_image *in = noise(s[0], s[1], UM_RGB24), *out = NULL;
        CHECK(um_image_crop_resize(&out, in, (um_rect){0, 0, (float)s[0], (float)s[1]}, s[2], s[3], NULL) ==
              UM_OK);
        write_raw(dir, "in", in);
        write_raw(dir, "out", out);
        snprintf(command, sizeof command,
                 "/usr/bin/python3 -c \"\nimport cv2, numpy as np, sys\n"
                 "a = np.fromfile('%s/in', np.uint8).reshape(%d, %d, 3)\n"
                 "b = np.fromfile('%s/out', np.uint8).reshape(%d, %d, 3)\n"
                 "r = cv2.resize(a, (%d, %d), interpolation=cv2.%s)\n"
                 "d = np.abs(r.astype(int) - b).max()\nsys.exit(int(d > 1))\n\"",
                 dir, s[1], s[0], dir, s[3], s[2], s[2], s[3], s[2] < s[0] ? "INTER_AREA" : "INTER_LINEAR");
        CHECK(system(command) == 0);
        um_image_free(&in);
        um_image_free(&out);
    }
    snprintf(command, sizeof command, "rm -r %s", dir);
    CHECK(system(command) == 0);
}

int main(void)
{
    against_definition();
    identity();
    against_opencv();
    return check_done();
}
