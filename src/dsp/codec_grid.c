/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codec_grid.c: the analysis of MP3 (bands, transform, butterflies) and of AAC at every offset. */
#include "dsp/codec_grid.h"
#include "base/fast.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Half of the window of the synthesis, in 1 / 65536 (ISO/IEC 11172-3, table B.3); that of the analysis is a
 * 32nd of it (table C.1). The other half mirrors it, with another sign but at multiples of 64. */
static const int32_t HALF[257] = {
    0,      -1,     -1,     -1,     -1,     -1,     -1,     -2,     -2,     -2,     -2,     -3,     -3,
    -4,     -4,     -5,     -5,     -6,     -7,     -7,     -8,     -9,     -10,    -11,    -13,    -14,
    -16,    -17,    -19,    -21,    -24,    -26,    -29,    -31,    -35,    -38,    -41,    -45,    -49,
    -53,    -58,    -63,    -68,    -73,    -79,    -85,    -91,    -97,    -104,   -111,   -117,   -125,
    -132,   -139,   -147,   -154,   -161,   -169,   -176,   -183,   -190,   -196,   -202,   -208,   213,
    218,    222,    225,    227,    228,    228,    227,    224,    221,    215,    208,    200,    189,
    177,    163,    146,    127,    106,    83,     57,     29,     -2,     -36,    -72,    -111,   -153,
    -197,   -244,   -294,   -347,   -401,   -459,   -519,   -581,   -645,   -711,   -779,   -848,   -919,
    -991,   -1064,  -1137,  -1210,  -1283,  -1356,  -1428,  -1498,  -1567,  -1634,  -1698,  -1759,  -1817,
    -1870,  -1919,  -1962,  -2001,  -2032,  -2057,  -2075,  -2085,  -2087,  -2080,  -2063,  2037,   2000,
    1952,   1893,   1822,   1739,   1644,   1535,   1414,   1280,   1131,   970,    794,    605,    402,
    185,    -45,    -288,   -545,   -814,   -1095,  -1388,  -1692,  -2006,  -2330,  -2663,  -3004,  -3351,
    -3705,  -4063,  -4425,  -4788,  -5153,  -5517,  -5879,  -6237,  -6589,  -6935,  -7271,  -7597,  -7910,
    -8209,  -8491,  -8755,  -8998,  -9219,  -9416,  -9585,  -9727,  -9838,  -9916,  -9959,  -9966,  -9935,
    -9863,  -9750,  -9592,  -9389,  -9139,  -8840,  -8492,  -8092,  -7640,  -7134,  6574,   5959,   5288,
    4561,   3776,   2935,   2037,   1082,   70,     -998,   -2122,  -3300,  -4533,  -5818,  -7154,  -8540,
    -9975,  -11455, -12980, -14548, -16155, -17799, -19478, -21189, -22929, -24694, -26482, -28289, -30112,
    -31947, -33791, -35640, -37489, -39336, -41176, -43006, -44821, -46617, -48390, -50137, -51853, -53534,
    -55178, -56778, -58333, -59838, -61289, -62684, -64019, -65290, -66494, -67629, -68692, -69679, -70590,
    -71420, -72169, -72835, -73415, -73908, -74313, -74630, -74856, -74992, 75038};
/* Coefficients of the butterflies between bands (table B.9). */
static const double ALIAS[8] = {-.6, -.535, -.33, -.185, -.095, -.041, -.0142, -.0037};
/* Rounding to 16 bits leaves a deviation of 0.153 of a step in a coefficient of MP3 (this analysis is not
 * orthonormal) and of 1 / sqrt(12) in one of AAC; 3.3 and 3.5 of them: */
static const float ACTIVE_MP3 = .5f / 32768, ACTIVE_AAC = 1.f / 32768;
static const double AAC_ALPHA = 4;
enum { WEIGHED = 32 }; /* frames that tell how often a coefficient is zero */
enum {
    BESIDE = 3,
    BESIDE_TO = 16
}; /* offsets with which one is compared: a voice that begins in a frame
    * moves them all, and the next ones share some of its zeros */

