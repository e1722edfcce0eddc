/* verdict.h: the answer about a person or a file. */
#ifndef UM_VERDICT_H
#define UM_VERDICT_H
#include <stdbool.h>

typedef struct um_verdict {
    bool inconclusive;
    char reason[240];      /* why inconclusive, one sentence; "" otherwise */
    double log_lr, lo, hi; /* log10 likelihood ratio (> 0: manipulation more likely) with a 90 % interval; 0
                              when nothing weighs */
    int n_weighed;         /* calibrated results that went in */
} um_verdict;

/* Words for a log10 likelihood ratio, after the ENFSI guideline for evaluative reporting (2015). */
const char *um_scale_words(double log_lr);
#endif
