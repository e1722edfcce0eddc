/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chances by hand; votes, grids and regions of pictures compressed where it is known. Votes against their
 * definition: stills_cv2.py. */
#include "../check.h"
#include "dsp/grid.h"
#include "still_pictures.h"

static void chances(void)
{
    CHECK_NEAR(um_binomial_log10(3, 3, .5), log10(.125), 1e-9);
    CHECK_NEAR(um_binomial_log10(5, 4, .25), log10((5 * 3 + 1) / 1024.), 1e-9); /* 4 or 5 of 5 */
    CHECK_NEAR(um_binomial_log10(5, 2, .25), log10(1 - (243 + 5 * 81) / 1024.), 1e-9);
    CHECK(um_binomial_log10(5, 1, .25) == 0 && um_binomial_log10(8, 2, .25) == 0); /* not above the mean */
    CHECK(um_binomial_log10(1000000, 1000000, .5) < -3e5 &&
          isfinite(um_binomial_log10(1000000, 30000, 1. / 64)));
    CHECK(isinf(um_binomial_log10(3, 4, .5)));
    CHECK_NEAR(um_grid_tests(100, 50), 2 * log10(320000), 1e-12);
}

/* Votes set by hand: a square of grid 5 in a picture of grid 9. */
static void regions(void)
{
    enum { W = 200, H = 120 };
    static int8_t vote[H * W];
    static uint8_t mask[H * W];
    double log_nfa;
    /* log10 of (64 200 120)^2 is 12.4: 439 votes at least; of a square of 24, 9 blocks, 8 of 9 do */
    static const struct {
        int side, gap, found;
    } known[] = {{20, 1, 0}, {24, 1, 1}, {90, 9, 0}, {90, 3, 1}, {90, 10, 0}};
    for (int i = 0; i < 5; i++) {
        um_grid_regions found = {0};
        memset(vote, 9, sizeof vote);
        memset(mask, 0, sizeof mask);
        for (int y = 10; y < 10 + known[i].side; y++)
            for (int x = 30; x < 30 + known[i].side; x++)
                vote[y * W + x] = (x + y) % known[i].gap ? UM_GRID_NONE : 5;
        CHECK(um_grid_main(&log_nfa, vote, W, H) == 9 && log_nfa < -100);
        CHECK(um_grid_find(&found, mask, vote, W, H, 9, NULL) == UM_OK);
        CHECK(found.n == (size_t)known[i].found);
        if (found.n) {
            const um_grid_region *r = found.region;
            const int side = known[i].side;
            CHECK(r->grid == 5 && r->x0 == 30 && r->y0 == 10 && r->x1 == 29 + side && r->y1 == 9 + side);
            CHECK(mask[10 * W + 32] == 1 - (42 % known[i].gap != 0) && !mask[0]);
            CHECK_NEAR(r->log_nfa,
                       um_grid_tests(W, H) + um_binomial_log10(side * side / 64, r->votes / 64, 1. / 64),
                       1e-9);
        }
        free(found.region);
    }
    /* two squares, 9 pixels apart are one region, 10 pixels two */
    for (int gap = 9; gap <= 10; gap++) {
        um_grid_regions found = {0};
        memset(vote, 9, sizeof vote);
        for (int y = 10; y < 50; y++)
            for (int x = 30; x < 70; x++)
                vote[y * W + x] = vote[y * W + x + 39 + gap] = 5;
        CHECK(um_grid_find(&found, NULL, vote, W, H, 9, NULL) == UM_OK);
        CHECK(found.n == (size_t)(gap - 8));
        free(found.region);
    }
    for (int i = 0; i < W * H; i++)
        vote[i] = (int8_t)(i % 64);
    CHECK(um_grid_main(&log_nfa, vote, W, H) == UM_GRID_NONE && log_nfa > 0);
}

static void votes(void)
{
    um_image *image = textured(120, 96, 12, 5);
    int8_t vote[96 * 120];
    double log_nfa;
    CHECK(um_grid_votes(vote, image->data, image->stride, 120, 96, NULL) == UM_OK);
    CHECK(um_grid_main(&log_nfa, vote, 120, 96) == UM_GRID_NONE);
    compressed(image, 80);
    /* cut 3 pixels from the left and 6 from the top: blocks begin at 5 and 2 */
    CHECK(um_grid_votes(vote, image->data + 6 * image->stride + 3, image->stride, 117, 90, NULL) == UM_OK);
    CHECK(um_grid_main(&log_nfa, vote, 117, 90) == 5 + 8 * 2 && log_nfa < -20);
    for (int x = 0; x < 117; x++)
        CHECK(vote[6 * 117 + x] == UM_GRID_NONE && vote[83 * 117 + x] == UM_GRID_NONE);
    for (int y = 0; y < 90; y++)
        CHECK(vote[y * 117 + 6] == UM_GRID_NONE && vote[y * 117 + 110] == UM_GRID_NONE);
    /* constant along an axis, or too small: none */
    for (int y = 0; y < 96; y++)
        for (int x = 0; x < 120; x++)
            image->data[y * image->stride + x] = (uint8_t)(x * x / 60);
    CHECK(um_grid_votes(vote, image->data, image->stride, 120, 96, NULL) == UM_OK);
    for (int i = 0; i < 96 * 120; i++)
        CHECK(vote[i] == UM_GRID_NONE);
    CHECK(um_grid_votes(vote, image->data, image->stride, 7, 96, NULL) == UM_OK && vote[0] == UM_GRID_NONE);
    um_image_free(&image);
}

