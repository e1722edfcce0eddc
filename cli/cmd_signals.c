/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_signals.c: the questions that are asked. */
#include "commands.h"
#include <unmask/unmask.h>

static int run(int n, char **args)
{
    for (int i = 0; i < um_signal_count(); i++) {
        const um_signal *s = um_signal_at(i);
        printf("%s (version %u)\n  %s\n  %s\n  Paper: %s\n\n", s->name, s->version, s->question, s->meaning,
               s->paper);
    }
    return UM_EXIT_OK;
}

static const um_opt options[] = {{0}};

const um_command um_cmd_signals = {
    .program = "unmask",
    .name = "signals",
    .arguments = "",
    .summary = "List the signals: the questions that are asked of a recording",
    .details = "Prints name, version, question, how to read the answer, and the paper behind each signal.",
    .examples = "  unmask signals",
    .options = options,
    .run = run,
};
