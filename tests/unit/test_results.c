/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results written and read: the same JSON, page and text again; what is wrong is refused in one line; and
 * what others ask of them. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include "report_fixture.h"
#include <jansson.h>
#include <string.h>

static char *json_of(const um_results *r)
{
    char *text = NULL;
    CHECK(um_results_json(&text, r, true, NULL) == UM_OK);
    return text;
}

/* Whatever the results hold, what was read says the same in all three ways. */
static void test_read_gives_the_same(void)
{
    for (int hostile = 0; hostile < 2; hostile++) {
        um_error err = {0};
        um_results *made = fixture_new(hostile), *read = NULL;
        char *json = json_of(made), *again, *page[2], *text[2];
        CHECK(um_results_read(&read, json, strlen(json), "x.json", &err) == UM_OK);
        if (!read) {
            fprintf(stderr, "%s\n", err.text);
            return;
        }
        again = json_of(read);
        CHECK(!strcmp(json, again));
        CHECK(um_results_html(&page[0], made, "unmask analyze 'x'", &err) == UM_OK &&
              um_results_html(&page[1], read, "unmask analyze 'x'", &err) == UM_OK &&
              !strcmp(page[0], page[1]));
        CHECK(um_results_text(&text[0], made, 80, true, &err) == UM_OK &&
              um_results_text(&text[1], read, 80, true, &err) == UM_OK && !strcmp(text[0], text[1]));
        free(json), free(again), free(page[0]), free(page[1]), free(text[0]), free(text[1]);
        um_results_free(&made), um_results_free(&read);
    }
}

/* Without timing the results do not claim to know any. */
static void test_without_timing(void)
{
    um_results *made = fixture_new(false), *read = NULL;
    char *json, *again;
    CHECK(um_results_json(&json, made, false, NULL) == UM_OK);
    CHECK(um_results_read(&read, json, strlen(json), "x.json", NULL) == UM_OK);
    again = json_of(read);
    CHECK(!strcmp(json, again));
    free(json), free(again);
    um_results_free(&made), um_results_free(&read);
}

static bool refused(const char *text, um_status expected, const char *word)
{
    um_results *r = (um_results *)&r; /* must not stay */
    um_error err = {0};
    um_status st = um_results_read(&r, text, strlen(text), "foreign.json", &err);
    if (st == expected && !r && !strncmp(err.text, "foreign.json: ", 14) && strstr(err.text, word))
        return true;
    fprintf(stderr, "%d %s (expected %s)\n", st, err.text, word);
    um_results_free(&r);
    return false;
}

static void test_wrong_files(void)
{
    CHECK(refused("", UM_EFORMAT, "line"));
    CHECK(refused("[]", UM_EFORMAT, "options"));
    CHECK(refused("{}", UM_EFORMAT, "options"));
    CHECK(refused("{\"report_version\": 1, \"options\": {}}", UM_EUNSUPPORTED, "version 1"));
    CHECK(refused("{\"report_version\": 3, \"options\": {}}", UM_EUNSUPPORTED, "version 3"));
    CHECK(refused("{\"report_version\": 2, \"options\": {}}", UM_EFORMAT, "path"));
    um_error err;
    um_results *r;
    CHECK(um_results_read_file(&r, "/nonexistent/x.json", &err) == UM_EIO && strstr(err.text, "x.json") &&
          !r);
    /* more values than memory should hold, in few bytes */
    enum { MANY = 14 << 20 };
    char *text = malloc(MANY + 1);
    memset(text, '[', MANY);
    text[MANY] = 0;
    CHECK(refused(text, UM_ENOMEM, "larger"));
    free(text);
}

