/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channel.c: rooms, equalizers, bands, noise, encoders and levels. */
#include "speech/channel.h"
#include "av/sink/recode_sound.h"
#include "dsp/fft.h"
#include "dsp/resample.h"
#include <stdlib.h>
#include <string.h>

enum { RATE = CHANNEL_RATE_HZ, TELEPHONE_HZ = 8000, OPUS_HZ = 48000, TAIL = RATE * 2 / 5, BUMPS = 3 };
static const float LEVEL = .05f; /* of the working signal: 26 dB below full scale leaves room for peaks */

struct channel {
    int n, size;        /* size: n and a tail, of small factors */
    um_fft *fft;        /* [size] */
    float (*filter)[2]; /* [size / 2 + 1]: everything linear */
    float *work;        /* [n * OPUS_HZ / RATE]: noise, or the sound at the rate of an encoder */
};

/* The next number that has no factor above 5. */
static int easy_size(int n)
{
    for (;; n++) {
        int rest = n;
        for (int p = 2; p <= 5; p++)
            while (rest % p == 0)
                rest /= p;
        if (rest == 1 && n % 2 == 0)
            return n;
    }
}

um_status channel_new(channel **out, int n, um_error *err)
{
    *out = NULL;
    if (n < 1 || n > CHANNEL_MOST)
        return um_fail(err, UM_EINVAL, "no channel for %d samples", n);
    channel *c = um_calloc(1, sizeof *c);
    if (!c)
        return um_fail_oom(err);
    c->n = n;
    c->size = easy_size(n + TAIL);
    um_status st = um_fft_new(&c->fft, 1, c->size, err);
    if (st == UM_OK && (!(c->filter = um_calloc((size_t)c->size / 2 + 1, sizeof *c->filter)) ||
                        !(c->work = um_calloc((size_t)n * OPUS_HZ / RATE, sizeof *c->work))))
        st = um_fail_oom(err);
    if (st < 0)
        channel_free(&c);
    *out = c;
    return st;
}

void channel_free(channel **c)
{
    if (!*c)
        return;
    um_fft_free(&(*c)->fft);
    free((*c)->filter);
    free((*c)->work);
    free(*c);
    *c = NULL;
}

static float rms(const float *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return (float)sqrt(sum / n);
}

static void scale_to(float *x, int n, float level)
{
    const float factor = level / fmaxf(rms(x, n), 1e-9f);
    for (int i = 0; i < n; i++)
        x[i] *= factor;
}

/* ---- everything linear, as one filter ---- */

/* Sound that dies away exponentially behind the direct sound (Moorer 1979, "About this reverberation
 * business"), 60 dB in .1 .. .4 s. */
static void draw_room(channel *c, bool any, rng *r)
{
    const int bins = c->size / 2 + 1;
    if (!any) {
        for (int k = 0; k < bins; k++)
            c->filter[k][0] = 1, c->filter[k][1] = 0;
        return;
    }
    const float seconds = rng_float(r, .1f, .4f), direct = rng_float(r, 1, 8);
    const int n = (int)(seconds * RATE);
    double *h = c->fft->in, sum = 0;
    memset(h, 0, (size_t)c->size * sizeof *h);
    for (int i = 1; i < n; i++) {
        h[i] = rng_normal(r) * expf(-6.9078f * (float)i / (float)n);
        sum += h[i] * h[i];
    }
    h[0] = direct * sqrt(sum);
    um_fft_run(c->fft);
    for (int k = 0; k < bins; k++) {
        c->filter[k][0] = (float)c->fft->out[k][0];
        c->filter[k][1] = (float)c->fft->out[k][1];
    }
}

