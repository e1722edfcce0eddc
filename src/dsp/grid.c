/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid.c: see grid.h. The transform of the blocks at all places is made of transforms along x, each row once,
 * and of eight of these rows along y. */
#include "dsp/grid.h"
#include "base/fast.h"
#include "dsp/dct.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = UM_DCT_SIDE, PIECE = 512 };
/* Of a coefficient that counts as zero, below 1/2 (the paper), less what single precision does to those that
 * are exactly 1/2. */
static const float ZERO = .4999f;
enum {
    REACH = 9, /* pixels along x or y between votes of one region, as the paper's W */
    REGIONS = 1024
}; /* more are not kept */

/* ---- votes ---- */

typedef struct planes {
    int width, places; /* places: of blocks along x */
    um_dct8 dct;
    float *row;     /* [8 rows in turn][8 frequencies][places] */
    float *luma;    /* [width] */
    int32_t *zeros; /* [places] of this row of origins */
    uint8_t *most;  /* [places], [width] of this row of origins */
    int8_t *vote;   /* [width] */
    uint8_t *best;  /* [height][width]: zeros of the block that a pixel voted for */
} planes;

/* One frequency of eight values in a row, at each place. */
UM_KERNEL(cosines, (float *restrict to, const float *restrict from, const float *c, int n), (to, from, c, n))
{
    for (int x = 0; x < n; x++)
        to[x] = c[0] * from[x] + c[1] * from[x + 1] + c[2] * from[x + 2] + c[3] * from[x + 3] +
                c[4] * from[x + 4] + c[5] * from[x + 5] + c[6] * from[x + 6] + c[7] * from[x + 7];
}

/* Adds 1 where one frequency of eight rows is zero. */
UM_KERNEL(add_zeros, (int32_t *restrict zeros, const float *const *rows, const float *c, int n),
          (zeros, rows, c, n))
{
    const float *restrict r0 = rows[0], *restrict r1 = rows[1], *restrict r2 = rows[2],
                          *restrict r3 = rows[3], *restrict r4 = rows[4], *restrict r5 = rows[5],
                          *restrict r6 = rows[6], *restrict r7 = rows[7];
    const float c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3], c4 = c[4], c5 = c[5], c6 = c[6], c7 = c[7];
    for (int x = 0; x < n; x++) {
        const float sum = c0 * r0[x] + c1 * r1[x] + c2 * r2[x] + c3 * r3[x] + c4 * r4[x] + c5 * r5[x] +
                          c6 * r6[x] + c7 * r7[x];
        zeros[x] += fabsf(sum) < ZERO;
    }
}

static void along_x(planes *p, const uint8_t *luma, int y)
{
    float *row = p->row + (size_t)(y % SIDE) * SIDE * (size_t)p->places;
    for (int x = 0; x < p->width; x++)
        p->luma[x] = luma[x];
    for (int v = 0; v < SIDE; v++)
        cosines(row + (size_t)v * (size_t)p->places, p->luma, p->dct.cosine[v], p->places);
}

/* Zeros of the blocks whose last row is y, the mean (frequency 0, 0) not counted. In pieces that stay in the
 * nearest cache. */
static void count_zeros(planes *p, int y)
{
    const size_t places = (size_t)p->places;
    memset(p->zeros, 0, places * sizeof *p->zeros);
    for (int x = 0; x < p->places; x += PIECE) {
        const int n = p->places - x < PIECE ? p->places - x : PIECE;
        for (int v = 0; v < SIDE; v++) {
            const float *rows[SIDE];
            for (int i = 0; i < SIDE; i++)
                rows[i] = p->row + ((size_t)((y + 1 + i) % SIDE) * SIDE + (size_t)v) * places + x;
            for (int u = v == 0; u < SIDE; u++)
                add_zeros(p->zeros + x, rows, p->dct.cosine[u], n);
        }
    }
}

static bool is_constant(const uint8_t *block, ptrdiff_t stride)
{
    bool along_x = true, along_y = true;
    for (int y = 0; y < SIDE && (along_x || along_y); y++)
        for (int x = 0; x < SIDE && (along_x || along_y); x++) {
            along_x &= block[y * stride + x] == block[y * stride];
            along_y &= block[y * stride + x] == block[x];
        }
    return along_x || along_y;
}

