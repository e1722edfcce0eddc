/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_html.c: one self-contained page: no request leaves it, and it reads well without its script.
 *
 * The content security policy admits only the style sheet and the script below, by their hashes, and pictures
 * inside the page; so even a flaw in escaping could not run or fetch anything. */
#include "av/source/probe_json.h"
#include "base/digest.h"
#include "base/embed.h"
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

static void head(um_buf *b, const um_results *r)
{
    const um_embedded *css = asset("page.css"), *js = asset("page.js");
    um_buf_text(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                   "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ");
    if (r->copy.n)
        um_buf_text(b, "media-src data:; ");
    um_buf_text(b, "style-src ");
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
    um_buf_printf(b, "</bdi></p>\n<h1 class=\"%s\"><b>", um_html_leaning(v));
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
    um_words_tracks(&t, &r->media);
    fact(b, "Other", &t, "");
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
    um_html_persons(&page, results);
    um_html_glance(&page, results);
    um_chart_timeline(&page, results);
    um_html_signals(&page, results);
    provenance(&page, results);
    repeat(&page, results, command);
    um_buf_text(&page, "</main>\n<script>");
    um_buf_add(&page, js->data, js->n);
    um_buf_text(&page, "</script>\n</body>\n</html>\n");
    *out = um_buf_take(&page);
    return *out ? UM_OK : um_fail_oom(err);
}
