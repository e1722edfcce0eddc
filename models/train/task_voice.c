/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_voice.c: the voice network as a task for the trainer. */
#include "task_voice.h"
#include "train/loss.h"
#include <stdlib.h>
#include <string.h>

enum { FAKE };                       /* output and target */
static const float SMOOTHING = .05f; /* some labels rest on file names */

/* ---- makers, one a thread at a time ---- */

static um_status lease(voice_task *t, voice_maker **out, um_error *err)
{
    *out = NULL;
    pthread_mutex_lock(&t->lock);
    if (t->n_makers)
        *out = t->maker[--t->n_makers];
    pthread_mutex_unlock(&t->lock);
    return *out ? UM_OK : voice_maker_new(out, &t->front, err);
}

static void give_back(voice_task *t, voice_maker *m)
{
    pthread_mutex_lock(&t->lock);
    if (um_grow(&t->maker, &t->makers_capacity, t->n_makers + 1, 1024, sizeof(voice_maker *))) {
        t->maker[t->n_makers++] = m;
        m = NULL;
    }
    pthread_mutex_unlock(&t->lock);
    voice_maker_free(&m);
}

/* ---- training ---- */

static um_status sample(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                        float *const *target, um_error *err)
{
    voice_task *t = user;
    voice_maker *m;
    voice_origin o;
    um_status st = lease(t, &m, err);
    if (st < 0)
        return st;
    /* neighbours share all draws: a pair. `seed` is that of one sample alone. */
    uint64_t of_pair = t->seed + (uint64_t)(epoch * t->task.samples + index) / 2;
    rng r = {um_random(&of_pair)};
    const bool fake = index % 2;
    st = voice_draw(m, &o, t->set, &t->mix, fake, rng_next(&r), err);
    if (st == UM_OK) {
        voice_map(m, in[0]);
        voice_cover(in[0], &t->front, t->mix.masks, &r);
        target[FAKE][0] = fake ? 1 - SMOOTHING : SMOOTHING;
    }
    give_back(t, m);
    return st;
}

static um_status loss(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    terms[0] = um_loss_bce(b->grad[FAKE], b->out[FAKE]->data, b->target[FAKE], NULL, b->n, 1. / b->n);
    return UM_OK;
}

/* ---- scores ---- */

typedef struct listening {
    voice_task *t;
    float strength;
    bool opus;
    int *voice, *start; /* of each window */
    int n;
    double *sum;
    int *count;
} listening;

static um_status hear(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                      float *const *target, um_error *err)
{
    listening *l = user;
    voice_maker *m;
    um_status st = lease(l->t, &m, err);
    if (st < 0)
        return st;
    st = voice_window(m, l->t->set, l->voice[index], l->start[index], l->strength, l->opus, seed, err);
    if (st == UM_OK)
        voice_map(m, in[0]);
    give_back(l->t, m);
    return st;
}

static um_status see(void *user, const um_train_batch *b, um_error *err)
{
    listening *l = user;
    for (int i = 0; i < b->n && b->first + i < l->n; i++) {
        const int v = l->voice[b->first + i];
        l->sum[v] += ((const float *)b->out[FAKE]->data)[i];
        l->count[v]++;
    }
    return UM_OK;
}

um_status voice_scores(double *score, voice_task *t, um_graph *graph, bool (*wanted)(const voice *v),
                       float strength, bool opus, um_error *err)
{
    const voice_set *set = t->set;
    const size_t most = (size_t)set->n * VOICE_WINDOWS + 1;
    listening l = {.t = t, .strength = strength, .opus = opus};
    um_status st = UM_OK;
    l.voice = um_calloc(most, sizeof *l.voice);
    l.start = um_calloc(most, sizeof *l.start);
    l.sum = um_calloc((size_t)set->n + 1, sizeof *l.sum);
    l.count = um_calloc((size_t)set->n + 1, sizeof *l.count);
    if (!l.voice || !l.start || !l.sum || !l.count)
        st = um_fail_oom(err);
    for (int i = 0; i < set->n && st == UM_OK; i++) {
        const int room = set->voice[i].n - VOICE_PIECE;
        const int windows = room <= 0 ? 1 : um_clampi(1 + room / (VOICE_WINDOW / 2), 2, VOICE_WINDOWS);
        for (int k = 0; k < windows && wanted(&set->voice[i]); k++) {
            l.voice[l.n] = i;
            l.start[l.n++] = windows > 1 ? (int)((int64_t)room * k / (windows - 1)) : 0;
        }
    }
    um_train_task check = t->task;
    check.user = &l;
    check.samples = l.n;
    check.sample = hear;
    if (st == UM_OK && l.n)
        st = um_train_evaluate(graph, &check, 16, t->threads, see, &l, err);
    for (int i = 0; i < set->n && st == UM_OK; i++)
        score[i] = l.count[i] ? l.sum[i] / l.count[i] : NAN;
    free(l.voice);
    free(l.start);
    free(l.sum);
    free(l.count);
    return st;
}

