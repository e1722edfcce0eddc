/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One point of the mean face moves by known steps, in a head that moves, turns and comes nearer. */
#include "../check.h"
#include "faces/pose.h"
#include "signal_run.h"
#include <string.h>

typedef struct scene {
    double fps;
    int n, lost;                    /* pictures; the one that is missing, 0: none */
    int point;                      /* that moves, sideways; upright when it is 33, the tip of the nose */
    double to_and_fro, steady_step; /* outer eye distances, a picture */
    double left_cheek;              /* the left contour is so many times as wide as the right */
    float yaw_deg, eyes_px;
} scene;

static um_face face_of(const scene *s, int k)
{
    const double turn = .2 * sin(.11 * k), scale = (1 + .2 * sin(.07 * k)) * (double)s->eyes_px / 90;
    um_face face = {.score = 1, .has_points = true, .pose = {.yaw_deg = s->yaw_deg}};
    face.quality = (um_face_quality){s->eyes_px, 1, 1, 1, 1, 1};
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        double x = (double)um_face_shape[i][0], y = (double)um_face_shape[i][1];
        if (i == s->point)
            *(i == 33 ? &y : &x) += 90 * (s->to_and_fro * (k & 1 ? 1 : -1) + s->steady_step * k);
        if (i >= 2 && i < 7)
            x *= s->left_cheek;
        face.points[i] = (um_point){(float)(300 + scale * (cos(turn) * x - sin(turn) * y) + 20 * turn),
                                    (float)(200 + scale * (sin(turn) * x + cos(turn) * y) - 90 * turn)};
    }
    return face;
}

static um_findings *play(const scene *s)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("face_geometry")) == UM_OK);
    for (int k = 0; k < s->n; k++) {
        um_face face = face_of(s, k);
        um_frame frame = {.index = k, .t_s = k / s->fps};
        CHECK(runner_picture(&r, &frame, &face, !s->lost || k != s->lost) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    return f;
}

/* To and fro by b: a picture lies 2 b from the middle of its neighbours, the size swings by b to each side.
 * Five sizes rest and count as 0 dB. */
static void to_and_fro(void)
{
    static const struct {
        int point;
        const char *name;
        double size; /* eye distances */
    } cases[] = {{14, "face width", 141.0 / 90},
                 {12, "jaw width", 117.6 / 90},
                 {35, "nose width", 30.4 / 90},
                 {33, "nose length", 50.3 / 90}};
    for (int c = 0; c < 4; c++) {
        const scene s = {25, 100, 0, cases[c].point, .02, 0, 1, 0, 150};
        um_findings *f = play(&s);
        CHECK_NEAR(result_of(f, 0)->score, 20 * log10(2) / 6, .06);
        const char *at = strstr(result_of(f, 0)->text, "(most: ");
        double percent;
        CHECK(at && !strncmp(at + 7, cases[c].name, strlen(cases[c].name)));
        CHECK(at && sscanf(strchr(at, ',') + 1, "%lf", &percent) == 1);
        CHECK_NEAR(percent, 100 * .04 / cases[c].size, .15);
        CHECK(f->n_series == 1 && f->series[0].n == 98);
        CHECK_NEAR(f->series[0].sample[9].value, 100 * .04 / 6, .02);
        um_findings_free(&f);
    }
    static const struct {
        int point;
        const char *name;
    } corners[] = {{36, "(most: eye width"}, {42, "(most: eye gap"}};
    for (int c = 0; c < 2; c++) { /* which also hold the head fast: only who moves most is known */
        const scene s = {25, 100, 0, corners[c].point, .02, 0, 1, 0, 150};
        um_findings *f = play(&s);
        CHECK(strstr(result_of(f, 0)->text, corners[c].name));
        um_findings_free(&f);
    }
}

/* A size that grows by c a picture flickers by nothing, which counts as 1e-4; sigma of 0 .. 99.
 */
static void growth(void)
{
    const scene s = {25, 100, 0, 14, 0, .002, 1, 0, 150};
    um_findings *f = play(&s);
    CHECK_NEAR(result_of(f, 0)->score, 20 * log10(1e-4 / (.002 * sqrt(9999 / 12.))) / 6, .02);
    um_findings_free(&f);
}

static void cheeks(void)
{
    scene s = {25, 100, 0, 0, 0, 0, 1.5, 9.9f, 150};
    um_findings *f = play(&s); /* (1.5 - 1) / (1.5 + 1) */
    CHECK(strstr(result_of(f, 0)->text, "contour differ by 20 %"));
    um_findings_free(&f);
    s.left_cheek = 1, s.yaw_deg = -9.9f;
    f = play(&s);
    CHECK(strstr(result_of(f, 0)->text, "contour differ by 0 %"));
    um_findings_free(&f);
    s.yaw_deg = -10.1f;
    f = play(&s);
    CHECK(f->outcome == UM_SCORED && !strstr(result_of(f, 0)->text, "contour differ"));
    um_findings_free(&f);
}

static bool speaks(const scene *s)
{
    um_findings *f = play(s);
    const bool said = f->outcome == UM_SCORED;
    if (!said)
        CHECK(f->reason && strstr(f->reason, "too short") && strstr(f->reason, "40 needed"));
    um_findings_free(&f);
    return said;
}

static void gates(void)
{
    const scene usual = {25, 42, 0, 14, .02, 0, 1, 0, 150};
    scene s = usual;
    CHECK(speaks(&s));
    s.n = 41;
    CHECK(!speaks(&s));
    s = usual, s.fps = 34, s.n = 43, s.lost = 20; /* a hole of 59 ms parts no neighbours */
    CHECK(speaks(&s));
    s.fps = 33;
    CHECK(!speaks(&s));
    s.n = 45;
    CHECK(speaks(&s));
    s = usual, s.fps = 70;
    CHECK(speaks(&s));
    s.fps = 72;
    CHECK(!speaks(&s));
    s = usual, s.yaw_deg = -24.9f;
    CHECK(speaks(&s));
    s.yaw_deg = -25.1f;
    CHECK(!speaks(&s));
    s = usual, s.eyes_px = 40.1f;
    CHECK(speaks(&s));
    s.eyes_px = 39.9f;
    CHECK(!speaks(&s));
}

static void hostile(void)
{
    static const double times_s[] = {0, -1e300, 1e300, NAN, INFINITY, 5, 4, 4, 1e-300};
    const scene usual = {25, 42, 0, 14, .02, 0, 1, 0, 150};
    runner r;
    CHECK(runner_begin(&r, um_signal_find("face_geometry")) == UM_OK);
    for (int i = 0; i < 6000; i++) {
        um_face face = face_of(&usual, i);
        face.person = i > 3000 ? 0 : i % 300 - 1;
        if (i % 7 == 0)
            face.points[i % UM_N_LANDMARKS].x = i % 3 ? NAN : 1e30f;
        if (i % 70 == 0)
            memset(face.points, 0, sizeof face.points);
        um_frame frame = {.index = i, .t_s = i > 3000 ? i * .04 : times_s[i % 9]};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);
}

int main(void)
{
    to_and_fro();
    growth();
    cheeks();
    gates();
    hostile();
    return check_done();
}
