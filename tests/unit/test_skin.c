/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tones of skin against numbers worked out by hand, and the place of the neck. */
#include "../check.h"
#include "faces/skin.h"
#include "made_skin.h"
#include <math.h>
#include <string.h>

static const um_point square[4] = {
    {9.5f, 9.5f}, {29.5f, 9.5f}, {29.5f, 29.5f}, {9.5f, 29.5f}}; /* 20 x 20 pixels */

static um_image *filled(int r, int g, int b)
{
    um_image *image = NULL;
    if (um_image_new(&image, 40, 40, UM_RGB24, NULL) < 0)
        abort();
    for (int i = 0; i < 40 * 40; i++) {
        uint8_t *v = image->data + i / 40 * image->stride + (ptrdiff_t)3 * (i % 40);
        v[0] = (uint8_t)r, v[1] = (uint8_t)g, v[2] = (uint8_t)b;
    }
    return image;
}

static void dot(um_image *image, int x, int y, int r, int g, int b)
{
    uint8_t *v = image->data + y * image->stride + (ptrdiff_t)3 * x;
    v[0] = (uint8_t)r, v[1] = (uint8_t)g, v[2] = (uint8_t)b;
}

/* Levels 200, 100, 50 are .577580, .127438 and .031896 of white in IEC 61966-2-1; 10 is 10 / 255 / 12.92. */
static void tones(void)
{
    um_image *image = filled(200, 100, 50);
    um_skin s = um_skin_of(image, square, 4, NULL);
    CHECK_NEAR(s.red, 1.511220, 1e-6);
    CHECK_NEAR(s.blue, -1.385146, 1e-6);
    CHECK_NEAR(s.light, -2.060128, 1e-6);
    CHECK(s.n == 400 && s.seen == 400 && s.spread[0] == 0 && s.spread[1] == 0);
    um_image_free(&image);
    image = filled(8, 10, 9); /* the straight part of the curve */
    s = um_skin_of(image, square, 4, NULL);
    CHECK_NEAR(s.red, log(.8), 1e-9);
    CHECK_NEAR(s.blue, log(.9), 1e-9);
    CHECK_NEAR(s.light, log(10 / 255. / 12.92), 1e-9);
    um_image_free(&image);
    const um_skin a = {.red = .5, .blue = -.2}, b = {.red = .62, .blue = -.25};
    CHECK_NEAR(um_skin_distance(&a, &b), .13, 1e-12);
}

/* Red of 100, 110 and 130 over green of 100: medians, and 1.4826 times that of the deviations. */
static void spreads(void)
{
    um_image *image = filled(110, 100, 90);
    for (int y = 10; y < 18; y++) /* 160 and 120 of 400 */
        for (int x = 10; x < 30; x++)
            dot(image, x, y, 100, 100, 80);
    for (int y = 18; y < 24; y++)
        for (int x = 10; x < 30; x++)
            dot(image, x, y, 130, 100, 90);
    const um_skin s = um_skin_of(image, square, 4, NULL);
    const double of110 = log(pow((110 / 255. + .055) / 1.055, 2.4)), of100 = log(.1274377);
    const double of130 = log(pow((130 / 255. + .055) / 1.055, 2.4));
    CHECK_NEAR(s.red, of110 - of100, 1e-5); /* 160 below, 120 at it, 120 above */
    /* deviations: 120 of none, 160 of 110 to 100, 120 of 110 to 130 */
    CHECK(of130 - of110 > of110 - of100);
    CHECK_NEAR(s.spread[0], 1.4826 * (of110 - of100), 1e-5);
    um_image_free(&image);
}

