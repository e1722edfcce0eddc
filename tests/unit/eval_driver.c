/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers requests of eval_sklearn.py: a line with a number, so many lines "0|1 SCORE"; then a line of
 * measures and one of the curve. */
#include "eval/decision.h"
#include "eval/probability.h"
#include <stdlib.h>

int main(void)
{
    size_t n;
    while (scanf("%zu", &n) == 1) {
        um_trial *t = um_calloc(n, sizeof *t);
        um_curve_point *curve = um_calloc(n + 2, sizeof *curve);
        if (!t || !curve)
            return 1;
        size_t positives = 0;
        for (size_t i = 0; i < n; i++) {
            int positive;
            if (scanf("%d %lf", &positive, &t[i].score) != 2)
                return 1;
            t[i].positive = positive;
            positives += t[i].positive;
        }
        um_trials_sort(t, n);
        const um_decisions d = um_decide(t, n, .5);
        printf("%.17g %.17g %.17g %.17g %.17g %.17g %.17g\n", um_auc(t, n),
               um_average_precision(t, n, positives), um_log_loss(t, n), um_brier(t, n),
               um_calibration_error(t, n), um_accuracy(d), um_f1(d));
        for (size_t i = um_curve(curve, t, n); i-- > 0;)
            printf("%.17g %.17g ", curve[i].alarm, 1 - curve[i].miss);
        putchar('\n');
        fflush(stdout);
        free(t);
        free(curve);
    }
    return 0;
}
