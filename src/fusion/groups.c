/* SPDX-License-Identifier: GPL-3.0-or-later */
/* groups.c: how much each of several ratios that depend on each other may say.
 *
 * Natural log ratios that are right about themselves are normal with means +-v/2 and variance v in the two
 * classes (Turin, "An introduction to matched filters", 1960; Green & Swets, 1966). Of several such, with
 * covariance C within a class and v its diagonal, the joint log ratio is w . l with C w = v. */
#include "fusion/calibration.h"
#include <math.h>

/* C x = v by Cholesky's decomposition, C being the covariance at rows and columns which[0..n), v its
 * diagonal.
 */
static bool solve(double *x, const um_calibration_group *g, const int *which, int n)
{
    double l[UM_MAX_GROUP][UM_MAX_GROUP];
    for (int i = 0; i < n; i++)
        for (int k = 0; k <= i; k++) {
            double sum = g->covariance[which[i]][which[k]];
            for (int m = 0; m < k; m++)
                sum -= l[i][m] * l[k][m];
            if (i == k && !(sum > 1e-9 * g->covariance[which[i]][which[i]]))
                return false;
            l[i][k] = i == k ? sqrt(sum) : sum / l[k][k];
        }
    for (int i = 0; i < n; i++) {
        x[i] = g->covariance[which[i]][which[i]];
        for (int m = 0; m < i; m++)
            x[i] -= l[i][m] * x[m];
        x[i] /= l[i][i];
    }
    for (int i = n; i-- > 0;) {
        for (int m = i + 1; m < n; m++)
            x[i] -= l[m][i] * x[m];
        x[i] /= l[i][i];
    }
    return true;
}

bool um_group_weights(double *weight, const um_calibration_group *g, const int *which, int n)
{
    int left[UM_MAX_GROUP], place[UM_MAX_GROUP], n_left = n;
    for (int i = 0; i < n; i++) {
        left[i] = which[i];
        place[i] = i;
        weight[i] = 0;
    }
    /* A negative weight would turn a signal around: the most negative says nothing that the others have not
     * said, and goes. */
    while (n_left > 0) {
        double x[UM_MAX_GROUP];
        int least = 0;
        if (!solve(x, g, left, n_left))
            return false;
        for (int i = 1; i < n_left; i++)
            least = x[i] < x[least] ? i : least;
        if (x[least] >= 0) {
            for (int i = 0; i < n_left; i++)
                weight[place[i]] = x[i];
            return true;
        }
        n_left--;
        for (int i = least; i < n_left; i++) {
            left[i] = left[i + 1];
            place[i] = place[i + 1];
        }
    }
    return true;
}
