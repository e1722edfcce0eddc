/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train_network.h: from labelled recordings and a recipe to the folder of a network that `unmask analyze
 * --models` takes (docs/train.md). Stands on public headers alone: it is what the program sees of this
 * folder. */
#ifndef UNMASK_TRAIN_NETWORK_H
#define UNMASK_TRAIN_NETWORK_H
#include <unmask/types.h>

enum { TRAIN_NETWORK_LISTS = 8 };

typedef struct train_network_options {
    const char *recipe, *out;
    const char *cache; /* NULL: inside `out` */
    int threads;       /* 0: all cores */
    /* From the first step on; false stops: UM_ECANCELLED. In steps, then in recordings that are measured. */
    um_progress_fn progress;
    void *user;
} train_network_options;

/* Does the recipe name a task, so that it is one for train_network? UM_EIO, UM_EFORMAT: it cannot be read. */
um_status train_network_wanted(bool *wanted, const char *recipe, um_error *err);

/* Goes on where an interrupted training into the same folder was. `said`: what was measured, lines; to be
 * freed. UM_EFORMAT: recipe or lists; UM_EWRITE: the folder holds a training by another recipe. */
um_status train_network(char **said, const char *const *lists, int n_lists, const train_network_options *o,
                        um_error *err);
#endif
