/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to voices for training: channels and vocoders on a vowel of known pitch. */
#include "../check.h"
#include "dsp/fft.h"
#include "speech/channel.h"
#include "speech/vocode.h"
#include <string.h>

enum { N = 24000, RATE = 16000, PERIOD = 125 }; /* 128 Hz */

/* Harmonics that fall with frequency, swelling twice, and a little noise. */
static void vowel(float *x)
{
    rng r = {3};
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int k = 1; k * RATE / PERIOD < 7000; k++)
            sum += cos(2 * M_PI * k * i / PERIOD + k * k) / k;
        x[i] = (float)(.05 * sum * (.6 + .4 * sin(2 * M_PI * 2 * i / N))) + .0005f * rng_normal(&r);
    }
}

static double energy(const float *x)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (double)x[i] * x[i];
    return sum;
}

static bool finite_all(const float *x)
{
    for (int i = 0; i < N; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* Normalised correlation of a with b, `lag` samples later, without the edges. */
static double likeness(const float *a, const float *b, int lag)
{
    double ab = 0, aa = 0, bb = 0;
    for (int i = 1000; i < N - 1000; i++) {
        ab += (double)a[i] * b[i + lag];
        aa += (double)a[i] * a[i];
        bb += (double)b[i + lag] * b[i + lag];
    }
    return ab / sqrt(aa * bb + 1e-300);
}

static void channels(void)
{
    static float x[N], y[N], again[N];
    channel *c = NULL;
    um_error err = {0};
    int changed = 0;
    CHECK(channel_new(&c, N, &err) == UM_OK);
    vowel(x);
    for (uint64_t seed = 0; seed < 60; seed++) {
        const float strength = seed < 5 ? 0 : 1;
        rng r = {seed}, s = {seed};
        memcpy(y, x, sizeof x);
        memcpy(again, x, sizeof x);
        CHECK(channel_run(c, y, strength, &r, &err) == UM_OK);
        CHECK(channel_run(c, again, strength, &s, &err) == UM_OK);
        CHECK(!memcmp(y, again, sizeof y) && finite_all(y));
        const double level = sqrt(energy(y) / N);
        CHECK(level > .0049 && level < .126); /* .05, -20 .. 8 dB */
        if (strength == 0)
            CHECK(likeness(x, y, 0) > .99999); /* noise 50 dB below and less */
        else
            changed += likeness(x, y, 0) < .99;
    }
    CHECK(changed > 20);
    int other = 0;
    for (uint64_t seed = 0; seed < 20; seed++) { /* Opus, or all but it */
        rng r = {seed}, s = {seed};
        memcpy(y, x, sizeof x);
        memcpy(again, x, sizeof x);
        CHECK(channel_run_opus(c, y, 0, true, &r, &err) == UM_OK && finite_all(y));
        CHECK(channel_run_opus(c, again, 0, false, &s, &err) == UM_OK && r.state == s.state);
        CHECK(likeness(x, y, 0) < .9999 && likeness(again, y, 0) < .9999);
        other += likeness(x, again, 0) < .9999;
    }
    CHECK(other >= 4 && other <= 12); /* two in five go through another encoder */
    memset(y, 0, sizeof y);           /* silence stays within bounds */
    for (uint64_t seed = 0; seed < 20; seed++) {
        rng r = {seed};
        CHECK(channel_run(c, y, 1, &r, &err) == UM_OK && finite_all(y));
    }
    channel_free(&c);
    CHECK(!c && channel_new(&c, 0, &err) == UM_EINVAL && !c);
}

/* Magnitudes at the harmonics, over the middle of the sound. */
static void harmonics(double *db, um_fft *fft, const float *x, int n)
{
    for (int i = 0; i < fft->cols; i++)
        fft->in[i] = x[N / 2 - fft->cols / 2 + i] * (.5 - .5 * cos(2 * M_PI * i / fft->cols));
    um_fft_run(fft);
    for (int k = 0; k < n; k++) {
        const int bin = (k + 1) * fft->cols / PERIOD;
        double sum = 0;
        for (int j = -3; j <= 3; j++)
            sum += pow(fft->out[bin + j][0], 2) + pow(fft->out[bin + j][1], 2);
        db[k] = 10 * log10(sum + 1e-12);
    }
}

static void vocoders(void)
{
    enum { SEEDS = 4, HARMONICS = 12 };
    static float x[N], y[N], again[N];
    vocoder *v = NULL;
    um_fft *fft = NULL;
    um_error err = {0};
    double before[HARMONICS], after[HARMONICS];
    CHECK(vocoder_new(&v, N, &err) == UM_OK && um_fft_new(&fft, 1, PERIOD * 64, &err) == UM_OK);
    vowel(x);
    harmonics(before, fft, x, HARMONICS);
    for (int kind = 0; kind < VOCODER_KINDS; kind++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            rng r = {seed}, s = {seed};
            double off = 0;
            memcpy(y, x, sizeof x);
            memcpy(again, x, sizeof x);
            CHECK(vocoder_run(v, y, (vocoder_kind)kind, &r, &err) == UM_OK);
            CHECK(vocoder_run(v, again, (vocoder_kind)kind, &s, &err) == UM_OK);
            CHECK(!memcmp(y, again, sizeof y) && finite_all(y));
            CHECK_NEAR(energy(y), energy(x), 1e-3 * energy(x));
            /* other samples, but the pitch and the vowel: mel bands spread over the gaps between harmonics */
            CHECK(likeness(x, y, 0) < .99);
            CHECK(likeness(y, y, PERIOD) > .5);
            harmonics(after, fft, y, HARMONICS);
            for (int k = 0; k < HARMONICS; k++)
                off += fabs(after[k] - before[k]) / HARMONICS;
            CHECK(off < (kind == VOCODER_MEL ? 9 : 6));
            if (likeness(y, y, PERIOD) <= .5 || off >= 9)
                fprintf(stderr, "%s: periodic %.2f, off by %.1f dB\n", vocoder_name((vocoder_kind)kind),
                        likeness(y, y, PERIOD), off);
        }
    memset(y, 0, sizeof y);
    for (int kind = 0; kind < VOCODER_KINDS; kind++) {
        rng r = {1};
        CHECK(vocoder_run(v, y, (vocoder_kind)kind, &r, &err) == UM_OK && finite_all(y));
    }
    vocoder_free(&v);
    um_fft_free(&fft);
    CHECK(!v && vocoder_new(&v, 100, &err) == UM_EINVAL && !v);
}

int main(void)
{
    channels();
    vocoders();
    return check_done();
}
