/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loss_dssim.c: structural dissimilarity (Wang, Bovik, Sheikh, Simoncelli 2004, IEEE TIP 13(4)).
 *
 * With G the Gaussian window, mx = G x, my = G t, and xx = G x^2, xt = G x t, tt = G t^2:
 *     S = (2 mx my + C1)(2 (xt - mx my) + C2) / ((mx^2 + my^2 + C1)(xx - mx^2 + tt - my^2 + C2)) = N1 N2 /
 * (D1 D2) dS/dxt = 2 N1 / (D1 D2),  dS/dxx = -S / D2, dS/dmx = 2 my (N2 - N1) / (D1 D2) - 2 mx S (1/D1 -
 * 1/D2) and x moves all three: dS/dx = G' dS/dmx + 2 x G' dS/dxx + t G' dS/dxt, G' = G turned round
 * (transposed). */
#include "train/loss.h"
#include <math.h>
#include <stdlib.h>

enum { WINDOW = 11 };
static const double SIGMA = 1.5, C1 = .01 * .01, C2 = .03 * .03;

typedef struct work {
    int h, w, oh, ow; /* of the plane and of the map of window positions */
    double kernel[WINDOW];
    double *rows;                   /* oh x w */
    double *product, *total;        /* h x w */
    double *mx, *my, *xx, *tt, *xt; /* oh x ow */
} work;

static bool work_new(work *k, int h, int w)
{
    double sum = 0;
    *k = (work){.h = h, .w = w, .oh = h - WINDOW + 1, .ow = w - WINDOW + 1};
    for (int i = 0; i < WINDOW; i++) {
        double d = i - WINDOW / 2;
        sum += k->kernel[i] = exp(-d * d / (2 * SIGMA * SIGMA));
    }
    for (int i = 0; i < WINDOW; i++)
        k->kernel[i] /= sum;
    size_t n = (size_t)k->oh * (size_t)k->ow, plane = (size_t)h * (size_t)w;
    if (!(k->rows = um_calloc(3 * plane + 5 * n, sizeof(double))))
        return false;
    double **map[] = {&k->mx, &k->my, &k->xx, &k->tt, &k->xt};
    k->product = k->rows + plane;
    k->total = k->rows + 2 * plane;
    for (size_t i = 0; i < 5; i++)
        *map[i] = k->rows + 3 * plane + i * n;
    return true;
}

/* out = G (x y); y NULL: G x */
static void blur(work *k, double *out, const float *x, const float *y)
{
    for (int64_t i = 0; i < (int64_t)k->h * k->w; i++)
        k->product[i] = y ? (double)x[i] * y[i] : x[i];
    for (int r = 0; r < k->oh; r++)
        for (int i = 0; i < k->w; i++) {
            double v = 0;
            for (int j = 0; j < WINDOW; j++)
                v += k->kernel[j] * k->product[(int64_t)(r + j) * k->w + i];
            k->rows[(int64_t)r * k->w + i] = v;
        }
    for (int r = 0; r < k->oh; r++)
        for (int i = 0; i < k->ow; i++) {
            double v = 0;
            for (int j = 0; j < WINDOW; j++)
                v += k->kernel[j] * k->rows[(int64_t)r * k->w + i + j];
            out[(int64_t)r * k->ow + i] = v;
        }
}

/* total += factor y G' map; y NULL: all 1 */
static void spread(work *k, const double *map, const float *y, double factor)
{
    for (int64_t i = 0; i < (int64_t)k->h * k->w; i++)
        k->rows[i] = k->product[i] = 0;
    for (int r = 0; r < k->oh; r++)
        for (int i = 0; i < k->ow; i++)
            for (int j = 0; j < WINDOW; j++)
                k->rows[(int64_t)r * k->w + i + j] += k->kernel[j] * map[(int64_t)r * k->ow + i];
    for (int r = 0; r < k->oh; r++)
        for (int j = 0; j < WINDOW; j++)
            for (int i = 0; i < k->w; i++)
                k->product[(int64_t)(r + j) * k->w + i] += k->kernel[j] * k->rows[(int64_t)r * k->w + i];
    for (int64_t i = 0; i < (int64_t)k->h * k->w; i++)
        k->total[i] += factor * (y ? y[i] : 1) * k->product[i];
}

/* The mean of S; leaves dS/dmx, dS/dxx, dS/dxt in the maps of these names. */
static double similarity(work *k)
{
    double sum = 0;
    int64_t n = (int64_t)k->oh * k->ow;
    for (int64_t i = 0; i < n; i++) {
        double mx = k->mx[i], my = k->my[i];
        double n1 = 2 * mx * my + C1, n2 = 2 * (k->xt[i] - mx * my) + C2;
        double d1 = mx * mx + my * my + C1, d2 = k->xx[i] - mx * mx + k->tt[i] - my * my + C2;
        double s = n1 * n2 / (d1 * d2);
        sum += s;
        k->xt[i] = 2 * n1 / (d1 * d2);
        k->xx[i] = -s / d2;
        k->mx[i] = 2 * my * (n2 - n1) / (d1 * d2) - 2 * mx * s * (1 / d1 - 1 / d2);
    }
    return sum / (double)n;
}

um_status um_loss_dssim(double *loss, float *grad, const float *x, const float *t, int64_t planes, int h,
                        int w, double scale, um_error *err)
{
    work k;
    *loss = 0;
    if (h < WINDOW || w < WINDOW)
        return um_fail(err, UM_EINVAL, "structural similarity needs pictures of at least %d pixels", WINDOW);
    if (!work_new(&k, h, w))
        return um_fail_oom(err);
    int64_t size = (int64_t)h * w;
    double factor = -scale / 2 / ((double)k.oh * k.ow);
    for (int64_t p = 0; p < planes; p++, x += size, t += size) {
        blur(&k, k.mx, x, NULL);
        blur(&k, k.my, t, NULL);
        blur(&k, k.xx, x, x);
        blur(&k, k.tt, t, t);
        blur(&k, k.xt, x, t);
        *loss += scale * (1 - similarity(&k)) / 2;
        if (!grad)
            continue;
        spread(&k, k.mx, NULL, 1);
        spread(&k, k.xx, x, 2);
        spread(&k, k.xt, t, 1);
        for (int64_t i = 0; i < size; i++) {
            grad[p * size + i] += (float)(factor * k.total[i]);
            k.total[i] = 0;
        }
    }
    free(k.rows);
    return UM_OK;
}