um_status um_codec_grid_init(um_codec_grid *g, um_error *err)
{
    *g = (um_codec_grid){.n_slots = 18 * (UM_GRID_FRAMES + 2)};
    g->slots = um_calloc((size_t)g->n_slots * 32, sizeof *g->slots);
    if (!g->slots)
        return um_fail_oom(err);
    for (int i = 0; i < 512; i++) {
        const int v = i <= 256 ? HALF[i] : i & 63 ? -HALF[512 - i] : HALF[512 - i];
        g->prototype[i] = (float)(v / 65536. / 32);
    }
    for (int k = 0; k < 64; k++)
        for (int b = 0; b < 32; b++)
            g->matrix[k][b] = (float)cos((2 * b + 1) * (k - 16) * M_PI / 64);
    for (int i = 0; i < 36; i++)
        g->fold[i] = (float)sin(M_PI / 36 * (i + .5));
    for (int i = 0; i < 18; i++)
        for (int k = 0; k < 18; k++)
            g->cosine[i][k] = (float)cos(M_PI / 72 * (2 * i + 1) * (2 * k + 1));
    um_mdct_kbd(g->window[0], UM_GRID_HOP_AAC, AAC_ALPHA);
    um_mdct_sine(g->window[1], UM_GRID_HOP_AAC);
    return um_mdct_init(&g->mdct, UM_GRID_HOP_AAC, err);
}

void um_codec_grid_clear(um_codec_grid *g)
{
    um_mdct_clear(&g->mdct);
    free(g->slots);
    *g = (um_codec_grid){0};
}

/* ---- MP3 ---- */

/* n slots of 32 bands; the newest sample of slot s is x[511 + 32 s]. */
UM_KERNEL(bands, (float *slots, const um_codec_grid *g, const float *x, int n), (slots, g, x, n))
{
    for (int s = 0; s < n; s++) {
        const float *newest = x + 511 + 32 * s;
        float *out = slots + (ptrdiff_t)s * 32, y[64];
        for (int k = 0; k < 64; k++) {
            y[k] = 0;
            for (int j = 0; j < 8; j++)
                y[k] += g->prototype[k + 64 * j] * newest[-k - 64 * j];
        }
        for (int b = 0; b < 32; b++)
            out[b] = 0;
        for (int k = 0; k < 64; k++)
            for (int b = 0; b < 32; b++)
                out[b] += g->matrix[k][b] * y[k];
    }
}

/* 36 slots to 18 coefficients of each band: [18][32]. Slots count from the beginning of the frame: of odd
 * ones the odd bands lie upside down. */
UM_KERNEL(transform, (float *out, const um_codec_grid *g, const float *slots), (out, g, slots))
{
    float u[18][32];
    for (int i = 0; i < 9; i++)
        for (int b = 0; b < 32; b++) {
            const float odd = b & 1 ? -1 : 1; /* of an odd slot */
#define SLOT(k) (g->fold[k] * ((k)&1 ? odd : 1) * slots[(k)*32 + b])
            u[i][b] = -SLOT(26 - i) - SLOT(27 + i);
            u[9 + i][b] = SLOT(i) - SLOT(17 - i);
#undef SLOT
        }
    for (int i = 0; i < 18 * 32; i++)
        out[i] = 0;
    for (int i = 0; i < 18; i++)
        for (int k = 0; k < 18; k++)
            for (int b = 0; b < 32; b++)
                out[i * 32 + b] += g->cosine[i][k] * u[k][b];
}

static void butterflies(float *c) /* [18][32] */
{
    for (int i = 0; i < 8; i++) {
        const float cs = (float)(1 / sqrt(1 + ALIAS[i] * ALIAS[i])), ca = (float)ALIAS[i] * cs;
        for (int b = 0; b < 31; b++) {
            float *below = &c[(17 - i) * 32 + b], *above = &c[i * 32 + b + 1];
            const float x = *below, y = *above;
            *below = x * cs + y * ca;
            *above = y * cs - x * ca;
        }
    }
}

static void granule(float c[576], const um_codec_grid *g, const float *slots)
{
    transform(c, g, slots);
    butterflies(c);
}

/* Eight sums side by side, so that the order of additions is fixed and fits vectors. */
UM_KERNEL_OF(double, beyond, (const um_codec_grid *g, const float *c, int n, float limit), (g, c, n, limit))
{
    enum { LANES = 8 }; /* both hops are multiples */
    float sum[LANES] = {0};
    for (int i = 0; i < n; i += LANES)
        for (int k = 0; k < LANES; k++)
            sum[k] += fabsf(c[i + k]) > limit ? g->weight[i + k] : 0;
    return (double)(((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7])));
}

