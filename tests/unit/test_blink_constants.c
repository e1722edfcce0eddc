/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every constant of the blinks from both sides: eyes drawn sample by sample. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

/* Heights of one eye, as the points have it and as the network states it. */
typedef struct lids {
    double points, stated;
} lids;

enum { MAX_TRACE = 16384 };
static struct {
    int n;
    double step_s;
    lids eye[MAX_TRACE][2];
} trace;
/* The bins of the baseline are 0.001 wide and filled evenly: constant values of EYE have .30075 as their 75th
 * percentile and .3009 as their 90th: a spread of (.3009 / .30075 - 1) / .6071 = .0008. */
static const double EYE = .3005, BASE = .30075;

/* An eye open for so long, in steps of 1 / fps from time 0. */
static void trace_open(double fps, double seconds, double ear)
{
    trace.n = (int)lround(seconds * fps) + 1;
    trace.step_s = 1 / fps;
    CHECK(trace.n <= MAX_TRACE);
    for (int i = 0; i < trace.n; i++)
        trace.eye[i][0] = trace.eye[i][1] = (lids){ear, ear};
}

static int trace_at(double t_s)
{
    return (int)lround(t_s / trace.step_s);
}

static void trace_set(double from_s, double to_s, double ear)
{
    for (int i = trace_at(from_s); i < trace_at(to_s); i++)
        trace.eye[i][0] = trace.eye[i][1] = (lids){ear, ear};
}

/* Depths of the points and of what the network states, left and right eye. */
static void trace_eyes(int from, int n, lids left, lids right)
{
    for (int i = from; i < from + n; i++) {
        trace.eye[i][0] = (lids){(1 - left.points) * BASE, (1 - left.stated) * BASE};
        trace.eye[i][1] = (lids){(1 - right.points) * BASE, (1 - right.stated) * BASE};
    }
}

static void trace_both(int from, int n, double points, double stated)
{
    trace_eyes(from, n, (lids){points, stated}, (lids){points, stated});
}

static void trace_dip(int from, int n, double ratio)
{
    trace_both(from, n, 1 - ratio, 1 - ratio);
}

typedef struct view { /* of the face */
    float yaw_deg, eyes_px;
    um_image *rgb;
} view;

static um_face face_of(const lids eye[2])
{
    um_face face = face_at(100, 100, 200, eye[0].points);
    const um_face right = face_at(100, 100, 200, eye[1].points);
    memcpy(face.points + 42, right.points + 42, 6 * sizeof *face.points);
    for (int e = 0; e < 2; e++)
        face.eye_opening[e] = (float)eye[e].stated;
    return face;
}

static um_findings *watch(view v)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("blink")) == UM_OK);
    for (int i = 0; i < trace.n; i++) {
        um_face face = face_of(trace.eye[i]);
        um_frame frame = {.index = i, .t_s = i * trace.step_s, .rgb = v.rgb};
        face.pose.yaw_deg = v.yaw_deg;
        if (v.eyes_px > 0)
            face.quality.eye_distance_px = v.eyes_px;
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f != NULL);
    return f;
}

static int count_blinks(void)
{
    um_findings *f = watch((view){0});
    const int n = first_number(f);
    um_findings_free(&f);
    return n;
}

static const char *text_of(const um_findings *f)
{
    const um_result *r = result_of(f, 0);
    return r ? r->text : "";
}

static double score_of(const um_findings *f)
{
    const um_result *r = result_of(f, 0);
    return r ? r->score : NAN;
}

static bool words_hold(view v, const char *words)
{
    um_findings *f = watch(v);
    const bool holds = strstr(text_of(f), words) || strstr(f->reason, words);
    if (!holds)
        fprintf(stderr, "'%s' is not in: %s | %s\n", words, text_of(f), f->reason);
    um_findings_free(&f);
    return holds;
}

