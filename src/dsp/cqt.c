/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cqt.c: the constant-Q transform by its definition. */
#include "dsp/cqt.h"
#include <math.h>
#include <stdlib.h>

int um_cqt_bins(const um_cqt_scale *s)
{
    /* what rounding takes from a whole number of octaves is given back */
    return (int)floor(s->per_octave * log2(s->high_hz / s->low_hz) + 1e-9) + 1;
}

double um_cqt_hz(const um_cqt_scale *s, int bin)
{
    return s->low_hz * exp2((double)bin / s->per_octave);
}

static double length(const um_cqt_scale *s, int bin, int rate_hz)
{
    return rate_hz / (um_cqt_hz(s, bin) * (exp2(1. / s->per_octave) - 1) + s->gamma_hz);
}

int um_cqt_window(const um_cqt_scale *s, int rate_hz)
{
    return (int)ceil(length(s, 0, rate_hz));
}

/* The first sample inside of a window of `l` samples in the middle of n. */
static int first_inside(int n, double l)
{
    const int from = (int)ceil((n - 1) / 2. - l / 2);
    return from > 0 ? from : 0;
}

static void fill(const um_cqt *c, int bin, double hz, double l, int rate_hz)
{
    double sum = 0;
    for (int i = 0; i < c->n[bin]; i++) {
        const double t = c->from[bin] + i - (c->n_window - 1) / 2.;
        sum += .5 + .5 * cos(2 * M_PI * t / l);
    }
    for (int i = 0; i < c->n[bin]; i++) {
        const double t = c->from[bin] + i - (c->n_window - 1) / 2.;
        const double w = (.5 + .5 * cos(2 * M_PI * t / l)) / sum, angle = 2 * M_PI * hz * t / rate_hz;
        c->re[bin][i] = (float)(w * cos(angle));
        c->im[bin][i] = (float)(-w * sin(angle));
    }
}

um_status um_cqt_init(um_cqt *c, const um_cqt_scale *scale, int rate_hz, um_error *err)
{
    size_t most = 0, at = 0;
    *c = (um_cqt){.n_bins = um_cqt_bins(scale), .n_window = um_cqt_window(scale, rate_hz)};
    for (int k = 0; k < c->n_bins && most <= UM_CQT_WEIGHTS; k++)
        most += 2 * (size_t)(length(scale, k, rate_hz) + 2);
    if (most > UM_CQT_WEIGHTS)
        return um_fail(err, UM_EINVAL, "a constant-Q transform of more than %d weights", UM_CQT_WEIGHTS);
    const size_t n = (size_t)c->n_bins;
    c->from = um_calloc(n, sizeof *c->from);
    c->n = um_calloc(n, sizeof *c->n);
    c->re = um_calloc(n, sizeof *c->re);
    c->im = um_calloc(n, sizeof *c->im);
    c->weight = um_calloc(most, sizeof *c->weight);
    if (!c->from || !c->n || !c->re || !c->im || !c->weight) {
        um_cqt_clear(c);
        return um_fail_oom(err);
    }
    for (int k = 0; k < c->n_bins; k++) {
        const double l = length(scale, k, rate_hz);
        c->from[k] = first_inside(c->n_window, l);
        c->n[k] = c->n_window - 2 * c->from[k];
        c->re[k] = c->weight + at;
        c->im[k] = c->re[k] + c->n[k];
        at += 2 * (size_t)c->n[k];
        fill(c, k, um_cqt_hz(scale, k), l, rate_hz);
    }
    return UM_OK;
}

void um_cqt_clear(um_cqt *c)
{
    free(c->from);
    free(c->n);
    free(c->re);
    free(c->im);
    free(c->weight);
    *c = (um_cqt){0};
}

void um_cqt_power(const um_cqt *c, double *power, const float *samples)
{
    for (int k = 0; k < c->n_bins; k++) {
        const float *x = samples + c->from[k], *re = c->re[k], *im = c->im[k];
        float a[4] = {0}, b[4] = {0}; /* four sums beside each other: faster, and less is lost */
        int i = 0;
        for (; i + 4 <= c->n[k]; i += 4)
            for (int j = 0; j < 4; j++) {
                a[j] += x[i + j] * re[i + j];
                b[j] += x[i + j] * im[i + j];
            }
        for (; i < c->n[k]; i++) {
            a[0] += x[i] * re[i];
            b[0] += x[i] * im[i];
        }
        const double u = (double)a[0] + (double)a[1] + (double)a[2] + (double)a[3],
                     v = (double)b[0] + (double)b[1] + (double)b[2] + (double)b[3];
        power[k] = u * u + v * v;
    }
}
