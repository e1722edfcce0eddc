/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lips and what is between them, each of known noise. */
#include "../check.h"
#include "made_rings.h"
#include "media/polygon.h"
#include <string.h>

enum { SIDE = 400, LOOKS = 4 };
static const double STEP_S = .25;

static um_face open_face(float scale, double open)
{
    um_face face = mean_face(200, 140, scale);
    const float middle = (face.points[62].y + face.points[66].y) / 2;
    const float half = (float)(open / 2) * face.quality.eye_distance_px;
    for (int i = 61; i < 64; i++) {
        face.points[i].y = middle - half;
        face.points[i + 4].y = middle + half;
        face.points[i - 11].y = middle - half - 9 * scale; /* 50..52 */
        face.points[i - 5].y = middle + half + 9 * scale;  /* 56..58 */
    }
    static const int beside[4] = {49, 53, 55, 59};
    for (int i = 0; i < 4; i++)
        face.points[beside[i]].y = middle + (i < 2 ? -1 : 1) * (half + 5 * scale);
    return face;
}

static bool is_inside(const um_point *corner, int n, int px, int py)
{
    float x[UM_POLYGON_MOST];
    const int crossings = um_polygon_row(x, corner, n, (float)py);
    for (int k = 0; k + 1 < crossings; k += 2)
        if ((float)px >= x[k] && (float)px <= x[k + 1])
            return true;
    return false;
}

/* Noise of `lips` gray levels all over, `inside` between the lips. */
static um_image *mouth(const um_face *face, double lips, double inside)
{
    um_image *image = NULL;
    if (um_image_new(&image, SIDE, SIDE, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const bool within = is_inside(face->points + 60, 8, x, y);
            const double v = 120 + (within ? inside : lips) * rings_normal();
            memset(image->data + y * image->stride + 3 * x, (uint8_t)lround(v), 3);
        }
    return image;
}

static um_findings *play(const um_face *face, um_image *image, int n, double step_s)
{
    runner r;
    um_face one = *face;
    CHECK(runner_begin(&r, um_signal_find("mouth_interior")) == UM_OK);
    for (int i = 0; i < n; i++)
        CHECK(rings_show(&r, image, &one, i * step_s) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

/* White noise less its mean under 1 2 1 by 1 2 1 keeps 1 - 2 / 4 + (6 / 16)^2 of its variance; rounding adds
 * 1/12 to that, and the signal as much to both. */
static double left(double sigma)
{
    return .640625 * (sigma * sigma + 1 / 12.);
}

static void known(void)
{
    static const double cases[][2] = {{4, 1}, {1, 4}, {3, 3}, {2, 0}};
    const um_face face = open_face(1.6f, .25);
    for (int c = 0; c < 4; c++) {
        const double lips = cases[c][0], inside = cases[c][1];
        um_image *image = mouth(&face, lips, inside);
        um_findings *f = play(&face, image, LOOKS, STEP_S);
        const um_result *r = result_of(f, 0);
        double db = 0, of_lips = 0, of_inside = 0;
        CHECK(r && r->outcome == UM_SCORED && f->series[0].n == LOOKS);
        if (inside > 0) { /* an even place is not white noise when rounded */
            CHECK_NEAR(r->score, 10 * log10((left(lips) + 1 / 12.) / (left(inside) + 1 / 12.)), .9);
            char more[8] = "";
            CHECK(
                sscanf(
                    r->text,
                    "There is %lf dB %4s fine detail inside of the open mouth than on the lips (%lf and %lf",
                    &db, more, &of_inside, &of_lips) == 4);
            CHECK_NEAR(db, fabs(r->score), .06);
            CHECK(!strcmp(more, r->score > 0 ? "less" : "more"));
            CHECK_NEAR(of_lips, sqrt(left(lips)), .1 * lips);
            CHECK_NEAR(of_inside, sqrt(left(inside)), .1 * inside);
        } else
            CHECK(r->score > 9 && r->score < 16); /* at most (left(2) + 1/12) / (1/12): 15.4 dB */
        CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 200);
        um_findings_free(&f);
        um_image_free(&image);
    }
}

/* Corners of lips that are told apart: noise outside of the mouth does not count. */
static void elsewhere(void)
{
    const um_face face = open_face(1.6f, .25);
    um_image *image = mouth(&face, 2, 2);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (y < face.points[51].y - 3 || y > face.points[57].y + 3)
                memset(image->data + y * image->stride + 3 * x, (x ^ y) & 1 ? 20 : 230, 3);
    um_findings *f = play(&face, image, LOOKS, STEP_S);
    CHECK_NEAR(result_of(f, 0)->score, 0, .9);
    um_findings_free(&f);
    um_image_free(&image);
}

static int looks(float scale, double open, int n, double step_s, bool *said)
{
    const um_face face = open_face(scale, open);
    um_image *image = mouth(&face, 2, 2);
    um_findings *f = play(&face, image, n, step_s);
    const int seen = f->n_series ? (int)f->series[0].n : 0;
    const um_result *r = result_of(f, 0);
    *said = r && r->outcome == UM_SCORED;
    if (r && !*said)
        CHECK(strstr(r->text, "3 needed"));
    um_findings_free(&f);
    um_image_free(&image);
    return seen;
}

static void limits(void)
{
    bool said;
    CHECK(looks(1.6f, .081, 4, STEP_S, &said) == 4 && said);
    CHECK(looks(1.6f, .079, 4, STEP_S, &said) == 0 && !said);
    CHECK(looks(1.6f, .2, 2, STEP_S, &said) == 2 && !said);
    CHECK(looks(1.6f, .2, 3, STEP_S, &said) == 3 && said);
    CHECK(looks(1.6f, .2, 6, .126, &said) == 3);
    CHECK(looks(1.6f, .2, 6, .24, &said) == 3);
    CHECK(looks(.45f, .2, 4, STEP_S, &said) == 4);
    CHECK(looks(.44f, .2, 4, STEP_S, &said) == 0); /* eyes 39.6 pixels apart */
    CHECK(looks(.45f, .081, 4, STEP_S, &said) == 4);
    um_face face = open_face(.45f, .2);
    face.points[64].x = face.points[60].x + 1; /* less than 20 pixels between the lips */
    for (int i = 61; i < 64; i++)
        face.points[i].x = face.points[i + 4].x = face.points[60].x + .5f;
    um_image *image = mouth(&face, 2, 2);
    um_findings *f = play(&face, image, 4, STEP_S);
    CHECK(!f->n_series || !f->series[0].n);
    um_findings_free(&f);
    um_image_free(&image);
}

/* At the border of the picture, and beyond it. */
static void border(void)
{
    const um_face usual = open_face(1.6f, .25);
    um_image *image = mouth(&usual, 2, 2);
    for (float x = -400; x <= 400; x += 50) {
        um_face face = usual;
        for (int i = 0; i < UM_N_LANDMARKS; i++)
            face.points[i] = (um_point){face.points[i].x + x, face.points[i].y + x};
        um_findings *f = play(&face, image, LOOKS, STEP_S);
        um_findings_free(&f);
    }
    um_face face = usual;
    face.points[62].y = NAN;
    um_findings *f = play(&face, image, LOOKS, STEP_S);
    CHECK(f->outcome != UM_SCORED);
    um_findings_free(&f);
    um_image_free(&image);
}

int main(void)
{
    known();
    elsewhere();
    limits();
    border();
    return check_done();
}
