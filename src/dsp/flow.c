/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.c: optical flow between two pictures, by polynomial expansion. */
#include "dsp/flow.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_LEVELS = 4,
    MIN_SIDE = 32, /* of the coarsest level */
    REPEATS = 3,   /* per level */
    RADIUS = 4,    /* of the polynomials: 3.6 sigma */
    TAPS = 2 * RADIUS + 1,
    WINDOW = 15, /* in steps of 3: see sum_window */
    PAD = WINDOW / 2 + 1,
    N_TERMS = 5
};
static const double SIGMA = 1.1;
static const float FLAT = 1e-3f; /* added to the determinant: pictures without texture do not move */

/* Polynomials: f(x, y) ~ c + bx x + by y + axx x^2 + ayy y^2 + axy x y, without c. */
enum { BX, BY, AXX, AYY, AXY };

typedef struct flow_level {
    int width, height;
    float *from, *to, *dx, *dy;   /* [height][width] */
    float *from_terms, *to_terms; /* [height][width][N_TERMS] */
    float *sums; /* [N_TERMS + 1][height + 2 PAD][width + 2 PAD], zeros around; the last is space */
} flow_level;

typedef struct gaussian {
    float weight[3][TAPS]; /* g, g x, g x^2, g with sum 1 */
    float second, spread;  /* mean of x^2; variance of x^2 */
} gaussian;

static void gaussian_init(gaussian *g)
{
    double weight[TAPS], sum = 0, second = 0, fourth = 0;
    for (int i = 0; i < TAPS; i++)
        sum += weight[i] = exp(-(i - RADIUS) * (i - RADIUS) / (2 * SIGMA * SIGMA));
    for (int i = 0; i < TAPS; i++) {
        const double x = i - RADIUS, w = weight[i] / sum;
        second += w * x * x;
        fourth += w * x * x * x * x;
        g->weight[0][i] = (float)w;
        g->weight[1][i] = (float)(w * x);
        g->weight[2][i] = (float)(w * x * x);
    }
    g->second = (float)second;
    g->spread = (float)(fourth - second * second);
}

static void add_scaled(float *restrict to, const float *restrict from, float factor, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += factor * from[i];
}

/* Moments along y of the rows around y, into three rows with RADIUS values more on each side. */
static void moments_along_y(float *const rows[3], const gaussian *g, const float *f, int y, int width,
                            int height)
{
    for (int m = 0; m < 3; m++) {
        float *row = rows[m] + RADIUS;
        memset(row, 0, (size_t)width * sizeof *row);
        for (int i = 0; i < TAPS; i++)
            add_scaled(row, f + (size_t)um_clampi(y + i - RADIUS, 0, height - 1) * (size_t)width,
                       g->weight[m][i], width);
        for (int i = 1; i <= RADIUS; i++) {
            row[-i] = row[0];
            row[width - 1 + i] = row[width - 1];
        }
    }
}

/* Least squares: under a separable weight 1, x, y, x^2 - second, y^2 - second and x y are orthogonal. Edge
 * pixels are repeated outside. space: 9 rows of width + 2 RADIUS. */
static void expand(float *terms, const float *f, int width, int height, const gaussian *g, float *space)
{
    static const struct {
        int along_x, along_y;
    } moment[] = {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {0, 2}, {1, 1}};
    const size_t step = (size_t)width + 2 * RADIUS;
    float *const rows[3] = {space, space + step, space + 2 * step};
    float *m[6];
    for (int i = 0; i < 6; i++)
        m[i] = space + (size_t)(3 + i) * step;
    for (int y = 0; y < height; y++) {
        moments_along_y(rows, g, f, y, width, height);
        for (int i = 0; i < 6; i++) {
            memset(m[i], 0, (size_t)width * sizeof *m[i]);
            for (int k = 0; k < TAPS; k++)
                add_scaled(m[i], rows[moment[i].along_y] + k, g->weight[moment[i].along_x][k], width);
        }
        for (int x = 0; x < width; x++, terms += N_TERMS) {
            terms[BX] = m[1][x] / g->second;
            terms[BY] = m[2][x] / g->second;
            terms[AXX] = (m[3][x] - g->second * m[0][x]) / g->spread;
            terms[AYY] = (m[4][x] - g->second * m[0][x]) / g->spread;
            terms[AXY] = m[5][x] / (g->second * g->second);
        }
    }
}

