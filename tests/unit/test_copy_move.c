/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos of noise in which a part was copied by a known shift. */
#include "../check.h"
#include "base/random.h"
#include "signal_run.h"
#include <string.h>

/* Soft noise that repeats nowhere: each pixel the mean of 3 x 3 draws, steps of `cell` pixels. */
static um_image *noise(int width, int height, int cell, uint64_t seed)
{
    um_image *image = NULL;
    const int cols = width / cell + 3;
    double *draw = calloc((size_t)cols * (size_t)(height / cell + 3), sizeof *draw);
    CHECK(draw && um_image_new(&image, width, height, UM_GRAY8, NULL) == UM_OK);
    for (int i = 0; i < cols * (height / cell + 3); i++)
        draw[i] = um_random_normal(&seed);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double sum = 0;
            for (int v = 0; v < 3; v++)
                for (int u = 0; u < 3; u++)
                    sum += draw[(y / cell + v) * cols + x / cell + u];
            image->data[y * image->stride + x] = (uint8_t)um_clampi((int)lrint(128 + 12 * sum), 0, 255);
        }
    free(draw);
    return image;
}

static void copy(um_image *image, int x, int y, int width, int height, int dx, int dy)
{
    for (int v = height - 1; v >= 0; v--)
        memmove(image->data + (y + v + dy) * image->stride + x + dx,
                image->data + (y + v) * image->stride + x, (size_t)width);
}

/* Takes the picture. */
static um_findings *asked(um_image *image, bool photo, int times)
{
    runner r;
    um_frame frame = {.gray = image};
    CHECK(runner_begin(&r, um_signal_find("copy_move")) == UM_OK);
    r.media.is_photo = photo;
    r.media.width = image->width;
    r.media.height = image->height;
    for (int i = 0; i < times; i++)
        CHECK(runner_push(&r, &(um_signal_input){.frame = &frame}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_image_free(&image);
    return f;
}

static double score(um_image *image)
{
    um_findings *f = asked(image, true, 1);
    CHECK(f->n_results == 1 && f->result[0].outcome == UM_SCORED);
    const double s = f->n_results ? f->result[0].score : NAN;
    um_findings_free(&f);
    return s;
}

static void found(void)
{
    CHECK(score(noise(320, 240, 1, 1)) <= 1);
    um_image *image = noise(320, 240, 1, 1);
    copy(image, 30, 40, 90, 50, 170, 110);
    um_findings *f = asked(image, true, 2); /* a second picture is not looked at */
    CHECK(f->n_results == 1 && f->result[0].outcome == UM_SCORED && f->result[0].score >= 20);
    CHECK(f->result[0].score <= 45);                      /* 29; each pair once */
    CHECK(strstr(f->result[0].text, "202 pixels apart")); /* hypot(170, 110) = 202.5, to even */
    CHECK(f->n_evidence == 1 && f->evidence[0].image && strstr(f->evidence[0].text, "170 pixels across"));
    CHECK(strstr(f->evidence[0].text, "and 110 down"));
    /* blue around the source, red around the copy: the boxes hold most of the 90 x 50, not their square */
    const um_image *p = f->evidence[0].image;
    int x0 = 999, y0 = 999, x1 = 0, y1 = 0, red = 0;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            const uint8_t *c = p->data + y * p->stride + 3 * x;
            red += c[0] > 240 && c[1] == 0x50 && c[2] == 0x40 && x >= 198 && y >= 148;
            if (c[0] == 0x40 && c[1] == 0xC0 && c[2] == 0xFF) {
                x0 = x < x0 ? x : x0;
                x1 = x > x1 ? x : x1;
                y0 = y < y0 ? y : y0;
                y1 = y > y1 ? y : y1;
            }
        }
    CHECK(x0 >= 28 && x0 <= 42 && x1 >= 108 && x1 <= 122);
    CHECK(y0 >= 38 && y0 <= 52 && y1 >= 78 && y1 <= 92);
    CHECK(red > 100);
    um_findings_free(&f);
}

/* To the left and down: from the upper to the lower of the two. */
static void leftwards(void)
{
    um_image *image = noise(300, 300, 1, 2);
    copy(image, 200, 20, 70, 70, -150, 160);
    um_findings *f = asked(image, true, 1);
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "-150 pixels across") &&
          strstr(f->evidence[0].text, "and 160 down"));
    um_findings_free(&f);
}

/* On either side of the least shift. */
static void shifts(void)
{
    for (int shift = 31; shift <= 32; shift++) {
        um_image *image = noise(256, 256, 1, 3);
        copy(image, 60, 60, 30, 120, shift, 0);
        CHECK(shift < 32 ? score(image) <= 1 : score(image) >= 8);
    }
}

/* What is there many times is no copy. */
static void pattern(double deviation)
{
    uint64_t seed = 6;
    um_image *image = noise(320, 320, 1, 4); /* whole cells: all copies keep the same corners */
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            if (x || y)
                copy(image, 0, 0, 64, 64, 64 * x, 64 * y);
    for (int i = 0; i < 320 * 320; i++) {
        uint8_t *at = image->data + i / 320 * image->stride + i % 320;
        *at = (uint8_t)um_clampi(*at + (int)lrint(deviation * um_random_normal(&seed)), 0, 255);
    }
    CHECK(score(image) < 4); /* not called */
}

/* A larger photo is reduced; shifts are told in its own pixels. */
static void large(void)
{
    um_image *image = noise(2048, 800, 3, 5);
    copy(image, 100, 80, 240, 240, 1400, 300);
    um_findings *f = asked(image, true, 1);
    CHECK(f->n_results == 1 && f->result[0].score >= 20);
    const char *of = strstr(f->result[0].text, " of "); /* the second is that of "alike in 40 of 3900" */
    of = of ? strstr(of + 1, " of ") : NULL;
    CHECK(of && strtol(of + 4, NULL, 10) > 1120); /* at half the size 16 x 7 cells of 10 would be all */
    CHECK(f->n_evidence == 1 && f->evidence[0].image->width == 480 &&
          strstr(f->evidence[0].text, "1400 pixels across and 300 down"));
    um_findings_free(&f);
}

static void skipped(um_image *image, bool photo, const char *why)
{
    um_findings *f = asked(image, photo, 1);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, why));
    um_findings_free(&f);
}

/* So many bright squares of 3 x 3, each one corner, on gray. */
static um_image *dots(int n)
{
    um_image *image = NULL;
    CHECK(um_image_new(&image, 256, 256, UM_GRAY8, NULL) == UM_OK);
    for (int y = 0; y < 256; y++)
        memset(image->data + y * image->stride, 100, 256);
    for (int i = 0; i < n; i++)
        for (int y = 0; y < 3; y++)
            memset(image->data + (20 + 32 * (i / 7) + y) * image->stride + 20 + 32 * (i % 7), 200, 3);
    return image;
}

static void silent(void)
{
    skipped(noise(320, 240, 1, 1), false, "only photos");
    skipped(noise(127, 240, 1, 1), true, "too small: 127 x 240");
    skipped(noise(240, 127, 1, 1), true, "too small: 240 x 127");
    CHECK(score(noise(128, 128, 1, 1)) <= 1);
    skipped(dots(31), true, "31 corners to compare, 32 needed");
    CHECK(score(dots(32)) <= 1);
    skipped(dots(0), true, "0 corners");
}

int main(void)
{
    found();
    leftwards();
    shifts();
    pattern(0);
    pattern(3);
    large();
    silent();
    return check_done();
}
