/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector.c: the columns of scores. */
#include "evaluate/evaluation.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

um_detector *um_evaluation_detector(um_evaluation *e, const char *name, um_score_kind kind)
{
    char shown[sizeof e->detector->name];
    um_printable(shown, sizeof shown, name);
    for (size_t i = 0; i < e->n_detectors; i++)
        if (!strcmp(e->detector[i].name, shown))
            return &e->detector[i];
    const size_t n = um_dataset_count(e->set);
    double *score = um_calloc(n, sizeof *score);
    if (!score || !um_grow(&e->detector, &e->detector_capacity, e->n_detectors + 1, UM_EVALUATION_DETECTORS,
                           sizeof *e->detector)) {
        free(score);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        score[i] = NAN;
    um_detector *d = &e->detector[e->n_detectors++];
    *d = (um_detector){.kind = kind, .score = score};
    memcpy(d->name, shown, sizeof d->name);
    return d;
}
