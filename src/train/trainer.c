/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trainer.c: the training loop: shards, steps, validation, checkpoints. */
#include "train/trainer.h"
#include "train/loader.h"
#include "train/log.h"
#include "train/weights.h"
#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the processes tell each other in every step beside the gradient. */
enum { FAILED, CANCELLED, OUT_OF_TIME, TERMS, NEWS = TERMS + UM_TRAIN_TERMS };

typedef struct trainer {
    um_graph *graph;
    const um_train_task *task;
    const um_train_options *options;
    um_comm *comm;
    um_pool *pool;
    um_plan **plans; /* one per thread; shards take turns on them */
    int n_plans, n_local, per_shard;
    um_weights weights;
    um_optimizer *optimizer;
    um_loader *loader;
    um_train_log *log;

    float *const *in, *const *target; /* of the batch in work */
    double *terms;                    /* [n_local][UM_TRAIN_TERMS] */
    um_status *statuses;              /* [n_local] */
    um_error *errors;
    _Atomic int next, turn; /* shards are taken in order, and added up in order */

    /* [weights.n] each: the sum over the shards, of gradients and then of statistics; the weights now, needed
     * only between steps and so in the same place; averaged weights (NULL without averaging), and the best of
     * them (NULL without validation) */
    float *sum, *now, *mean, *best;
    float **batch; /* [n_plans][weights.n_batch]: statistics on their way into the sum */
    um_train_state state;

    double started, seconds_before, waited; /* this run */
    double window_started, window_waited;   /* since the last log line */
    int64_t first_step, window_first;
} trainer;

um_train_options um_train_defaults(void)
{
    return (um_train_options){.steps = 1000,
                              .batch = 32,
                              .shards = 2,
                              .threads = 2,
                              .loaders = 1,
                              .ahead = 3,
                              .seed = 1,
                              .optimizer = {.kind = UM_ADAMW, .decay = .01},
                              .rate = 1e-3,
                              .warmup = 200,
                              .floor = .01,
                              .clip_norm = 5,
                              .average = .999,
                              .log_every = 20,
                              .validate_every = 500};
}

/* Sides that the network leaves open fit anything. */
static bool fits(const um_value_info *v, const um_train_shape *s)
{
    bool same = v->rank < 0 || v->rank == s->rank + 1;
    for (int i = 0; same && i < s->rank && v->rank > 0; i++)
        same = v->dim[i + 1] < 0 || v->dim[i + 1] == s->dim[i];
    return same;
}

static um_status check_shapes(const um_graph *g, const um_train_task *t, um_error *err)
{
    for (int k = 0; k < t->n_in; k++) {
        char sides[24 * UM_MAX_RANK] = "";
        for (int i = 0, at = 0; i < t->in[k].rank; i++)
            at += snprintf(sides + at, sizeof sides - (size_t)at, "%s%lld", i ? " x " : "",
                           (long long)t->in[k].dim[i]);
        if (!fits(&g->input_info[k], &t->in[k]))
            return um_fail(err, UM_EINVAL,
                           "%s: input '%s' has another shape than %s, which the task '%s' gives", g->file,
                           g->input_info[k].name, sides, t->name);
    }
    return UM_OK;
}

static um_status check(const um_graph *g, const um_train_task *t, const um_train_options *o,
                       const um_comm *comm, um_error *err)
{
    if (o->shards < 1 || o->shards > UM_TRAIN_SHARDS || o->batch < o->shards || o->batch % o->shards)
        return um_fail(err, UM_EINVAL, "%s: a batch of %d does not split into %d shards", t->name, o->batch,
                       o->shards);
    if (comm && comm->size > o->shards)
        return um_fail(err, UM_EINVAL, "%s: %d processes for %d shards", t->name, comm->size, o->shards);
    if (t->n_in != g->n_inputs || t->n_in > UM_TRAIN_PORTS || g->n_outputs > UM_TRAIN_PORTS ||
        t->n_targets > UM_TRAIN_PORTS || t->n_terms < 1 || t->n_terms > UM_TRAIN_TERMS ||
        t->n_metrics > UM_TRAIN_METRICS || (t->validate && !t->n_metrics))
        return um_fail(err, UM_EINVAL, "%s: the task does not fit the network %s", t->name, g->file);
    if (t->samples < 1 || o->steps < 1 || o->threads < 1 || o->loaders < 1 || o->ahead < 1 ||
        o->log_every < 1 || o->validate_every < 1)
        return um_fail(err, UM_EINVAL, "%s: samples, steps and threads must be positive", t->name);
    return check_shapes(g, t, err);
}

