/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Self-blends: what is not pasted is equal to the pixel, the border lies where the mask is between, the same
 * seed gives the same pair; masks and fields by their definitions. */
#include "../check.h"
#include "blend/mask.h"
#include "blend/selfblend.h"
#include <stdlib.h>
#include <string.h>

enum { SIDE = 160 };

/* An oval of jaw, brows above, the rest between: about where faces have them. */
static void face_points(um_point p[UM_N_LANDMARKS])
{
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        const float a = (float)i;
        p[i] = i < 17   ? (um_point){80 - 40 * cosf(.196f * a), 70 + 50 * sinf(.196f * a)}
               : i < 27 ? (um_point){48 + 7 * (a - 17), 58}
               : i < 31 ? (um_point){80, 66 + 8 * (a - 27)}
               : i < 36 ? (um_point){70 + 4 * (a - 31), 96}
               : i < 48 ? (um_point){56 + 4.3f * (a - 36), 68 + (i & 1)}
                        : (um_point){66 + 1.4f * (a - 48), 106 + 4 * (float)(i & 1)};
    }
}

static void pairs(void)
{
    um_point points[UM_N_LANDMARKS];
    um_image *face;
    int differ = 0;
    face_points(points);
    CHECK(um_image_new(&face, SIDE, SIDE, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < 3 * SIDE; x++)
            face->data[y * face->stride + x] = (uint8_t)(x * 7 + y * 5 + (x ^ y));
    for (uint64_t seed = 1; seed <= 40; seed++) {
        selfblend_pair a, b;
        rng r = {seed}, again = {seed}, mask_only;
        CHECK(selfblend(&a, face, points, .5f, &r, NULL) == UM_OK);
        CHECK(selfblend(&b, face, points, .5f, &again, NULL) == UM_OK);
        CHECK(r.state == again.state);
        mask_only.state = seed;
        float *mask = mask_draw(SIDE, SIDE, points, &mask_only);
        CHECK(mask != NULL);
        for (int y = 0; y < SIDE; y++) {
            CHECK(!memcmp(a.fake->data + y * a.fake->stride, b.fake->data + y * b.fake->stride, 3 * SIDE));
            for (int x = 0; x < SIDE; x++) {
                const uint8_t *f = a.fake->data + y * a.fake->stride + 3 * x,
                              *t = a.real->data + y * a.real->stride + 3 * x;
                const float m = mask[y * SIDE + x];
                CHECK(m >= 0 && m <= 1);
                CHECK(fabsf((float)a.border->data[y * a.border->stride + x] - 255 * 4 * m * (1 - m)) < 1);
                if (m == 0)
                    CHECK(!memcmp(f, t, 3));
                differ += memcmp(f, t, 3) != 0;
            }
        }
        free(mask);
        selfblend_free(&a);
        selfblend_free(&b);
    }
    CHECK(differ > 40 * SIDE); /* something is pasted */
    um_image_free(&face);
}

/* Between the corners of its grid a field is linear; at them it is what was drawn. */
static void fields(void)
{
    bend b;
    rng r = {5};
    bend_draw(&b, 4, 2, &r);
    for (int k = 0; k <= 4; k++)
        CHECK(fabsf(bend_at(&b, (float)k / 4, .5f).x - b.at[0][2][k]) < 1e-5f);
    CHECK(fabsf(bend_at(&b, .125f, 0).y - (b.at[1][0][0] + b.at[1][0][1]) / 2) < 1e-5f);
}

int main(void)
{
    fields();
    pairs();
    return check_done();
}
