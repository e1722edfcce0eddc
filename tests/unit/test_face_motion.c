/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points that swing within a moving head at known frequencies, and polynomials whose derivatives are known.
 */
#include "../check.h"
#include "faces/pose.h"
#include "faces/steady.h"
#include "signal_run.h"
#include <string.h>

enum { N = 64 };

typedef double (*path)(double k); /* of the picture's number; outer eye distances */

typedef struct scene {
    double fps;
    int n, lost; /* pictures; the one that is missing, 0: none */
    path inner, lip, chin;
    float yaw_deg, eyes_px;
    bool moves; /* the head: there and back, nodding, nearer */
} scene;

static double still(double k)
{
    return 0;
}

static um_face face_of(const scene *s, int k)
{
    const double turn = s->moves ? .2 * sin(.11 * k) : 0, size = s->moves ? 1 + .2 * sin(.07 * k) : 1;
    um_face face = {.score = 1, .has_points = true, .pose = {.yaw_deg = s->yaw_deg}};
    face.quality = (um_face_quality){s->eyes_px, 1, 1, 1, 1, 1};
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        double x = (double)um_face_shape[i][0], y = (double)um_face_shape[i][1];
        const bool inner = (i >= 17 && i < 27) || (i >= 31 && i < 36) || (i >= 36 && i < 48 && i % 3);
        const double unit = (double)um_face_shape[45][0] - (double)um_face_shape[36][0];
        y += unit * (inner                ? s->inner(k)
                     : i >= 56 && i <= 58 ? s->lip(k)
                     : i >= 7 && i <= 9   ? s->chin(k)
                                          : 0);
        const double scale = size * (double)s->eyes_px / unit;
        face.points[i] = (um_point){(float)(300 + scale * (cos(turn) * x - sin(turn) * y) + 20 * turn),
                                    (float)(200 + scale * (sin(turn) * x + cos(turn) * y) - 90 * turn)};
    }
    return face;
}

static um_findings *play(const scene *s)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("face_motion")) == UM_OK);
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

static double wave(double k, double bins, double amplitude)
{
    return amplitude * sin(2 * acos(-1) * bins * k / N + 1);
}
/* At 25 a second bin 15 is 5.86 Hz, bin 16 6.25. Under a Hann window a wave has a quarter of its power in
 * each bin beside its own. */
static double two_waves(double k)
{
    return wave(k, 5, .02) + wave(k, 23, .004);
}
static double at_split(double k)
{
    return wave(k, 15, .02);
}
static double above_split(double k)
{
    return wave(k, 16, .02);
}
static double beyond_the_top(double k)
{
    return wave(k, 8, .02) + wave(k, 30, .02);
}
static double below_the_bottom(double k)
{
    return wave(k, 1, .02) + wave(k, 20, .02);
}

static void bands(void)
{
    const struct {
        path inner;
        double db;
    } cases[] = {{two_waves, 20 * log10(.004 / .02)},
                 {at_split, 10 * log10(.25 / 1.25)},
                 {above_split, 10 * log10(1.25 / .25)},
                 {beyond_the_top, 10 * log10(.25 / 1.5)},
                 {below_the_bottom, 10 * log10(1.5 / .25)}};
    for (int c = 0; c < 5; c++)
        for (int moves = 0; moves < 2; moves++) {
            const scene s = {25, 2 * N, 0, cases[c].inner, still, still, 0, 120, moves};
            um_findings *f = play(&s);
            CHECK_NEAR(result_of(f, 0)->score, cases[c].db, .15); /* a bin of the histogram is 0.12 dB */
            CHECK(f->n_series == 1 && f->series[0].n == 3);
            CHECK_NEAR(f->series[0].sample[1].value, cases[c].db, .02);
            CHECK_NEAR(f->series[0].sample[1].t_s, (32 + 63 / 2.) / 25, 1e-6);
            um_findings_free(&f);
        }
}

static double parabola(double k)
{
    return 1e-4 * k * k;
}
static double cubic(double k)
{
    return 1e-6 * k * k * k;
}

static void derivatives(void)
{
    double velocity, acceleration, jerk;
    scene s = {25, N, 0, parabola, still, still, 0, 120, false};
    um_findings *f = play(&s);
    const char *at = strstr(result_of(f, 0)->text, "velocity");
    CHECK(at && sscanf(at, "velocity %lf, acceleration %lf, jerk %lf", &velocity, &acceleration, &jerk) == 3);
    /* the middles of seven are pictures 3 to 60: 2e-4 k a picture, median 31.5 */
    CHECK_NEAR(velocity, 2e-4 * 31.5 * 25, .006);
    CHECK_NEAR(acceleration, 2e-4 * 625, .06);
    CHECK_NEAR(jerk, 0, .51);
    um_findings_free(&f);
    s.inner = cubic;
    s.fps = 60; /* 6e-6 * 60^3 */
    f = play(&s);
    at = strstr(result_of(f, 0)->text, "velocity");
    CHECK(at && sscanf(at, "velocity %lf, acceleration %lf, jerk %lf", &velocity, &acceleration, &jerk) == 3);
    CHECK_NEAR(acceleration, 6e-6 * 31.5 * 3600, .06);
    CHECK_NEAR(jerk, 6e-6 * 216000, .51);
    um_findings_free(&f);
}

