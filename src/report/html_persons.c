/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_persons.c: a card for each person and each voice. */
#include "report/html.h"
#include <math.h>
#include <string.h>

static void verdict(um_buf *b, const um_verdict *v)
{
    if (v->inconclusive) {
        um_buf_text(b, "<b>inconclusive</b> <span>");
        um_html_text(b, v->reason);
        um_buf_text(b, "</span>");
    } else
        um_html_ratio(b, v->log_lr, v->lo, v->hi);
    um_buf_text(b, "</p>");
    um_chart_scale(b, v->log_lr, v->lo, v->hi, v->n_weighed > 0, false);
}

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

static void persons(um_buf *b, const um_results *r)
{
    if (!r->n_persons)
        return;
    um_buf_text(b, "<section aria-labelledby=\"h-who\"><h2 id=\"h-who\">Persons</h2><div class=\"cards\">\n");
    for (int i = 0; i < r->n_persons; i++) {
        const um_person *p = &r->person[i];
        const um_verdict *v = &p->verdict;
        char from[32], to[32], who[64];
        const um_subject who_is = um_person_subject(p->id);
        snprintf(who, sizeof who, "Person %d", um_person_number(p->id));
        um_buf_text(b, "<article class=\"card\">");
        if (p->picture.jpeg)
            um_html_picture(b, &p->picture, who);
        um_buf_printf(b,
                      "<div><h3><svg class=\"dot\" width=\"12\" height=\"12\" aria-hidden=\"true\"><circle "
                      "class=\"p%d\" cx=\"6\" cy=\"6\" r=\"5\"/></svg> %s</h3><p class=\"verdict %s\">",
                      um_html_colour(&who_is), who, um_html_leaning(v));
        verdict(b, v);
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

/* Whose voice it is, as each signal that knows says. */
static void links(um_buf *b, const um_results *r, int voice)
{
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_links; k++) {
            const um_link *l = &r->findings[i]->link[k];
            char sure[32];
            if (l->voice != voice)
                continue;
            um_buf_printf(b, "<p class=\"seen\">the voice of person %d, says <code>",
                          um_person_number(l->person));
            um_html_text(b, r->findings[i]->signal->name);
            um_buf_printf(b, "</code> (%s of 1)</p>", um_words_fraction(sure, l->confidence));
        }
}

/* What was heard and seen of it and weighs nothing: when it speaks, whose lips move, or why nobody's. */
static void said_of_voice(um_buf *b, const um_results *r, um_subject who, const um_verdict *v)
{
    for (int i = 0; i < r->n_findings; i++) {
        const um_result *said = um_findings_result_of(r->findings[i], who);
        if (!said || said->calibrated || strstr(v->reason, said->text))
            continue;
        um_buf_text(b, "<p class=\"seen\">");
        um_html_text(b, said->text);
        um_buf_text(b, "</p>");
    }
}

static void voices(um_buf *b, const um_results *r)
{
    if (!r->n_voices)
        return;
    um_buf_text(b, "<section aria-labelledby=\"h-voice\"><h2 id=\"h-voice\">Voices</h2><div "
                   "class=\"cards\">\n");
    for (int i = 0; i < r->n_voices; i++) {
        const um_voice *v = &r->voice[i];
        const um_subject who = um_voice_subject(v->id);
        um_buf_printf(b,
                      "<article class=\"card\"><div><h3><svg width=\"22\" height=\"10\" "
                      "aria-hidden=\"true\"><path class=\"p%d voice\" d=\"M1 5H21\"/></svg> Voice "
                      "%d</h3><p class=\"verdict %s\">",
                      um_html_colour(&who), um_person_number(v->id), um_html_leaning(&v->verdict));
        verdict(b, &v->verdict);
        said_of_voice(b, r, who, &v->verdict);
        links(b, r, v->id);
        um_buf_text(b, "</div></article>\n");
    }
    um_buf_text(b, "</div></section>\n");
}

void um_html_persons(um_buf *b, const um_results *r)
{
    persons(b, r);
    voices(b, r);
}