/* A dry run on zeros: memory and kernels are then ready, and statistics known. */
static um_status make_plan(um_plan **out, trainer *t, um_error *err)
{
    um_tensor store[UM_TRAIN_PORTS];
    const um_tensor *in[UM_TRAIN_PORTS], *answer[UM_TRAIN_PORTS];
    float *zero[UM_TRAIN_PORTS] = {NULL};
    um_status st = UM_OK;
    for (int k = 0; k < t->task->n_in && st == UM_OK; k++)
        if (!(zero[k] = um_calloc_aligned((size_t)(t->per_shard * um_train_elements(&t->task->in[k])),
                                          sizeof(float))))
            st = um_fail_oom(err);
    if (st == UM_OK) {
        um_train_tensors(t->task, t->per_shard, zero, 0, store, in);
        st = um_plan_new_training(out, t->graph, in, err);
    }
    if (st == UM_OK)
        st = um_plan_run(*out, in, answer, err);
    for (int k = 0; k < t->task->n_in; k++)
        free(zero[k]);
    return st;
}

static um_status prepare(trainer *t, um_error *err)
{
    const um_train_options *o = t->options;
    um_status st;
    int rank = t->comm ? t->comm->rank : 0, size = t->comm ? t->comm->size : 1;
    t->per_shard = o->batch / o->shards;
    t->n_local = (o->shards - rank + size - 1) / size;
    t->n_plans = o->threads < t->n_local ? o->threads : t->n_local;
    if (!(t->plans = um_calloc((size_t)t->n_plans, sizeof *t->plans)))
        return um_fail_oom(err);
    for (int i = 0; i < t->n_plans; i++)
        if ((st = make_plan(&t->plans[i], t, err)) < 0)
            return st;
    if (!um_plan_n_params(t->plans[0]))
        return um_fail(err, UM_EINVAL, "%s: nothing in it can learn", t->graph->file);
    if ((st = um_weights_new(&t->weights, t->graph, t->plans[0], err)) < 0 ||
        (st = um_pool_new(&t->pool, t->n_plans, err)) < 0 ||
        (st = um_optimizer_new(&t->optimizer, &o->optimizer, t->weights.params, t->weights.n_params, err)) <
            0)
        return st;
    size_t n = t->weights.n, local = (size_t)t->n_local;
    t->terms = um_calloc(local * UM_TRAIN_TERMS, sizeof(double));
    t->statuses = um_calloc(local, sizeof *t->statuses);
    t->errors = um_calloc(local, sizeof *t->errors);
    t->sum = um_calloc_aligned(n, sizeof(float));
    t->now = t->sum;
    t->mean = o->average > 0 ? um_calloc_aligned(n, sizeof(float)) : NULL;
    t->best = t->task->validate ? um_calloc_aligned(n, sizeof(float)) : NULL;
    t->batch = um_calloc((size_t)t->n_plans, sizeof *t->batch);
    if (!t->terms || !t->statuses || !t->errors || !t->sum || (o->average > 0 && !t->mean) ||
        (t->task->validate && !t->best) || !t->batch)
        return um_fail_oom(err);
    for (int i = 0; i < t->n_plans; i++)
        if (!(t->batch[i] = um_calloc(t->weights.n_batch, sizeof(float))))
            return um_fail_oom(err);
    if (t->mean)
        um_weights_get(&t->weights, t->mean);
    return UM_OK;
}

