/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps worked out by hand; photos compressed once, twice and with a part that was compressed once. */
#include "../check.h"
#include "dsp/double_jpeg.h"
#include "signals/image/recompressed.h"
#include "still_pictures.h"
#include <unistd.h>

static void tables(void)
{
    uint16_t t[UM_DCT_N];
    bool exact = false;
    um_jpeg_table(t, 50); /* table K.1 itself */
    CHECK(t[0] == 16 && t[1] == 11 && t[7] == 61 && t[8] == 12 && t[56] == 72 && t[63] == 99);
    um_jpeg_table(t, 90); /* (16 * 20 + 50) / 100 ... */
    CHECK(t[0] == 3 && t[1] == 2 && t[8] == 2 && t[63] == 20);
    CHECK(um_jpeg_quality(&exact, t) == 90 && exact);
    t[63]++;
    CHECK(um_jpeg_quality(&exact, t) == 90 && !exact);
    um_jpeg_table(t, 25); /* scale 200 */
    CHECK(t[0] == 32 && t[1] == 22 && t[63] == 198);
    um_jpeg_table(t, 1);
    CHECK(t[0] == 255 && t[1] == 255);
    um_jpeg_table(t, 100);
    CHECK(t[0] == 1 && t[63] == 1);
    CHECK(um_jpeg_zigzag[2] == 8 && um_jpeg_zigzag[5] == 2 && um_jpeg_zigzag[20] == 40);
    CHECK(um_jpeg_steps(7.5f, 5) == 2 && um_jpeg_steps(-7.5f, 5) == -2 && um_jpeg_steps(7.4f, 5) == 1);
}

/* A plane compressed again is that of an independent sum: one coefficient per block of a tilted wave. */
static void again(void)
{
    um_image *image = NULL;
    uint16_t table[UM_DCT_N];
    CHECK(um_image_new(&image, 13, 9, UM_GRAY8, NULL) == UM_OK);
    for (int y = 0; y < 9; y++)
        for (int x = 0; x < 13;
             x++) /* frequency 1 along x of the first block, 41 gray levels: 41 * 4 / sqrt 2 */
            image->data[y * image->stride + x] =
                (uint8_t)lrint(128 + 41 * cos((2 * (x % 8) + 1) * M_PI / 16));
    for (int i = 0; i < UM_DCT_N; i++)
        table[i] = 50;
    um_jpeg_again(image->data, image->stride, image->data, image->stride, 13, 9, table);
    /* 164 * sqrt 2 = 231.9 becomes 250: 44.19 gray levels */
    for (int x = 0; x < 8; x++)
        CHECK(abs(image->data[x] - (int)lrint(128 + 44.19 * cos((2 * x + 1) * M_PI / 16))) <= 1);
    um_image_free(&image);
}

static void ratios(void)
{
    double r[UM_JPEG_REACH + 1];
    um_double_ratio(r, 10, 6); /* of multiples of 10, [-3, 3) holds 0, [3, 9) none, [9, 15) 10, [15, 21) 20 */
    CHECK_NEAR(r[0], 10. / 6, 1e-6);
    CHECK_NEAR(r[1], 10. / 6 * .02275, 1e-4); /* 10 lies two deviations above 9 */
    CHECK_NEAR(r[2], 10. / 6 * .97725, 1e-4);
    CHECK_NEAR(r[3], 10. / 6 * .97725, 1e-3); /* 20, below 21 */
    CHECK_NEAR(r[5], 10. / 6, 1e-6);          /* [27, 33): 30 */
    um_double_ratio(r, 3, 9);
    CHECK_NEAR(r[1], 1, 1e-6); /* [4.5, 13.5): 6, 9, 12 */
}

/* Counts that fall with k, times the ratios of a share of them. */
static um_first_step fitted(int first, int second, double share, double values, uint32_t far)
{
    double r[UM_JPEG_REACH + 1], sum = 0, p[UM_JPEG_REACH + 1];
    uint32_t count[UM_JPEG_REACH + 1] = {0}, once[UM_JPEG_REACH + 1] = {far};
    um_double_ratio(r, first, second);
    for (int k = 1; k <= UM_JPEG_REACH; k++)
        sum += p[k] = exp(-.15 * k) * (1 - share + share * r[k]);
    for (int k = 1; k <= UM_JPEG_REACH; k++) {
        count[k] = (uint32_t)lrint(values * p[k] / sum);
        once[k] = (uint32_t)lrint(1e5 * exp(-.15 * k));
    }
    return um_first_step_fit(count, once, second);
}

