/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lesson.h: a classifier by a recipe as one more detector: every recording is scored by a classifier that saw
 * nothing of the part of the set in which it lies. */
#ifndef UM_EVALUATE_LESSON_H
#define UM_EVALUATE_LESSON_H
#include "evaluate/tabulate.h"

/* The part of each recording, by groups that hang together, both classes in each; -1: it has no class.
 * UM_EFORMAT: too few groups for that. */
um_status um_evaluation_parts(int *part, const um_evaluation *e, int n, uint64_t seed, um_error *err);

typedef struct um_lesson {
    um_learn_recipe recipe;
    int *part;       /* [examples] */
    bool *use;       /* [examples] it has a row */
    um_table *table; /* of those */
} um_lesson;

/* Reads the recipe; before an analysis, which it may ask for signals. */
um_status um_lesson_open(um_lesson *out, const char *path, um_error *err);
/* After it: divides the set, and adds the detector UM_TRAINED. */
um_status um_lesson_take(um_lesson *lesson, um_evaluation *e, um_error *err);
void um_lesson_free(um_lesson *lesson);

/* Scores [examples] by classifiers that also saw none with mine[i] (NULL: no such); NAN where there is no row
 * or no classifier, since a class was lacking. */
um_status um_lesson_scores(double *score, const um_lesson *lesson, const um_evaluation *e, const bool *mine,
                           um_error *err);
#endif
