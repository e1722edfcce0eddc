/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers requests of learn_sklearn.py: a line "KIND N INPUTS PENALTY PARTS COST GAMMA", N lines "0|1 X...";
 * then the classifier as JSON on a line, and a line of the scores of all rows. */
#include "learn/classifier.h"
#include <stdlib.h>

static bool read_rows(double *x, bool *fake, size_t n, size_t inputs)
{
    for (size_t i = 0; i < n; i++) {
        int is_fake;
        if (scanf("%d", &is_fake) != 1)
            return false;
        fake[i] = is_fake;
        for (size_t c = 0; c < inputs; c++)
            if (scanf("%lf", &x[i * inputs + c]) != 1)
                return false;
    }
    return true;
}

static bool answer(const um_classifier_kind *kind, const um_learn_rows *rows, const um_learn_options *o)
{
    void *classifier = NULL;
    char *text = NULL;
    um_error err = {0};
    if (!kind || kind->fit(&classifier, rows, o, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    um_json *json = kind->to_json(classifier);
    const bool right = um_json_text(&text, json, 0, &err) == UM_OK;
    if (right) {
        puts(text);
        for (size_t i = 0; i < rows->n; i++)
            printf("%.17g ", kind->score(classifier, rows->x + i * rows->inputs));
        putchar('\n');
        fflush(stdout);
    }
    free(text);
    um_json_free(&json);
    kind->free(classifier);
    return right;
}

int main(void)
{
    char name[32];
    size_t n, inputs;
    um_learn_options o = {.seed = 1};
    bool right = true;
    while (right && scanf("%31s %zu %zu %lf %d %lf %lf", name, &n, &inputs, &o.penalty, &o.parts, &o.cost,
                          &o.gamma) == 7) {
        double *x = um_calloc(n, inputs * sizeof *x);
        bool *fake = um_calloc(n, sizeof *fake);
        const um_learn_rows rows = {.n = n, .inputs = inputs, .x = x, .fake = fake};
        right = x && fake && read_rows(x, fake, n, inputs) && answer(um_classifier_find(name), &rows, &o);
        free(x);
        free(fake);
    }
    return !right;
}
