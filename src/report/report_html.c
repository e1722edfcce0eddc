/* report_html.c: one self-contained page: no request leaves it, and it reads well without its script.
 *
 * The content security policy admits only the style sheet and the script below, by their hashes, and pictures
 * inside the page; so even a flaw in escaping could not run or fetch anything. */
#include "av/source/probe_json.h"
#include "base/embed.h"
#include "base/digest.h"
#include "report/html.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const um_embedded um_embedded_report[];

enum { PAGE_MAX = 256 << 20 };

static const um_embedded *asset(const char *name)
{
    const um_embedded *e = um_embedded_report;
    while (e->name && strcmp(e->name, name))
        e++;
    return e;
}

static void csp_hash(um_buf *b, const um_embedded *e)
{
    uint8_t digest[UM_SHA256_BYTES] = {0};
    b->broken |= !um_sha256_raw(digest, e->data, e->n);
    um_buf_text(b, "'sha256-");
    um_base64(b, digest, sizeof digest);
    um_buf_text(b, "'");
}

static const char *leaning(const um_verdict *v)
{
    const int side = v->inconclusive ? 0 : um_scale_side(v->log_lr);
    return side > 0 ? "for" : side < 0 ? "against" : "open";
}

static void head(um_buf *b, const um_results *r)
{
    const um_embedded *css = asset("page.css"), *js = asset("page.js");
    um_buf_text(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                   "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                   "style-src ");
    csp_hash(b, css);
    um_buf_text(b, "; script-src ");
    csp_hash(b, js);
    um_buf_text(b, "; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
                   "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
                   "content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    um_html_text(b, um_file_name(r->path));
    um_buf_text(b, ": unmask report</title>\n<style>");
    um_buf_add(b, css->data, css->n);
    um_buf_text(b, "</style>\n</head>\n<body>\n");
}

static void answer(um_buf *b, const um_results *r)
{
    const um_verdict *v = &r->verdict;
    /* our own words first: "Weak support for manipulation: what was found ...", "The file itself says that it
     * is synthetic (...". */
    size_t n = strcspn(r->answer, ":(");
    n += r->answer[n] == ':';
    um_buf_printf(b, "<header><p class=\"brand\"><b>unmask</b> report on <bdi>");
    um_html_text(b, um_file_name(r->path));
    um_buf_printf(b, "</bdi></p>\n<h1 class=\"%s\"><b>", leaning(v));
    um_html_text_n(b, r->answer, n);
    um_buf_text(b, "</b>");
    um_html_text(b, r->answer + n);
    um_buf_text(b, "</h1>\n");
    um_chart_scale(b, v->log_lr, v->lo, v->hi, v->n_weighed > 0, true);
    if (v->n_weighed > 0) {
        char ratio[32], lo[32], hi[32];
        um_buf_printf(b,
                      "<p class=\"numbers\">Likelihood ratio <b>%s</b>, 90 %% interval %s to %s, from %d "
                      "calibrated result%s.</p>",
                      um_words_ratio(ratio, v->log_lr), um_words_ratio(lo, v->lo), um_words_ratio(hi, v->hi),
                      v->n_weighed, v->n_weighed == 1 ? "" : "s");
    }
    um_buf_text(b, "<p class=\"caution\">");
    um_html_text(b, um_words_caution);
    um_buf_text(b, "</p>\n</header>\n<main>\n");
}

/* ---- recording ---- */

/* A row of a description list; nothing when the text is empty. Takes the buffer. */
static void fact(um_buf *b, const char *label, um_buf *text, const char *class)
{
    char *t = um_buf_take(text);
    if (!t)
        b->broken = true;
    else if (*t) {
        um_buf_printf(b, "<div class=\"%s\"><dt>%s</dt><dd>", class, label);
        um_html_text(b, t);
        um_buf_text(b, "</dd></div>\n");
    }
    free(t);
}

static void recording(um_buf *b, const um_results *r)
{
    um_buf t;
    char size[32], time[32];
    um_buf_text(
        b, "<section aria-labelledby=\"h-file\"><h2 id=\"h-file\">The recording</h2><dl class=\"facts\">\n");
    um_buf_init(&t, 4096);
    um_buf_printf(&t, "%s, %s", r->probe.kind[0] ? r->probe.kind : "unknown type",
                  um_words_bytes(size, r->probe.bytes));
    if (r->media.duration_s > 0)
        um_buf_printf(&t, ", %s long", um_words_time(time, r->media.duration_s));
    fact(b, "File", &t, "");
    um_buf_init(&t, 4096);
    um_words_video(&t, &r->media);
    fact(b, r->media.is_photo ? "Picture" : "Video", &t, "");
    um_buf_init(&t, 4096);
    um_words_sound(&t, &r->media);
    fact(b, "Sound", &t, "");
    um_buf_init(&t, 4096);
    um_words_analysed(&t, r);
    fact(b, "Analysed", &t, r->partial ? "warn" : "");
    um_buf_init(&t, 4096);
    um_words_damage(&t, &r->damage);
    fact(b, "Damage", &t, "warn");
    const um_face_quality *q = &r->quality;
    um_buf_init(&t, 4096);
    if (r->media.width > 0 && r->faces_note[0])
        um_buf_text(&t, r->faces_note);
    else if (r->has_quality)
        um_buf_printf(&t, "%s quality (%s of 1), %.0f pixels between the eyes", um_words_quality(q->overall),
                      um_words_fraction(size, q->overall), (double)q->eye_distance_px);
    else if (r->media.width > 0)
        um_buf_text(&t, "none found");
    fact(b, "Faces", &t, "");
    um_buf_text(b, "</dl></section>\n");
}

/* ---- persons ---- */

static void meter(um_buf *b, const char *label, double value)
{
    double v = isfinite(value) ? um_clampd(value, 0, 1) : 0;
    char text[32];
    um_buf_printf(b,
                  "<div><dt>%s</dt><dd><svg class=\"meter\" width=\"100%%\" height=\"6\" "
                  "aria-hidden=\"true\"><rect class=\"rail\" width=\"100%%\" height=\"6\" rx=\"3\"/><rect "
                  "width=\"%.0f%%\" height=\"6\" rx=\"3\"/></svg><span>%s</span></dd></div>",
                  label, 100 * v, um_words_fraction(text, v));
}

static void ratio_words(um_buf *b, double log_lr, double lo, double hi)
{
    char ratio[32], l[32], h[32];
    um_buf_printf(b, "<b>%s</b> <span>likelihood ratio %s (%s to %s)</span>", um_scale_words(log_lr),
                  um_words_ratio(ratio, log_lr), um_words_ratio(l, lo), um_words_ratio(h, hi));
}

static void persons(um_buf *b, const um_results *r)
{
    if (!r->n_persons)
        return;
    um_buf_text(b, "<section aria-labelledby=\"h-who\"><h2 id=\"h-who\">Persons</h2><div class=\"cards\">\n");
    for (int i = 0; i < r->n_persons; i++) {
        const um_person *p = &r->person[i];
        const um_verdict *v = &p->verdict;
        char from[32], to[32], who[64];
        snprintf(who, sizeof who, "Person %d", um_person_number(p->id));
        um_buf_text(b, "<article class=\"card\">");
        if (p->picture.jpeg)
            um_html_picture(b, &p->picture, who);
        um_buf_printf(b,
                      "<div><h3><svg class=\"dot\" width=\"12\" height=\"12\" aria-hidden=\"true\"><circle "
                      "class=\"p%d\" cx=\"6\" cy=\"6\" r=\"5\"/></svg> %s</h3><p class=\"verdict %s\">",
                      um_html_colour(p->id), who, leaning(v));
        if (v->inconclusive) {
            um_buf_text(b, "<b>inconclusive</b> <span>");
            um_html_text(b, v->reason);
            um_buf_text(b, "</span>");
        } else
            ratio_words(b, v->log_lr, v->lo, v->hi);
        um_buf_text(b, "</p>");
        um_chart_scale(b, v->log_lr, v->lo, v->hi, v->n_weighed > 0, false);
        if (!r->media.is_photo)
            um_buf_printf(b, "<p class=\"seen\">seen from %s to %s in %lld frame%s</p>",
                          um_words_time(from, p->first_s), um_words_time(to, p->last_s),
                          (long long)p->n_frames, p->n_frames == 1 ? "" : "s");
        um_buf_text(b, "<dl class=\"meters\">");
        meter(b, "quality", p->quality.overall);
        meter(b, "sharp", p->quality.sharpness);
        meter(b, "frontal", p->quality.frontal);
        meter(b, "visible", p->quality.visible);
        meter(b, "few block borders", p->quality.compression);
        um_buf_printf(b, "</dl><p class=\"seen\">%.0f pixels between the eyes</p></div></article>\n",
                      (double)p->quality.eye_distance_px);
    }
    um_buf_text(b, "</div>");
    if (r->n_persons_dropped)
        um_buf_printf(b, "<p class=\"note\">%d more left out.</p>", r->n_persons_dropped);
    um_buf_text(b, "</section>\n");
}

/* ---- evidence ---- */

static void moment_time(um_buf *b, const um_results *r, const um_evidence *e)
{
    char from[32], to[32], who[32];
    if (!r->media.is_photo) {
        um_words_time(from, e->from_s);
        um_words_time(to, e->to_s);
        um_buf_printf(b, strcmp(from, to) ? "<time>%s to %s</time> " : "<time>%s</time> ", from, to);
    }
    um_buf_printf(b, "<span class=\"who\">%s</span> ", um_html_who(who, um_subject_person(e->subject)));
}

static void evidence(um_buf *b, const um_results *r)
{
    bool open = false;
    for (int i = 0; i < r->n_findings; i++) {
        const um_findings *f = r->findings[i];
        if (!f->n_evidence)
            continue;
        if (!open)
            um_buf_text(b, "<section aria-labelledby=\"h-see\"><h2 id=\"h-see\">Moments to look at</h2>\n");
        open = true;
        um_buf_text(b, "<h3>");
        um_html_text(b, f->signal->question);
        um_buf_text(b, "</h3><div class=\"moments\">\n");
        for (int k = 0; k < f->n_evidence; k++) {
            const um_evidence *e = &f->evidence[k];
            um_buf_printf(b, "<figure id=\"e%d-%d\">", i, k);
            if (e->picture.jpeg)
                um_html_picture(b, &e->picture, "Picture of this moment");
            um_buf_text(b, "<figcaption>");
            moment_time(b, r, e);
            um_html_text(b, e->text);
            um_buf_text(b, "</figcaption></figure>\n");
        }
        um_buf_text(b, "</div>");
        if (f->evidence_dropped)
            um_buf_printf(b, "<p class=\"note\">%lld more counted.</p>", (long long)f->evidence_dropped);
    }
    if (open)
        um_buf_text(b, "</section>\n");
}

/* ---- signals ---- */

static void result_row(um_buf *b, const um_findings *f, const um_result *r)
{
    char who[32], score[32];
    um_buf_printf(b, "<tr><th scope=\"row\">%s</th>", um_html_who(who, um_subject_person(r->subject)));
    if (r->outcome != UM_SCORED) {
        um_buf_text(b, "<td class=\"silent\" colspan=\"3\">not applicable: ");
        um_html_text(b, r->text);
        um_buf_text(b, "</td></tr>\n");
        return;
    }
    um_buf_printf(b, "<td class=\"score\"><b>%s</b> <span>", um_words_number(score, r->score));
    um_html_text(b, f->signal->score_unit ? f->signal->score_unit : "");
    um_buf_text(b, "</span></td><td>");
    um_html_text(b, r->text);
    if (r->calibrated) {
        const um_verdict v = {.log_lr = r->log_lr};
        um_buf_printf(b, "</td><td class=\"weight %s\">", leaning(&v));
        um_chart_scale(b, r->log_lr, r->lo, r->hi, true, false);
        ratio_words(b, r->log_lr, r->lo, r->hi);
    } else
        um_buf_text(b, "</td><td class=\"weight silent\">not calibrated: shown, weighs nothing");
    um_buf_text(b, "</td></tr>\n");
}

static void signal(um_buf *b, const um_findings *f, int index)
{
    const um_signal *s = f->signal;
    um_buf_printf(b, "<article class=\"signal\" id=\"s%d\"><h3>", index);
    um_html_text(b, s->question);
    um_buf_text(b, "</h3><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Who</th><th "
                   "scope=\"col\">Score</th><th scope=\"col\">In words</th><th scope=\"col\">What it "
                   "weighs</th></tr></thead><tbody>\n");
    for (int k = 0; k < f->n_results; k++)
        result_row(b, f, &f->result[k]);
    um_buf_text(b, "</tbody></table></div>");
    if (s->meaning && *s->meaning) {
        um_buf_text(b, "<p>");
        um_html_text(b, s->meaning);
        um_buf_text(b, "</p>");
    }
    um_buf_text(b, "<p class=\"source\"><b>How often it errs.</b> ");
    um_html_text(b, f->error_rate[0]
                        ? f->error_rate
                        : "Not calibrated: nobody has measured it for this version, so it weighs "
                          "nothing.");
    um_buf_text(b, "</p><p class=\"source\"><code>");
    um_html_text(b, s->name);
    um_buf_printf(b, "</code> version %u. ", s->version);
    um_html_text(b, s->paper ? s->paper : "");
    um_buf_text(b, "</p></article>\n");
}

static void unanswered(um_buf *b, const um_results *r, um_outcome outcome, const char *title, const char *id)
{
    bool open = false;
    for (int i = 0; i < r->n_findings; i++) {
        const um_findings *f = r->findings[i];
        if (f->outcome != outcome)
            continue;
        if (!open)
            um_buf_printf(b,
                          "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2><div class=\"scroll\"><table "
                          "class=\"plain\"><thead><tr><th scope=\"col\">Question</th><th "
                          "scope=\"col\">Why</th></tr></thead><tbody>\n",
                          id, id, title);
        open = true;
        um_buf_printf(b, "<tr id=\"s%d\"><th scope=\"row\">", i);
        um_html_text(b, f->signal->question);
        um_buf_text(b, " <code>");
        um_html_text(b, f->signal->name);
        um_buf_text(b, "</code></th><td>");
        um_html_text(b, f->reason[0] ? f->reason : "no reason given");
        um_buf_text(b, "</td></tr>\n");
    }
    if (open)
        um_buf_text(b, "</tbody></table></div></section>\n");
}

static void signals(um_buf *b, const um_results *r)
{
    bool open = false;
    for (int i = 0; i < r->n_findings; i++) {
        if (r->findings[i]->outcome != UM_SCORED)
            continue;
        if (!open)
            um_buf_text(b,
                        "<section aria-labelledby=\"h-ask\"><h2 id=\"h-ask\">What was asked</h2><p>In every "
                        "score, higher means more likely manipulated.</p>\n");
        open = true;
        signal(b, r->findings[i], i);
    }
    if (open)
        um_buf_text(b, "</section>\n");
    unanswered(b, r, UM_NOT_APPLICABLE, "What could not be asked", "h-not");
    unanswered(b, r, UM_FAILED, "What failed", "h-fail");
}

/* ---- provenance, repeat ---- */

static void provenance(um_buf *b, const um_results *r)
{
    if (!r->probe.n_marks)
        return;
    um_buf_text(b, "<section aria-labelledby=\"h-mark\"><h2 id=\"h-mark\">Marks of origin in the "
                   "file</h2><p>Anyone can remove or forge most of them. An absent mark is never "
                   "evidence.</p><div class=\"scroll\"><table class=\"plain\"><thead><tr><th "
                   "scope=\"col\">Mark</th><th scope=\"col\">State</th><th "
                   "scope=\"col\">Content</th></tr></thead><tbody>\n");
    for (int i = 0; i < r->probe.n_marks; i++) {
        const um_mark *m = &r->probe.marks[i];
        um_buf_text(b, "<tr><th scope=\"row\"><code>");
        um_html_text(b, m->name);
        um_buf_printf(b, "</code></th><td class=\"%s\">%s</td><td>", um_mark_key(m->state),
                      um_words_mark(m->state));
        um_html_text(b, m->detail);
        um_buf_text(b, "</td></tr>\n");
    }
    um_buf_text(b, "</tbody></table></div></section>\n");
}

static void version_row(um_buf *b, const char *what, const char *name, const char *hash)
{
    um_buf_text(b, "<tr><th scope=\"row\">");
    um_html_text(b, what);
    um_buf_text(b, "</th><td>");
    um_html_text(b, name);
    um_buf_text(b, "</td><td><code>");
    um_html_text(b, hash);
    um_buf_text(b, "</code></td></tr>\n");
}

static void repeat(um_buf *b, const um_results *r, const char *command)
{
    um_buf_text(b, "<section aria-labelledby=\"h-again\"><h2 id=\"h-again\">How to repeat it</h2>");
    if (command && *command) {
        um_buf_text(b, "<pre><code>");
        um_html_text(b, command);
        um_buf_text(b, "</code></pre>");
    }
    um_buf_text(b, "<p>The same file, program, networks and calibration give this page again, byte for "
                   "byte.</p><div class=\"scroll\"><table class=\"plain\"><thead><tr><th "
                   "scope=\"col\">What</th><th scope=\"col\">Name</th><th "
                   "scope=\"col\">SHA-256</th></tr></thead><tbody>\n");
    version_row(b, "file", um_file_name(r->path), r->probe.sha256);
    char program[64];
    snprintf(program, sizeof program, "unmask %s", r->version);
    version_row(b, "program", program, "");
    for (int i = 0; i < r->n_networks; i++)
        version_row(b, r->network[i].role, r->network[i].name, r->network[i].sha256);
    version_row(b, "calibration", r->calibration[0] ? r->calibration : "none", "");
    um_buf_text(b, "</tbody></table></div></section>\n");
}

um_status um_results_html(char **out, const um_results *results, const char *command, um_error *err)
{
    um_buf page;
    const um_embedded *js = asset("page.js");
    um_buf_init(&page, PAGE_MAX);
    head(&page, results);
    answer(&page, results);
    recording(&page, results);
    persons(&page, results);
    um_chart_timeline(&page, results);
    evidence(&page, results);
    signals(&page, results);
    provenance(&page, results);
    repeat(&page, results, command);
    um_buf_text(&page, "</main>\n<script>");
    um_buf_add(&page, js->data, js->n);
    um_buf_text(&page, "</script>\n</body>\n</html>\n");
    *out = um_buf_take(&page);
    return *out ? UM_OK : um_fail_oom(err);
}
