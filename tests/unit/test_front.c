/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Front ends of networks that listen: parts worked out by hand, limits from either side, manifests. Their
 * values against SciPy: front_scipy.py. */
#include "../check.h"
#include "dsp/cepstra.h"
#include "dsp/cqt.h"
#include "dsp/frames.h"
#include "dsp/group_delay.h"
#include "dsp/mel.h"
#include "networks/front_json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void cosines(void)
{
    const double in[] = {1, 2, 4};
    um_cepstra c;
    float out[6] = {0};
    CHECK(um_cepstra_init(&c, 3, 2, NULL) == UM_OK);
    um_cepstra_run(&c, out, 3, in);
    CHECK_NEAR(out[0], 7 / sqrt(3), 1e-6);
    CHECK_NEAR(out[3], sqrt(2. / 3) * sqrt(.75) * (1 - 4), 1e-6); /* cos 30, 90, 150 degrees */
    CHECK(out[1] == 0 && out[2] == 0 && out[4] == 0);
    um_cepstra_clear(&c);
    CHECK(!c.weight);
}

/* A straight line is its own spline: evenly read off, it has the cosines of a line. The natural spline
 * through 0, 1, 0 at 0, 1, 2 is (3 x - x^3) / 2 up to 1: 0.6875 in the middle. */
static void evenly(void)
{
    const double at[] = {1, 2, 4, 8}, line[] = {3, 5, 9, 17}, three[] = {0, 1, 2}, hat[] = {0, 1, 0};
    um_cepstra c;
    float out[2];
    CHECK(um_cepstra_init_even(&c, at, 4, 8, 2, NULL) == UM_OK && c.n_in == 4 && c.n_out == 2);
    um_cepstra_run(&c, out, 1, line);
    double first = 0, second = 0;
    for (int i = 0; i < 8; i++) { /* 3, 5, 7 .. 17 */
        first += (3 + 2 * i) / sqrt(8);
        second += (3 + 2 * i) * .5 * cos(M_PI * (2 * i + 1) / 16);
    }
    CHECK_NEAR(out[0], first, 1e-5);
    CHECK_NEAR(out[1], second, 1e-5);
    um_cepstra_clear(&c);
    CHECK(um_cepstra_init_even(&c, three, 3, 5, 1, NULL) == UM_OK);
    um_cepstra_run(&c, out, 1, hat);
    CHECK_NEAR(out[0], (.6875 + 1 + .6875) / sqrt(5), 1e-6);
    um_cepstra_clear(&c);
}

static void slopes(void)
{
    const float in[] = {0, 1, 4, 9, 0, 0, 0, 2};
    float out[8];
    um_deltas(out, in, 2, 4, 1);
    CHECK(out[0] == .5f && out[1] == 2 && out[2] == 4 && out[3] == 2.5f && out[6] == 1 && out[7] == 1);
    um_deltas(out, in, 1, 4, 2);
    CHECK_NEAR(out[1], (1 * (4 - 0) + 2 * (9 - 0)) / 10., 1e-6);
    float rows[] = {1, 2, 3, 6, 5, 5, 5, 5};
    um_rows_level(rows, 2, 4, false);
    CHECK(rows[0] == -2 && rows[3] == 3 && rows[4] == 0);
    um_rows_level(rows, 2, 4, true);
    CHECK_NEAR(rows[3], 3 / sqrt(3.5), 1e-6);
    CHECK(rows[4] == 0 && rows[7] == 0);
}

static void bands(void)
{
    um_mel m;
    CHECK(um_mel_init_between(&m, 3, 9, 16, 1, 5, true, NULL) == UM_OK); /* bins of 1 Hz; edges 1 2 3 4 5 */
    CHECK(m.from[0] == 2 && m.to[0] == 3 && m.weight[2] == 1 && m.from[2] == 4 && m.to[2] == 5);
    um_mel_clear(&m);
    CHECK(um_mel_init_between(&m, 2, 9, 16, 0, 6, true, NULL) == UM_OK); /* edges 0 2 4 6 */
    CHECK(m.from[0] == 1 && m.to[0] == 4 && m.weight[1] == .5f && m.weight[3] == .5f && m.weight[9 + 4] == 1);
    um_mel_clear(&m);
}

