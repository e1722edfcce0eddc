/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_landmarks.c: the landmark network as a task for the trainer. */
#include "base/base.h"
#include "tasks.h"
#include "train/loss.h"
#include <stdlib.h>
#include <string.h>

/* Outputs and targets; EXTRA target: opening left, right, is a face, weights of both openings. */
enum { POINTS, EXTRA, SURE };
enum { N_VALUES = 2 * UM_N_LANDMARKS, N_EXTRA_OUT = 4, N_EXTRA = 5 };

/* Wing loss (Feng et al. 2018) in units of the crop: its published 10 and 2 pixels of 256, for 112. */
static const double WING_WIDTH = .04, WING_CURVE = .008;
static const double POINTS_SCALE = 20, OPENING_SCALE = 1, OPENING_KNEE = .05, FACE_SCALE = .2,
                    TRUST_SCALE = .1;
static const double LABEL_ERROR = .04;
static const double HALF_ERROR =
    .1; /* of the eye distance: points that are off by more are commonly called failures */
static const double LEAST_EYES = .25; /* of the crop: in a profile the corners are close to each other */

void planes_of(float *to, const um_image *rgb)
{
    int n = rgb->width * rgb->height;
    for (int y = 0; y < rgb->height; y++) {
        const uint8_t *p = rgb->data + y * rgb->stride;
        for (int x = 0; x < rgb->width; x++, to++, p += 3)
            for (int c = 0; c < 3; c++)
                to[c * n] = ((float)p[c] - 127.5f) / 127.5f;
    }
}

static um_status write_sample(const landmark_set *set, int item, uint64_t seed, const sample_mix *mix,
                              float *const *in, float *const *target, um_error *err)
{
    um_image *crop;
    landmark_truth t;
    um_status st = landmark_sample(&crop, &t, set, item, seed, mix, err);
    if (st < 0)
        return st;
    planes_of(in[0], crop);
    um_image_free(&crop);
    memcpy(target[POINTS], t.points, sizeof t.points);
    const float extra[N_EXTRA] = {t.opening[0], t.opening[1], t.is_face, t.opening_sure[0],
                                  t.opening_sure[1]};
    memcpy(target[EXTRA], extra, sizeof extra);
    memcpy(target[SURE], t.sure, sizeof t.sure);
    return UM_OK;
}

static um_status sample(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                        float *const *target, um_error *err)
{
    const landmark_task *t = user;
    return write_sample(&t->train, (int)index, seed, &t->mix, in, target, err);
}

static um_status sample_validation(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                                   float *const *target, um_error *err)
{
    const landmark_task *t = user;
    return write_sample(&t->validation, (int)index, seed, NULL, in, target, err);
}

/* Eyelids and lips carry blinking and lip-sync. */
static float weight_of_point(int i)
{
    return i >= 36 && i < 48 ? 3 : i >= 48 ? 1.5f : 1;
}

/* What the fourth number is to say of a crop with a face: 1 for points that are right, .5 where their mean
 * error is HALF_ERROR of the eye distance, 0 where they are wrong. Labels of machines are not held against
 * the points for LABEL_ERROR, which is about what they are off themselves. No gradient flows through it to
 * the points. */
static float trust_in(const um_point *got, const um_point *want, const float *sure)
{
    double sum = 0, n = 0, best = 0;
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        sum += sure[i] * hypot(got[i].x - want[i].x, got[i].y - want[i].y);
        n += sure[i];
        best = fmax(best, sure[i]);
    }
    if (n <= 0)
        return 1;
    double eyes = fmax(hypot(want[36].x - want[45].x, want[36].y - want[45].y), LEAST_EYES);
    double error = fmax(sum / n / eyes - (best < 1 ? LABEL_ERROR : 0), 0) / HALF_ERROR;
    return (float)(1 / (1 + error * error * error * error));
}

