/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patches of pictures that are functions of the place, and changes that are known. */
#include "../check.h"
#include "base/random.h"
#include "faces/patch.h"
#include "made_skin.h"
#include <math.h>
#include <string.h>

enum { SIDE = 420 };

/* 40 + .3 x + .2 y, up to 250. */
static um_image *ramp(void)
{
    um_image *image = NULL;
    if (um_image_new(&image, SIDE, SIDE, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            image->data[y * image->stride + x] = (uint8_t)lround(40 + .3 * x + .2 * y);
    return image;
}

/* Turned about (210, 200) by `deg`, so that the corners of the eyes are not level. */
static um_face turned(float scale, double deg)
{
    um_face face = mean_face(210, 200, scale);
    const double c = cos(deg * M_PI / 180), s = sin(deg * M_PI / 180);
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        const double x = (double)face.points[i].x - 210, y = (double)face.points[i].y - 200;
        face.points[i] = (um_point){(float)(210 + c * x - s * y), (float)(200 + s * x + c * y)};
    }
    return face;
}

/* Each landmark of the patch shows what the picture has there. */
static void places(void)
{
    static float patch[UM_PATCH_N];
    um_image *image = ramp();
    for (int i = 0; i < 4; i++) {
        um_face placed;
        const um_face face = turned(i == 3 ? .35f : .9f, i * 17 - 20);
        CHECK(um_face_patch(patch, &placed, image, &face));
        CHECK_NEAR(
            hypotf(placed.points[45].x - placed.points[36].x, placed.points[45].y - placed.points[36].y),
            96 / 3.6, .01);
        for (int k = 0; k < UM_N_LANDMARKS; k++) {
            const um_point p = placed.points[k], q = face.points[k];
            const int x = (int)lroundf(p.x), y = (int)lroundf(p.y);
            if (x < 1 || y < 1 || x > UM_PATCH_SIDE - 2 || y > UM_PATCH_SIDE - 2)
                continue;
            const float *at = patch + y * UM_PATCH_SIDE + x;
            const double sx = ((double)at[1] - (double)at[-1]) / 2,
                         sy = ((double)at[UM_PATCH_SIDE] - (double)at[-UM_PATCH_SIDE]) / 2;
            const double v = (double)*at + sx * ((double)p.x - x) + sy * ((double)p.y - y);
            CHECK_NEAR(v, 40 + .3 * (double)q.x + .2 * (double)q.y, .8);
        }
    }
    um_face placed, face = turned(1, 0), far = mean_face(-150, 200, 1);
    CHECK(!um_face_patch(patch, &placed, image, &far)); /* more than half of it is outside */
    far = mean_face(60, 200, 1);
    CHECK(um_face_patch(patch, &placed, image, &far) && isnan(patch[48 * UM_PATCH_SIDE]));
    face.points[39].x = NAN;
    CHECK(!um_face_patch(patch, &placed, image, &face));
    um_image_free(&image);
}

/* A texture with slopes 3 sin(x / 4) + .5 and 1.2 along x and y, moved by `shift` along x. */
static void texture(float *out, double shift, double brighter, double noise, uint64_t *seed)
{
    for (int i = 0; i < UM_PATCH_N; i++) {
        const double x = i % UM_PATCH_SIDE - shift, y = i / UM_PATCH_SIDE;
        out[i] =
            (float)(100 - 12 * cos(x / 4) + .5 * x + 1.2 * y + brighter + noise * um_random_normal(seed));
    }
}

static void changes(void)
{
    static float a[UM_PATCH_N], b[UM_PATCH_N], c[UM_PATCH_N];
    um_patch_change k[UM_PATCH_BLOCKS];
    uint64_t seed = 4;
    double mean = 0, slope = 0;
    texture(b, 0, 0, 0, &seed);
    texture(a, .1, 3, 0, &seed); /* both neighbours to the right, and brighter: a jolt */
    texture(c, .1, 3, 0, &seed);
    um_patch_changes(k, a, b, c);
    for (int i = 0; i < UM_PATCH_BLOCKS; i++) {
        CHECK(k[i].known && k[i].power < .01f);
        /* of a - b and c - b together: .2, less what holds it at 0 where slopes hardly differ within a block
         */
        CHECK(k[i].shift > .13f && k[i].shift < .2f);
        mean += (double)k[i].moved / UM_PATCH_BLOCKS;
        slope += (double)k[i].texture / UM_PATCH_BLOCKS;
    }
    CHECK_NEAR(slope, 9 / 2. + .25 + 1.44,
               .35);               /* mean square of the slopes; differences of two places smooth it */
    CHECK(mean > 8 && mean < 9.3); /* (3 - .1 slope)^2 */
    texture(a, 0, 0, 2, &seed);
    texture(b, 0, 0, 2, &seed);
    texture(c, 0, 0, 2, &seed);
    um_patch_changes(k, a, b, c);
    mean = 0;
    for (int i = 0; i < UM_PATCH_BLOCKS; i++)
        mean += (double)k[i].power / UM_PATCH_BLOCKS;
    /* noise of b is in its own gradient, which takes some of it along */
    CHECK_NEAR(mean, 4, .3);
    /* the middle picture alone is different: four of six shares */
    texture(a, 0, 0, 0, &seed);
    texture(b, 0, 0, 2, &seed);
    texture(c, 0, 0, 0, &seed);
    um_patch_changes(k, a, b, c);
    mean = 0;
    for (int i = 0; i < UM_PATCH_BLOCKS; i++)
        mean += (double)k[i].power / UM_PATCH_BLOCKS;
    CHECK_NEAR(mean, 4 * 4 / 6., .3);
    /* 40 of 64 places must be there; of a block at the border of the patch one row and one column are not */
    texture(b, 0, 0, 0, &seed);
    for (int missing = 24; missing <= 25; missing++) {
        const int block = 5 * UM_PATCH_ROW + 5;
        texture(a, 0, 0, 0, &seed);
        texture(c, 0, 0, 0, &seed);
        for (int i = 0; i < missing; i++)
            a[(40 + i / 8) * UM_PATCH_SIDE + 40 + i % 8] = NAN;
        um_patch_changes(k, a, b, c);
        CHECK(k[block].known == (missing == 24) && k[block + 1].known);
    }
    for (int i = 0; i < UM_PATCH_N; i++) /* even: no shift, no division */
        a[i] = b[i] = c[i] = 90;
    um_patch_changes(k, a, b, c);
    CHECK(k[30].known && k[30].power == 0 && k[30].shift == 0 && k[30].texture == 0);
}

static void pictures(void)
{
    bool part[UM_PATCH_BLOCKS] = {false};
    um_image *rgb = NULL, *out = NULL;
    if (um_image_new(&rgb, SIDE, SIDE, UM_RGB24, NULL) < 0)
        abort();
    memset(rgb->data, 90, (size_t)rgb->stride * SIDE);
    const um_face face = turned(.7f, 0);
    part[3 * UM_PATCH_ROW + 4] = part[3 * UM_PATCH_ROW + 5] = true;
    CHECK(um_patch_picture(&out, rgb, &face, part, 240, NULL) == UM_OK && out->width == 240);
    /* blocks of 20 pixels: a frame around (80..120, 60..80), none between the two */
    const struct {
        int x, y;
        bool marked;
    } at[] = {{90, 60, true},   {110, 80, true}, {80, 70, true}, {120, 70, true},
              {100, 70, false}, {90, 70, false}, {70, 70, false}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        const uint8_t *v = out->data + at[i].y * out->stride + (ptrdiff_t)3 * at[i].x;
        CHECK((v[0] > 170 && v[2] < 60) == at[i].marked);
    }
    um_image_free(&out);
    um_image_free(&rgb);
}

int main(void)
{
    places();
    changes();
    pictures();
    return check_done();
}
