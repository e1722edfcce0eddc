/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faces drawn into a picture: each in its person's colour, nothing outside of its place. */
#include "../check.h"
#include "report/palette.h"
#include <string.h>
#include <unmask/annotate.h>

enum { W = 200, H = 160 };

static um_image *blank(um_pixel pixel)
{
    um_image *im = NULL;
    if (um_image_new(&im, W, H, pixel, NULL) < 0)
        exit(1);
    for (int y = 0; y < H; y++)
        memset(im->data + y * im->stride, 77, (size_t)(W * um_image_channels(pixel)));
    return im;
}

static uint32_t at(const um_image *im, int x, int y)
{
    const uint8_t *p = im->data + y * im->stride + 3 * (ptrdiff_t)x;
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

int main(void)
{
    enum { UNTOUCHED = 0x4D4D4D };
    um_face face[3] = {{.person = 0, .box = {20, 40, 50, 60}, .score = .9f},
                       {.person = 7, .box = {120, 40, 50, 60}, .score = .9f, .has_points = true},
                       {.person = -1, .box = {-20, 150, 300, 40}, .score = .5f}};
    um_faces faces = {3, face};
    um_error err = {0};
    um_image *im = blank(UM_RGB24), *gray = blank(UM_GRAY8);
    for (int k = 0; k < UM_N_LANDMARKS; k++)
        face[1].points[k] = (um_point){145, 70};
    CHECK(um_faces_draw(im, &faces, &err) == UM_OK);
    CHECK(at(im, 20, 80) == um_person_colour(0));   /* left border */
    CHECK(at(im, 120, 80) == um_person_colour(1));  /* the colours come round after six */
    CHECK(at(im, 145, 70) == um_person_colour(1));  /* a point */
    CHECK(at(im, 100, 150) == um_person_colour(2)); /* nobody's: by its place in the list; clipped */
    CHECK(at(im, 45, 70) == UNTOUCHED && at(im, 100, 80) == UNTOUCHED && at(im, 199, 0) == UNTOUCHED);
    int label = 0;
    for (int y = 28; y < 40; y++)
        for (int x = 20; x < 110; x++)
            label += at(im, x, y) == um_person_colour(0);
    CHECK(label > 50); /* "person 1  q 0.00" above the box, 5 x 7 dots each */
    CHECK(um_faces_draw(gray, &faces, &err) == UM_EINVAL && *err.text);
    um_image_free(&im);
    um_image_free(&gray);
    return check_done();
}
