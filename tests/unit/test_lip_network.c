/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The towers against PyTorch, from rows along time to numbers; mouths and agreement against what was worked
 * out by hand. */
#include "../check.h"
#include "lip_network_golden.h"
#include "signals/face/lip_network.h"
#include <math.h>
#include <string.h>

enum { STEPS = 75, N = UM_LIP_NUMBERS };
static const double ROUNDED = 5e-4; /* weights in millionths, single precision, through four layers */

static double wave(int i, int c)
{
    return sin(.37 * i + 1.7 * c);
}

static bool same(const float *out, const float golden[GOLDEN_ROWS][N])
{
    double most = 0;
    for (int r = 0; r < GOLDEN_ROWS; r++)
        for (int c = 0; c < N; c++)
            most = fmax(most, fabs((double)out[golden_row[r] * N + c] - (double)golden[r][c]));
    if (most > ROUNDED)
        fprintf(stderr, "off by %g\n", most);
    return most <= ROUNDED;
}

static int count(const bool known[STEPS])
{
    int n = 0;
    for (int i = 0; i < STEPS; i++)
        n += known[i];
    return n;
}

/* The same waves as in tools/lip_model.py, from step `first` on. */
static void towers(int64_t first)
{
    static float in[STEPS * UM_LIP_MOUTH], out[STEPS * N];
    float row[UM_LIP_MOUTH];
    bool known[STEPS];
    um_lip_network net = {0};
    um_lip_track mouths = {0}, sounds = {0};
    CHECK(um_lip_network_own(&net, NULL) == UM_OK);
    for (int i = 0; i < STEPS; i++) {
        for (int c = 0; c < UM_LIP_PIXELS; c++)
            row[c] = (float)(100 + 50 * wave(i, c));
        for (int c = 0; c < UM_LIP_MEASURES; c++)
            row[UM_LIP_PIXELS + c] = (float)(.3 + .05 * wave(i, c));
        if (!(i >= 20 && i < 23) && !(i >= 40 && i < 49))
            CHECK(um_lip_track_put(&mouths, first + i, row, UM_LIP_MOUTH, NULL) == UM_OK);
        for (int c = 0; c < UM_LIP_SOUND; c++)
            row[c] = (float)(3 * wave(i, c) - 5);
        if (i != 60)
            CHECK(um_lip_track_put(&sounds, first + i, row, UM_LIP_SOUND, NULL) == UM_OK);
    }
    const double change = um_lip_track_mouths(in, known, &mouths, first, STEPS);
    CHECK(count(known) == GOLDEN_MOUTH_KNOWN);
    /* a sine of 50, less the mean over half a second, sin(13 x .37 / 2) / 13 / sin(.37 / 2) of it */
    CHECK_NEAR(change, 50 / sqrt(2) * (1 - .281), .5);
    um_lip_network_see(&net, out, in, STEPS);
    CHECK(same(out, golden_mouth));
    um_lip_track_sounds(in, known, &sounds, first, STEPS);
    CHECK(count(known) == GOLDEN_SOUND_KNOWN);
    um_lip_network_hear(&net, out, in, STEPS);
    CHECK(same(out, golden_sound));
    um_lip_track_clear(&mouths);
    um_lip_track_clear(&sounds);
    um_lip_network_clear(&net);
}

static void tracks(void)
{
    um_lip_track t = {0};
    float row[UM_LIP_MOUTH] = {0}, out[2 * UM_LIP_MOUTH];
    bool known[2];
    CHECK(um_lip_track_mouths(out, known, &t, 0, 2) == 0 && !known[0] && !known[1] && out[5] == 0);
    um_lip_track_sounds(out, known, &t, 0, 2);
    CHECK(!known[0] && !known[1] && out[5] == 0);
    for (int i = 0; i < 7; i++) {
        row[0] = i == 6 ? 7 : 0;
        row[UM_LIP_PIXELS] = i == 6 ? .07f : 0;
        CHECK(um_lip_track_put(&t, i, row, UM_LIP_MOUTH, NULL) == UM_OK);
    }
    /* seven of 13 are enough: 7 less a seventh of it; -1 a step before. Step 7 is not known. */
    const double spread = sqrt(36. / (UM_LIP_PIXELS + 1));
    CHECK_NEAR(um_lip_track_mouths(out, known, &t, 6, 2), spread, 1e-6);
    CHECK(known[0] && !known[1]);
    CHECK_NEAR(out[0], 6 / (spread + 1e-3), 1e-4);
    CHECK_NEAR(out[UM_LIP_PIXELS], .06 / .03, 1e-5);
    um_lip_track_mouths(out, known, &t, -1, 2);
    CHECK(!known[0] && known[1]);
    t.known.any = false;
    for (int i = 1; i < 7; i++)
        CHECK(um_lip_track_put(&t, i, row, UM_LIP_MOUTH, NULL) == UM_OK);
    um_lip_track_mouths(out, known, &t, 6, 2);
    CHECK(!known[0]); /* six are not */
    um_lip_track_clear(&t);
}

/* Halves of the step keep what they differ by: one mean is taken off both. */
static void halves(void)
{
    um_lip_track t = {0};
    float row[UM_LIP_SOUND] = {0}, out[UM_LIP_SOUND];
    bool known;
    for (int i = 0; i < 7; i++) {
        row[3] = i == 6 ? 12 : 5;
        row[3 + UM_LIP_BANDS] = i == 6 ? 6 : -1;
        CHECK(um_lip_track_put(&t, i, row, UM_LIP_SOUND, NULL) == UM_OK);
    }
    um_lip_track_sounds(out, &known, &t, 6, 1); /* the mean is (6 x 2 + 9) / 7 = 3 */
    CHECK(known);
    CHECK_NEAR(out[3], 9 / 2.5, 1e-5);
    CHECK_NEAR(out[3 + UM_LIP_BANDS], 3 / 2.5, 1e-5);
    um_lip_track_clear(&t);
}

