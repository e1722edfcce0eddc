/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folds.h: rows divided for a cross-validation. */
#ifndef UM_LEARN_FOLDS_H
#define UM_LEARN_FOLDS_H
#include "base/base.h"

/* The fold of each of n rows, 0 to `folds` - 1: rows of a cluster come into one, and each fold gets of both
 * classes as evenly as the clusters allow. UM_EFORMAT: too few clusters for folds with both classes. */
um_status um_folds(int *fold, const bool *fake, const uint32_t *cluster, size_t n, int folds, uint64_t seed,
                   um_error *err);
#endif
