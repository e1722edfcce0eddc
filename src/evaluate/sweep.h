/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.h: something made of every recording of a set, several at once; what was made goes into the cache, so
 * that an interrupted sweep goes on where it was. */
#ifndef UM_EVALUATE_SWEEP_H
#define UM_EVALUATE_SWEEP_H
#include "evaluate/evaluation.h"

/* What makes a text of a recording, by any thread. `producer` names it with its version and all that may
 * change the text: with the digest of the file that is the key in the cache. */
typedef struct um_maker {
    const char *producer;
    um_status (*make)(char **out, void *user, const char *path, um_error *err);
    void *user;
} um_maker;

/* text[i] of every recording that has a class; the caller frees. Of those that could not be read it stays
 * NULL, and they are among the failures of the evaluation, each once. */
um_status um_evaluation_sweep(char **text, um_evaluation *e, const um_evaluate_options *opt,
                              const um_pass *pass, const um_maker *maker, um_error *err);
#endif
