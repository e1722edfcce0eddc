/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probability.c: see probability.h. */
#include "eval/probability.h"
#include <math.h>

double um_log_loss(const um_trial *t, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double p = um_clampd(t[i].score, 1e-15, 1 - 1e-15);
        sum -= t[i].positive ? log(p) : log1p(-p);
    }
    return n ? sum / (double)n : NAN;
}

double um_brier(const um_trial *t, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double off = t[i].score - t[i].positive;
        sum += off * off;
    }
    return n ? sum / (double)n : NAN;
}

void um_reliability_of(um_reliability bin[UM_RELIABILITY_BINS], const um_trial *t, size_t n)
{
    for (int i = 0; i < UM_RELIABILITY_BINS; i++)
        bin[i] = (um_reliability){0};
    for (size_t i = 0; i < n; i++) {
        um_reliability *b =
            &bin[um_clampi((int)ceil(t[i].score * UM_RELIABILITY_BINS) - 1, 0, UM_RELIABILITY_BINS - 1)];
        b->n++;
        b->said += t[i].score;
        b->came += t[i].positive;
    }
    for (int i = 0; i < UM_RELIABILITY_BINS; i++) {
        bin[i].said = bin[i].n ? bin[i].said / (double)bin[i].n : NAN;
        bin[i].came = bin[i].n ? bin[i].came / (double)bin[i].n : NAN;
    }
}

double um_calibration_error(const um_trial *t, size_t n)
{
    um_reliability bin[UM_RELIABILITY_BINS];
    double sum = 0;
    um_reliability_of(bin, t, n);
    for (int i = 0; i < UM_RELIABILITY_BINS; i++)
        if (bin[i].n)
            sum += (double)bin[i].n * fabs(bin[i].said - bin[i].came);
    return n ? sum / (double)n : NAN;
}