static void fits(void)
{
    um_first_step f = fitted(7, 4, .8, 1e5, 0);
    CHECK(f.step == 7 && fabs(f.share - .8) < .01 && f.gain > .2);
    f = fitted(7, 4, .8, 1e5, 1000000000); /* zero is not asked */
    CHECK(f.step == 7 && fabs(f.share - .8) < .01);
    CHECK(fitted(40, 6, .7, 1e5, 0).step == 40 && fitted(41, 6, .7, 1e5, 0).step != 41);
    CHECK(fitted(5, 2, 1, 1e5, 0).share > .99);
    CHECK(fitted(7, 4, 1, 194, 0).step == 0 && fitted(7, 4, 1, 208, 0).step == 7);
    f = fitted(1, 4, 1, 1e5, 0); /* once */
    CHECK(f.gain < .001);
}

static int region_of(const um_findings *f, double at[4])
{
    int blocks = 0;
    const char *text = f->n_evidence ? strstr(f->evidence[0].text, "region, ") : NULL;
    if (!text || sscanf(text, "region, %d blocks, lies at x %lf to %lf, y %lf to %lf", &blocks, at, at + 1,
                        at + 2, at + 3) != 5)
        return 0;
    return blocks;
}

static double score_of(const um_findings *f)
{
    const um_result *r = of_file(f);
    return r && r->outcome == UM_SCORED ? r->score : -1;
}