static void release(trainer *t)
{
    um_loader_free(&t->loader);
    um_train_log_close(&t->log);
    um_optimizer_free(&t->optimizer);
    um_pool_free(&t->pool);
    um_weights_free(&t->weights);
    for (int i = 0; t->plans && i < t->n_plans; i++)
        um_plan_free(&t->plans[i]);
    free(t->plans);
    free(t->terms);
    free(t->statuses);
    free(t->errors);
    free(t->sum);
    for (int i = 0; t->batch && i < t->n_plans; i++)
        free(t->batch[i]);
    free(t->batch);
    free(t->mean);
    free(t->best);
}

/* --- what is kept --- */

static bool is_first(const trainer *t)
{
    return !t->comm || t->comm->rank == 0;
}

static int arrays(trainer *t, um_train_array *out)
{
    int n = 0;
    out[n++] = (um_train_array){t->now, t->weights.n};
    if (t->mean)
        out[n++] = (um_train_array){t->mean, t->weights.n};
    if (t->best)
        out[n++] = (um_train_array){t->best, t->weights.n};
    for (int i = 0; i < um_optimizer_arrays(t->optimizer); i++)
        out[n++] = (um_train_array){um_optimizer_array(t->optimizer, i), t->weights.n_grads};
    return n;
}

static double seconds(const trainer *t)
{
    return t->seconds_before + um_now_s() - t->started;
}

static um_status save(trainer *t, um_error *err)
{
    um_train_array a[UM_CHECKPOINT_ARRAYS];
    if (!is_first(t) || !t->options->checkpoint)
        return UM_OK;
    t->state.optimizer_steps = um_optimizer_steps(t->optimizer);
    t->state.seconds = seconds(t);
    um_weights_get(&t->weights, t->now);
    return um_checkpoint_write(t->options->checkpoint, t->graph, &t->state, a, arrays(t, a), err);
}

static um_status start(trainer *t, um_error *err)
{
    const um_train_options *o = t->options;
    um_train_array a[UM_CHECKPOINT_ARRAYS];
    um_status st;
    t->state = (um_train_state){
        .seed = o->seed, .batch = o->batch, .shards = o->shards, .best_step = -1, .best = -INFINITY};
    if (o->resume && o->checkpoint && access(o->checkpoint, F_OK) == 0) {
        if ((st = um_checkpoint_read(o->checkpoint, t->graph, &t->state, a, arrays(t, a), err)) < 0)
            return st;
        um_weights_set(&t->weights, t->now);
        um_optimizer_set_steps(t->optimizer, t->state.optimizer_steps);
    }
    t->first_step = t->window_first = t->state.step;
    t->seconds_before = t->state.seconds;
    um_loader_options l = {.first_step = t->state.step,
                           .steps = o->steps > t->state.step ? o->steps : t->state.step,
                           .batch = o->batch,
                           .shards = o->shards,
                           .rank = t->comm ? t->comm->rank : 0,
                           .size = t->comm ? t->comm->size : 1,
                           .threads = o->loaders,
                           .ahead = o->ahead,
                           .seed = o->seed};
    if ((st = um_loader_new(&t->loader, t->task, &l, err)) < 0)
        return st;
    return um_train_log_open(&t->log, is_first(t) ? o->log : NULL, t->state.step, err);
}

/* --- a step --- */

