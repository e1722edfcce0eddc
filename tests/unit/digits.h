/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digits.h: a problem to learn, made by the tests themselves: the digits of a 5 x 7 dot matrix, somewhere in
 * a picture of 16 x 16, brighter or darker, under noise. */
#ifndef UM_TEST_DIGITS_H
#define UM_TEST_DIGITS_H
#include "nn/arch.h"
#include "train/loss.h"
#include "train/trainer.h"
#include <math.h>
#include <string.h>

enum { DIGIT_SIDE = 16 };
static const char digit_net[] = "unmask-network 1 digits\n"
                                "image = input 1 16 16\n"
                                "a = conv image 12 s=2\n"
                                "b = conv a 24 s=2\n"
                                "c = conv b 32\n"
                                "flat = flatten c\n"
                                "scores = linear flat 10\n"
                                "output scores\n";

static const unsigned char digit_rows[10][7] = {{14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},
                                                {14, 17, 1, 2, 4, 8, 31},     {31, 2, 4, 2, 1, 17, 14},
                                                {2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14},
                                                {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},
                                                {14, 17, 17, 14, 17, 17, 14}, {14, 17, 17, 15, 1, 2, 12}};

typedef struct digits {
    um_train_task task;
    uint64_t other; /* mixed into seeds: validation sees other noise */
    int fail_after; /* samples or losses until an error; 0: never */
    _Atomic int n_samples, n_losses;
    int right;
} digits;

static double digit_uniform(uint64_t *s)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return (double)(*s >> 11) / 9007199254740992.0;
}

static um_status digit_sample(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                              float *const *target, um_error *err)
{
    digits *d = user;
    uint64_t s = seed ^ d->other;
    int digit = (int)(index % 10), dx = (int)(digit_uniform(&s) * 6), dy = (int)(digit_uniform(&s) * 3);
    double ink = .5 + digit_uniform(&s), noise = .1 + .6 * digit_uniform(&s);
    if (d->fail_after && ++d->n_samples > d->fail_after)
        return um_fail(err, UM_EIO, "sample %d is not there", (int)index);
    for (int y = 0; y < DIGIT_SIDE; y++)
        for (int x = 0; x < DIGIT_SIDE; x++) {
            int c = (x - dx) >> 1, r = (y - dy) >> 1;
            bool on = x >= dx && y >= dy && c < 5 && r < 7 && digit_rows[digit][r] >> (4 - c) & 1;
            in[0][y * DIGIT_SIDE + x] = (float)(on * ink + noise * (2 * digit_uniform(&s) - 1));
        }
    target[0][0] = (float)digit;
    return UM_OK;
}

static um_status digit_loss(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    terms[0] = um_loss_softmax(b->grad[0], b->out[0]->data, b->target[0], NULL, b->n, 10, .05, 1. / b->n);
    return UM_OK;
}

static um_status digit_see(void *user, const um_train_batch *b, um_error *err)
{
    digits *d = user;
    for (int i = 0; i < b->n; i++) {
        const float *x = (const float *)b->out[0]->data + 10 * i;
        int best = 0;
        for (int k = 1; k < 10; k++)
            best = x[k] > x[best] ? k : best;
        d->right += best == (int)b->target[0][i];
    }
    return UM_OK;
}

static um_status digit_validate(void *user, um_graph *graph, double *metrics, um_error *err)
{
    digits *d = user, held = {.other = 0x5555};
    held.task = d->task;
    held.task.user = &held;
    held.task.samples = 1001; /* not a multiple of the batch */
    um_status st = um_train_evaluate(graph, &held.task, 64, 2, digit_see, &held, err);
    metrics[0] = held.right / 1001.;
    return st;
}

static void digits_init(digits *d)
{
    *d = (digits){.task = {.name = "digits",
                           .n_in = 1,
                           .n_targets = 1,
                           .in = {{3, {1, DIGIT_SIDE, DIGIT_SIDE}}},
                           .target = {{0}},
                           .samples = 640,
                           .n_terms = 1,
                           .term = {"cross-entropy"},
                           .n_metrics = 1,
                           .metric = {"accuracy"},
                           .user = d,
                           .sample = digit_sample,
                           .loss = digit_loss,
                           .validate = digit_validate}};
}
#endif
