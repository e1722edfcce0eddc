/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict.c: analyse recordings and print the answer, without reading a report.
 *
 *     cc verdict.c $(pkg-config --cflags --libs unmask) -o verdict && ./verdict clip.mp4 */
#include <stdio.h>
#include <unmask/unmask.h>

static void print(const um_results *results)
{
    printf("%s: %s\n", um_results_path(results), um_results_answer(results));
    for (int i = 0; i < um_results_n_persons(results); i++) {
        const um_person *p = um_results_person(results, i);
        printf("  person %d, seen in %lld frames: %s\n", p->id + 1, (long long)p->n_frames, p->verdict.words);
    }
    for (int i = 0; i < um_results_n_signals(results); i++) {
        const um_findings *f = um_results_signal(results, i);
        for (int k = 0; k < um_findings_n_results(f); k++)
            printf("  %s: %s\n", um_findings_signal(f)->name, um_findings_result(f, k)->text);
    }
}

int main(int argc, char **argv)
{
    um_error err = {0};
    um_analyzer *analyzer = NULL;
    um_analysis_options options = UM_ANALYSIS_OPTIONS_INIT;
    int failed = 0;

    if (um_analyzer_new(&analyzer, &options, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        um_results *results = NULL;
        if (um_analyzer_run(&results, analyzer, argv[i], &err) == UM_OK)
            print(results);
        else
            failed = fprintf(stderr, "%s\n", err.text);
        um_results_free(&results);
    }
    um_analyzer_free(&analyzer);
    return failed != 0;
}
