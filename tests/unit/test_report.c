/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three reports of a fixture: valid, safe, the same twice, and in agreement with a golden summary.
 * `test_report DIR` leaves them in DIR to be looked at. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include "crowd_fixture.h"
#include "report/html.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_scale_words_at_their_borders(void)
{
    static const struct {
        double ratio;
        const char *words;
    } step[] = {{1, "no support either way"},  {1.99, "no support either way"}, {2, "weak support"},
                {9.99, "weak support"},        {10, "moderate support"},        {99.9, "moderate support"},
                {100, "moderately strong"},    {999, "moderately strong"},      {1000, "strong support"},
                {9990, "strong support"},      {10000, "very strong"},          {999000, "very strong"},
                {1000000, "extremely strong"}, {INFINITY, "extremely strong"}};
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        const char *more = um_scale_words(log10(step[i].ratio)),
                   *less = um_scale_words(-log10(step[i].ratio));
        size_t n = strlen(step[i].words);
        CHECK(!strncmp(more, step[i].words, n));
        CHECK(!strncmp(less, step[i].words, n));
        CHECK(i < 2 || (strstr(more, "for manipulation") && strstr(less, "for no manipulation")));
    }
    CHECK(!strcmp(um_scale_words(NAN), "inconclusive"));
}

/* One table of steps: words, colour of the text, class of the page and the band of its chart change together.
 */
static void test_scale_is_one(void)
{
    static const struct {
        double log_lr;
        const char *words, *colour, *leaning;
    } known[] = {{.3010, "Inconclusive", "\x1b[1m\x1b[33m", "<h1 class=\"open\">"},
                 {-.3010, "Inconclusive", "\x1b[1m\x1b[33m", "<h1 class=\"open\">"},
                 {.3011, "Weak support for manip", "\x1b[1m\x1b[31m", "<h1 class=\"for\">"},
                 {-.3011, "Weak support for no", "\x1b[1m\x1b[36m", "<h1 class=\"against\">"}};
    char *text, *html, start[80], band[80];
    for (int i = 0; i < 4; i++) {
        um_results *r;
        CHECK(um_results_new(&r, "x", NULL) == UM_OK);
        const double lr = known[i].log_lr;
        r->verdict = (um_verdict){.log_lr = lr, .lo = lr - .2, .hi = lr + .2, .n_weighed = 1};
        CHECK(um_words_settle(r, NULL) == UM_OK);
        CHECK(um_results_text(&text, r, 80, true, NULL) == UM_OK &&
              um_results_html(&html, r, NULL, NULL) == UM_OK);
        const size_t n = (size_t)snprintf(start, sizeof start, "%s%s", known[i].colour, known[i].words);
        CHECK(!strncmp(text, start, n) && strstr(html, known[i].leaning));
        for (int k = 0; k + 1 < UM_SCALE_STEPS; k++) { /* percent of a scale from -6 to 6 */
            snprintf(band, sizeof band, "<rect class=\"for\" x=\"%.2f%%\" width=\"%.2f%%\"",
                     50 + 50 * um_scale_step[k] / 6, 50 * (um_scale_step[k + 1] - um_scale_step[k]) / 6);
            CHECK(strstr(html, band));
        }
        free(text);
        free(html);
        um_results_free(&r);
    }
    CHECK(um_scale_side(UM_LR_NO_SUPPORT) == 1 && um_scale_side(-UM_LR_NO_SUPPORT) == -1);
    CHECK_NEAR(UM_LR_NO_SUPPORT, log10(2), 1e-15);
    CHECK(um_scale_side(.30102) == 0 && um_scale_side(-.30102) == 0 && um_scale_side(NAN) == 0);
}

