/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polygons and the places of a face against numbers worked out by hand. */
#include "../check.h"
#include "faces/regions.h"
#include "made_skin.h"
#include "media/polygon.h"
#include <string.h>

static void rows(void)
{
    /* right triangle (2,1) (10,1) (2,5): row 3 leaves half of the upper side */
    const um_point triangle[3] = {{2, 1}, {10, 1}, {2, 5}};
    float x[UM_POLYGON_MOST];
    CHECK(um_polygon_row(x, triangle, 3, 3) == 2);
    CHECK_NEAR(x[0], 2, 1e-6);
    CHECK_NEAR(x[1], 6, 1e-6);
    CHECK(um_polygon_row(x, triangle, 3, .9f) == 0 && um_polygon_row(x, triangle, 3, 5.1f) == 0);
    /* a W: four crossings in ascending order, whatever the order of the sides */
    const um_point w[5] = {{0, 0}, {2, 4}, {4, 1}, {7, 4}, {9, 0}};
    CHECK(um_polygon_row(x, w, 5, 2) == 4);
    CHECK_NEAR(x[0], 1, 1e-6);
    CHECK_NEAR(x[1], 2 + 4 / 3., 1e-6);
    CHECK_NEAR(x[2], 5, 1e-6);
    CHECK_NEAR(x[3], 8, 1e-6);
    const um_point bad[3] = {{2, 1}, {NAN, 1}, {2, 5}}, far[3] = {{2, 1}, {INFINITY, 1}, {2, 5}};
    CHECK(um_polygon_row(x, bad, 3, 3) == 0 && um_polygon_row(x, far, 3, 3) == 0);
    static um_point many[UM_POLYGON_MOST + 1];
    for (int i = 0; i <= UM_POLYGON_MOST; i++)
        many[i] = (um_point){(float)(i % 2), (float)i};
    CHECK(um_polygon_row(x, many, UM_POLYGON_MOST, 3) > 0 &&
          um_polygon_row(x, many, UM_POLYGON_MOST + 1, 3) == 0);
}

static void places(void)
{
    um_point c[UM_REGION_CORNERS];
    const um_face face = mean_face(100, 50, 2);
    CHECK(um_face_region_of(c, &face, UM_CHEEK_LEFT) == 5);
    /* point 1 (-72.7, 19.8) a quarter of the way to 31 (-15.2, 43.8), in pixels 2 per mm from (100, 50) */
    CHECK_NEAR(c[0].x, 100 + 2 * (-72.7 + .25 * 57.5), 1e-3);
    CHECK_NEAR(c[0].y, 50 + 2 * (19.8 + .25 * 24), 1e-3);
    /* 31 (-15.2, 43.8), .15 towards 2 (-70.5, 38.6) */
    CHECK_NEAR(c[2].x, 100 + 2 * (-15.2 - .15 * 55.3), 1e-3);
    CHECK_NEAR(c[2].y, 50 + 2 * (43.8 - .15 * 5.2), 1e-3);
    /* 48 (-28.5, 65.8), a quarter towards 3 (-66.4, 56.9) */
    CHECK_NEAR(c[3].x, 100 + 2 * (-28.5 - .25 * 37.9), 1e-3);
    um_point r[UM_REGION_CORNERS];
    CHECK(um_face_region_of(r, &face, UM_CHEEK_RIGHT) == 5);
    for (int i = 0; i < 5; i++) { /* the mean face is symmetric to 0.2 mm */
        CHECK_NEAR(r[i].x - 100, 100 - c[i].x, .4);
        CHECK_NEAR(r[i].y, c[i].y, .4);
    }
    /* brows (-38.1, -23.4); from chin (0, 113.7) to bridge (0, -1.8): 115.5 up */
    CHECK(um_face_region_of(c, &face, UM_FOREHEAD) == 4);
    CHECK_NEAR(c[0].x, 100 - 2 * 38.1, 1e-3);
    CHECK_NEAR(c[0].y, 50 + 2 * (-23.4 - .08 * 115.5), 1e-3);
    CHECK_NEAR(c[2].x, 100 + 2 * 38.1, 1e-3);
    CHECK_NEAR(c[2].y, 50 + 2 * (-23.4 - .28 * 115.5), 1e-3);

    um_point line[UM_CONTOUR_CORNERS];
    um_face_contour(line, &face);
    CHECK(!memcmp(line, face.points, UM_CONTOUR_JAW * sizeof *line));
    /* 15 steps of a half ellipse: of the middle one cos = 0, its height that of the top: a third of the 137.1
     * mm from chin to brows above them */
    const um_point top = line[UM_CONTOUR_JAW + 7];
    CHECK_NEAR(top.x, 100, 1e-3);
    CHECK_NEAR(top.y, 50 + 2 * (-23.4 - 137.1 / 3), 1e-3);
    CHECK(line[UM_CONTOUR_JAW].x > line[UM_CONTOUR_JAW + 1].x && line[UM_CONTOUR_JAW].y < face.points[16].y);
}

static void colours(void)
{
    um_image *image = NULL;
    CHECK(um_image_new(&image, 40, 30, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < 30; y++)
        for (int x = 0; x < 40; x++) {
            uint8_t *v = image->data + y * image->stride + 3 * x;
            v[0] = (uint8_t)(x + 10), v[1] = (uint8_t)(2 * y + 10), v[2] = 100;
        }
    const um_point square[4] = {{10, 5}, {19.5f, 5}, {19.5f, 14.5f}, {10, 14.5f}};
    um_region_mean m = um_region_colour(image, square, 4, 10000);
    CHECK(m.n == 100); /* columns 10 to 19, rows 5 to 14 */
    CHECK_NEAR(m.rgb[0], 24.5, 1e-9);
    CHECK_NEAR(m.rgb[1], 29, 1e-9);
    CHECK_NEAR(m.rgb[2], 100, 1e-9);
    m = um_region_colour(image, square, 4, 22); /* 9.5 x 9.5 / 22: every second pixel and row */
    CHECK(m.n == 25);
    CHECK_NEAR(m.rgb[0], 24, 1e-9);
    uint8_t *one = image->data + 5 * image->stride + 3 * 10;
    static const struct {
        int value, n;
    } clipped[] = {{4, 99}, {5, 100}, {250, 100}, {251, 99}};
    for (int i = 0; i < 4; i++) {
        one[2] = (uint8_t)clipped[i].value;
        CHECK(um_region_colour(image, square, 4, 10000).n == clipped[i].n);
    }
    const um_point outside[4] = {{35, -5}, {60, -5}, {60, 3.5f}, {35, 3.5f}};
    CHECK(um_region_colour(image, outside, 4, 10000).n == 5 * 4);
    const um_point bad[3] = {{1, 1}, {NAN, 2}, {5, 9}};
    CHECK(um_region_colour(image, bad, 3, 100).n == 0);
    um_image_free(&image);
}

int main(void)
{
    rows();
    places();
    colours();
    return check_done();
}
