/* SPDX-License-Identifier: GPL-3.0-or-later */
/* make_results FILE.json: the first input of fuzz_results: the made results of the report tests, with short
 * series. */
#include "../unit/report_fixture.h"

enum { SAMPLES = 5 };

int main(int argc, char **argv)
{
    um_error err = {0};
    char *json = NULL;
    um_results *r = fixture_new(false);
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_series; k++)
            if (r->findings[i]->series[k].n > SAMPLES)
                r->findings[i]->series[k].n = SAMPLES;
    um_status st = um_results_json(&json, r, true, &err);
    if (st == UM_OK)
        st = um_text_write(argc > 1 ? argv[1] : "/dev/null", json, &err);
    if (st < 0)
        fprintf(stderr, "%s\n", err.text);
    free(json);
    um_results_free(&r);
    return st < 0;
}
