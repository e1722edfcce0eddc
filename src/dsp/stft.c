/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stft.c: windows, and power spectra of overlapping blocks. */
#include "dsp/stft.h"
#include "dsp/spectrum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

um_status um_stft_new(um_stft **out, int rate_hz, um_error *err)
{
    *out = NULL;
    if (rate_hz < 1000 || rate_hz > 768000)
        return um_fail(err, UM_EINVAL, "a sampling rate of %d Hz is out of range", rate_hz);
    um_stft *s = um_calloc(1, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    s->rate_hz = rate_hz;
    for (s->n = 64; s->n < .04 * rate_hz;)
        s->n *= 2;
    um_status st = um_fft_new(&s->fft, 1, s->n, err);
    s->window = um_calloc((size_t)s->n, sizeof *s->window);
    s->waiting = um_calloc((size_t)s->n, sizeof *s->waiting);
    s->power = um_calloc((size_t)s->n / 2 + 1, sizeof *s->power);
    if (st == UM_OK && (!s->window || !s->waiting || !s->power))
        st = um_fail_oom(err);
    if (st < 0) {
        um_stft_free(&s);
        return st;
    }
    s->scale = 1 / (um_window_hann(s->window, s->n) * s->n);
    *out = s;
    return UM_OK;
}

void um_stft_free(um_stft **stft)
{
    if (!stft || !*stft)
        return;
    um_fft_free(&(*stft)->fft);
    free((*stft)->window);
    free((*stft)->waiting);
    free((*stft)->power);
    free(*stft);
    *stft = NULL;
}

static um_status frame(um_stft *s, um_stft_fn fn, void *user, um_error *err)
{
    const int half = s->n / 2;
    for (int i = 0; i < s->n; i++)
        s->fft->in[i] = s->window[i] * s->waiting[i];
    um_fft_run(s->fft);
    um_fft_power(s->power, s->fft, s->scale);
    for (int k = 1; k < half; k++)
        s->power[k] *= 2; /* and its mirror image */
    const um_status st = fn(user, s->next - s->n, s->power, err);
    memmove(s->waiting, s->waiting + half, (size_t)half * sizeof *s->waiting);
    s->filled = half;
    return st;
}

um_status um_stft_push(um_stft *s, int64_t first, const float *samples, int n_samples, um_stft_fn fn,
                       void *user, um_error *err)
{
    if (first != s->next)
        s->filled = 0;
    s->next = first;
    while (n_samples > 0) {
        const int part = n_samples < s->n - s->filled ? n_samples : s->n - s->filled;
        for (int i = 0; i < part; i++)
            s->waiting[s->filled + i] = isfinite(samples[i]) ? samples[i] : 0;
        s->filled += part;
        s->next += part;
        samples += part;
        n_samples -= part;
        if (s->filled < s->n)
            break;
        const um_status st = frame(s, fn, user, err);
        if (st != UM_OK)
            return st;
    }
    return UM_OK;
}

int um_stft_due(const um_stft *s, int64_t first, int n_samples)
{
    const int64_t held = (first == s->next ? s->filled : 0) + (int64_t)n_samples;
    return held < s->n ? 0 : (int)((held - s->n) / (s->n / 2)) + 1;
}

um_status um_ltas_init(um_ltas *ltas, int n_bins, um_error *err)
{
    *ltas = (um_ltas){.n_bins = n_bins};
    ltas->sum = um_calloc((size_t)n_bins, sizeof *ltas->sum);
    return ltas->sum ? UM_OK : um_fail_oom(err);
}

void um_ltas_clear(um_ltas *ltas)
{
    free(ltas->sum);
    *ltas = (um_ltas){0};
}

void um_ltas_add(um_ltas *ltas, const double *power)
{
    for (int k = 0; k < ltas->n_bins; k++)
        ltas->sum[k] += power[k];
    ltas->frames++;
}

double um_power_without_dc(const double *power, int n_bins)
{
    double total = 0;
    for (int k = 1; k < n_bins; k++)
        total += power[k];
    return total;
}

bool um_is_sounding(const double *power, int n_bins)
{
    static const double SILENCE = 1e-6; /* mean square */
    return um_power_without_dc(power, n_bins) >= SILENCE;
}

double um_rolloff(const double *power, int n_bins, double part)
{
    double total = 0, below = 0;
    for (int k = 0; k < n_bins; k++)
        total += power[k];
    for (int k = 0; k < n_bins; k++) {
        if (power[k] > 0 && below + power[k] >= part * total)
            return fmax(k - .5 + (part * total - below) / power[k], 0);
        below += power[k];
    }
    return total > 0 ? n_bins - 1 : 0;
}
