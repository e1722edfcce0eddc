/* SPDX-License-Identifier: GPL-3.0-or-later */
/* optimizer.h: from gradients to a step of the parameters. Gradients of all parameters lie one after the
 * other, in the order of the list (um_plan_grads). */
#ifndef UM_TRAIN_OPTIMIZER_H
#define UM_TRAIN_OPTIMIZER_H
#include "nn/plan.h"

typedef enum um_optimizer_kind {
    /* v = momentum v + g; p -= rate v, or with `nesterov` p -= rate (g + momentum v). Sutskever et al. 2013
     * in the form of PyTorch: the first step takes g whole. Decay is added to g. */
    UM_SGD,
    /* Adam (Kingma and Ba 2015, arXiv:1412.6980) with decay apart from the gradient (Loshchilov and Hutter
     * 2019, arXiv:1711.05101): p -= rate decay p; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
     * p -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon) */
    UM_ADAMW
} um_optimizer_kind;

typedef struct um_optimizer_options {
    um_optimizer_kind kind;
    double momentum; /* SGD */
    bool nesterov;
    double beta1, beta2, epsilon; /* AdamW; all three zero: .9, .999, 1e-8 */
    double decay;                 /* of parameters with more than one dimension; others never decay */
} um_optimizer_options;

typedef struct um_optimizer um_optimizer;

/* `params` (borrowed, with their data) must outlive it. */
um_status um_optimizer_new(um_optimizer **out, const um_optimizer_options *options, const um_param *params,
                           int n_params, um_error *err);
void um_optimizer_free(um_optimizer **optimizer);
/* One step with factor * grad. */
void um_optimizer_step(um_optimizer *optimizer, const float *grad, double factor, double rate);
/* What has to be kept to go on later: the arrays (n floats each; SGD 1, AdamW 2) and the number of steps. */
int um_optimizer_arrays(const um_optimizer *optimizer);
float *um_optimizer_array(um_optimizer *optimizer, int i);
int64_t um_optimizer_steps(const um_optimizer *optimizer);
void um_optimizer_set_steps(um_optimizer *optimizer, int64_t steps);

/* sqrt(sum of x^2), the same for any number of threads. */
double um_norm2(const float *x, size_t n);
/* The factor that brings a gradient of this norm down to `limit` (Pascanu et al. 2013); 1 when limit <= 0. */
double um_clip_factor(double norm, double limit);

/* mean = keep mean + (1 - keep) x */
void um_average(float *mean, const float *x, size_t n, double keep);
/* The share an average keeps at step `step` (from 0): min(keep, (1 + step) / (10 + step)), so that it forgets
 * the first weights quickly. */
double um_average_keep(double keep, int64_t step);

/* Linear from 0 (exclusive) to 1 over `warmup` steps, then half a cosine down to `floor` at the last of
 * `steps` (Loshchilov and Hutter 2017, arXiv:1608.03983; Goyal et al. 2017, arXiv:1706.02677). */
double um_schedule(int64_t step, int64_t steps, int64_t warmup, double floor);
#endif
