/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos whose blue and red run together as much as is known. */
#include "../check.h"
#include "still_pictures.h"

static void put(um_image *rgb, int x, int y, double luma, double cb, double cr)
{
    uint8_t *v = rgb->data + y * rgb->stride + (ptrdiff_t)3 * x;
    const double r = luma + 1.402 * cr, b = luma + 1.772 * cb, g = (luma - .299 * r - .114 * b) / .587;
    v[0] = (uint8_t)um_clampd(round(r), 0, 255);
    v[1] = (uint8_t)um_clampd(round(g), 0, 255);
    v[2] = (uint8_t)um_clampd(round(b), 0, 255);
}

/* Squares of `square` pixels: Cb normal of `sigma`, Cr = `follows` times that, and as much of its own that
 * the correlation is `follows`. */
static um_image *coloured(int width, int height, int square, double sigma, double follows)
{
    um_image *rgb = NULL;
    uint64_t seed = 5;
    const int cols = (width + square - 1) / square;
    double *cb = calloc((size_t)cols, sizeof *cb), *cr = calloc((size_t)cols, sizeof *cr);
    if (!cb || !cr || um_image_new(&rgb, width, height, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++) {
        for (int i = 0; i < cols && y % square == 0; i++) {
            const double a = um_random_normal(&seed), b = um_random_normal(&seed);
            cb[i] = sigma * a;
            cr[i] = sigma * (follows * a + sqrt(1 - follows * follows) * b);
        }
        for (int x = 0; x < width; x++)
            put(rgb, x, y, 120, cb[x / square], cr[x / square]);
    }
    free(cb);
    free(cr);
    return rgb;
}

static um_findings *ask(um_image *rgb, bool is_photo)
{
    runner r;
    um_frame frame = {.rgb = rgb};
    CHECK(runner_begin(&r, um_signal_find("colour_statistics")) == UM_OK);
    r.media.is_photo = is_photo;
    r.media.width = rgb->width;
    r.media.height = rgb->height;
    for (int i = 0; i < 2; i++) /* once is enough */
        CHECK(runner_push(&r, &(um_signal_input){.frame = &frame}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&rgb);
    return runner_end(&r);
}

typedef struct said {
    double score, over, under;
    int places;
} said;

static said answer(um_image *rgb)
{
    said s = {NAN, NAN, NAN, 0};
    double again = NAN;
    um_findings *f = ask(rgb, true);
    const um_result *r = of_file(f);
    CHECK(f->n_results == 1);
    if (r && r->outcome == UM_SCORED) {
        const char *at = strstr(r->text, "(correlation ");
        s.score = r->score;
        CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 240);
        CHECK(at &&
              sscanf(at, "(correlation %lf, %d places); %lf %% of the pixels are over-, %lf %% under-exposed",
                     &again, &s.places, &s.over, &s.under) == 4);
        CHECK_NEAR(again, -s.score, .0051);
        CHECK(!strncmp(r->text + 36, s.score > 0 ? "against" : "together", 7));
    }
    um_findings_free(&f);
    return s;
}

/* By the definition, of the middle 384 x 384. */
static double defined(const um_image *rgb)
{
    static double c[2][96][96];
    double m[2] = {0}, v[2] = {0}, both = 0;
    int n = 0;
    const int left = (rgb->width - 384) / 2, top = (rgb->height - 384) / 2;
    memset(c, 0, sizeof c);
    for (int y = 0; y < 384; y++)
        for (int x = 0; x < 384; x++) {
            const uint8_t *p = rgb->data + (top + y) * rgb->stride + (ptrdiff_t)3 * (left + x);
            const double luma = .299 * p[0] + .587 * p[1] + .114 * p[2];
            c[0][y / 4][x / 4] += (p[2] - luma) / 1.772 / 16;
            c[1][y / 4][x / 4] += (p[0] - luma) / 1.402 / 16;
        }
    static double f[2][94 * 94];
    for (int y = 1; y < 95; y++)
        for (int x = 1; x < 95; x++, n++)
            for (int k = 0; k < 2; k++) {
                f[k][n] =
                    c[k][y][x] - (c[k][y - 1][x] + c[k][y + 1][x] + c[k][y][x - 1] + c[k][y][x + 1]) / 4;
                m[k] += f[k][n];
            }
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 2; k++)
            v[k] += pow(f[k][i] - m[k] / n, 2);
        both += (f[0][i] - m[0] / n) * (f[1][i] - m[1] / n);
    }
    return -both / sqrt(v[0] * v[1]);
}

