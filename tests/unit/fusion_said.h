/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fusion_said.h: calibrations from a text and findings from scores, for the tests of fusion. */
#ifndef UM_TEST_FUSION_SAID_H
#define UM_TEST_FUSION_SAID_H
#include "../check.h"
#include "fusion/fusion.h"
#include <string.h>
#include <unistd.h>

static inline um_calibration *load(const char *text, const char **problem)
{
    static um_error err;
    char path[] = "/tmp/unmask-fusion-XXXXXX";
    um_calibration *c = NULL;
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    const um_status st = um_calibration_load(&c, path, &err);
    CHECK((st == UM_OK) == (c != NULL));
    /* one line that names the file */
    CHECK(st == UM_OK || (err.code == st && strstr(err.text, path) && !strchr(err.text, '\n')));
    if (problem)
        *problem = st == UM_OK ? "" : err.text;
    unlink(path);
    return c;
}

typedef struct said {
    um_subject subject;
    double score;
} said;

/* What a signal of that name said, ready to be calibrated. */
static inline um_findings *findings(const um_signal *signal, const said *s, int n)
{
    um_findings *f = NULL;
    um_error err;
    CHECK(um_findings_new(&f, signal, &err) == UM_OK);
    for (int i = 0; i < n; i++)
        CHECK(um_findings_score(f, s[i].subject, s[i].score, &err, "x") == UM_OK);
    um_findings_close(f);
    return f;
}
#endif
