/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prominence of the cepstral peak against its definition, summed and sorted as it is written: of 11
 * frames the first, the sixth and the last. Praat's own numbers: voice_praat.py. */
#include "../check.h"
#include "base/base.h"
#include "dsp/logarithm.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE = 10000,
    WINDOW = 1000,
    SIZE = 1024,
    FRAMES = 11,
    N = WINDOW + (FRAMES - 1) * 20 + 1,
    MOST = 60000
};
static float x[MOST];
static double cepstrum[FRAMES][SIZE / 2];
static uint64_t seed = 5;

static double random_number(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 4503599627370496.0 - 1;
}

/* A buzz that falls by 6 dB per octave, in noise. */
static void buzz(size_t n, int rate, double hz, double noise)
{
    for (size_t i = 0; i < n; i++) {
        double sum = noise * random_number();
        for (int k = 1; k * hz < 4800; k++)
            sum += .1 / k * sin(2 * M_PI * k * hz * (double)i / rate + k * k);
        x[i] = (float)sum;
    }
}

static void transform(double out[SIZE / 2], const float *from)
{
    static double turn[SIZE][2], s[WINDOW], level[SIZE];
    double mean = 0;
    for (int k = 0; k < SIZE; k++) {
        turn[k][0] = cos(2 * M_PI * k / SIZE);
        turn[k][1] = sin(2 * M_PI * k / SIZE);
    }
    for (int i = 0; i < WINDOW; i++) {
        const double before = from + i > x ? (double)from[i - 1] : 0; /* the first sample stays as it is */
        s[i] = (double)from[i] - exp(-2 * M_PI * 50 / RATE) * before;
        mean += s[i] / WINDOW;
    }
    for (int i = 0; i < WINDOW; i++) {
        const double away = (i + 1 - 500.5) / 1001;
        s[i] = (s[i] - mean) * (exp(-48 * away * away) - exp(-12)) / (1 - exp(-12)) / RATE;
    }
    for (int k = 0; k < SIZE; k++) {
        double re = 0, im = 0;
        for (int i = 0; i < WINDOW; i++) {
            re += s[i] * turn[i * k % SIZE][0];
            im -= s[i] * turn[i * k % SIZE][1];
        }
        level[k] = log(re * re + im * im);
    }
    for (int q = 0; q < SIZE / 2; q++) {
        double sum = 0;
        for (int k = 0; k < SIZE; k++)
            sum += level[k] * turn[q * k % SIZE][0];
        out[q] = sum * RATE / SIZE * (sum * RATE / SIZE);
    }
}

/* The mean of the straight lines through the values around q, from q - 2.5 to q + 2.5. */
static double blurred(const double *v, int q)
{
    enum { PARTS = 1000 };
    double sum = 0;
    for (int i = 0; i < PARTS; i++) {
        const double at = q - 2.5 + 5 * (i + .5) / PARTS;
        const int left = (int)at;
        sum += v[left] + (at - left) * (v[left + 1] - v[left]);
    }
    return sum / PARTS;
}

