/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filter_array.c: see filter_array.h. */
#include "dsp/filter_array.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>

enum {
    BLOCK = UM_CFA_BLOCK,
    SQUARE = 8,
    SQUARES = BLOCK / SQUARE,
    DARKEST = 1, /* green levels: beyond, pixels are clipped */
    BRIGHTEST = 254,
    ROUNDS = 20 /* of the fit: by then nothing moves that counts */
};
static const float NOISE = .1f; /* square levels, about that of rounding (1/12) */
static const float LEAST = .3f; /* mean variance of a block in square levels: below, it is rounding alone */
/* Deviation of blocks without traces: about .17 on photos of the train set, which nearly none beyond these.
 */
static const double USUAL_DEVIATION = .17, LEAST_DEVIATION = .1, MOST_DEVIATION = .3;
static const double FIRST_SHARE = .1; /* that the fit starts from: a part of a photo */

bool um_cfa_ratio(float *out, const uint8_t *green, int apart, ptrdiff_t stride)
{
    float sum[SQUARES * SQUARES][2] = {{0}}, squares[SQUARES * SQUARES][2] = {{0}};
    int least = 255, most = 0;
    for (int y = 0; y < BLOCK; y++) {
        const uint8_t *row = green + y * stride;
        int e[BLOCK]; /* four times the error */
        for (int x = 0; x < BLOCK; x++) {
            const uint8_t *p = row + x * apart;
            e[x] = 4 * *p - p[-apart] - p[apart] - p[-stride] - p[stride];
            least = *p < least ? *p : least;
            most = *p > most ? *p : most;
        }
        for (int x = 0; x < BLOCK; x++) {
            const int at = y / SQUARE * SQUARES + x / SQUARE, colour = (x + y) & 1;
            sum[at][colour] += (float)e[x];
            squares[at][colour] += (float)(e[x] * e[x]);
        }
    }
    const float n = SQUARE * SQUARE / 2;
    float all = 0;
    *out = 0;
    for (int i = 0; i < SQUARES * SQUARES; i++) {
        float variance[2];
        for (int c = 0; c < 2; c++) {
            variance[c] = (squares[i][c] - sum[i][c] * sum[i][c] / n) / (16 * n);
            all += variance[c] / (2 * SQUARES * SQUARES);
        }
        *out += logf((variance[0] + NOISE) / (variance[1] + NOISE)) / (SQUARES * SQUARES);
    }
    return least >= DARKEST && most <= BRIGHTEST && all >= LEAST;
}

static double density(double v, double mean, double deviation)
{
    return exp(-.5 * (v - mean) * (v - mean) / (deviation * deviation)) / deviation;
}

um_two_normals um_two_normals_fit(double *v, size_t n)
{
    um_two_normals m = {FIRST_SHARE, um_median(v, n), {USUAL_DEVIATION, sqrt(um_variance(v, n))}};
    m.deviation[1] = fmax(m.deviation[1], LEAST_DEVIATION);
    for (int round = 0; round < ROUNDS; round++) {
        double weight[2] = {0}, squares[2] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++) {
            const double a = m.share * density(v[i], 0, m.deviation[0]),
                         b = (1 - m.share) * density(v[i], m.mean, m.deviation[1]),
                         p = a > 0 ? a / (a + b) : 0;
            weight[0] += p;
            weight[1] += 1 - p;
            squares[0] += p * v[i] * v[i];
            sum += (1 - p) * v[i];
            squares[1] += (1 - p) * v[i] * v[i];
        }
        if (weight[1] < 1)
            break;
        m.share = weight[0] / (double)n;
        m.mean = sum / weight[1];
        m.deviation[0] = um_clampd(sqrt(squares[0] / fmax(weight[0], 1e-9)), LEAST_DEVIATION, MOST_DEVIATION);
        m.deviation[1] = fmax(sqrt(fmax(squares[1] / weight[1] - m.mean * m.mean, 0)), LEAST_DEVIATION);
    }
    return m;
}

double um_two_normals_nats(const um_two_normals *m, double v)
{
    const double at = fmax(v, 0), a = at / m->deviation[0], b = (at - m->mean) / m->deviation[1];
    return .5 * (b * b - a * a) + log(m->deviation[1] / m->deviation[0]);
}
