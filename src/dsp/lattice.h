/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lattice.h: what repeats every 2, 4 or 8 pixels, in the same way all over a picture: what is left of
 * up-sampling layers.
 *
 * Marra, Gragnaniello, Verdoliva & Poggi, "Do GANs leave artificial fingerprints?", MIPR 2019,
 * arXiv:1812.11842, and Corvi, Cozzolino, Poggi, Nagano & Verdoliva, "Intriguing properties of synthetic
 * images", CVPRW 2023, arXiv:2304.06408: averaged residuals of many pictures of one generator have a spectrum
 * with peaks. Here tiles of one picture, at multiples of 8 pixels, are averaged, by their phases alone:
 * a fingerprint has the same phase in all tiles, texture and blocks of a codec any. The squared length of the
 * sum of n random phases over n is exponential of mean 1 (Rayleigh), which gives the chance; how strong
 * texture is does not matter. A whitening or denoising filter would shift the phases of all tiles alike, so
 * none is needed. */
#ifndef UM_DSP_LATTICE_H
#define UM_DSP_LATTICE_H
#include "dsp/fft.h"

enum {
    UM_LATTICE_TILE = 64, /* pixels */
    UM_LATTICE_HOP = 48,  /* a multiple of 8; Hann windows that far apart share little */
    UM_LATTICE_COLS = UM_LATTICE_TILE / 2 + 1,
    UM_LATTICE_BINS = UM_LATTICE_TILE * UM_LATTICE_COLS,
    UM_LATTICE_STEP = UM_LATTICE_TILE / 8 /* bins between the points of the lattice */
};

typedef struct um_lattice {
    um_fft *fft;
    double window[UM_LATTICE_TILE], scale;
    double (*phase)[2]; /* [UM_LATTICE_BINS] sums of unit length, real and imaginary */
    double *log_power;  /* [UM_LATTICE_BINS] sum of natural logarithms */
    int n;              /* tiles */
} um_lattice;

um_status um_lattice_init(um_lattice *out, um_error *err);
void um_lattice_clear(um_lattice *l);   /* frees */
void um_lattice_restart(um_lattice *l); /* no tiles */
/* Tiles inside [left, right) x [top, bottom) of a gray picture, at most `most`, evenly chosen. Flat and
 * clipped ones are left out. */
void um_lattice_add(um_lattice *l, const uint8_t *gray, ptrdiff_t stride, int left, int top, int right,
                    int bottom, int most);

/* |sum of phases|^2 / n at row u, column v: about 1 by chance, n at most. */
double um_lattice_at(const um_lattice *l, int u, int v);

typedef struct um_lattice_found {
    int period;  /* pixels: 2, 4 or 8: of the three the least likely by chance */
    double nats; /* -ln of that chance, times 3 for the three that were tried; 0 at least */
    double db;   /* mean of um_lattice_at over its frequencies, dB over chance */
} um_lattice_found;
/* Each period by the frequencies that no shorter one has. */
/* On neither axis: borders of the blocks of JPEG and H.264 (4, 8, 16 pixels), and what deblocking leaves of
 * them, are level or upright, so they lie on the axes. At least one tile. */
um_lattice_found um_lattice_find(const um_lattice *l);
/* The shortest period that has a frequency: 2, 4, 8; 0: none, or on an axis. */
int um_lattice_period(int u, int v);
/* Geometric mean of the power of the tiles, as for um_spectrum_fall. */
void um_lattice_power(double *power, const um_lattice *l);
#endif