/* The paper's ratio by hand. Left: width |(30, 40)| = 50, lids |(6, 8)| = 10 and 20: 30 / 100. Right: width
 * 40, lids 4 and 4: 8 / 80. Mean 0.2. */
static void ratio_by_hand(void)
{
    static const um_point left[6] = {{100, 100}, {110, 100}, {120, 100}, {130, 140}, {120, 120}, {116, 108}},
                          right[6] = {{200, 120}, {210, 118}, {230, 118}, {240, 120}, {230, 122}, {210, 122}};
    runner r;
    CHECK(runner_begin(&r, um_signal_find("blink")) == UM_OK);
    um_face face = face_at(100, 100, 200, .3);
    um_frame frame = {0};
    memcpy(face.points + 36, left, sizeof left);
    memcpy(face.points + 42, right, sizeof right);
    CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK && runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f->n_series == 1 && f->series[0].n == 1);
    CHECK_NEAR(f->series[0].sample[0].value, .2, 1e-9); /* whole numbers in float: exact */
    um_findings_free(&f);
}

/* An eye that is wide open (.40) for 28 % of the time has that as its 75th percentile, and as its 90th: no
 * spread, and .24 closes it by 40 %. For 24 % of the time: .33, a spread of (.40 / .33 - 1) / .6071 = 35 %,
 * and by 27 %. */
static void open_quantile(void)
{
    for (int wide = 6; wide <= 7; wide++) {
        trace_open(25, 40, .3305);
        for (int i = 0; i < trace.n; i++)
            if (i % 25 < wide)
                trace.eye[i][0] = trace.eye[i][1] = (lids){.4005, .4005};
        trace_set(20.12, 20.32, .24);
        CHECK(count_blinks() == (wide == 7));
    }
}

/* Fewer than a quarter wide open leave the open eye (.3308) and are its spread from a tenth on. Then the
 * depth needed is 1.6 ((.3602 / .3308 - 1) / .6071 + .04) = .298, else .15. */
static void spread(void)
{
    static const struct {
        int wide_of_50;
        double depth;
        bool counts;
    } c[] = {{4, .25, true}, {6, .25, false}, {6, .29, false}, {6, .305, true}};
    for (int k = 0; k < 4; k++) {
        trace_open(50, 40, .3305);
        for (int i = 0; i < trace.n; i++)
            if (i % 50 < c[k].wide_of_50)
                trace.eye[i][0] = trace.eye[i][1] = (lids){.3605, .3605};
        trace_set(20.2, 20.4, (1 - c[k].depth) * .3308);
        CHECK(count_blinks() == c[k].counts);
    }
}

/* What swings weighs little: the stated opening of both eyes, a tenth of the time .3605, as above, has a
 * spread of .146, the points have none. Weights 1 / .186 and 1 / .04: points that close by .3 and an opening
 * that stays make a depth of .3 (25 / 30.4) = .247, and 1.6 (2 / 30.4) = .105 is not more than .15. The other
 * way round, the points swing: .3 (5.4 / 30.4) = .053. */
static void weights(void)
{
    for (int points_swing = 0; points_swing < 2; points_swing++) {
        trace_open(50, 40, .3305);
        for (int i = 0; i < trace.n; i++)
            if (i % 50 < 6)
                for (int e = 0; e < 2; e++)
                    trace.eye[i][e] = points_swing ? (lids){.3605, .3305} : (lids){.3305, .3605};
        for (int i = 1010; i < 1020; i++)
            trace.eye[i][0] = trace.eye[i][1] = (lids){.7 * .3308, .3308};
        um_findings *f = watch((view){0});
        CHECK(first_number(f) == !points_swing);
        for (int i = 0; i < f->n_evidence; i++)
            CHECK(!strncmp(f->evidence[i].text, "no blink", 8) ||
                  strstr(f->evidence[i].text, "closing to 75 % of the open eye"));
        um_findings_free(&f);
    }
}

