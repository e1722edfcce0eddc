/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawn eyes: white, iris, pupil and highlights of known place, size and colour. */
#include "../check.h"
#include "faces/iris.h"
#include "media/draw.h"
#include "signal_run.h"
#include <string.h>

typedef struct drawn {
    float width;      /* of an eye, pixels */
    float turn;       /* of the face in the image, radians */
    float gaze;       /* pixels to the right, of both irises */
    float r;          /* of the iris, of the width */
    uint32_t iris[2]; /* colours */
    float shine[2];   /* of the iris: how far right of its middle the highlight is; beyond 1: none */
    float oval[2];    /* of the pupil: how far it is drawn out downwards */
    uint32_t white;
} drawn;

static const drawn usual = {96, 0, 0, .2f, {0x6f8060, 0x6f8060}, {.3f, .3f}, {0, 0}, 0xe0e0e0};
static um_image *picture;

static um_point turned(const drawn *d, float x, float y)
{
    const float c = cosf(d->turn), s = sinf(d->turn);
    return (um_point){320 + c * x - s * y, 240 + s * x + c * y};
}

/* Eyes at -w and w of the middle; lids are high enough for the whole iris. */
static um_face draw(const drawn *d)
{
    const float w = d->width;
    um_face face = face_at(100, 100, 400, .3);
    face.quality.eye_distance_px = 3 * w;
    um_draw_fill(picture, (um_rect){0, 0, 640, 480}, d->white, 1);
    for (int e = 0; e < 2; e++) {
        const float cx = e ? w : -w, r = d->r * w;
        static const float at[6][2] = {{-.5f, 0}, {-.2f, -.25f}, {.2f, -.25f},
                                       {.5f, 0},  {.2f, .25f},   {-.2f, .25f}};
        for (int i = 0; i < 6; i++)
            face.points[36 + 6 * e + i] = turned(d, cx + w * at[i][0], w * at[i][1]);
        um_draw_disc(picture, turned(d, cx + d->gaze, 0), r, d->iris[e]);
        for (float y = 0; y <= d->oval[e] * r; y += .5f)
            um_draw_disc(picture, turned(d, cx + d->gaze, y), .35f * r, 0x080808);
        um_draw_disc(picture, turned(d, cx + d->gaze, 0), .35f * r, 0x080808);
        if (d->shine[e] < 1)
            um_draw_disc(picture, turned(d, cx + d->gaze + d->shine[e] * r, -.4f * r), .18f * r, 0xffffff);
    }
    return face;
}

static um_eye seen[2];

static void look(const drawn *d)
{
    const um_face face = draw(d);
    CHECK(um_eyes_look(seen, picture, &face));
}

/* Place and radius of the iris, on the grid of 96 cells from corner to corner. */
static void circles(void)
{
    for (int i = 0; i < 6; i++) {
        drawn d = usual;
        d.turn = (i % 3) * .2f;
        d.width = i % 2 ? 60 : 96;
        d.gaze = (float)(i - 2) * .05f * d.width;
        d.r = .17f + .01f * (float)i;
        look(&d);
        for (int e = 0; e < 2; e++) {
            CHECK_NEAR(seen[e].x, 63.5 + 96 * d.gaze / d.width, 1.5);
            CHECK_NEAR(seen[e].y, 39.5, 1.5);
            CHECK_NEAR(seen[e].r, 96 * d.r, 1.5);
            CHECK_NEAR(seen[e].colour[0], 0x6f, 2);
            CHECK_NEAR(seen[e].colour[1], 0x80, 2);
            CHECK_NEAR(seen[e].colour[2], 0x60, 2);
            CHECK(seen[e].step > 60 && seen[e].shines);
        }
    }
}

/* By hand: ln(108/48) - ln(58/98) = 1.3355, ln(33/48) - ln(208/98) = -1.1272: 1.7476. */
static void tints(void)
{
    const float a[3] = {50, 90, 200}, b[3] = {100, 40, 25}, dim[3] = {21, 41, 96};
    CHECK_NEAR(um_iris_difference(a, b), 1.7476, 2e-4);
    CHECK_NEAR(um_iris_difference(b, a), 1.7476, 2e-4);
    CHECK_NEAR(um_iris_difference(a, dim), 0, 1e-6); /* half as bright, with the floor of 8 */
    drawn d = usual;
    look(&d);
    CHECK_NEAR(um_iris_difference(seen[0].colour, seen[1].colour), 0, .02);
    d.iris[1] = 0x4c6a9a;
    look(&d);
    const float drawn_a[3] = {0x6f, 0x80, 0x60}, drawn_b[3] = {0x4c, 0x6a, 0x9a};
    CHECK_NEAR(um_iris_difference(seen[0].colour, seen[1].colour), um_iris_difference(drawn_a, drawn_b), .05);
}

static void highlights(void)
{
    drawn d = usual;
    look(&d);
    CHECK(um_shine_agreement(seen) > .7);
    d.shine[1] = -.3f; /* mirrored */
    look(&d);
    CHECK(um_shine_agreement(seen) == 0);
    d.shine[1] = 2; /* one eye alone */
    look(&d);
    CHECK(seen[0].shines && !seen[1].shines && um_shine_agreement(seen) == 0);
    d.shine[0] = 2;
    look(&d);
    CHECK(isnan(um_shine_agreement(seen)));
    /* by hand, moved by up to two cells: 3 x 2 cells against 3 x 3 of them: 6 of 9; beside them 3 of 12 */
    memset(seen[0].shine, 0, sizeof seen[0].shine);
    memset(seen[1].shine, 0, sizeof seen[1].shine);
    seen[0].shines = seen[1].shines = true;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            seen[0].shine[10 + i][12 + j] = j < 2;
            seen[1].shine[12 + i][14 + j] = 1;
        }
    CHECK_NEAR(um_shine_agreement(seen), 6. / 9, 1e-9);
    memset(seen[1].shine, 0, sizeof seen[1].shine);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            seen[1].shine[10 + i][15 + j] = 1; /* three cells away: two are bridged */
    CHECK_NEAR(um_shine_agreement(seen), 3. / 12, 1e-9);
}

