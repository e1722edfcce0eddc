/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Textures that move by known shares of a head's motion. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

enum { W = 320, H = 240, FACE_W = 60, FACE_H = 80, CX = 160, CY = 120 };

typedef struct scene {
    double fps;
    int n;
    double swing_px, run_px_s; /* of the head: once a second; steadily */
    double left, right, far;   /* share of it that lies left and right of the head, and far away */
    bool upright;              /* up and down instead of sideways */
    double face_w;             /* 0: FACE_W */
    int persons;               /* a second one stands right of the head */
} scene;

static double texture(double x, double y)
{
    return 128 + 25 * sin(.23 * x + .1 * y) + 25 * sin(.19 * y - .06 * x) + 20 * sin(.34 * x - .29 * y) +
           15 * sin(.41 * y + .13 * x + 1);
}

static double share(const scene *s, double x, double y)
{
    const double u = (x - CX) / FACE_W, v = (y - CY) / FACE_H;
    if (fabs(u) < .78 && v > -.78)
        return 1;
    if (fabs(u) < 1.66 && v > -1.2)
        return u < 0 ? s->left : s->right;
    return s->far;
}

static um_findings *play(const scene *s)
{
    runner r;
    um_image *rgb = NULL;
    CHECK(um_image_new(&rgb, W, H, UM_RGB24, NULL) == UM_OK);
    CHECK(runner_begin(&r, um_signal_find("background_motion")) == UM_OK);
    for (int k = 0; k < s->n; k++) {
        const double t_s = k / s->fps, at = s->swing_px * sin(2 * acos(-1) * t_s) + s->run_px_s * t_s;
        um_image *picture = NULL;
        CHECK(um_image_new(&picture, W, H, UM_RGB24, NULL) == UM_OK);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const double d = share(s, x, y) * at;
                const double v = s->upright ? texture(x, y - d) : texture(x - d, y);
                memset(picture->data + (ptrdiff_t)y * picture->stride + (ptrdiff_t)3 * x, (int)v, 3);
            }
        const float w = s->face_w > 0 ? (float)s->face_w : FACE_W;
        um_face face[2] = {{.score = 1, .box = {CX - w / 2, CY - FACE_H / 2.f, w, FACE_H}},
                           {.score = 1, .person = 1, .box = {CX + 56, CY - 70, 40, 90}}};
        um_frame frame = {.index = k, .t_s = t_s, .rgb = picture};
        CHECK(runner_picture(&r, &frame, face, s->persons ? s->persons : 1) == UM_OK);
        um_image_free(&picture);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    um_image_free(&rgb);
    return f;
}

static void known_shares(void)
{
    const struct {
        double left, right, far;
        bool upright;
    } cases[] = {
        {0, 0, 0, false}, {.6, .6, 0, false}, {.6, .6, 0, true}, {.5, .5, .9, false}, {.2, .6, 0, true}};
    for (int c = 0; c < 5; c++) {
        const scene s = {10, 31, 5, 0, cases[c].left, cases[c].right, cases[c].far, cases[c].upright};
        um_findings *f = play(&s);
        double beside, far;
        CHECK(f->outcome == UM_SCORED);
        CHECK_NEAR(result_of(f, 0)->score, (s.left + s.right) / 2 - s.far, .08);
        const char *at = strstr(result_of(f, 0)->text, "follows");
        CHECK(at && sscanf(at, "follows %lf %% of its motion, what lies far away %lf", &beside, &far) == 2);
        CHECK_NEAR(beside, 50 * (s.left + s.right), 8);
        CHECK_NEAR(far, 100 * s.far, 8);
        CHECK(f->n_evidence == (result_of(f, 0)->score >= .1));
        if (f->n_evidence) {
            const um_image *p = f->evidence[0].image;
            int arrows = 0;
            for (int i = 0; p && i < p->width * p->height; i++)
                arrows += !memcmp(p->data + (i / p->width) * p->stride + (ptrdiff_t)3 * (i % p->width),
                                  "\xFF\xEB\x3B", 3);
            CHECK(arrows > 300);
        }
        CHECK(f->n_series == 2 && f->series[0].n == 15);
        /* a look at 0.5 s: the head comes back at 5 * 2 pi pixels a second, over the tenth before by 98 % */
        CHECK_NEAR(f->series[0].sample[2].value, 5 * 2 * acos(-1) * .984 / FACE_W, .04);
        CHECK_NEAR(f->series[1].sample[2].value, f->series[0].sample[2].value * result_of(f, 0)->score, .05);
        um_findings_free(&f);
    }
}

static void gates(void)
{
    scene s = {10, 24, 5, 0, .5, .5, 0};
    um_findings *f = play(&s);
    CHECK(f->outcome == UM_SCORED && strstr(result_of(f, 0)->text, "(12 looks"));
    um_findings_free(&f);
    s.n = 23;
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short: 11 looks at moving pictures, 12"));
    um_findings_free(&f);

    /* root mean square of A sin(2 pi t): 4.44 A pixels a second; 6 are a tenth of the width */
    s = (scene){10, 61, 1.55, 0, .5, .5, 0};
    f = play(&s);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    s.swing_px = 1.2;
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "hardly moves: 0.0"));
    um_findings_free(&f);

    s = (scene){60, 150, 0, 270, .5, .5, 0}; /* 4.5 widths a second; of 5.5 it is a cut */
    f = play(&s);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    s.run_px_s = 330;
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short: 0 looks"));
    um_findings_free(&f);

    s = (scene){10, 31, 5, 0, .5, .5, 0, .face_w = 101}; /* nothing is 1.6 widths away */
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too little background") &&
          strstr(f->reason, "0 of 15 looks"));
    um_findings_free(&f);
}

/* Another person right of the head is not its background. */
static void another(void)
{
    scene s = {10, 31, 5, 0, 0, 1, 0, .persons = 2};
    um_findings *f = play(&s);
    CHECK_NEAR(result_of(f, 0)->score, 0, .08);
    um_findings_free(&f);
    s.persons = 1;
    f = play(&s);
    CHECK_NEAR(result_of(f, 0)->score, .5, .08);
    um_findings_free(&f);
}

static void hostile(void)
{
    static const double times_s[] = {0, -1e300, 1e300, NAN, INFINITY, 5, 4, 4, 1e-300};
    runner r;
    um_image *rgb = NULL;
    CHECK(um_image_new(&rgb, 64, 48, UM_RGB24, NULL) == UM_OK);
    CHECK(runner_begin(&r, um_signal_find("background_motion")) == UM_OK);
    for (int i = 0; i < 600; i++) {
        um_face face = {.score = 1, .person = i % 300 - 1, .box = {20, 10, 10, 12}};
        if (i % 3 == 0)
            face.box = (um_rect){i % 2 ? NAN : 1e30f, -1e30f, i % 5 ? 1e-30f : 1e30f, 0};
        memset(rgb->data, i * 7, (size_t)(rgb->stride * rgb->height));
        um_frame frame = {.index = i, .t_s = times_s[i % 9] + (i > 300 ? i * .1 : 0), .rgb = rgb};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);
    um_image_free(&rgb);
}

int main(void)
{
    known_shares();
    gates();
    another();
    hostile();
    return check_done();
}
