/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/modulation.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = UM_MODULATION_N,
    BINS = UM_MODULATION_BINS,
    SLOW = 100, /* energies on each side of the mean that is taken out: what is slower than 10 Hz is speech */
    AROUND = 32, /* bins, 16 Hz: of which the median is what a line is compared with */
    LINES = 6,   /* of a rhythm, at most */
    FINE = 2     /* rates that are tried, per bin */
};
/* Of the short spectrum, 500 Hz each: 1.25 to 2.25, 3.75, 5.75, 7.75 kHz. Below is hum and the pitch itself,
 * which leak into one bin more. */
static const int BAND[UM_MODULATION_BANDS + 1] = {3, 5, 8, 12, 16};
static const double LOWEST_HZ = 48, HIGHEST_HZ = 510; /* of rhythms: every 2 to 20 ms */
static const double TOP_HZ = 990;  /* of lines: energies over 2 ms hardly tell faster changes */
static const double FLOOR = 1e-10; /* -100 dB over full scale: below is the rounding of 16 bits */
static const double STEEP =
    3; /* ln: beyond, a change is a pause or a click, and one counts no more than that */

um_status um_modulation_init(um_modulation *m, um_error *err)
{
    um_status st = um_fft_new(&m->fft, 1, N, err);
    if (st == UM_OK)
        st = um_fft_new(&m->short_fft, 1, UM_MODULATION_WINDOW, err);
    if (st < 0)
        return st;
    m->shape = um_calloc(N, sizeof *m->shape);
    m->short_shape = um_calloc(UM_MODULATION_WINDOW, sizeof *m->short_shape);
    m->level = um_calloc((size_t)UM_MODULATION_BANDS * N, sizeof *m->level);
    m->line = um_calloc(BINS, sizeof *m->line);
    m->sum = um_calloc(BINS, sizeof *m->sum);
    if (!m->shape || !m->short_shape || !m->level || !m->line || !m->sum)
        return um_fail_oom(err);
    um_window_hann(m->shape, N);
    um_window_hann(m->short_shape, UM_MODULATION_WINDOW);
    return UM_OK;
}

void um_modulation_clear(um_modulation *m)
{
    um_fft_free(&m->fft);
    um_fft_free(&m->short_fft);
    free(m->shape);
    free(m->short_shape);
    free(m->level);
    free(m->line);
    free(m->sum);
    *m = (um_modulation){0};
}

