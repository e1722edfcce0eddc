/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrum.c: the azimuthal average of a power spectrum. */
#include "dsp/spectrum.h"
#include <math.h>

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