static int by_value(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Of a frame, smoothed over 20 ms: half of what lies at their ends, and what is there near those of the
 * recording. */
static double prominence(int frame)
{
    static double sum[SIZE / 2], y[SIZE / 2], slope[491 * 490 / 2], left[491];
    double best = 0, weights = 0;
    int n = 0;
    memset(sum, 0, sizeof sum);
    for (int f = 0; f < FRAMES; f++) {
        const double weight = abs(f - frame) > 5 ? 0 : abs(f - frame) == 5 ? .5 : 1;
        weights += weight;
        for (int q = 0; q < SIZE / 2; q++)
            sum[q] += weight * cepstrum[f][q];
    }
    for (int q = 10; q <= 500; q++)
        y[q] = 10 * log10(blurred(sum, q) / weights);
    for (int i = 10; i <= 500; i++)
        for (int j = i + 1; j <= 500; j++)
            slope[n++] = (y[j] - y[i]) / (log(j) - log(i));
    const double steep = median(slope, n);
    for (int q = 10; q <= 500; q++)
        left[q - 10] = y[q] - steep * log(q);
    const double offset = median(left, 491);
    for (int q = 31; q <= 166; q++) {
        const double a = y[q - 1] - steep * log(q - 1) - offset, b = y[q] - steep * log(q) - offset,
                     c = y[q + 1] - steep * log(q + 1) - offset;
        if (b > a && b >= c)
            best = fmax(best, b + (c - a) * (c - a) / (8 * (2 * b - a - c)));
    }
    return best;
}

static double cpps(size_t n, int rate)
{
    um_measured_voice *v = NULL;
    CHECK(um_voice_measure(&v, x, n, rate, NULL) == UM_OK);
    const double db = v ? um_voice_numbers(v)->cpps_db : -1;
    um_voice_free(&v);
    return db;
}

static void definition(void)
{
    static const double hz[] = {128.3, 241, 75, 300}, noise[] = {.01, .1, .3, .001};
    for (int i = 0; i < 4; i++) {
        buzz(N, RATE, hz[i], noise[i]);
        for (int f = 0; f < FRAMES; f++)
            transform(cepstrum[f], x + 20 * f);
        const double wanted =
            (prominence(1) + prominence(3) + prominence(5) + prominence(7) + prominence(9) + prominence(10)) /
            6;
        CHECK(wanted > 2);
        CHECK_NEAR(cpps(N, RATE), wanted, .1); /* for the line through every fourth point */
    }
}

/* A tone at its own times, with what makes high frequencies louder taken back. */
static void lowers(int rate)
{
    um_measured_voice v = {.x = x, .n = (size_t)rate, .rate_hz = rate};
    um_lowered low[UM_VOICE_LOWERED] = {0};
    for (int i = 0; i < rate; i++)
        x[i] = (float)sin(2 * M_PI * 2900 * (i + .5) / rate);
    CHECK(um_voice_lower(low, &v, NULL) == UM_OK && low[0].rate_hz == 11000 && low[1].rate_hz == RATE);
    for (int k = 0; k < UM_VOICE_LOWERED; k++) {
        const int to = low[k].rate_hz;
        const double keep = exp(-2 * M_PI * 50 / to);
        double before = 0, worst = 0;
        CHECK(low[k].n == to); /* a second */
        for (int i = 0; i < low[k].n; i++) {
            before = low[k].x[i] + keep * before;
            if (i > 500 && i < to - 500)
                worst = fmax(worst, fabs(before - sin(2 * M_PI * 2900 * (i + .5) / to)));
        }
        CHECK_NEAR(worst, 0, 2e-3);
        free(low[k].x);
    }
}

/* Noise hides the peak; where none is there it does not matter how loud it is, nor at which rate. */
static void behaves(void)
{
    double before = 99;
    for (double noise = .001; noise < 1; noise *= 4) {
        buzz(RATE, RATE, 140, noise);
        const double now = cpps(RATE, RATE);
        CHECK(now < before);
        before = now;
    }
    buzz(RATE, RATE, 140, .02);
    const double quiet = cpps(RATE, RATE);
    for (int i = 0; i < RATE; i++)
        x[i] *= 8;
    CHECK_NEAR(cpps(RATE, RATE), quiet, 1e-3);
    buzz(48000, 48000, 140, .001);
    const double high = cpps(48000, 48000);
    buzz(16000, 16000, 140, .001);
    CHECK_NEAR(cpps(16000, 16000), high, 1.5); /* other noise */
    buzz(RATE, RATE, 340, .001);               /* beyond 330 Hz: the second period, half as frequent */
    CHECK(cpps(RATE, RATE) > 5);
}

static void borders(void)
{
    buzz(WINDOW, RATE, 140, .01);
    CHECK(isnan(cpps(WINDOW - 1, RATE)));
    CHECK(cpps(WINDOW, RATE) > 5);
    memset(x, 0, sizeof x);
    CHECK(cpps(RATE, RATE) == 0);
    x[RATE / 2] = 1;
    CHECK(cpps(RATE, RATE) >= 0);
    for (int i = 0; i < RATE; i++)
        x[i] = .3f;
    CHECK(cpps(RATE, RATE) >= 0);
    for (int i = 0; i < MOST; i++)
        x[i] = i % 2 ? 1 : -1;
    CHECK(cpps(MOST, 768000) == 0 || cpps(MOST, 48000) >= 0);
}

static void logarithms_are_those_of_libm(void)
{
    enum { MANY = 4096 };
    static float from[MANY], y[MANY];
    double worst = 0;
    for (int i = 0; i < MANY; i++) /* 1e-37 to 1e38, and 0.5 to 2.5 */
        from[i] = y[i] = i % 2 ? (float)pow(10, -37 + 75. * i / MANY) : .5f + 2.f * (float)i / MANY;
    um_logarithms(y, MANY);
    for (int i = 0; i < MANY; i++) {
        const double wanted = log((double)from[i]);
        worst = fmax(worst, fabs((double)y[i] - wanted) / fmax(fabs(wanted), 1));
    }
    CHECK(worst < 2e-7);
    CHECK(y[MANY / 4] == 0); /* of 1 */
}

int main(void)
{
    logarithms_are_those_of_libm();
    definition();
    lowers(8000);
    lowers(RATE);
    lowers(16000);
    lowers(44100);
    behaves();
    borders();
    return check_done();
}
