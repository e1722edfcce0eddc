/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codec_grid.h: the frames of a lossy encoder that sound went through before. Encoders round the coefficients
 * of a transform, many of them to zero. Whoever transforms the decoded sound again finds these zeros, but
 * only with the same transform, and with frames that begin at the same samples: Herre & Schug, "Analysis of
 * decompressed audio - the inverse decoder", AES 109th Convention, 2000; Yang, Shi & Huang, "Detecting
 * digital audio forgery by checking frame offsets", ACM MM&Sec 2008, who count the coefficients that are not
 * zero; here each counts by how seldom it is. */
#ifndef UM_DSP_CODEC_GRID_H
#define UM_DSP_CODEC_GRID_H
#include "dsp/mdct.h"

typedef enum um_grid_kind { UM_GRID_MP3, UM_GRID_AAC_KBD, UM_GRID_AAC_SINE, UM_GRIDS } um_grid_kind;
enum {
    UM_GRID_HOP_MP3 = 576,  /* a granule: 32 bands of 18 coefficients (ISO/IEC 11172-3, layer III) */
    UM_GRID_HOP_AAC = 1024, /* ISO/IEC 13818-7, long windows */
    UM_GRID_HOP_MAX = UM_GRID_HOP_AAC,
    UM_GRID_REACH_MAX = 2048 /* samples that a frame is made of, at most */
};

typedef struct um_codec_grid {
    um_mdct mdct;
    double window[2][2 * UM_GRID_HOP_AAC]; /* KBD, sine */
    float prototype[512], matrix[64][32];  /* of MP3's bands */
    float cosine[18][18], fold[36];        /* of its transform: after folding; the window */
    float weight[UM_GRID_HOP_MAX];         /* of a coefficient that is not zero */
    float *slots;                          /* [n_slots][32] */
    int n_slots;
} um_codec_grid;

static inline int um_grid_hop(um_grid_kind kind) /* samples from frame to frame */
{
    return kind == UM_GRID_MP3 ? UM_GRID_HOP_MP3 : UM_GRID_HOP_AAC;
}
static inline int um_grid_reach(um_grid_kind kind) /* samples that a frame is made of */
{
    return kind == UM_GRID_MP3 ? 480 + 36 * 32 : 2048;
}

um_status um_codec_grid_init(um_codec_grid *g, um_error *err);
void um_codec_grid_clear(um_codec_grid *g); /* frees, leaves zeros */
/* The coefficients of the frame at x (hop of them, reach samples), in units of x. Of a decoder that
 * begins with a frame those of MP3 are at 576 k + 1 (481 samples of delay in the bands, and 511 of reach),
 * those of AAC at 1024 k. */
void um_codec_grid_frame(um_codec_grid *g, double *out, um_grid_kind kind, const float *x);
/* For all that follows: what a zero of each coefficient is worth, minus the logarithm of how often it is zero
 * in frames that begin anywhere; x: [reach + UM_GRID_FRAMES hop]. */
void um_codec_grid_weigh(um_codec_grid *g, um_grid_kind kind, const float *x);
/* The weights of the coefficients of a frame that are not zero: beyond what the rounding of samples to 16
 * bits leaves. */
double um_codec_grid_active(um_codec_grid *g, um_grid_kind kind, const float *x);
/* Of each of hop offsets the sum over so many frames, every `step`-th; frames * step at most UM_GRID_FRAMES.
 * x: [reach + UM_GRID_FRAMES hop]. */
enum { UM_GRID_FRAMES = 8 };
void um_codec_grid_search(um_codec_grid *g, double *active, um_grid_kind kind, const float *x, int frames,
                          int step);

typedef struct um_grid_found {
    int offset;
    double times; /* by how many deviations of all offsets less is active there than beside it */
} um_grid_found;
/* The two clearest offsets; hop of them. */
void um_grid_clearest(um_grid_found found[2], const double *active, int hop);
#endif