static um_status loss(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    float *weight = um_calloc((size_t)b->n, N_VALUES * sizeof *weight);
    if (!weight)
        return um_fail_oom(err);
    const float *points = b->out[POINTS]->data, *extra = b->out[EXTRA]->data;
    for (int i = 0; i < b->n; i++)
        for (int k = 0; k < N_VALUES; k++)
            weight[i * N_VALUES + k] = weight_of_point(k / 2) * b->target[SURE][UM_N_LANDMARKS * i + k / 2];
    terms[0] = um_loss_wing(b->grad[POINTS], points, b->target[POINTS], weight, (int64_t)b->n * N_VALUES,
                            WING_WIDTH, WING_CURVE, POINTS_SCALE / b->n / UM_N_LANDMARKS);
    terms[1] = terms[2] = terms[3] = 0;
    for (int i = 0; i < b->n; i++) {
        const float *t = b->target[EXTRA] + N_EXTRA * i, *x = extra + N_EXTRA_OUT * i;
        float *g = b->grad[EXTRA] + N_EXTRA_OUT * i;
        terms[1] += um_loss_smooth_l1(g, x, t, t + 3, 2, OPENING_KNEE, OPENING_SCALE / b->n);
        const float *sure = b->target[SURE] + UM_N_LANDMARKS * i;
        const void *got = points + N_VALUES * i, *want = b->target[POINTS] + N_VALUES * i;
        float trust = trust_in(got, want, sure);
        terms[2] += um_loss_bce(g + 2, x + 2, t + 2, NULL, 1, FACE_SCALE / b->n);
        terms[3] += um_loss_bce(g + 3, x + 3, &trust, t + 2, 1, TRUST_SCALE / b->n);
    }
    free(weight);
    return UM_OK;
}

/* --- validation --- */

typedef struct score {
    const landmark_task *t;
    double nme, lids, opening;
    int n;
} score;

static um_status see(void *user, const um_train_batch *b, um_error *err)
{
    score *s = user;
    const landmark_set *set = &s->t->validation;
    for (int i = 0; i < b->n && b->first + i < set->n; i++) {
        if (set->photos->photo[set->item[b->first + i].photo].source != PHOTO_HELEN)
            continue;
        const um_point *want = (const um_point *)(const void *)(b->target[POINTS] + N_VALUES * i),
                       *got = (const um_point *)((const float *)b->out[POINTS]->data + N_VALUES * i);
        double eyes = hypot(want[36].x - want[45].x, want[36].y - want[45].y);
        for (int k = 0; k < UM_N_LANDMARKS; k++) {
            double d = hypot(got[k].x - want[k].x, got[k].y - want[k].y) / eyes;
            s->nme += d / UM_N_LANDMARKS;
            s->lids += k >= 36 && k < 48 ? d / 12 : 0;
        }
        for (int k = 0; k < 2; k++)
            s->opening += fabs(((const float *)b->out[EXTRA]->data)[N_EXTRA_OUT * i + k] -
                               b->target[EXTRA][N_EXTRA * i + k]) /
                          2;
        s->n++;
    }
    return UM_OK;
}

static um_status validate(void *user, um_graph *graph, double *metrics, um_error *err)
{
    const landmark_task *t = user;
    score s = {.t = t};
    um_status st = um_train_evaluate(graph, &t->check, 16, t->threads, see, &s, err);
    metrics[0] = -100 * s.nme / fmax(1, s.n);
    metrics[1] = -100 * s.lids / fmax(1, s.n);
    metrics[2] = -s.opening / fmax(1, s.n);
    return st;
}

um_status landmark_task_new(landmark_task *t, const photos *p, const sample_mix *mix, int threads,
                            um_error *err)
{
    um_status st;
    memset(t, 0, sizeof *t);
    t->mix = *mix;
    t->threads = threads;
    if ((st = landmark_set_new(&t->train, p, false, err)) < 0 ||
        (st = landmark_set_new(&t->validation, p, true, err)) < 0) {
        landmark_task_free(t);
        return st;
    }
    t->task = (um_train_task){.name = "landmarks",
                              .n_in = 1,
                              .n_targets = 3,
                              .in = {{3, {3, LANDMARK_SIDE, LANDMARK_SIDE}}},
                              .target = {{1, {N_VALUES}}, {1, {N_EXTRA}}, {1, {UM_N_LANDMARKS}}},
                              .samples = t->train.n,
                              .n_terms = 4,
                              .term = {"points", "opening", "face", "trust"},
                              .n_metrics = 3,
                              .metric = {"minus NME %", "minus NME % of eyelids", "minus error of opening"},
                              .user = t,
                              .sample = sample,
                              .loss = loss,
                              .validate = validate};
    t->check = t->task;
    t->check.samples = t->validation.n;
    t->check.sample = sample_validation;
    return UM_OK;
}

void landmark_task_free(landmark_task *t)
{
    landmark_set_free(&t->train);
    landmark_set_free(&t->validation);
}
