/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source_filter.c: a voice as what the vocal folds do and what the mouth makes of it. */
#include "dsp/fft.h"
#include "dsp/pitch.h"
#include "dsp/spectrum.h"
#include "speech/vocode.h"
#include <stdlib.h>
#include <string.h>

enum {
    FRAME = 512,
    BINS = FRAME / 2 + 1,
    HOP = VOCODER_HOP,
    MOST_ORDER = 28,
    STEP = 40, /* samples for which a filter stays */
    HARMONICS = 128
};
static const float UNVOICED = .45f; /* Praat's threshold of strength, below which there is no voice */

struct source_filter {
    int n, frames;
    um_pitch_tracker *pitch;
    um_fft *fft;
    double window[FRAME], window_sum;
    voicing *voice;      /* [frames] */
    float *padded, *out; /* FRAME zeros, n samples, FRAME zeros */
    float *magnitude;    /* [frames][BINS] */
};

um_status source_filter_new(source_filter **out, int n, um_error *err)
{
    source_filter *s = *out = um_calloc(1, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    s->n = n;
    s->frames = n / HOP + 1;
    um_window_hann(s->window, FRAME);
    for (int i = 0; i < FRAME; i++)
        s->window_sum += s->window[i];
    um_status st = um_pitch_new(&s->pitch, err);
    if (st == UM_OK)
        st = um_fft_new(&s->fft, 1, FRAME, err);
    if (st == UM_OK && (!(s->voice = um_calloc((size_t)s->frames, sizeof *s->voice)) ||
                        !(s->padded = um_calloc((size_t)n + 2 * FRAME, sizeof *s->padded)) ||
                        !(s->out = um_calloc((size_t)n + 2 * FRAME, sizeof *s->out)) ||
                        !(s->magnitude = um_calloc((size_t)s->frames, BINS * sizeof *s->magnitude))))
        st = um_fail_oom(err);
    if (st < 0)
        source_filter_free(out);
    return st;
}

void source_filter_free(source_filter **filter)
{
    source_filter *s = *filter;
    if (!s)
        return;
    um_pitch_free(&s->pitch);
    um_fft_free(&s->fft);
    free(s->voice);
    free(s->padded);
    free(s->out);
    free(s->magnitude);
    free(s);
    *filter = NULL;
}

/* Copies the sound between zeros and finds its pitch. */
static void listen(source_filter *s, const float *samples)
{
    um_pitch_candidate c, owed[UM_PITCH_LAG];
    int done = 0;
    memset(s->padded, 0, ((size_t)s->n + 2 * FRAME) * sizeof *s->padded);
    memset(s->out, 0, ((size_t)s->n + 2 * FRAME) * sizeof *s->out);
    memcpy(s->padded + FRAME, samples, (size_t)s->n * sizeof *samples);
    for (int i = 0; i < s->frames; i++)
        if (um_pitch_push(s->pitch, &c, s->padded + FRAME + i * HOP - UM_PITCH_WINDOW / 2))
            s->voice[done++] = (voicing){c.hz, c.strength};
    const int n = um_pitch_flush(s->pitch, owed);
    for (int i = 0; i < n && done < s->frames; i++)
        s->voice[done++] = (voicing){owed[i].hz, owed[i].strength};
    while (done < s->frames)
        s->voice[done++] = (voicing){0};
    for (int i = 0; i < s->frames; i++)
        if (s->voice[i].strength < UNVOICED)
            s->voice[i].hz = 0;
}

/* Pitch at a sample, between two voiced frames interpolated. */
static float hz_at(const source_filter *s, int sample)
{
    const int i = sample / HOP, j = i + 1 < s->frames ? i + 1 : i;
    const float part = (float)(sample % HOP) / HOP, a = s->voice[i].hz, b = s->voice[j].hz;
    return a > 0 && b > 0 ? a + part * (b - a) : part < .5f ? a : b;
}

/* ---- linear prediction ---- */

/* Levinson's recursion: a[0 .. order - 1] predicts from the samples before. Returns the power that is left.
 */
static double predict(double *a, const double *correlation, int order)
{
    double left = correlation[0];
    for (int i = 0; i < order; i++) {
        double sum = correlation[i + 1], before[MOST_ORDER];
        for (int k = 0; k < i; k++)
            sum -= a[k] * correlation[i - k];
        const double reflect = left > 0 ? sum / left : 0;
        memcpy(before, a, (size_t)i * sizeof *a);
        for (int k = 0; k < i; k++)
            a[k] = before[k] - reflect * before[i - 1 - k];
        a[i] = reflect;
        left *= 1 - reflect * reflect;
    }
    return left;
}

static void correlate(double *correlation, const source_filter *s, int frame, int order)
{
    const float *x = s->padded + FRAME / 2 + frame * HOP;
    double y[FRAME];
    for (int i = 0; i < FRAME; i++)
        y[i] = x[i] * s->window[i];
    for (int lag = 0; lag <= order; lag++) {
        double sum = 0;
        for (int i = lag; i < FRAME; i++)
            sum += y[i] * y[i - lag];
        /* a lag window of 60 Hz and a floor of -40 dB: peaks do not become needles */
        const double w = 6.2831853 * 60 * lag / VOCODER_RATE_HZ;
        correlation[lag] = sum * exp(-.5 * w * w) * (lag ? 1 : 1.0001) + (lag ? 0 : 1e-9);
    }
}

um_status source_filter_lpc(source_filter *s, float *samples, rng *r, um_error *err)
{
    const int order = 14 + rng_int(r, MOST_ORDER - 13);
    const float breath = rng_float(r, .1f, .6f), monotone = rng_chance(r, .2f) ? rng_float(r, .5f, 1) : 0;
    double pair[2][MOST_ORDER + 1], mixed[MOST_ORDER + 1], a[MOST_ORDER];
    float *y = s->out + FRAME, phase = 1, mean = 0;
    int voiced = 0;
    listen(s, samples);
    for (int i = 0; i < s->frames; i++) {
        mean += s->voice[i].hz;
        voiced += s->voice[i].hz > 0;
    }
    mean /= (float)(voiced ? voiced : 1);
    for (int i = 0; i < s->frames; i++) /* some vocoders speak with less melody */
        if (s->voice[i].hz > 0)
            s->voice[i].hz += monotone * (mean - s->voice[i].hz);
    correlate(pair[0], s, 0, order);
    for (int f = 0; f * HOP < s->n; f++) {
        correlate(pair[1], s, f + 1 < s->frames ? f + 1 : f, order);
        for (int at = f * HOP; at < f * HOP + HOP && at < s->n; at++) {
            if (at % STEP == 0) {
                const double part = (double)(at % HOP) / HOP;
                for (int k = 0; k <= order; k++)
                    mixed[k] = pair[0][k] + part * (pair[1][k] - pair[0][k]);
                const double left = predict(a, mixed, order);
                mixed[0] = sqrt(left / (FRAME * .375)); /* mean square of a Hann window: 3/8 */
            }
            const float hz = hz_at(s, at), noise = rng_normal(r);
            float drive = noise;
            if (hz > 0) {
                phase += hz / VOCODER_RATE_HZ;
                const bool pulse = phase >= 1;
                phase -= pulse;
                drive = (pulse ? sqrtf((1 - breath * breath) * VOCODER_RATE_HZ / hz) : 0) + breath * noise;
            }
            double sum = mixed[0] * drive;
            for (int k = 0; k < order; k++) /* FRAME zeros lie before the first */
                sum += a[k] * y[at - 1 - k];
            y[at] = (float)sum;
        }
        memcpy(pair[0], pair[1], sizeof pair[0]);
    }
    memcpy(samples, y, (size_t)s->n * sizeof *samples);
    return UM_OK;
}

/* ---- harmonics and noise ---- */

static void measure(source_filter *s)
{
    for (int f = 0; f < s->frames; f++) {
        const float *x = s->padded + FRAME / 2 + f * HOP;
        for (int i = 0; i < FRAME; i++)
            s->fft->in[i] = x[i] * s->window[i];
        um_fft_run(s->fft);
        for (int k = 0; k < BINS; k++)
            s->magnitude[f * BINS + k] = (float)hypot(s->fft->out[k][0], s->fft->out[k][1]);
    }
}

/* Amplitude of a harmonic by the magnitude of its frame around it. */
static float amplitude(const source_filter *s, int frame, float hz)
{
    const float bin = hz * FRAME / VOCODER_RATE_HZ;
    const int k = (int)bin;
    if (k + 1 >= BINS)
        return 0;
    const float *m = s->magnitude + frame * BINS;
    return 2 * (m[k] + (bin - (float)k) * (m[k + 1] - m[k])) / (float)s->window_sum;
}

static void add_harmonics(source_filter *s, float top_hz, bool zero_phase, rng *r)
{
    float cosine[HARMONICS], sine[HARMONICS], *y = s->out + FRAME, from[HARMONICS], step[HARMONICS];
    double phase = 0;
    for (int k = 0; k < HARMONICS; k++) {
        const float turn = zero_phase ? 0 : rng_float(r, 0, 6.2831853f);
        cosine[k] = cosf(turn);
        sine[k] = sinf(turn);
    }
    for (int f = 0; f * HOP < s->n; f++) {
        const int g = f + 1 < s->frames ? f + 1 : f;
        const float here = s->voice[f].hz, there = s->voice[g].hz, hz = here > 0 ? here : there;
        if (hz <= 0)
            continue;
        int harmonics = 0;
        for (; harmonics < HARMONICS && hz * (float)(harmonics + 1) < top_hz; harmonics++) {
            const float k = (float)(harmonics + 1);
            from[harmonics] = here > 0 ? amplitude(s, f, k * here) : 0;
            step[harmonics] = ((there > 0 ? amplitude(s, g, k * there) : 0) - from[harmonics]) / HOP;
        }
        for (int i = 0; i < HOP && f * HOP + i < s->n; i++) {
            const float now = here > 0 && there > 0 ? here + (float)i * (there - here) / HOP : hz;
            phase = fmod(phase + 6.283185307179586 * now / VOCODER_RATE_HZ, 6.283185307179586);
            /* cos(k p + q) = cos(k p) cos(q) - sin(k p) sin(q), powers of one rotation */
            const float c = cosf((float)phase), d = sinf((float)phase);
            float re = 1, im = 0, sum = 0;
            for (int k = 0; k < harmonics; k++) {
                const float next = re * c - im * d;
                im = re * d + im * c;
                re = next;
                sum += (from[k] + (float)i * step[k]) * (re * cosine[k] - im * sine[k]);
            }
            y[f * HOP + i] += sum;
        }
    }
}

/* Noise of the magnitudes above `top_hz`, of all where there is no voice. Frames overlap by FRAME - HOP. */
static void add_noise(source_filter *s, float top_hz, float strength, rng *r)
{
    double squares = 0;
    for (int i = 0; i < FRAME; i++)
        squares += s->window[i] * s->window[i];
    for (int f = 0; f < s->frames; f++) {
        const bool voiced = s->voice[f].hz > 0;
        for (int k = 0; k < BINS; k++) {
            const bool high = (float)k * VOCODER_RATE_HZ / FRAME >= top_hz;
            const float m = s->magnitude[f * BINS + k] * (voiced && !high ? 0 : voiced ? strength : 1);
            const float phase = rng_float(r, 0, 6.2831853f);
            s->fft->out[k][0] = m * cosf(phase);
            s->fft->out[k][1] = k && k < BINS - 1 ? m * sinf(phase) : 0;
        }
        um_fft_back(s->fft);
        float *y = s->out + FRAME / 2 + f * HOP;
        const double scale = sqrt(HOP / squares); /* frames of unlike phase add in power */
        for (int i = 0; i < FRAME; i++)
            y[i] += (float)(s->fft->in[i] * s->window[i] * scale * sqrt(FRAME / squares));
    }
}

um_status source_filter_harmonic(source_filter *s, float *samples, rng *r, um_error *err)
{
    const float top_hz = rng_float(r, 2500, 7800), strength = rng_float(r, .6f, 1.2f);
    const bool zero_phase = rng_chance(r, .6f);
    listen(s, samples);
    measure(s);
    add_harmonics(s, top_hz, zero_phase, r);
    add_noise(s, top_hz, strength, r);
    memcpy(samples, s->out + FRAME, (size_t)s->n * sizeof *samples);
    return UM_OK;
}
