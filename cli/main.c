/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: the table of commands. */
#include "commands.h"
#include "interrupt.h"
#include "models_folder.h"
#include <stdio.h>
#include <string.h>
#include <unmask/source.h>

const um_command *const um_commands[] = {
#define X(name) &um_cmd_##name,
    UM_COMMANDS(X)
#undef X
        NULL,
};

static void usage(FILE *out)
{
    fputs("unmask tells whether a face or a voice in a recording was made or changed by a machine.\n\nUsage: "
          "unmask "
          "COMMAND [options] ...\n\nCommands:\n",
          out);
    for (const um_command *const *c = um_commands; *c; c++)
        fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fputs("\n'unmask COMMAND --help' explains one. 'unmask --version' prints the version.\n", out);
}

static int run(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--version")) {
        printf("unmask %s\n", um_version());
        return UM_EXIT_OK;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        usage(stdout);
        return UM_EXIT_OK;
    }
    if (!strcmp(name, "--man") || !strcmp(name, "--completion")) { /* for the build */
        (name[2] == 'm' ? um_opt_man : um_opt_completion)(um_commands, stdout);
        return UM_EXIT_OK;
    }
    for (const um_command *const *c = um_commands; *c; c++)
        if (!strcmp(name, (*c)->name)) {
            int n = um_opt_parse(*c, argc - 2, argv + 2);
            return n < 0 ? um_opt_status(n) : (*c)->run(n, argv + 2);
        }
    if (*name) {
        fputs("unmask: no command '", stderr);
        um_show(stderr, name);
        fputs("' (see unmask --help)\n", stderr);
    } else {
        usage(stderr);
    }
    return UM_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    um_interrupts_end();
    um_media_quiet(); /* what is wrong with a file, our own lines say */
    um_models_folder_use();
    int status = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("unmask: standard output cannot be written");
    return UM_EXIT_UNWRITABLE;
}