static bool add_band(double *line, um_modulation *m, const double *level)
{
    double *x = m->fft->in, power[BINS], over[BINS], slow = 0, moves = 0;
    for (int i = -SLOW; i < N + SLOW; i++) {
        const int in = i + SLOW, out = i - SLOW - 1; /* the mean over what there is of i - SLOW .. i + SLOW */
        slow += (in < N ? level[in] : 0) - (out >= 0 ? level[out] : 0);
        if (i < 0 || i >= N)
            continue;
        const int n = (in < N - 1 ? in : N - 1) - (out >= 0 ? out : -1);
        const double d = um_clampd(level[i] - slow / n, -STEEP, STEEP);
        moves += d * d;
        x[i] = d * m->shape[i];
    }
    if (moves < 1e-6 * N)
        return false;
    um_fft_run(m->fft);
    um_fft_power(power, m->fft, 1);
    um_spectrum_over_around(over, power, BINS, AROUND);
    for (int k = 0; k < BINS; k++)
        line[k] += over[k];
    return true;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In bins, between them by a parabola: the highest within one of `at`. */
static double peak(const double *height, double at)
{
    const int near = (int)lrint(at);
    int k = near;
    for (int i = near - 1; i <= near + 1; i++)
        k = height[i] > height[k] ? i : k;
    const double a = height[k - 1], b = height[k], c = height[k + 1], bend = a - 2 * b + c;
    return k + (bend < 0 ? um_clampd((a - c) / (2 * bend), -1, 1) : 0);
}

/* The clearest of all rates and of 1 to LINES lines: fewer where the lines get weaker, so that a rate is not
 * taken for half of it. */
static um_rhythm find_rhythm(const double *line)
{
    const int first = (int)(LOWEST_HZ / UM_MODULATION_BIN_HZ) - 2,
              last = (int)(TOP_HZ / UM_MODULATION_BIN_HZ) + 3;
    double height[BINS], sorted[BINS];
    const int n = last - first + 1;
    for (int k = first; k <= last; k++)
        sorted[k - first] = height[k] = log(fmax(line[k], 1e-6));
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    /* of what chance gives: the upper half is what a peak must rise out of, and 84.1 % is one deviation */
    const double middle = sorted[n / 2], spread = fmax(sorted[(int)(.841 * n)] - middle, 1e-6);
    um_rhythm best = {0};
    int strongest = 1; /* of its lines */
    const double step = UM_MODULATION_BIN_HZ / FINE;
    for (double hz = LOWEST_HZ; hz <= HIGHEST_HZ; hz += step) {
        double sum = 0, highest = -INFINITY;
        int top = 1;
        for (int k = 1; k <= LINES && k * hz <= TOP_HZ; k++) {
            const double h = height[lrint(k * hz / UM_MODULATION_BIN_HZ)] - middle,
                         of_all = (sum + h) / sqrt(k);
            sum += h;
            top = h > highest ? k : top;
            highest = fmax(highest, h);
            if (of_all / spread > best.times) {
                best = (um_rhythm){hz, of_all / spread, 10 / log(10) * sum / k};
                strongest = top;
            }
        }
    }
    if (best.times > 0)
        best.hz = peak(height, strongest * best.hz / UM_MODULATION_BIN_HZ) * UM_MODULATION_BIN_HZ / strongest;
    return best;
}

static um_status end_segment(um_modulation *m, um_modulation_fn fn, void *user, um_error *err)
{
    int bands = 0;
    memset(m->line, 0, BINS * sizeof *m->line);
    for (int b = 0; b < UM_MODULATION_BANDS; b++)
        bands += add_band(m->line, m, m->level + (ptrdiff_t)b * N);
    for (int b = 0; b < UM_MODULATION_BANDS; b++)
        memmove(m->level + (ptrdiff_t)b * N, m->level + (ptrdiff_t)b * N + N / 2, N / 2 * sizeof *m->level);
    m->n = N / 2;
    if (!bands)
        return UM_OK;
    for (int k = 0; k < BINS; k++) {
        m->line[k] /= bands;
        m->sum[k] += m->line[k];
    }
    m->segments++;
    const um_rhythm rhythm = find_rhythm(m->line);
    const double middle = (double)m->next - (double)N / 2 * UM_MODULATION_STEP;
    return fn(user, middle / UM_MODULATION_HZ, &rhythm, err);
}

static void add_energy(um_modulation *m)
{
    double *x = m->short_fft->in, power[UM_MODULATION_WINDOW / 2 + 1];
    for (int i = 0; i < UM_MODULATION_WINDOW; i++)
        x[i] = (double)m->waiting[i] * m->short_shape[i];
    um_fft_run(m->short_fft);
    um_fft_power(power, m->short_fft, 1. / UM_MODULATION_WINDOW / UM_MODULATION_WINDOW);
    for (int b = 0; b < UM_MODULATION_BANDS; b++) {
        double sum = 0;
        for (int k = BAND[b]; k < BAND[b + 1]; k++)
            sum += power[k];
        m->level[(ptrdiff_t)b * N + m->n] = log(sum + FLOOR);
    }
    m->n++;
}

um_status um_modulation_push(um_modulation *m, int64_t first, const float *samples, int n,
                             um_modulation_fn fn, void *user, um_error *err)
{
    um_status st = UM_OK;
    if (first != m->next)
        m->n_waiting = m->n = 0;
    m->next = first;
    for (int i = 0; i < n && st == UM_OK; i++) {
        const float x = samples[i];
        m->waiting[m->n_waiting++] = isfinite(x) ? (x < -8 ? -8 : x > 8 ? 8 : x) : 0;
        m->next++;
        if (m->n_waiting < UM_MODULATION_WINDOW)
            continue;
        add_energy(m);
        m->n_waiting -= UM_MODULATION_STEP;
        memmove(m->waiting, m->waiting + UM_MODULATION_STEP, (size_t)m->n_waiting * sizeof *m->waiting);
        if (m->n == N)
            st = end_segment(m, fn, user, err);
    }
    m->next = first + n;
    return st;
}

bool um_modulation_rhythm(um_rhythm *out, const um_modulation *m)
{
    double mean[BINS];
    if (!m->segments)
        return false;
    for (int k = 0; k < BINS; k++)
        mean[k] = m->sum[k] / (double)m->segments;
    *out = find_rhythm(mean);
    return true;
}