static um_status run_shard(trainer *t, um_plan *plan, float *statistics, int k, um_error *err)
{
    const um_train_task *task = t->task;
    um_tensor store[UM_TRAIN_PORTS];
    const um_tensor *in[UM_TRAIN_PORTS], *out[UM_TRAIN_PORTS];
    const float *samples[UM_TRAIN_PORTS], *target[UM_TRAIN_PORTS];
    float *grad[UM_TRAIN_PORTS];
    int64_t first = (int64_t)k * t->per_shard;
    um_status st;
    um_train_tensors(task, t->per_shard, t->in, first, store, in);
    if ((st = um_plan_run(plan, in, out, err)) < 0)
        return st;
    for (int i = 0; i < task->n_in; i++)
        samples[i] = in[i]->data;
    for (int i = 0; i < task->n_targets; i++)
        target[i] = t->target[i] + first * um_train_elements(&task->target[i]);
    for (int i = 0; i < t->graph->n_outputs; i++)
        grad[i] = um_plan_grad(plan, i);
    um_train_batch batch = {
        .shard = k, .n = t->per_shard, .in = samples, .target = target, .out = out, .grad = grad};
    if ((st = task->loss(task->user, &batch, t->terms + k * UM_TRAIN_TERMS, err)) < 0 ||
        (st = um_plan_backward(plan, err)) < 0)
        return st;
    um_weights_batch(&t->weights, plan, statistics);
    return UM_OK;
}

UM_KERNEL(add, (float *restrict sum, const float *restrict x, size_t n), (sum, x, n))
{
    for (size_t i = 0; i < n; i++)
        sum[i] += x[i];
}

/* The earliest shard in work never waits, so each gets its turn. */
static void add_in_turn(trainer *t, const um_plan *plan, const float *statistics, int k)
{
    size_t n;
    const float *grads = um_plan_grads(plan, &n);
    while (atomic_load(&t->turn) != k)
        sched_yield();
    if (k == 0) {
        memcpy(t->sum, grads, n * sizeof *t->sum);
        memcpy(t->sum + n, statistics, t->weights.n_batch * sizeof *t->sum);
    } else {
        add(t->sum, grads, n);
        add(t->sum + n, statistics, t->weights.n_batch);
    }
    atomic_store(&t->turn, k + 1);
}

static void run_part(void *context, int part)
{
    trainer *t = context;
    for (int k; (k = atomic_fetch_add(&t->next, 1)) < t->n_local;) {
        t->statuses[k] = run_shard(t, t->plans[part], t->batch[part], k, &t->errors[k]);
        add_in_turn(t, t->plans[part], t->batch[part], k);
    }
}

/* Fills news and t->sum with the sums over all shards, in their order within a process. */
static um_status forward_backward(trainer *t, double *news, um_error *err)
{
    um_status st = um_loader_next(t->loader, &t->in, &t->target, &t->waited, err);
    if (st == UM_OK) {
        atomic_store(&t->next, 0);
        atomic_store(&t->turn, 0);
        um_pool_run(t->pool, run_part, t, t->n_plans);
        for (int k = 0; k < t->n_local && st == UM_OK; k++)
            if ((st = t->statuses[k]) < 0)
                um_fail(err, st, "%s", t->errors[k].text);
    }
    news[FAILED] = st < 0;
    if (st == UM_OK) {
        for (int k = 0; k < t->n_local; k++)
            for (int i = 0; i < t->task->n_terms; i++)
                news[TERMS + i] += t->terms[k * UM_TRAIN_TERMS + i];
    }
    if (!t->comm || t->comm->size == 1)
        return st;
    um_status all = t->comm->sum_f64(t->comm, news, NEWS, st < 0 ? NULL : err);
    if (st < 0 || all < 0)
        return st < 0 ? st : all;
    if (news[FAILED] > 0)
        return um_fail(err, UM_EIO, "%s: another process failed", t->task->name);
    return t->comm->sum_f32(t->comm, t->sum, t->weights.n, err);
}

