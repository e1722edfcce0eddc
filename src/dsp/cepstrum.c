/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cepstrum.c: the cosine transform of energies in bands. */
#include "dsp/cepstrum.h"
#include <math.h>

void um_cepstrum_init(um_cepstrum *c, int n)
{
    c->n = n;
    for (int k = 0; k < n; k++)
        for (int b = 0; b < UM_CEPSTRUM_BANDS; b++)
            c->cosine[k][b] = (float)(sqrt((k ? 2. : 1.) / UM_CEPSTRUM_BANDS) *
                                      cos(M_PI * k * (2 * b + 1) / (2. * UM_CEPSTRUM_BANDS)));
}

void um_cepstrum_run(const um_cepstrum *c, float *out, const float bands[UM_CEPSTRUM_BANDS])
{
    for (int k = 0; k < c->n; k++) {
        float sum = 0;
        for (int b = 0; b < UM_CEPSTRUM_BANDS; b++)
            sum += c->cosine[k][b] * bands[b];
        out[k] = sum;
    }
}
