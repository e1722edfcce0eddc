/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two normal distributions worked out by hand; green seen by every second pixel, with a part that was not. */
#include "../check.h"
#include "dsp/filter_array.h"
#include "signals/image/parts.h"
#include "still_pictures.h"

enum { SIDE = UM_CFA_BLOCK + 2 };

/* Noise; at pixels with (x + y) % 2 != phase the mean of the neighbours, and `more` noise after it. */
static um_image *seen(int width, int height, int phase, double more, uint64_t seed)
{
    um_image *image = textured(width, height, 12, seed);
    for (int y = 1; y < height - 1; y++)
        for (int x = 1; x < width - 1; x++) {
            uint8_t *p = image->data + y * image->stride + x;
            if (((x + y) & 1) != phase)
                *p = (uint8_t)((p[-1] + p[1] + p[-image->stride] + p[image->stride] + 2) / 4);
        }
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint8_t *p = image->data + y * image->stride + x;
            *p = (uint8_t)um_clampi((int)lrint(*p + more * um_random_normal(&seed)), 2, 250);
        }
    return image;
}

static void ratios(void)
{
    float even = 0, odd = 0;
    um_image *image = seen(64, 64, 0, 0, 5);
    uint8_t *at = image->data + 20 * image->stride + 20;
    CHECK(um_cfa_ratio(&even, at, 1, image->stride) && even > 2);
    CHECK(um_cfa_ratio(&odd, at + 1, 1, image->stride) && odd < -2);
    *at = 1;
    CHECK(um_cfa_ratio(&even, at, 1, image->stride));
    *at = 0;
    CHECK(!um_cfa_ratio(&even, at, 1, image->stride));
    *at = 254;
    CHECK(um_cfa_ratio(&even, at, 1, image->stride));
    *at = 255;
    CHECK(!um_cfa_ratio(&even, at, 1, image->stride));
    um_image_free(&image);

    /* One pixel by d: errors d there and -d / 4 beside it, in a square of 32 pixels of either colour:
     * variances d^2 / 32 - d^2 / 32^2 = 31 d^2 / 1024 and (4 / 16) d^2 / 32 - d^2 / 32^2 = 7 d^2 / 1024, in
     * one of four. */
    uint8_t flat[SIDE][SIDE];
    memset(flat, 100, sizeof flat);
    flat[1 + 4][1 + 2] = 110;
    CHECK(um_cfa_ratio(&even, &flat[1][1], 1, SIDE)); /* mean variance 38 * 100 / 1024 / 8 = .46 */
    CHECK_NEAR(even, log((31 * 100. / 1024 + .1) / (7 * 100. / 1024 + .1)) / 4, 1e-5);
    flat[1 + 4][1 + 2] = 108; /* .30 */
    CHECK(!um_cfa_ratio(&even, &flat[1][1], 1, SIDE));
    flat[1 + 4][1 + 2] = 109;
    CHECK(um_cfa_ratio(&even, &flat[1][1], 1, SIDE));
}

static void normals(void)
{
    enum { N = 4000 };
    static double v[N];
    uint64_t seed = 7;
    for (int i = 0; i < N; i++)
        v[i] = i % 4 ? 1.2 + .3 * um_random_normal(&seed) : .2 * um_random_normal(&seed);
    um_two_normals m = um_two_normals_fit(v, N);
    CHECK_NEAR(m.share, .25, .02);
    CHECK_NEAR(m.mean, 1.2, .03);
    CHECK_NEAR(m.deviation[0], .2, .02);
    CHECK_NEAR(m.deviation[1], .3, .02);
    for (int i = 0; i < N; i++)
        v[i] = i % 4 ? 3 + .02 * um_random_normal(&seed) : .6 * um_random_normal(&seed);
    m = um_two_normals_fit(v, N);
    CHECK_NEAR(m.deviation[0], .3, 1e-9);
    CHECK_NEAR(m.deviation[1], .1, 1e-9);
    m = (um_two_normals){.2, 1, {.2, .4}};
    CHECK_NEAR(um_two_normals_nats(&m, 0), 3.125 + log(2), 1e-9);
    CHECK_NEAR(um_two_normals_nats(&m, -1), 3.125 + log(2), 1e-9);
    CHECK_NEAR(um_two_normals_nats(&m, .5), .5 * (1.5625 - 6.25) + log(2), 1e-9);
}

/* For in 3 x 3 of 7 x 5 cells: over windows of 3 x 3 in all but its corners, where 4 of 9 are for. */
static void regions(void)
{
    float value[5 * 7];
    um_part r;
    for (int i = 0; i < 5 * 7; i++)
        value[i] = i % 7 >= 3 && i % 7 <= 5 && i / 7 >= 1 && i / 7 <= 3 ? 2 : -2;
    CHECK(um_part_strongest(&r, value, 7, 5, 3, 5, NULL) == UM_OK && r.n == 5 && r.sum == 10);
    CHECK(r.x0 == 3 && r.x1 == 5 && r.y0 == 1 && r.y1 == 3);
    CHECK(um_part_strongest(&r, value, 7, 5, 3, 6, NULL) == UM_OK && r.n == 0);
}