static void octaves(void)
{
    enum { RATE = 16000 };
    const um_cqt_scale brown = {62.5, 4000, 12, 0}, wider = {62.5, 4000, 12, 10};
    double power[73];
    um_cqt c;
    CHECK(um_cqt_bins(&brown) == 73 && um_cqt_bins(&(um_cqt_scale){62.5, 3999, 12, 0}) == 72);
    CHECK_NEAR(um_cqt_hz(&brown, 12), 125, 1e-9);
    CHECK(um_cqt_window(&brown, RATE) == 4306 &&
          um_cqt_window(&wider, RATE) == 1167); /* 256 / .05946; / (3.716 + 10) */
    CHECK(um_cqt_init(&c, &brown, RATE, NULL) == UM_OK && c.n_bins == 73 && c.n_window == 4306);
    float *x = calloc((size_t)c.n_window, sizeof *x);
    for (int i = 0; x && i < c.n_window; i++)
        x[i] = (float)sin(2 * M_PI * um_cqt_hz(&brown, 40) * i / RATE + 1);
    um_cqt_power(&c, power, x);
    CHECK_NEAR(power[40], .25, 1e-4);
    CHECK(power[38] < .002 && power[42] < .002 && power[10] < 1e-6); /* two bins away Hann is nearly 0 */
    free(x);
    um_cqt_clear(&c);
    um_error err = {0};
    CHECK(um_cqt_init(&c, &(um_cqt_scale){10, 8000, 96, 0}, RATE, &err) == UM_EINVAL &&
          strstr(err.text, "weights"));
}

/* A single sample at place 5 comes 5 samples late at all frequencies. */
static void late(void)
{
    double tau[9], x[16] = {0};
    um_group_delay g;
    CHECK(um_group_delay_init(&g, 16, 1, 1, 0, NULL) == UM_OK);
    x[5] = .3;
    um_group_delay_run(&g, tau, x, 8);
    for (int k = 0; k < 9; k++)
        CHECK_NEAR(tau[k], 5, 1e-9);
    um_group_delay_clear(&g);
    /* its size is the same everywhere, so that smoothing leaves it; |5 .3^2 / .3^(2 .9)|^.4 */
    CHECK(um_group_delay_init(&g, 16, .4, .9, 4, NULL) == UM_OK);
    um_group_delay_run(&g, tau, x, 8);
    CHECK_NEAR(tau[3], pow(5 * pow(.3, .2), .4), 1e-9);
    x[5] = 0;
    x[3] = -1; /* at DC: (-3 + 2 * 7) / (-1 + 2) */
    x[7] = 2;
    um_group_delay_clear(&g);
    CHECK(um_group_delay_init(&g, 16, .5, 1, 0, NULL) == UM_OK);
    um_group_delay_run(&g, tau, x, 8);
    CHECK_NEAR(tau[0], sqrt(11), 1e-9);
    x[7] = .25;
    um_group_delay_run(&g, tau, x, 8);
    CHECK_NEAR(tau[0], sqrt((-3 + .25 * 7) / (-1 + .25)), 1e-9);
    x[7] = .75; /* (-3 + 5.25) / (-.25): early */
    um_group_delay_run(&g, tau, x, 8);
    CHECK_NEAR(tau[0], -3, 1e-9);
    x[3] = x[7] = 0;
    um_group_delay_run(&g, tau, x, 8);
    CHECK(tau[0] == 0 && tau[4] == 0 && tau[8] == 0);
    um_group_delay_clear(&g);
}

/* ---- as a whole ---- */

static float *hear(const um_front_spec *s, const float *sound, um_status expected)
{
    um_front *f;
    float *out = calloc((size_t)(um_front_planes(s) * um_front_rows(s) * s->frames), sizeof *out);
    CHECK(um_front_new(&f, s, NULL) == expected && !f == (expected != UM_OK));
    if (f && out)
        um_front_hear(f, out, sound);
    um_front_free(&f);
    return out;
}

