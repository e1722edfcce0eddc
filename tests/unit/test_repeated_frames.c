/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures whose face and surroundings change by known levels. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

typedef struct scene {
    double fps;
    int n, width, height;
    const char *steps;             /* repeated: m both move, f the face stands, s the surroundings, r both */
    double face_gray, around_gray; /* what stands and what moves change by, gray levels; 0: 0 and 2 */
    float box_w, box_h;            /* 0: 60 x 80 */
} scene;

/* The k-th change of the mean by `gray` levels: of a part of the points by one more. */
static int changed(double gray, int k, int x, int y)
{
    const int whole = (int)floor(k * gray), part = (int)((k * gray - whole) * 20 + .5);
    return whole + ((x / 2 * 7 + y / 2 * 3) % 20 < part);
}

static um_findings *play(const scene *s)
{
    runner r;
    int face_steps = 0, around_steps = 0, face_rests = 0;
    CHECK(runner_begin(&r, um_signal_find("repeated_frames")) == UM_OK);
    const float w = s->box_w > 0 ? s->box_w : 60, h = s->box_h > 0 ? s->box_h : 80;
    const double cx = s->width / 2., cy = s->height / 2.;
    for (int k = 0; k < s->n; k++) {
        um_image *gray = NULL;
        CHECK(um_image_new(&gray, s->width, s->height, UM_GRAY8, NULL) == UM_OK);
        const char step = k ? s->steps[(size_t)(k - 1) % strlen(s->steps)] : 'r';
        const double moves = s->around_gray > 0 ? s->around_gray : 2;
        face_steps += step == 'm' || step == 's';
        around_steps += step == 'm' || step == 'f';
        face_rests += step == 'f';
        for (int y = 0; y < s->height; y++)
            for (int x = 0; x < s->width; x++) {
                const bool face = fabs(x - cx) < .55 * (double)w && fabs(y - cy) < .55 * (double)h;
                const int v = face ? 2 * face_steps + changed(s->face_gray, face_rests, x, y)
                                   : changed(moves, around_steps, x, y);
                gray->data[(ptrdiff_t)y * gray->stride + x] = (uint8_t)(v % 250);
            }
        um_face face = {.score = 1, .box = {(float)cx - w / 2, (float)cy - h / 2, w, h}};
        um_frame frame = {.index = k, .t_s = k / s->fps, .gray = gray};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
        um_image_free(&gray);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    return f;
}

static void shares(void)
{
    scene s = {25, 61, 320, 240, "mrsffm"};
    um_findings *f = play(&s);
    double frozen, both, around;
    int pairs;
    CHECK(f->outcome == UM_SCORED && f->n_evidence == 0); /* never for 0.1 s */
    CHECK_NEAR(result_of(f, 0)->score, 100 / 3., 1e-6);
    const char *at = strstr(result_of(f, 0)->text, "moves in");
    CHECK(at && sscanf(at,
                       "moves in %lf %% of %d pictures; both stand in %lf %% (repeated pictures), the "
                       "surroundings alone in %lf",
                       &frozen, &pairs, &both, &around) == 4);
    CHECK_NEAR(frozen, 33.3, .01);
    CHECK_NEAR(both, 16.7, .01);
    CHECK_NEAR(around, 16.7, .01);
    CHECK(pairs == 60 && f->n_series == 1 && f->series[0].n == 60);
    CHECK_NEAR(f->series[0].sample[0].value, 2, 1e-6);
    CHECK_NEAR(f->series[0].sample[1].value, 0, 1e-6);
    um_findings_free(&f);
}

static void intervals(void)
{
    scene s = {25, 61, 640, 480, "mmmfffmm", .box_w = 120, .box_h = 150}; /* 0.12 s; every second point */
    um_findings *f = play(&s);
    CHECK(f->n_evidence == 7 || f->n_evidence == 8);
    CHECK_NEAR(f->evidence[0].from_s, 3 / 25., 1e-9);
    CHECK_NEAR(f->evidence[0].to_s, 6 / 25., 1e-9);
    CHECK(strstr(f->evidence[0].text, "stands still for 0.12 s"));
    um_findings_free(&f);
    s.fps = 30; /* three pictures, 0.1 s */
    f = play(&s);
    CHECK(f->n_evidence >= 7);
    um_findings_free(&f);
    s.fps = 31;
    f = play(&s);
    CHECK(f->n_evidence == 0 && result_of(f, 0)->score > 30);
    um_findings_free(&f);
}

static double frozen(const scene *s)
{
    um_findings *f = play(s);
    const double score = result_of(f, 0)->score;
    um_findings_free(&f);
    return score;
}

static void levels(void)
{
    scene s = {25, 51, 320, 240, "mf", .1};
    CHECK_NEAR(frozen(&s), 50, 1e-6);
    s.face_gray = .2;
    CHECK_NEAR(frozen(&s), 0, 1e-6);
    s = (scene){25, 51, 320, 240, "mf", 0, 1.1};
    CHECK_NEAR(frozen(&s), 50, 1e-6);
    s.around_gray = .9;
    CHECK_NEAR(frozen(&s), 0, 1e-6);
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
    const scene usual = {25, 41, 320, 240, "mf"};
    scene s = usual;
    CHECK(speaks(&s));
    s.n = 40;
    CHECK(!speaks(&s));
    s = usual, s.fps = 10.1;
    CHECK(speaks(&s));
    s.fps = 9.9;
    CHECK(!speaks(&s));
    s = usual, s.box_w = 48.5f;
    CHECK(speaks(&s));
    s.box_w = 47.5f;
    CHECK(!speaks(&s));
}

static void hostile(void)
{
    static const double times_s[] = {0, -1e300, 1e300, NAN, INFINITY, 5, 4, 4, 1e-300};
    runner r;
    CHECK(runner_begin(&r, um_signal_find("repeated_frames")) == UM_OK);
    for (int i = 0; i < 1500; i++) {
        um_image *gray = NULL;
        CHECK(um_image_new(&gray, i % 50 == 0 ? 2000 : 64, i % 70 == 0 ? 1 : 80, UM_GRAY8, NULL) == UM_OK);
        um_face face = {.score = 1, .person = i % 300 - 1, .box = {5, 5, 50, 60}};
        if (i % 3 == 0)
            face.box = (um_rect){i % 2 ? NAN : 1e30f, -1e30f, i % 5 ? 1e-30f : 1e30f, 1e30f};
        um_frame frame = {.index = i, .t_s = times_s[i % 9] + (i > 700 ? i * .04 : 0), .gray = gray};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
        um_image_free(&gray);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);
}

int main(void)
{
    shares();
    intervals();
    levels();
    gates();
    hostile();
    return check_done();
}
