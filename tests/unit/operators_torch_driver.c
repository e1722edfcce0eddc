/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers operators_torch.py: a network, its inputs and a loss on stdin; the result, the loss and the
 * gradients of all parameters on stdout, beside central differences of some of them.
 *
 * Request: int32 bytes of the ONNX file, inputs, labels, results; the file; per input int32 rank, int32
 * dim[], floats; then floats: labels (the loss is the cross entropy) or else one weight per result (their
 * sum). Answer: double loss; int32 results, floats; int32 parameters; per parameter int32 length of its name,
 * its name, int32 n, floats, int32 every, and of each `every`th element the difference quotients above and
 * below. */
#include "nn/plan.h"
#include "train/loss.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_INPUTS = 4, MOST_DIFFERENCES = 100 };
static const double STEP = 1e-3;

typedef struct request {
    int32_t n_bytes, n_inputs, n_labels, n_weights;
    char *file;
    um_tensor *in[MAX_INPUTS];
    float *target;
} request;

static void die(const char *what)
{
    fprintf(stderr, "operators_torch_driver: %s\n", what);
    exit(1);
}

static void get(void *p, size_t size, size_t n)
{
    if (fread(p, size, n, stdin) != n)
        die("the request is cut short");
}

static void put_floats(const float *p, int32_t n)
{
    fwrite(&n, sizeof n, 1, stdout);
    fwrite(p, sizeof *p, (size_t)n, stdout);
}

static void *need(size_t n, size_t size)
{
    void *p = um_calloc(n, size);
    if (!p)
        die("out of memory");
    return p;
}

static bool read_request(request *r, um_error *err)
{
    int32_t head[4], rank, dim[UM_MAX_RANK];
    if (fread(head, sizeof head, 1, stdin) != 1)
        return false;
    *r = (request){.n_bytes = head[0], .n_inputs = head[1], .n_labels = head[2], .n_weights = head[3]};
    if (r->n_inputs > MAX_INPUTS)
        die("too many inputs");
    r->file = need((size_t)r->n_bytes, 1);
    get(r->file, 1, (size_t)r->n_bytes);
    for (int i = 0; i < r->n_inputs; i++) {
        int64_t wide[UM_MAX_RANK] = {0};
        get(&rank, sizeof rank, 1);
        if (rank < 0 || rank > UM_MAX_RANK)
            die("an impossible rank");
        get(dim, sizeof *dim, (size_t)rank);
        for (int k = 0; k < rank; k++)
            wide[k] = dim[k];
        if (um_tensor_new(&r->in[i], UM_F32, rank, wide, err) < 0)
            die(err->text);
        get(r->in[i]->data, sizeof(float), (size_t)um_tensor_count(r->in[i]));
    }
    size_t n = (size_t)(r->n_labels ? r->n_labels : r->n_weights);
    r->target = need(n, sizeof *r->target);
    get(r->target, sizeof *r->target, n);
    return true;
}

/* The loss, and its gradient where that is not NULL. */
static double loss_of(const request *r, const um_tensor *y, float *grad)
{
    int64_t n = um_tensor_count(y);
    double sum = 0;
    if (r->n_labels)
        return um_loss_softmax(grad, y->data, r->target, NULL, r->n_labels, n / r->n_labels, 0,
                               1. / r->n_labels);
    if (n != r->n_weights)
        die("the result does not have the expected size");
    for (int64_t i = 0; i < n; i++)
        sum += (double)r->target[i] * ((const float *)y->data)[i];
    if (grad)
        memcpy(grad, r->target, (size_t)n * sizeof *grad);
    return sum;
}

static double run(um_plan *p, const request *r, const um_tensor **y, um_error *err)
{
    if (um_plan_run(p, (const um_tensor *const *)r->in, y, err) < 0)
        die(err->text);
    return loss_of(r, *y, NULL);
}

static void put_differences(um_plan *p, const request *r, const um_param *q, double value, um_error *err)
{
    int32_t every = (int32_t)(q->n / MOST_DIFFERENCES + 1), n = 0;
    float *above = need((size_t)q->n, sizeof *above), *below = need((size_t)q->n, sizeof *below);
    const um_tensor *y;
    for (int64_t i = 0; i < q->n; i += every, n++) {
        float before = q->data[i], up = (float)(before + STEP), down = (float)(before - STEP);
        q->data[i] = up;
        above[n] = (float)((run(p, r, &y, err) - value) / ((double)up - before));
        q->data[i] = down;
        below[n] = (float)((run(p, r, &y, err) - value) / ((double)down - before));
        q->data[i] = before;
    }
    fwrite(&every, sizeof every, 1, stdout);
    put_floats(above, n);
    put_floats(below, n);
    free(above);
    free(below);
}

static void answer(const request *r, um_error *err)
{
    um_graph *g = NULL;
    um_plan *p = NULL;
    const um_tensor *y;
    if (um_graph_read(&g, r->file, (size_t)r->n_bytes, "torch.onnx", err) < 0 ||
        um_plan_new_training(&p, g, (const um_tensor *const *)r->in, err) < 0)
        die(err->text);
    double value = run(p, r, &y, err);
    float *grad = um_plan_grad(p, 0);
    if (!grad)
        die("no parameter lies behind the result");
    loss_of(r, y, grad);
    fwrite(&value, sizeof value, 1, stdout);
    put_floats(y->data, (int32_t)um_tensor_count(y));
    if (um_plan_backward(p, err) < 0)
        die(err->text);
    size_t total;
    float *grads = um_plan_grads(p, &total), *kept = need(total, sizeof *kept), *at = kept;
    memcpy(kept, grads, total * sizeof *kept);
    int32_t n = um_plan_n_params(p);
    fwrite(&n, sizeof n, 1, stdout);
    for (int i = 0; i < n; i++) {
        const um_param *q = um_plan_param(p, i);
        int32_t length = (int32_t)strlen(q->name);
        fwrite(&length, sizeof length, 1, stdout);
        fwrite(q->name, 1, (size_t)length, stdout);
        put_floats(at, (int32_t)q->n);
        at += q->n;
        put_differences(p, r, q, value, err);
    }
    fflush(stdout);
    free(kept);
    um_plan_free(&p);
    um_graph_free(&g);
}

int main(void)
{
    request r;
    um_error err = {0};
    while (read_request(&r, &err)) {
        answer(&r, &err);
        for (int i = 0; i < r.n_inputs; i++)
            um_tensor_free(&r.in[i]);
        free(r.file);
        free(r.target);
    }
    return 0;
}
