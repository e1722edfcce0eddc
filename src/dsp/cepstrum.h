/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cepstrum.h: mel-frequency cepstral coefficients: the cosine transform of logarithms of energies in bands.
 *
 * Davis & Mermelstein, IEEE TASSP 28(4), 1980; orthonormal (DCT-II), as SciPy's dct(norm="ortho"):
 * out[k] = c(k) sum over b of in[b] cos(pi k (2 b + 1) / (2 n)), c(0) = sqrt(1 / n), else sqrt(2 / n). */
#ifndef UM_DSP_CEPSTRUM_H
#define UM_DSP_CEPSTRUM_H

enum { UM_CEPSTRUM_BANDS = 64 };

typedef struct um_cepstrum {
    int n;                                              /* coefficients, that of the level (k = 0) included */
    float cosine[UM_CEPSTRUM_BANDS][UM_CEPSTRUM_BANDS]; /* [coefficient][band] */
} um_cepstrum;
void um_cepstrum_init(um_cepstrum *c, int n); /* n: 1 .. UM_CEPSTRUM_BANDS */
void um_cepstrum_run(const um_cepstrum *c, float *out, const float bands[UM_CEPSTRUM_BANDS]);
#endif