static double lip(double k)
{
    return .05 * sin(.31 * k) + .03 * sin(.83 * k);
}
static double chin_late(double k)
{
    return .7 * lip(k - 3);
}
static double chin_early(double k)
{
    return .7 * lip(k + 2);
}

static void chins(void)
{
    scene s = {25, N, 0, two_waves, lip, chin_late, 0, 120, true};
    um_findings *f = play(&s);
    CHECK(strstr(result_of(f, 0)->text, "correlation of 1.00, 120 ms later"));
    um_findings_free(&f);
    s.chin = chin_early;
    f = play(&s);
    CHECK(strstr(result_of(f, 0)->text, "correlation of 1.00, 80 ms earlier"));
    um_findings_free(&f);
    s.chin = still;
    f = play(&s);
    CHECK(strstr(result_of(f, 0)->text, "correlation of 0.00") && !strstr(result_of(f, 0)->text, "later") &&
          !strstr(result_of(f, 0)->text, "earlier"));
    um_findings_free(&f);
}

static bool speaks(const scene *s)
{
    um_findings *f = play(s);
    const bool said = f->outcome == UM_SCORED;
    if (!said)
        CHECK(f->reason && strstr(f->reason, "no 64 usable pictures of a face in a row"));
    um_findings_free(&f);
    return said;
}

static void gates(void)
{
    const scene usual = {25, N, 0, two_waves, still, still, 0, 120, false};
    scene s = usual;
    CHECK(speaks(&s));
    s.n = N - 1;
    CHECK(!speaks(&s));
    s = usual, s.n = 2 * N - 1, s.lost = N - 1; /* a hole of 80 ms cuts it in two */
    CHECK(!speaks(&s));
    s.n = 2 * N;
    CHECK(speaks(&s));
    s = usual, s.fps = 34, s.lost = 30, s.n = N + 1; /* one of 59 ms does not */
    CHECK(speaks(&s));
    s.fps = 33;
    CHECK(!speaks(&s));
    s = usual, s.fps = 23.6;
    CHECK(speaks(&s));
    s.fps = 23.4;
    CHECK(!speaks(&s));
    s = usual, s.fps = 70, s.n = N; /* each picture counts; of faster ones every second */
    CHECK(speaks(&s));
    s.fps = 72;
    CHECK(!speaks(&s));
    s.n = 2 * N - 1;
    CHECK(speaks(&s));
    s = usual, s.yaw_deg = -34.9f;
    CHECK(speaks(&s));
    s.yaw_deg = -35.1f;
    CHECK(!speaks(&s));
    s = usual, s.eyes_px = 40.1f;
    CHECK(speaks(&s));
    s.eyes_px = 39.9f;
    CHECK(!speaks(&s));
}

/* A similarity is undone, whatever it is; without extent there is none. */
static void steady(void)
{
    um_point p[UM_N_LANDMARKS], out[UM_N_LANDMARKS];
    for (int i = 0; i < UM_N_LANDMARKS; i++) /* turned by 3/4/5 and 2.5 times as large */
        p[i] = (um_point){7 + 2 * um_face_shape[i][0] - 1.5f * um_face_shape[i][1],
                          -4 + 1.5f * um_face_shape[i][0] + 2 * um_face_shape[i][1]};
    CHECK(um_face_steady(out, p));
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        CHECK_NEAR(out[i].x, (double)um_face_shape[i][0] / 90, 1e-5);
        CHECK_NEAR(out[i].y, (double)um_face_shape[i][1] / 90, 1e-5);
    }
    p[8].x = NAN;
    CHECK(!um_face_steady(out, p));
    memset(p, 0, sizeof p);
    CHECK(!um_face_steady(out, p));
}

static void hostile(void)
{
    static const double times_s[] = {0, -1e300, 1e300, NAN, INFINITY, 5, 4, 4, 1e-300};
    const scene usual = {25, N, 0, two_waves, still, still, 0, 120, true};
    runner r;
    CHECK(runner_begin(&r, um_signal_find("face_motion")) == UM_OK);
    for (int i = 0; i < 6000; i++) {
        um_face face = face_of(&usual, i);
        face.person = i > 3000 ? 0 : i % 300 - 1;
        if (i % 70 == 0)
            face.points[i % UM_N_LANDMARKS].x = i % 3 ? NAN : 1e30f;
        if (i % 700 == 0)
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
    bands();
    derivatives();
    chins();
    gates();
    steady();
    hostile();
    return check_done();
}
