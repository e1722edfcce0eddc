/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_face.c: the network of manipulated faces as a task for the trainer. */
#include "task_face.h"
#include "base/base.h"
#include "eval/metrics.h"
#include "train/loss.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SCORE, BORDER }; /* outputs and targets */
enum { CELLS = FACE_MAP * FACE_MAP };
enum { MOST_SHOWN = 1500, MOST_PAIRS = 400 };
static const float UNKNOWN = -1; /* a cell of which nothing is said */

static void planes(float *to, const um_image *rgb)
{
    const int n = rgb->width * rgb->height;
    for (int y = 0; y < rgb->height; y++) {
        const uint8_t *p = rgb->data + y * rgb->stride;
        for (int x = 0; x < rgb->width; x++, to++, p += 3)
            for (int c = 0; c < 3; c++)
                to[c * n] = ((float)p[c] - 127.5f) / 127.5f;
    }
}

/* Does the network say where the border is? */
static bool has_border(const face_task *t)
{
    return t->border_scale > 0;
}

/* One of a pair. */
static void write_sample(const face_task *t, const face_pair *pair, bool fake, float *const *in,
                         float *const *target)
{
    planes(in[0], pair->picture[fake]);
    target[SCORE][0] = fake;
    for (int i = 0; i < CELLS && has_border(t); i++)
        target[BORDER][i] = !fake ? 0 : pair->blended ? pair->border[i] : UNKNOWN;
}

static um_status sample(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                        float *const *target, um_error *err)
{
    const face_task *t = user;
    face_pair pair;
    face_mix mix = t->mix;
    uint64_t own = t->seed ^ (uint64_t)epoch << 32 ^ (uint64_t)index / 2; /* both of a pair draw it alike */
    if (t->harden > 0)
        mix.hardness *= fminf(1, (float)epoch / (float)t->harden);
    own = um_random(&own);
    um_status st = face_pair_draw(&pair, t->set, &mix, own, err);
    if (st < 0)
        return st;
    write_sample(t, &pair, index % 2, in, target);
    face_pair_free(&pair);
    return UM_OK;
}

static um_status loss(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    const face_task *t = user;
    const int64_t n = (int64_t)b->n * CELLS;
    terms[0] = um_loss_bce(b->grad[SCORE], b->out[SCORE]->data, b->target[SCORE], NULL, b->n, 1. / b->n);
    if (!has_border(t))
        return UM_OK;
    float *weight = um_calloc((size_t)n, sizeof *weight);
    if (!weight)
        return um_fail_oom(err);
    for (int64_t i = 0; i < n; i++)
        weight[i] = b->target[BORDER][i] >= 0;
    terms[1] = um_loss_bce(b->grad[BORDER], b->out[BORDER]->data, b->target[BORDER], weight, n,
                           t->border_scale / (double)n);
    free(weight);
    return UM_OK;
}

/* --- validation --- */

static um_status sample_shown(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                              float *const *target, um_error *err)
{
    const face_task *t = user;
    um_image *face;
    const int item = t->shown[index];
    um_status st = face_alone(&face, t->set, item, err);
    if (st < 0)
        return st;
    planes(in[0], face);
    target[SCORE][0] = t->set->item[item].from->label == UM_LABEL_FAKE;
    um_image_free(&face);
    return UM_OK;
}

static um_status sample_pair(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                             float *const *target, um_error *err)
{
    const face_task *t = user;
    face_pair pair;
    um_status st = face_pair_of(&pair, t->set, t->pairs[index / 2], (uint64_t)index / 2 + 1, err);
    if (st < 0)
        return st;
    write_sample(t, &pair, index % 2, in, target);
    face_pair_free(&pair);
    return UM_OK;
}

typedef struct scores {
    um_trial *trial;
    int64_t n, most;
} scores;

static um_status see(void *user, const um_train_batch *b, um_error *err)
{
    scores *s = user;
    for (int i = 0; i < b->n && b->first + i < s->most; i++) {
        s->trial[b->first + i] =
            (um_trial){((const float *)b->out[SCORE]->data)[i], b->target[SCORE][i] > .5f};
        s->n = b->first + i + 1;
    }
    return UM_OK;
}

static double auc_of(scores *s)
{
    um_trials_sort(s->trial, (size_t)s->n);
    return um_auc(s->trial, (size_t)s->n);
}

/* The chance that a fake face scores above a real one of its own pair: what they show is the same, so that
 * neither person nor encoder help. */
static double auc_within_pairs(const scores *s, const face_task *t)
{
    double above = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const um_example *fake = t->set->item[t->shown[i]].from;
        for (int64_t k = 0; s->trial[i].positive && *fake->pair_id && k < s->n; k++)
            if (!s->trial[k].positive && !strcmp(fake->pair_id, t->set->item[t->shown[k]].from->pair_id)) {
                above += s->trial[i].score > s->trial[k].score   ? 1
                         : s->trial[i].score < s->trial[k].score ? 0
                                                                 : .5;
                n++;
            }
    }
    return n ? above / (double)n : NAN;
}

