/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gradients_driver: gradients of one whole network, for gradients_torch.py to compare with PyTorch's.
 *     gradients_driver NET.net DIR
 * Writes x.f32, loss.txt and, for each parameter NAME: NAME.value.f32, NAME.grad.f32; classes are 0, 1, 2,
 * ... */
#include "nn/arch.h"
#include "nn/plan.h"
#include "train/loss.h"
#include <stdlib.h>
#include <string.h>

enum { BATCH = 6, SIDE = 32 };

static void dump(const char *dir, const char *name, const char *suffix, const float *v, int64_t n)
{
    char path[4096];
    um_error err;
    snprintf(path, sizeof path, "%s/%s%s.f32", dir, name, suffix);
    if (um_file_write(path, v, (size_t)n * sizeof *v, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    um_error err = {0};
    char *text, path[4096], line[64];
    size_t n;
    um_graph *g;
    um_plan *p;
    um_tensor *x;
    const int64_t dim[4] = {BATCH, 3, SIDE, SIDE};
    const um_tensor *out[1];
    float label[BATCH];
    if (argc != 3 || um_file_read(&text, &n, argv[1], 1 << 20, &err) < 0 ||
        um_arch_read(&g, text, argv[1], 3, &err) < 0 || um_tensor_new(&x, UM_F32, 4, dim, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int64_t i = 0; i < um_tensor_count(x); i++)
        ((float *)x->data)[i] = (float)((uint32_t)i * 2654435761u % 10007) / 5003.5f - 1;
    const um_tensor *const in[1] = {x};
    if (um_plan_new_training(&p, g, in, &err) < 0 || um_plan_run(p, in, out, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    int classes = (int)out[0]->dim[1];
    for (int i = 0; i < BATCH; i++)
        label[i] = (float)(i % classes);
    double loss =
        um_loss_softmax(um_plan_grad(p, 0), out[0]->data, label, NULL, BATCH, classes, 0, 1. / BATCH);
    if (um_plan_backward(p, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    dump(argv[2], "x", "", x->data, um_tensor_count(x));
    for (int i = 0; i < um_plan_n_params(p); i++) {
        const um_param *q = um_plan_param(p, i);
        dump(argv[2], q->name, ".value", q->data, q->n);
        dump(argv[2], q->name, ".grad", q->grad, q->n);
    }
    snprintf(path, sizeof path, "%s/loss.txt", argv[2]);
    snprintf(line, sizeof line, "%.9g\n", loss);
    um_text_write(path, line, &err);
    um_plan_free(&p);
    um_tensor_free(&x);
    um_graph_free(&g);
    free(text);
    return 0;
}
