/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lips that follow a made voice, early, late or not at all. */
#include "../check.h"
#include "faces/mouth.h"
#include "signal_run.h"
#include <string.h>

enum { RATE_HZ = 16000, SYLLABLES = 4000 };
static double syllable_s[SYLLABLES], height[SYLLABLES];

/* Syllables of different loudness, some four a second, at times nobody could guess. */
static void talk(uint32_t seed)
{
    double t = .2;
    for (int i = 0; i < SYLLABLES; i++) {
        seed = seed * 1664525 + 1013904223;
        t += .17 + .13 * (seed >> 8) / 16777216.;
        syllable_s[i] = t;
        seed = seed * 1664525 + 1013904223;
        height[i] = .4 + .6 * (seed >> 8) / 16777216.;
    }
}

/* 0..1: how loud at this moment, and how far open the mouth that says it. */
static double loud(double t_s)
{
    double sum = 0;
    int lo = 0, hi = SYLLABLES - 1;
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (syllable_s[mid] < t_s - .2)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < SYLLABLES && syllable_s[lo] < t_s + .2; lo++) {
        const double at = (t_s - syllable_s[lo]) / .09;
        sum += fabs(at) < 1 ? height[lo] * (.5 + .5 * cos(M_PI * at)) : 0;
    }
    return sum;
}

typedef struct scene {
    double length_s, fps;
    double late_s;                   /* of the sound after the lips */
    double swing;                    /* of the mouth, eye distances */
    double voice_from_s, voice_to_s; /* 0, 0: always */
    double lost_from_s, lost_to_s;   /* no face there */
    float side, yaw_deg;             /* 0: 200 pixels */
    uint32_t lips;                   /* seed of what they say; 0: the voice's own words */
    bool beside;                     /* a second person, who says something else */
    bool silent;                     /* no sound at all */
    double drift;                    /* of the opening, by the pose: in 4 s there and back */
    double hum, hiss;                /* at 120 Hz and above 5 kHz, that swell with other words */
    double dark;                     /* inside of the mouth, by what it says */
    double flicker;                  /* of that, at random */
    bool digital;                    /* now and then the sound is nothing at all, while the mouth goes on */
    double drop_s;                   /* of each half second, without pictures */
    double blast_s;                  /* of each 4 s, sound far beyond full scale */
    bool anew;                       /* after two pictures of 30 s, time begins at 0 */
} scene;

static um_face face_saying(const scene *s, double opening, float x)
{
    const float side = s->side > 0 ? s->side : 200;
    um_face face = face_at(x, 20, side, .3);
    const float eyes = face.points[45].x - face.points[36].x;
    face.quality.eye_distance_px = eyes;
    face.pose.yaw_deg = s->yaw_deg;
    face.points[33] = (um_point){x + side / 2, 20 + .55f * side};
    for (int i = 48; i < UM_N_LANDMARKS; i++)
        face.points[i] = (um_point){x + side / 2, 20 + .7f * side};
    face.points[57].y = face.points[33].y + (float)(.35 + opening) * eyes;
    return face;
}

static um_image *rgb;

/* Paints the inside of a mouth this much darker than the rest. */
static void inside(const um_face *face, double dark)
{
    const float w = .28f * face->quality.eye_distance_px, h = .252f * face->quality.eye_distance_px;
    const um_point m = face->points[48];
    for (int y = (int)(m.y - h / 2); y < (int)(m.y + h / 2); y++)
        memset(rgb->data + y * rgb->stride + 3 * (int)(m.x - w / 2), (int)(90 * (1 - dark)), 3 * (size_t)w);
}

