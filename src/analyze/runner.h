/* SPDX-License-Identifier: GPL-3.0-or-later */
/* runner.h: the chosen signals: what they share between recordings, and one of them in one recording. */
#ifndef UM_RUNNER_H
#define UM_RUNNER_H
#include "results/findings.h"
#include "signals/resources.h"

/* A signal of an analyzer. */
typedef struct um_chosen {
    const um_signal *signal;
    void *shared;
    char absent[240]; /* "" or the reason why it applies to no recording */
    char network[65]; /* SHA-256 of the first it needs */
    um_error failure; /* of `open`; code UM_OK = none */
    bool opened;
} um_chosen;

/* Did it ask for this kind of moment? */
bool um_signal_takes(const um_signal *signal, const um_signal_input *in);

/* `names` comma-separated or NULL for all, in the order of the registry. UM_EINVAL for a name that is none.
 */
um_status um_signals_choose(um_chosen **out, int *n, const char *names, um_error *err);
/* Only exhausted memory is an error: what a signal lacks is remembered. */
um_status um_chosen_open(um_chosen *c, const um_resources *resources, um_error *err);
/* UM_NEED_* of all and of `others` together, with what they rest on. */
unsigned um_chosen_needs(const um_chosen *chosen, int n, unsigned others);
void um_chosen_free(um_chosen **chosen, int n);

/* A signal of a recording. Its functions are called one at a time but for um_runner_measure; each gives the
 * seconds it took. */
typedef struct um_runner {
    const um_chosen *chosen;
    um_findings *findings;
    void *state;
    bool begun, alive; /* begin was called; still fed */
} um_runner;

/* Starts one: allocates, decides applicability, calls begin. Only exhausted memory is an error; a failing
 * signal is recorded in its findings. */
um_status um_runner_begin(um_runner *r, const um_chosen *chosen, const um_signal_input *in, um_error *err);
/* Is this moment for it? */
bool um_runner_takes(const um_runner *r, const um_signal_input *in);
/* In any order and several at a time. `measure` is zero, and released by the push of the same moment. */
um_status um_runner_measure(double *seconds, const um_runner *r, void *measure, const um_signal_input *in,
                            um_error *failure);
/* The next moment that it takes. `measured` is what um_runner_measure returned, with its error. */
void um_runner_push(um_runner *r, const um_signal_input *in, void *measure, um_status measured,
                    const um_error *failure);
void um_runner_finish(um_runner *r, const um_signal_input *in);
void um_runner_free(um_runner *r); /* end, state and findings */
#endif
