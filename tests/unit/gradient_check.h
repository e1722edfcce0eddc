/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gradient_check.h: one graph's backward pass against central differences of its forward pass, through a
 * whole training plan.
 *
 * Each case is a small graph whose first node is a 1x1 convolution with weights that learn, so that the
 * gradient of the operator's input is seen through them, and maps are channels-last as in real networks. The
 * loss is sum(r y) with random r, summed in double. Tolerance: 1 % of the largest difference quotient of the
 * parameter, and what single precision makes of it: each y is off by a few units of its last place, which a
 * step of h turns into FEW * 2^-23 * |r y| / h. A parameter without any effect (a bias before a
 * normalization) thus has room for noise only, and some parameter of each case must stand far above it. Kinks
 * (ReLU, maxima) that h steps over are rare: the seeds are fixed and free of them.
 */
#ifndef UM_GRADIENT_CHECK_H
#define UM_GRADIENT_CHECK_H
#include "../check.h"
#include "nn/build.h"
#include "nn/plan.h"
#include <string.h>

static const double STEP = 3e-4, TOLERANCE = .01, FEW = 4;

static float random_value(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (float)(*state >> 40) / 8388608.f - 1;
}

static double loss_of(um_plan *p, const um_tensor *const *in, const float *r, um_error *err)
{
    const um_tensor *out[1];
    double sum = 0;
    CHECK(um_plan_run(p, in, out, err) == UM_OK);
    int64_t n = um_tensor_count(out[0]);
    for (int64_t i = 0; i < n; i++)
        sum += (double)r[i] * ((const float *)out[0]->data)[i];
    return sum;
}

typedef int case_fn(um_build *b, int x); /* adds nodes after x (a map [2, 4, 6, 5]); the last value */

static void check_case(const char *name, case_fn *make, uint64_t seed)
{
    um_error err = {0};
    um_build b;
    um_graph *g;
    um_plan *p = NULL;
    um_tensor *x = NULL;
    const int64_t x_dim[4] = {-1, 3, -1, -1}, w_dim[4] = {4, 3, 1, 1}, dim[4] = {2, 3, 6, 5};
    um_build_init(&b, name, seed, &err);
    int in[3] = {um_build_input(&b, "x", 4, x_dim), um_build_weights(&b, "w", 4, w_dim, .8),
                 um_build_filled(&b, "bias", 4, .1f)};
    int first = um_build_node(&b, "Conv", "first", 3, in), last = make(&b, first);
    um_build_output(&b, last, 0, dim);
    CHECK(um_build_done(&b, &g) == UM_OK);
    if (!g) {
        fprintf(stderr, "%s: %s\n", name, err.text);
        return;
    }
    g->output_info[0].rank = -1;
    CHECK(um_tensor_new(&x, UM_F32, 4, dim, &err) == UM_OK);
    for (int64_t i = 0; i < um_tensor_count(x); i++)
        ((float *)x->data)[i] = 1.3f * random_value(&seed);
    const um_tensor *const ins[1] = {x};
    CHECK(um_plan_new_training(&p, g, ins, &err) == UM_OK);
    float *r = calloc(1 << 16, sizeof *r), *kept = NULL;
    const um_tensor *out[1];
    if (!p || um_plan_run(p, ins, out, &err) < 0) {
        fprintf(stderr, "%s: %s\n", name, err.text);
        CHECK(!"runs");
        goto done;
    }
    int64_t n = um_tensor_count(out[0]);
    double noise = 0, steepest = 0;
    CHECK(n <= 1 << 16);
    for (int64_t i = 0; i < n; i++) {
        double y = ((const float *)out[0]->data)[i];
        r[i] = random_value(&seed);
        noise += (double)r[i] * r[i] * y * y;
    }
    noise = FEW * sqrt(noise) / 8388608 / STEP;
    memcpy(um_plan_grad(p, 0), r, (size_t)n * sizeof *r);
    CHECK(um_plan_backward(p, &err) == UM_OK);
    double worst = 0;
    size_t total;
    float *grads = um_plan_grads(p, &total);
    kept = calloc(total, sizeof *kept);
    memcpy(kept, grads, total * sizeof *kept);
    CHECK(um_plan_n_params(p) >= 2);
    for (int k = 0, at = 0; k < um_plan_n_params(p); k++) {
        const um_param *q = um_plan_param(p, k);
        double off = 0, largest = 0;
        for (int64_t i = 0; i < q->n; i++, at++) {
            float before = q->data[i];
            q->data[i] = (float)(before + STEP);
            double above = loss_of(p, ins, r, &err);
            float up = q->data[i];
            q->data[i] = (float)(before - STEP);
            double slope = (above - loss_of(p, ins, r, &err)) / ((double)up - q->data[i]);
            q->data[i] = before;
            off = fmax(off, fabs(slope - kept[at]));
            largest = fmax(largest, fabs(slope));
        }
        steepest = fmax(steepest, largest);
        worst = fmax(worst, off / fmax(largest, noise));
        if (!(off <= TOLERANCE * largest + noise))
            fprintf(stderr, "%s: parameter %s is off by %g of %g, noise %g\n", name, q->name, off, largest,
                    noise);
        CHECK(off <= TOLERANCE * largest + noise);
    }
    CHECK(steepest > 20 * noise);
    printf("%-28s %.1e\n", name, worst);
done:
    free(kept);
    free(r);
    um_plan_free(&p);
    um_tensor_free(&x);
    um_graph_free(&g);
}
#endif
