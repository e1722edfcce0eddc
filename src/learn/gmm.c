/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gmm.c: a mixture of Gaussians with diagonal covariances for each class, by expectation and maximization
 * (Dempster, Laird and Rubin 1977) from a k-means start (Lloyd 1982, seeds by Arthur and Vassilvitskii 2007).
 * The score is the difference of the mean log densities, as of the GMM baseline of ASVspoof 2015 to 2021.
 * Variances do not fall below VARIANCE_MIN, so that equal rows end in no spike. */
#include "base/random.h"
#include "learn/classifier.h"
#include "learn/rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 200, KMEANS_ROUNDS = 20, MOST_PARTS = 64 };
static const double VARIANCE_MIN = 1e-3; /* of inputs with deviation 1 */
static const double ENOUGH = 1e-7;       /* gain of the mean log likelihood at which it is done */

typedef struct mixture {
    int parts;
    size_t inputs;
    double *share, *mean, *variance; /* [parts], [parts][inputs], the same */
} mixture;

typedef struct gmm {
    mixture class[2];
} gmm;

static um_status make(mixture *m, int parts, size_t inputs, um_error *err)
{
    *m = (mixture){.parts = parts, .inputs = inputs};
    m->share = um_calloc((size_t)parts, (1 + 2 * inputs) * sizeof *m->share);
    if (!m->share)
        return um_fail_oom(err);
    m->mean = m->share + parts;
    m->variance = m->mean + (size_t)parts * inputs;
    return UM_OK;
}

static void free_it(void *classifier)
{
    gmm *g = classifier;
    if (!g)
        return;
    free(g->class[0].share);
    free(g->class[1].share);
    free(g);
}

/* log (share x density) of each part; returns the log of their sum. */
static double log_density(double *each, const mixture *m, const double *x)
{
    double most = -INFINITY, sum = 0;
    for (int k = 0; k < m->parts; k++) {
        const double *mean = m->mean + (size_t)k * m->inputs, *var = m->variance + (size_t)k * m->inputs;
        double log_p = log(m->share[k]);
        for (size_t c = 0; c < m->inputs; c++) {
            const double d = x[c] - mean[c];
            log_p -= .5 * (log(2 * M_PI * var[c]) + d * d / var[c]);
        }
        each[k] = log_p = fmax(log_p, -1e300); /* far from all parts of a model of others */
        most = fmax(most, log_p);
    }
    for (int k = 0; k < m->parts; k++)
        sum += exp(each[k] - most);
    return most + log(fmax(sum, 1e-300));
}

static double score(const void *classifier, const double *x)
{
    const gmm *g = classifier;
    double each[MOST_PARTS];
    return um_clampd(log_density(each, &g->class[1], x) - log_density(each, &g->class[0], x), -1e6, 1e6);
}

static double distance(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t c = 0; c < n; c++)
        sum += (a[c] - b[c]) * (a[c] - b[c]);
    return sum;
}

static double uniform(uint64_t *random)
{
    return (double)(um_random(random) >> 11) / 9007199254740992.0;
}

static int nearest(const mixture *m, const double *x, int parts, double *at)
{
    int best = 0;
    *at = INFINITY;
    for (int k = 0; k < parts; k++) {
        const double d = distance(x, m->mean + (size_t)k * m->inputs, m->inputs);
        if (d < *at) {
            *at = d;
            best = k;
        }
    }
    return best;
}

/* Seeds far from each other, then Lloyd's rounds. */
static void start(mixture *m, const double *const *row, size_t n, double *weight, uint64_t seed)
{
    const size_t p = m->inputs;
    double at;
    memcpy(m->mean, row[um_random(&seed) % n], p * sizeof *m->mean);
    for (int k = 1; k < m->parts; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            nearest(m, row[i], k, &at);
            sum += at;
        }
        double left = uniform(&seed) * sum;
        size_t i = 0;
        for (; i + 1 < n; i++) {
            nearest(m, row[i], k, &at);
            if ((left -= at) < 0)
                break;
        }
        memcpy(m->mean + (size_t)k * p, row[i], p * sizeof *m->mean);
    }
    for (int round = 0; round < KMEANS_ROUNDS; round++) {
        memset(weight, 0, n * (size_t)m->parts * sizeof *weight);
        for (size_t i = 0; i < n; i++)
            weight[i * (size_t)m->parts + (size_t)nearest(m, row[i], m->parts, &at)] = 1;
        for (int k = 0; k < m->parts; k++) {
            double *mean = m->mean + (size_t)k * p, total = 0;
            for (size_t i = 0; i < n; i++)
                total += weight[i * (size_t)m->parts + (size_t)k];
            for (size_t c = 0; c < p && total > 0; c++) {
                mean[c] = 0;
                for (size_t i = 0; i < n; i++)
                    mean[c] += weight[i * (size_t)m->parts + (size_t)k] * row[i][c] / total;
            }
        }
    }
}

