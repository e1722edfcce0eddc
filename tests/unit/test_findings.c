/* Findings: bounds, thinning, replacement, outcome. */
#include "../check.h"
#include "signals/findings.h"
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
        int id = um_findings_series(f, "ramp", "ratio", 0);
        CHECK(id == 0 && um_findings_series(f, "ramp", "ratio", 0) == 0);
        for (int i = 0; i < n; i++)
            CHECK(um_findings_point(f, id, i / 25., 3. * i / 25 + 1) == UM_OK);
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

static void bad_values(void)
{
    um_findings *f = fresh();
    int id = um_findings_series(f, "x", "dB", UM_FILE);
    CHECK(um_findings_point(f, id, NAN, 0) == UM_EINVAL);
    CHECK(um_findings_point(f, id, 0, INFINITY) == UM_EINVAL);
    CHECK(um_findings_point(f, 99, 0, 0) == UM_EINVAL);
    CHECK(um_findings_point(f, -2, 0, 0) == UM_OK);
    CHECK(um_findings_score(f, 0, NAN, "never") == UM_EINVAL);
    CHECK(um_findings_score(f, -2, 1, "never") == UM_EINVAL);
    CHECK(um_findings_skip(f, -2, "never") == UM_EINVAL);
    CHECK(um_findings_evidence(f, 0, 2, 1, NULL, "never") == UM_EINVAL);
    CHECK(um_findings_evidence(f, 0, 0, INFINITY, NULL, "never") == UM_EINVAL);
    CHECK(f->series[0].n == 0 && f->n_results == 0 && f->n_evidence == 0);
    um_findings_close(f);
    CHECK(f->outcome == UM_NOT_APPLICABLE && f->reason[0]);
    um_findings_free(&f);
    um_findings_free(&f);
    um_findings_free(NULL);
}

static void maxima(void)
{
    um_findings *f = fresh();
    char name[16];
    for (int i = 0; i < UM_MAX_SERIES; i++) {
        snprintf(name, sizeof name, "s%d", i);
        CHECK(um_findings_series(f, name, "", 0) == i);
    }
    CHECK(um_findings_series(f, "one more", "", 0) == UM_ENOMEM);
    CHECK(um_findings_series(f, "s7", "", 0) == 7);

    um_image *image = NULL;
    CHECK(um_image_new(&image, 4, 4, UM_RGB24, NULL) == UM_OK);
    for (int i = 0; i < UM_MAX_EVIDENCE + 9; i++)
        CHECK(um_findings_evidence(f, 0, i, i + 1, image, "evidence %d", i) == UM_OK);
    CHECK(f->n_evidence == UM_MAX_EVIDENCE && f->evidence_dropped == 9);
    CHECK(!strcmp(f->evidence[3].text, "evidence 3") && f->evidence[3].image == image);
    um_image_free(&image); /* the findings hold their own references; a leak would show under ASan */

    /* A full table gives up reasons first, then the lowest score. */
    for (int i = 0; i < UM_MAX_RESULTS; i++)
        CHECK(i ? um_findings_score(f, i, i, "score") == UM_OK
                : um_findings_skip(f, 0, "too small") == UM_OK);
    CHECK(um_findings_score(f, 1000, 50.5, "in for the reason") == UM_OK);
    CHECK(f->result[0].person == 1000);
    CHECK(um_findings_score(f, 1001, 1.5, "in for score 1") == UM_OK);
    CHECK(f->result[1].person == 1001);
    CHECK(um_findings_score(f, 1002, 0, "lower than all") == UM_OK);
    CHECK(um_findings_skip(f, 1003, "never in") == UM_OK);
    CHECK(f->n_results == UM_MAX_RESULTS && f->results_dropped == 4);
    for (int i = 0; i < f->n_results; i++)
        CHECK(f->result[i].person != 1002 && f->result[i].person != 1003);
    um_findings_free(&f);
}

static void outcomes(void)
{
    um_findings *f = fresh();
    CHECK(um_findings_skip(f, 0, "too small: %d px", 20) == UM_OK);
    CHECK(um_findings_skip(f, UM_FILE, "no face is large enough") == UM_OK);
    um_findings_close(f);
    CHECK(f->outcome == UM_NOT_APPLICABLE && !strcmp(f->reason, "no face is large enough"));
    um_findings_free(&f);

    f = fresh();
    CHECK(um_findings_skip(f, 0, "too small") == UM_OK);
    CHECK(um_findings_score(f, 1, .25, "first word") == UM_OK);
    CHECK(um_findings_score(f, 1, .75, "last word\nin one line \xC3\xA9") == UM_OK);
    um_findings_close(f);
    CHECK(f->outcome == UM_SCORED && f->n_results == 2 && f->result[1].score == .75 && !f->reason[0]);
    CHECK(!strcmp(f->result[1].text, "last word?in one line \xC3\xA9"));
    um_findings_free(&f);

    f = fresh();
    um_error err = {UM_EFORMAT, "x.mp4: broken"};
    CHECK(um_findings_score(f, 0, 1, "scored before it failed") == UM_OK);
    um_findings_fail(f, &err);
    um_findings_close(f);
    CHECK(f->outcome == UM_FAILED && !strcmp(f->reason, "x.mp4: broken"));
    um_findings_free(&f);

    /* Longer than the field: cut, terminated, not in the middle of a character. */
    f = fresh();
    char longest[900];
    for (size_t i = 0; i + 2 < sizeof longest; i += 2)
        memcpy(longest + i, "\xC3\xA9", 3);
    CHECK(um_findings_score(f, 0, 0, "x%s", longest) == UM_OK);
    const char *text = f->result[0].text;
    CHECK(strlen(text) < sizeof f->result[0].text && (unsigned char)text[strlen(text) - 1] == 0xA9);
    um_findings_free(&f);
}

static um_status fill(um_findings **f)
{
    um_status st = um_findings_new(f, &signal_of_test, NULL);
    if (st < 0)
        return st;
    int id = um_findings_series(*f, "x", "", 0);
    for (int i = 0; i < 2 * UM_MAX_POINTS + 1; i++)
        if ((st = um_findings_point(*f, id, i, i)) < 0)
            return st;
    return UM_OK;
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
    maxima();
    outcomes();
    no_memory();
    return check_done();
}