/* Pixel by pixel, as the paper says it. */
static void by_definition(void)
{
    enum { N = 40 };
    static int most[N][N], known[N][N];
    int8_t vote[N * N];
    um_image *image = textured(N, N, 20, 10);
    int seen = 0, constant_blocks = 0;
    for (int y = 0; y < 8; y++) /* two squares that are constant along one axis */
        for (int x = 0; x < 8; x++) {
            image->data[(9 + y) * image->stride + 9 + x] = (uint8_t)(50 + x * x);
            image->data[(22 + y) * image->stride + 20 + x] = (uint8_t)(50 + y * y);
        }
    memset(known, -1, sizeof known);
    for (int y = 0; y + 8 <= N; y++)
        for (int x = 0; x + 8 <= N; x++) {
            const uint8_t *b = image->data + y * image->stride + x;
            int zeros = 0;
            bool flat_x = true, flat_y = true;
            for (int i = 0; i < 64; i++) {
                double sum = 0;
                for (int k = 0; k < 64; k++)
                    sum += b[k / 8 * image->stride + k % 8] * cos((2 * (k / 8) + 1) * (i / 8) * M_PI / 16) *
                           cos((2 * (k % 8) + 1) * (i % 8) * M_PI / 16);
                sum *= .25 * (i / 8 ? 1 : M_SQRT1_2) * (i % 8 ? 1 : M_SQRT1_2);
                zeros += i > 0 && fabs(sum) < .4999;
                flat_x &= b[i / 8 * image->stride + i % 8] == b[i / 8 * image->stride];
                flat_y &= b[i / 8 * image->stride + i % 8] == b[i % 8];
            }
            constant_blocks += flat_x || flat_y;
            for (int i = 0; i < 64; i++) {
                int *m = &most[y + i / 8][x + i % 8], *v = &known[y + i / 8][x + i % 8];
                if (zeros == *m)
                    *v = -1;
                else if (zeros > *m) {
                    *m = zeros;
                    *v = flat_x || flat_y ? -1 : x % 8 + 8 * (y % 8);
                }
            }
        }
    CHECK(constant_blocks == 2);
    CHECK(um_grid_votes(vote, image->data, image->stride, N, N, NULL) == UM_OK);
    for (int y = 7; y < N - 7; y++)
        for (int x = 7; x < N - 7; x++) {
            CHECK(vote[y * N + x] == known[y][x]);
            seen += known[y][x] >= 0;
        }
    CHECK(seen > 100);
    um_image_free(&image);
}

static void photos(void)
{
    um_image *photo = textured(256, 192, 12, 6), *other = textured(256, 192, 12, 7), *whole = NULL;
    static const double known[4][4] = {
        {101, 197, 50, 130}, {62, 142, 101, 197}, {59, 155, 62, 142}, {50, 130, 59, 155}};
    compressed(photo, 80);
    compressed(other, 80);
    um_findings *f = asked_of("block_grid", photo, 0, 0);
    CHECK(of_file(f)->outcome == UM_SCORED && of_file(f)->score == 0 &&
          strstr(of_file(f)->text, "that of its file"));
    CHECK(f->n_evidence == 0);
    um_findings_free(&f);
    whole = turned(photo, 0);
    for (int y = 50; y < 130; y++) /* moved by 5 and 2 pixels against the grid */
        memcpy(photo->data + y * photo->stride + 101, other->data + (y - 42) * other->stride + 24, 96);
    for (int i = 0; i < 4; i++) {
        double at[4] = {0};
        f = asked_of("block_grid", photo, 0, 90 * i);
        CHECK(of_file(f)->outcome == UM_SCORED && of_file(f)->score > 1 &&
              strstr(of_file(f)->text, "another one"));
        CHECK(f->n_evidence == 1 && f->evidence[0].image);
        const char *text = f->n_evidence ? strstr(f->evidence[0].text, "lies at") : NULL;
        CHECK(text && sscanf(text, "lies at x %lf to %lf, y %lf to %lf", at, at + 1, at + 2, at + 3) == 4);
        for (int k = 0; k < 4; k++)
            CHECK(fabs(at[k] - known[i][k]) <= 10);
        um_findings_free(&f);
    }
    /* compressed again, it is on the grid */
    compressed(photo, 50);
    f = asked_of("block_grid", photo, 0, 0);
    CHECK(of_file(f)->outcome == UM_SCORED && of_file(f)->score == 0);
    um_findings_free(&f);
    /* cut off its grid */
    um_image_free(&photo);
    CHECK(um_image_new(&photo, 200, 160, UM_GRAY8, NULL) == UM_OK);
    for (int y = 0; y < 160; y++)
        memcpy(photo->data + y * photo->stride, whole->data + (y + 6) * whole->stride + 3, 200);
    f = asked_of("block_grid", photo, 0, 0);
    CHECK(of_file(f)->score == 0 && strstr(of_file(f)->text, "5 pixels to the right and 2 down"));
    um_findings_free(&f);
    um_image_free(&photo);
    /* never compressed; too small */
    photo = textured(200, 160, 12, 8);
    f = asked_of("block_grid", photo, 0, 0);
    CHECK(of_file(f)->outcome == UM_NOT_APPLICABLE && strstr(of_file(f)->text, "no grid"));
    um_findings_free(&f);
    for (int i = 0; i < 3; i++) {
        um_image *small = textured(i == 0 ? 63 : 64, i == 1 ? 63 : 64, 12, 9);
        f = asked_of("block_grid", small, 0, 0);
        const char *text = f->n_results ? f->result[0].text : f->reason;
        CHECK(!strstr(text, "too small") == (i == 2));
        um_findings_free(&f);
        um_image_free(&small);
    }
    um_image_free(&photo);
    um_image_free(&other);
    um_image_free(&whole);
}

int main(void)
{
    chances();
    regions();
    votes();
    by_definition();
    photos();
    return check_done();
}
