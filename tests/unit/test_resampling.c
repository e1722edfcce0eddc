/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Residues and spectra worked out by hand; photos with a part that was enlarged. */
#include "../check.h"
#include "dsp/resampled.h"
#include "still_pictures.h"

enum { SIDE = UM_TRACE_SIDE };

static void map_of_one_pixel(void)
{
    static uint8_t luma[SIDE + 2][SIDE + 2];
    static float p[SIDE * SIDE];
    memset(luma, 100, sizeof luma);
    luma[1 + 20][1 + 30] = 103; /* residues 3, 3 / 2 beside it, 3 / 4 across */
    luma[1 + 50][1 + 9] = 120;
    um_trace_map(p, &luma[1][1], SIDE + 2);
    CHECK_NEAR(p[20 * SIDE + 30], exp(-9. / 8), 1e-6);
    CHECK_NEAR(p[20 * SIDE + 31], exp(-2.25 / 8), 1e-6);
    CHECK_NEAR(p[19 * SIDE + 30], exp(-2.25 / 8), 1e-6);
    CHECK_NEAR(p[21 * SIDE + 29], exp(-.5625 / 8), 1e-6);
    CHECK_NEAR(p[20 * SIDE + 33], 1, 1e-6);
    CHECK(p[50 * SIDE + 9] == 0);
}

static void spectrum_of_waves(void)
{
    static float p[SIDE * SIDE];
    um_trace t;
    um_fft *fft = NULL;
    CHECK(um_fft_new(&fft, SIDE, SIDE, NULL) == UM_OK);
    for (int both = 0; both < 2; both++) {
        uint64_t seed = 3;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                p[y * SIDE + x] = (float)(.5 + .2 * cos(2 * M_PI * (13 * x + 6 * y) / SIDE) +
                                          both * .2 * cos(2 * M_PI * (-6 * x + 13 * y) / SIDE + 1) +
                                          .1 * um_random_normal(&seed));
        CHECK(um_trace_spectrum(&t, fft, p));
        CHECK(t.ratio[0][6][12] > 50);
        CHECK(both ? t.ratio[1][6][12] > 50 : t.ratio[1][6][12] < 10);
        CHECK(t.ratio[0][13][5] < 10 && t.ratio[1][12][6] < 10);
    }
    /* Without a wave: exponential of mean 1, a little more since the mean around is estimated. */
    double sum = 0;
    int high = 0, n = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t s = seed;
        for (int i = 0; i < SIDE * SIDE; i++)
            p[i] = (float)(.5 + .1 * um_random_normal(&s));
        CHECK(um_trace_spectrum(&t, fft, p));
        for (int j = 0; j < UM_TRACE_BINS; j++)
            for (int i = 5; i < UM_TRACE_BINS - 1; i++, n += 2) {
                sum += (double)(t.ratio[0][j][i] + t.ratio[1][j][i]);
                high += (t.ratio[0][j][i] > 3) + (t.ratio[1][j][i] > 3);
            }
    }
    CHECK_NEAR(sum / n, 1.05, .05);
    CHECK_NEAR((double)high / n, exp(-3), .015);
    for (int i = 0; i < SIDE * SIDE; i++)
        p[i] = .5f + (i % 7 ? 0 : .02f);
    CHECK(!um_trace_spectrum(&t, fft, p));
    for (int i = 0; i < SIDE * SIDE; i++)
        p[i] = .5f + (i % 7 ? 0 : .04f);
    CHECK(um_trace_spectrum(&t, fft, p));
    um_fft_free(&fft);
}

