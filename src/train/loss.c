/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loss.c: losses and their gradients. */
#include "train/loss.h"
#include "base/numbers.h"

/* The loss of one element and its derivative by x. */
typedef double element_fn(double x, double t, double p, double q, double *d);

/* Inlined with a known fn: one tight loop per loss. */
__attribute__((always_inline)) static inline double each(element_fn *fn, float *grad, const float *x,
                                                         const float *t, const float *weight, int64_t n,
                                                         double p, double q, double scale)
{
    double sum = 0, d;
    for (int64_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1;
        if (w == 0)
            continue;
        sum += w * fn(x[i], t[i], p, q, &d);
        if (grad)
            grad[i] += (float)(scale * w * d);
    }
    return scale * sum;
}

/* log(1 + exp(x)), without overflow */
static double softplus(double x)
{
    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

static inline double bce(double x, double t, double p, double q, double *d)
{
    *d = um_logistic(x) - t;
    return softplus(x) - t * x;
}

/* The side of t = 1: (1 - s)^gamma softplus(-x). With ds = s (1 - s) dx the power gives -gamma s (1 -
 * s)^gamma, softplus gives -(1 - s). */
static inline double focal_one(double x, double gamma, double *d)
{
    double s = um_logistic(x), miss = um_logistic(-x), log_loss = softplus(-x);
    double power = gamma == 2 ? miss * miss : pow(miss, gamma); /* 2 is what everybody uses */
    *d = -power * (gamma * s * log_loss + miss);
    return power * log_loss;
}

static inline double focal(double x, double t, double alpha, double gamma, double *d)
{
    double one = t * (alpha < 0 ? 1 : alpha), zero = (1 - t) * (alpha < 0 ? 1 : 1 - alpha), loss = 0, part;
    *d = 0;
    if (one != 0) {
        loss += one * focal_one(x, gamma, &part);
        *d += one * part;
    }
    if (zero != 0) {
        loss += zero * focal_one(-x, gamma, &part);
        *d -= zero * part;
    }
    return loss;
}

static inline double l1(double x, double t, double p, double q, double *d)
{
    *d = sign(x - t);
    return fabs(x - t);
}

static inline double l2(double x, double t, double p, double q, double *d)
{
    *d = 2 * (x - t);
    return (x - t) * (x - t);
}

static inline double smooth_l1(double x, double t, double beta, double q, double *d)
{
    double e = x - t;
    bool near = fabs(e) < beta;
    *d = near ? e / beta : sign(e);
    return near ? e * e / (2 * beta) : fabs(e) - beta / 2;
}

static inline double wing(double x, double t, double width, double curve, double *d)
{
    double e = fabs(x - t);
    if (e < width) {
        *d = sign(x - t) * width / (curve + e);
        return width * log1p(e / curve);
    }
    *d = sign(x - t);
    return e - (width - width * log1p(width / curve));
}

double um_loss_bce(float *grad, const float *x, const float *t, const float *weight, int64_t n, double scale)
{
    return each(bce, grad, x, t, weight, n, 0, 0, scale);
}

double um_loss_focal(float *grad, const float *x, const float *t, const float *weight, int64_t n,
                     double alpha, double gamma, double scale)
{
    return each(focal, grad, x, t, weight, n, alpha, gamma, scale);
}

double um_loss_l1(float *grad, const float *x, const float *t, const float *weight, int64_t n, double scale)
{
    return each(l1, grad, x, t, weight, n, 0, 0, scale);
}

double um_loss_l2(float *grad, const float *x, const float *t, const float *weight, int64_t n, double scale)
{
    return each(l2, grad, x, t, weight, n, 0, 0, scale);
}

double um_loss_smooth_l1(float *grad, const float *x, const float *t, const float *weight, int64_t n,
                         double beta, double scale)
{
    return each(smooth_l1, grad, x, t, weight, n, beta, 0, scale);
}

double um_loss_wing(float *grad, const float *x, const float *t, const float *weight, int64_t n, double width,
                    double curve, double scale)
{
    return each(wing, grad, x, t, weight, n, width, curve, scale);
}

/* log p_k = x_k - top - log(sum of exp(x - top)); d/dx_k = p_k - q_k */
static double softmax_row(float *grad, const float *x, int label, int classes, double smoothing, double scale)
{
    double top = x[0], sum = 0, linear = 0;
    for (int k = 1; k < classes; k++)
        top = x[k] > top ? x[k] : top;
    for (int k = 0; k < classes; k++) {
        sum += exp(x[k] - top);
        linear += x[k] - top;
    }
    if (grad)
        for (int k = 0; k < classes; k++)
            grad[k] += (float)(scale * (exp(x[k] - top) / sum - (1 - smoothing) * (k == label) -
                                        smoothing / classes));
    return log(sum) - (1 - smoothing) * (x[label] - top) - smoothing / classes * linear;
}

double um_loss_softmax(float *grad, const float *x, const float *label, const float *weight, int64_t n,
                       int classes, double smoothing, double scale)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1;
        if (w == 0 || !(label[i] >= 0 && label[i] < (float)classes))
            continue;
        sum += w * softmax_row(grad ? grad + i * classes : NULL, x + i * classes, (int)label[i], classes,
                               smoothing, scale * w);
    }
    return scale * sum;
}