/* One field of a good report is wrong: the line names it. */
static void test_wrong_fields(void)
{
    static const struct {
        const char *from, *to, *word;
    } change[] = {
        {"\"bytes\": 2345678", "\"bytes\": -1", "'bytes'"},
        {"\"bytes\": 2345678", "\"bytes\": 1.5", "'bytes'"},
        {"\"sha256\": \"9f", "\"sha256\": \"000\", \"x\": \"", NULL},
        {"\"sha256\": \"9f", "\"sha256\": \"9f9f9f", "'sha256'"},
        {"\"frames\": 300", "\"frames\": \"300\"", "'frames'"},
        {"\"width\": 1280", "\"width\": 0", "'width'"},
        {"\"partial\": true", "\"partial\": 1", "'partial'"},
        {"\"log_lr\": 1.46", "\"log_lr\": \"1.46\"", "'log_lr'"},
        {"\"interval\": [0.4, 2.3]", "\"interval\": [0.4]", "'interval'"},
        {"\"interval\": [0.4, 2.3]", "\"interval\": [0.4, 2.3, 3.0]", "'interval'"},
        {"\"interval\": [0.4, 2.3]", "\"interval\": [0.4, true]", "'interval'"},
        {"\"state\": \"present\"", "\"state\": \"fine\"", "'state'"},
        {"\"status\": \"scored\"", "\"status\": \"great\"", "'status'"},
        {"\"kind\": \"voice\"", "\"kind\": \"person\"", "'kind'"},
        {"\"kind\": \"interval\"", "\"kind\": \"region\"", "'x'"},
        {"\"to_s\": 9.4\n", "\"to_s\": 4.0\n", "'subject'"},
        {"\"mean_of\": 1", "\"mean_of\": 0", "'mean_of'"},
        {"[[0, ", "[[null, ", "'samples'"},
        {"[[0, ", "[[0, 0, ", "'samples'"},
        {"[[0, ", "[[0, \"0\"], [", "'samples'"},
        {"\"jpeg\": \"/9j/", "\"jpeg\": \"/9k/", "'picture'"},
        {"\"jpeg\": \"/9j/", "\"jpeg\": \"<9j/", "'picture'"},
        {"\"width\": 160", "\"width\": 481", "'width'"},
        {"\"voice\": 1", "\"voice\": 0", "'voice'"},
        {"\"person\": 1", "\"person\": -1", "'person'"},
        {"\"models\": [", "\"models\": {}, \"m\": [", "'models'"},
        {"\"wall_s\": 3.5", "\"wall_s\": null", "'wall_s'"},
        {"\"column_s\": 2.0", "\"column_s\": 0.0", "'sound_view'"},
        {"\"pitch_hz\": [", "\"pitch_hz\": [1, ", "'sound_view'"},
        {"\"pitch_hz\": [", "\"pitch_hz\": [], \"other\": [", "'sound_view'"},
        {"\"pitch_hz\": [123.5", "\"pitch_hz\": [\"x\"", "'pitch_hz'"},
        {"\"rows\": 128", "\"rows\": 64", "'rows'"},
        {"\"levels\": \"", "\"levels\": \"AAAA", "'levels'"},
        {"\"levels\": \"", "\"levels\": \"?", "'levels'"},
    };
    um_results *r = fixture_new(false);
    char *json = json_of(r);
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        const char *at = strstr(json, change[i].from);
        um_buf b;
        CHECK(at != NULL);
        if (!at) {
            fprintf(stderr, "%s\n", change[i].from);
            continue;
        }
        um_buf_init(&b, 1 << 24);
        um_buf_add(&b, json, (size_t)(at - json));
        um_buf_text(&b, change[i].to);
        um_buf_text(&b, at + strlen(change[i].from));
        if (change[i].word)
            CHECK(refused(b.data, UM_EFORMAT, change[i].word));
        um_buf_free(&b);
    }
    free(json);
    um_results_free(&r);
}

/* Walks every value of the tree, puts `other` in its place (NULL: takes it away), reads, and puts it back: an
 * answer or a refusal, never a crash, and what is accepted can be written. */
static int n_tried, n_accepted;

static void try_whole(const json_t *root)
{
    um_results *r = NULL;
    um_error err;
    char *text = json_dumps(root, 0), *out = NULL;
    um_status st = um_results_read(&r, text, strlen(text), "x", &err);
    CHECK((st == UM_OK) == (r != NULL));
    CHECK(st == UM_OK || err.text[0]);
    if (r) {
        CHECK(um_results_html(&out, r, NULL, NULL) == UM_OK);
        CHECK(out && !strstr(out, "<script>alert"));
        free(out);
        CHECK(um_results_text(&out, r, 80, false, NULL) == UM_OK);
        CHECK(out && !strchr(out, '\x1b'));
        free(out);
        n_accepted++;
    }
    n_tried++;
    um_results_free(&r);
    free(text);
}