/* The polynomial at (x, y), between pixels; false outside. */
static bool terms_at(float out[N_TERMS], const float *terms, float x, float y, int width, int height)
{
    if (!(x >= 0 && y >= 0 && x <= (float)(width - 1) && y <= (float)(height - 1)))
        return false;
    const int left = um_clampi((int)x, 0, width - 2), top = um_clampi((int)y, 0, height - 2);
    const float fx = x - (float)left, fy = y - (float)top;
    const float *a = terms + ((size_t)top * (size_t)width + (size_t)left) * N_TERMS;
    const float *b = a + (size_t)width * N_TERMS;
    const float w[4] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
    for (int i = 0; i < N_TERMS; i++)
        out[i] = w[0] * a[i] + w[1] * a[i + N_TERMS] + w[2] * b[i] + w[3] * b[i + N_TERMS];
    return true;
}

static size_t sums_step(const flow_level *l)
{
    return (size_t)l->width + 2 * PAD;
}

static size_t sums_size(const flow_level *l)
{
    return sums_step(l) * ((size_t)l->height + 2 * PAD);
}

/* Polynomials within a few pixels of the border lean on repeated pixels: they count less. */
static float border_weight(int x, int y, int width, int height)
{
    const int from_x = x < width - 1 - x ? x : width - 1 - x,
              from_y = y < height - 1 - y ? y : height - 1 - y;
    const int nearest = from_x < from_y ? from_x : from_y;
    return nearest >= RADIUS ? 1 : (float)(nearest + 1) / (RADIUS + 1);
}

/* Eq. 7-10 of the paper with the displacement so far: A is the mean of both, A d = db; the products A^T A (3)
 * and A^T db (2). */
static void set_up_equations(flow_level *l)
{
    const size_t size = sums_size(l);
    for (int y = 0; y < l->height; y++)
        for (int x = 0; x < l->width; x++) {
            const size_t at = (size_t)y * (size_t)l->width + (size_t)x;
            float *out = l->sums + (size_t)(y + PAD) * sums_step(l) + (size_t)(x + PAD);
            const float *a = l->from_terms + at * N_TERMS, dx = l->dx[at], dy = l->dy[at];
            float b[N_TERMS], weight = border_weight(x, y, l->width, l->height);
            if (!terms_at(b, l->to_terms, (float)x + dx, (float)y + dy, l->width, l->height)) {
                for (int i = 0; i < N_TERMS; i++)
                    out[(size_t)i * size] = 0;
                continue;
            }
            /* the matrix has axy / 2 beside its diagonal */
            const float xx = (a[AXX] + b[AXX]) / 2, yy = (a[AYY] + b[AYY]) / 2, xy = (a[AXY] + b[AXY]) / 4;
            const float bx = (a[BX] - b[BX]) / 2 + xx * dx + xy * dy;
            const float by = (a[BY] - b[BY]) / 2 + xy * dx + yy * dy;
            weight *= weight;
            out[0] = weight * (xx * xx + xy * xy);
            out[size] = weight * (xy * (xx + yy));
            out[2 * size] = weight * (xy * xy + yy * yy);
            out[3 * size] = weight * (xx * bx + xy * by);
            out[4 * size] = weight * (xy * bx + yy * by);
        }
}

/* Sums over 15 x 15, along each axis as five sums of three. */
static void sum_window(flow_level *l, float *plane)
{
    const int step = (int)sums_step(l), rows = l->height + 2 * PAD;
    float *space = l->sums + N_TERMS * sums_size(l);
    for (int y = 1; y < rows - 1; y++)
        for (int x = 0; x < step; x++)
            space[y * step + x] = plane[(y - 1) * step + x] + plane[y * step + x] + plane[(y + 1) * step + x];
    for (int y = PAD; y < rows - PAD; y++) {
        float *restrict row = plane + (ptrdiff_t)y * step;
        const float *restrict three = space + (ptrdiff_t)y * step;
        for (int x = 0; x < step; x++)
            row[x] = (three[x - 6 * step] + three[x - 3 * step]) + three[x] +
                     (three[x + 3 * step] + three[x + 6 * step]);
    }
    for (int y = PAD; y < rows - PAD; y++) {
        float *row = plane + (ptrdiff_t)y * step;
        for (int x = 1; x < step - 1; x++)
            space[x] = row[x - 1] + row[x] + row[x + 1];
        for (int x = PAD; x < step - PAD; x++)
            row[x] = (space[x - 6] + space[x - 3]) + space[x] + (space[x + 3] + space[x + 6]);
    }
}

static void solve(flow_level *l)
{
    const size_t size = sums_size(l);
    const float most = (float)(l->width > l->height ? l->width : l->height);
    for (int y = 0; y < l->height; y++)
        for (int x = 0; x < l->width; x++) {
            const float *s = l->sums + (size_t)(y + PAD) * sums_step(l) + (size_t)(x + PAD);
            const float a = s[0], b = s[size], c = s[2 * size], u = s[3 * size], v = s[4 * size];
            const float scale = 1 / (a * c - b * b + FLAT);
            const size_t at = (size_t)y * (size_t)l->width + (size_t)x;
            l->dx[at] = fmaxf(-most, fminf(most, (c * u - b * v) * scale));
            l->dy[at] = fmaxf(-most, fminf(most, (a * v - b * u) * scale));
        }
}

