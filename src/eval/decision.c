/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decision.c: see decision.h. */
#include "eval/decision.h"
#include <math.h>

um_decisions um_decide(const um_trial *t, size_t n, double threshold)
{
    um_decisions d = {0};
    for (size_t i = 0; i < n; i++) {
        const bool called = t[i].score >= threshold;
        if (t[i].positive)
            *(called ? &d.hits : &d.misses) += 1;
        else
            *(called ? &d.alarms : &d.passes) += 1;
    }
    return d;
}

double um_accuracy(um_decisions d)
{
    const double all = (double)(d.hits + d.misses + d.alarms + d.passes);
    return all > 0 ? (double)(d.hits + d.passes) / all : NAN;
}

double um_f1(um_decisions d)
{
    const double all = (double)(2 * d.hits + d.misses + d.alarms);
    return all > 0 ? 2 * (double)d.hits / all : NAN;
}

size_t um_curve(um_curve_point *out, const um_trial *t, size_t n)
{
    size_t points = 0;
    double missed = 0, passed = 0;
    const um_decisions all = um_decide(t, n, -INFINITY);
    if (!all.hits || !all.alarms)
        return 0;
    out[points++] = (um_curve_point){-INFINITY, 0, 1};
    for (size_t i = 0; i < n; i++) {
        if (i && t[i].score > t[i - 1].score)
            out[points++] =
                (um_curve_point){t[i].score, missed / (double)all.hits, 1 - passed / (double)all.alarms};
        missed += t[i].positive;
        passed += !t[i].positive;
    }
    out[points++] = (um_curve_point){INFINITY, 1, 0};
    return points;
}

/* Newton's steps on the normal distribution; from 0 they converge to every share that is let in. */
double um_probit(double share)
{
    const double p = um_clampd(share, 1e-4, 1 - 1e-4);
    double x = 0;
    for (int i = 0; i < 40; i++)
        x -= (erfc(-x * M_SQRT1_2) / 2 - p) * sqrt(2 * M_PI) * exp(x * x / 2);
    return x;
}

/* The least of a * miss + b * alarm over all thresholds. */
static double least(const um_trial *t, size_t n, double a, double b)
{
    const um_decisions all = um_decide(t, n, -INFINITY);
    if (!all.hits || !all.alarms)
        return NAN;
    double missed = 0, alarms = (double)all.alarms, best = b;
    for (size_t i = 0; i < n; i++) {
        missed += t[i].positive;
        alarms -= !t[i].positive;
        if (i + 1 == n || t[i + 1].score > t[i].score)
            best = fmin(best, a * missed / (double)all.hits + b * alarms / (double)all.alarms);
    }
    return best;
}

double um_min_dcf(const um_trial *t, size_t n, double prior, double cost_miss, double cost_alarm)
{
    const double a = prior * cost_miss, b = (1 - prior) * cost_alarm;
    return least(t, n, a, b) / fmin(a, b);
}

double um_min_tdcf(const um_trial *t, size_t n, const um_verifier *v)
{
    static const double spoof = .05, target = .95 * .99, other = .95 * .01, cost_miss = 1, cost_alarm = 10;
    const double c0 = target * cost_miss * v->miss + other * cost_alarm * v->alarm;
    const double c1 = target * cost_miss - c0, c2 = spoof * cost_alarm * v->spoofed;
    if (!(c1 > 0 && c2 > 0))
        return NAN;
    return (c0 + least(t, n, c2, c1)) / (c0 + fmin(c1, c2)); /* a miss here is a fake that is let through */
}
