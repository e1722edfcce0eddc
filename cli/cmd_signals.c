/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_signals.c: the questions that are asked. */
#include "commands.h"
#include <stdlib.h>
#include <unmask/unmask.h>

static const char *calibration;
static const um_opt options[] = {
    {"calibration", UM_OPT_INPUT, "FILE", "calibration of the signals instead of the built-in one",
     &calibration},
    {0},
};

static int run(int n, char **args)
{
    um_error err = {0};
    for (int i = 0; i < um_signal_count(); i++) {
        const um_signal *s = um_signal_at(i);
        char *measured;
        if (um_signal_measured(&measured, s, calibration, &err) < 0)
            return um_complain(&err);
        printf("%s (version %u)\n  %s\n  %s\n  ", s->name, s->version, s->question, s->meaning);
        um_show(stdout, *measured ? measured : "Not calibrated: it is shown and weighs nothing.");
        printf("\n  Paper: %s\n\n", s->paper);
        free(measured);
    }
    return UM_EXIT_OK;
}

const um_command um_cmd_signals = {
    .program = "unmask",
    .name = "signals",
    .arguments = "",
    .summary = "List the signals: the questions that are asked of a recording",
    .details = "Prints name, version, question, how to read the answer, how often it erred where it "
               "was\nmeasured, and the paper behind each signal.",
    .examples = "  unmask signals",
    .options = options,
    .run = run,
};
