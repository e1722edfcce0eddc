/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blinks at known times in synthetic landmarks. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

typedef struct scene {
    double fps, length_s, open_ear, noise;
    const double *blink_s,
        *blink_length_s; /* middle and length: raised cosine down to `deepest` of the open eye */
    int n_blinks;
    double deepest;
    double lost_from_s, lost_to_s; /* no face there */
    double turned_from_s, turned_to_s;
    float side;
    um_image *rgb; /* may be NULL; as bright as the eye is open */
} scene;

static double closure(const scene *s, double t_s)
{
    double openness = 1;
    for (int i = 0; i < s->n_blinks; i++) {
        const double at = (t_s - s->blink_s[i]) / s->blink_length_s[i];
        if (fabs(at) < .5)
            openness = 1 - (1 - s->deepest) * (.5 + .5 * cos(2 * M_PI * at));
    }
    return openness;
}

static um_findings *play(const scene *s)
{
    runner r;
    uint32_t seed = 3;
    CHECK(runner_begin(&r, um_signal_find("blink")) == UM_OK);
    for (int i = 0; i < (int)(s->length_s * s->fps); i++) {
        const double t_s = i / s->fps;
        seed = seed * 1664525 + 1013904223;
        const double noise = s->noise * ((seed >> 8) / 8388608. - 1);
        um_face face = face_at(100, 100, s->side, s->open_ear * closure(s, t_s) + noise);
        um_frame frame = {.index = i, .t_s = t_s, .rgb = s->rgb};
        if (s->rgb)
            memset(s->rgb->data, (int)(255 * closure(s, t_s)), (size_t)(s->rgb->stride * s->rgb->height));
        if (t_s >= s->turned_from_s && t_s < s->turned_to_s)
            face.pose.yaw_deg = -50;
        const bool lost = t_s >= s->lost_from_s && t_s < s->lost_to_s;
        CHECK(runner_picture(&r, &frame, &face, !lost) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    return f;
}

enum { N = 15 };
static double middle_s[N], length_s[N];

static void known_times(double fps, double open_ear)
{
    scene s = {fps, 61, open_ear, .02 * open_ear, middle_s, length_s, N, .2, .side = 200};
    for (int i = 0; i < N; i++) {
        middle_s[i] = 1.7 + 3.9 * i + .013 * (i % 5);
        length_s[i] = .2 + .02 * (i % 8); /* 200 to 340 ms foot to foot */
    }
    um_findings *f = play(&s);
    CHECK(f->outcome == UM_SCORED && first_number(f) == N);
    int k = 0;
    for (int i = 0; i < f->n_evidence; i++) {
        const um_evidence *e = &f->evidence[i];
        if (strncmp(e->text, "blink of", 8))
            continue;
        CHECK(k < N);
        CHECK_NEAR((e->from_s + e->to_s) / 2, middle_s[k], 1 / fps);
        /* a raised cosine is beyond half of its depth for half of its length */
        CHECK_NEAR(e->to_s - e->from_s, .5 * length_s[k], 1 / fps);
        k++;
    }
    CHECK(k == N);
    CHECK(f->n_series == 1 && f->series[0].n == (size_t)(61 * fps));
    CHECK_NEAR(f->series[0].sample[5].value, open_ear, .05 * open_ear);
    /* 15 in a minute: a rate below 8 is unlikely */
    CHECK(result_of(f, 0)->score < -1);
    um_findings_free(&f);
}

/* Each blink shows the eyes where they are closed most: within half a frame, 1 - 0.8 (0.5 + 0.5 cos(0.2 pi)).
 */
static void pictures(void)
{
    const double at_s[] = {12.31, 25.07, 31.9}, long_s[] = {.2, .3, .25};
    scene s = {25, 45, .3, .002, at_s, long_s, 3, .2, .side = 200};
    CHECK(um_image_new(&s.rgb, 320, 240, UM_RGB24, NULL) == UM_OK);
    um_findings *f = play(&s);
    CHECK(f->n_evidence == 3);
    for (int i = 0; i < f->n_evidence; i++) {
        const um_image *eyes = f->evidence[i].image;
        CHECK(eyes && eyes->width > eyes->height && eyes->data[0] < .29 * 255);
    }
    um_findings_free(&f);
    um_image_free(&s.rgb);
}

/* No blink in T minutes: Gamma(1/2) gives P = erf(sqrt(8 T)), and the interval is shown. */
static void never(void)
{
    scene s = {30, 60 + 1. / 30 + 1e-6, .3, .006, .side = 200};
    um_findings *f = play(&s);
    CHECK(first_number(f) == 0);
    CHECK_NEAR(result_of(f, 0)->score, log10(erf(sqrt(8.)) / erfc(sqrt(8.))), 1e-4);
    CHECK(f->n_evidence == 1);
    CHECK_NEAR(f->evidence[0].from_s, 0, 1e-9);
    CHECK_NEAR(f->evidence[0].to_s, 60, 1e-9);
    um_findings_free(&f);
}

static void no_blinks_these(void)
{
    /* a glitch of 40 ms, a closed eye of 2 s, and a dip that does not close */
    const double at_s[] = {10, 20, 35}, long_s[] = {.04, 3, .3};
    scene s = {50, 60, .3, .006, at_s, long_s, 2, .2, .side = 200};
    um_findings *f = play(&s);
    CHECK(first_number(f) == 0);
    um_findings_free(&f);
    s.blink_s = at_s + 2;
    s.blink_length_s = long_s + 2;
    s.n_blinks = 1;
    s.deepest = .9;
    f = play(&s);
    CHECK(first_number(f) == 0);
    um_findings_free(&f);
    s.deepest = .5; /* and now it does */
    f = play(&s);
    CHECK(first_number(f) == 1);
    um_findings_free(&f);
}

static void gates(void)
{
    scene s = {30, 12.5, .3, .006, .side = 200};
    um_findings *f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE &&
          strstr(f->reason, "too short: 12.5 s of usable face, 20 s needed"));
    um_findings_free(&f);
    s.length_s = 19.97; /* not rounded up to what is needed */
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short: 19.9 s of usable face, 20 s"));
    um_findings_free(&f);

    s.length_s = 60; /* lost and turned for 45 of 60 s */
    s.lost_from_s = 5, s.lost_to_s = 30, s.turned_from_s = 40, s.turned_to_s = 60;
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "15.0 s") == NULL &&
          strstr(f->reason, "14.9 s"));
    CHECK(strstr(f->reason, "600 turned away"));
    um_findings_free(&f);

    s = (scene){30, 60, .3, .006, .side = 60}; /* eyes 36 pixels apart */
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "1800 too small"));
    um_findings_free(&f);

    s = (scene){14, 60, .3, .006, .side = 200};
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "14.0 usable ones a second, 15 needed"));
    um_findings_free(&f);

    s = (scene){30, 60, .02, .001, .side = 200}; /* no open eye at all */
    f = play(&s);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
}