static void try_all(json_t *root, json_t *at, json_t *other)
{
    enum { MOST_KEYS = 32 };
    char *key[MOST_KEYS];
    const char *name;
    json_t *child;
    int n = 0;
    json_object_foreach(at, name, child) if (n < MOST_KEYS) key[n++] = strdup(name);
    for (int i = 0; i < n; i++) {
        child = json_incref(json_object_get(at, key[i]));
        other ? json_object_set(at, key[i], other) : json_object_del(at, key[i]);
        try_whole(root);
        json_object_set_new(at, key[i], child);
        try_all(root, child, other);
        free(key[i]);
    }
    for (size_t i = 0; i < json_array_size(at) && i < 2; i++) { /* the others are alike */
        child = json_incref(json_array_get(at, i));
        json_array_set(at, i, other ? other : json_null());
        try_whole(root);
        json_array_set_new(at, i, child);
        try_all(root, child, other);
    }
}

static void test_every_value_may_be_wrong(void)
{
    static const char *const other[] = {NULL,
                                        "null",
                                        "true",
                                        "-1",
                                        "0",
                                        "2147483647",
                                        "9007199254740993",
                                        "1e300",
                                        "[]",
                                        "[1]",
                                        "{}",
                                        "\"\"",
                                        "\"<script>alert(1)\\u001b[31m\""};
    um_results *r = fixture_new(false);
    for (int i = 0; i < r->n_findings; i++) { /* a few samples and one picture will do */
        for (int k = 0; k < r->findings[i]->n_series; k++)
            r->findings[i]->series[k].n = 3;
        for (int k = 0; i < 5 && k < r->findings[i]->n_evidence; k++)
            um_picture_clear(&r->findings[i]->evidence[k].picture);
    }
    for (int i = 0; i < r->n_persons; i++)
        um_picture_clear(&r->person[i].picture);
    char *text = json_of(r);
    json_t *root = json_loads(text, 0, NULL);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        json_t *v = other[i] ? json_loads(other[i], JSON_DECODE_ANY, NULL) : NULL;
        try_all(root, root, v);
        json_decref(v);
    }
    fprintf(stderr, "%d changed reports, %d accepted\n", n_tried, n_accepted);
    CHECK(n_tried > 1000 && n_accepted > 100 && n_accepted < n_tried);
    json_decref(root);
    free(text);
    um_results_free(&r);
}

static void test_cut_anywhere(void)
{
    um_results *r = fixture_new(true), *read;
    char *json = json_of(r);
    const size_t n = strlen(json);
    for (size_t length = 0; length < n; length += 97)
        CHECK(um_results_read(&read, json, length, "x", NULL) < 0 && !read);
    free(json);
    um_results_free(&r);
}

static void test_any_allocation_may_fail(void)
{
    um_results *r = fixture_new(true), *read = NULL;
    char *json = json_of(r);
    um_error err;
    for (long n = 0;; n++) {
        um_alloc_fail_at(n);
        um_status st = um_results_read(&read, json, strlen(json), "x", &err);
        bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && !read : st == UM_OK && read);
        um_results_free(&read);
        if (!failed)
            break;
    }
    free(json);
    um_results_free(&r);
}

