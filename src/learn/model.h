/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.h: a classifier with what goes before and after it: the columns it wants, their preparation, and the
 * calibration of its score, fitted to rows that it was not trained on. */
#ifndef UM_LEARN_MODEL_H
#define UM_LEARN_MODEL_H
#include "fusion/fit.h"
#include "learn/classifier.h"
#include "learn/table.h"

/* The name under which the calibration of a folder has it. */
#define UM_TRAINED "trained"

typedef struct um_learnt {
    const um_classifier_kind *kind;
    void *classifier;
    size_t columns;
    char (*name)[64]; /* [columns] */
    um_preparation preparation;
    um_fit fit; /* of the scores out of fold; its line only when `outcome` is done */
} um_learnt;

/* What cross-validation measured. */
typedef struct um_validation {
    int folds;
    double *score;      /* [rows] each by a classifier that saw nothing of its cluster */
    double *importance; /* [columns] fall of the AUC when the column's values are dealt out anew among the
                           rows of a fold, all columns of its signal together; the same for all of them */
} um_validation;

/* Divides the clusters among `folds` parts, as evenly as classes allow, and learns on all but each. Then on
 * all. UM_EFORMAT: too few clusters of a class for that. */
um_status um_learn(um_learnt **out, um_validation *v, const um_table *t, const um_classifier_kind *kind,
                   const um_learn_options *options, int folds, um_error *err);
/* Of the rows i with use[i] alone, which have both classes; nothing is measured or calibrated. */
um_status um_learn_of(um_learnt **out, const um_table *t, const bool *use, const um_classifier_kind *kind,
                      const um_learn_options *options, um_error *err);
void um_learnt_free(um_learnt **model);
void um_validation_free(um_validation *v);

/* `row` [columns], NAN: missing. */
um_status um_learnt_score(double *out, const um_learnt *model, const double *row, um_error *err);
um_json *um_learnt_json(const um_learnt *model);
um_status um_learnt_read(um_learnt **out, const um_json *j, const char *file, um_error *err);
#endif
