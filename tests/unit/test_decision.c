/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions, curves and detection costs, by hand. */
#include "../check.h"
#include "eval/decision.h"

/* As sorted: negatives 1, 2, 3, 5; positives 2, 3, 4. */
static const um_trial t[] = {{1, false}, {2, true}, {2, false}, {3, false}, {3, true}, {4, true}, {5, false}};
enum { N = sizeof t / sizeof *t };

static void decisions(void)
{
    um_decisions d = um_decide(t, N, 3); /* the threshold itself is called */
    CHECK(d.hits == 2 && d.misses == 1 && d.alarms == 2 && d.passes == 2);
    CHECK_NEAR(um_accuracy(d), 4. / 7, 1e-15);
    CHECK_NEAR(um_f1(d), 4. / 7, 1e-15); /* precision 2/4, recall 2/3 */
    d = um_decide(t, N, 3.5);
    CHECK(d.hits == 1 && d.misses == 2 && d.alarms == 1 && d.passes == 3);
    CHECK_NEAR(um_f1(d), 2. / 5, 1e-15); /* 1/2 and 1/3 */
    d = um_decide(t, N, INFINITY);
    CHECK(um_f1(d) == 0);
    d = um_decide(t, 0, 0);
    CHECK(isnan(um_accuracy(d)) && isnan(um_f1(d)));
    d = um_decide(t, 1, 3);
    CHECK(um_accuracy(d) == 1 && isnan(um_f1(d))); /* a negative, rightly passed */
}

static void curve(void)
{
    static const um_curve_point expected[] = {{-INFINITY, 0, 1},   {2, 0, 3. / 4}, {3, 1. / 3, 2. / 4},
                                              {4, 2. / 3, 1. / 4}, {5, 1, 1. / 4}, {INFINITY, 1, 0}};
    um_curve_point got[N + 2];
    const size_t n = um_curve(got, t, N);
    CHECK(n == sizeof expected / sizeof *expected);
    for (size_t i = 0; i < n; i++) {
        CHECK(got[i].threshold == expected[i].threshold);
        CHECK_NEAR(got[i].miss, expected[i].miss, 1e-15);
        CHECK_NEAR(got[i].alarm, expected[i].alarm, 1e-15);
    }
    CHECK(um_curve(got, t, 1) == 0 && um_curve(got, t, 0) == 0);
    CHECK(um_curve(got, t, 2) == 3); /* between the only two, and both ends */
}

static void probit(void)
{
    CHECK(um_probit(.5) == 0);
    CHECK_NEAR(um_probit(.975), 1.959963984540054, 1e-12);
    CHECK_NEAR(um_probit(1e-4), -3.719016485455709, 1e-9);
    CHECK(um_probit(0) == um_probit(1e-4) && um_probit(1) == um_probit(1 - 1e-4));
    CHECK(um_probit(9e-5) == um_probit(1e-4) && um_probit(1.1e-4) > um_probit(1e-4));
}

static void costs(void)
{
    /* prior .4, misses 2, alarms 1: .8 miss + .6 alarm over the six points: .6, .45, .2667 + .3, .5333 + .15,
     * .95, .8; the trivial answers cost .6 at least */
    CHECK_NEAR(um_min_dcf(t, N, .4, 2, 1), .45 / .6, 1e-15);
    CHECK_NEAR(um_min_dcf(t, N, .01, 1, 1), 1, 1e-15); /* calling nothing is best */
    CHECK(isnan(um_min_dcf(t, 1, .5, 1, 1)) && isnan(um_min_dcf(t, 0, .5, 1, 1)));

    /* c0 = .9405 * .02 + .095 * .03 = .02166, c1 = .9405 - c0 = .91884, c2 = .5 * .4 = .2; over the points:
     * .2 miss + .91884 alarm = .91884, .68913, .066667 + .45942, .13333 + .22971, .42971, .2 */
    const um_verifier v = {.miss = .02, .alarm = .03, .spoofed = .4};
    CHECK_NEAR(um_min_tdcf(t, N, &v), (.02166 + .2) / (.02166 + .2), 1e-12);
    CHECK_NEAR(um_min_tdcf(t, 6, &v), (.02166 + .2 * 2 / 3) / (.02166 + .2), 1e-12); /* without the 5 */
    const um_verifier useless = {.miss = 1, .alarm = 0, .spoofed = .4}, proof = {.miss = .02, .alarm = .03};
    CHECK(isnan(um_min_tdcf(t, N, &useless)) && isnan(um_min_tdcf(t, N, &proof)));
    CHECK(isnan(um_min_tdcf(t, 1, &v)));
}

int main(void)
{
    decisions();
    curve();
    probit();
    costs();
    return check_done();
}