/* Nobody has to parse JSON. */
static void test_accessors(void)
{
    um_results *r = fixture_new(false);
    const um_verdict *v = um_results_verdict(r);
    CHECK(v->log_lr == 1.46 && v->lo == .4 && v->hi == 2.3 && v->n_weighed == 2 && !v->inconclusive);
    CHECK(!strcmp(v->words, "moderate support for manipulation") && !v->reason[0]);
    CHECK(!strncmp(um_results_answer(r), "The file itself says", 20));
    CHECK(!strcmp(um_results_declaration(r), "generator: Steps: 20, Sampler: Euler a"));
    CHECK(um_results_media(r)->width == 1280 && um_results_probe(r)->bytes == 2345678);
    CHECK(um_results_damage(r)->truncated && !um_results_complete(r));
    CHECK(um_results_n_persons(r) == 2 && um_results_person(r, 1)->verdict.inconclusive);
    CHECK(!strcmp(um_results_person(r, 1)->verdict.words, "inconclusive"));
    CHECK(um_results_person(r, 0)->picture.width == 160 && um_results_person(r, 0)->picture.jpeg);
    CHECK(!um_results_person(r, 2) && !um_results_person(r, -1));
    CHECK(um_results_n_voices(r) == 2 && um_results_voice(r, 0)->verdict.log_lr == .7);
    CHECK(um_results_n_networks(r) == 2 && !strcmp(um_results_network(r, 1)->role, "landmarks"));
    CHECK(!um_results_options(r)->signals && um_results_options(r)->max_s == 0);
    CHECK(!strcmp(um_results_path(r), "/home/someone/interview.mp4") &&
          !strcmp(um_results_version(r), "1.2.3"));
    CHECK(um_results_n_signals(r) == 6 && !um_results_signal(r, 6) && !um_results_signal_named(r, "none"));

    const um_findings *f = um_results_signal_named(r, "cuts");
    um_series_info s;
    um_evidence_info e;
    const char *reason;
    CHECK(!strcmp(um_findings_signal(f)->family, "sound") && um_findings_outcome(f, NULL) == UM_SCORED);
    CHECK(um_findings_n_results(f) == 4 && um_findings_result(f, 2)->score == 2 && !um_findings_result(f, 4));
    CHECK(um_findings_result_of(f, um_voice_subject(0))->log_lr == .7);
    CHECK(!um_findings_result_of(f, um_person_subject(0)));
    CHECK(um_findings_n_series(f) == 1 && um_findings_series_at(f, 0, &s) && s.n == 60 && s.mean_of == 1 &&
          !strcmp(s.unit, "dB") && um_subject_equal(s.subject, um_voice_subject(0)));
    CHECK(!um_findings_series_at(f, 1, &s));
    CHECK(um_findings_n_evidence(f) == 1 && um_findings_evidence_at(f, 0, &e) && e.picture.width == 120);
    CHECK(um_findings_n_links(f) == 1 && um_findings_link_at(f, 0)->person == 1);
    f = um_results_signal_named(r, "lip_sync");
    CHECK(um_findings_outcome(f, &reason) == UM_FAILED && !strcmp(reason, "out of memory"));
    um_results_free(&r);
    um_results_free(&r);
    um_results_free(NULL);
}

/* What is printed is what is kept: sealing twice changes nothing, and JSON numbers are the values. */
static void test_rounded_once(void)
{
    um_results *r = fixture_new(false);
    r->findings[0]->result[0].score = 1. / 3;
    CHECK(um_results_seal(r, NULL) == UM_OK && r->findings[0]->result[0].score == .333333);
    char *once = json_of(r);
    CHECK(um_results_seal(r, NULL) == UM_OK);
    char *twice = json_of(r);
    CHECK(!strcmp(once, twice));
    free(once), free(twice);
    um_results_free(&r);
}

/* Pictures are shared out evenly when there are more than a report should carry. */
static void test_pictures_are_shared(void)
{
    enum { SIGNALS = 12, EACH = 30 };
    um_results *r;
    CHECK(um_results_new(&r, "x", NULL) == UM_OK);
    r->findings = some(SIGNALS, sizeof *r->findings);
    um_image *image = picture(16, 16, 0);
    for (int i = 0; i < SIGNALS; i++) {
        CHECK(um_findings_new(&r->findings[r->n_findings++], &blink, NULL) == UM_OK);
        for (int k = 0; k < EACH; k++)
            CHECK(um_findings_evidence(r->findings[i], um_file_subject(), k, k, image, NULL, "x") == UM_OK);
    }
    CHECK(um_results_seal(r, NULL) == UM_OK);
    for (int i = 0; i < SIGNALS; i++) {
        int n = 0;
        for (int k = 0; k < EACH; k++)
            n += r->findings[i]->evidence[k].picture.jpeg != NULL;
        CHECK(n == UM_MAX_SHOWN / SIGNALS && r->findings[i]->evidence[0].picture.jpeg);
    }
    um_image_free(&image);
    um_results_free(&r);
}

int main(void)
{
    test_read_gives_the_same();
    test_without_timing();
    test_wrong_files();
    test_wrong_fields();
    test_every_value_may_be_wrong();
    test_cut_anywhere();
    test_any_allocation_may_fail();
    test_accessors();
    test_rounded_once();
    test_pictures_are_shared();
    return check_done();
}
