/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads whose outline flickers by known levels, and things that cross them. */
#include "../check.h"
#include "faces/regions.h"
#include "made_rings.h"
#include <string.h>

enum { SIDE = 400, PICTURES = 75 };
static const double STEP_S = .04, CALM = 1.5; /* gray levels of noise everywhere */

/* What is drawn at a moment. */
typedef struct play {
    double outline;  /* gray levels of noise on rings 17 to 26 */
    double inner;    /* on rings below 14 */
    double contrast; /* of the outline's texture against that of the rest */
    double step_s;
    float scale;
    bool frozen;                /* every picture three times */
    double jolt_px;             /* of what is seen, from picture to picture */
    double from_s, to_s, share; /* a bar before the face, of its width from the left */
    double top;                 /* of its height, where the bar begins */
    bool hood;                  /* around the face instead */
    double turn_deg;            /* yaw that the face says while the bar is there */
    double cut_s;               /* from here on another texture */
} play;

static const play usual = {
    .outline = CALM, .inner = CALM, .contrast = 1, .step_s = STEP_S, .scale = 1, .cut_s = 1e9};

static double ring_at(const um_face *face, int x, int y)
{
    const um_point c = um_ring_centre(face);
    const float dx = (float)x - c.x, dy = (float)y - c.y;
    return (double)hypotf(dx, dy) / (double)um_ring_reach(face, atan2f(dy, dx)) * UM_RING_CONTOUR;
}

/* One of many normal numbers: a picture has 160,000. */
static double normal(void)
{
    enum { MANY = 1 << 15 };
    static double made[MANY];
    static int n;
    while (n < MANY)
        made[n++] = rings_normal();
    return made[(int)(rings_uniform() * MANY)];
}

static um_image *draw(const play *p, const um_face *face, const float *ring, double t_s, double dx)
{
    um_image *image = NULL;
    if (um_image_new(&image, SIDE, SIDE, UM_RGB24, NULL) < 0)
        abort();
    const um_rect b = face->box;
    const bool cut = t_s >= p->cut_s;
    double along[SIDE];
    for (int x = 0; x < SIDE; x++)
        along[x] = cut ? sin((x - dx) / 5 + 1) : sin((x - dx) / 9);
    for (int y = 0; y < SIDE; y++) {
        const double down = cut ? sin(y / 6.) : cos(y / 7.);
        for (int x = 0; x < SIDE; x++) {
            const double r = (double)ring[y * SIDE + x];
            const double sigma = r < 14 ? p->inner : r >= 16 && r < 27 ? p->outline : CALM;
            const double contrast = r >= 16 && r < 27 ? p->contrast : cut ? 2 : 1;
            double v = 120 + 30 * contrast * along[x] * down;
            if (t_s >= p->from_s && t_s < p->to_s &&
                (p->hood ? r >= 16 && r < 24
                         : (double)x < (double)b.x + p->share * (double)b.w &&
                               (double)y >= (double)b.y + p->top * (double)b.h))
                v = (x / 12 + y / 12) % 2 ? 30 : 220;
            memset(image->data + y * image->stride + 3 * x,
                   (uint8_t)um_clampd(round(v + sigma * normal()), 0, 255), 3);
        }
    }
    return image;
}

