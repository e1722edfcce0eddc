/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mdct.c: folded to a DCT-IV, and that by a complex transform of a quarter of the window. */
#include "dsp/mdct.h"
#include <math.h>
#include <stdlib.h>

um_status um_mdct_init(um_mdct *m, int n, um_error *err)
{
    *m = (um_mdct){.n = n};
    um_status st = um_fft_new(&m->re, 1, n / 2, err);
    if (st == UM_OK)
        st = um_fft_new(&m->im, 1, n / 2, err);
    if (st < 0)
        return st;
    m->folded = um_calloc((size_t)n, sizeof *m->folded);
    m->turn = um_calloc((size_t)n / 2, sizeof *m->turn);
    if (!m->folded || !m->turn)
        return um_fail_oom(err);
    for (int i = 0; i < n / 2; i++) {
        const double angle = M_PI * (8 * i + 1) / (8. * n); /* half of the eighth before, half behind */
        m->turn[i][0] = cos(angle);
        m->turn[i][1] = -sin(angle);
    }
    return UM_OK;
}

void um_mdct_clear(um_mdct *m)
{
    um_fft_free(&m->re);
    um_fft_free(&m->im);
    free(m->folded);
    free(m->turn);
    *m = (um_mdct){0};
}

void um_mdct_run(um_mdct *m, double *out, const double *in)
{
    const int n = m->n, half = n / 2;
    double *u = m->folded;
    for (int i = 0; i < half; i++) {
        u[i] = -in[3 * half - 1 - i] - in[3 * half + i];
        u[half + i] = in[i] - in[n - 1 - i];
    }
    for (int i = 0; i < half; i++) {
        const double a = u[2 * i], b = u[n - 1 - 2 * i], *t = m->turn[i];
        m->re->in[i] = a * t[0] - b * t[1];
        m->im->in[i] = a * t[1] + b * t[0];
    }
    um_fft_run(m->re);
    um_fft_run(m->im);
    const double scale = sqrt(2. / n);
    for (int k = 0; k < half; k++) { /* Z = R + i I, each half of which is the other's conjugate */
        const int at = k <= half / 2 ? k : half - k;
        const double flip = k <= half / 2 ? 1 : -1, *r = m->re->out[at], *i = m->im->out[at], *t = m->turn[k];
        const double x = r[0] - flip * i[1], y = flip * r[1] + i[0];
        out[2 * k] = scale * (x * t[0] - y * t[1]);
        out[n - 1 - 2 * k] = -scale * (x * t[1] + y * t[0]);
    }
}

void um_mdct_sine(double *window, int n)
{
    for (int i = 0; i < 2 * n; i++)
        window[i] = sin(M_PI / (2 * n) * (i + .5));
}

/* Modified Bessel function of the first kind, order 0, by its series. */
static double bessel(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

void um_mdct_kbd(double *window, int n, double alpha)
{
    double sum = 0;
    for (int i = 0; i <= n; i++) {
        const double at = 2. * i / n - 1;
        sum += bessel(M_PI * alpha * sqrt(fmax(1 - at * at, 0)));
        if (i < n)
            window[i] = sum;
    }
    for (int i = 0; i < n; i++)
        window[i] = window[2 * n - 1 - i] = sqrt(window[i] / sum);
}
