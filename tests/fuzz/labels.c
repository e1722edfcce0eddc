/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels: labels.csv and the protocols of ASVspoof, and what is asked of a set. */
#include "data/build.h"
#include "data/layouts.h"
#include "fuzz.h"
#include <stdlib.h>

static void ask(um_dataset *set)
{
    size_t n_clusters;
    uint32_t *cluster = um_calloc(um_dataset_count(set), sizeof *cluster);
    if (cluster && um_dataset_clusters(cluster, &n_clusters, set, NULL) == UM_OK)
        for (size_t i = 0; i < um_dataset_count(set); i++)
            if (cluster[i] >= n_clusters)
                abort();
    um_dataset_filter(set, "label=real|fake,kind!=", NULL);
    free(cluster);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_status (*const readers[])(um_dataset *, const char *, um_error *) = {um_dataset_read_list,
                                                                            um_dataset_read_asvspoof};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        um_dataset *set;
        if (um_dataset_new(&set, NULL) == UM_OK && readers[i](set, fuzz_file(data, n), NULL) == UM_OK)
            ask(set);
        um_dataset_free(&set);
    }
    return 0;
}