/* Gain in dB: broad bumps, a limit of the band above and one below. */
static void draw_tone(channel *c, float strength, rng *r)
{
    const int bins = c->size / 2 + 1;
    float height[BUMPS], centre[BUMPS], width[BUMPS];
    for (int b = 0; b < BUMPS; b++) {
        height[b] = rng_chance(r, .8f) ? strength * 4 * rng_normal(r) : 0;
        centre[b] = rng_float(r, 0, 1);
        width[b] = rng_float(r, .03f, .3f);
    }
    const bool telephone = rng_chance(r, .08f * strength);
    const float top = telephone                        ? rng_float(r, .41f, .44f)
                      : rng_chance(r, .45f * strength) ? rng_float(r, .42f, 1)
                                                       : 2;
    const float bottom = telephone                       ? rng_float(r, .025f, .04f)
                         : rng_chance(r, .3f * strength) ? rng_float(r, .005f, .025f)
                                                         : 0;
    const float steep = rng_float(r, 200, 2000), deep = rng_float(r, 50, 90);
    for (int k = 0; k < bins; k++) {
        const float f = (float)k / (float)(bins - 1); /* of 8 kHz */
        float db = 0;
        for (int b = 0; b < BUMPS; b++) {
            const float d = (f - centre[b]) / width[b];
            db += height[b] * expf(-.5f * d * d);
        }
        if (f > top)
            db -= fminf((f - top) * steep, deep);
        if (f < bottom)
            db -= fminf((bottom - f) * 4000, 40);
        const float gain = powf(10, db / 20);
        c->filter[k][0] *= gain;
        c->filter[k][1] *= gain;
    }
}

static void apply_filter(channel *c, float *x)
{
    um_fft *fft = c->fft;
    for (int i = 0; i < c->size; i++)
        fft->in[i] = i < c->n ? x[i] : 0;
    um_fft_run(fft);
    for (int k = 0; k <= c->size / 2; k++) {
        const double re = fft->out[k][0], im = fft->out[k][1], a = c->filter[k][0], b = c->filter[k][1];
        fft->out[k][0] = re * a - im * b;
        fft->out[k][1] = re * b + im * a;
    }
    um_fft_back(fft);
    for (int i = 0; i < c->n; i++)
        x[i] = (float)fft->in[i];
}

/* ---- noise ---- */

/* White, or brown to pink by a leaky sum. */
static void add_noise(channel *c, float *x, float below_db, rng *r)
{
    const float keep = rng_chance(r, .5f) ? 0 : rng_float(r, .5f, .98f);
    float low = 0;
    for (int i = 0; i < c->n; i++) {
        /* the sum of four uniform numbers is near enough to normal, and four times as fast */
        const uint64_t bits = rng_next(r);
        const float v =
            (float)((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)) / 65536 -
            2;
        low = keep * low + v;
        c->work[i] = low;
    }
    scale_to(c->work, c->n, rms(x, c->n) * powf(10, -below_db / 20));
    for (int i = 0; i < c->n; i++)
        x[i] += c->work[i];
}

/* ---- encoders ---- */

typedef struct codec {
    const char *name;
    int rate_hz, least, most; /* kbit/s; 0: as it is */
} codec;
static const codec codecs[] = {
    {"libmp3lame", RATE, 16, 64},
    {"libopus", RATE, 8, 32},
    {"aac", RATE, 16, 48},
    {"libvorbis", RATE, 24, 48},
    {"adpcm_ima_wav", RATE, 0, 0},
    {"pcm_mulaw", TELEPHONE_HZ, 0, 0},
    {"pcm_alaw", TELEPHONE_HZ, 0, 0},
    {"libgsm", TELEPHONE_HZ, 0, 0},
    {"libopus", TELEPHONE_HZ, 6, 16},
    {"g722", RATE, 0, 0},
};
/* At 48 kHz, as players have it, Opus divides its bits otherwise than at the 16 of some messengers. */
static const codec messages[] = {{"libopus", RATE, 8, 32}, {"libopus", OPUS_HZ, 10, 32}};

