/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_models.c: networks that are kept beside the built-in ones. */
#include "commands.h"
#include "interrupt.h"
#include "models_folder.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/models.h>

static const um_opt options[] = {{0}};

static int list(const char *folder)
{
    um_error err = {0};
    char *text;
    const char *set = getenv("UNMASK_MODELS");
    if (um_models_list(&text, set && *set ? folder : NULL, &err) < 0)
        return um_complain(&err);
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        char *field[4] = {line};
        *end = 0;
        for (int i = 1; i < 4; i++) {
            field[i] = strchr(field[i - 1], '\t');
            *field[i]++ = 0;
        }
        printf("%-18s ", field[0]);
        um_show(stdout, field[1]);
        printf("%*s%-13s ", (int)(strlen(field[1]) < 24 ? 24 - strlen(field[1]) : 1), "",
               *field[2] ? field[2] : "-");
        um_show(stdout, field[3]);
        putchar('\n');
    }
    free(text);
    return UM_EXIT_OK;
}

static int run(int n, char **args)
{
    char folder[PATH_MAX];
    um_error err = {0};
    um_models_folder(folder, sizeof folder);
    if (!strcmp(args[0], "list") && n == 1)
        return list(folder);
    const bool adds = !strcmp(args[0], "add");
    if ((!adds && strcmp(args[0], "remove") != 0) || n < 2) {
        fprintf(stderr, "unmask models: list, add FOLDER... or remove NAME... (see unmask models --help)\n");
        return UM_EXIT_USAGE;
    }
    if (!*folder) {
        fprintf(stderr, "unmask: neither UNMASK_MODELS nor HOME says where networks are kept\n");
        return UM_EXIT_USAGE;
    }
    um_interrupts_catch(0); /* what is begun is soon done: no folder is left half full */
    for (int i = 1; i < n && !um_interrupted(); i++)
        if ((adds ? um_models_add(folder, args[i], &err) : um_models_remove(folder, args[i], &err)) < 0)
            return um_complain(&err);
    return um_interrupted() ? UM_EXIT_SIGNAL + um_interrupted() : UM_EXIT_OK;
}

const um_command um_cmd_models = {
    .program = "unmask",
    .name = "models",
    .arguments = "list | add FOLDER... | remove NAME...",
    .summary = "Keep networks of your own beside the built-in ones, list them, remove them",
    .details = "add copies a folder with networks, their manifests and calibration (unmask train makes such; "
               "docs/models/manifest.md)\nto UNMASK_MODELS, else to unmask/models below XDG_DATA_HOME or "
               "~/.local/share: from then on every command uses them.\nlist: role, name, SHA-256, place; of "
               "each role the first that runs is used.",
    .examples = "  unmask models add mine\n  unmask models list\n  unmask models remove mine",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
