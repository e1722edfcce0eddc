/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases against the sums that define them, chances against an integral. */
#include "../check.h"
#include "dsp/lattice.h"
#include "dsp/spectrum.h"
#include "still_pictures.h"

enum { T = UM_LATTICE_TILE };

/* One frequency of a tile under a Hann window, its mean removed. */
static void transform(double out[2], const um_image *image, int left, int top, int u, int v)
{
    double mean = 0;
    out[0] = out[1] = 0;
    for (int y = 0; y < T; y++)
        for (int x = 0; x < T; x++)
            mean += image->data[(top + y) * image->stride + left + x] / (double)(T * T);
    for (int y = 0; y < T; y++)
        for (int x = 0; x < T; x++) {
            const double w = (.5 - .5 * cos(2 * M_PI * y / T)) * (.5 - .5 * cos(2 * M_PI * x / T)),
                         at = w * (image->data[(top + y) * image->stride + left + x] - mean),
                         angle = -2 * M_PI * (u * y + v * x) / T;
            out[0] += at * cos(angle);
            out[1] += at * sin(angle);
        }
}

static void by_definition(void)
{
    um_image *image = textured(170, 130, 12, 3);
    um_lattice l;
    CHECK(um_lattice_init(&l, NULL) == UM_OK);
    um_lattice_add(&l, image->data, image->stride, 1, 9, 169, 130, 100);
    /* from x = 8 and y = 16 on, every 48: x 8, 56, 104; y 16, 64 */
    CHECK(l.n == 6);
    static const int at[][2] = {{8, 8}, {56, 24}, {32, 32}, {0, 8}, {24, 32}, {5, 13}, {63, 1}};
    for (int i = 0; i < 7; i++) {
        double re = 0, im = 0, logs = 0, squares = 0, power[UM_LATTICE_BINS];
        for (int k = 0; k < 6; k++) {
            double one[2];
            transform(one, image, 8 + k % 3 * 48, 16 + k / 3 * 48, at[i][0], at[i][1]);
            const double length = hypot(one[0], one[1]);
            re += one[0] / length;
            im += one[1] / length;
            logs += log(length * length) / 6;
        }
        CHECK_NEAR(um_lattice_at(&l, at[i][0], at[i][1]), (re * re + im * im) / 6, 1e-9);
        for (int k = 0; k < T; k++)
            squares += pow(.5 - .5 * cos(2 * M_PI * k / T), 2);
        um_lattice_power(power, &l);
        CHECK_NEAR(log(power[at[i][0] * UM_LATTICE_COLS + at[i][1]]), logs - 2 * log(squares), 1e-9);
    }
    um_lattice_restart(&l);
    CHECK(l.n == 0);
    um_lattice_add(&l, image->data, image->stride, 1, 9, 169, 130, 4); /* evenly: tiles 0, 1, 3, 4 of 6 */
    CHECK(l.n == 4);
    double sum[2] = {0};
    static const int tile[4] = {0, 1, 3, 4};
    for (int k = 0; k < 4; k++) {
        double one[2];
        transform(one, image, 8 + tile[k] % 3 * 48, 16 + tile[k] / 3 * 48, 8, 16);
        sum[0] += one[0] / hypot(one[0], one[1]);
        sum[1] += one[1] / hypot(one[0], one[1]);
    }
    CHECK_NEAR(um_lattice_at(&l, 8, 16), (sum[0] * sum[0] + sum[1] * sum[1]) / 4, 1e-9);
    um_lattice_clear(&l);
    um_image_free(&image);
}

/* What is left out: less than a tile, flat, clipped. */
static void limits(void)
{
    um_lattice l;
    CHECK(um_lattice_init(&l, NULL) == UM_OK);
    static const struct {
        int right, bright, clipped, level, n; /* pixels of 4096 that are 5 brighter: variance 25 p (1 - p) */
    } known[] = {{63, 1000, 0, 0, 0},     {64, 1000, 0, 0, 1},      {64, 163, 0, 0, 0},
                 {64, 176, 0, 0, 1},      {64, 1000, 1229, 1, 0},   {64, 1000, 1228, 1, 1},
                 {64, 1000, 1229, 2, 1},  {64, 1000, 1229, 254, 0}, {64, 1000, 1228, 254, 1},
                 {64, 1000, 1229, 253, 1}};
    for (int i = 0; i < 10; i++) {
        um_image *image = NULL;
        CHECK(um_image_new(&image, T, T, UM_GRAY8, NULL) == UM_OK);
        for (int k = 0; k < T * T; k++)
            image->data[k / T * image->stride + k % T] =
                (uint8_t)(k < known[i].clipped ? known[i].level
                                               : 100 + 5 * (k - known[i].clipped < known[i].bright));
        um_lattice_restart(&l);
        um_lattice_add(&l, image->data, image->stride, 0, 0, known[i].right, T, 9);
        CHECK(l.n == known[i].n);
        um_image_free(&image);
    }
    um_lattice_clear(&l);
}