/* ---- levels ---- */

static void halve(float *to, const float *from, int width, int height)
{
    for (int y = 0; y < height / 2; y++)
        for (int x = 0; x < width / 2; x++) {
            const float *p = from + (size_t)(2 * y) * (size_t)width + (size_t)(2 * x);
            to[(size_t)y * (size_t)(width / 2) + (size_t)x] = (p[0] + p[1] + p[width] + p[width + 1]) / 4;
        }
}

/* Displacements of the coarser level, twice as long, between its pixels. */
static void refine(float *to, int width, int height, const float *from, int from_width, int from_height)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const float px = fmaxf(0, fminf(((float)x + .5f) / 2 - .5f, (float)(from_width - 1)));
            const float py = fmaxf(0, fminf(((float)y + .5f) / 2 - .5f, (float)(from_height - 1)));
            const int left = um_clampi((int)px, 0, from_width - 2),
                      top = um_clampi((int)py, 0, from_height - 2);
            const float fx = px - (float)left, fy = py - (float)top;
            const float *a = from + (size_t)top * (size_t)from_width + (size_t)left, *b = a + from_width;
            to[(size_t)y * (size_t)width + (size_t)x] =
                2 * ((1 - fy) * ((1 - fx) * a[0] + fx * a[1]) + fy * ((1 - fx) * b[0] + fx * b[1]));
        }
}

/* One block of memory per level; it begins with `from`. */
static bool level_init(flow_level *l, int width, int height)
{
    *l = (flow_level){.width = width, .height = height};
    const size_t n = (size_t)width * (size_t)height;
    l->from = um_calloc((4 + 2 * N_TERMS) * n + (N_TERMS + 1) * sums_size(l), sizeof *l->from);
    l->to = l->from ? l->from + n : NULL;
    if (!l->from)
        return false;
    l->dx = l->to + n;
    l->dy = l->dx + n;
    l->from_terms = l->dy + n;
    l->to_terms = l->from_terms + N_TERMS * n;
    l->sums = l->to_terms + N_TERMS * n;
    return true;
}

static void run_level(flow_level *l, const gaussian *g, float *space)
{
    expand(l->from_terms, l->from, l->width, l->height, g, space);
    expand(l->to_terms, l->to, l->width, l->height, g, space);
    for (int i = 0; i < REPEATS; i++) {
        set_up_equations(l);
        for (int term = 0; term < N_TERMS; term++)
            sum_window(l, l->sums + (size_t)term * sums_size(l));
        solve(l);
    }
}

um_status um_flow_farneback(float *dx, float *dy, const float *from, const float *to, int width, int height,
                            um_error *err)
{
    flow_level level[MAX_LEVELS] = {{0}};
    gaussian g;
    const size_t n = (size_t)width * (size_t)height;
    if (width < 2 || height < 2 || width > UM_FLOW_MAX_SIDE || height > UM_FLOW_MAX_SIDE)
        return um_fail(err, UM_EINVAL, "a picture of %d x %d is out of range for optical flow", width,
                       height);
    float *space = um_calloc(9 * ((size_t)width + 2 * RADIUS), sizeof *space);
    bool fits = space && level_init(&level[0], width, height);
    int n_levels = 1;
    gaussian_init(&g);
    for (size_t i = 0; fits && i < n; i++) {
        level[0].from[i] = from[i];
        level[0].to[i] = to[i];
    }
    for (; fits && n_levels < MAX_LEVELS && width / 2 >= MIN_SIDE && height / 2 >= MIN_SIDE; n_levels++) {
        const flow_level *fine = &level[n_levels - 1];
        if (!(fits = level_init(&level[n_levels], width /= 2, height /= 2)))
            break;
        halve(level[n_levels].from, fine->from, fine->width, fine->height);
        halve(level[n_levels].to, fine->to, fine->width, fine->height);
    }
    for (int i = n_levels - 1; fits && i >= 0; i--) {
        flow_level *l = &level[i], *coarse = l + 1;
        if (i + 1 < n_levels) {
            refine(l->dx, l->width, l->height, coarse->dx, coarse->width, coarse->height);
            refine(l->dy, l->width, l->height, coarse->dy, coarse->width, coarse->height);
        }
        run_level(l, &g, space);
    }
    for (size_t i = 0; fits && i < n; i++) {
        dx[i] = level[0].dx[i];
        dy[i] = level[0].dy[i];
    }
    for (int i = 0; i < MAX_LEVELS; i++)
        free(level[i].from);
    free(space);
    return fits ? UM_OK : um_fail_oom(err);
}
