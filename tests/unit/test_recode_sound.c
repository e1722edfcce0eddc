/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound through an encoder: better with more bits, in its place, the same each time. */
#include "../check.h"
#include "av/sink/recode_sound.h"
#include <string.h>

enum { N = 20000 };

static void sound(float *x, int rate)
{
    for (int i = 0; i < N; i++) {
        const double t = (double)i / rate;
        x[i] = (float)(.2 * sin(2 * M_PI * 210 * t) + .1 * sin(2 * M_PI * 1270 * t + sin(9 * t)) +
                       .05 * sin(2 * M_PI * (300 + 900 * t) * t));
    }
}

/* Signal to noise in dB of the middle, y taken `lag` samples later. */
static double snr(const float *x, const float *y, int lag)
{
    double signal = 0, noise = 0;
    for (int i = 4000; i < 16000; i++) {
        signal += (double)x[i] * x[i];
        noise += pow(x[i] - y[i + lag], 2);
    }
    return 10 * log10(signal / (noise + 1e-12));
}

static double quality(const char *encoder, int rate, int64_t bits)
{
    static float x[N], y[N], again[N];
    um_error err = {0};
    sound(x, rate);
    memcpy(y, x, sizeof x);
    memcpy(again, x, sizeof x);
    um_status st = um_sound_recode(y, N, rate, encoder, bits, &err);
    if (st == UM_EUNSUPPORTED) {
        fprintf(stderr, "%s: %s\n", encoder, err.text);
        return NAN;
    }
    CHECK(st == UM_OK);
    CHECK(um_sound_recode(again, N, rate, encoder, bits, &err) == UM_OK && !memcmp(y, again, sizeof y));
    double best = -99;
    int at = 0;
    for (int lag = -1500; lag <= 1500; lag++) {
        const double q = snr(x, y, lag);
        if (q > best)
            best = q, at = lag;
    }
    CHECK(abs(at) <= 8 || best < 3); /* an encoder for the ear alone need not keep the wave */
    fprintf(stderr, "%s %d Hz %lld bit/s: %.1f dB at lag %d\n", encoder, rate, (long long)bits, best, at);
    return best;
}

int main(void)
{
    static float x[N];
    um_error err = {0};
    const double low = quality("libmp3lame", 16000, 16000), high = quality("libmp3lame", 16000, 64000);
    CHECK(isnan(low) || (low > 15 && high > low));
    const double aac = quality("aac", 16000, 48000), mulaw = quality("pcm_mulaw", 8000, 0);
    CHECK(isnan(aac) || aac > 15);
    CHECK(mulaw > 30 && mulaw < 45); /* the law's 37 dB or so */
    quality("libopus", 16000, 24000);
    quality("libgsm", 8000, 0);
    quality("libvorbis", 16000, 32000);
    quality("adpcm_ima_wav", 16000, 0);
    quality("g722", 16000, 0);
    CHECK(um_sound_recode(x, N, 16000, "no-such-encoder", 0, &err) == UM_EUNSUPPORTED);
    CHECK(um_sound_recode(x, N, 16000, "mpeg4", 0, &err) == UM_EUNSUPPORTED);
    CHECK(um_sound_recode(x, N, 12345, "libopus", 0, &err) == UM_EUNSUPPORTED);
    CHECK(um_sound_encoder_rate("libmp3lame", 12500) == 16000); /* MPEG-1, 2 and 2.5 have nine rates */
    CHECK(um_sound_encoder_rate("libmp3lame", 16000) == 16000);
    CHECK(um_sound_encoder_rate("libmp3lame", 96000) == 48000);
    CHECK(um_sound_encoder_rate("pcm_mulaw", 12345) == 12345);
    CHECK(um_sound_encoder_rate("no-such-encoder", 12345) == 12345);
    return check_done();
}