static void test_small_formats(void)
{
    char t[32];
    CHECK(!strcmp(um_words_ratio(t, 0), "1"));
    CHECK(!strcmp(um_words_ratio(t, log10(2)), "2"));
    CHECK(!strcmp(um_words_ratio(t, log10(1.44)), "1.4"));
    CHECK(!strcmp(um_words_ratio(t, log10(17.4)), "17"));
    CHECK(!strcmp(um_words_ratio(t, -2), "1/100"));
    CHECK(!strcmp(um_words_ratio(t, log10(1234)), "1200"));
    CHECK(!strcmp(um_words_ratio(t, log10(9.96)), "10"));
    CHECK(!strcmp(um_words_ratio(t, 300), "10^300"));
    CHECK(!strcmp(um_words_time(t, 3725.26), "1:02:05.3"));
    CHECK(!strcmp(um_words_time(t, 59.96), "1:00.0"));
    CHECK(!strcmp(um_words_time(t, NAN), "?"));
    CHECK(!strcmp(um_words_number(t, -6382), "-6380"));
    CHECK(!strcmp(um_words_number(t, 999.6), "1000"));
    CHECK(!strcmp(um_words_number(t, .01234), "0.0123"));
    CHECK(!strcmp(um_words_number(t, 0.06715), "0.0672"));
    CHECK(!strcmp(um_words_number(t, 2.925), "2.93"));
    CHECK(!strcmp(um_words_number(t, -0.0), "0"));
    CHECK(!strcmp(um_words_fraction(t, .885f), "0.89"));
    CHECK(!strcmp(um_words_fraction(t, .8849f), "0.88"));
    CHECK(!strcmp(um_words_bytes(t, 1), "1 byte"));
    CHECK(!strcmp(um_words_bytes(t, 999), "999 bytes"));
    CHECK(!strcmp(um_words_bytes(t, 999600), "1.0 MB"));
}

/* A note names the counts: what it says is not said twice. */
static void test_damage(void)
{
    static const struct {
        um_damage damage;
        const char *words;
    } known[] = {
        {{.truncated = true}, "the file ends early"},
        {{.broken_frames = 1, .broken_packets = 2}, "1 broken picture; 2 unreadable packets"},
        {{.truncated = true, .broken_packets = 1, .note = "ends at 2.00 s of 3.00 s; broken packets: 1"},
         "ends at 2.00 s of 3.00 s; broken packets: 1"},
        {{0}, ""},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_buf b;
        um_buf_init(&b, 1000);
        um_words_damage(&b, &known[i].damage);
        char *text = um_buf_take(&b);
        CHECK(text && !strcmp(text, known[i].words));
        free(text);
    }
}

static void test_what_was_analysed(void)
{
    static const struct {
        int64_t frames, samples;
        const char *words;
    } t[] = {{300, 576000, "300 frames and the sound, 0:12.0"},
             {1, 0, "1 frame, 0:12.0"},
             {0, 8000, "the sound, 0:12.0"}};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        um_results r = {.n_frames = t[i].frames, .n_samples = t[i].samples, .analysed_s = 12};
        um_buf b;
        um_buf_init(&b, 256);
        um_words_analysed(&b, &r);
        CHECK(b.data && !strcmp(b.data, t[i].words));
        um_buf_free(&b);
    }
}

/* Of pictures without a face both reports say so. */
static void test_no_face(void)
{
    um_results *r;
    char *text;
    CHECK(um_results_new(&r, "x.png", NULL) == UM_OK);
    r->media = (um_media){.width = 64, .height = 48, .has_video = true, .pixel_aspect = 1, .is_photo = true};
    r->verdict.inconclusive = true;
    CHECK(um_results_text(&text, r, 80, false, NULL) == UM_OK && strstr(text, "faces        none found"));
    free(text);
    CHECK(um_results_html(&text, r, NULL, NULL) == UM_OK &&
          strstr(text, "<dt>Faces</dt><dd>none found</dd>"));
    free(text);
    um_results_free(&r);
}

/* RFC 4648, section 10 */
static void test_base64(void)
{
    static const char *const pair[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
        um_buf b;
        um_buf_init(&b, 64);
        um_base64(&b, pair[i][0], strlen(pair[i][0]));
        char *text = um_buf_take(&b);
        CHECK(text && !strcmp(text, pair[i][1]));
        free(text);
    }
}