static um_findings *play(const scene *s)
{
    enum { BLOCK = 800 };
    runner r;
    double phase = 0;
    uint32_t seed = 5;
    float mono[BLOCK];
    int picture = 0;
    CHECK(runner_begin(&r, um_signal_find("lip_sync")) == UM_OK);
    for (int i = 0; i < 2 && s->anew; i++) {
        um_face face = face_saying(s, 0, 20);
        um_frame frame = {.t_s = 30 + i / s->fps, .rgb = rgb};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    for (int64_t first = 0; first < (int64_t)(s->length_s * RATE_HZ); first += BLOCK) {
        const double until_s = (double)(first + BLOCK) / RATE_HZ;
        talk(7);
        for (int i = 0; i < BLOCK; i++) {
            const double t_s = (double)(first + i) / RATE_HZ - s->late_s;
            const bool on = s->voice_to_s == 0 || (t_s >= s->voice_from_s && t_s < s->voice_to_s);
            double v = 0;
            phase += 2 * M_PI * (140 + 30 * sin(5 * t_s)) / RATE_HZ;
            for (int h = 1; h < 8; h++)
                v += sin(phase * h) / h;
            seed = seed * 1664525 + 1013904223;
            const double noise = (seed >> 8) / 8388608. - 1, other = loud(t_s + 50);
            v = (on ? .1 * loud(t_s) * v : 0) + 1e-3 * noise;
            v += other * (s->hum * sin(2 * M_PI * 120 * t_s) + s->hiss * sin(2 * M_PI * 6500 * t_s));
            v = fmod(t_s + 2, 4) < s->blast_s ? 1e12 * noise : v;
            mono[i] = s->digital && fmod(t_s, 2) > 1.6 ? 0 : (float)v;
        }
        const um_sound sound = {.first = first, .rate_hz = RATE_HZ, .channels = 1, .n = BLOCK, .mono = mono};
        if (!s->silent)
            CHECK(runner_sound(&r, &sound) == UM_OK);
        if (s->lips)
            talk(s->lips);
        for (; picture / s->fps < until_s; picture++) {
            const double t_s = picture / s->fps;
            um_face face[2] = {face_saying(s, s->swing * loud(t_s), 20)};
            if (s->beside) {
                talk(99);
                face[1] = face_saying(s, s->swing * loud(t_s), 300);
                face[1].person = 1;
                talk(7);
            }
            if (s->dark > 0 || s->flicker > 0) {
                seed = seed * 1664525 + 1013904223;
                inside(&face[0], s->dark * loud(t_s) + s->flicker * (seed >> 8) / 16777216.);
            }
            face[0].points[57].y +=
                (float)(s->drift * sin(2 * M_PI * t_s / 4) * face[0].quality.eye_distance_px);
            um_frame frame = {.index = picture, .t_s = t_s, .rgb = rgb};
            const bool lost = (t_s >= s->lost_from_s && t_s < s->lost_to_s) || fmod(t_s, .5) < s->drop_s;
            CHECK(runner_picture(&r, &frame, face, lost ? 0 : 1 + s->beside) == UM_OK);
        }
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    return f;
}

static const scene TALKS = {.length_s = 8, .fps = 25, .swing = .15};

static bool says(const um_findings *f, const char *words)
{
    const um_result *r = result_of(f, 0);
    const bool it_does = r ? strstr(r->text, words) != NULL : strstr(f->reason, words) != NULL;
    if (!it_does)
        fprintf(stderr, "says: %s\n", r ? r->text : f->reason);
    return it_does;
}

/* "... comes 130 ms after ...": 130, below 0 for "before". */
static double stated_ms(const um_findings *f)
{
    const char *at = strstr(result_of(f, 0)->text, " comes ");
    double ms = NAN;
    char side[8] = "";
    CHECK(at && sscanf(at, " comes %lf ms %7s", &ms, side) == 2);
    return strcmp(side, "before") ? ms : -ms;
}

/* Usual shifts end between steps -3 and -2, and between 5 and 6, of 40 ms. */
static void shifts(void)
{
    static const struct {
        double late_s, fps;
        bool usual;
    } of[] = {{0, 25, true},     {.12, 30, true}, {-.09, 25, true}, {-.11, 25, false}, {.21, 25, true},
              {.235, 25, false}, {.4, 24, false}, {-.4, 30, false}, {.55, 50, false},  {-.55, 25, false}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        scene s = TALKS;
        s.late_s = of[i].late_s;
        s.fps = of[i].fps;
        um_findings *f = play(&s);
        CHECK(f->outcome == UM_SCORED && f->n_evidence == 1);
        CHECK(says(f, of[i].usual ? "moves with the sound" : "it was shifted or exchanged"));
        CHECK_NEAR(stated_ms(f), 1000 * of[i].late_s, 15);
        CHECK(of[i].usual ? result_of(f, 0)->score < -.2 : result_of(f, 0)->score > .2);
        um_findings_free(&f);
    }
}

static void own_voice(void)
{
    um_findings *f = play(&TALKS);
    const um_evidence *e = &f->evidence[0];
    CHECK(e->image && e->image->width == 288 && e->image->height == 104);
    CHECK(e->from_s >= 0 && e->to_s <= 8 && e->to_s - e->from_s > 1.8 && e->to_s - e->from_s < 3);
    for (int i = 2; i < 6; i++) /* mouths on top; a look at the beginning has fewer */
        CHECK(e->image->data[3 * 48 * i] == 90);
    CHECK(f->n_series == 3);
    for (int i = 0; i < f->n_series; i++)
        for (size_t k = 0; k < f->series[i].n; k++)
            CHECK(strcmp(f->series[i].unit, "r") || f->series[i].sample[k].value > .5);
    for (int i = 0; i < f->n_series; i++)
        if (!strcmp(f->series[i].unit, "eye distances"))
            CHECK_NEAR(f->series[i].sample[40].value, .35 + .15 * loud(1.6), 1e-4);
    um_findings_free(&f);
}

static void another_voice(void)
{
    scene s = TALKS;
    s.lips = 23;
    s.length_s = 20;
    um_findings *f = play(&s);
    CHECK(f->outcome == UM_SCORED && fabs(result_of(f, 0)->score) < .2 && says(f, "not clearly"));
    um_findings_free(&f);
    s.lips = 0;
    s.beside = true; /* who listens is not judged */
    f = play(&s);
    CHECK(says(f, "moves with the sound"));
    CHECK(result_of(f, 1)->outcome == UM_NOT_APPLICABLE &&
          strstr(result_of(f, 1)->text, "fits the lips of person 1"));
    um_findings_free(&f);
}

static double agreement(const um_findings *f)
{
    const char *at = strstr(result_of(f, 0)->text, "agreement ");
    return at ? atof(at + 10) : 0;
}

/* Counts as e^14 in each band, 60.8 dB. */
static void beyond_full_scale(void)
{
    scene s = TALKS;
    s.blast_s = .1;
    um_findings *f = play(&s);
    double highest = 0;
    for (int i = 0; i < f->n_series; i++)
        for (size_t k = 0; k < f->series[i].n && !strcmp(f->series[i].unit, "dB"); k++)
            highest = fmax(highest, f->series[i].sample[k].value);
    CHECK_NEAR(highest, 140 / M_LN10, 1e-4);
    um_findings_free(&f);
}

/* What must not matter: each takes less than it would if nothing were done about it. */
static void nuisances(void)
{
    static const struct {
        double drift, hum, hiss, flicker, drop_s, least;
        bool digital;
        const char *seconds;
    } of[] = {{.25, 0, 0, 0, 0, .94, false, "in 12.0 s"}, {0, .1, 0, 0, 0, .96, false, "in 12.0 s"},
              {0, 0, .1, 0, 0, .96, false, "in 12.0 s"},  {0, 0, 0, .1, 0, .94, false, "in 12.0 s"},
              {0, 0, 0, 0, .03, .94, false, "in 12.0 s"}, {0, 0, 0, 0, .07, .94, false, "in 10.1 s"},
              {0, 0, 0, 0, 0, .82, true, "in 12.0 s"}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        scene s = TALKS;
        s.length_s = 12;
        s.drift = of[i].drift, s.hum = of[i].hum, s.hiss = of[i].hiss, s.flicker = of[i].flicker;
        s.digital = of[i].digital, s.drop_s = of[i].drop_s;
        um_findings *f = play(&s);
        CHECK(f->outcome == UM_SCORED && agreement(f) >= of[i].least && says(f, of[i].seconds));
        if (getenv("SHOW"))
            fprintf(stderr, "%zu: %.2f %s\n", i, agreement(f), result_of(f, 0)->text);
        um_findings_free(&f);
    }
    scene s = TALKS; /* lips that do not move, and what is between them does */
    s.swing = 0;
    s.dark = .6;
    um_findings *f = play(&s);
    CHECK(says(f, "moves with the sound") && agreement(f) > .9);
    um_findings_free(&f);
}

/* The network speaks once a pixel of the mouth's picture varies by one grey level; else the plain measure. */
static void network_or_plain(void)
{
    scene s = TALKS;
    for (int network = 0; network < 2; network++) {
        s.dark = network ? .135 : .1;
        um_findings *f = play(&s);
        CHECK(says(f, "moves with the sound") && (agreement(f) < .945) == network);
        um_findings_free(&f);
    }
}

static um_findings *refused(const scene *s, const char *why)
{
    um_findings *f = play(s);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    CHECK(says(f, why));
    return f;
}

static void refuse(scene s, const char *why)
{
    um_findings *f = refused(&s, why);
    um_findings_free(&f);
}

static void accept(scene s)
{
    um_findings *f = play(&s);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
}

static void gates(void)
{
    scene s = TALKS;
    s.swing = .02; /* the mouth rests: somebody else speaks */
    refuse(s, "does not seem to speak: the mouth rests during 100 %");
    s.swing = .06;
    accept(s);
    s.swing = .045; /* little within three steps, enough within 17 */
    accept(s);

    s = TALKS;
    s.length_s = 2.4;
    refuse(s, "too short: 2.4 s of a mouth that can be seen, with sound, 2.5 s needed");
    s.length_s = 2.7;
    accept(s);

    s = TALKS;
    s.fps = 14;
    refuse(s, "the frame rate is too low: 14.0 usable pictures a second, 15 needed");
    s.fps = 15;
    accept(s);

    s = TALKS;
    s.voice_from_s = 3, s.voice_to_s = 3.6;
    refuse(s, "too little speech: ");
    s.voice_to_s = 5;
    accept(s);

    s = TALKS;
    s.yaw_deg = 46;
    refuse(s, "200 turned away, 0 too small");
    s.yaw_deg = -44;
    accept(s);
    s = TALKS;
    s.side = 65; /* .6 of it: 39 pixels */
    refuse(s, "0 turned away, 200 too small");
    s.side = 69;
    accept(s);

    s = TALKS;
    s.lost_to_s = 99;
    refuse(s, "no face with landmarks was followed");
    s = TALKS;
    s.silent = true;
    refuse(s, "too short: 0.0 s of a mouth");
}

/* Away for 4 of 12 s: what was before and after counts, and nothing of what is between. */
static void across_a_gap(void)
{
    scene s = TALKS;
    s.length_s = 12;
    s.lost_from_s = 4, s.lost_to_s = 8;
    um_findings *f = play(&s);
    CHECK(says(f, "moves with the sound") && says(f, "in 8.0 s with"));
    um_findings_free(&f);
}

/* What was kept of later times is no hindrance. */
static void time_anew(void)
{
    scene s = TALKS;
    s.anew = true;
    um_findings *f = play(&s);
    CHECK(says(f, "moves with the sound") && says(f, "in 8.0 s with"));
    um_findings_free(&f);
}

/* Two minutes, six times what is kept. */
static void long_one(void)
{
    scene s = TALKS;
    s.length_s = 120;
    s.late_s = .3;
    um_findings *f = play(&s);
    CHECK(says(f, "comes 300 ms after the lips") && says(f, "in 120.0 s") && f->n_evidence == 1);
    um_findings_free(&f);
}

static void hostile(void)
{
    static const double times_s[] = {0, -1e300, 1e300, NAN, INFINITY, 5, 4, 4, 1e-300, 9e6, -9e6};
    runner r;
    float mono[1600] = {0};
    CHECK(runner_begin(&r, um_signal_find("lip_sync")) == UM_OK);
    for (int i = 0; i < 3000; i++) {
        um_face face = face_saying(&TALKS, i % 7 / 10., 20);
        face.person = i % 300 - 1;
        face.points[48 + i % 12].x = i % 3 ? NAN : 1e30f;
        face.points[36 + i % 11].y = i % 5 ? 40 : NAN;
        um_frame frame = {.index = i, .t_s = times_s[i % 11] + (i > 1500 ? i * 1e-3 : 0), .rgb = rgb};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
        mono[i % 1600] = i % 2 ? NAN : 1e30f;
        const um_sound sound = {.first = i % 4 ? (int64_t)i * 100 : (int64_t)1 << 38,
                                .rate_hz = 16000,
                                .channels = 1,
                                .n = 1600,
                                .mono = mono};
        if (i % 10 == 0)
            CHECK(runner_sound(&r, &sound) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);
}

/* Inside .28 x .252 eye distances of 50, around 200: the mean around is 200 - 150 x .0706 / .6075. */
static void darkness(void)
{
    um_image *picture = NULL;
    CHECK(um_image_new(&picture, 320, 320, UM_RGB24, NULL) == UM_OK);
    for (int turn_deg = 0; turn_deg <= 40; turn_deg += 40) {
        const double c = cos(turn_deg * M_PI / 180), n = sin(turn_deg * M_PI / 180), eyes = 200;
        um_face face = {.has_points = true};
        for (int i = 0; i < UM_N_LANDMARKS; i++)
            face.points[i] = (um_point){160, 160};
        face.points[36] = (um_point){(float)(160 - eyes / 2 * c), (float)(160 - eyes / 2 * n)};
        face.points[45] = (um_point){(float)(160 + eyes / 2 * c), (float)(160 + eyes / 2 * n)};
        for (int y = 0; y < 320; y++)
            for (int x = 0; x < 320; x++) {
                const double u = ((x - 160) * c + (y - 160) * n) / eyes,
                             v = ((y - 160) * c - (x - 160) * n) / eyes;
                const bool inside = u > -.14 && u < .14 && v > -.112 && v < .14;
                memset(picture->data + y * picture->stride + 3 * x, inside ? 50 : 200, 3);
            }
        CHECK_NEAR(um_mouth_dark(picture, &face), 1 - 50 / (200 - 150 * .07056 / .6075), .015);
        CHECK(isnan(um_mouth_opening(&face)) == false && um_mouth_opening(&face) == 0);
        face.points[57].y += 30;
        face.points[33].x -= 40;
        CHECK_NEAR(um_mouth_opening(&face), .25, 1e-6);
        face.has_points = false;
        CHECK(isnan(um_mouth_dark(picture, &face)) && isnan(um_mouth_opening(&face)));
    }
    um_face none = {.has_points = true};
    CHECK(isnan(um_mouth_opening(&none)));
    for (int y = 0; y < 320; y++)
        memset(picture->data + y * picture->stride, 0, 960);
    CHECK(um_mouth_dark(picture, &none) == 0);
    for (int y = 0; y < 320; y++)
        for (int x = 0; x < 320; x++)
            memcpy(picture->data + y * picture->stride + 3 * x, (uint8_t[]){y > 160 ? 100 : 0, 0, 0}, 3);
    none.points[45].x = 100;
    for (int i = 48; i < 60; i++)
        none.points[i] = (um_point){160, 160.5f};
    /* red alone, below the middle: .14 of .252 inside, half around */
    CHECK_NEAR(um_mouth_dark(picture, &none), 1 - .14 / .252 * 2, .06);
    /* black on one side alone, the outer sixth of what is around */
    um_face level = {.has_points = true};
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        level.points[i] = (um_point){160, 160};
    level.points[36].x = 60;
    level.points[45].x = 260;
    for (int side = 0; side < 4; side++) {
        for (int y = 0; y < 320; y++)
            for (int x = 0; x < 320; x++) {
                const int off = (side < 2 ? x : y) - 160, out = side % 2 ? off : -off;
                memset(picture->data + y * picture->stride + 3 * x, out > (side < 2 ? 60 : 45) ? 0 : 200, 3);
            }
        CHECK_NEAR(um_mouth_dark(picture, &level), 1 - 6 / 5., .02);
    }
    um_image_free(&picture);
}

int main(void)
{
    CHECK(um_image_new(&rgb, 560, 260, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < rgb->height; y++)
        memset(rgb->data + y * rgb->stride, 90, (size_t)rgb->width * 3);
    darkness();
    shifts();
    own_voice();
    another_voice();
    nuisances();
    network_or_plain();
    beyond_full_scale();
    gates();
    across_a_gap();
    time_anew();
    long_one();
    hostile();
    um_image_free(&rgb);
    return check_done();
}
