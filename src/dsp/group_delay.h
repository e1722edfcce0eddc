/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group_delay.h: how late each frequency of a frame comes.
 *
 * tau = (Re X Re Y + Im X Im Y) / |X|^2, X the transform of the samples x[n], Y that of n x[n]; in samples.
 * Where |X| is near 0 it jumps; the modified group delay (Murthy & Gadde, ICASSP 2003; Hegde, Murthy & Gadde,
 * IEEE TASLP 15(1), 2007) divides by S^(2 gamma) instead, S being |X| smoothed by its cepstrum, of which the
 * first `lifter` values stay, and gives sign(tau) |tau|^alpha. */
#ifndef UM_DSP_GROUP_DELAY_H
#define UM_DSP_GROUP_DELAY_H
#include "dsp/fft.h"

enum { UM_LIFTER_MAX = 64 };

typedef struct um_group_delay {
    double alpha, gamma; /* 1, 1 and no smoothing: the plain one */
    int lifter;          /* 0: S is |X| itself */
    um_fft *fft;
    double (*x)[2];          /* [bins] */
    double *log_size, *turn; /* [bins]; [fft->cols] a cosine */
} um_group_delay;

/* alpha, gamma above 0; lifter 0 .. UM_LIFTER_MAX, at most padded / 2. UM_ENOMEM. */
um_status um_group_delay_init(um_group_delay *g, int padded, double alpha, double gamma, int lifter,
                              um_error *err);
void um_group_delay_clear(um_group_delay *g); /* frees, leaves zeros */
/* tau[k], k = 0 .. padded / 2, of n <= padded samples under their window. Silence gives zeros. */
void um_group_delay_run(um_group_delay *g, double *tau, const double *samples, int n);
#endif