static void test_base64_back(void)
{
    static const char *const wrong[] = {
        "Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9", "Zm9v\n"};
    unsigned char bytes[8];
    size_t n;
    CHECK(um_base64_decode(bytes, &n, "") && n == 0);
    CHECK(um_base64_decode(bytes, &n, "Zg==") && n == 1 && !memcmp(bytes, "f", 1));
    CHECK(um_base64_decode(bytes, &n, "Zm9vYmE=") && n == 5 && !memcmp(bytes, "fooba", 5));
    CHECK(um_base64_decode(bytes, &n, "+/v7") && n == 3 && !memcmp(bytes, "\xFB\xFB\xFB", 3));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!um_base64_decode(bytes, &n, wrong[i]));
}

static void test_foreign_text_is_disarmed(void)
{
    static const struct {
        const char *in, *out;
    } t[] = {{"<a href='x'>\"&", "&lt;a href=&#39;x&#39;&gt;&quot;&amp;"},
             {"\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80", "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"},
             {"a\xC0\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},                       /* overlong zero */
             {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},           /* surrogate */
             {"x\xE2\x80\xAEy\x1b\n", "x\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBD"}, /* direction, controls */
             {"end\xE2\x80", "end\xEF\xBF\xBD\xEF\xBF\xBD"}};                    /* cut sequence */
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        um_buf b;
        um_buf_init(&b, 256);
        um_html_text(&b, t[i].in);
        char *text = um_buf_take(&b);
        CHECK(text && !strcmp(text, t[i].out));
        free(text);
    }
}

static void leave(const char *dir, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CHECK(um_file_write(path, text, strlen(text), NULL) == UM_OK);
}

static void test_fixture(const char *dir, bool hostile)
{
    um_error err;
    char *json, *timed, *html, *text, *again, name[64];
    um_results *r = fixture_new(hostile);
    CHECK(um_results_json(&json, r, false, &err) == UM_OK);
    CHECK(um_results_json(&timed, r, true, &err) == UM_OK);
    CHECK(um_results_html(&html, r, NULL, &err) == UM_OK);
    CHECK(um_results_text(&text, r, 80, false, &err) == UM_OK);
    if (json && timed && html && text) {
        static const char *const kind[] = {"plain", "hostile"};
        snprintf(name, sizeof name, "%s.json", kind[hostile]);
        leave(dir, name, json);
        snprintf(name, sizeof name, "%s.timed.json", kind[hostile]);
        leave(dir, name, timed);
        snprintf(name, sizeof name, "%s.html", kind[hostile]);
        leave(dir, name, html);
        snprintf(name, sizeof name, "%s.txt", kind[hostile]);
        leave(dir, name, text);
        CHECK(strstr(json, "\"timing\"") == NULL && strstr(timed, "\"timing\"") != NULL);
        CHECK(!strchr(text, '\x1b') && !strstr(text, "\xE2\x80\xAE"));
        CHECK(!strstr(html, "<script>alert") && !strstr(html, "><script>\"") && !strstr(html, "<img src=x"));
        /* timing is all that may differ between two runs */
        r->timing.wall_s = 99;
        r->findings[0]->seconds = 99;
        CHECK(um_results_json(&again, r, false, &err) == UM_OK && !strcmp(again, json));
        free(again);
        CHECK(um_results_html(&again, r, NULL, &err) == UM_OK && !strcmp(again, html));
        free(again);
    }
    free(json), free(timed), free(html), free(text);
    um_results_free(&r);
}

/* No line is wider than asked, at any width; a character of the fixture takes one column. */
static void test_lines_keep_to_the_width(void)
{
    um_results *r = fixture_new(true);
    for (int columns = 40; columns <= 120; columns += 8) {
        char *text;
        CHECK(um_results_text(&text, r, columns, false, NULL) == UM_OK);
        int widest = 0, at = 0;
        for (const char *p = text; *p; p++) {
            at = *p == '\n' ? 0 : at + ((*p & 0xC0) != 0x80);
            widest = at > widest ? at : widest;
        }
        CHECK(widest <= columns);
        free(text);
    }
    um_results_free(&r);
}