static void known(void)
{
    static const double follows[] = {-.9, -.6, -.2, .5};
    for (int i = 0; i < 4; i++) {
        um_image *rgb = coloured(400, 420, 4, 14, follows[i]);
        const double by_hand = defined(rgb);
        const said s = answer(rgb);
        CHECK_NEAR(s.score, by_hand, 1e-4);
        CHECK_NEAR(s.score, -follows[i], .05); /* 8,836 places that share neighbours */
        CHECK(s.places == 94 * 94 && s.over == 0 && s.under == 0);
    }
    /* what is finer than four pixels cancels: the halves of each square are opposite, but for its own tone */
    um_image *rgb = coloured(400, 420, 4, 14, -.6);
    const double before = defined(rgb);
    for (int y = 0; y < 420; y++)
        for (int x = 0; x < 400; x++) {
            uint8_t *v = rgb->data + y * rgb->stride + (ptrdiff_t)3 * x;
            const int more = (x + 2) / 4 % 2 ? 20 : -20; /* two of each square, the middle begins at 8 */
            v[0] = (uint8_t)um_clampi(v[0] + more, 0, 255);
            v[2] = (uint8_t)um_clampi(v[2] + more, 0, 255);
        }
    CHECK_NEAR(answer(rgb).score, before, .02);
}

/* 20 of 100 pixels white, 10 black, 5 nearly: the ends are 250 of all three and 5 of the largest. */
static void exposure(void)
{
    um_image *rgb = coloured(400, 400, 4, 14, -.5);
    for (int y = 8; y < 392; y++)
        for (int x = 0; x < 400; x++) {
            uint8_t *v = rgb->data + y * rgb->stride + (ptrdiff_t)3 * x;
            const int row = y - 8; /* 384 rows: 48 are an eighth */
            if (row < 48)
                v[0] = 255, v[1] = 250, v[2] = 252;
            else if (row < 96)
                v[0] = 255, v[1] = 249, v[2] = 255;
            else if (row < 120)
                v[0] = 5, v[1] = 0, v[2] = 5;
            else if (row < 144)
                v[0] = 0, v[1] = 6, v[2] = 0;
        }
    const said s = answer(rgb);
    CHECK_NEAR(s.over, 12.5, .051);
    CHECK_NEAR(s.under, 6.25, .051);
}

/* Nine squares of another blue and red on gray: the power of the weaker on either side of .01. */
static void few_colours(void)
{
    int spoke = 0, silent = 0;
    for (double more = 1; more < 9; more += .25) {
        static double c[96][96];
        double power = 0;
        um_image *rgb = coloured(400, 400, 4, 0, 0);
        for (int i = 0; i < 9 * 16; i++)
            put(rgb, 72 + i / 16 % 3 * 128 + i % 4, 72 + i / 48 * 128 + i / 4 % 4, 120, .6 * more, -more);
        memset(c, 0, sizeof c);
        for (int y = 0; y < 384; y++)
            for (int x = 0; x < 384; x++) {
                const uint8_t *p = rgb->data + (8 + y) * rgb->stride + (ptrdiff_t)3 * (8 + x);
                c[y / 4][x / 4] += (p[2] - (.299 * p[0] + .587 * p[1] + .114 * p[2])) / 1.772 / 16;
            }
        for (int y = 1; y < 95; y++)
            for (int x = 1; x < 95; x++)
                power +=
                    pow(c[y][x] - (c[y - 1][x] + c[y + 1][x] + c[y][x - 1] + c[y][x + 1]) / 4, 2) / 94 / 94;
        const bool told = !isnan(answer(rgb).score);
        CHECK(told == (power >= .01));
        spoke += told && power < .016;
        silent += !told && power > .006;
    }
    CHECK(spoke && silent);
}

static void gates(void)
{
    said s = answer(coloured(127, 200, 4, 14, -.5));
    CHECK(isnan(s.score));
    s = answer(coloured(128, 129, 4, 14, -.5));
    CHECK(s.places == 30 * 30 && s.score > .3);
    um_findings *f = ask(coloured(400, 400, 4, 14, -.5), false);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    f = ask(coloured(400, 400, 4, 0, -.5), true);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too little colour"));
    um_findings_free(&f);
    few_colours();
}

int main(void)
{
    known();
    exposure();
    gates();
    return check_done();
}
