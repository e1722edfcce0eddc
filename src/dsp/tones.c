/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/tones.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AROUND = 32 };               /* bins, 31 Hz: of which the median is what a line is compared with */
static const double FROM_HZ = 1500; /* below are the harmonics of voices, and of the mains */
static const double TO_HZ = 7600;   /* above, the sound may have been resampled away */
static const double QUIET = 1e-13;  /* mean square: digital silence, and what a resampler leaves of it */

um_status um_tones_init(um_tones *t, um_error *err)
{
    const um_status st = um_fft_new(&t->fft, 1, UM_TONES_N, err);
    if (st < 0)
        return st;
    t->shape = um_calloc(UM_TONES_N, sizeof *t->shape);
    t->power = um_calloc(UM_TONES_BINS, sizeof *t->power);
    t->over = um_calloc(UM_TONES_BINS, sizeof *t->over);
    t->sum = um_calloc(UM_TONES_BINS, sizeof *t->sum);
    t->waiting = um_calloc(UM_TONES_N, sizeof *t->waiting);
    if (!t->shape || !t->power || !t->over || !t->sum || !t->waiting)
        return um_fail_oom(err);
    um_window_hann(t->shape, UM_TONES_N);
    return UM_OK;
}

void um_tones_clear(um_tones *t)
{
    um_fft_free(&t->fft);
    free(t->shape);
    free(t->power);
    free(t->over);
    free(t->sum);
    free(t->waiting);
    *t = (um_tones){0};
}

static void end_window(um_tones *t)
{
    double squares = 0;
    for (int i = 0; i < UM_TONES_N; i++) {
        squares += (double)t->waiting[i] * t->waiting[i];
        t->fft->in[i] = (double)t->waiting[i] * t->shape[i];
    }
    memmove(t->waiting, t->waiting + UM_TONES_N / 2, UM_TONES_N / 2 * sizeof *t->waiting);
    t->n = UM_TONES_N / 2;
    if (squares < QUIET * UM_TONES_N)
        return;
    um_fft_run(t->fft);
    um_fft_power(t->power, t->fft, 1);
    um_spectrum_over_around(t->over, t->power, UM_TONES_BINS, AROUND);
    for (int k = 0; k < UM_TONES_BINS; k++)
        t->sum[k] += log(fmax(t->over[k], 1e-3));
    t->windows++;
}

void um_tones_push(um_tones *t, int64_t first, const float *samples, int n)
{
    if (first != t->next)
        t->n = 0;
    t->next = first + n;
    for (int i = 0; i < n; i++) {
        t->waiting[t->n++] = isfinite(samples[i]) ? (samples[i] < -8  ? -8
                                                     : samples[i] > 8 ? 8
                                                                      : samples[i])
                                                  : 0;
        if (t->n == UM_TONES_N)
            end_window(t);
    }
}

bool um_tones_steadiest(um_tone *out, const um_tones *t)
{
    const double bin_hz = (double)UM_TONES_HZ / UM_TONES_N;
    const int from = (int)ceil(FROM_HZ / bin_hz), to = (int)floor(TO_HZ / bin_hz);
    const size_t n = (size_t)to - (size_t)from + 1;
    int at = from;
    if (!t->windows)
        return false;
    for (int k = from; k <= to; k++)
        at = t->sum[k] > t->sum[at] ? k : at;
    const double spread = sqrt(um_variance(t->sum + from, n));
    const double a = t->sum[at - 1], b = t->sum[at], c = t->sum[at + 1], bend = a - 2 * b + c;
    out->hz = (at + (bend < 0 ? um_clampd((a - c) / (2 * bend), -1, 1) : 0)) * bin_hz;
    out->times = spread > 1e-9 ? (b - um_mean(t->sum + from, n)) / spread : 0;
    return true;
}
