/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log loss, Brier score and calibration error, by hand. */
#include "../check.h"
#include "eval/probability.h"

static void by_hand(void)
{
    const um_trial t[] = {{.9, true}, {.2, false}, {.6, false}, {.3, true}};
    CHECK_NEAR(um_log_loss(t, 4), -(log(.9) + log(.8) + log(.4) + log(.3)) / 4, 1e-15);
    CHECK_NEAR(um_brier(t, 4), (.01 + .04 + .36 + .49) / 4, 1e-15);
    CHECK(isnan(um_log_loss(t, 0)) && isnan(um_brier(t, 0)) && isnan(um_calibration_error(t, 0)));
    const um_trial sure[] = {{0, true}, {1, false}}; /* the difference of 1 and 1 - 1e-15 has three digits */
    CHECK_NEAR(um_log_loss(sure, 1), -log(1e-15), 1e-12);
    CHECK_NEAR(um_log_loss(sure + 1, 1), -log(1e-15), .1);
    CHECK(um_brier(sure, 2) == 1);
}

static void reliability(void)
{
    um_reliability bin[UM_RELIABILITY_BINS];
    /* bins of 1/15: 0 and 1/15 in the first, above it in the second, 1 in the last */
    const um_trial t[] = {{0, false}, {1. / 15, true}, {.067, false}, {.13, false}, {1, true}, {.999, false}};
    um_reliability_of(bin, t, 6);
    CHECK(bin[0].n == 2 && bin[1].n == 2 && bin[14].n == 2 && bin[7].n == 0);
    CHECK_NEAR(bin[0].said, 1. / 30, 1e-15);
    CHECK_NEAR(bin[0].came, .5, 1e-15);
    CHECK_NEAR(bin[1].said, .0985, 1e-15);
    CHECK(bin[1].came == 0 && isnan(bin[7].said) && isnan(bin[7].came));
    CHECK_NEAR(um_calibration_error(t, 6), (2 * (.5 - 1. / 30) + 2 * .0985 + 2 * .4995) / 6, 1e-15);
    const um_trial outside[] = {{-1, false}, {2, true}}; /* no probabilities, but no harm */
    um_reliability_of(bin, outside, 2);
    CHECK(bin[0].n == 1 && bin[14].n == 1);
}

int main(void)
{
    by_hand();
    reliability();
    return check_done();
}
