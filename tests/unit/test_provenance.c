/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks in, words out. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

static um_findings *judge(const um_probe *probe)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("provenance")) == UM_OK);
    r.media.duration_s = 12;
    r.in.probe = probe;
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

int main(void)
{
    um_findings *f = judge(NULL);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);

    um_probe probe = {.n_marks = 3,
                      .marks = {{"c2pa", UM_MARK_ABSENT},
                                {"encoder", UM_MARK_PRESENT, .detail = "Lavf59.27.100"},
                                {"exif", UM_MARK_BROKEN, .detail = "offset outside"}}};
    f = judge(&probe);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0);
    CHECK(strstr(result_of(f, UM_FILE)->text, "no evidence"));
    CHECK(f->n_evidence == 1); /* an encoder's name is none */
    CHECK(!strcmp(f->evidence[0].text, "exif is damaged: offset outside") && f->evidence[0].to_s == 12);
    um_findings_free(&f);

    probe.marks[0] =
        (um_mark){"generator", UM_MARK_DECLARES_SYNTHETIC, .detail = "Steps: 20, Sampler: Euler"};
    f = judge(&probe);
    CHECK(result_of(f, UM_FILE)->score == 1 && strstr(result_of(f, UM_FILE)->text, "Steps: 20"));
    CHECK(!strcmp(f->evidence[0].text, "generator declares a generator: Steps: 20, Sampler: Euler"));
    um_findings_free(&f);

    probe.marks[0] = (um_mark){"unmask_label", UM_MARK_DECLARES_SYNTHETIC, .detail = "face swap"};
    f = judge(&probe);
    CHECK(result_of(f, UM_FILE)->score == 1 && strstr(result_of(f, UM_FILE)->text, "own label"));
    um_findings_free(&f);

    probe.marks[0] = (um_mark){.name = "c2pa", .state = UM_MARK_NOT_LOOKED_AT, .detail = "too large"};
    f = judge(&probe);
    CHECK(result_of(f, UM_FILE)->score == 0 &&
          strstr(result_of(f, UM_FILE)->text, "1 kind of marks could not"));
    um_findings_free(&f);
    return check_done();
}
