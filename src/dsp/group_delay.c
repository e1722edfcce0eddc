/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group_delay.c: the (modified) group delay of a frame. */
#include "dsp/group_delay.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NOTHING = 1e-10; /* -200 dB of a full sample: |X| below it counts as this */

um_status um_group_delay_init(um_group_delay *g, int padded, double alpha, double gamma, int lifter,
                              um_error *err)
{
    *g = (um_group_delay){.alpha = alpha, .gamma = gamma, .lifter = lifter};
    um_status st = um_fft_new(&g->fft, 1, padded, err);
    const size_t bins = st == UM_OK ? (size_t)um_fft_bins(g->fft) : 1;
    g->x = um_calloc(bins, sizeof *g->x);
    g->log_size = um_calloc(bins, sizeof *g->log_size);
    g->turn = um_calloc((size_t)padded, sizeof *g->turn);
    if (st == UM_OK && (!g->x || !g->log_size || !g->turn))
        st = um_fail_oom(err);
    for (int i = 0; i < padded && st == UM_OK; i++)
        g->turn[i] = cos(2 * M_PI * i / padded);
    if (st < 0)
        um_group_delay_clear(g);
    return st;
}

void um_group_delay_clear(um_group_delay *g)
{
    um_fft_free(&g->fft);
    free(g->x);
    free(g->log_size);
    free(g->turn);
    *g = (um_group_delay){0};
}

/* ln |X| of a cepstrum cut short, in place: both sums are over the whole circle, of which half is stored. */
static void smooth(um_group_delay *g)
{
    const int n = g->fft->cols, bins = um_fft_bins(g->fft);
    double cepstrum[UM_LIFTER_MAX] = {0};
    for (int q = 0; q < g->lifter; q++) {
        double sum = 0;
        for (int k = 0; k < bins; k++)
            sum += (k && k < n - k ? 2 : 1) * g->log_size[k] * g->turn[(int64_t)k * q % n];
        cepstrum[q] = sum / n;
    }
    for (int k = 0; k < bins; k++) {
        g->log_size[k] = cepstrum[0];
        for (int q = 1; q < g->lifter; q++)
            g->log_size[k] += 2 * cepstrum[q] * g->turn[(int64_t)k * q % n];
    }
}

void um_group_delay_run(um_group_delay *g, double *tau, const double *samples, int n)
{
    const int bins = um_fft_bins(g->fft);
    double *in = g->fft->in;
    memset(in, 0, (size_t)g->fft->cols * sizeof *in);
    memcpy(in, samples, (size_t)n * sizeof *in);
    um_fft_run(g->fft);
    memcpy(g->x, g->fft->out, (size_t)bins * sizeof *g->x);
    for (int k = 0; k < bins; k++)
        g->log_size[k] = log(fmax(hypot(g->x[k][0], g->x[k][1]), NOTHING));
    if (g->lifter)
        smooth(g);
    memset(in, 0, (size_t)g->fft->cols * sizeof *in);
    for (int i = 0; i < n; i++)
        in[i] = i * samples[i];
    um_fft_run(g->fft);
    for (int k = 0; k < bins; k++) {
        const double *y = g->fft->out[k];
        const double t = (g->x[k][0] * y[0] + g->x[k][1] * y[1]) * exp(-2 * g->gamma * g->log_size[k]);
        tau[k] = copysign(pow(fabs(t), g->alpha), t);
    }
}