static void test_inconclusive_says_why(void)
{
    char *text;
    um_results *r = fixture_new(false);
    r->verdict = (um_verdict){.inconclusive = true, .reason = "no calibrated signal applies"};
    r->declaration[0] = 0;
    CHECK(um_words_settle(r, NULL) == UM_OK);
    CHECK(um_results_text(&text, r, 80, false, NULL) == UM_OK);
    const char first[] = "Inconclusive: no calibrated signal applies. A part of the recording";
    CHECK(!strncmp(text, first, sizeof first - 1));
    free(text);
    um_results_free(&r);
}

/* Results of almost nothing, as of a text file renamed to .mp4 */
static void test_empty_results(void)
{
    um_results *r;
    char *text;
    CHECK(um_results_new(&r, "", NULL) == UM_OK);
    r->verdict.inconclusive = true;
    CHECK(um_results_text(&text, r, 80, true, NULL) == UM_OK);
    free(text);
    CHECK(um_results_json(&text, r, true, NULL) == UM_OK);
    free(text);
    CHECK(um_results_html(&text, r, NULL, NULL) == UM_OK);
    free(text);
    um_results_free(&r);
}

static void test_any_allocation_may_fail(void)
{
    um_error err;
    um_results *r = fixture_new(true);
    for (int kind = 0; kind < 3; kind++) {
        long n = 0;
        for (bool failed = true; failed; n += n < 100 ? 1 : 37) {
            char *text = NULL;
            um_alloc_fail_at(n);
            um_status st = kind == 0   ? um_results_text(&text, r, 80, true, &err)
                           : kind == 1 ? um_results_html(&text, r, NULL, &err)
                                       : um_results_json(&text, r, false, &err);
            failed = um_alloc_failed();
            um_alloc_fail_at(-1);
            CHECK(failed ? st == UM_ENOMEM && !text && err.code == UM_ENOMEM : st == UM_OK && text);
            free(text);
        }
    }
    um_results_free(&r);
}

/* Of forty signals and five persons every result is on the page, in its family, and few signals stand open.
 */
static void test_crowd(const char *dir)
{
    um_results *r = crowd_new();
    char *html = NULL, *json = NULL;
    int n = 0;
    CHECK(um_results_html(&html, r, NULL, NULL) == UM_OK && um_results_json(&json, r, true, NULL) == UM_OK);
    leave(dir, "crowd.html", html);
    leave(dir, "crowd.json", json);
    for (const char *p = html; (p = strstr(p, "<details class=\"signal\"")); p++)
        n += !strncmp(strchr(p, '>') - 4, "open", 4);
    CHECK(n == 3);
    n = 0;
    for (const char *p = html; (p = strstr(p, "<tr><th scope=\"row\">person 4</th>")); p++)
        n++;
    CHECK(n == 9); /* ten signals ask about faces; one could not */
    CHECK(strstr(html, ">Faces</h2>") && strstr(html, ">Sound and voice</h2>") &&
          strstr(html, "At a glance"));
    free(html), free(json);
    um_results_free(&r);
}

/* Of a voice that speaks for the first second, again at 3.25 s, and for half of the time around 5.25 s: three
 * bars. */
