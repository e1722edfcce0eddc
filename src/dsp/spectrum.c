/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrum.c: the azimuthal average of a power spectrum, and how it falls. */
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include <math.h>
#include <string.h>

double um_window_hann(double *w, int n)
{
    double squares = 0;
    for (int i = 0; i < n; i++) {
        w[i] = .5 - .5 * cos(2 * M_PI * i / n);
        squares += w[i] * w[i];
    }
    return squares;
}

void um_fft_power(double *power, const um_fft *fft, double scale)
{
    const int n = fft->rows * um_fft_bins(fft);
    for (int i = 0; i < n; i++)
        power[i] = scale * (fft->out[i][0] * fft->out[i][0] + fft->out[i][1] * fft->out[i][1]);
}

static double median_of_stretch(const double *power, int s, int stretch)
{
    double part[UM_STRETCH_MAX];
    memcpy(part, power + (ptrdiff_t)s * stretch, (size_t)stretch * sizeof *part);
    return um_median(part, (size_t)stretch);
}

void um_spectrum_over_around(double *over, const double *power, int n_bins, int stretch)
{
    const int last = n_bins / stretch - 1;
    double left = 0, right = 0; /* the medians of stretch `known` and the next */
    int known = -2;
    for (int k = 0; k < n_bins; k++) {
        const double at = um_clampd((k - (stretch - 1) / 2.) / stretch, 0, last);
        const int s = at < last ? (int)at : last - 1;
        if (s != known) {
            left = s == known + 1 ? right : median_of_stretch(power, s, stretch);
            right = median_of_stretch(power, s + 1, stretch);
            known = s;
        }
        const double around = left + (at - s) * (right - left);
        over[k] = power[k] > 0 || around > 0 ? power[k] / fmax(around, 1e-30) : 1;
    }
}

void um_radial_profile(double *profile, const double *power, int n)
{
    const int half = n / 2;
    double weights[UM_RADIAL_MAX / 2 + 1] = {0};
    for (int r = 0; r <= half; r++)
        profile[r] = 0;
    for (int row = 0; row < n; row++) {
        const int u = row <= half ? row : row - n;
        for (int v = 0; v <= half; v++) {
            const long r = lround(hypot(u, v));
            if (r > half)
                continue;                                      /* the corners: no whole ring is left there */
            const double weight = v == 0 || v == half ? 1 : 2; /* mirrored columns */
            profile[r] += weight * power[row * (half + 1) + v];
            weights[r] += weight;
        }
    }
    for (int r = 0; r <= half; r++)
        profile[r] /= weights[r];
}

double um_spectrum_run(um_fft *fft, const double *window, const double *tile)
{
    const int n = fft->rows;
    const double mean = um_mean(tile, (size_t)n * (size_t)n);
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++)
            fft->in[y * n + x] = (tile[y * n + x] - mean) * window[y] * window[x];
    um_fft_run(fft);
    return um_variance(tile, (size_t)n * (size_t)n);
}

/* Eight-bit rounding is white noise of 1/12 gray levels squared: nothing below that is signal. White noise of
 * variance v gives v / (sum of squared window weights) in every bin, 8/3 per axis over n. */
double um_spectrum_rounding(int n)
{
    return 1. / 12 * (8. / 3 / n) * (8. / 3 / n);
}

void um_spectrum_fall(double *slope, double *shelf, const double *power, int n, double rounding)
{
    double profile[UM_RADIAL_MAX / 2 + 1], x[UM_RADIAL_MAX], y[UM_RADIAL_MAX], offset, sum = 0;
    const int from = n / 16, to = 3 * n / 8;
    um_radial_profile(profile, power, n);
    for (int i = from; i <= to; i++) {
        x[i - from] = log10(i);
        y[i - from] = 10 * log10(profile[i] + rounding);
    }
    um_line_fit(slope, &offset, x, y, (size_t)to - (size_t)from + 1);
    for (int i = to + 1; i <= n / 2; i++)
        sum += 10 * log10(profile[i] + rounding) - (*slope * log10(i) + offset);
    *shelf = sum / (n / 2 - to);
}