/* A block of 2.5 s wide open, 12.5 % of the window, is its spread just inside of 10 s before or after the
 * blink, and not outside. */
static void baseline_window(void)
{
    static const struct {
        double from_s;
        bool inside;
    } block[] = {{20 - 9.8, true}, {20 - 10.8, false}, {20 + 7.3, true}, {20 + 8.5, false}};
    for (int i = 0; i < 4; i++) {
        trace_open(25, 40, .3305);
        trace_set(block[i].from_s, block[i].from_s + 2.5, .3605);
        trace_set(20, 20.2, .75 * .3308);
        CHECK(count_blinks() == !block[i].inside);
    }
}

/* In thousandths: 0.1504 is 50.01 % of 0.30075. */
static void baseline_resolution(void)
{
    trace_open(50, 25, EYE);
    trace_set(10, 10.2, .1504);
    CHECK(words_hold((view){0}, "closing to 50 %"));
    trace_open(30, 25, .0785);
    CHECK(words_hold((view){0}, "too short: 0.0 s")); /* the least open eye is 0.08 */
    trace_open(30, 25, .0805);
    CHECK(words_hold((view){0}, "0 blinks in 25.0 s"));
}

/* At least .15 in the mean of all, .22 in the points, and .075 in each eye. */
static void depths(void)
{
    static const struct {
        lids left, right;
        bool counts;
    } c[] = {
        {{.25, .03}, {.25, .03}, false},     {{.25, .07}, {.25, .07}, true}, /* .14 and .16 */
        {{.21, .6}, {.21, .6}, false},       {{.23, .6}, {.23, .6}, true},   /* blur: the network alone */
        {{.6, .6}, {.065, .065}, false},     {{.6, .6}, {.085, .085}, true}, /* a glint or a wink */
        {{.065, .065}, {.6, .6}, false},     {{.085, .085}, {.6, .6}, true}, {{.9, .1}, {0, .2}, true},
        {{1.5, NAN}, {.8, NAN}, true},       {{.28, .6}, {.28, .6}, true}, /* behind glasses */
        {{.134, .134}, {.134, .134}, false}, /* a nod of 30 degrees: 1 - cos 30 */
    };
    for (size_t k = 0; k < sizeof c / sizeof *c; k++) {
        trace_open(50, 25, EYE);
        trace_eyes(500, 10, c[k].left, c[k].right);
        CHECK(count_blinks() == c[k].counts);
    }
    trace_open(50, 25, EYE); /* a height below nothing is nothing */
    trace_both(500, 10, .9, 1.5);
    CHECK(words_hold((view){0}, "closing to 5 %"));
    /* a network that states nothing, or always the same nothing */
    for (int dead = 0; dead < 2; dead++) {
        trace_open(50, 25, EYE);
        trace_dip(500, 10, .6);
        for (int i = 0; i < trace.n; i++)
            trace.eye[i][0].stated = trace.eye[i][1].stated = dead ? .02 : NAN;
        CHECK(count_blinks() == 1);
    }
}

/* Something begins .6 of the .15 needed above the shallowest since the last blink: lids stay down by .08. */
static void from_lowered_lids(void)
{
    for (int begins = 0; begins < 2; begins++) {
        trace_open(50, 30, EYE);
        trace_both(500, 200, .08, .08);
        trace_dip(490, 10, .4);
        trace_both(600, 10, .25, begins ? .1 : .08); /* .175 or .165 */
        CHECK(count_blinks() == 1 + begins);
    }
    trace_open(50, 30, EYE); /* two blinks, the lids hardly up between them */
    trace_dip(500, 18, .4);
    trace_dip(506, 6, .68);
    CHECK(count_blinks() == 1); /* less than half of the way */
    trace_dip(506, 6, .72);
    CHECK(count_blinks() == 2);
    /* the second from a depth of .28: .28 + .09 begins it */
    trace_dip(512, 6, .65);
    CHECK(count_blinks() == 1);
    trace_dip(512, 6, .61);
    CHECK(count_blinks() == 2);
}

