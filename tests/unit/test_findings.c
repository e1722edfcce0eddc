/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings: bounds, thinning, replacement, outcome. */
#include "../check.h"
#include "results/findings.h"
#include <string.h>

static const um_signal signal_of_test = {.name = "test"};

static um_findings *fresh(void)
{
    um_findings *f = NULL;
    CHECK(um_findings_new(&f, &signal_of_test, NULL) == UM_OK);
    return f;
}

/* A ramp stays a ramp, its mean stays its mean, and nothing of it is lost but the last partial sample's
 * weight. */
static void thinning(void)
{
    static const int lengths[] = {1, 100, UM_MAX_POINTS, UM_MAX_POINTS + 1, 100000};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        const int n = lengths[k];
        um_findings *f = fresh();
        int id = -1, again = -1;
        CHECK(um_findings_series(f, &id, um_person_subject(0), "ramp", "ratio", NULL) == UM_OK && id == 0);
        CHECK(um_findings_series(f, &again, um_person_subject(0), "ramp", "ratio", NULL) == UM_OK &&
              again == 0);
        for (int i = 0; i < n; i++)
            CHECK(um_findings_point(f, id, i / 25., 3. * i / 25 + 1, NULL) == UM_OK);
        um_findings_close(f);
        const um_series *s = &f->series[0];
        CHECK(s->n >= 1 && s->n <= UM_MAX_POINTS);
        CHECK((n <= UM_MAX_POINTS) == (s->thinning == 1));
        CHECK(n <= UM_MAX_POINTS || s->n > UM_MAX_POINTS / 2 - 1);
        double weighed = 0, raw = 0;
        for (size_t i = 0; i < s->n; i++) {
            CHECK_NEAR(s->sample[i].value, 3 * s->sample[i].t_s + 1, 1e-6);
            CHECK(i == 0 || s->sample[i].t_s > s->sample[i - 1].t_s);
            int points = i + 1 < s->n ? s->thinning : n - (int)(s->n - 1) * s->thinning;
            weighed += points * s->sample[i].value;
            raw += points;
        }
        CHECK_NEAR(weighed / raw, 3. * (n - 1) / 2 / 25 + 1, 1e-6 * n);
        um_findings_free(&f);
        CHECK(!f);
    }
}

/* A refusal names the signal and the reason. */
#define REFUSED(call, why)                                             \
    do {                                                               \
        um_error err = {0};                                            \
        CHECK((call) == UM_EINVAL && !strcmp(err.text, "test: " why)); \
    } while (0)

static void bad_values(void)
{
    um_findings *f = fresh();
    int id;
    const um_subject file = um_file_subject(), who = um_person_subject(0), none = um_person_subject(-1);
    CHECK(um_findings_series(f, &id, file, "x", "dB", NULL) == UM_OK);
    REFUSED(um_findings_point(f, id, NAN, 0, &err), "a point of 'x' that is not a number");
    REFUSED(um_findings_point(f, id, 0, INFINITY, &err), "a point of 'x' that is not a number");
    REFUSED(um_findings_point(f, 1, 0, 0, &err), "a point of no series");
    REFUSED(um_findings_point(f, -2, 0, 0, &err), "a point of no series");
    CHECK(um_findings_point(f, -1, NAN, 0, NULL) == UM_OK); /* beyond the maximum: nothing is kept */
    REFUSED(um_findings_score(f, who, NAN, &err, "never"), "a score that is not a number");
    REFUSED(um_findings_score(f, none, 1, &err, "never"), "a negative person");
    REFUSED(um_findings_score(f, um_voice_subject(-1), 1, &err, "never"), "a negative voice");
    REFUSED(um_findings_skip(f, none, &err, "never"), "a negative person");
    REFUSED(um_findings_evidence(f, who, 2, 1, NULL, &err, "never"), "evidence that ends before it begins");
    REFUSED(um_findings_evidence(f, who, 0, INFINITY, NULL, &err, "never"),
            "evidence at a time that is not a number");
    REFUSED(um_findings_skip(f, um_interval_subject(2, 1), &err, "never"),
            "an interval that ends before it begins");
    REFUSED(um_findings_skip(f, um_interval_subject(0, NAN), &err, "never"), "a time that is not a number");
    REFUSED(um_findings_skip(f, um_region_subject((um_rect){0, 0, 0, 9}, 0, 1), &err, "never"),
            "an empty region");
    REFUSED(um_findings_skip(f, um_region_subject((um_rect){NAN, 0, 9, 9}, 0, 1), &err, "never"),
            "a region that is not a number");
    REFUSED(um_findings_series(f, &id, (um_subject){.kind = 9}, "x", "", &err), "a subject of no known kind");
    REFUSED(um_findings_link(f, 0, -1, .5, &err), "a link to a negative voice or person");
    REFUSED(um_findings_link(f, 0, 0, 1.1, &err), "a link whose confidence is not between 0 and 1");
    CHECK(f->series[0].n == 0 && f->n_results == 0 && f->n_evidence == 0 && f->n_links == 0);
    um_findings_close(f);
    CHECK(f->outcome == UM_NOT_APPLICABLE && f->reason[0]);
    CHECK(um_findings_score(f, file, 1, NULL, "x") == UM_OK && isnan(f->result[0].quality));
    REFUSED(um_findings_quality(f, file, -.01, &err), "a quality that is not between 0 and 1");
    REFUSED(um_findings_quality(f, file, 1.01, &err), "a quality that is not between 0 and 1");
    REFUSED(um_findings_quality(f, file, NAN, &err), "a quality that is not between 0 and 1");
    CHECK(um_findings_quality(f, file, 1, NULL) == UM_OK && f->result[0].quality == 1);
    CHECK(um_findings_quality(f, who, 0, NULL) == UM_OK && f->n_results == 1); /* nothing was said of her */
    um_findings_free(&f);
    um_findings_free(&f);
    um_findings_free(NULL);
}

