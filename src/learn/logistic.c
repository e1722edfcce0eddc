/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logistic.c: logistic regression with an L2 penalty (Hoerl and Kennard 1970; le Cessie and van Houwelingen
 * 1992), both classes of the same weight, by Newton's method. What is minimised, of n rows with weights that
 * sum up to n:
 *
 *     sum_i w_i log(1 + exp(-y_i (b + a . x_i))) + penalty / 2 |a|^2
 *
 * as scikit-learn's LogisticRegression(C = 1 / penalty, class_weight = "balanced"). The score is b + a . x.
 */
#include "base/numbers.h"
#include "learn/classifier.h"
#include "learn/rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 200 };
static const double MOST_WEIGHT = 1e9; /* in a model of others: the score stays finite */

typedef struct logistic {
    size_t inputs;
    double weight[]; /* [inputs], and the constant */
} logistic;

static double score(const void *classifier, const double *x)
{
    const logistic *l = classifier;
    double sum = l->weight[l->inputs];
    for (size_t k = 0; k < l->inputs; k++)
        sum += l->weight[k] * x[k];
    return sum;
}

/* H d = g by Cholesky's decomposition, in place; H is positive definite. */
static void solve(double *h, double *g, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++) {
            double sum = h[i * n + k];
            for (size_t m = 0; m < k; m++)
                sum -= h[i * n + m] * h[k * n + m];
            h[i * n + k] = i == k ? sqrt(fmax(sum, 1e-300)) : sum / h[k * n + k];
        }
    for (size_t i = 0; i < n; i++) {
        for (size_t m = 0; m < i; m++)
            g[i] -= h[i * n + m] * g[m];
        g[i] /= h[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t m = i + 1; m < n; m++)
            g[i] -= h[m * n + i] * g[m];
        g[i] /= h[i * n + i];
    }
}

static double loss_of(const logistic *l, const um_learn_rows *r, const double weight[2], double penalty)
{
    double loss = 0;
    for (size_t i = 0; i < r->n; i++) {
        const double s = score(l, r->x + i * r->inputs), m = r->fake[i] ? s : -s;
        loss += weight[r->fake[i]] * (m > 0 ? log1p(exp(-m)) : log1p(exp(m)) - m);
    }
    for (size_t k = 0; k < l->inputs; k++)
        loss += penalty / 2 * l->weight[k] * l->weight[k];
    return loss;
}

/* Gradient and the lower triangle of the Hessian. */
static void slopes(double *g, double *h, const logistic *l, const um_learn_rows *r, const double weight[2],
                   double penalty)
{
    const size_t p = l->inputs, n = p + 1;
    memset(g, 0, n * sizeof *g);
    memset(h, 0, n * n * sizeof *h);
    for (size_t i = 0; i < r->n; i++) {
        const double *x = r->x + i * p, q = um_logistic(score(l, x)), w = weight[r->fake[i]];
        const double d = w * (q - r->fake[i]), c = w * q * (1 - q);
        for (size_t k = 0; k < n; k++) {
            const double xk = k < p ? x[k] : 1;
            g[k] += d * xk;
            for (size_t m = 0; m <= k; m++)
                h[k * n + m] += c * xk * (m < p ? x[m] : 1);
        }
    }
    for (size_t k = 0; k < n; k++) {
        g[k] += k < p ? penalty * l->weight[k] : 0;
        h[k * n + k] += k < p ? penalty : 1e-9;
    }
}

static void free_it(void *classifier)
{
    free(classifier);
}

static um_status fit(void **out, const um_learn_rows *r, const um_learn_options *o, um_error *err)
{
    const size_t n = r->inputs + 1;
    double count[2] = {0}, weight[2];
    logistic *l = um_calloc(1, sizeof *l + n * sizeof *l->weight);
    double *g = um_calloc(n, sizeof *g), *h = um_calloc(n, n * sizeof *h), *was = um_calloc(n, sizeof *was);
    *out = NULL;
    if (!l || !g || !h || !was) {
        free(l);
        free(g);
        free(h);
        free(was);
        return um_fail_oom(err);
    }
    l->inputs = r->inputs;
    for (size_t i = 0; i < r->n; i++)
        count[r->fake[i]]++;
    for (int c = 0; c < 2; c++)
        weight[c] = (double)r->n / 2 / fmax(count[c], 1);
    double loss = loss_of(l, r, weight, o->penalty);
    for (int step = 0; step < MOST_STEPS; step++) {
        slopes(g, h, l, r, weight, o->penalty);
        solve(h, g, n);
        memcpy(was, l->weight, n * sizeof *was);
        double part = 1, next = loss; /* half the step until the loss falls */
        do {
            for (size_t k = 0; k < n; k++)
                l->weight[k] = was[k] - part * g[k];
            next = loss_of(l, r, weight, o->penalty);
            part /= 2;
        } while (next > loss && part > 1e-6);
        if (!(next < loss - 1e-12 * (1 + loss))) {
            if (next > loss)
                memcpy(l->weight, was, n * sizeof *was);
            break;
        }
        loss = next;
    }
    free(g);
    free(h);
    free(was);
    *out = l;
    return UM_OK;
}

static um_json *to_json(const void *classifier)
{
    const logistic *l = classifier;
    um_json *j = um_json_object();
    um_json_set(j, "weights", um_row_json(l->weight, l->inputs + 1));
    return j;
}

static um_status from_json(void **out, const um_json *j, size_t inputs, const char *file, um_error *err)
{
    logistic *l = um_calloc(1, sizeof *l + (inputs + 1) * sizeof *l->weight);
    if (!l)
        return um_fail_oom(err);
    l->inputs = inputs;
    bool right = um_row_read(l->weight, um_json_get(j, "weights"), inputs + 1, -MOST_WEIGHT);
    for (size_t k = 0; k <= inputs && right; k++)
        right = l->weight[k] <= MOST_WEIGHT;
    if (right) {
        *out = l;
        return UM_OK;
    }
    free(l);
    return um_fail(err, UM_EFORMAT, "%s: no weights of %zu inputs", file, inputs);
}

const um_classifier_kind um_classifier_logistic = {.name = "logistic",
                                                   .fit = fit,
                                                   .score = score,
                                                   .to_json = to_json,
                                                   .from_json = from_json,
                                                   .free = free_it};
