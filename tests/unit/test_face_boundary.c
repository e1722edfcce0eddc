/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faces with seams of known strength. */
#include "../check.h"
#include "made_rings.h"
#include <string.h>

enum { SIDE = 300 };

typedef struct numbers {
    double score, noise_db, gradient_db, colour;
} numbers;

static numbers measure(double inside, double seam, double outside, double from, double to,
                       const double rgb[3])
{
    numbers n = {NAN, NAN, NAN, NAN};
    um_face face = mean_face(150, 127, 1);
    made_ring ring[] = {
        {0, inside, {150, 100, 100}}, {from, seam, {150, 100, 100}}, {to, outside, {0}}, {UM_RINGS, 0, {0}}};
    memcpy(ring[2].rgb, rgb, 3 * sizeof *rgb);
    um_findings *f = rings_look("face_boundary", SIDE, &face, ring);
    const um_result *r = result_of(f, 0);
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 200);
    if (r && r->outcome == UM_SCORED) {
        n.score = r->score;
        CHECK(sscanf(r->text,
                     "Along the contour of the face noise is %lf dB and sharpness %lf dB from what lies on "
                     "both sides, and "
                     "the colour changes by %lf %%",
                     &n.noise_db, &n.gradient_db, &n.colour) == 3);
    }
    um_findings_free(&f);
    return n;
}

/* Sigma with the variance of rounding. */
static double rounded(double sigma)
{
    return sqrt(sigma * sigma + 1 / 12.);
}

static void known(void)
{
    static const double same[3] = {150, 100, 100}, gray[3] = {115, 115, 115};
    const double slope = 2 * sqrt(12) * sqrt(2 / M_PI); /* of the gradient against sigma */
    const double noise_db = 20 * log10((rounded(3) + .25) / (rounded(1) + .25));
    const double gradient_db = 20 * log10((slope * rounded(3) + 2) / (slope * rounded(1) + 2));
    numbers n = measure(1, 3, 1, 19, 22, same);
    CHECK_NEAR(n.noise_db, noise_db, .8);
    CHECK_NEAR(n.gradient_db, gradient_db, .8);
    CHECK_NEAR(n.score, (n.noise_db + n.gradient_db) / 2, .1);
    CHECK_NEAR(n.colour, 0, .3);
    n = measure(2, 2, 2, 19, 22, same);
    CHECK_NEAR(n.score, 0, .6);
    n = measure(1, 3, 3, 19, 22, same); /* a step is half a seam */
    CHECK_NEAR(n.noise_db, noise_db / 2, .8);
    n = measure(3, 1, 3, 19, 22, same);
    CHECK(n.score < -5);
    /* seams elsewhere: at 15 to 18 and 23 to 26 they count against */
    CHECK(measure(1, 3, 1, 15, 18, same).score < -2.5);
    CHECK(measure(1, 3, 1, 23, 26, same).score < -2.5);
    CHECK(fabs(measure(1, 3, 1, 11, 14, same).score) < .8 && fabs(measure(1, 3, 1, 27, 30, same).score) < .8);
    /* colour: shares (150, 100, 100) / 350 against thirds */
    n = measure(1, 1, 1, 19, 20, gray);
    CHECK_NEAR(n.colour, 100 * (150 / 350. - 1 / 3.), .4);
}

static void limits(void)
{
    static const made_ring ring[] = {{0, 2, {150, 110, 100}}, {UM_RINGS, 0, {0}}};
    um_face face = mean_face(150, 127, 1);
    um_image *image = rings_picture(SIDE, &face, ring);
    const double soon[] = {0, .98, 1.96}, late[] = {0, 1, 2};
    CHECK(rings_looks("face_boundary", &face, 3, soon, image) == 2);
    CHECK(rings_looks("face_boundary", &face, 3, late, image) == 3);
    um_face one = face;
    one.quality.eye_distance_px = 39.9f;
    CHECK(rings_looks("face_boundary", &one, 1, late, image) == 0);
    one.quality.eye_distance_px = 40;
    CHECK(rings_looks("face_boundary", &one, 1, late, image) == 1);
    one.pose.yaw_deg = 30.1f;
    CHECK(rings_looks("face_boundary", &one, 1, late, image) == 0);
    one.pose.yaw_deg = 29.9f;
    CHECK(rings_looks("face_boundary", &one, 1, late, image) == 1);
    for (int beyond = 0; beyond < 2; beyond++) {
        one = mean_face(beyond ? -20 : 20, 127, 1);
        CHECK(rings_looks("face_boundary", &one, 1, late, image) == !beyond);
    }
    um_image_free(&image);
    um_findings *f = rings_look("face_boundary", 40, &face, ring);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no usable face"));
    um_findings_free(&f);
}

int main(void)
{
    known();
    limits();
    return check_done();
}
