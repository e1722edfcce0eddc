/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers pulse_numpy.py: "rate n" and n colours of doubles on stdin; POS, CHROM, the power of POS over 4096
 * samples, its peak and ratio on stdout. */
#include "dsp/pulse.h"
#include <stdlib.h>

enum { PADDED = 4096 };

static void put(const double *v, size_t n)
{
    fwrite(v, sizeof *v, n, stdout);
}

int main(void)
{
    double rate_hz;
    int n;
    while (scanf("%lf %d", &rate_hz, &n) == 2 && getchar() == '\n') {
        um_fft *fft = NULL, *padded = NULL;
        double(*rgb)[3] = calloc((size_t)n, sizeof *rgb), *out = calloc((size_t)n, 3 * sizeof *out);
        double power[PADDED / 2 + 1];
        if (!rgb || !out || fread(rgb, sizeof *rgb, (size_t)n, stdin) != (size_t)n ||
            um_fft_new(&fft, 1, n, NULL) < 0 || um_fft_new(&padded, 1, PADDED, NULL) < 0)
            return 1;
        const double bin_hz = rate_hz / PADDED;
        um_pulse_pos(out, (const double(*)[3])rgb, n, rate_hz);
        put(out, (size_t)n);
        um_pulse_spectrum(power, padded, out, n);
        um_pulse_chrom(out, out + n, (const double(*)[3])rgb, n, rate_hz, fft);
        put(out, (size_t)n);
        put(power, PADDED / 2 + 1);
        const double peak = um_pulse_peak(power, PADDED / 2 + 1, bin_hz);
        put(&peak, 1);
        put(&(double){um_pulse_snr_db(power, PADDED / 2 + 1, bin_hz, peak)}, 1);
        fflush(stdout);
        um_fft_free(&fft);
        um_fft_free(&padded);
        free(rgb);
        free(out);
    }
    return 0;
}
