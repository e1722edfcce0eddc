/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks whose place against a face, shift, kind and quantiser are known. */
#include "../check.h"
#include "faces/regions.h"
#include "made_skin.h"
#include "media/geometry.h"
#include "signal_run.h"
#include <string.h>

enum { SIDE = 400, BLOCK = 8, COLS = SIDE / BLOCK };
enum { IN, RING, OUT };

static um_codec_block block[COLS * COLS];
static int zone[COLS * COLS], count[3];

/* Even-odd, by the line to the right. */
static bool inside(const um_point *c, um_point middle, double times, double x, double y)
{
    bool in = false;
    for (int i = 0, j = UM_CONTOUR_CORNERS - 1; i < UM_CONTOUR_CORNERS; j = i++) {
        const double ax = (double)middle.x + times * (double)(c[i].x - middle.x),
                     ay = (double)middle.y + times * (double)(c[i].y - middle.y),
                     bx = (double)middle.x + times * (double)(c[j].x - middle.x),
                     by = (double)middle.y + times * (double)(c[j].y - middle.y);
        if ((ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax))
            in = !in;
    }
    return in;
}

/* Neighbours differ by 3 pixels in the face, by half a one in the ring, and by 20 elsewhere. */
static um_codec_picture made(const um_face *face)
{
    um_point contour[UM_CONTOUR_CORNERS];
    um_face_contour(contour, face);
    const um_point middle = um_rect_centre(um_points_box(contour, UM_CONTOUR_CORNERS));
    memset(count, 0, sizeof count);
    for (int i = 0; i < COLS * COLS; i++) {
        const double x = (i % COLS + .5) * BLOCK, y = (i / COLS + .5) * BLOCK;
        const int z = inside(contour, middle, 1, x, y)                                          ? IN
                      : inside(contour, middle, 2, x, y) && !inside(contour, middle, 1.2, x, y) ? RING
                                                                                                : OUT;
        const float half[3] = {1.5f, .25f, 10};
        const bool odd = (i % COLS + i / COLS) % 2;
        zone[i] = z;
        count[z]++;
        block[i] = (um_codec_block){odd ? half[z] : -half[z], 0,
                                    (int16_t)(z == IN     ? 30
                                              : z == RING ? 24
                                                          : 51),
                                    UM_BLOCK_PAST};
        if (z == OUT && i % 3 == 0)
            block[i].kind = UM_BLOCK_INTRA;
    }
    return (um_codec_picture){.type = 'P',
                              .bytes = 1,
                              .quantisers = UM_QUANTISERS_H264,
                              .has_motion = true,
                              .cols = COLS,
                              .rows = COLS,
                              .w = BLOCK,
                              .h = BLOCK,
                              .block = block};
}

typedef struct shown {
    um_codec_picture codec;
    double t_s;
} shown;

static um_findings *run(um_face *face, int n_faces, const shown *s, int n, bool interlaced)
{
    runner r;
    um_image *rgb = NULL;
    CHECK(um_image_new(&rgb, SIDE, SIDE, UM_RGB24, NULL) == UM_OK);
    memset(rgb->data, 90, (size_t)rgb->stride * SIDE);
    CHECK(runner_begin(&r, um_signal_find("face_codec")) == UM_OK);
    r.media.video_codec = "h264";
    r.media.interlaced = interlaced;
    for (int i = 0; i < n; i++) {
        um_frame frame = {
            .index = i, .t_s = s[i].t_s, .rgb = rgb, .codec = s[i].codec.type ? &s[i].codec : NULL};
        CHECK(runner_picture(&r, &frame, face, n_faces) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&rgb);
    return runner_end(&r);
}

static double score_of(um_face *face, um_codec_picture codec, const char *words)
{
    const shown one = {codec, 0};
    um_findings *f = run(face, 1, &one, 1, false);
    const um_result *r = result_of(f, 0);
    const double score = r && r->outcome == UM_SCORED ? r->score : NAN;
    CHECK(r && strstr(r->text, words));
    if (r && !strstr(r->text, words))
        fprintf(stderr, "%s\n  %s\n", words, r->text);
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->height == 240);
    um_findings_free(&f);
    return score;
}

