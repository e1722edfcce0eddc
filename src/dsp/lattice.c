/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lattice.c: see lattice.h. */
#include "dsp/lattice.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>

enum {
    T = UM_LATTICE_TILE,
    HALF = T / 2,
    COLS = UM_LATTICE_COLS,
    BINS = UM_LATTICE_BINS,
    GRID = 8,
    PERIODS = 3
};
static const double MIN_VARIANCE = 1;      /* gray levels squared: below, rounding is most of a tile */
static const double MAX_CLIPPED = .3;      /* of the pixels of a tile: their noise is gone */
enum { DARK = 1, BRIGHT = 254 };           /* gray levels at which pixels count as clipped */
static const double LEAST_CHANCE = 1e-300; /* nothing rarer is told apart */
static const double NOTHING = 1e-12;       /* power of a bin that has no phase */

um_status um_lattice_init(um_lattice *out, um_error *err)
{
    *out = (um_lattice){0};
    const double squares = um_window_hann(out->window, T);
    out->scale = 1 / (squares * squares);
    out->phase = um_calloc(BINS, sizeof *out->phase);
    out->log_power = um_calloc(BINS, sizeof *out->log_power);
    if (!out->phase || !out->log_power)
        return um_fail_oom(err);
    return um_fft_new(&out->fft, T, T, err);
}

void um_lattice_clear(um_lattice *l)
{
    um_fft_free(&l->fft);
    free(l->phase);
    free(l->log_power);
    *l = (um_lattice){0};
}

void um_lattice_restart(um_lattice *l)
{
    for (int i = 0; i < BINS; i++)
        l->phase[i][0] = l->phase[i][1] = l->log_power[i] = 0;
    l->n = 0;
}

static void add_tile(um_lattice *l, const uint8_t *at, ptrdiff_t stride)
{
    double tile[T * T], power[BINS];
    int clipped = 0;
    for (int y = 0; y < T; y++)
        for (int x = 0; x < T; x++) {
            const uint8_t v = at[y * stride + x];
            clipped += v <= DARK || v >= BRIGHT;
            tile[y * T + x] = v;
        }
    if (clipped > MAX_CLIPPED * T * T || um_spectrum_run(l->fft, l->window, tile) < MIN_VARIANCE)
        return;
    um_fft_power(power, l->fft, 1);
    for (int i = 0; i < BINS; i++) {
        const double length = sqrt(fmax(power[i], NOTHING));
        l->phase[i][0] += l->fft->out[i][0] / length;
        l->phase[i][1] += l->fft->out[i][1] / length;
        l->log_power[i] += log(fmax(power[i], NOTHING));
    }
    l->n++;
}

void um_lattice_add(um_lattice *l, const uint8_t *gray, ptrdiff_t stride, int left, int top, int right,
                    int bottom, int most)
{
    left = (left + GRID - 1) / GRID * GRID;
    top = (top + GRID - 1) / GRID * GRID;
    if (right - left < T || bottom - top < T)
        return;
    const int cols = (right - left - T) / UM_LATTICE_HOP + 1, rows = (bottom - top - T) / UM_LATTICE_HOP + 1;
    const int64_t all = (int64_t)cols * rows, n = all < most ? all : most;
    for (int64_t i = 0; i < n; i++) {
        const int tile = (int)(i * all / n), x = left + tile % cols * UM_LATTICE_HOP,
                  y = top + tile / cols * UM_LATTICE_HOP;
        add_tile(l, gray + y * stride + x, stride);
    }
}

double um_lattice_at(const um_lattice *l, int u, int v)
{
    const double *sum = l->phase[u * COLS + v];
    return (sum[0] * sum[0] + sum[1] * sum[1]) / l->n;
}

int um_lattice_period(int u, int v)
{
    if (!u || !v || u % UM_LATTICE_STEP || v % UM_LATTICE_STEP)
        return 0;
    if (u == HALF && v == HALF)
        return 2;
    return u % (2 * UM_LATTICE_STEP) || v % (2 * UM_LATTICE_STEP) ? 8 : 4;
}

um_lattice_found um_lattice_find(const um_lattice *l)
{
    um_lattice_found best = {0};
    for (int period = 2; period <= GRID; period *= 2) {
        double sum = 0, shape = 0, p, q;
        for (int u = UM_LATTICE_STEP; u < T; u += UM_LATTICE_STEP)
            for (int v = UM_LATTICE_STEP; v <= HALF; v += UM_LATTICE_STEP) {
                if (um_lattice_period(u, v) != period || (v == HALF && u > HALF)) /* mirrored: seen before */
                    continue;
                /* at half the sampling rate it is a real number: one degree of freedom, not two */
                const double part = u == HALF && v == HALF ? .5 : 1;
                sum += part * um_lattice_at(l, u, v);
                shape += part;
            }
        um_gamma_pq(&p, &q, shape, sum);
        const double nats = fmax(-log(PERIODS * fmax(q, LEAST_CHANCE)), 0);
        if (!best.period || nats > best.nats)
            best = (um_lattice_found){period, nats, 10 * log10(fmax(sum / shape, NOTHING))};
    }
    return best;
}

void um_lattice_power(double *power, const um_lattice *l)
{
    for (int i = 0; i < BINS; i++)
        power[i] = l->scale * exp(l->log_power[i] / l->n);
}
