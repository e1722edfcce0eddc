/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masks and glasses that the trainer draws over faces: what they hide and what they leave. */
#include "../check.h"
#include "base/base.h"
#include "faces/pose.h"
#include "media/geometry.h"
#include "wear.h"
#include <string.h>

enum { SIDE = 112, GRAY = 120, DRAWS = 60 };

static um_point face[UM_N_LANDMARKS];

/* The mean face, upright, 80 pixels wide. */
static void place_face(void)
{
    um_point p[UM_N_LANDMARKS];
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        p[i] = (um_point){um_face_shape[i][0], um_face_shape[i][1]};
    um_rect b = um_points_box(p, UM_N_LANDMARKS);
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        face[i] = (um_point){16 + 80 * (p[i].x - b.x) / b.w, 20 + 80 * (p[i].y - b.y) / b.w};
}

static um_image *picture(void)
{
    um_image *m;
    if (um_image_new(&m, SIDE, SIDE, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < SIDE; y++)
        memset(m->data + y * m->stride, GRAY, 3 * SIDE);
    return m;
}

static uint8_t *at(um_image *m, um_point p)
{
    return m->data + lrintf(p.y) * m->stride + 3 * lrintf(p.x);
}

static bool is_touched(um_image *m, um_point p)
{
    const uint8_t *q = at(m, p);
    return q[0] != GRAY || q[1] != GRAY || q[2] != GRAY;
}

static void masks(void)
{
    int mouths = 0;
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        um_image *m = picture();
        rng r = {seed};
        wear_mask(m, face, &r);
        mouths += is_touched(m, um_points_mean(face + 48, 20)) && is_touched(m, face[57]);
        CHECK(!is_touched(m, um_points_mean(face + 36, 6)) && !is_touched(m, um_points_mean(face + 42, 6)));
        CHECK(!is_touched(m, face[19]) && !is_touched(m, face[24]));
        CHECK(!is_touched(m, (um_point){2, 2}) && !is_touched(m, (um_point){SIDE - 2, SIDE - 2}));
        um_image_free(&m);
    }
    CHECK(mouths >= DRAWS - 2); /* a mask may have the very gray of the picture */
}

/* How much of a pupil's contrast is left behind the lenses: 1 all. */
static double contrast(uint64_t seed, bool *hidden)
{
    double value[2];
    um_point pupil = um_points_mean(face + 36, 6);
    for (int i = 0; i < 2; i++) {
        um_image *m = picture();
        rng r = {seed};
        memset(at(m, pupil), i ? 255 : 0, 3);
        *hidden = wear_glasses(m, face, &r);
        CHECK(!is_touched(m, face[57]) && !is_touched(m, face[8]) && !is_touched(m, (um_point){2, 2}));
        value[i] = at(m, pupil)[1];
        um_image_free(&m);
    }
    return (value[1] - value[0]) / 255;
}

static void glasses(void)
{
    int hiding = 0, clear = 0;
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        bool hidden;
        double left = contrast(seed, &hidden);
        if (hidden)
            CHECK(left < .16);
        hiding += hidden;
        clear += !hidden && left > .75;
    }
    CHECK(hiding > 0 && hiding < DRAWS / 3);
    CHECK(clear > DRAWS / 3);
}

int main(void)
{
    place_face();
    masks();
    glasses();
    return check_done();
}