/* Each subject has results and series of its own. */
static void subjects(void)
{
    const um_rect box = {10, 20, 30, 40}, other = {10, 20, 30, 41};
    const um_subject all[] = {um_file_subject(),
                              um_person_subject(0),
                              um_person_subject(1),
                              um_voice_subject(0),
                              um_voice_subject(1),
                              um_interval_subject(0, 1),
                              um_interval_subject(0, 2),
                              um_interval_subject(.5, 1),
                              um_region_subject(box, 0, 1),
                              um_region_subject(other, 0, 1),
                              um_region_subject(box, 0, 2)};
    const int n = sizeof all / sizeof *all;
    um_findings *f = fresh();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < n; i++) {
            int series = -1;
            CHECK(um_findings_series(f, &series, all[i], "x", "", NULL) == UM_OK && series == i);
            CHECK(um_findings_score(f, all[i], round + i, NULL, "x") == UM_OK);
            CHECK(um_subject_equal(f->result[i].subject, all[i]));
        }
    CHECK(f->n_series == n && f->n_results == n && f->result[3].score == 4);
    CHECK(um_findings_link(f, 0, 1, .25, NULL) == UM_OK && um_findings_link(f, 1, 1, .5, NULL) == UM_OK);
    CHECK(um_findings_link(f, 0, 1, .75, NULL) == UM_OK && f->n_links == 2);
    CHECK(f->link[0].confidence == .75 && f->link[1].voice == 1);
    um_findings_free(&f);
}

static void maxima(void)
{
    um_findings *f = fresh();
    const um_subject who = um_person_subject(0);
    int id;
    for (int i = 0; i < UM_MAX_SERIES; i++)
        CHECK(um_findings_series(f, &id, um_person_subject(i), "s", "", NULL) == UM_OK && id == i);
    CHECK(um_findings_series(f, &id, who, "one more", "", NULL) == UM_OK && id == -1 &&
          f->series_dropped == 1);
    CHECK(um_findings_series(f, &id, um_person_subject(7), "s", "", NULL) == UM_OK && id == 7);
    /* the curves of a crowd are thinned sooner */
    const int last = UM_MAX_LONG_SERIES - 1, next = UM_MAX_LONG_SERIES;
    for (int i = 0; i < UM_MAX_POINTS; i++)
        CHECK(um_findings_point(f, last, i, i, NULL) == UM_OK &&
              um_findings_point(f, next, i, i, NULL) == UM_OK);
    CHECK(f->series[last].n == UM_MAX_POINTS && f->series[next].n == UM_MAX_CROWD_POINTS);

    um_image *image = NULL;
    CHECK(um_image_new(&image, 4, 4, UM_RGB24, NULL) == UM_OK);
    for (int i = 0; i < UM_MAX_EVIDENCE + 9; i++)
        CHECK(um_findings_evidence(f, who, i, i + 1, image, NULL, "evidence %d", i) == UM_OK);
    CHECK(f->n_evidence == UM_MAX_EVIDENCE && f->evidence_dropped == 9);
    CHECK(!strcmp(f->evidence[3].text, "evidence 3") && f->evidence[3].image == image);
    CHECK(f->evidence[UM_MAX_PICTURES - 1].image && !f->evidence[UM_MAX_PICTURES].image);
    um_image_free(&image); /* the findings hold their own references; a leak would show under ASan */

    /* A full table gives up reasons first, then the lowest score. */
    for (int i = 0; i < UM_MAX_RESULTS; i++)
        CHECK(i ? um_findings_score(f, um_person_subject(i), i, NULL, "score") == UM_OK
                : um_findings_skip(f, who, NULL, "too small") == UM_OK);
    CHECK(um_findings_score(f, um_person_subject(5000), 50.5, NULL, "in for the reason") == UM_OK);
    CHECK(f->result[0].subject.id == 5000);
    CHECK(um_findings_score(f, um_person_subject(5001), 1.5, NULL, "in for score 1") == UM_OK);
    CHECK(f->result[1].subject.id == 5001);
    CHECK(um_findings_score(f, um_person_subject(5002), 0, NULL, "lower than all") == UM_OK);
    CHECK(um_findings_skip(f, um_person_subject(5003), NULL, "never in") == UM_OK);
    CHECK(f->n_results == UM_MAX_RESULTS && f->results_dropped == 4);
    for (int i = 0; i < f->n_results; i++)
        CHECK(f->result[i].subject.id != 5002 && f->result[i].subject.id != 5003);
    um_findings_free(&f);
}