/* Linear interpolation, from a place in between. */
static um_image *enlarged(const um_image *from, double by, int width, int height)
{
    um_image *to = NULL;
    if (um_image_new(&to, width, height, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const double u = x / by, v = y / by, a = u - floor(u), b = v - floor(v);
            const uint8_t *p = from->data + (int)v * from->stride + (int)u, *q = p + from->stride;
            to->data[y * to->stride + x] =
                (uint8_t)lrint((1 - b) * ((1 - a) * p[0] + a * p[1]) + b * ((1 - a) * q[0] + a * q[1]));
        }
    return to;
}

static double score_of(const um_findings *f)
{
    const um_result *r = of_file(f);
    return r && r->outcome == UM_SCORED ? r->score : -1;
}

static int n_windows(const um_findings *f)
{
    int n = 0;
    const char *text = of_file(f) ? strstr(of_file(f)->text, "rest, by ") : NULL;
    return text && sscanf(text, "rest, by %d windows", &n) == 1 ? n : -1;
}

static double reds(const um_image *image)
{
    int n = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            n += image->data[y * image->stride + 3 * x] > image->data[y * image->stride + 3 * x + 1] + 30;
    return (double)n / (image->width * image->height);
}

static void photos(void)
{
    um_image *photo = textured(512, 400, 22, 1), *other = textured(512, 400, 22, 2), *part;
    um_findings *f = asked_of("resampling", photo, 0, 0);
    CHECK(score_of(f) >= 0 && score_of(f) < .3 && n_windows(f) == 14 * 11 && !f->n_evidence);
    CHECK(!strstr(of_file(f)->text, "whole"));
    um_findings_free(&f);

    /* 64 (1 - 1 / 1.28) = 14 cycles per window */
    part = enlarged(other, 1.28, 512, 400);
    um_image *spliced = turned(photo, 0);
    pasted(spliced, part, 300, 60, 160, 128);
    static const double known[4][4] = {
        {300, 460, 60, 188}, {212, 340, 300, 460}, {52, 212, 212, 340}, {60, 188, 52, 212}};
    for (int i = 0; i < 4; i++) {
        double period, at[4];
        f = asked_of("resampling", spliced, 0, 90 * i);
        CHECK(score_of(f) > .8 && strstr(of_file(f)->text, "4.57 pixels"));
        CHECK(f->n_evidence == 1 && f->evidence[0].image &&
              sscanf(f->evidence[0].text,
                     "Red: windows where fine detail repeats every %lf pixels, along two directions at right "
                     "angles. The largest group lies at x %lf to %lf, y %lf to %lf",
                     &period, at, at + 1, at + 2, at + 3) == 5);
        for (int k = 0; k < 4; k++)
            CHECK(fabs(at[k] - known[i][k]) <= 48);
        /* red in the middle, pale in the corner */
        const um_image *image = f->evidence[0].image;
        const double scale = image->width / (i % 2 ? 400. : 512.);
        const uint8_t *middle = image->data + (int)((known[i][2] + known[i][3]) / 2 * scale) * image->stride +
                                3 * (int)((known[i][0] + known[i][1]) / 2 * scale);
        CHECK(middle[0] > middle[1] + 30 && reds(image) < .3);
        um_findings_free(&f);
    }
    /* As a whole: told, not called. */
    f = asked_of("resampling", part, 0, 0);
    CHECK(score_of(f) >= 0 && score_of(f) < .3 && strstr(of_file(f)->text, "As a whole") &&
          strstr(of_file(f)->text, "4.57 pixels"));
    um_findings_free(&f);
    um_image_free(&part);
    um_image_free(&spliced);

    /* A period of 4 pixels is one of JPEG's blocks. */
    part = enlarged(other, 4. / 3, 512, 400);
    spliced = turned(photo, 0);
    pasted(spliced, part, 300, 60, 160, 128);
    f = asked_of("resampling", spliced, 0, 0);
    CHECK(score_of(f) > .8 && strstr(of_file(f)->text, "4.00 pixels"));
    um_findings_free(&f);
    f = asked_of("resampling", spliced, 95, 0);
    CHECK(score_of(f) >= 0 && score_of(f) < .48);
    um_findings_free(&f);
    um_image_free(&spliced);
    /* Blocks show without a JPEG file, too, and are no period of the whole. */
    spliced = turned(photo, 0);
    compressed(spliced, 85);
    f = asked_of("resampling", spliced, 0, 0);
    CHECK(score_of(f) >= 0 && score_of(f) < .3 && !strstr(of_file(f)->text, "whole"));
    um_findings_free(&f);
    um_image_free(&part);
    um_image_free(&spliced);

    /* Stripes repeat in one direction only. */
    for (int y = 60; y < 188; y++)
        for (int x = 300; x < 460; x++) {
            uint8_t *v = photo->data + y * photo->stride + x;
            *v = (uint8_t)um_clampi((int)lrint(*v + 20 * cos(2 * M_PI * x * 14 / 64)), 0, 255);
        }
    f = asked_of("resampling", photo, 0, 0);
    CHECK(score_of(f) >= 0 && score_of(f) < .48);
    um_findings_free(&f);
    um_image_free(&photo);
    um_image_free(&other);
}

/* Enlarged, then noise: of 1.75 levels it leaves peaks below 35 in each window and a chance of 10^-23 in all,
 * of 2.5 levels nothing. */
static void weak(void)
{
    for (int i = 0; i < 2; i++) {
        um_image *photo = textured(512, 400, 22, 1), *other = textured(512, 400, 22, 2),
                 *part = enlarged(other, 1.28, 512, 400);
        uint64_t seed = 5;
        for (int y = 60; y < 188; y++)
            for (int x = 300; x < 460; x++) {
                uint8_t *v = part->data + y * part->stride + x;
                *v = (uint8_t)um_clampi((int)lrint(*v + (i ? 2.5 : 1.75) * um_random_normal(&seed)), 0, 255);
            }
        pasted(photo, part, 300, 60, 160, 128);
        um_findings *f = asked_of("resampling", photo, 0, 0);
        CHECK(i ? score_of(f) >= 0 && score_of(f) < .3 : score_of(f) > .8 && score_of(f) < log10(1 + 90));
        CHECK(!strstr(of_file(f)->text, "a period of 4.57 pixels in") == (i == 1) && f->n_evidence == 1 - i);
        um_findings_free(&f);
        um_image_free(&photo);
        um_image_free(&other);
        um_image_free(&part);
    }
}

static void sizes(void)
{
    static const int side[][3] = {
        {162, 162, 16}, {1024, 1024, 225}, {2400, 2000, 986}, {161, 400, -1}, {400, 161, -1}};
    for (size_t i = 0; i < sizeof side / sizeof *side; i++) {
        um_image *photo = textured(side[i][0], side[i][1], 22, 3);
        um_findings *f = asked_of("resampling", photo, 0, 0);
        CHECK(n_windows(f) == side[i][2]);
        CHECK(side[i][2] > 0 || strstr(f->n_results ? f->result[0].text : f->reason, "162 needed"));
        um_findings_free(&f);
        um_image_free(&photo);
    }
    /* Texture in two columns of four windows, and in one window beside them. */
    for (int i = 0; i < 2; i++) {
        um_image *photo = textured(162, 162, 22, 3);
        for (int y = 0; y < 162; y++)
            for (int x = 0; x < 162; x++)
                if (x >= (i && y < 32 ? 96 : 64))
                    photo->data[y * photo->stride + x] = 90;
        um_findings *f = asked_of("resampling", photo, 0, 0);
        CHECK(of_file(f)->outcome == (i ? UM_SCORED : UM_NOT_APPLICABLE));
        CHECK(i || strstr(of_file(f)->text, "8 windows"));
        um_findings_free(&f);
        um_image_free(&photo);
    }
    um_image *photo = textured(200, 200, .1, 3);
    um_findings *f = asked_of("resampling", photo, 0, 0);
    CHECK(of_file(f)->outcome == UM_NOT_APPLICABLE && strstr(of_file(f)->text, "too smooth"));
    um_findings_free(&f);
    um_image_free(&photo);
}

int main(void)
{
    map_of_one_pixel();
    spectrum_of_waves();
    photos();
    weak();
    sizes();
    return check_done();
}
