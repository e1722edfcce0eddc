/* runner.h: the chosen signals of one analysis: begin, push, finish, and who is not applicable from the
 * start. */
#ifndef UM_RUNNER_H
#define UM_RUNNER_H
#include "results/findings.h"

typedef struct um_runner {
    const um_signal *signal;
    um_findings *findings;
    void *state;
    bool begun, alive; /* begin was called; still fed */
} um_runner;

/* `names` comma-separated or NULL for all. Gives the table of chosen signals (borrowed entries, caller frees
 * the array). */
um_status um_signals_choose(const um_signal ***out, int *n, const char *names, um_error *err);

/* Starts one: allocates, decides applicability, calls begin. Only exhausted memory is an error; a failing
 * signal is recorded in its findings. */
um_status um_runner_begin(um_runner *r, const um_signal *signal, const um_signal_input *in, um_error *err);
void um_runner_push(um_runner *r, const um_signal_input *in); /* if it asked for this kind of moment */
void um_runner_finish(um_runner *r, const um_signal_input *in);
void um_runner_free(um_runner *r); /* end, state and findings */
#endif