static void left_out(void)
{
    um_image *image = filled(200, 100, 50);
    const um_skin like = {.red = 1.511220, .blue = -1.385146, .light = -2.060128};
    dot(image, 10, 10, 251, 100, 50); /* clipped */
    dot(image, 11, 10, 200, 100, 4);
    dot(image, 12, 10, 250, 100, 50);
    dot(image, 13, 10, 200, 100, 5);
    um_skin s = um_skin_of(image, square, 4, NULL);
    CHECK(s.n == 398 && s.seen == 400);
    dot(image, 14, 10, 120, 100, 50); /* another red */
    dot(image, 12, 10, 200, 100, 50);
    dot(image, 13, 10, 200, 100, 50);
    s = um_skin_of(image, square, 4, &like);
    CHECK(s.n == 397 && s.seen == 400);
    um_image_free(&image);
    const um_skin pale = {.red = .2, .blue = -.1, .light = -1};
    CHECK(um_skin_like(&like, .757, -1.385, -2.06) && !um_skin_like(&like, .754, -1.385, -2.06));
    CHECK(um_skin_like(&like, 2.266, -1.385, -2.06) && !um_skin_like(&like, 2.268, -1.385, -2.06));
    CHECK(um_skin_like(&pale, .051, -.1, -1) && !um_skin_like(&pale, .049, -.1, -1));
    CHECK(um_skin_like(&like, 1.511, -1.385 - .499, -2.06) &&
          !um_skin_like(&like, 1.511, -1.385 - .501, -2.06));
    CHECK(um_skin_like(&like, 1.511, -1.385, -3.859) && !um_skin_like(&like, 1.511, -1.385, -3.861));
    CHECK(um_skin_like(&like, 1.511, -1.385, -1.561) && !um_skin_like(&like, 1.511, -1.385, -1.559));
    CHECK(!um_skin_like(&like, NAN, -1.385, -2.06));
}

/* Large places are looked at on a grid, those outside of the picture not at all. */
static void bounds(void)
{
    um_image *image = NULL;
    if (um_image_new(&image, 600, 600, UM_RGB24, NULL) < 0)
        abort();
    memset(image->data, 120, (size_t)image->stride * 600);
    const um_point large[4] = {{0, 0}, {599, 0}, {599, 599}, {0, 599}};
    const um_point outside[4] = {{-50, -50}, {-10, -50}, {-10, -10}, {-50, -10}};
    const um_point bad[4] = {{0, 0}, {NAN, 0}, {599, 599}, {0, 599}};
    const um_skin s = um_skin_of(image, large, 4, NULL);
    CHECK(s.n > UM_SKIN_MOST / 2 && s.n <= UM_SKIN_MOST * 3 / 2);
    CHECK_NEAR(s.red, 0, 1e-12);
    CHECK(!um_skin_of(image, outside, 4, NULL).seen && !um_skin_of(image, bad, 4, NULL).seen);
    um_image_free(&image);
}

/* From chin (0, 113.7) to bridge (0, -1.8): 115.5 mm down, of which .12 and .45. */
static void neck(void)
{
    um_point c[UM_NECK_CORNERS];
    const um_face face = mean_face(100, 50, 2);
    um_neck_of(c, &face);
    CHECK_NEAR(c[2].x, 100, .5);
    CHECK_NEAR(c[2].y, 50 + 2 * (113.7 + .12 * 115.5), .2);
    CHECK_NEAR(c[0].x, face.points[6].x, .5);
    CHECK_NEAR(c[0].y, face.points[6].y + 2 * .12 * 115.5, .2);
    CHECK_NEAR(c[6].x, face.points[6].x, .5);
    CHECK_NEAR(c[6].y, face.points[6].y + 2 * .45 * 115.5, .2);
    CHECK_NEAR(c[4].y, face.points[10].y + 2 * .12 * 115.5, .2);
    CHECK_NEAR(c[5].x, face.points[10].x, .5);
    CHECK_NEAR(c[5].y, face.points[10].y + 2 * .45 * 115.5, .2);
}

int main(void)
{
    tones();
    spreads();
    left_out();
    bounds();
    neck();
    return check_done();
}
