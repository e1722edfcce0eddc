/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pulse.c: POS and CHROM, and what is read off their traces.
 *
 * Of CHROM the paper normalises and filters within each interval of 1.6 s; 1.6 s hold one period of 0.6 Hz,
 * too short to limit a band, so the mean slides and the band is limited over the whole trace. */
#include "dsp/pulse.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include <math.h>
#include <string.h>

enum { MAX_WINDOW = 128 };          /* samples: 1.6 s at UM_PULSE_MAX_RATE_HZ */
static const double AROUND_HZ = .1; /* 6 per minute, the width of a line of 10 s */
static const double NOTHING_DB = 60;

static int window_of(double rate_hz)
{
    return um_clampi((int)ceil(UM_PULSE_WINDOW_S * rate_hz), 2, MAX_WINDOW);
}

/* 0 when the second trace does not move. */
static double ratio(const double *a, const double *b, int n)
{
    const double v = um_variance(b, (size_t)n);
    return v > 0 ? sqrt(um_variance(a, (size_t)n) / v) : 0;
}

void um_pulse_pos(double *out, const double (*rgb)[3], int n, double rate_hz)
{
    const int w = window_of(rate_hz);
    double s1[MAX_WINDOW], s2[MAX_WINDOW];
    memset(out, 0, (size_t)n * sizeof *out);
    for (int from = 0; from + w <= n; from++) {
        double mean[3] = {0};
        for (int i = 0; i < w; i++)
            for (int c = 0; c < 3; c++)
                mean[c] += rgb[from + i][c] / w;
        for (int i = 0; i < w; i++) {
            const double *v = rgb[from + i];
            const double r = v[0] / mean[0], g = v[1] / mean[1], b = v[2] / mean[2];
            s1[i] = g - b;
            s2[i] = g + b - 2 * r;
        }
        const double alpha = ratio(s1, s2, w);
        for (int i = 0; i < w; i++)
            s1[i] += alpha * s2[i];
        const double level = um_mean(s1, (size_t)w);
        for (int i = 0; i < w; i++)
            out[from + i] += s1[i] - level;
    }
}

static void limit_band(double *v, int n, double rate_hz, um_fft *fft)
{
    const double level = um_mean(v, (size_t)n);
    for (int i = 0; i < n; i++)
        fft->in[i] = v[i] - level;
    um_fft_run(fft);
    for (int k = 0; k < um_fft_bins(fft); k++) {
        const double hz = k * rate_hz / n;
        if (hz < UM_PULSE_LOW_HZ || hz > UM_PULSE_BAND_HZ)
            fft->out[k][0] = fft->out[k][1] = 0;
    }
    um_fft_back(fft);
    for (int i = 0; i < n; i++)
        v[i] = fft->in[i];
}

void um_pulse_chrom(double *out, double *work, const double (*rgb)[3], int n, double rate_hz, um_fft *fft)
{
    const int w = window_of(rate_hz) / 2 * 2, half = w / 2;
    double hann[MAX_WINDOW];
    double *x = work, *y = work + n;
    um_window_hann(hann, w);
    for (int i = 0; i < n; i++) {
        const int from = i - half > 0 ? i - half : 0, to = i + half + 1 < n ? i + half + 1 : n;
        double mean[3] = {0};
        for (int k = from; k < to; k++)
            for (int c = 0; c < 3; c++)
                mean[c] += rgb[k][c] / (to - from);
        const double r = rgb[i][0] / mean[0], g = rgb[i][1] / mean[1], b = rgb[i][2] / mean[2];
        x[i] = 3 * r - 2 * g;
        y[i] = 1.5 * r + g - 1.5 * b;
    }
    limit_band(x, n, rate_hz, fft);
    limit_band(y, n, rate_hz, fft);
    memset(out, 0, (size_t)n * sizeof *out);
    for (int from = 0; from + w <= n; from += half) {
        const double alpha = ratio(x + from, y + from, w);
        for (int i = 0; i < w; i++)
            out[from + i] += (x[from + i] - alpha * y[from + i]) * hann[i];
    }
}

void um_pulse_spectrum(double *power, um_fft *fft, const double *trace, int n)
{
    const double level = um_mean(trace, (size_t)n);
    for (int i = 0; i < fft->cols; i++)
        fft->in[i] = i < n ? (trace[i] - level) * (.5 - .5 * cos(2 * M_PI * i / n)) : 0;
    um_fft_run(fft);
    um_fft_power(power, fft, 1);
}

double um_pulse_peak(const double *power, int bins, double bin_hz)
{
    int best = 0;
    for (int i = 1; i + 1 < bins; i++)
        if (i * bin_hz >= UM_PULSE_LOW_HZ && i * bin_hz <= UM_PULSE_HIGH_HZ && power[i] > power[i - 1] &&
            power[i] >= power[i + 1] &&
            power[i] > (best ? power[best] : 0)) /* not the skirt of something slower */
            best = i;
    if (!best)
        return 0;
    const double before = power[best - 1], at = power[best], after = power[best + 1];
    const double bend = before - 2 * at + after;
    return bin_hz * (best + (bend < 0 ? um_clampd(.5 * (before - after) / bend, -.5, .5) : 0));
}

double um_pulse_snr_db(const double *power, int bins, double bin_hz, double f_hz)
{
    double line = 0, rest = 0;
    for (int i = 1; i < bins; i++) {
        const double hz = i * bin_hz;
        if (hz < UM_PULSE_LOW_HZ || hz > UM_PULSE_BAND_HZ)
            continue;
        if (fabs(hz - f_hz) <= AROUND_HZ || fabs(hz - 2 * f_hz) <= 2 * AROUND_HZ)
            line += power[i];
        else
            rest += power[i];
    }
    if (!(line > 0))
        return -NOTHING_DB;
    return um_clampd(10 * log10(line / fmax(rest, 1e-300)), -NOTHING_DB, NOTHING_DB);
}

double um_pulse_coherence(double *behind, const double *a, const double *b, int n, int segment,
                          double f_per_sample)
{
    double aa = 0, bb = 0, re = 0, im = 0;
    for (int from = 0; from + segment <= n; from += segment / 2) {
        double ar = 0, ai = 0, br = 0, bi = 0;
        for (int i = 0; i < segment; i++) {
            const double turn = 2 * M_PI * f_per_sample * i, hann = .5 - .5 * cos(2 * M_PI * i / segment);
            const double c = hann * cos(turn), s = hann * sin(turn);
            ar += a[from + i] * c;
            ai -= a[from + i] * s;
            br += b[from + i] * c;
            bi -= b[from + i] * s;
        }
        aa += ar * ar + ai * ai;
        bb += br * br + bi * bi;
        re += ar * br + ai * bi; /* a times the conjugate of b */
        im += ai * br - ar * bi;
    }
    *behind = atan2(im, re);
    return aa > 0 && bb > 0 ? sqrt((re * re + im * im) / (aa * bb)) : 0;
}