um_status channel_resample(float *to, int n_to, int rate_to, const float *from, int n, int rate,
                           um_error *err)
{
    um_resampler *s = NULL;
    float *out = NULL;
    int got = 0;
    int64_t first = 0;
    um_status st = um_resampler_new(&s, rate, rate_to, err);
    if (st == UM_OK)
        st = um_resampler_push(s, &out, &got, &first, 0, from, n, err);
    for (int i = 0; i < n_to && st == UM_OK; i++)
        to[i] = i >= first && i - first < got ? out[i - first] : 0;
    free(out);
    um_resampler_free(&s);
    return st;
}

static int64_t draw_bit_rate(const codec *k, rng *r)
{
    return k->least ? 1000 * (k->least + rng_int(r, k->most - k->least + 1)) : 0;
}

/* Through an encoder that this FFmpeg may lack: then the sound stays as it is. */
static um_status encode(channel *c, float *x, const codec *k, int64_t rate, um_error *err)
{
    const int n = (int)((int64_t)c->n * k->rate_hz / RATE);
    um_status st = UM_OK;
    float *work = k->rate_hz == RATE ? x : c->work;
    if (work != x)
        st = channel_resample(work, n, k->rate_hz, x, c->n, RATE, err);
    if (st == UM_OK && (st = um_sound_recode(work, n, k->rate_hz, k->name, rate, err)) == UM_EUNSUPPORTED)
        return UM_OK;
    if (st == UM_OK && work != x)
        st = channel_resample(x, c->n, RATE, work, n, k->rate_hz, err);
    return st;
}

/* Room, tone, noise, overload: what is before any encoder. */
static void record(channel *c, float *x, float strength, rng *r)
{
    scale_to(x, c->n, LEVEL);
    draw_room(c, rng_chance(r, .25f * strength), r);
    draw_tone(c, strength, r);
    if (strength > 0)
        apply_filter(c, x);
    scale_to(x, c->n, LEVEL);
    if (rng_chance(r, .6f * strength))
        add_noise(c, x, rng_float(r, 10, 50), r);
    if (rng_chance(r, .12f * strength)) {
        const float limit = LEVEL * rng_float(r, 1.5f, 4);
        for (int i = 0; i < c->n; i++)
            x[i] = fmaxf(-limit, fminf(limit, x[i]));
    }
}

/* Few bits, a floor of noise, a level: what is behind it. */
static void hand_on(channel *c, float *x, float strength, rng *r)
{
    if (rng_chance(r, .08f * strength)) {
        const float steps = (float)(1 << (7 + rng_int(r, 4))) / (8 * LEVEL);
        for (int i = 0; i < c->n; i++)
            x[i] = rintf(x[i] * steps) / steps;
    }
    add_noise(c, x, rng_float(r, 50, 75), r); /* or else digital silence tells one from the other */
    scale_to(x, c->n, LEVEL * powf(10, rng_float(r, -20, 8) / 20));
}

um_status channel_run(channel *c, float *x, float strength, rng *r, um_error *err)
{
    um_status st = UM_OK;
    record(c, x, strength, r);
    if (rng_chance(r, .25f * strength)) {
        const codec *k = &codecs[rng_int(r, sizeof codecs / sizeof *codecs)];
        st = encode(c, x, k, draw_bit_rate(k, r), err);
    }
    hand_on(c, x, strength, r);
    return st;
}

um_status channel_run_opus(channel *c, float *x, float strength, bool opus, rng *r, um_error *err)
{
    um_status st = UM_OK;
    record(c, x, strength, r);
    const codec *k = &messages[rng_int(r, sizeof messages / sizeof *messages)], *other = &messages[0];
    const int64_t rate = draw_bit_rate(k, r);
    if (opus)
        st = encode(c, x, k, rate, err);
    while (!strcmp(other->name, messages[0].name))
        other = &codecs[rng_int(r, sizeof codecs / sizeof *codecs)];
    const int64_t other_rate = draw_bit_rate(other, r);
    if (rng_chance(r, .4f) && st == UM_OK)
        st = encode(c, x, other, other_rate, err);
    hand_on(c, x, strength, r);
    return st;
}
