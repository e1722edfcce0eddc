/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mel.c: bands on the mel scale. */
#include "dsp/mel.h"
#include <math.h>
#include <stdlib.h>

static double mel_of(double hz)
{
    return 2595 * log10(1 + hz / 700);
}

static double hz_of(double mel)
{
    return 700 * (pow(10, mel / 2595) - 1);
}

um_status um_mel_init(um_mel *mel, int n_bands, int n_bins, int rate_hz, um_error *err)
{
    return um_mel_init_between(mel, n_bands, n_bins, rate_hz, 0, rate_hz / 2., false, err);
}

um_status um_mel_init_between(um_mel *mel, int n_bands, int n_bins, int rate_hz, double low_hz,
                              double high_hz, bool linear, um_error *err)
{
    *mel = (um_mel){.n_bands = n_bands, .n_bins = n_bins};
    mel->weight = um_calloc((size_t)n_bands * (size_t)n_bins, sizeof *mel->weight);
    mel->from = um_calloc((size_t)n_bands, sizeof *mel->from);
    mel->to = um_calloc((size_t)n_bands, sizeof *mel->to);
    if (!mel->weight || !mel->from || !mel->to) {
        um_mel_clear(mel);
        return um_fail_oom(err);
    }
    const double first = linear ? low_hz : mel_of(low_hz);
    const double step = ((linear ? high_hz : mel_of(high_hz)) - first) / (n_bands + 1);
    for (int band = 0; band < n_bands; band++) {
        double edge[3];
        for (int k = 0; k < 3; k++)
            edge[k] = linear ? first + step * (band + k) : hz_of(first + step * (band + k));
        const double low = edge[0], centre = edge[1], high = edge[2];
        float *weight = mel->weight + (size_t)band * (size_t)n_bins;
        for (int k = 0; k < n_bins; k++) {
            const double hz = k * (rate_hz / 2.) / (n_bins - 1);
            const double w = fmin((hz - low) / (centre - low), (high - hz) / (high - centre));
            if (w <= 0)
                continue;
            weight[k] = (float)w;
            if (!mel->to[band])
                mel->from[band] = k;
            mel->to[band] = k + 1;
        }
    }
    return UM_OK;
}

void um_mel_clear(um_mel *mel)
{
    free(mel->weight);
    free(mel->from);
    free(mel->to);
    *mel = (um_mel){0};
}

void um_mel_log(const um_mel *mel, float *out, const float *power, float floor)
{
    for (int band = 0; band < mel->n_bands; band++) {
        const float *weight = mel->weight + (size_t)band * (size_t)mel->n_bins;
        float sum = 0;
        for (int k = mel->from[band]; k < mel->to[band]; k++)
            sum += weight[k] * power[k];
        out[band] = logf(sum > floor ? sum : floor);
    }
}
