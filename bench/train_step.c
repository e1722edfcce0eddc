/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train_step: images per second of whole training steps (forward, cross-entropy, backward, AdamW) and the
 * peak memory. train_step NET.net BATCH SHARDS THREADS STEPS Random pictures; the first steps warm up and do
 * not count. */
#include "base/base.h"
#include "nn/arch.h"
#include "train/loss.h"
#include "train/trainer.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { CLASSES = 1000, PICTURES = 8, WARM_UP = 2 };

typedef struct bench {
    um_train_task task;
    float *pictures; /* a few, shown again and again */
    int64_t values;
    double started;
} bench;

static um_status sample(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                        float *const *target, um_error *err)
{
    const bench *b = user;
    memcpy(in[0], b->pictures + index % PICTURES * b->values, (size_t)b->values * sizeof(float));
    target[0][0] = (float)(index % CLASSES);
    return UM_OK;
}

static um_status loss(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    terms[0] = um_loss_softmax(b->grad[0], b->out[0]->data, b->target[0], NULL, b->n, CLASSES, 0, 1. / b->n);
    return UM_OK;
}

static bool progress(void *user, const um_train_progress *p)
{
    bench *b = user;
    if (p->step == WARM_UP)
        b->started = um_now_s();
    return true;
}

/* Multiply-adds of the forward pass of one picture. */
static um_status macs_of(int64_t *macs, um_graph *g, um_error *err)
{
    const int64_t *dim = g->input_info[0].dim;
    um_tensor *picture = NULL;
    um_plan *plan = NULL;
    um_status st = um_tensor_new(&picture, UM_F32, 4, (const int64_t[]){1, dim[1], dim[2], dim[3]}, err);
    const um_tensor *const in[] = {picture};
    if (st == UM_OK && (st = um_plan_new(&plan, g, in, NULL, err)) == UM_OK)
        *macs = um_plan_macs(plan);
    um_plan_free(&plan);
    um_tensor_free(&picture);
    return st;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    char *text;
    size_t n;
    um_graph *g = NULL;
    bench b = {0};
    um_train_result r;
    int64_t macs = 0;
    if (argc != 6) {
        fprintf(stderr, "usage: train_step NET.net BATCH SHARDS THREADS STEPS\n");
        return 2;
    }
    if (um_file_read(&text, &n, argv[1], 1 << 20, &err) < 0 || um_arch_read(&g, text, argv[1], 1, &err) < 0 ||
        macs_of(&macs, g, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    const int64_t *dim = g->input_info[0].dim;
    b.values = dim[1] * dim[2] * dim[3];
    b.pictures = um_calloc((size_t)(PICTURES * b.values), sizeof(float));
    for (int64_t i = 0; b.pictures && i < PICTURES * b.values; i++)
        b.pictures[i] = (float)(i * 2654435761u % 65536) / 32768 - 1;
    b.task = (um_train_task){.name = argv[1],
                             .n_in = 1,
                             .n_targets = 1,
                             .in = {{3, {dim[1], dim[2], dim[3]}}},
                             .target = {{1, {1}}},
                             .samples = 4096,
                             .n_terms = 1,
                             .term = {"cross-entropy"},
                             .user = &b,
                             .sample = sample,
                             .loss = loss};
    um_train_options o = um_train_defaults();
    o.batch = atoi(argv[2]);
    o.shards = atoi(argv[3]);
    o.threads = atoi(argv[4]);
    o.steps = WARM_UP + atoi(argv[5]);
    o.average = 0;
    o.validate_every = o.log_every = o.steps;
    o.loaders = 1;
    o.progress = progress;
    o.progress_user = &b;
    if (um_train_network(g, &b.task, &o, &r, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 5;
    }
    double rate = (double)(o.steps - WARM_UP) * o.batch / (um_now_s() - b.started);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    /* forward, and the gradients of inputs and of weights: three times the multiply-adds */
    printf("%.1f images/s  %.0f MB  %.1f GFLOP/s\n", rate, (double)use.ru_maxrss / 1024,
           rate * 3 * 2e-9 * (double)macs);
    um_graph_free(&g);
    free(b.pictures);
    free(text);
    return 0;
}
