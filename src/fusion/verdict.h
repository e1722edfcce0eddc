/* verdict.h: the answer about a person or a file. */
#ifndef UM_VERDICT_H
#define UM_VERDICT_H
#include <unmask/results.h>

/* Words for a log10 likelihood ratio, after the ENFSI guideline for evaluative reporting (2015). */
const char *um_scale_words(double log_lr);
#endif
