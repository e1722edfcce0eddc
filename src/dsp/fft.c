/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fft.c: transforms by FFTW, whose planner is not thread-safe. */
#include "dsp/fft.h"
#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

enum { MAX_VALUES = 1 << 24 };

/* FFTW runs plans from any thread, but plans from only one at a time. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

um_status um_fft_new(um_fft **out, int rows, int cols, um_error *err)
{
    *out = NULL;
    if (rows < 1 || cols < 1 || rows > MAX_VALUES / cols)
        return um_fail(err, UM_EINVAL, "a transform of %d x %d values is out of range", rows, cols);
    um_fft *fft = um_calloc(1, sizeof *fft);
    if (!fft)
        return um_fail_oom(err);
    fft->rows = rows;
    fft->cols = cols;
    fft->in = um_calloc_aligned((size_t)rows * (size_t)cols, sizeof *fft->in);
    fft->out = um_calloc_aligned((size_t)rows * (size_t)um_fft_bins(fft), sizeof *fft->out);
    if (fft->in && fft->out) {
        pthread_mutex_lock(&planner);
        /* Estimate never times anything, so the same plan is chosen, and the same bytes come out, every time.
         */
        fft->plan = rows == 1 ? fftw_plan_dft_r2c_1d(cols, fft->in, fft->out, FFTW_ESTIMATE)
                              : fftw_plan_dft_r2c_2d(rows, cols, fft->in, fft->out, FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
    }
    if (!fft->plan) {
        um_fft_free(&fft);
        return um_fail_oom(err);
    }
    *out = fft;
    return UM_OK;
}

void um_fft_free(um_fft **fft)
{
    if (!fft || !*fft)
        return;
    if ((*fft)->plan) {
        pthread_mutex_lock(&planner);
        fftw_destroy_plan((*fft)->plan);
        pthread_mutex_unlock(&planner);
    }
    free((*fft)->in);
    free((*fft)->out);
    free(*fft);
    *fft = NULL;
}

void um_fft_run(um_fft *fft)
{
    fftw_execute(fft->plan);
}

/* By the same plan: H = Re X - Im X is Hartley's transform of x (Bracewell 1983, "Discrete Hartley
 * transform"), whose kernel is cos + sin of the same angle, in two dimensions, too. It is its own inverse but
 * for the number of values n: x = (Re Y - Im Y) / n, Y the transform of H. */
void um_fft_back(um_fft *fft)
{
    const int rows = fft->rows, cols = fft->cols, bins = um_fft_bins(fft);
    for (int pass = 0; pass < 2; pass++) {
        const double scale = pass ? 1. / rows / cols : 1;
        for (int u = 0; u < rows; u++)
            for (int v = 0; v < bins; v++) {
                const double *z = fft->out[(size_t)u * (size_t)bins + (size_t)v];
                const double re = z[0] * scale, im = z[1] * scale;
                const int mu = u ? rows - u : 0, mv = v ? cols - v : 0;
                fft->in[(size_t)mu * (size_t)cols + (size_t)mv] = re + im;
                fft->in[(size_t)u * (size_t)cols + (size_t)v] = re - im; /* where both are one, im is 0 */
            }
        if (!pass)
            um_fft_run(fft);
    }
}

/* The transform of the power is real and even: a forward one of it is the way back. */
void um_fft_autocorrelation(um_fft *fft, um_fft *back)
{
    const int half = fft->cols / 2, all = back->cols;
    um_fft_run(fft);
    for (int i = 0; i < all; i++)
        back->in[i] = 0;
    for (int k = 0; k <= half; k++) {
        const double re = fft->out[k][0], im = fft->out[k][1];
        const double power = (re * re + im * im) * (k == half ? .5 : 1);
        back->in[k] = power;
        if (k)
            back->in[all - k] = power;
    }
    um_fft_run(back);
}

int um_fft_size(int least)
{
    for (int size = least + (least & 1);; size += 2) {
        int left = size;
        for (int prime = 2; prime <= 5; prime++)
            while (left % prime == 0)
                left /= prime;
        if (left == 1)
            return size;
    }
}