static void maximize(mixture *m, const double *const *row, size_t n, const double *weight)
{
    const size_t p = m->inputs;
    for (int k = 0; k < m->parts; k++) {
        double *mean = m->mean + (size_t)k * p, *var = m->variance + (size_t)k * p, total = 1e-9;
        for (size_t i = 0; i < n; i++)
            total += weight[i * (size_t)m->parts + (size_t)k];
        for (size_t c = 0; c < p; c++) {
            double sum = 0, square = 0;
            for (size_t i = 0; i < n; i++)
                sum += weight[i * (size_t)m->parts + (size_t)k] * row[i][c];
            mean[c] = sum / total;
            for (size_t i = 0; i < n; i++)
                square +=
                    weight[i * (size_t)m->parts + (size_t)k] * (row[i][c] - mean[c]) * (row[i][c] - mean[c]);
            var[c] = fmax(square / total, VARIANCE_MIN);
        }
        m->share[k] = total / ((double)n + 1e-9 * m->parts);
    }
}

/* `weight` [n][parts]: at first the parts of k-means. */
static void learn(mixture *m, const double *const *row, size_t n, double *weight)
{
    double last = -INFINITY;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        double sum = 0;
        maximize(m, row, n, weight);
        for (size_t i = 0; i < n; i++) {
            double *w = weight + i * (size_t)m->parts;
            const double all = log_density(w, m, row[i]);
            for (int k = 0; k < m->parts; k++)
                w[k] = exp(w[k] - all);
            sum += all / (double)n;
        }
        if (sum - last < ENOUGH)
            break;
        last = sum;
    }
}

static um_status fit_class(mixture *m, const um_learn_rows *r, bool fake, const um_learn_options *o,
                           um_error *err)
{
    size_t n = 0;
    const double **row = um_calloc(r->n, sizeof *row);
    for (size_t i = 0; row && i < r->n; i++)
        if (r->fake[i] == fake)
            row[n++] = r->x + i * r->inputs;
    const int parts = um_clampi(o->parts, 1, n < MOST_PARTS ? (int)n : MOST_PARTS);
    double *weight = um_calloc(n, (size_t)parts * sizeof *weight);
    um_status st = row && weight ? make(m, parts, r->inputs, err) : um_fail_oom(err);
    if (st == UM_OK) {
        start(m, row, n, weight, o->seed + fake);
        learn(m, row, n, weight);
    }
    free(row);
    free(weight);
    return st;
}

static um_status fit(void **out, const um_learn_rows *r, const um_learn_options *o, um_error *err)
{
    gmm *g = um_calloc(1, sizeof *g);
    um_status st = g ? UM_OK : um_fail_oom(err);
    for (int c = 0; c < 2 && st == UM_OK; c++)
        st = fit_class(&g->class[c], r, c, o, err);
    if (st < 0) {
        free_it(g);
        g = NULL;
    }
    *out = g;
    return st;
}

static um_json *to_json(const void *classifier)
{
    const gmm *g = classifier;
    um_json *j = um_json_object();
    for (int c = 0; c < 2; c++) {
        const mixture *m = &g->class[c];
        um_json *one = um_json_object();
        um_json_set(one, "shares", um_row_json(m->share, (size_t)m->parts));
        um_json_set(one, "means", um_row_json(m->mean, (size_t)m->parts * m->inputs));
        um_json_set(one, "variances", um_row_json(m->variance, (size_t)m->parts * m->inputs));
        um_json_set(j, c ? "fake" : "real", one);
    }
    return j;
}

static um_status from_json(void **out, const um_json *j, size_t inputs, const char *file, um_error *err)
{
    gmm *g = um_calloc(1, sizeof *g);
    um_status st = g ? UM_OK : um_fail_oom(err);
    for (int c = 0; c < 2 && st == UM_OK; c++) {
        const um_json *one = um_json_get(j, c ? "fake" : "real"), *shares = um_json_get(one, "shares");
        const size_t parts = um_json_count(shares);
        mixture *m = &g->class[c];
        if (parts < 1 || parts > MOST_PARTS)
            st = um_fail(err, UM_EFORMAT, "%s: a mixture has 1 to %d parts", file, MOST_PARTS);
        else if ((st = make(m, (int)parts, inputs, err)) == UM_OK &&
                 (!um_row_read(m->share, shares, parts, 1e-12) ||
                  !um_row_read(m->mean, um_json_get(one, "means"), parts * inputs, -1e9) ||
                  !um_row_read(m->variance, um_json_get(one, "variances"), parts * inputs, VARIANCE_MIN / 2)))
            st = um_fail(err, UM_EFORMAT, "%s: not a mixture of %zu inputs", file, inputs);
    }
    if (st < 0) {
        free_it(g);
        return st;
    }
    *out = g;
    return UM_OK;
}

const um_classifier_kind um_classifier_gmm = {
    .name = "gmm", .fit = fit, .score = score, .to_json = to_json, .from_json = from_json, .free = free_it};
