/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h: what would make a training or a measurement dishonest: the same recording twice, and what crosses
 * the splits. */
#ifndef UM_DATA_CHECK_H
#define UM_DATA_CHECK_H
#include "base/pool.h"
#include "cache/cache.h"
#include "data/dataset.h"

typedef struct um_check_options {
    bool contents;   /* open the recordings: same bytes, same look or sound; else only what the labels say */
    um_pool *pool;   /* may be NULL */
    um_cache *cache; /* of how they look and sound; may be NULL */
    um_progress_fn progress; /* in recordings; by several threads, one at a time; may be NULL */
    void *user;
} um_check_options;

/* One line per fault into `out`, in the order of the set; the caller frees. Recordings that cannot be read
 * are faults, too. UM_ECANCELLED: `progress` said so. */
um_status um_dataset_check(char **out, size_t *n_faults, const um_dataset *set, const um_check_options *opt,
                           um_error *err);
#endif