/* The best block of this row of origins for every column. */
static void vote_row(planes *p, const uint8_t *top, ptrdiff_t stride, int y)
{
    memset(p->most, 0, (size_t)p->width);
    memset(p->vote, UM_GRID_NONE, (size_t)p->width);
    for (int x = 0; x < p->places; x++) {
        const uint8_t zeros = (uint8_t)p->zeros[x];
        const int8_t grid =
            zeros && !is_constant(top + x, stride) ? (int8_t)(x % SIDE + SIDE * (y % SIDE)) : UM_GRID_NONE;
        for (int i = x; i < x + SIDE; i++)
            if (zeros == p->most[i]) {
                p->vote[i] = UM_GRID_NONE;
            } else if (zeros > p->most[i]) {
                p->most[i] = zeros;
                p->vote[i] = grid;
            }
    }
}

static um_status planes_new(planes *p, int width, int height, um_error *err)
{
    const size_t w = (size_t)width, places = w - SIDE + 1;
    *p = (planes){.width = width, .places = (int)places};
    um_dct8_init(&p->dct);
    p->row = um_calloc(places, SIDE * SIDE * sizeof *p->row);
    p->luma = um_calloc(w, sizeof *p->luma);
    p->zeros = um_calloc(places, sizeof *p->zeros);
    p->most = um_calloc(w, 1);
    p->vote = um_calloc(w, 1);
    p->best = um_calloc(w * (size_t)height, 1);
    return p->row && p->luma && p->zeros && p->most && p->vote && p->best ? UM_OK : um_fail_oom(err);
}

static void planes_free(planes *p)
{
    free(p->row);
    free(p->luma);
    free(p->zeros);
    free(p->most);
    free(p->vote);
    free(p->best);
}

um_status um_grid_votes(int8_t *vote, const uint8_t *luma, ptrdiff_t stride, int width, int height,
                        um_error *err)
{
    planes p;
    memset(vote, UM_GRID_NONE, (size_t)width * (size_t)height);
    if (width < SIDE || height < SIDE)
        return UM_OK;
    um_status st = planes_new(&p, width, height, err);
    for (int y = 0; y < height && st == UM_OK; y++) {
        along_x(&p, luma + y * stride, y);
        const int top = y - SIDE + 1;
        if (top < 0)
            continue;
        count_zeros(&p, y);
        vote_row(&p, luma + top * stride, stride, top);
        for (int v = top; v <= y; v++)
            for (int x = 0; x < width; x++) {
                const size_t i = (size_t)v * (size_t)width + (size_t)x;
                if (p.most[x] == p.best[i]) {
                    vote[i] = UM_GRID_NONE;
                } else if (p.most[x] > p.best[i]) {
                    p.best[i] = p.most[x];
                    vote[i] = p.vote[x];
                }
            }
    }
    planes_free(&p);
    for (int y = 0; y < height; y++) /* not all blocks around these are whole */
        for (int x = 0; x < width; x++)
            if (x < SIDE - 1 || y < SIDE - 1 || x > width - SIDE || y > height - SIDE)
                vote[(size_t)y * (size_t)width + (size_t)x] = UM_GRID_NONE;
    return st;
}

/* ---- what chance does not do ---- */

double um_binomial_log10(int n, int k, double p)
{
    if (k <= n * p || k <= 0)
        return 0; /* at least about a half */
    if (k > n)
        return -INFINITY;
    /* log of the term k, then the sum of the falling terms behind it, relative to it */
    double term = k * log(p) + (n - k) * log1p(-p), part = 1, sum = 1;
    for (int i = 1; i <= k; i++)
        term += log((double)(n - k + i) / i);
    for (int i = k + 1; i <= n && part > 1e-12 * sum; i++) {
        part *= (double)(n - i + 1) / i * p / (1 - p);
        sum += part;
    }
    return fmin(0, (term + log(sum)) / M_LN10);
}

double um_grid_tests(int width, int height)
{
    return 2 * log10((double)UM_GRIDS * width * height);
}

