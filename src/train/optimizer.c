/* SPDX-License-Identifier: GPL-3.0-or-later */
/* optimizer.c: SGD, AdamW, schedules and running averages of weights. */
#include "train/optimizer.h"
#include <math.h>
#include <stdlib.h>

struct um_optimizer {
    um_optimizer_options options;
    const um_param *params;
    int n_params;
    int64_t steps;
    size_t n;         /* of all parameters */
    float *moment[2]; /* SGD: the velocity; AdamW: means of g and of g^2 */
};

um_status um_optimizer_new(um_optimizer **out, const um_optimizer_options *options, const um_param *params,
                           int n_params, um_error *err)
{
    um_optimizer *o = *out = um_calloc(1, sizeof *o);
    if (!o)
        return um_fail_oom(err);
    o->options = *options;
    if (options->beta1 == 0 && options->beta2 == 0 && options->epsilon == 0) {
        o->options.beta1 = .9;
        o->options.beta2 = .999;
        o->options.epsilon = 1e-8;
    }
    o->params = params;
    o->n_params = n_params;
    for (int i = 0; i < n_params; i++)
        o->n += (size_t)params[i].n;
    for (int i = 0; i < um_optimizer_arrays(o); i++)
        if (!(o->moment[i] = um_calloc_aligned(o->n, sizeof(float)))) {
            um_optimizer_free(out);
            return um_fail_oom(err);
        }
    return UM_OK;
}

void um_optimizer_free(um_optimizer **optimizer)
{
    if (!optimizer || !*optimizer)
        return;
    um_optimizer *o = *optimizer;
    free(o->moment[0]);
    free(o->moment[1]);
    free(o);
    *optimizer = NULL;
}

int um_optimizer_arrays(const um_optimizer *o)
{
    return o->options.kind == UM_ADAMW ? 2 : 1;
}

float *um_optimizer_array(um_optimizer *o, int i)
{
    return o->moment[i];
}

int64_t um_optimizer_steps(const um_optimizer *o)
{
    return o->steps;
}

void um_optimizer_set_steps(um_optimizer *o, int64_t steps)
{
    o->steps = steps;
}

UM_KERNEL(sgd,
          (float *restrict p, float *restrict v, const float *restrict g, int64_t n, float factor, float rate,
           float momentum, float decay, bool nesterov),
          (p, v, g, n, factor, rate, momentum, decay, nesterov))
{
    float ahead = nesterov ? momentum : 1, now = nesterov ? 1 : 0; /* of the velocity, of the gradient */
    for (int64_t i = 0; i < n; i++) {
        float d = factor * g[i] + decay * p[i];
        v[i] = momentum * v[i] + d;
        p[i] -= rate * (now * d + ahead * v[i]);
    }
}

UM_KERNEL(adamw,
          (float *restrict p, float *restrict m, float *restrict v, const float *restrict g, int64_t n,
           float factor, float keep, float beta1, float new1, float beta2, float new2, float step,
           float root_bias2, float epsilon),
          (p, m, v, g, n, factor, keep, beta1, new1, beta2, new2, step, root_bias2, epsilon))
{
    for (int64_t i = 0; i < n; i++) {
        float d = factor * g[i];
        m[i] = beta1 * m[i] + new1 * d;
        v[i] = beta2 * v[i] + new2 * d * d;
        p[i] = keep * p[i] - step * m[i] / (sqrtf(v[i]) / root_bias2 + epsilon);
    }
}

void um_optimizer_step(um_optimizer *o, const float *grad, double factor, double rate)
{
    const um_optimizer_options *c = &o->options;
    o->steps++;
    double bias1 = 1 - pow(c->beta1, (double)o->steps), bias2 = 1 - pow(c->beta2, (double)o->steps);
    size_t at = 0;
    for (int i = 0; i < o->n_params; i++) {
        const um_param *p = &o->params[i];
        double decay = p->rank > 1 ? c->decay : 0;
        if (c->kind == UM_SGD)
            sgd(p->data, o->moment[0] + at, grad + at, p->n, (float)factor, (float)rate, (float)c->momentum,
                (float)decay, c->nesterov);
        else
            adamw(p->data, o->moment[0] + at, o->moment[1] + at, grad + at, p->n, (float)factor,
                  (float)(1 - rate * decay), (float)c->beta1, (float)(1 - c->beta1), (float)c->beta2,
                  (float)(1 - c->beta2), (float)(rate / bias1), (float)sqrt(bias2), (float)c->epsilon);
        at += (size_t)p->n;
    }
}

UM_KERNEL_OF(double, sum_squares, (const float *x, size_t n), (x, n))
{
    enum { LANES = 16 }; /* fixed, so that every instruction set adds in the same order */
    double lane[LANES] = {0}, sum = 0;
    size_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (int i = 0; i < LANES; i++)
            lane[i] += (double)x[k + i] * x[k + i];
    for (; k < n; k++)
        lane[0] += (double)x[k] * x[k];
    for (int i = 0; i < LANES; i++)
        sum += lane[i];
    return sum;
}

double um_norm2(const float *x, size_t n)
{
    return sqrt(sum_squares(x, n));
}

double um_clip_factor(double norm, double limit)
{
    return limit > 0 && norm > limit ? limit / norm : 1;
}

UM_KERNEL(average, (float *restrict mean, const float *restrict x, size_t n, float keep, float fresh),
          (mean, x, n, keep, fresh))
{
    for (size_t i = 0; i < n; i++)
        mean[i] = keep * mean[i] + fresh * x[i];
}

void um_average(float *mean, const float *x, size_t n, double keep)
{
    average(mean, x, n, (float)keep, (float)(1 - keep));
}

double um_average_keep(double keep, int64_t step)
{
    return fmin(keep, (1. + (double)step) / (10. + (double)step));
}

double um_schedule(int64_t step, int64_t steps, int64_t warmup, double floor)
{
    if (step < warmup)
        return ((double)step + 1) / (double)warmup;
    int64_t last = steps - 1;
    if (last <= warmup)
        return 1;
    double part = step < last ? (double)(step - warmup) / (double)(last - warmup) : 1;
    return floor + (1 - floor) * .5 * (1 + cos(M_PI * part));
}
