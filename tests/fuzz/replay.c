/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.c FILE|DIR...: runs the fuzz target it is linked with over files, as libFuzzer would: a crash shows
 * without a fuzzing engine. */
#include "fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int n_files;

static int run(const char *path)
{
    struct stat s = {0};
    FILE *f = fopen(path, "rb");
    if (!f || fstat(fileno(f), &s)) {
        perror(path);
        if (f)
            fclose(f);
        return 1;
    }
    size_t n = (size_t)s.st_size;
    uint8_t *data = malloc(n ? n : 1); /* no byte more: the sanitizer sees reads beyond it */
    int failed = !data || fread(data, 1, n, f) != n;
    fclose(f);
    if (failed)
        perror(path);
    else
        LLVMFuzzerTestOneInput(data, n);
    free(data);
    n_files++;
    return failed;
}

static int run_folder(const char *folder)
{
    int failed = 0;
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            failed |= run(path);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return failed || n < 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        struct stat s = {0};
        if (!stat(argv[i], &s) && S_ISDIR(s.st_mode))
            failed |= run_folder(argv[i]);
        else
            failed |= run(argv[i]);
    }
    printf("%d files\n", n_files);
    return failed || !n_files;
}
