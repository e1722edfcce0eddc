/* SPDX-License-Identifier: GPL-3.0-or-later */
/* classifier.c: which kinds there are. */
#include "learn/classifier.h"
#include <string.h>

const char um_classifier_names[] = "logistic, gmm, trees, svm";

const um_classifier_kind *um_classifier_find(const char *name)
{
    static const um_classifier_kind *const kinds[] = {&um_classifier_logistic, &um_classifier_gmm,
                                                      &um_classifier_trees, &um_classifier_svm};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}
