/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_hash.c: see sound_hash.h. */
#include "data/sound_hash.h"
#include "dsp/resample.h"
#include "dsp/spectrum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

enum { RATE = 8000, WINDOW = 4096, HOP = 512, BANDS = 33, MIN_HEARD = 16 };
enum { SAMPLES = WINDOW + (UM_SOUND_FRAMES + 1) * HOP };
static const double LOW_HZ = 300, HIGH_HZ = 2000, QUIETEST = 1e-4;

/* Energy of each band of a frame; their sum. */
static double bands_of(double band[BANDS], um_fft *fft, const double *window, double *power,
                       const float *samples)
{
    double sum = 0;
    for (int i = 0; i < WINDOW; i++)
        fft->in[i] = window[i] * samples[i];
    um_fft_run(fft);
    um_fft_power(power, fft, 1);
    for (int m = 0; m < BANDS; m++) {
        const double step = log(HIGH_HZ / LOW_HZ) / BANDS;
        const int from = (int)(LOW_HZ * exp(m * step) * WINDOW / RATE),
                  to = (int)(LOW_HZ * exp((m + 1) * step) * WINDOW / RATE);
        band[m] = 0;
        for (int k = from; k < to; k++)
            band[m] += power[k];
        sum += band[m];
    }
    return sum;
}

static uint32_t bits_of(const double *now, const double *before)
{
    uint32_t bits = 0;
    for (int m = 0; m + 1 < BANDS; m++)
        bits = bits << 1 | (now[m] - now[m + 1] > before[m] - before[m + 1]);
    return bits;
}

static bool mark_heard(um_sound_hash *h, const double *energy)
{
    double most = 0;
    int heard = 0;
    for (int i = 0; i < h->n; i++)
        most = fmax(most, energy[i]);
    for (int i = 0; i < h->n; i++)
        heard += h->heard[i] = most > 0 && energy[i] > QUIETEST * most;
    return heard >= MIN_HEARD;
}

um_status um_sound_hash_of(um_sound_hash *out, const float *samples, size_t n, um_error *err)
{
    double window[WINDOW], power[WINDOW / 2 + 1], band[2][BANDS], energy[UM_SOUND_FRAMES];
    um_fft *fft;
    *out = (um_sound_hash){0};
    const um_status st = um_fft_new(&fft, 1, WINDOW, err);
    if (st < 0)
        return st;
    um_window_hann(window, WINDOW);
    for (size_t f = 0; f <= UM_SOUND_FRAMES && f * HOP + WINDOW <= n; f++) {
        const double sum = bands_of(band[f % 2], fft, window, power, samples + f * HOP);
        if (!f)
            continue;
        energy[out->n] = sum;
        out->bits[out->n++] = bits_of(band[f % 2], band[1 - f % 2]);
    }
    um_fft_free(&fft);
    return mark_heard(out, energy) ? UM_OK : UM_EOF;
}

typedef struct listener {
    um_resampler *resampler;
    float *samples; /* [SAMPLES] */
    size_t n;
    int64_t at;
} listener;

static um_status hear(listener *l, const um_sound *s, int rate_hz, um_error *err)
{
    float *block = NULL;
    int got = 0;
    int64_t first;
    um_status st = l->resampler ? UM_OK : um_resampler_new(&l->resampler, rate_hz, RATE, err);
    if (st == UM_OK)
        st = um_resampler_push(l->resampler, &block, &got, &first, l->at, s->mono, s->n, err);
    l->at += s->n;
    for (int i = 0; i < got && l->n < SAMPLES && st == UM_OK; i++)
        l->samples[l->n++] = block[i];
    free(block);
    return st;
}

um_status um_sound_hash_file(um_sound_hash *out, const char *path, um_error *err)
{
    const um_source_options opt = {.want = UM_WANT_SOUND, .threads = 1, .max_s = 2 + (double)SAMPLES / RATE};
    listener l = {.samples = um_calloc(SAMPLES, sizeof *l.samples)};
    um_source *source = NULL;
    um_moment *m;
    um_status st = l.samples ? um_source_open(&source, path, &opt, err) : um_fail_oom(err);
    const bool sound = source && um_source_media(source)->has_sound && !um_source_media(source)->has_video;
    while (sound && st == UM_OK && l.n < SAMPLES && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (m->sound)
            st = hear(&l, m->sound, um_source_media(source)->rate_hz, err);
        um_moment_free(&m);
    }
    if (st >= 0)
        st = um_sound_hash_of(out, l.samples, l.n, err);
    um_source_close(&source);
    um_resampler_free(&l.resampler);
    free(l.samples);
    return st;
}

/* The other begins `shift` frames later. */
static double distance_at(const um_sound_hash *a, const um_sound_hash *b, int shift)
{
    int heard = 0, differ = 0;
    for (int i = shift < 0 ? -shift : 0; i < a->n && i + shift < b->n; i++)
        if (a->heard[i] && b->heard[i + shift]) {
            heard++;
            differ += __builtin_popcount(a->bits[i] ^ b->bits[i + shift]);
        }
    return heard < MIN_HEARD ? 1 : (double)differ / (32. * heard);
}

double um_sound_hash_distance(const um_sound_hash *a, const um_sound_hash *b)
{
    double least = 1;
    if (abs(a->n - b->n) > UM_SOUND_SHIFTS)
        return 1;
    for (int shift = -UM_SOUND_SHIFTS; shift <= UM_SOUND_SHIFTS; shift++)
        least = fmin(least, distance_at(a, b, shift));
    return least;
}

void um_sound_hash_text(char out[UM_SOUND_HASH_TEXT], const um_sound_hash *h)
{
    *out = 0;
    for (int i = 0; i < h->n; i++)
        snprintf(out + (ptrdiff_t)9 * i, 10, "%c%08x", h->heard[i] ? '+' : '-', (unsigned)h->bits[i]);
}

bool um_sound_hash_read(um_sound_hash *out, const char *text)
{
    const size_t n = strlen(text);
    *out = (um_sound_hash){.n = (int)(n / 9)};
    if (!n || n % 9 || n >= UM_SOUND_HASH_TEXT)
        return false;
    for (int i = 0; i < out->n; i++) {
        const char *at = text + (ptrdiff_t)9 * i;
        char digits[9];
        memcpy(digits, at + 1, 8);
        digits[8] = 0;
        if ((*at != '+' && *at != '-') || strspn(digits, "0123456789abcdef") != 8)
            return false;
        out->heard[i] = *at == '+';
        out->bits[i] = (uint32_t)strtoul(digits, NULL, 16);
    }
    return true;
}