/* Depth 0 to .5 and back passes half of it half way: n closed samples last n steps. */
static void lengths(void)
{
    trace_open(110, 25, EYE);
    trace_dip(1000, 5, .5);
    CHECK(count_blinks() == 0); /* 45 ms */
    trace_dip(1000, 6, .5);
    CHECK(count_blinks() == 1); /* 55 ms */
    trace_open(100, 25, EYE);
    trace_dip(1000, 49, .5);
    CHECK(count_blinks() == 1);
    trace_dip(1000, 51, .5);
    CHECK(count_blinks() == 0); /* a closed eye */
    trace_dip(1000, 1400, .5);
    CHECK(count_blinks() == 0); /* for longer than the window */

    /* .5 and then .76 deep: half of that is .38; 0 to .5 passes it after .76 of a step, .76 to 0 after .5 */
    trace_open(50, 30, EYE);
    trace_dip(500, 4, .5);
    trace_dip(504, 6, .24);
    trace_dip(1000, 16, .5);
    um_findings *f = watch((view){0});
    CHECK(f->n_evidence == 2);
    CHECK_NEAR(f->evidence[0].from_s, 9.98 + .02 * .76, .02 * .02);
    CHECK_NEAR(f->evidence[0].to_s, 10.18 + .01, .02 * .02);
    /* 195 and 320 ms, down to 24 and 50 % */
    CHECK(strstr(text_of(f), "2 blinks in 30.0 s of usable face (4.0 a minute)") &&
          strstr(text_of(f), "mean length 257 ms, closing to 37 %"));
    um_findings_free(&f);
}

/* Triangles of 100 ms, the shortest usual blink, and of 200 ms, .55 deep, at 15 pictures a second in 20
 * phases. One is seen whose points close by .22 in a picture: for (1 - .22 / .55) 100 ms = 60 of 66.7 ms; the
 * other meets two. */
static void phases(void)
{
    for (int longer = 0; longer < 2; longer++) {
        const double half_s = longer ? .1 : .05;
        int seen = 0, expected = 0;
        for (int phase = 0; phase < 20; phase++) {
            trace_open(15, 25, EYE);
            const double centre_s = (180 + (phase + .5) / 20) / 15;
            double most = 0;
            for (int i = 170; i < 190; i++) {
                const double depth = .55 * fmax(1 - fabs(i / 15. - centre_s) / half_s, 0);
                trace_both(i, 1, depth, depth);
                most = fmax(most, depth);
            }
            expected += most > .22;
            seen += count_blinks();
        }
        CHECK(seen == expected && expected == (longer ? 20 : 18));
    }
}

/* Closed for a fifth of the time, the eye that is open is still the open eye. */
static void often(void)
{
    trace_open(50, 30, EYE);
    for (int i = 0; i < 50; i++)
        trace_dip(25 + 28 * i, 5, .4);
    CHECK(count_blinks() == 50);
}

static void rates(void)
{
    static const double fps[] = {120, 130};
    static const int kept[] = {121, 66}; /* beyond 125 a second every other one */
    for (int i = 0; i < 2; i++) {
        trace_open(fps[i], 1, EYE);
        um_findings *f = watch((view){0});
        CHECK(f->series[0].n == (size_t)kept[i]);
        um_findings_free(&f);
    }
    trace_open(12, 25, EYE); /* steps of 83 ms: usable, but too few; of 87 ms: each a hole */
    CHECK(words_hold((view){0}, "too few pictures: 12.0 usable ones a second"));
    trace_open(11.5, 25, EYE);
    CHECK(words_hold((view){0}, "too short: 0.0 s of usable face, 20 s needed"));
    trace_open(14.4, 25, EYE);
    CHECK(words_hold((view){0}, "too few pictures: 14.4"));
    trace_open(14.6, 25, EYE);
    CHECK(words_hold((view){0}, "0 blinks in"));
    trace_open(30, 19.9, EYE);
    CHECK(words_hold((view){0}, "too short: 19.9 s"));
    trace_open(30, 20.1, EYE);
    CHECK(words_hold((view){0}, "0 blinks in 20.1 s"));
}

