/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound that went through real encoders, was cut after them, or never was encoded. */
#include "../check.h"
#include "av/sink/recode_sound.h"
#include "heard.h"
#include <string.h>

enum { RATE = 22050, SECONDS = 16, N = SECONDS * RATE };
static float sound[N], coded[N];

/* Tones that come and go in noise: what an encoder has to spend bits on. */
static void make(float *x, int n, double level)
{
    for (int i = 0; i < n; i++) {
        const double t = (double)i / RATE;
        double v = .2 * random_number();
        for (int k = 1; k <= 24; k++)
            v += 1. / k * (1 + sin(7 * t + k)) * sin(2 * M_PI * 210 * k * (t + .003 * sin(3 * t)) + k * k);
        x[i] = (float)(round(level * v * 32768) / 32768);
    }
}

static bool encode(float *x, int n, const char *encoder, int bit_rate)
{
    if (um_sound_recode(x, n, RATE, encoder, bit_rate, NULL) != UM_OK)
        return false; /* FFmpeg was built without it */
    for (int i = 0; i < n; i++)
        x[i] = (float)(round((double)x[i] * 32768) / 32768);
    return true;
}

static um_findings *listen_by(int n, int block)
{
    return heard("codec_history", sound, n, RATE, block);
}

static void never(void)
{
    make(sound, N, .05);
    um_findings *f = listen_by(N, 1000);
    CHECK(file_score(f) == 0 && f->n_evidence == 0);
    CHECK(strstr(file_text(f), "No frames of MP3 or AAC show in 8 stretches of sound"));
    um_findings_free(&f);
    CHECK(encode(sound, N, "pcm_mulaw", 0));
    f = listen_by(N, 1000);
    CHECK(file_score(f) == 0 && strstr(file_text(f), "No frames"));
    um_findings_free(&f);
}

/* Trimmed by some samples, frames begin by so many earlier. */
static void trimmed(const char *encoder, const char *name, int hop, int begin)
{
    static const int TRIM[] = {0, 1, 333, 1000};
    enum { n = N / 2 };
    make(coded, n, .05);
    if (!encode(coded, n, encoder, 64000))
        return;
    for (int i = 0; i < 4; i++) {
        char words[40];
        memcpy(sound, coded + TRIM[i], (n - 1000) * sizeof *sound);
        um_findings *f = listen_by(n - 1000, i % 2 ? 4096 : 777);
        snprintf(words, sizeof words, "%s from sample %d on (4 of 4", name,
                 (begin - TRIM[i] % hop + hop) % hop);
        CHECK(strstr(file_text(f), words) && strstr(file_text(f), "run through without a break"));
        if (!strstr(file_text(f), words))
            printf("  %s, wanted %s\n", file_text(f), words);
        CHECK(file_score(f) == 0 && f->n_evidence == 0);
        CHECK(f->n_series == 1 && f->series[0].n >= 3);
        um_findings_free(&f);
    }
}

/* A part of so many samples is left out at 9 s: told, unless whole frames were. */
static void cut(const char *encoder, int hop, int out)
{
    const int at = 9 * RATE, n = N - out;
    char words[60];
    make(coded, N, .05);
    if (!encode(coded, N, encoder, 96000))
        return;
    memcpy(sound, coded, (size_t)at * sizeof *sound);
    memcpy(sound + at, coded + at + out, (size_t)(n - at) * sizeof *sound);
    um_findings *f = listen_by(n, 1000);
    CHECK(f->n_evidence == (out % hop ? 1 : 0) && file_score(f) == f->n_evidence);
    if (f->n_evidence) {
        const double middle = (f->evidence[0].from_s + f->evidence[0].to_s) / 2;
        CHECK_NEAR(middle, 9, .08);
        snprintf(words, sizeof words, "move by %d samples near", hop - out % hop);
        CHECK(strstr(f->evidence[0].text, words));
        CHECK(strstr(file_text(f), "move, as they do where decoded sound was cut"));
    }
    um_findings_free(&f);
    /* where time jumps there, everybody knows, and nothing is told */
    runner r;
    CHECK(runner_begin(&r, um_signal_find("codec_history")) == UM_OK);
    CHECK(runner_sound(&r, &(um_sound){.rate_hz = RATE, .channels = 1, .n = at, .mono = sound}) == UM_OK);
    CHECK(runner_sound(&r, &(um_sound){.first = at + 5000,
                                       .rate_hz = RATE,
                                       .channels = 1,
                                       .n = n - at,
                                       .mono = sound + at}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(file_score(f) == 0 && f->n_evidence == 0);
    um_findings_free(&f);
}

/* One encoder after the other, and the file's own. */
static void twice(void)
{
    make(sound, N, .05);
    if (!encode(sound, N, "libmp3lame", 48000) || !encode(sound, N, "aac", 192000))
        return;
    um_findings *f = listen_by(N, 1000);
    CHECK(strstr(file_text(f), "MP3 from sample 48 on (") &&
          strstr(file_text(f), " and AAC from sample 0 on ("));
    um_findings_free(&f);
    runner r;
    CHECK(runner_begin(&r, um_signal_find("codec_history")) == UM_OK);
    r.media.audio_codec = "aac";
    CHECK(runner_sound(&r, &(um_sound){.rate_hz = RATE, .channels = 1, .n = N, .mono = sound}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(strstr(file_text(f), "MP3 from") && strstr(file_text(f), "AAC of the file itself from"));
    um_findings_free(&f);
}

static void gates(void)
{
    um_findings *f = listen_by(0, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no sound"));
    um_findings_free(&f);
    make(sound, N, .05);
    f = listen_by(11000, 1000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short or too soft: 0.6 s"));
    um_findings_free(&f);
    f = listen_by(11500, 1000);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
    for (int loud = 0; loud < 2; loud++) { /* -61 and -59 dB */
        for (int i = 0; i < N; i++)
            sound[i] = (float)(sqrt(3 * pow(10, loud ? -5.9 : -6.1)) * random_number());
        f = listen_by(N, 1000);
        CHECK(f->outcome == (loud ? UM_SCORED : UM_NOT_APPLICABLE));
        um_findings_free(&f);
    }
    CHECK(bears_hostile_sound("codec_history", 8000, INT64_MAX - 90000));
}

int main(void)
{
    never();
    trimmed("libmp3lame", "MP3", 576, 48);
    trimmed("aac", "AAC", 1024, 0);
    cut("libmp3lame", 576, 5000);
    cut("libmp3lame", 576, 576 * 9);
    cut("aac", 1024, 5000);
    cut("aac", 1024, 1024 * 5);
    twice();
    gates();
    return check_done();
}
