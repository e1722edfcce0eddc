/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h: CHECK counts failures and prints the line; a test ends with return check_done(). Exit 77 = skipped
 * (meson). */
#ifndef UM_CHECK_H
#define UM_CHECK_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int check_n_failed, check_n_passed;

#define CHECK(condition)          \
    ((condition)                  \
         ? (void)check_n_passed++ \
         : (check_n_failed++, (void)fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition)))
#define CHECK_NEAR(a, b, tolerance)                                                                   \
    do {                                                                                              \
        double check_a = (a), check_b = (b);                                                          \
        if (fabs(check_a - check_b) <= (tolerance))                                                   \
            check_n_passed++;                                                                         \
        else                                                                                          \
            check_n_failed++, fprintf(stderr, "%s:%d: failed: %s = %.9g, expected %.9g within %g\n",  \
                                      __FILE__, __LINE__, #a, check_a, check_b, (double)(tolerance)); \
    } while (0)

static inline int check_done(void)
{
    fprintf(stderr, "%d checks, %d failed\n", check_n_passed + check_n_failed, check_n_failed);
    return check_n_failed || !check_n_passed;
}

/* The folder with real media, or NULL: then print "skipped" and return CHECK_SKIP. */
enum { CHECK_SKIP = 77 };
static inline const char *check_testdata(void)
{
    const char *dir = getenv("UNMASK_TESTDATA");
    char probe[4096];
    FILE *f;
    if (!dir)
        dir = "../shared";
    snprintf(probe, sizeof probe, "%s/data/faces/labels.csv", dir);
    if (!(f = fopen(probe, "r"))) {
        fprintf(stderr, "skipped: no test data in %s (set UNMASK_TESTDATA)\n", dir);
        return NULL;
    }
    fclose(f);
    return dir;
}
#endif