static um_findings *show(const play *p)
{
    static float ring[SIDE * SIDE];
    runner r;
    const um_face face = mean_face(200, 180, p->scale);
    um_image *image = NULL;
    for (int i = 0; i < SIDE * SIDE; i++)
        ring[i] = (float)ring_at(&face, i % SIDE, i / SIDE);
    CHECK(runner_begin(&r, um_signal_find("face_outline")) == UM_OK);
    for (int i = 0; i < PICTURES; i++) {
        um_face shown = face;
        const double t_s = i * p->step_s, dx = i % 2 ? p->jolt_px : 0;
        if (!p->frozen || i % 3 == 0) {
            um_image_free(&image);
            image = draw(p, &face, ring, t_s, dx);
        }
        if (t_s >= p->from_s && t_s < p->to_s)
            shown.pose.yaw_deg = (float)p->turn_deg;
        CHECK(rings_show(&r, image, &shown, t_s) == UM_OK);
    }
    um_image_free(&image);
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static double score_of(um_findings *f, int looks)
{
    const um_result *r = result_of(f, 0);
    const double score = r && r->outcome == UM_SCORED ? r->score : NAN;
    if (looks >= 0)
        CHECK((f->n_series ? (int)f->series[0].n : 0) == looks);
    if (!isnan(score)) {
        double db = NAN;
        char more[8] = "";
        CHECK(sscanf(r->text,
                     "Hairline, ears and jaw change from picture to picture %lf dB %4s than inner face", &db,
                     more) == 2);
        CHECK_NEAR(db, fabs(score), .06);
        CHECK(!strcmp(more, score < 0 ? "less" : "more"));
        CHECK(f->n_evidence >= 1 && f->evidence[0].image && f->evidence[0].image->width == 240);
    }
    um_findings_free(&f);
    return score;
}

/* Noise of four times the deviation is 12 dB; it raises the texture, too, of whose power half counts. */
static void known(void)
{
    play p = usual;
    const double even = score_of(show(&p), 8); /* 3 s in steps of .4 */
    CHECK_NEAR(even, 0, .7);
    p.outline = 4 * CALM;
    const double strong = score_of(show(&p), 8);
    CHECK(strong > 8 && strong < 12.5);
    p.outline = 2 * CALM;
    const double weak = score_of(show(&p), 8);
    CHECK(weak > 4 && weak < 6.1);
    p.outline = p.inner = 4 * CALM; /* half of what it is held against */
    CHECK_NEAR(score_of(show(&p), 8), strong / 2, 1.2);
    p = usual; /* twice the texture is 6 dB, of which half counts */
    p.contrast = 2;
    CHECK_NEAR(score_of(show(&p), 8), -3, .8);
    p = usual;
    p.inner = 4 * CALM;
    CHECK_NEAR(score_of(show(&p), 8), -strong / 2, 1.2);
}

static void gates(void)
{
    play p = usual;
    p.step_s = .059;
    CHECK(!isnan(score_of(show(&p), -1)));
    p.step_s = .061;
    um_findings *f = show(&p);
    CHECK(f->outcome == UM_NOT_APPLICABLE && !result_of(f, 0));
    um_findings_free(&f);
    p = usual;
    p.frozen = true; /* three pictures in a row are one in one of three bursts at least */
    f = show(&p);
    CHECK(f->n_series && f->series[0].n < 8);
    um_findings_free(&f);
    p = usual;
    p.jolt_px = 4; /* of three pictures the middle one: twice 4 pixels of 3.4 a place are beyond .7 */
    f = show(&p);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    p.jolt_px = .5; /* a shift is explained */
    CHECK_NEAR(score_of(show(&p), 8), 0, .9);
    p = usual;
    p.scale = .44f; /* eyes 39.6 pixels apart */
    f = show(&p);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no usable face"));
    um_findings_free(&f);
}

/* How many moments are told beside the flicker's; the first of them. */
static int crossings(const play *p, double *from_s, double *to_s, double *percent)
{
    int n = 0;
    um_findings *f = show(p);
    for (int i = 0; i < f->n_evidence; i++) {
        const char *at = strstr(f->evidence[i].text, "(framed, ");
        if (!strstr(f->evidence[i].text, "something crosses"))
            continue;
        CHECK(f->evidence[i].image && at);
        if (!n++) {
            *from_s = f->evidence[i].from_s;
            *to_s = f->evidence[i].to_s;
            *percent = at ? atof(at + 9) : NAN;
        }
    }
    um_findings_free(&f);
    return n;
}

static void crossed(void)
{
    double from_s = 0, to_s = 0, percent = 0;
    play p = usual;
    p.from_s = 1.9, p.to_s = 2.5, p.share = .4;
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 1);
    CHECK(from_s >= 1.9 && from_s <= 2.3 && to_s >= from_s && to_s < 2.5);
    CHECK(percent > 30 && percent < 55); /* two fifths, in whole blocks */
    p.top = .6;                          /* less than 15 % */
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p.top = 0, p.share = .1; /* less than a block's breadth */
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p.share = .9; /* more than 70 % */
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p.share = .4;
    p.hood = true; /* all of the contour, and nothing of what it surrounds */
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p.hood = false;
    p.turn_deg = 13;
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p.turn_deg = 9;
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 1);
    p = usual;
    p.cut_s = 1.9;
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p = usual;
    p.from_s = 1.1, p.to_s = 1.5, p.share = .4; /* before four looks */
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 0);
    p.from_s = 1.9, p.to_s = 9; /* till the end */
    CHECK(crossings(&p, &from_s, &to_s, &percent) == 1);
}

int main(void)
{
    known();
    gates();
    crossed();
    return check_done();
}