/* The interval without a blink is shown from 20 s on. */
static void quiet(void)
{
    for (int longer = 0; longer < 2; longer++) {
        trace_open(50, 45, EYE);
        trace_dip(500, 10, .5); /* ends at 10.19 s */
        trace_dip(510 + (longer ? 1005 : 995), 10, .5);
        um_findings *f = watch((view){0});
        int n = 0;
        for (int i = 0; i < f->n_evidence; i++)
            n += !strncmp(f->evidence[i].text, "no blink for 20 s", 17);
        CHECK(n == longer && f->n_evidence == 2 + longer);
        um_findings_free(&f);
    }
}

/* Gamma(1/2): erf(sqrt(8 T)); clamped to 6 on both sides. 32 blinks are listed, the first 12 with the eyes.
 */
static void scores(void)
{
    um_image *rgb = NULL;
    trace_open(25, 80, EYE);
    um_findings *f = watch((view){0});
    CHECK_NEAR(score_of(f), log10(erf(sqrt(8 * 80. / 60)) / erfc(sqrt(8 * 80. / 60))), 1e-4);
    CHECK(score_of(f) > 5.4);
    um_findings_free(&f);
    trace_open(25, 100, EYE);
    f = watch((view){0});
    CHECK(score_of(f) == 6);
    um_findings_free(&f);

    trace_open(25, 81, EYE);
    for (int i = 0; i < 40; i++)
        trace_dip(12 + 50 * i, 4, .4);
    f = watch((view){0});
    CHECK(score_of(f) == -6 && first_number(f) == 40 && f->n_evidence == 32);
    um_findings_free(&f);

    /* each judged, 10 s later, before the next one */
    CHECK(um_image_new(&rgb, 320, 240, UM_RGB24, NULL) == UM_OK);
    trace_open(25, 14 * 12, EYE);
    for (int i = 0; i < 14; i++) {
        trace_dip(12 + 300 * i, 3, .4);
        trace_dip(14 + 300 * i, 1, .3);
    }
    f = watch((view){.rgb = rgb});
    int pictures = 0;
    for (int i = 0; i < f->n_evidence; i++)
        pictures += f->evidence[i].image != NULL;
    CHECK(f->n_evidence == 14 && pictures == 12);
    const um_image *eyes = f->evidence[0].image;
    CHECK(eyes && eyes->width == 240 && eyes->height == 96);
    um_findings_free(&f);
    um_image_free(&rgb);
}

static void views(void)
{
    trace_open(30, 1, EYE);
    CHECK(words_hold((view){.yaw_deg = 34.9f}, "faces: 0 turned away, 0 too small"));
    CHECK(words_hold((view){.yaw_deg = -34.9f}, "faces: 0 turned away, 0 too small"));
    CHECK(words_hold((view){.yaw_deg = 35.1f}, "faces: 31 turned away, 0 too small"));
    CHECK(words_hold((view){.yaw_deg = -35.1f}, "faces: 31 turned away, 0 too small"));
    CHECK(words_hold((view){.eyes_px = 40.1f}, "faces: 0 turned away, 0 too small"));
    CHECK(words_hold((view){.eyes_px = 39.9f}, "faces: 0 turned away, 31 too small"));
}

int main(void)
{
    ratio_by_hand();
    open_quantile();
    spread();
    weights();
    baseline_window();
    baseline_resolution();
    depths();
    from_lowered_lids();
    phases();
    often();
    lengths();
    rates();
    quiet();
    scores();
    views();
    return check_done();
}