int um_grid_main(double *log_nfa, const int8_t *vote, int width, int height)
{
    int count[UM_GRIDS] = {0}, best = 0;
    const size_t n = (size_t)width * (size_t)height;
    for (size_t i = 0; i < n; i++)
        if (vote[i] >= 0)
            count[vote[i]]++;
    for (int g = 1; g < UM_GRIDS; g++)
        best = count[g] > count[best] ? g : best;
    /* votes of one block are one event */
    *log_nfa = um_grid_tests(width, height) +
               um_binomial_log10((int)(n / UM_GRIDS), count[best] / UM_GRIDS, 1. / UM_GRIDS);
    return *log_nfa < 0 ? best : UM_GRID_NONE;
}

/* ---- regions ---- */

typedef struct growth {
    const int8_t *vote;
    int width, height;
    uint8_t *used;
    int32_t *pixel; /* of the region */
    size_t n, capacity;
} growth;

static bool grow(growth *g, int start)
{
    const int8_t grid = g->vote[start];
    g->n = 0;
    if (!um_grow(&g->pixel, &g->capacity, 1, SIZE_MAX / 8, sizeof *g->pixel))
        return false;
    g->pixel[g->n++] = start;
    g->used[start] = 1;
    for (size_t i = 0; i < g->n; i++) {
        const int x = g->pixel[i] % g->width, y = g->pixel[i] / g->width;
        const int x0 = x > REACH ? x - REACH : 0, x1 = x + REACH < g->width ? x + REACH : g->width - 1;
        const int y0 = y > REACH ? y - REACH : 0, y1 = y + REACH < g->height ? y + REACH : g->height - 1;
        for (int v = y0; v <= y1; v++)
            for (int at = v * g->width + x0; at <= v * g->width + x1; at++)
                if (g->vote[at] == grid && !g->used[at]) {
                    if (!um_grow(&g->pixel, &g->capacity, g->n + 1, SIZE_MAX / 8, sizeof *g->pixel))
                        return false;
                    g->used[at] = 1;
                    g->pixel[g->n++] = at;
                }
    }
    return true;
}

static um_grid_region bounds(const growth *g)
{
    um_grid_region r = {g->vote[g->pixel[0]], g->width, g->height, 0, 0, (int)g->n, 0};
    for (size_t i = 0; i < g->n; i++) {
        const int x = g->pixel[i] % g->width, y = g->pixel[i] / g->width;
        r.x0 = x < r.x0 ? x : r.x0;
        r.x1 = x > r.x1 ? x : r.x1;
        r.y0 = y < r.y0 ? y : r.y0;
        r.y1 = y > r.y1 ? y : r.y1;
    }
    return r;
}

um_status um_grid_find(um_grid_regions *out, uint8_t *mask, const int8_t *vote, int width, int height,
                       int except, um_error *err)
{
    const int n = width * height;
    const double tests = um_grid_tests(width, height);
    /* of which all pixels vote alike: fewer can never be significant */
    const double least = ceil(UM_GRIDS * tests / log10(UM_GRIDS));
    growth g = {vote, width, height, um_calloc((size_t)n, 1), NULL, 0, 0};
    um_status st = g.used ? UM_OK : um_fail_oom(err);
    for (int i = 0; i < n && st == UM_OK; i++) {
        if (g.used[i] || vote[i] < 0 || vote[i] == except)
            continue;
        if (!grow(&g, i)) {
            st = um_fail_oom(err);
            break;
        }
        um_grid_region r = bounds(&g);
        const double w = r.x1 - r.x0 + 1, h = r.y1 - r.y0 + 1, side = fmax(w, h);
        r.log_nfa =
            tests + um_binomial_log10((int)(side * side / UM_GRIDS), (int)g.n / UM_GRIDS, 1. / UM_GRIDS);
        if (r.votes < least || r.log_nfa >= 0 || out->n == REGIONS)
            continue;
        if (!um_grow(&out->region, &out->capacity, out->n + 1, REGIONS, sizeof *out->region)) {
            st = um_fail_oom(err);
            break;
        }
        out->region[out->n++] = r;
        for (size_t k = 0; k < g.n && mask; k++)
            mask[g.pixel[k]] = 1;
    }
    free(g.used);
    free(g.pixel);
    return st;
}
