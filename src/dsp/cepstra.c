/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cepstra.c: cosine transforms of logarithms, their slopes and levels. */
#include "dsp/cepstra.h"
#include <math.h>
#include <stdlib.h>

static const double STILL = 1e-9; /* a deviation below this is rounding */

static double cosine(int k, int b, int n)
{
    return sqrt((k ? 2. : 1.) / n) * cos(M_PI * k * (2 * b + 1) / (2. * n));
}

static um_status start(um_cepstra *c, int n_in, int n_out, um_error *err)
{
    *c = (um_cepstra){.n_in = n_in, .n_out = n_out};
    c->weight = um_calloc((size_t)n_in * (size_t)n_out, sizeof *c->weight);
    return c->weight ? UM_OK : um_fail_oom(err);
}

um_status um_cepstra_init(um_cepstra *c, int n_in, int n_out, um_error *err)
{
    const um_status st = start(c, n_in, n_out, err);
    for (int k = 0; k < n_out && st == UM_OK; k++)
        for (int b = 0; b < n_in; b++)
            c->weight[(ptrdiff_t)k * n_in + b] = cosine(k, b, n_in);
    return st;
}

void um_cepstra_clear(um_cepstra *c)
{
    free(c->weight);
    *c = (um_cepstra){0};
}

/* ---- values between the given ones ---- */

/* Second derivatives at the knots of the natural cubic spline through 1 at knot `one`, 0 at the others: a
 * tridiagonal system, by elimination. */
static void bend(double *second, double *upper, const double *at, int n, int one)
{
    second[0] = upper[0] = second[n - 1] = 0;
    for (int i = 1; i < n - 1; i++) {
        const double left = at[i] - at[i - 1], right = at[i + 1] - at[i];
        const double here = (double)(i == one), before = (double)(i - 1 == one),
                     after = (double)(i + 1 == one);
        const double slopes = (after - here) / right - (here - before) / left;
        const double pivot = 2 * (left + right) - left * upper[i - 1];
        upper[i] = right / pivot;
        second[i] = (6 * slopes - left * second[i - 1]) / pivot;
    }
    for (int i = n - 2; i > 0; i--)
        second[i] -= upper[i] * second[i + 1];
}

static double spline(const double *second, const double *at, int one, int piece, double x)
{
    const double width = at[piece + 1] - at[piece], b = (x - at[piece]) / width, a = 1 - b;
    const double straight = a * (piece == one) + b * (piece + 1 == one);
    return straight +
           ((a * a * a - a) * second[piece] + (b * b * b - b) * second[piece + 1]) * width * width / 6;
}

/* The spline is linear in what it goes through, so that spline and cosines are one table of weights. */
um_status um_cepstra_init_even(um_cepstra *c, const double *at, int n_in, int n_even, int n_out,
                               um_error *err)
{
    double *second = um_calloc((size_t)n_in, 2 * sizeof *second),
           *table = um_calloc((size_t)n_even, (size_t)n_out * sizeof *table);
    um_status st = start(c, n_in, n_out, err);
    if (st == UM_OK && (!second || !table))
        st = um_fail_oom(err);
    for (int e = 0; e < n_even && st == UM_OK; e++)
        for (int k = 0; k < n_out; k++)
            table[(ptrdiff_t)e * n_out + k] = cosine(k, e, n_even);
    for (int one = 0; one < n_in && st == UM_OK; one++) {
        bend(second, second + n_in, at, n_in, one);
        for (int e = 0, piece = 0; e < n_even; e++) {
            const double x = at[0] + (at[n_in - 1] - at[0]) * e / (n_even - 1);
            while (piece < n_in - 2 && x > at[piece + 1])
                piece++;
            const double v = spline(second, at, one, piece, x);
            for (int k = 0; k < n_out; k++)
                c->weight[(ptrdiff_t)k * n_in + one] += v * table[(ptrdiff_t)e * n_out + k];
        }
    }
    free(second);
    free(table);
    if (st < 0)
        um_cepstra_clear(c);
    return st;
}

/* ---- of each frame, and over frames ---- */

void um_cepstra_run(const um_cepstra *c, float *out, ptrdiff_t stride, const double *in)
{
    for (int k = 0; k < c->n_out; k++) {
        const double *weight = c->weight + (ptrdiff_t)k * c->n_in;
        double sum = 0;
        for (int b = 0; b < c->n_in; b++)
            sum += weight[b] * in[b];
        out[k * stride] = (float)sum;
    }
}

void um_deltas(float *out, const float *in, int n_rows, int n_frames, int reach)
{
    double squares = 0;
    for (int k = 1; k <= reach; k++)
        squares += k * k;
    for (int r = 0; r < n_rows; r++, in += n_frames, out += n_frames)
        for (int t = 0; t < n_frames; t++) {
            double sum = 0;
            for (int k = 1; k <= reach; k++)
                sum +=
                    k * ((double)in[t + k < n_frames ? t + k : n_frames - 1] - (double)in[t > k ? t - k : 0]);
            out[t] = (float)(sum / (2 * squares));
        }
}

void um_rows_level(float *rows, int n_rows, int n_frames, bool deviation)
{
    for (int r = 0; r < n_rows; r++, rows += n_frames) {
        double mean = 0, squares = 0;
        for (int t = 0; t < n_frames; t++)
            mean += (double)rows[t] / n_frames;
        for (int t = 0; t < n_frames; t++)
            squares += ((double)rows[t] - mean) * ((double)rows[t] - mean) / n_frames;
        const double over = deviation && sqrt(squares) > STILL ? sqrt(squares) : 1;
        for (int t = 0; t < n_frames; t++)
            rows[t] = (float)(((double)rows[t] - mean) / over);
    }
}
