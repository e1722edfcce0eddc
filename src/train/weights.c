/* SPDX-License-Identifier: GPL-3.0-or-later */
/* weights.c: parameters of a graph as one array, and back. */
#include "train/weights.h"
#include <stdlib.h>
#include <string.h>

um_status um_weights_new(um_weights *out, um_graph *graph, um_plan *plan, um_error *err)
{
    um_weights w = {.params = um_plan_n_params(plan) ? um_plan_param(plan, 0) : NULL,
                    .n_params = um_plan_n_params(plan),
                    .n_stats = um_plan_n_stats(plan)};
    w.stats = um_calloc((size_t)w.n_stats, sizeof *w.stats);
    w.mean = um_calloc(2 * (size_t)w.n_stats, sizeof *w.mean);
    *out = w;
    if (!w.stats || !w.mean) {
        um_weights_free(out);
        return um_fail_oom(err);
    }
    w.variance = w.mean + w.n_stats;
    for (int i = 0; i < w.n_params; i++)
        w.n_grads += (size_t)w.params[i].n;
    for (int i = 0; i < w.n_stats; i++) {
        w.stats[i] = um_plan_stat(plan, i);
        const um_tensor *mean = graph->values[w.stats[i].mean_value].constant,
                        *variance = graph->values[w.stats[i].variance_value].constant;
        if (!mean || !variance) {
            um_weights_free(out);
            return um_fail(err, UM_EUNSUPPORTED, "%s: the statistics of a normalization are not constants",
                           graph->file);
        }
        w.mean[i] = mean->data;
        w.variance[i] = variance->data;
        w.n_batch += 2 * (size_t)w.stats[i].channels;
    }
    w.n = w.n_grads + w.n_batch;
    *out = w;
    return UM_OK;
}

void um_weights_free(um_weights *w)
{
    free(w->stats);
    free(w->mean);
    *w = (um_weights){0};
}

/* Between the graph and a row, in either direction. */
static void copy(const um_weights *w, float *to, const float *from)
{
    size_t at = 0;
    for (int i = 0; i < w->n_params + 2 * w->n_stats; i++) {
        int k = i - w->n_params;
        size_t n = k < 0 ? (size_t)w->params[i].n : (size_t)w->stats[k / 2].channels;
        float *mine = k < 0 ? w->params[i].data : k % 2 ? w->variance[k / 2] : w->mean[k / 2];
        if (to)
            memcpy(to + at, mine, n * sizeof *to);
        else
            memcpy(mine, from + at, n * sizeof *mine);
        at += n;
    }
}

void um_weights_get(const um_weights *w, float *to)
{
    copy(w, to, NULL);
}

void um_weights_set(const um_weights *w, const float *from)
{
    copy(w, NULL, from);
}

void um_weights_batch(const um_weights *w, const um_plan *plan, float *to)
{
    for (int i = 0; i < w->n_stats; i++) {
        um_stat s = um_plan_stat(plan, i);
        memcpy(to, s.batch_mean, (size_t)s.channels * sizeof *to);
        memcpy(to + s.channels, s.batch_variance, (size_t)s.channels * sizeof *to);
        to += 2 * s.channels;
    }
}

static void move_towards(float *running, const float *sum, int64_t n, double momentum, double factor)
{
    for (int64_t i = 0; i < n; i++)
        running[i] = (float)(momentum * running[i] + (1 - momentum) * factor * sum[i]);
}

void um_weights_run(const um_weights *w, const float *sum, double factor)
{
    for (int i = 0; i < w->n_stats; i++) {
        const um_stat *s = &w->stats[i];
        double unbiased = s->count > 1 ? (double)s->count / (double)(s->count - 1) : 1;
        move_towards(w->mean[i], sum, s->channels, (double)s->momentum, factor);
        move_towards(w->variance[i], sum + s->channels, s->channels, (double)s->momentum, factor * unbiased);
        sum += 2 * s->channels;
    }
}