static void photos(void)
{
    um_image *raw = textured(320, 240, 22, 1), *once = textured(320, 240, 22, 1), *photo = NULL;
    double at[4] = {0};
    compressed(once, 70);
    photo = turned(once, 0);
    compressed(photo, 90);
    um_findings *f = asked_of("compression", photo, 90, 0);
    const double clean = score_of(f);
    CHECK(clean >= 0 && clean < 2.3);
    CHECK(f->result[0].text && strstr(f->result[0].text, "quality about 70, then 90") &&
          strstr(f->result[0].text, "all parts"));
    um_findings_free(&f);
    um_image_free(&photo);

    photo = turned(once, 0); /* 3 x 3 blocks are seen, but too few to be told */
    pasted(photo, raw, 200, 40, 24, 24);
    compressed(photo, 90);
    f = asked_of("compression", photo, 90, 0);
    CHECK(score_of(f) > 1 && score_of(f) < 2.3 && strstr(f->result[0].text, "all parts"));
    um_findings_free(&f);
    um_image_free(&photo);

    photo = turned(once, 0);
    pasted(photo, raw, 200, 40, 72, 48); /* 9 x 6 blocks */
    compressed(photo, 90);
    static const double known[4][4] = {
        {200, 272, 40, 88}, {152, 200, 200, 272}, {48, 120, 152, 200}, {40, 88, 48, 120}};
    double first = 0;
    for (int i = 0; i < 4; i++) {
        f = asked_of("compression", photo, 90, 90 * i);
        CHECK(score_of(f) > 2.6 && strstr(f->result[0].text, "lacks the trace"));
        CHECK_NEAR(score_of(f), i ? first : score_of(f), 1e-5);
        first = score_of(f);
        const int blocks = region_of(f, at);
        CHECK(blocks >= 54 && blocks <= 70);
        for (int k = 0; k < 4; k++) /* windows reach a block beyond */
            CHECK(fabs(at[k] - known[i][k]) <= 16);
        CHECK(f->n_evidence == 3 && f->evidence[0].image &&
              f->evidence[0].image->width == (i % 2 ? 240 : 320));
        um_findings_free(&f);
    }
    /* the clipped part says nothing */
    for (int y = 40; y < 88; y += 8)
        for (int x = 200; x < 272; x += 8)
            photo->data[y * photo->stride + x] = 255;
    f = asked_of("compression", photo, 90, 0);
    CHECK(score_of(f) < 2.3);
    um_findings_free(&f);
    um_image_free(&photo);

    /* most of the photo was compressed once: what is left of the trace is too little */
    photo = turned(once, 0);
    pasted(photo, raw, 0, 0, 320, 136);
    compressed(photo, 90);
    f = asked_of("compression", photo, 90, 0);
    CHECK(of_file(f)->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    um_image_free(&photo);

    compressed(raw, 90);
    f = asked_of("compression", raw, 90, 0);
    CHECK(of_file(f)->outcome == UM_NOT_APPLICABLE &&
          strstr(of_file(f)->text, "no trace of a compression before"));
    um_findings_free(&f);
    f = asked_of("compression", raw, 0, 0);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    um_image_free(&raw);
    um_image_free(&once);
}

static void small(void)
{
    for (int i = 0; i < 4; i++) {
        um_image *photo = textured(i == 0 ? 127 : 128, i == 1 ? 127 : 128, 22, 3);
        if (i != 3)
            compressed(photo, 60);
        compressed(photo, 85);
        um_findings *f = asked_of("compression", photo, 85, 0);
        CHECK((f->n_evidence == 0) == (i < 2));
        CHECK(i >= 2 || strstr(f->n_results ? f->result[0].text : f->reason, "too small"));
        um_findings_free(&f);
        um_image_free(&photo);
    }
}

/* Ghost and error level of blocks whose coefficients are known. */
static void recompressed(void)
{
    float dct[3 * UM_DCT_N] = {0}, out[3];
    uint16_t t[UM_DCT_N];
    um_jpeg_table(t, 50);
    dct[1] = 14;               /* step 11: 11, off by 3 */
    dct[2 * UM_DCT_N + 8] = 7; /* step 12: 12, off by 5 */
    um_ghost(out, dct, 3, 1, 50);
    CHECK_NEAR(out[0], 9. / 64 / 2, 1e-6);
    CHECK_NEAR(out[1], 25. / 64 / 2, 1e-6);
    CHECK_NEAR(out[2], 25. / 64, 1e-6);
    um_ghost(out, dct, 1, 3, 50);
    CHECK_NEAR(out[0], 9. / 64 / 2, 1e-6);
    CHECK_NEAR(out[1], 25. / 64 / 2, 1e-6);

    um_image *image = textured(21, 10, 30, 4), *again = turned(image, 0);
    float level[6];
    compressed(again, 60);
    CHECK(um_error_level(level, image, 8, 60, NULL) == UM_OK);
    for (int row = 0; row < 2; row++)
        for (int col = 0; col < 3; col++) {
            double sum = 0;
            int n = 0;
            for (int y = 8 * row; y < 8 * row + 8 && y < 10; y++)
                for (int x = 8 * col; x < 8 * col + 8 && x < 21; x++, n++)
                    sum += abs(image->data[y * image->stride + x] - again->data[y * again->stride + x]);
            CHECK_NEAR(level[3 * row + col], sum / n, 1e-4);
        }
    um_image_free(&image);
    um_image_free(&again);
}

/* Which table is luma's; 16-bit steps; one with a step of zero is none. */
static void in_files(void)
{
    char path[] = "/tmp/unmask-compression-XXXXXX";
    const int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    for (int i = 0; i < 4; i++) {
        uint8_t b[512] = {0xFF, 0xD8, 0xFF, 0xDB, 0, 2 + 65 + 129, 0};
        uint16_t t[UM_DCT_N];
        um_probe probe;
        size_t n = 6;
        um_jpeg_table(t, 30);
        b[n++] = 0;
        for (int k = 0; k < 64; k++)
            b[n++] = (uint8_t)t[um_jpeg_zigzag[k]];
        um_jpeg_table(t, 80);
        b[n++] = 0x12;
        for (int k = 0; k < 64; k++, n += 2) {
            b[n] = k == 5 && i == 3; /* 256 more: another table */
            b[n + 1] = (uint8_t)(i == 2 && k == 9 ? 0 : t[um_jpeg_zigzag[k]]);
        }
        const uint8_t rest[] = {0xFF, 0xC0,      0, 17,   8, 0, 16,   0, 24,   3,   1,
                                0x22, i ? 2 : 0, 2, 0x11, 0, 3, 0x11, 0, 0xFF, 0xDA};
        memcpy(b + n, rest, sizeof rest);
        CHECK(um_file_write(path, b, n + sizeof rest, NULL) == UM_OK);
        CHECK(um_probe_file(&probe, path, NULL, NULL) == UM_OK);
        CHECK(probe.jpeg.quality == (i == 0 ? 30 : i == 2 ? 0 : 80) && probe.jpeg.standard == (i < 2));
        CHECK(i != 1 || !memcmp(probe.jpeg.luma, t, sizeof t));
        CHECK(i != 3 || probe.jpeg.luma[2] == t[2] + 256);
    }
    unlink(path);
}

int main(void)
{
    tables();
    again();
    ratios();
    fits();
    recompressed();
    in_files();
    small();
    photos();
    return check_done();
}