static void usual(void)
{
    static const int rows[UM_FRONTS] = {256, 60, 39, 60, 20},
                     samples[UM_FRONTS] = {3280, 4800, 3280, 7186, 3280};
    static float silence[8000];
    for (um_front_kind k = 0; k < UM_FRONTS; k++) {
        um_front_spec s = um_front_usual(k);
        CHECK(um_front_wrong(&s) != NULL); /* how many frames? */
        s.frames = 19;
        CHECK(!um_front_wrong(&s) && um_front_rows(&s) == rows[k] && um_front_samples(&s) == samples[k]);
        float *out = hear(&s, silence, UM_OK);
        for (int i = 0; i < rows[k] * s.frames; i++)
            CHECK(isfinite(out[i]));
        /* of silence only what is added to a power is left */
        if (k == UM_FRONT_LFCC)
            CHECK_NEAR(out[0], log10(2.220446e-16) * sqrt(70), 1e-4);
        if (k == UM_FRONT_MFCC)
            CHECK_NEAR(out[0], log(2.220446e-16) * sqrt(26), 1e-4);
        if (k != UM_FRONT_LOG_POWER)
            CHECK(fabsf(out[s.frames]) < 1e-4f && out[(rows[k] - 1) * s.frames] == 0);
        free(out);
    }
}

/* One triangle whose middle is the first bin of a transform of 480 samples, 33.3 Hz: its weight there is 1. A
 * cosine of that frequency, its sum under a symmetric Hamming window, its logarithm; less the mean of frames
 * that are louder and louder. */
static void one_band(void)
{
    enum { N = 480, FRAMES = 8, HOP = 480 };
    static float sound[FRAMES * HOP];
    double re = 0, im = 0;
    for (int i = 0; i < N; i++) {
        const double x = cos(2 * M_PI * i / N) * (.54 - .46 * cos(2 * M_PI * i / (N - 1)));
        re += x * cos(2 * M_PI * i / N);
        im += x * sin(2 * M_PI * i / N);
    }
    for (int i = 0; i < FRAMES * HOP; i++)
        sound[i] = (float)(cos(2 * M_PI * i / N) * (1 + i / HOP));
    um_front_spec s = um_front_usual(UM_FRONT_LFCC);
    s.frames = FRAMES;
    s.hop = HOP;
    s.padded = N;
    s.bands = s.coefficients = 1;
    s.high_hz = 2. * 16000 / N;
    s.deltas = 0;
    float *out = hear(&s, sound, UM_OK);
    CHECK_NEAR(out[0], log10(re * re + im * im), 1e-5);
    CHECK_NEAR(out[3], log10(16 * (re * re + im * im)), 1e-5);
    free(out);
    s.level = UM_LEVEL_MEAN;
    out = hear(&s, sound, UM_OK);
    CHECK_NEAR(out[3] - out[0], log10(16), 1e-5); /* as far apart as before */
    CHECK(out[0] < 0 && out[7] > 0);
    free(out);
    s.frames = 7;
    free(hear(&s, sound, UM_EINVAL));
}

/* Log power is what frames.h says. */
static void log_power(void)
{
    enum { FRAMES = 10, SAMPLES = 400 + 9 * 160 };
    static float sound[SAMPLES], power[FRAMES * 256], planes[2 * 256 * FRAMES];
    um_framer *framer;
    um_front_spec s = um_front_usual(UM_FRONT_LOG_POWER);
    s.frames = FRAMES;
    for (int i = 0; i < SAMPLES; i++)
        sound[i] = (float)sin(i * i * .0003);
    CHECK(um_front_samples(&s) == SAMPLES && um_front_planes(&s) == 2);
    CHECK(um_framer_new(&framer, 400, 512, NULL) == UM_OK);
    um_frames_planes(planes, framer, power, sound, FRAMES, 160);
    float *out = hear(&s, sound, UM_OK);
    CHECK(out && !memcmp(out, planes, sizeof planes));
    free(out);
    um_framer_free(&framer);
}

static um_status read(um_front_kind kind, const char *rest, um_front_spec *s, um_error *err)
{
    char text[300];
    um_json *j = NULL;
    snprintf(text, sizeof text, "{\"sound\": \"%s\"%s%s%s}", um_front_name(kind),
             strstr(rest, "\"frames\"") ? "" : ", \"frames\": 100", *rest ? ", " : "", rest);
    CHECK(um_json_parse(&j, text, strlen(text), "m", NULL) == UM_OK);
    const um_status st = um_front_from_json(s, kind, j, err);
    um_json_free(&j);
    return st;
}

