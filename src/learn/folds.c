/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folds.c: see folds.h. */
#include "learn/folds.h"
#include "base/random.h"
#include <stdlib.h>

typedef struct part {
    size_t n[2];
} part;

/* The clusters in an order drawn by the seed, each to the fold that has least of its classes. */
um_status um_folds(int *fold, const bool *fake, const uint32_t *cluster, size_t n, int folds, uint64_t seed,
                   um_error *err)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = cluster[i] > most ? cluster[i] : most;
    const size_t clusters = (size_t)most + 1;
    part *size = um_calloc(clusters, sizeof *size), *full = um_calloc((size_t)folds, sizeof *full);
    size_t *order = um_calloc(clusters, sizeof *order);
    int *of = um_calloc(clusters, sizeof *of);
    um_status st = size && full && order && of ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < n && st == UM_OK; i++)
        size[cluster[i]].n[fake[i]]++;
    for (size_t c = 0; c < clusters && st == UM_OK; c++) {
        const size_t at = um_random(&seed) % (c + 1); /* Fisher and Yates */
        order[c] = order[at];
        order[at] = c;
    }
    for (size_t k = 0; k < clusters && st == UM_OK; k++) {
        const part *p = &size[order[k]];
        int best = 0;
        for (int f = 1; f < folds; f++) {
            const part *a = &full[f], *b = &full[best];
            const size_t ours = a->n[0] * p->n[0] + a->n[1] * p->n[1],
                         least = b->n[0] * p->n[0] + b->n[1] * p->n[1];
            if (ours < least || (ours == least && a->n[0] + a->n[1] < b->n[0] + b->n[1]))
                best = f;
        }
        of[order[k]] = best;
        full[best].n[0] += p->n[0];
        full[best].n[1] += p->n[1];
    }
    for (int f = 0; f < folds && st == UM_OK; f++)
        if (!full[f].n[0] || !full[f].n[1])
            st = um_fail(
                err, UM_EFORMAT,
                "too few groups of recordings that hang together for %d folds with both classes: take "
                "fewer folds or more recordings",
                folds);
    for (size_t i = 0; i < n && st == UM_OK; i++)
        fold[i] = of[cluster[i]];
    free(size);
    free(full);
    free(order);
    free(of);
    return st;
}
