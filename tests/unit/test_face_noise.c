/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faces and surroundings of known noise. */
#include "../check.h"
#include "made_rings.h"
#include <string.h>

enum { SIDE = 300 };

static double score_of(double inside, double outside, double from)
{
    um_face face = mean_face(150, 127, 1);
    const made_ring ring[] = {
        {0, inside, {150, 110, 100}}, {from, outside, {150, 110, 100}}, {UM_RINGS, 0, {0}}};
    um_findings *f = rings_look("face_noise", SIDE, &face, ring);
    const um_result *r = result_of(f, 0);
    const double score = r && r->outcome == UM_SCORED ? r->score : NAN;
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 200);
    um_findings_free(&f);
    return score;
}

/* Rounding adds 1/12 to the variance. */
static double expected(double inside, double outside)
{
    return 20 * log10((sqrt(outside * outside + 1 / 12.) + .25) / (sqrt(inside * inside + 1 / 12.) + .25));
}

static void known(void)
{
    CHECK_NEAR(score_of(1, 3, 20), expected(1, 3), .4);
    CHECK_NEAR(score_of(3, 1, 20), expected(3, 1), .4);
    CHECK_NEAR(score_of(2, 2, 20), 0, .4);
    /* 30 to 80 %, and 5 to 25 % beyond: what changes between does not count */
    CHECK_NEAR(score_of(1, 3, 16.5), expected(1, 3), .4);
    CHECK(score_of(1, 3, 10) < 4);
    CHECK(score_of(1, 3, 12.5) > 4); /* six of ten rings are even */
    CHECK_NEAR(score_of(1, 3, 25), 0, .4);
    CHECK(score_of(1, 3, 23) > 3 && score_of(1, 3, 23) < 6);
    CHECK_NEAR(score_of(1, 3, 5.5), 0, .4);
}

static void words(void)
{
    um_face face = mean_face(150, 127, 1);
    const made_ring ring[] = {{0, 1, {150, 110, 100}}, {20, 3, {150, 110, 100}}, {UM_RINGS, 0, {0}}};
    um_findings *f = rings_look("face_noise", SIDE, &face, ring);
    const um_result *r = result_of(f, 0);
    double db = 0, out = 0, in = 0;
    CHECK(r &&
          sscanf(r->text, "The noise just outside the face is %lf dB from that of the face (%lf and %lf gray",
                 &db, &out, &in) == 3);
    CHECK_NEAR(db, r->score, .06);
    CHECK_NEAR(out, 3, .15);
    CHECK_NEAR(in, 1.04, .08);
    um_findings_free(&f);
}

static void limits(void)
{
    static const made_ring ring[] = {{0, 2, {150, 110, 100}}, {UM_RINGS, 0, {0}}};
    um_face face = mean_face(150, 127, 1);
    um_image *image = rings_picture(SIDE, &face, ring);
    const double soon[] = {0, .98, 1.96}, late[] = {0, 1, 2}, back[] = {5, 2.9, 3.9};
    CHECK(rings_looks("face_noise", &face, 3, soon, image) == 2);
    CHECK(rings_looks("face_noise", &face, 3, late, image) == 3);
    CHECK(rings_looks("face_noise", &face, 3, back, image) == 3); /* time ran back by more than two looks */
    um_face one = face;
    one.quality.eye_distance_px = 39.9f;
    CHECK(rings_looks("face_noise", &one, 1, late, image) == 0);
    one.quality.eye_distance_px = 40;
    CHECK(rings_looks("face_noise", &one, 1, late, image) == 1);
    one.pose.yaw_deg = -30.1f;
    CHECK(rings_looks("face_noise", &one, 1, late, image) == 0);
    one.pose.yaw_deg = -29.9f;
    CHECK(rings_looks("face_noise", &one, 1, late, image) == 1);
    /* half of the surroundings outside the picture */
    for (int beyond = 0; beyond < 2; beyond++) {
        one = mean_face(beyond ? -40 : 20, 127, 1);
        CHECK(rings_looks("face_noise", &one, 1, late, image) == !beyond);
    }
    um_image_free(&image);

    um_findings *f = rings_look("face_noise", 40, &face, ring);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no usable face"));
    um_findings_free(&f);
}

int main(void)
{
    known();
    words();
    limits();
    return check_done();
}