static void broken(void)
{
    um_lip_network net = {0};
    um_error err;
    CHECK(um_lip_network_read(&net, "1 2 three", &err) == UM_EFORMAT &&
          strstr(err.text, "number 3 of 30004"));
    um_lip_network_clear(&net);
}

/* A face of 100 pixels between the eyes, level or turned; the picture rises by 1 from row to row of the
 * face, and its middle is darker. */
static void mouths(void)
{
    um_image *rgb = NULL;
    float out[UM_LIP_MOUTH];
    CHECK(um_image_new(&rgb, 300, 300, UM_RGB24, NULL) == UM_OK);
    for (int turn_deg = 0; turn_deg <= 30; turn_deg += 30) {
        const double c = cos(turn_deg * M_PI / 180), s = sin(turn_deg * M_PI / 180);
        um_face face = {.has_points = true};
        const struct {
            int point;
            double u, v; /* of the face */
        } at[] = {{36, -50, -60}, {45, 50, -60}, {33, 0, -20}, {8, 0, 40},  {57, 0, 10},  {48, -20, 0},
                  {54, 20, 0},    {50, -5, -8},  {58, -5, 8},  {51, 0, -9}, {52, 5, -10}, {56, 5, 12},
                  {61, -4, -2},   {67, -4, 2},   {62, 0, -3},  {66, 0, 3},  {63, 4, -4},  {65, 4, 4},
                  {49, 0, -6},    {53, 0, -6},   {55, 0, 4.5}, {59, 0, 4.5}};
        for (size_t i = 0; i < sizeof at / sizeof *at; i++)
            face.points[at[i].point] = (um_point){(float)(150 + at[i].u * c - at[i].v * s),
                                                  (float)(150 + at[i].u * s + at[i].v * c)};
        for (int y = 0; y < 300; y++)
            for (int x = 0; x < 300; x++) {
                const double v = (y - 150) * c - (x - 150) * s;
                memset(rgb->data + y * rgb->stride + 3 * x, (int)lrint(fmin(fmax(100 + v, 0), 255)), 3);
            }
        CHECK(um_lip_mouth(out, rgb, &face));
        /* the middle of the outer lips: -.0833 of the mean of v of 12 points, 0.5 below 0 */
        double middle = 0;
        for (size_t i = 0; i < sizeof at / sizeof *at; i++)
            middle += at[i].point >= 48 && at[i].point < 60 ? at[i].v / 12 : 0;
        for (int y = 0; y < 12; y++)
            for (int x = 0; x < 16; x++)
                CHECK_NEAR(out[16 * y + x], 100 + middle + (y - 5.5) * 2 * 90 / 32, .8);
        const float *m = out + UM_LIP_PIXELS;
        CHECK_NEAR(m[0], .3, 1e-5);
        /* inside are rows 8 to 16 of 24: half a row below the middle */
        CHECK_NEAR(m[1], 1 - (100 + middle + .5 * 90 / 32) / (100 + middle), .004);
        CHECK_NEAR(m[2], .4, 1e-5);
        CHECK_NEAR(m[3], .06, 1e-5);
        CHECK_NEAR(m[4], (.16 + .19 + .22) / 3, .01);
        CHECK_NEAR(m[5], .6, 1e-5);
        face.points[50].x = NAN;
        CHECK(!um_lip_mouth(out, rgb, &face));
        face.points[50].x = 1e30f; /* beyond the picture: its edge goes on */
        um_lip_mouth(out, rgb, &face);
        face.has_points = false;
        CHECK(!um_lip_mouth(out, rgb, &face));
    }
    um_face none = {.has_points = true}; /* no eyes: measures are no numbers */
    CHECK(!um_lip_mouth(out, rgb, &none));
    um_image_free(&rgb);
}

/* One number each, the others 0: Pearson's coefficient. */
static void agreement(void)
{
    um_lip_sums s = {0};
    float a[N] = {0}, b[N] = {0};
    const float x[4] = {1, 2, 3, 4}, y[4] = {5, 9, 7, 11}; /* sxx 5, syy 20, sxy 8 */
    for (int i = 0; i < 4; i++) {
        a[7] = x[i], b[7] = y[i];
        a[9] = b[9] = 3; /* what does not vary adds nothing */
        um_lip_sums_add(&s, a, b);
    }
    CHECK_NEAR(um_lip_sums_coefficient(&s, 4), .8, 1e-9);
    CHECK(isnan(um_lip_sums_coefficient(&s, 5)));
    CHECK(isnan(um_lip_sums_coefficient(&(um_lip_sums){0}, 0)));
    for (int flat = 0; flat < 2; flat++) {
        s = (um_lip_sums){0};
        for (int i = 0; i < 4; i++) {
            a[7] = flat ? .3f : x[i], b[7] = flat ? y[i] : .3f;
            um_lip_sums_add(&s, a, b);
        }
        CHECK(isnan(um_lip_sums_coefficient(&s, 4)));
    }
}

int main(void)
{
    towers(0);
    towers(1000000);
    tracks();
    halves();
    broken();
    mouths();
    agreement();
    return check_done();
}