/* A blink that the gap cuts is not counted; those on both sides are. */
static void across_a_gap(void)
{
    const double at_s[] = {8, 20, 32}, long_s[] = {.3, .3, .3};
    scene s = {30, 45, .3, .006, at_s, long_s, 3, .2, .lost_from_s = 20.01, .lost_to_s = 21, .side = 200};
    um_findings *f = play(&s);
    CHECK(first_number(f) == 2);
    um_findings_free(&f);
}

/* Two hours: the queue stays short (its maximum would fail the signal), series stay bounded. */
static void hours(void)
{
    scene s = {30, 7200, .3, .006, .side = 200};
    um_findings *f = play(&s);
    CHECK(f->outcome == UM_SCORED && f->series[0].n <= UM_MAX_POINTS);
    CHECK_NEAR(f->evidence[0].to_s, 7200, .05);
    CHECK(result_of(f, 0)->score == 6);
    um_findings_free(&f);
}

/* Hostile times and points: nothing but finite findings. */
static void hostile(void)
{
    static const double times_s[] = {0, -1e300, 1e300, NAN, INFINITY, 5, 4, 4, 1e-300};
    runner r;
    CHECK(runner_begin(&r, um_signal_find("blink")) == UM_OK);
    for (int i = 0; i < 9000; i++) {
        um_face face = face_at(0, 0, 200, .3);
        face.person = i % 300 - 1;
        face.points[36 + i % 12].x = i % 3 ? NAN : 1e30f;
        if (i % 5 == 0)
            face = face_at(0, 0, 200, i % 7 / 7.);
        um_frame frame = {.index = i, .t_s = times_s[i % 9] + (i > 4500 ? i * 1e-4 : 0)};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);
}

int main(void)
{
    known_times(15, .3);
    known_times(17, .3);
    known_times(25, .3);
    known_times(30, .16); /* narrow eyes: the baseline is personal */
    known_times(60, .38);
    pictures();
    never();
    no_blinks_these();
    gates();
    across_a_gap();
    hours();
    hostile();
    return check_done();
}