/* Bands at each of 32 phases, and of each a frame at every slot. */
static void search_mp3(um_codec_grid *g, double *active, const float *x, int frames, int step)
{
    float c[576];
    for (int phase = 0; phase < 32; phase++) {
        bands(g->slots, g, x + phase, 18 * (frames * step + 2) - 1);
        for (int m = 0; m < 18; m++) {
            active[32 * m + phase] = 0;
            for (int f = 0; f < frames; f++) {
                granule(c, g, g->slots + (ptrdiff_t)(m + 18 * f * step) * 32);
                active[32 * m + phase] += beyond(g, c, 576, ACTIVE_MP3);
            }
        }
    }
}

/* ---- one frame, and all offsets ---- */

/* In the order in which they come: of MP3 [18][32]. */
static void coefficients(um_codec_grid *g, float *out, um_grid_kind kind, const float *x)
{
    if (kind == UM_GRID_MP3) {
        bands(g->slots, g, x, 36);
        granule(out, g, g->slots);
        return;
    }
    double in[2 * UM_GRID_HOP_AAC], c[UM_GRID_HOP_AAC];
    const double *window = g->window[kind == UM_GRID_AAC_SINE];
    for (int i = 0; i < 2 * UM_GRID_HOP_AAC; i++)
        in[i] = window[i] * (double)x[i];
    um_mdct_run(&g->mdct, c, in);
    for (int i = 0; i < UM_GRID_HOP_AAC; i++)
        out[i] = (float)c[i];
}

void um_codec_grid_frame(um_codec_grid *g, double *out, um_grid_kind kind, const float *x)
{
    float c[UM_GRID_HOP_MAX];
    coefficients(g, c, kind, x);
    for (int i = 0; i < um_grid_hop(kind); i++)
        out[kind == UM_GRID_MP3 ? 18 * (i % 32) + i / 32 : i] = (double)c[i];
}

static float limit_of(um_grid_kind kind)
{
    return kind == UM_GRID_MP3 ? ACTIVE_MP3 : ACTIVE_AAC;
}

void um_codec_grid_weigh(um_codec_grid *g, um_grid_kind kind, const float *x)
{
    const int hop = um_grid_hop(kind),
              apart = (UM_GRID_FRAMES - 1) * hop / WEIGHED + 1; /* no part of a hop */
    float c[UM_GRID_HOP_MAX];
    int zeros[UM_GRID_HOP_MAX] = {0};
    for (int k = 0; k < WEIGHED; k++) {
        coefficients(g, c, kind, x + k * apart);
        for (int i = 0; i < hop; i++)
            zeros[i] += fabsf(c[i]) <= limit_of(kind);
    }
    for (int i = 0; i < hop; i++)
        g->weight[i] = (float)log((WEIGHED + 1.) / (zeros[i] + 1));
}

double um_codec_grid_active(um_codec_grid *g, um_grid_kind kind, const float *x)
{
    float c[UM_GRID_HOP_MAX];
    coefficients(g, c, kind, x);
    return beyond(g, c, um_grid_hop(kind), limit_of(kind));
}

void um_codec_grid_search(um_codec_grid *g, double *active, um_grid_kind kind, const float *x, int frames,
                          int step)
{
    if (kind == UM_GRID_MP3) {
        search_mp3(g, active, x, frames, step);
        return;
    }
    for (int o = 0; o < UM_GRID_HOP_AAC; o++) {
        active[o] = 0;
        for (int f = 0; f < frames; f++)
            active[o] += um_codec_grid_active(g, kind, x + o + f * step * UM_GRID_HOP_AAC);
    }
}

void um_grid_clearest(um_grid_found found[2], const double *active, int hop)
{
    double beside[2 * (BESIDE_TO - BESIDE + 1)], drop[UM_GRID_HOP_MAX], size[UM_GRID_HOP_MAX];
    for (int o = 0; o < hop; o++) {
        size_t n = 0;
        for (int d = BESIDE; d <= BESIDE_TO; d++) {
            beside[n++] = active[(o + d) % hop];
            beside[n++] = active[(o + hop - d) % hop];
        }
        drop[o] = um_median(beside, n) - active[o];
        size[o] = fabs(drop[o]);
    }
    const double deviation = 1.4826 * um_median(size, (size_t)hop) + 1; /* at least a coefficient */
    found[0] = found[1] = (um_grid_found){0, -INFINITY};
    for (int k = 0; k < 2; k++)
        for (int o = 0; o < hop; o++) {
            const int apart = abs(o - found[0].offset);
            const bool same = k && (apart <= BESIDE_TO || apart >= hop - BESIDE_TO);
            if (!same && drop[o] / deviation > found[k].times)
                found[k] = (um_grid_found){o, drop[o] / deviation};
        }
}