static void outcomes(void)
{
    um_findings *f = fresh();
    CHECK(um_findings_skip(f, um_person_subject(0), NULL, "too small: %d px", 20) == UM_OK);
    CHECK(um_findings_skip(f, um_file_subject(), NULL, "no face is large enough") == UM_OK);
    um_findings_close(f);
    CHECK(f->outcome == UM_NOT_APPLICABLE && !strcmp(f->reason, "no face is large enough"));
    um_findings_free(&f);

    f = fresh();
    CHECK(um_findings_skip(f, um_person_subject(0), NULL, "too small") == UM_OK);
    CHECK(um_findings_score(f, um_person_subject(1), .25, NULL, "first word") == UM_OK);
    CHECK(um_findings_score(f, um_person_subject(1), .75, NULL, "last word\nin one line \xC3\xA9") == UM_OK);
    um_findings_close(f);
    CHECK(f->outcome == UM_SCORED && f->n_results == 2 && f->result[1].score == .75 && !f->reason[0]);
    CHECK(!strcmp(f->result[1].text, "last word?in one line \xC3\xA9"));
    um_findings_free(&f);

    f = fresh();
    um_error err = {UM_EFORMAT, "x.mp4: broken"};
    CHECK(um_findings_score(f, um_person_subject(0), 1, NULL, "scored before it failed") == UM_OK);
    um_findings_fail(f, &err);
    um_findings_close(f);
    CHECK(f->outcome == UM_FAILED && !strcmp(f->reason, "x.mp4: broken"));
    um_findings_free(&f);

    /* Longer than the field: cut, terminated, not in the middle of a character. */
    f = fresh();
    char longest[900];
    for (size_t i = 0; i + 2 < sizeof longest; i += 2)
        memcpy(longest + i, "\xC3\xA9", 3);
    CHECK(um_findings_score(f, um_person_subject(0), 0, NULL, "x%s", longest) == UM_OK);
    const char *text = f->result[0].text;
    CHECK(strlen(text) < sizeof f->result[0].text && (unsigned char)text[strlen(text) - 1] == 0xA9);
    um_findings_free(&f);
}

static um_status fill(um_findings **f)
{
    um_status st = um_findings_new(f, &signal_of_test, NULL);
    if (st < 0)
        return st;
    int id;
    if ((st = um_findings_series(*f, &id, um_person_subject(0), "x", "", NULL)) < 0)
        return st;
    for (int i = 0; i < 2 * UM_MAX_POINTS + 1; i++)
        if ((st = um_findings_point(*f, id, i, i, NULL)) < 0)
            return st;
    if ((st = um_findings_link(*f, 0, 0, 1, NULL)) < 0 ||
        (st = um_findings_evidence(*f, um_file_subject(), 0, 1, NULL, NULL, "x")) < 0)
        return st;
    return um_findings_score(*f, um_file_subject(), 1, NULL, "x");
}

static void no_memory(void)
{
    for (long n = 0;; n++) {
        um_findings *f = NULL;
        um_alloc_fail_at(n);
        um_status st = fill(&f);
        bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        if (f)
            um_findings_close(f);
        um_findings_free(&f);
        CHECK(st == (failed ? UM_ENOMEM : UM_OK));
        if (!failed)
            break;
    }
}

int main(void)
{
    thinning();
    bad_values();
    subjects();
    maxima();
    outcomes();
    no_memory();
    return check_done();
}