/* Green is the picture, red and blue are nothing that could be mistaken for it. */
static um_findings *asked_at(const um_image *green, int quality)
{
    um_image *rgb = NULL;
    runner r;
    CHECK(um_image_new(&rgb, green->width, green->height, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < green->height; y++)
        for (int x = 0; x < green->width; x++) {
            uint8_t *p = rgb->data + y * rgb->stride + 3 * x;
            p[0] = p[2] = 255;
            p[1] = green->data[y * green->stride + x];
        }
    const um_probe probe = {.jpeg = {.quality = quality}};
    um_frame frame = {.rgb = rgb, .gray = (um_image *)green};
    CHECK(runner_begin(&r, um_signal_find("cfa")) == UM_OK);
    r.media.is_photo = true;
    r.media.width = green->width;
    r.media.height = green->height;
    CHECK(runner_push(&r, &(um_signal_input){.frame = &frame, .probe = &probe}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&rgb);
    return runner_end(&r);
}

static um_findings *asked(const um_image *green)
{
    return asked_at(green, 0);
}

static double score_of(const um_findings *f)
{
    const um_result *r = of_file(f);
    return r && r->outcome == UM_SCORED ? r->score : -1;
}

static bool skipped(const um_findings *f, const char *why)
{
    const um_result *r = of_file(f);
    const char *text = r ? r->text : f->reason;
    return (!r || r->outcome == UM_NOT_APPLICABLE) && text && strstr(text, why);
}

static void spliced(int width, int height, int phase, int x, int y, int w, int h, int pitch)
{
    const int near = 2 * pitch + 2;
    um_image *photo = seen(width, height, phase, 0, 1), *other = textured(width, height, 12, 2);
    pasted(photo, other, x, y, w, h);
    um_findings *f = asked(photo);
    int n, at[4] = {0};
    CHECK(score_of(f) > 2 && strstr(of_file(f)->text, "a region of"));
    CHECK(
        f->n_evidence == 1 && f->evidence[0].image &&
        sscanf(f->evidence[0].text,
               "Red: blocks without the trace of the colour filter. The largest such region, %d blocks, lies "
               "at x %d to %d, y %d to %d",
               &n, at, at + 1, at + 2, at + 3) == 5);
    CHECK(abs(at[0] - x) <= near && abs(at[1] - x - w) <= near && abs(at[2] - y) <= near &&
          abs(at[3] - y - h) <= near);
    CHECK(at[0] % pitch == 0 && at[2] % pitch == 0);
    um_findings_free(&f);
    um_image_free(&photo);
    um_image_free(&other);
}

static void photos(void)
{
    um_image *photo, *other = textured(320, 240, 12, 2);
    um_findings *f;
    for (int phase = 0; phase < 2; phase++) {
        photo = seen(320, 240, phase, 0, 1);
        f = asked(photo);
        CHECK(score_of(f) >= 0 && score_of(f) < 2 && strstr(of_file(f)->text, "no large part lacks it"));
        um_findings_free(&f);
        f = asked_at(photo, 94 + phase);
        CHECK(phase ? score_of(f) >= 0 : skipped(f, "quality 94, 95 needed"));
        um_findings_free(&f);
        um_image_free(&photo);
        spliced(320, 240, phase, 96, 64, 160, 112, 16);
    }
    spliced(2700, 2000, 1, 950, 800, 380, 380, 19); /* a block in 19 x 19 pixels: the chessboard alternates */

    /* n x 6 blocks in their grid, 3 nats from each but those in the corners */
    for (int n = 6; n <= 7; n++) {
        photo = seen(320, 240, 0, 0, 1);
        pasted(photo, other, 1 + 4 * 16, 1 + 3 * 16, n * 16, 6 * 16);
        f = asked(photo);
        CHECK_NEAR(score_of(f), log10(1 + 3 * (6 * n - 4)), .01);
        CHECK(!strstr(of_file(f)->text, "a region of") == (n == 6)); /* 96 nats, 114 */
        um_findings_free(&f);
        um_image_free(&photo);
    }

    /* 2 x 3 whole blocks are too few */
    photo = seen(320, 240, 0, 0, 1);
    pasted(photo, other, 96, 64, 34, 50);
    f = asked(photo);
    CHECK(score_of(f) >= 0 && score_of(f) < 2);
    um_findings_free(&f);
    um_image_free(&photo);

    f = asked(other);
    CHECK(skipped(f, "no trace of a camera"));
    um_findings_free(&f);
    photo = seen(320, 240, 0, 30, 1);
    f = asked(photo);
    CHECK(skipped(f, "too weak"));
    um_findings_free(&f);
    um_image_free(&photo);
    um_image_free(&other);
}

static void sizes(void)
{
    for (int i = 0; i < 4; i++) { /* 100 blocks, 99, too small twice */
        um_image *photo = seen(i == 2 ? 161 : 162, i == 3 ? 161 : 162, 0, 0, 3);
        if (i == 1)
            photo->data[30 * photo->stride + 30] = 255;
        um_findings *f = asked(photo);
        CHECK(i == 0 ? score_of(f) >= 0 : skipped(f, i == 1 ? "99 blocks" : "162 needed"));
        um_findings_free(&f);
        um_image_free(&photo);
    }
}

int main(void)
{
    ratios();
    normals();
    regions();
    photos();
    sizes();
    return check_done();
}
