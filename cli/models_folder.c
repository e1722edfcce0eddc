/* SPDX-License-Identifier: GPL-3.0-or-later */
/* models_folder.c: see models_folder.h. */
#include "models_folder.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void um_models_folder(char *path, size_t size)
{
    const char *set = getenv("UNMASK_MODELS"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = 0;
    *path = 0;
    if (set && *set)
        n = snprintf(path, size, "%s", set);
    else if (data && *data == '/')
        n = snprintf(path, size, "%s/unmask/models", data);
    else if (home && *home)
        n = snprintf(path, size, "%s/.local/share/unmask/models", home);
    if (n < 0 || (size_t)n >= size)
        *path = 0;
}

void um_models_folder_use(void)
{
    char path[PATH_MAX];
    struct stat s;
    um_models_folder(path, sizeof path);
    if (*path && !getenv("UNMASK_MODELS") && stat(path, &s) == 0 && S_ISDIR(s.st_mode))
        setenv("UNMASK_MODELS", path, 1);
}