static um_status step(trainer *t, double *news, um_error *err)
{
    const um_train_options *o = t->options;
    um_train_state *s = &t->state;
    um_status st = forward_backward(t, news, err);
    if (st < 0)
        return st;
    double norm = um_norm2(t->sum, t->weights.n_grads) / o->shards, loss = 0;
    for (int i = 0; i < t->task->n_terms; i++)
        loss += news[TERMS + i] /= o->shards;
    if (!isfinite(norm) || !isfinite(loss))
        return um_fail(err, UM_EINVAL,
                       "%s: step %lld: the loss or its gradient is no number; a lower rate may help",
                       t->task->name, (long long)s->step);
    um_optimizer_step(t->optimizer, t->sum, um_clip_factor(norm, o->clip_norm) / o->shards,
                      o->rate * um_schedule(s->step, o->steps, o->warmup, o->floor));
    um_weights_run(&t->weights, t->sum + t->weights.n_grads, 1. / o->shards);
    if (t->mean) {
        um_weights_get(&t->weights, t->now);
        um_average(t->mean, t->now, t->weights.n, um_average_keep(o->average, s->step));
    }
    for (int i = 0; i < t->task->n_terms; i++)
        s->window[i] += news[TERMS + i];
    s->window_norm += norm;
    s->window_steps++;
    s->step++;
    return UM_OK;
}

/* --- between steps --- */

/* Only the first process measures; the others get its numbers. */
static um_status measure(trainer *t, double *metrics, um_error *err)
{
    um_status st = UM_OK;
    double news[UM_TRAIN_METRICS + 1] = {0};
    um_weights_get(&t->weights, t->now);
    if (is_first(t)) {
        if (t->mean)
            um_weights_set(&t->weights, t->mean);
        st = t->task->validate(t->task->user, t->graph, news, err);
        um_weights_set(&t->weights, t->now);
        news[UM_TRAIN_METRICS] = st < 0;
    }
    if (t->comm && t->comm->size > 1) {
        um_status all = t->comm->sum_f64(t->comm, news, UM_TRAIN_METRICS + 1, st < 0 ? NULL : err);
        if (st == UM_OK && all < 0)
            return all;
        if (st == UM_OK && news[UM_TRAIN_METRICS] > 0)
            return um_fail(err, UM_EIO, "%s: the first process failed", t->task->name);
    }
    memcpy(metrics, news, UM_TRAIN_METRICS * sizeof *metrics);
    return st;
}

static um_status validate(trainer *t, um_error *err)
{
    const um_train_options *o = t->options;
    um_train_state *s = &t->state;
    double metrics[UM_TRAIN_METRICS];
    um_status st;
    if (s->checked == s->step)
        return UM_OK;
    s->checked = s->step;
    s->seconds = seconds(t);
    bool better = true;
    if (t->task->validate) {
        if ((st = measure(t, metrics, err)) < 0)
            return st;
        better = s->best_step < 0 || metrics[0] > s->best || (isnan(s->best) && !isnan(metrics[0]));
        if ((st = um_train_log_metrics(t->log, t->task, s, metrics, better, err)) < 0)
            return st;
    }
    s->waited = better ? 0 : s->waited + 1;
    if (better) {
        s->best = t->task->validate ? metrics[0] : NAN;
        s->best_step = s->step;
        if (t->best)
            memcpy(t->best, t->mean ? t->mean : t->now, t->weights.n * sizeof *t->best);
    }
    return is_first(t) && o->curves && o->log ? um_curves_write(o->curves, o->log, t->task->name, err)
                                              : UM_OK;
}

static um_train_progress progress(const trainer *t)
{
    const um_train_options *o = t->options;
    const um_train_state *s = &t->state;
    double now = um_now_s(), elapsed = now - t->window_started;
    um_train_progress p = {.step = s->step,
                           .steps = o->steps,
                           .epoch = (double)s->step * o->batch / (double)t->task->samples,
                           .rate = o->rate * um_schedule(s->step - 1, o->steps, o->warmup, o->floor),
                           .seconds = seconds(t),
                           .best = s->best_step < 0 ? NAN : s->best};
    for (int i = 0; i < t->task->n_terms; i++)
        p.loss += s->window[i] / (double)s->window_steps;
    p.samples_per_s = elapsed > 0 ? (double)((s->step - t->window_first) * o->batch) / elapsed : 0;
    p.utilisation = elapsed > 0 ? um_clampd(1 - (t->waited - t->window_waited) / elapsed, 0, 1) : 0;
    p.eta_s = (double)(o->steps - s->step) * (now - t->started) / (double)(s->step - t->first_step);
    if (o->max_seconds > 0)
        p.eta_s = fmin(p.eta_s, fmax(0, o->max_seconds - p.seconds));
    return p;
}