static void known(void)
{
    um_face face = mean_face(200, 180, .8f);
    um_codec_picture c = made(&face);
    CHECK(count[IN] > 40 && count[RING] > 80);
    CHECK_NEAR(
        score_of(&face, c,
                 "by 3.00 pixels in the face and 0.50 around it; 0 % and 0 % are coded anew, 0 % and 0 % "
                 "stand still; the quantiser's step is +100 %, in 1 picture"),
        log2(3.25 / .75), .01);
    /* every third block of the face anew, every fifth of the ring stands */
    char words[100];
    int n[3] = {0}, anew = 0, stand = 0;
    for (int i = 0; i < COLS * COLS; i++) {
        const int k = n[zone[i]]++;
        if (zone[i] == IN && k % 3 == 0 && ++anew)
            block[i].kind = UM_BLOCK_INTRA;
        if (zone[i] == RING && k % 5 == 0 && ++stand)
            block[i].dx *= .99f;
    }
    snprintf(words, sizeof words, "%.0f %% and 0 %% are coded anew, 0 %% and %.0f %% stand",
             100. * anew / n[IN], 100. * stand / n[RING]);
    score_of(&face, c, words);
    /* blocks from both sides have a shift, those from the future none; other quantisers */
    c = made(&face);
    c.quantisers = UM_QUANTISERS_MPEG;
    for (int i = 0; i < COLS * COLS; i++) {
        block[i].kind = zone[i] == IN ? UM_BLOCK_BOTH : UM_BLOCK_FUTURE;
        block[i].quantiser = zone[i] == IN ? 6 : 8;
    }
    CHECK_NEAR(score_of(&face, c,
                        "by 3.00 pixels in the face and 0.00 around it; 0 % and 0 % are coded anew, 0 % "
                        "and 0 % stand still; the quantiser's step is -25 %"),
               log2(3.25 / .25), .01);
    /* differences down count as those across */
    c = made(&face);
    for (int i = 0; i < COLS * COLS; i++)
        block[i].dx = 0, block[i].dy = zone[i] == IN && i / COLS % 2 ? 2 : 0;
    score_of(&face, c, "coded anew, ");
    int down = 0, pairs = 0;
    for (int i = 0; i < COLS * COLS; i++) {
        const bool right = i % COLS + 1 < COLS && zone[i] == IN && zone[i + 1] == IN;
        const bool below = i + COLS < COLS * COLS && zone[i] == IN && zone[i + COLS] == IN;
        down += below;
        pairs += right + below;
    }
    CHECK_NEAR(score_of(&face, c, "the quantiser's step"), log2((2. * down / pairs + .25) / .25), .01);
}

/* The fewest blocks of a face that are enough. */
static void small(void)
{
    static const int wanted[2] = {11, 12};
    for (int k = 0; k < 2; k++) {
        um_face face = {0};
        um_codec_picture c = {0};
        count[IN] = 0;
        for (float scale = .1f; count[IN] != wanted[k] && scale < .6f; scale += .002f) {
            face = mean_face(203, 181, scale);
            c = made(&face);
        }
        CHECK(count[IN] == wanted[k] && count[RING] >= 12);
        const shown one = {c, 0};
        um_findings *f = run(&face, 1, &one, 1, false);
        if (k) {
            CHECK(result_of(f, 0) && result_of(f, 0)->outcome == UM_SCORED);
        } else {
            CHECK(f->outcome == UM_NOT_APPLICABLE &&
                  strstr(f->reason, "covers 11 blocks of the codec, 12 and"));
        }
        um_findings_free(&f);
    }
}

static int looks(um_face *face, const shown *s, int n)
{
    int got = 0;
    um_findings *f = run(face, 1, s, n, false);
    const um_result *r = result_of(f, 0);
    if (r && r->outcome == UM_SCORED)
        CHECK(sscanf(strstr(r->text, "%, in ") ? strstr(r->text, "%, in ") : "", "%%, in %d", &got) == 1);
    um_findings_free(&f);
    return got;
}

static void when(void)
{
    um_face face = mean_face(200, 180, .8f);
    const um_codec_picture c = made(&face);
    um_codec_picture b = c, i = c, none = c;
    b.type = 'B';
    i.type = 'I';
    none.has_motion = false;
    CHECK(looks(&face, (const shown[]){{c, 0}, {c, .19}, {c, .2}, {c, .39}}, 4) == 2);
    CHECK(looks(&face, (const shown[]){{c, 0}, {c, .2}}, 2) == 2);
    CHECK(looks(&face, (const shown[]){{b, 0}, {i, .2}, {none, .4}, {c, .7}}, 4) == 1);
    um_face far = mean_face(-300, 180, .8f);
    CHECK(looks(&far, (const shown[]){{c, 0}}, 1) == 0);
    um_face broken = face;
    broken.points[5].x = NAN;
    CHECK(looks(&broken, (const shown[]){{c, 0}}, 1) == 0);
    broken.points[5].x = 1e30f;
    CHECK(looks(&broken, (const shown[]){{c, 0}}, 1) == 0);

    const shown nothing = {{0}, 0};
    um_findings *f = run(&face, 1, &nothing, 1, true);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no motion of blocks (h264, interlaced)"));
    um_findings_free(&f);
    const shown whole[] = {{i, 0}, {i, .2}};
    f = run(&face, 1, whole, 2, false);
    CHECK(f->outcome == UM_NOT_APPLICABLE &&
          !strcmp(f->reason, "no picture is predicted from an earlier one (h264)"));
    um_findings_free(&f);
    const shown one = {c, 0};
    f = run(&face, 0, &one, 1, false);
    CHECK(f->outcome == UM_NOT_APPLICABLE && !strcmp(f->reason, "no face was followed"));
    um_findings_free(&f);
}

int main(void)
{
    known();
    small();
    when();
    return check_done();
}
