/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results, as unmask report reads them, and the page and text of what was accepted. */
#include "fuzz.h"
#include <stdlib.h>
#include <unmask/results.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_results *results = NULL;
    char *text = NULL;
    if (um_results_read(&results, (const char *)data, n, "fuzz", NULL) < 0)
        return 0;
    if (um_results_html(&text, results, NULL, NULL) == UM_OK)
        free(text);
    if (um_results_text(&text, results, 80, true, NULL) == UM_OK)
        free(text);
    if (um_results_json(&text, results, true, NULL) == UM_OK)
        free(text);
    um_results_free(&results);
    return 0;
}
