/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clusters.c: examples that share a person, a source or a pair, by union of disjoint sets (Tarjan 1975). */
#include "data/dataset.h"
#include <stdlib.h>
#include <string.h>

typedef struct key {
    const char *text;
    uint32_t example;
} key;

static int by_text(const void *a, const void *b)
{
    const key *p = a, *q = b;
    const int order = strcmp(p->text, q->text);
    return order ? order : (p->example > q->example) - (p->example < q->example);
}

static uint32_t root(uint32_t *up, uint32_t i)
{
    for (; up[i] != i; i = up[i])
        up[i] = up[up[i]];
    return i;
}

/* Joins the examples whose field is the same and not empty; the first of them becomes the root. */
static void join(uint32_t *up, key *keys, const um_dataset *set, const char *field)
{
    size_t n = 0;
    for (size_t i = 0; i < um_dataset_count(set); i++) {
        const char *text = um_example_field(um_dataset_at(set, i), field);
        if (*text)
            keys[n++] = (key){text, (uint32_t)i};
    }
    if (n)
        qsort(keys, n, sizeof *keys, by_text);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(keys[i].text, keys[i - 1].text) != 0)
            continue;
        const uint32_t a = root(up, keys[i - 1].example), b = root(up, keys[i].example);
        up[a > b ? a : b] = a < b ? a : b;
    }
}

um_status um_dataset_clusters(uint32_t *cluster, size_t *n, const um_dataset *set, um_error *err)
{
    const size_t count = um_dataset_count(set);
    key *keys = um_calloc(count, sizeof *keys);
    uint32_t *up = um_calloc(count, sizeof *up);
    *n = 0;
    if (!keys || !up) {
        free(keys);
        free(up);
        return um_fail_oom(err);
    }
    for (size_t i = 0; i < count; i++)
        up[i] = (uint32_t)i;
    join(up, keys, set, "group");
    join(up, keys, set, "pair_id");
    for (size_t i = 0; i < count; i++) { /* a root comes before the others of its set */
        const uint32_t r = root(up, (uint32_t)i);
        cluster[i] = r == i ? (uint32_t)(*n)++ : cluster[r];
    }
    free(keys);
    free(up);
    return UM_OK;
}