/* Chance that a gamma variable is above x, by Simpson's rule from x on. */
static double above(double shape, double x)
{
    enum { STEPS = 200000 };
    const double step = 60. / STEPS;
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double t = x + i * step;
        sum += (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2) * exp((shape - 1) * log(t) - t - lgamma(shape));
    }
    return sum * step / 3;
}

static void chances(void)
{
    um_lattice l;
    int count[9] = {0};
    for (int u = 0; u < T; u++)
        for (int v = 0; v <= T / 2; v++)
            count[um_lattice_period(u, v)] += v < T / 2 || u <= T / 2;
    CHECK(count[2] == 1 && count[4] == 4 && count[8] == 20);
    CHECK(um_lattice_period(32, 32) == 2 && um_lattice_period(16, 32) == 4 && um_lattice_period(48, 16) == 4);
    CHECK(um_lattice_period(8, 32) == 8 && um_lattice_period(56, 16) == 8 && um_lattice_period(0, 32) == 0);
    CHECK(um_lattice_period(32, 0) == 0 && um_lattice_period(12, 8) == 0 && um_lattice_period(8, 4) == 0);

    CHECK(um_lattice_init(&l, NULL) == UM_OK);
    for (int period = 2; period <= 8; period *= 2)
        for (int k = 0; k < 2; k++) {
            const double at = k ? 6 : 3, n = 20;
            double shape = 0, sum = 0;
            um_lattice_restart(&l);
            l.n = (int)n;
            for (int u = 0; u < T; u++)
                for (int v = 0; v <= T / 2; v++) {
                    const int p = um_lattice_period(u, v);
                    if (!p)
                        continue;
                    const double value = p == period ? at : .1; /* the rest less than chance */
                    l.phase[u * UM_LATTICE_COLS + v][u % 3 ? 1 : 0] = sqrt(value * n);
                    if (p == period && (v < T / 2 || u <= T / 2)) {
                        const double part = p == 2 ? .5 : 1;
                        shape += part;
                        sum += part * value;
                    }
                }
            const um_lattice_found found = um_lattice_find(&l);
            CHECK(found.period == period);
            CHECK_NEAR(found.db, 10 * log10(at), 1e-9);
            CHECK_NEAR(shape, period == 2 ? .5 : period == 4 ? 4 : 20, 0);
            CHECK_NEAR(found.nats, -log(3 * above(shape, sum)), 1e-4 + 1e-4 * found.nats);
            if (period == 2)
                CHECK_NEAR(found.nats, -log(3 * erfc(sqrt(at / 2))), 1e-9);
        }
    /* never less than nothing */
    um_lattice_restart(&l);
    l.n = 20;
    for (int i = 0; i < UM_LATTICE_BINS; i++)
        l.phase[i][0] = sqrt(.1 * 20);
    CHECK(um_lattice_find(&l).nats == 0);
    /* beyond what numbers hold */
    l.n = 400;
    for (int i = 0; i < UM_LATTICE_BINS; i++)
        l.phase[i][0] = 400;
    const um_lattice_found found = um_lattice_find(&l);
    CHECK_NEAR(found.nats, 300 * M_LN10 - log(3), 1e-9);
    um_lattice_clear(&l);
}

/* The same line and tail as its definition says, for a power of f^-3 with a raised end. */
static void fall(void)
{
    double power[T * (T / 2 + 1)], slope, shelf;
    for (int u = 0; u < T; u++)
        for (int v = 0; v <= T / 2; v++) {
            const double r = fmax(round(hypot(u <= T / 2 ? u : u - T, v)), 1);
            power[u * (T / 2 + 1) + v] = 1e6 * pow(r, -3) * (r > 24 ? 4 : 1);
        }
    um_spectrum_fall(&slope, &shelf, power, T, 0);
    CHECK_NEAR(slope, -30, 1e-9);
    CHECK_NEAR(shelf, 10 * log10(4), 1e-9);
}

int main(void)
{
    by_definition();
    limits();
    chances();
    fall();
    return check_done();
}
