/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers front_scipy.py: a line of JSON, the "input" of a manifest, and the samples it takes as floats on
 * stdin; the table as floats on stdout. */
#include "networks/front_json.h"
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char line[1000];
    while (fgets(line, sizeof line, stdin)) {
        um_json *j = NULL;
        um_front_spec spec;
        um_front *front = NULL;
        um_error err = {0};
        um_status st = um_json_parse(&j, line, strlen(line), "stdin", &err);
        for (um_front_kind k = 0; k < UM_FRONTS && st == UM_OK; k++)
            if (!strcmp(um_json_get_text(j, "sound", ""), um_front_name(k)))
                st = um_front_from_json(&spec, k, j, &err);
        if (st == UM_OK)
            st = um_front_new(&front, &spec, &err);
        if (st < 0)
            return fprintf(stderr, "%s\n", err.text), 1;
        const size_t n = (size_t)um_front_samples(&spec),
                     size = (size_t)(um_front_planes(&spec) * um_front_rows(&spec) * spec.frames);
        float *x = calloc(n, sizeof *x), *table = calloc(size, sizeof *table);
        if (!x || !table || fread(x, sizeof *x, n, stdin) != n)
            return 1;
        um_front_hear(front, table, x);
        fwrite(table, sizeof *table, size, stdout);
        fflush(stdout);
        free(x);
        free(table);
        um_front_free(&front);
        um_json_free(&j);
    }
    return 0;
}
