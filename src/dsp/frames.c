/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frames.c: short frames of sound as power spectra. */
#include "dsp/frames.h"
#include "dsp/spectrum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double FLOOR = 2.5e-7, SPREAD = 1. / 3; /* brings the logarithms to a deviation of about one */

um_status um_framer_new(um_framer **out, int window, int padded, um_error *err)
{
    *out = NULL;
    if (window < 1 || window > padded)
        return um_fail(err, UM_EINVAL, "a window of %d samples in a frame of %d", window, padded);
    um_framer *f = um_calloc(1, sizeof *f);
    if (!f)
        return um_fail_oom(err);
    f->n_window = window;
    um_status st = um_fft_new(&f->fft, 1, padded, err);
    if (st == UM_OK && (!(f->window = um_calloc((size_t)window, sizeof *f->window)) ||
                        !(f->power = um_calloc((size_t)padded / 2 + 1, sizeof *f->power))))
        st = um_fail_oom(err);
    if (st < 0) {
        um_framer_free(&f);
        return st;
    }
    f->scale = 1 / (um_window_hann(f->window, window) * padded);
    *out = f;
    return UM_OK;
}

void um_framer_free(um_framer **framer)
{
    if (!framer || !*framer)
        return;
    um_fft_free(&(*framer)->fft);
    free((*framer)->window);
    free((*framer)->power);
    free(*framer);
    *framer = NULL;
}

void um_framer_power(um_framer *f, float *power, const float *samples)
{
    const int n = f->fft->cols, bins = um_fft_bins(f->fft);
    for (int i = 0; i < n; i++)
        f->fft->in[i] = i < f->n_window ? samples[i] * f->window[i] : 0;
    um_fft_run(f->fft);
    um_fft_power(f->power, f->fft, f->scale);
    for (int k = 0; k < bins; k++) /* all but the first and the last stand for a mirror image, too */
        power[k] = (float)(k && k < n - k ? 2 * f->power[k] : f->power[k]);
}

void um_frames_map(float *map, const float *power, int n_frames, int n_bins)
{
    double sum = 0;
    for (int i = 0; i < n_frames * n_bins; i++)
        sum += power[i];
    const float floor = sum > 0 ? (float)(FLOOR * sum / n_frames / n_bins) : 1;
    for (int k = 0; k < n_bins; k++) {
        float *row = map + (ptrdiff_t)k * n_frames;
        double mean = 0;
        for (int i = 0; i < n_frames; i++)
            mean += row[i] = logf(power[(ptrdiff_t)i * n_bins + k] + floor);
        mean /= n_frames;
        for (int i = 0; i < n_frames; i++)
            row[i] = (float)((row[i] - mean) * SPREAD);
    }
}

void um_frames_planes(float *planes, um_framer *framer, float *power, const float *samples, int n_frames,
                      int hop)
{
    const int n_bins = um_fft_bins(framer->fft) - 1;
    float *where = planes + (ptrdiff_t)n_bins * n_frames;
    for (int f = 0; f < n_frames; f++) {
        um_framer_power(framer, where, samples + (ptrdiff_t)f * hop);
        memcpy(power + (ptrdiff_t)f * n_bins, where + 1, (size_t)n_bins * sizeof *power);
    }
    um_frames_map(planes, power, n_frames, n_bins);
    for (int k = 0; k < n_bins; k++)
        for (int f = 0; f < n_frames; f++)
            *where++ = 2 * (float)k / (float)(n_bins - 1) - 1;
}