static um_status measure(double *auc, const um_train_task *task, const face_task *t, um_graph *graph,
                         FILE *csv, um_error *err)
{
    scores s = {.most = task->samples, .trial = um_calloc((size_t)task->samples + 1, sizeof *s.trial)};
    um_status st = s.trial ? um_train_evaluate(graph, task, 16, t->threads, see, &s, err) : um_fail_oom(err);
    for (int64_t i = 0; st == UM_OK && csv && i < s.n; i++) {
        const face_item *f = &t->set->item[t->shown[i]];
        fprintf(csv, "\"%s\",%d,%s,%s,%s,%s,%s,%.5f\n", f->from->name, f->frame,
                um_label_name(f->from->label), f->from->kind, f->from->generator, f->from->source,
                f->from->pair_id, s.trial[i].score);
    }
    if (st == UM_OK)
        *auc = task == &t->check && has_border(t) ? auc_within_pairs(&s, t) : auc_of(&s);
    free(s.trial);
    return st;
}

um_status face_task_measure(face_task *t, um_graph *graph, double metrics[3], FILE *csv, um_error *err)
{
    um_status st = UM_OK;
    metrics[1] = metrics[2] = NAN;
    if (t->n_shown)
        st = measure(&metrics[1], &t->check, t, graph, csv, err);
    if (st == UM_OK && t->n_pairs)
        st = measure(&metrics[2], &t->check_pairs, t, graph, NULL, err);
    metrics[0] = isnan(metrics[1])   ? metrics[2]
                 : isnan(metrics[2]) ? metrics[1]
                                     : (metrics[1] + metrics[2]) / 2;
    return st;
}

static um_status validate(void *user, um_graph *graph, double *metrics, um_error *err)
{
    double m[3];
    um_status st = face_task_measure(user, graph, m, NULL, err);
    const face_task *t = user;
    for (int i = 0; i < t->task.n_metrics; i++)
        metrics[i] = isnan(m[i]) ? 0 : 100 * m[i];
    return st;
}

/* Evenly, at most `most` of all items that are `held` or not and, where asked, real. */
static int choose(int *out, const face_set *set, bool held, bool real_only, int most)
{
    int n = 0;
    for (int i = 0; i < set->n; i++)
        if (set->item[i].held == held && !(real_only && set->item[i].from->label != UM_LABEL_REAL))
            out[n++] = i;
    const int all = n;
    for (n = 0; n < all && n < most; n++)
        out[n] = out[all <= most ? n : (int)((int64_t)n * all / most)];
    return n;
}

um_status face_task_new(face_task *t, const face_set *set, const face_mix *mix, int harden,
                        double border_scale, int samples, int threads, uint64_t seed, um_error *err)
{
    *t = (face_task){.set = set,
                     .mix = *mix,
                     .harden = harden,
                     .border_scale = border_scale,
                     .threads = threads,
                     .seed = seed,
                     .shown = um_calloc((size_t)set->n + 1, sizeof *t->shown),
                     .pairs = um_calloc((size_t)set->n + 1, sizeof *t->pairs)};
    if (!t->shown || !t->pairs) {
        face_task_free(t);
        return um_fail_oom(err);
    }
    t->n_shown = choose(t->shown, set, true, false, MOST_SHOWN);
    if (has_border(t))
        t->n_pairs = choose(t->pairs, set, true, true, MOST_PAIRS);
    if (!t->n_pairs && has_border(t))
        t->n_pairs = choose(t->pairs, set, false, true, MOST_PAIRS);
    t->task = (um_train_task){
        .name = "faces",
        .n_in = 1,
        .n_targets = has_border(t) ? 2 : 1,
        .in = {{3, {3, FACE_SIDE, FACE_SIDE}}},
        .target = {{1, {1}}, {1, {CELLS}}},
        .samples = samples,
        .together = 2,
        .n_terms = has_border(t) ? 2 : 1,
        .term = {"class", "border"},
        .n_metrics = has_border(t) ? 3 : 2,
        .metric = {"AUC %", has_border(t) ? "AUC % within pairs set aside" : "AUC % of faces set aside",
                   "AUC % of blended pairs"},
        .user = t,
        .sample = sample,
        .loss = loss,
        .validate = validate};
    t->check = t->check_pairs = t->task;
    t->check.samples = t->n_shown;
    t->check.sample = sample_shown;
    t->check_pairs.samples = 2 * (int64_t)t->n_pairs;
    t->check_pairs.sample = sample_pair;
    return UM_OK;
}

void face_task_free(face_task *t)
{
    free(t->shown);
    free(t->pairs);
    t->shown = t->pairs = NULL;
}
