/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_detector.c: the detector as a task for the trainer. */
#include "base/base.h"
#include "eval/metrics.h"
#include "faces/decode.h"
#include "media/geometry.h"
#include "tasks.h"
#include <stdlib.h>
#include <string.h>

enum { CHECK_SAMPLES = 240, EPOCH = 4096 };
/* A face as floats of the target: box, five points, has_five, ignore. Before them: how many. */
enum { FACE = 4 + 2 * DET_POINTS + 2, TARGET = 1 + DET_MOST_FACES * FACE };

static void pack(float *to, const det_truth *t)
{
    *to++ = (float)t->n;
    for (int i = 0; i < t->n; i++, to += FACE) {
        const det_face *f = &t->face[i];
        memcpy(to, &f->box, 4 * sizeof *to);
        memcpy(to + 4, f->five, sizeof f->five);
        to[FACE - 2] = f->has_five;
        to[FACE - 1] = f->ignore;
    }
}

static void unpack(det_truth *t, const float *from)
{
    t->n = (int)*from++;
    for (int i = 0; i < t->n; i++, from += FACE) {
        det_face *f = &t->face[i];
        memcpy(&f->box, from, 4 * sizeof *from);
        memcpy(f->five, from + 4, sizeof f->five);
        f->has_five = from[FACE - 2] != 0;
        f->ignore = from[FACE - 1] != 0;
    }
}

static um_status write_sample(const detector_task *t, bool validation, uint64_t seed, float *const *in,
                              float *const *target, um_error *err)
{
    const sample_mix plain = {0};
    um_image *picture;
    det_truth truth;
    um_status st = detector_sample(&picture, &truth, t->photos, validation, validation ? &plain : &t->mix,
                                   DETECTOR_SIDE, seed, err);
    if (st < 0)
        return st;
    planes_of(in[0], picture);
    um_image_free(&picture);
    pack(target[0], &truth);
    return UM_OK;
}

static um_status sample(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                        float *const *target, um_error *err)
{
    return write_sample(user, false, seed, in, target, err);
}

static um_status sample_validation(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                                   float *const *target, um_error *err)
{
    return write_sample(user, true, (uint64_t)index + 1, in, target, err);
}

/* Outputs of the graph: scores of all strides, then boxes, then points. */
static float *part(float *p, int picture, int cells, int columns)
{
    return p + (ptrdiff_t)picture * cells * columns;
}

static um_status loss(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    det_truth *truth = um_calloc((size_t)b->n, sizeof *truth);
    det_level *level = um_calloc((size_t)b->n, DET_STRIDES * sizeof *level);
    det_terms sum;
    um_status st = truth && level ? UM_OK : um_fail_oom(err);
    for (int i = 0; st == UM_OK && i < b->n; i++) {
        unpack(&truth[i], b->target[0] + (ptrdiff_t)i * TARGET);
        for (int k = 0; k < DET_STRIDES; k++) {
            int side = DETECTOR_SIDE / det_stride[k], cells = side * side;
            level[i * DET_STRIDES + k] =
                (det_level){.nx = side,
                            .ny = side,
                            .score = part(b->out[k]->data, i, cells, 1),
                            .box = part(b->out[DET_STRIDES + k]->data, i, cells, 4),
                            .points = part(b->out[2 * DET_STRIDES + k]->data, i, cells, 2 * DET_POINTS),
                            .score_grad = part(b->grad[k], i, cells, 1),
                            .box_grad = part(b->grad[DET_STRIDES + k], i, cells, 4),
                            .points_grad = part(b->grad[2 * DET_STRIDES + k], i, cells, 2 * DET_POINTS)};
        }
    }
    if (st == UM_OK && (st = det_loss(level, truth, b->n, &sum, err)) == UM_OK) {
        terms[0] = sum.score;
        terms[1] = sum.box;
        terms[2] = sum.points;
    }
    free(truth);
    free(level);
    return st;
}

/* --- validation --- */

typedef struct tally {
    um_trial *v; /* what was found; positive: it is a face */
    size_t capacity, n, faces;
    um_found_list list;
} tally;

static um_status see(void *user, const um_train_batch *b, um_error *err)
{
    tally *t = user;
    um_decoder d = {.type = UM_DECODE_ANCHOR_FREE, .logistic = true, .n_strides = DET_STRIDES};
    um_detector_outputs named = {0};
    det_truth truth;
    bool taken[DET_MOST_FACES] = {false};
    for (int k = 0; k < DET_STRIDES; k++) {
        d.stride[k] = det_stride[k];
        named.score[k] = b->out[k];
        named.box[k] = b->out[DET_STRIDES + k];
    }
    unpack(&truth, b->target[0]);
    t->list.n = 0;
    um_status st = um_decode_faces(&t->list, &d, &named, DETECTOR_SIDE, DETECTOR_SIDE, .02f, err);
    if (st < 0)
        return st;
    um_suppress(&t->list, .45f, 1);
    for (int i = 0; i < truth.n; i++)
        t->faces += !truth.face[i].ignore;
    for (int i = 0; i < t->list.n; i++) {
        int best = -1;
        float most = .5f;
        for (int k = 0; k < truth.n; k++) {
            float v = um_rect_iou(t->list.v[i].box, truth.face[k].box);
            if (v >= most && !taken[k]) {
                most = v;
                best = k;
            }
        }
        if (best >= 0 && truth.face[best].ignore)
            continue;
        if (!um_grow(&t->v, &t->capacity, t->n + 1, 1 << 24, sizeof *t->v))
            return um_fail_oom(err);
        if (best >= 0)
            taken[best] = true;
        t->v[t->n++] = (um_trial){t->list.v[i].score, best >= 0};
    }
    return UM_OK;
}

static um_status validate(void *user, um_graph *graph, double *metrics, um_error *err)
{
    const detector_task *task = user;
    tally t = {0};
    um_status st = um_train_evaluate(graph, &task->check, 1, task->threads, see, &t, err);
    um_trials_sort(t.v, t.n);
    double right = 0, wrong = 0, recall = 0, score = 1;
    for (size_t i = t.n; i-- > 0;) {
        right += t.v[i].positive;
        wrong += !t.v[i].positive;
        if ((i == 0 || t.v[i - 1].score != t.v[i].score) && wrong <= CHECK_SAMPLES / 10) {
            recall = right / fmax(1, (double)t.faces);
            score = t.v[i].score;
        }
    }
    metrics[0] = t.faces ? um_average_precision(t.v, t.n, t.faces) : 0;
    metrics[1] = recall;
    metrics[2] = score; /* the manifest's score_min */
    free(t.v);
    free(t.list.v);
    return st;
}

void detector_task_init(detector_task *t, const photos *p, const sample_mix *mix, int threads)
{
    memset(t, 0, sizeof *t);
    t->photos = p;
    t->mix = *mix;
    t->threads = threads;
    t->task = (um_train_task){
        .name = "detector",
        .n_in = 1,
        .n_targets = 1,
        .in = {{3, {3, DETECTOR_SIDE, DETECTOR_SIDE}}},
        .target = {{1, {TARGET}}},
        .samples = EPOCH,
        .n_terms = 3,
        .term = {"score", "box", "points"},
        .n_metrics = 3,
        .metric = {"average precision", "recall at 1 false alarm per 10 pictures", "score there"},
        .user = t,
        .sample = sample,
        .loss = loss,
        .validate = validate};
    t->check = t->task;
    t->check.samples = CHECK_SAMPLES;
    t->check.sample = sample_validation;
}