static void test_turns(void)
{
    um_sample sample[] = {{.25, 1}, {.75, 1}, {3.25, 1}, {5.25, .5}, {5.75, 0}};
    um_results *r = fixture_new(false);
    um_series *s = &r->findings[5]->series[0];
    um_sample *kept = s->sample;
    char *html = NULL, first[160], second[160];
    double end = 0;
    snprintf(s->unit, sizeof s->unit, "share of time");
    s->sample = sample;
    s->n = 5;
    CHECK(um_results_html(&html, r, NULL, NULL) == UM_OK);
    const char *lanes = strstr(html, "data-end=\"");
    CHECK(lanes && sscanf(lanes, "data-end=\"%lf", &end) == 1 && end >= 12);
    snprintf(first, sizeof first,
             "<line class=\"p1 turn\" x1=\"0.00%%\" x2=\"%.2f%%\" y1=\"9\" y2=\"9\" opacity=\"1\"/>",
             100 / end);
    snprintf(second, sizeof second,
             "<line class=\"p1 turn\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"9\" y2=\"9\" opacity=\"0.5\"/></svg>",
             500 / end, 550 / end);
    CHECK(strstr(html, first) && strstr(html, second) && strstr(html, "When each voice speaks"));
    s->sample = kept;
    free(html);
    um_results_free(&r);
}

static int run_script(const char *script, const char *dir)
{
    const char *source = getenv("UNMASK_SOURCE_DIR");
    char command[2048];
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/unit/%s' '%s' '%s'", source ? source : ".",
             script, source ? source : ".", dir);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_golden_summary(const char *dir)
{
    char path[1024], *golden = NULL, *now = NULL;
    size_t n;
    const char *source = getenv("UNMASK_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/golden/report.txt", source ? source : ".");
    CHECK(um_file_read(&golden, &n, path, 1 << 20, NULL) == UM_OK);
    snprintf(path, sizeof path, "%s/plain.txt", dir);
    CHECK(um_file_read(&now, &n, path, 1 << 20, NULL) == UM_OK);
    CHECK(golden && now && !strcmp(golden, now));
    free(golden), free(now);
}

static bool answers(um_results *r, const char *expected)
{
    return um_words_settle(r, NULL) == UM_OK && !strcmp(um_results_answer(r), expected);
}

/* A file that declares itself synthetic is told so first, whatever was measured. */
static void test_declaration(void)
{
    um_results *r;
    CHECK(um_results_new(&r, "x", NULL) == UM_OK);
    r->verdict = (um_verdict){.inconclusive = true, .reason = "nothing weighs"};
    CHECK(answers(r, "Inconclusive: nothing weighs."));
    strcpy(r->declaration, "generator: Steps: 20");
    CHECK(answers(r, "The file itself says that it is synthetic (generator: Steps: 20). By measurement "
                     "alone, inconclusive: nothing weighs."));
    r->declaration[0] = 0;
    r->partial = true;
    CHECK(answers(r, "Inconclusive: nothing weighs. A part of the recording was not analysed."));
    /* a verdict that claims more than its numbers allow */
    r->partial = false;
    r->verdict = (um_verdict){.log_lr = 3, .lo = -.5, .hi = 6.5, .n_weighed = 1, .words = "certain"};
    CHECK(answers(r, "Inconclusive: the evidence leans one way, but its 90 % interval includes both.") &&
          r->verdict.inconclusive && !strcmp(r->verdict.words, "inconclusive"));
    um_results_free(&r);
}

int main(int argc, char **argv)
{
    test_declaration();
    char made[] = "/tmp/unmask-report-XXXXXX";
    const char *dir = argc > 1 ? argv[1] : mkdtemp(made);
    CHECK(dir != NULL);
    if (!dir)
        return check_done();
    test_scale_words_at_their_borders();
    test_scale_is_one();
    test_small_formats();
    test_damage();
    test_what_was_analysed();
    test_no_face();
    test_base64();
    test_base64_back();
    test_foreign_text_is_disarmed();
    test_fixture(dir, false);
    test_fixture(dir, true);
    test_lines_keep_to_the_width();
    test_inconclusive_says_why();
    test_empty_results();
    test_golden_summary(dir);
    test_crowd(dir);
    test_turns();
    int checked = run_script("validate_report.py", dir);
    CHECK(checked == 0 || checked == CHECK_SKIP);
    test_any_allocation_may_fail();
    if (argc == 1) {
        char command[128];
        snprintf(command, sizeof command, "rm -r %s", dir);
        CHECK(system(command) == 0);
    }
    return check_done();
}