/* The log line of the last steps, where one is due. */
static um_status note(trainer *t, um_train_result *result, um_error *err)
{
    um_train_state *s = &t->state;
    um_status st = UM_OK;
    if (s->step % t->options->log_every && s->step < t->options->steps)
        return UM_OK;
    um_train_progress p = progress(t);
    result->loss = p.loss;
    st = um_train_log_steps(t->log, t->task, s, &p, err);
    memset(s->window, 0, sizeof s->window);
    s->window_norm = 0;
    s->window_steps = 0;
    t->window_first = s->step;
    t->window_started = um_now_s();
    t->window_waited = t->waited;
    return st;
}

static um_status loop(trainer *t, um_train_result *result, um_error *err)
{
    const um_train_options *o = t->options;
    um_train_state *s = &t->state;
    um_status st;
    bool cancelled = false;
    result->end = UM_TRAIN_STEPS;
    for (;;) {
        if ((s->step % o->validate_every == 0 || s->step >= o->steps) && s->checked != s->step)
            if ((st = validate(t, err)) < 0 || (st = save(t, err)) < 0)
                return st;
        if (s->step >= o->steps)
            return UM_OK;
        if (o->patience && s->waited >= o->patience) {
            result->end = UM_TRAIN_PATIENCE;
            return UM_OK;
        }
        double news[NEWS] = {
            [CANCELLED] = cancelled, [OUT_OF_TIME] = o->max_seconds > 0 && seconds(t) > o->max_seconds};
        if ((st = step(t, news, err)) < 0)
            return st;
        um_train_progress p = progress(t);
        if ((st = note(t, result, err)) < 0)
            return st;
        if (o->progress && !o->progress(o->progress_user, &p))
            cancelled = true;
        if (news[CANCELLED] > 0 || (cancelled && (!t->comm || t->comm->size == 1))) {
            if ((st = save(t, err)) < 0)
                return st;
            return um_fail(err, UM_ECANCELLED, "%s: stopped at step %lld", t->task->name, (long long)s->step);
        }
        if (news[OUT_OF_TIME] > 0) { /* saved before the validation that a longer run would not have made */
            result->end = UM_TRAIN_TIME;
            return (st = save(t, err)) < 0 ? st : validate(t, err);
        }
    }
}

um_status um_train_network(um_graph *graph, const um_train_task *task, const um_train_options *options,
                           um_train_result *result, um_error *err)
{
    trainer t = {.graph = graph, .task = task, .options = options, .comm = options->comm};
    *result = (um_train_result){0};
    um_status st = check(graph, task, options, options->comm, err);
    if (st == UM_OK)
        st = prepare(&t, err);
    if (st == UM_OK)
        st = start(&t, err);
    t.started = t.window_started = um_now_s();
    if (st == UM_OK)
        st = loop(&t, result, err);
    if (st == UM_OK) {
        double elapsed = um_now_s() - t.started;
        if (t.best || t.mean)
            um_weights_set(&t.weights, t.best ? t.best : t.mean);
        result->steps = t.state.step;
        result->best_step = t.state.best_step;
        result->best = t.state.best;
        result->seconds = seconds(&t);
        result->samples_per_s = (double)((t.state.step - t.first_step) * options->batch) / elapsed;
        result->utilisation = um_clampd(1 - t.waited / elapsed, 0, 1);
    }
    release(&t);
    return st;
}