/* Each pair: the last that goes, and the first that does not. */
static void limits(void)
{
    static const struct {
        um_front_kind kind;
        const char *good, *bad;
    } cases[] = {
        {UM_FRONT_LFCC, "\"frames\": 8", "\"frames\": 7"},
        {UM_FRONT_LFCC, "\"frames\": 1999", "\"frames\": 2000"}, /* 480,000 samples, 30 s */
        {UM_FRONT_LFCC, "\"hop\": 16", "\"hop\": 15"},
        {UM_FRONT_LFCC, "\"window\": 1024", "\"window\": 1025"}, /* padded to 1024 */
        {UM_FRONT_LFCC, "\"padded\": 480", "\"padded\": 481"},
        {UM_FRONT_LFCC, "\"padded\": 4096", "\"padded\": 4098"},
        {UM_FRONT_LFCC, "\"bands\": 20", "\"bands\": 19"}, /* 20 coefficients */
        {UM_FRONT_LFCC, "\"bands\": 200", "\"bands\": 513"},
        {UM_FRONT_LFCC, "\"high_hz\": 8000", "\"high_hz\": 8000.1"},
        {UM_FRONT_LFCC, "\"low_hz\": 0", "\"low_hz\": -1"},
        {UM_FRONT_LFCC, "\"low_hz\": 3000", "\"low_hz\": 4000"},
        {UM_FRONT_LFCC, "\"coefficients\": 70", "\"coefficients\": 71"},
        {UM_FRONT_LFCC, "\"coefficients\": 1", "\"coefficients\": 0"},
        {UM_FRONT_LFCC, "\"deltas\": 0", "\"deltas\": 3"},
        {UM_FRONT_LFCC, "\"reach\": 16", "\"reach\": 17"},
        {UM_FRONT_LFCC, "\"reach\": 1", "\"reach\": 0"},
        {UM_FRONT_LFCC, "\"emphasis\": 0.99", "\"emphasis\": 1"},
        {UM_FRONT_LFCC, "\"log\": \"ln\"", "\"log\": \"log2\""},
        {UM_FRONT_LFCC, "\"level\": \"mean\"", "\"level\": \"median\""},
        {UM_FRONT_LFCC, "\"frames_first\": true", "\"frames_first\": 1"},
        {UM_FRONT_LFCC, "\"coefficients\": 12", "\"coefficients\": 12.5"},
        {UM_FRONT_LFCC, "\"coefficients\": 12", "\"coefficients\": \"12\""},
        {UM_FRONT_LFCC, "\"coefficients\": 12", "\"coeficients\": 12"},
        {UM_FRONT_LFCC, "\"bands\": 60", "\"per_octave\": 12"}, /* of another kind */
        {UM_FRONT_LOG_POWER, "\"bins\": 200", "\"bins\": 199"},
        {UM_FRONT_LOG_POWER, "\"bins\": 256, \"window\": 512", "\"bins\": 256, \"level\": \"keep\""},
        {UM_FRONT_LOG_POWER, "\"bins\": 2048", ""},
        {UM_FRONT_CQCC, "\"low_hz\": 10, \"gamma_hz\": 20", "\"low_hz\": 9.9, \"gamma_hz\": 20"},
        {UM_FRONT_CQCC, "\"high_hz\": 125, \"coefficients\": 13", "\"high_hz\": 124, \"coefficients\": 12"},
        {UM_FRONT_CQCC, "\"per_octave\": 4", "\"per_octave\": 3"},
        {UM_FRONT_CQCC, "\"per_octave\": 86", "\"per_octave\": 96"}, /* 1.98 s and 2.21 s at 62.5 Hz */
        {UM_FRONT_CQCC, "\"per_octave\": 96, \"gamma_hz\": 3.3", "\"per_octave\": 97, \"gamma_hz\": 3.3"},
        {UM_FRONT_CQCC, "\"parts\": 64", "\"parts\": 65"},
        {UM_FRONT_CQCC, "\"low_hz\": 20, \"parts\": 42, \"high_hz\": 8000, \"gamma_hz\": 9",
         "\"low_hz\": 20, \"parts\": 43, \"high_hz\": 8000, \"gamma_hz\": 9"}, /* 16,045 and 16,427 steps */
        {UM_FRONT_CQCC, "\"gamma_hz\": 1000", "\"gamma_hz\": 1001"},
        {UM_FRONT_CQCC, "\"gamma_hz\": 0", "\"gamma_hz\": -1"},
        {UM_FRONT_CQCC, "\"coefficients\": 73", "\"coefficients\": 74"},
        {UM_FRONT_GROUP_DELAY, "\"alpha\": 2", "\"alpha\": 2.1"},
        {UM_FRONT_GROUP_DELAY, "\"alpha\": 0.1", "\"alpha\": 0"},
        {UM_FRONT_GROUP_DELAY, "\"gamma\": 2", "\"gamma\": 2.1"},
        {UM_FRONT_GROUP_DELAY, "\"gamma\": 0.1", "\"gamma\": 0"},
        {UM_FRONT_GROUP_DELAY, "\"lifter\": 64", "\"lifter\": 65"},
        {UM_FRONT_GROUP_DELAY, "\"lifter\": 0", "\"lifter\": -1"},
        {UM_FRONT_GROUP_DELAY, "\"coefficients\": 257", "\"coefficients\": 258"},
    };
    um_front_spec s;
    um_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(read(cases[i].kind, cases[i].good, &s, &err) == UM_OK);
        memset(&err, 0, sizeof err);
        const bool refused = read(cases[i].kind, cases[i].bad, &s, &err) == UM_EFORMAT && *err.text;
        CHECK(refused);
        if (!refused)
            fprintf(stderr, "  %s %s\n", um_front_name(cases[i].kind), cases[i].bad);
    }
    /* found only when it is made: a band that lies between two bins */
    CHECK(read(UM_FRONT_MFCC, "\"bands\": 128", &s, &err) == UM_OK);
    free(hear(&s, NULL, UM_EINVAL));
}