static bool is_held(const voice *v)
{
    return v->held;
}

static um_status validate(void *user, um_graph *graph, double *metrics, um_error *err)
{
    voice_task *t = user;
    double *score = um_calloc((size_t)t->set->n + 1, sizeof *score);
    um_trial *trial = um_calloc((size_t)t->set->n + 1, sizeof *trial);
    um_status st = score && trial ? UM_OK : um_fail_oom(err);
    for (int round = 0; round < 2 && st == UM_OK; round++) { /* as they are, and spoiled */
        size_t n = 0;
        if ((st = voice_scores(score, t, graph, is_held, (float)round, false, err)) < 0)
            break;
        for (int i = 0; i < t->set->n; i++)
            if (isfinite(score[i]))
                trial[n++] = (um_trial){score[i], t->set->voice[i].fake};
        um_trials_sort(trial, n);
        metrics[1 + 2 * round] = -100 * um_equal_error(trial, n);
        metrics[2 + 2 * round] = 100 * um_auc(trial, n);
    }
    metrics[0] = (metrics[2] + metrics[4]) / 2; /* steadier than an equal error rate of few */
    free(score);
    free(trial);
    return st;
}

/* Of each voice set aside, as it is and through Opus: which is which? */
static um_status validate_opus(void *user, um_graph *graph, double *metrics, um_error *err)
{
    voice_task *t = user;
    double *score = um_calloc((size_t)t->set->n + 1, sizeof *score);
    um_trial *trial = um_calloc(2 * (size_t)t->set->n + 1, sizeof *trial);
    um_status st = score && trial ? UM_OK : um_fail_oom(err);
    size_t n = 0;
    for (int opus = 0; opus < 2 && st == UM_OK; opus++) {
        st = voice_scores(score, t, graph, is_held, 0, opus, err);
        for (int i = 0; i < t->set->n && st == UM_OK; i++)
            if (isfinite(score[i]))
                trial[n++] = (um_trial){score[i], opus};
    }
    if (st == UM_OK) {
        um_trials_sort(trial, n);
        metrics[0] = 100 * um_auc(trial, n);
        metrics[1] = -100 * um_equal_error(trial, n);
    }
    free(score);
    free(trial);
    return st;
}

um_status voice_task_new(voice_task *t, const voice_set *set, const voice_mix *mix,
                         const um_front_spec *front, int64_t samples, int threads, uint64_t seed,
                         um_error *err)
{
    bool held = false;
    memset(t, 0, sizeof *t);
    t->set = set;
    t->mix = *mix;
    t->front = *front;
    t->threads = threads;
    t->seed = seed << 32;
    pthread_mutex_init(&t->lock, NULL);
    for (int i = 0; i < set->n; i++)
        held |= is_held(&set->voice[i]);
    t->task = (um_train_task){
        .name = "voice",
        .n_in = 1,
        .n_targets = 1,
        .in = {{3, {um_front_planes(front), um_front_rows(front), front->frames}}},
        .target = {{1, {1}}},
        .samples = samples / 2 * 2,
        .together = 2,
        .n_terms = 1,
        .term = {"fake"},
        .n_metrics = 5,
        .metric = {"AUC %, mean of both", "minus EER %", "AUC %", "minus EER % spoiled", "AUC % spoiled"},
        .user = t,
        .sample = sample,
        .loss = loss,
        .validate = held ? validate : NULL};
    if (mix->opus) {
        t->task.n_metrics = 2;
        t->task.metric[0] = "AUC %";
        t->task.metric[1] = "minus EER %";
        t->task.validate = held ? validate_opus : NULL;
    }
    return UM_OK;
}

void voice_task_free(voice_task *t)
{
    while (t->n_makers)
        voice_maker_free(&t->maker[--t->n_makers]);
    free(t->maker);
    pthread_mutex_destroy(&t->lock);
    memset(t, 0, sizeof *t);
}