static void pupils(void)
{
    drawn d = usual;
    look(&d);
    CHECK(seen[0].pupil > .85f && seen[1].pupil > .85f);
    d.oval[1] = .35f; /* an ellipse in the end */
    d.r = .22f;
    look(&d);
    const float ellipse = seen[1].pupil;
    CHECK(ellipse > .8f);
    /* a second spot at its side: no ellipse */
    um_draw_disc(picture, (um_point){320 + 96 - .42f * 21, 240 + .3f * 21}, 5, 0x080808);
    um_face face = draw(&d);
    um_draw_disc(picture, (um_point){320 + 96 - .4f * 21, 240}, 3.5f, 0x080808);
    CHECK(um_eyes_look(seen, picture, &face));
    CHECK(seen[1].pupil < ellipse - .05f);
    d.iris[0] = d.iris[1] = 0x141414; /* as dark as the pupil */
    look(&d);
    CHECK(isnan(seen[0].pupil));
}

/* The signal on one photo; the caller frees. */
static um_findings *ask(const drawn *d, float yaw_deg, float open)
{
    runner r;
    um_face face = draw(d);
    face.pose.yaw_deg = yaw_deg;
    for (int i = 36; i < 48; i++)
        face.points[i].y = 240 + (face.points[i].y - 240) * open;
    CHECK(runner_begin(&r, um_signal_find("eyes")) == UM_OK);
    CHECK(runner_picture(&r, &(um_frame){.rgb = picture}, &face, 1) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    return f;
}

static double score_of(const drawn *d)
{
    um_findings *f = ask(d, 0, 1);
    CHECK(f->outcome == UM_SCORED && f->n_evidence == 1 && f->evidence[0].image);
    const double score = result_of(f, 0)->score;
    um_findings_free(&f);
    return score;
}

static void scores(void)
{
    drawn d = usual;
    const double pair = score_of(&d);
    CHECK(pair < -.5);
    d.shine[1] = -.3f; /* highlights from .9 or so to 0: (0 - .33) / -.33 = 1 there */
    const double other_light = score_of(&d);
    CHECK(other_light > pair + .7 && other_light < pair + 1.2);
    d.iris[1] = 0x4c6a9a;
    CHECK(score_of(&d) > other_light + 1);
}

static void refuses(const drawn *d, float yaw_deg, float open, const char *why)
{
    um_findings *f = ask(d, yaw_deg, open);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, why));
    um_findings_free(&f);
}

static void gates(void)
{
    drawn d = usual;
    d.width = 40.5f;
    CHECK(score_of(&d) < 0);
    d.width = 39.5f;
    refuses(&d, 0, 1, "the largest are 39 pixels from corner to corner, 40 needed");
    d.width = 71;
    um_findings *f = ask(&d, 19, 1);
    CHECK(f->outcome == UM_SCORED && strstr(result_of(f, 0)->text, "pupil"));
    um_findings_free(&f);
    d.width = 69; /* no pupil so small */
    f = ask(&d, -19, 1);
    CHECK(f->outcome == UM_SCORED && !strstr(result_of(f, 0)->text, "pupil"));
    um_findings_free(&f);
    d = usual;
    refuses(&d, 21, 1, "1 faces turned away");
    refuses(&d, -21, 1, "1 faces turned away");
    refuses(&d, NAN, 1, "1 faces turned away");
    refuses(&d, 0, .38f, "1 with closed eyes"); /* .5 of the width times .38: .19 */
    d.r = .01f;                                 /* all white */
    d.shine[0] = d.shine[1] = 2;
    refuses(&d, 0, 1, "1 without a clear iris");
}

/* Two looks a second, whatever the frame rate; times and points that are none. */
static void over_time(void)
{
    static const double odd_s[] = {1e300, -1e300, NAN, INFINITY};
    runner r;
    um_face face = draw(&usual);
    CHECK(runner_begin(&r, um_signal_find("eyes")) == UM_OK);
    for (int i = 0; i < 61; i++)
        CHECK(runner_picture(&r, &(um_frame){.t_s = i / 30., .rgb = picture}, &face, 1) == UM_OK);
    for (int i = 0; i < 40; i++) {
        um_face bad = face;
        bad.person = i % 3 - 1;
        bad.points[36 + i % 12].x = i % 2 ? NAN : 1e30f;
        CHECK(runner_picture(&r, &(um_frame){.t_s = odd_s[i % 4], .rgb = picture}, i < 20 ? &bad : &face,
                             1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f->outcome == UM_SCORED && f->series[0].n >= 5 && f->series[0].n <= 5 + 20);
    CHECK_NEAR(f->series[0].sample[1].t_s, .5, .04);
    um_findings_free(&f);
}

int main(void)
{
    CHECK(um_image_new(&picture, 640, 480, UM_RGB24, NULL) == UM_OK);
    circles();
    tints();
    highlights();
    pupils();
    scores();
    gates();
    over_time();
    um_image_free(&picture);
    return check_done();
}