static void there_and_back(void)
{
    static const char *const said[UM_FRONTS] = {
        "\"bins\": 300, \"window\": 500, \"hop\": 100",
        "\"low_hz\": 50, \"high_hz\": 7000.5, \"bands\": 33, \"log\": \"ln\", \"emphasis\": 0.97, \"level\": "
        "\"mean\"",
        "\"deltas\": 1, \"reach\": 4, \"padded\": 600, \"frames_first\": true",
        "\"per_octave\": 24, \"parts\": 9, \"gamma_hz\": 7.5, \"coefficients\": 30",
        "\"alpha\": 0.5, \"gamma\": 1.1, \"lifter\": 12, \"level\": \"deviation\""};
    for (um_front_kind k = 0; k < UM_FRONTS; k++) {
        um_front_spec s, back;
        um_json *j = um_json_object();
        CHECK(read(k, said[k], &s, NULL) == UM_OK);
        um_front_to_json(j, &s);
        CHECK(!strcmp(um_json_get_text(j, "sound", ""), um_front_name(k)));
        CHECK(um_front_from_json(&back, k, j, NULL) == UM_OK);
        CHECK(um_front_samples(&s) == um_front_samples(&back) && um_front_rows(&s) == um_front_rows(&back) &&
              s.level == back.level && s.log10 == back.log10 && s.frames_first == back.frames_first &&
              s.reach == back.reach && s.emphasis == back.emphasis && s.high_hz == back.high_hz &&
              s.low_hz == back.low_hz && s.parts == back.parts && s.gamma_hz == back.gamma_hz &&
              s.alpha == back.alpha && s.gamma == back.gamma && s.lifter == back.lifter &&
              s.bands == back.bands && s.padded == back.padded);
        um_json_free(&j);
    }
}

static void no_memory(void)
{
    for (um_front_kind k = 0; k < UM_FRONTS; k++)
        for (long n = 0;; n++) {
            um_front_spec s = um_front_usual(k);
            um_front *f;
            s.frames = 8;
            um_alloc_fail_at(n);
            const um_status st = um_front_new(&f, &s, NULL);
            const bool failed = um_alloc_failed();
            um_alloc_fail_at(-1);
            CHECK(st == (failed ? UM_ENOMEM : UM_OK) && !f == failed);
            um_front_free(&f);
            if (!failed)
                break;
        }
}

int main(void)
{
    cosines();
    evenly();
    slopes();
    bands();
    octaves();
    late();
    usual();
    one_band();
    log_power();
    limits();
    there_and_back();
    no_memory();
    return check_done();
}
