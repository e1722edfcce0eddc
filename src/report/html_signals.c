/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_signals.c: what was asked, by family; each signal folds, and all that belongs to it stands inside. */
#include "report/html.h"
#include <math.h>
#include <string.h>

/* All are open as long as they are few; of many, only those that weigh most. */
enum { ALL_OPEN = 6, OPEN_OF_MANY = 3, LONG_LIST = 8 };

/* What a signal says most of all: its calibrated result farthest from 1, else its highest score. NULL: none.
 */
static const um_result *strongest(const um_findings *f)
{
    const um_result *best = NULL;
    for (int i = 0; i < f->n_results; i++) {
        const um_result *r = &f->result[i];
        if (r->outcome != UM_SCORED)
            continue;
        if (!best || r->calibrated > best->calibrated ||
            (r->calibrated == best->calibrated &&
             (r->calibrated ? fabs(r->log_lr) > fabs(best->log_lr) : r->score > best->score)))
            best = r;
    }
    return best;
}

static double weight(const um_findings *f)
{
    const um_result *r = f->outcome == UM_SCORED ? strongest(f) : NULL;
    return r && r->calibrated && fabs(r->log_lr) >= UM_LR_NO_SUPPORT ? fabs(r->log_lr) : 0;
}

/* Among the OPEN_OF_MANY that weigh most. */
static bool stands_open(const um_results *r, int signal)
{
    int n_scored = 0, n_before = 0;
    for (int i = 0; i < r->n_findings; i++) {
        n_scored += r->findings[i]->outcome == UM_SCORED;
        const double other = weight(r->findings[i]), own = weight(r->findings[signal]);
        n_before += other > own || (other == own && i < signal);
    }
    return n_scored <= ALL_OPEN || (weight(r->findings[signal]) > 0 && n_before < OPEN_OF_MANY);
}

/* ---- inside a signal ---- */

static void result_row(um_buf *b, const um_findings *f, const um_result *r)
{
    char who[80], score[32];
    um_buf_printf(b, "<tr><th scope=\"row\">%s</th>", um_words_subject(who, &r->subject));
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
        um_buf_printf(b, "</td><td class=\"weight %s\">", um_html_leaning(&v));
        um_chart_scale(b, r->log_lr, r->lo, r->hi, true, false);
        um_html_ratio(b, r->log_lr, r->lo, r->hi);
    } else
        um_buf_text(b, "</td><td class=\"weight silent\">not calibrated: shown, weighs nothing");
    um_buf_text(b, "</td></tr>\n");
}

static void moment(um_buf *b, const um_results *r, const um_evidence *e, int signal, int k)
{
    char from[32], to[32], who[80];
    um_buf_printf(b, "<figure id=\"e%d-%d\">", signal, k);
    if (e->picture.jpeg)
        um_html_picture(b, &e->picture, "Picture of this moment");
    um_buf_text(b, "<figcaption>");
    if (!r->media.is_photo) {
        um_words_time(from, e->from_s);
        um_words_time(to, e->to_s);
        um_buf_printf(b, strcmp(from, to) ? "<time>%s to %s</time> " : "<time>%s</time> ", from, to);
    }
    um_buf_printf(b, "<span class=\"who\">%s</span> ", um_words_subject(who, &e->subject));
    um_html_text(b, e->text);
    um_buf_text(b, "</figcaption></figure>\n");
}

static void moments(um_buf *b, const um_results *r, int signal)
{
    const um_findings *f = r->findings[signal];
    if (!f->n_evidence)
        return;
    um_buf_text(b, "<h4>Moments to look at</h4><div class=\"moments\">\n");
    for (int k = 0; k < f->n_evidence; k++)
        moment(b, r, &f->evidence[k], signal, k);
    um_buf_text(b, "</div>");
    if (f->evidence_dropped)
        um_buf_printf(b, "<p class=\"note\">%lld more counted.</p>", (long long)f->evidence_dropped);
}

/* The line that stays when a signal is folded. */
static void summary(um_buf *b, const um_findings *f)
{
    char who[80], score[32];
    const um_result *r = strongest(f);
    um_buf_text(b, "<summary><h3>");
    um_html_text(b, f->signal->question);
    um_buf_text(b, "</h3><span class=\"gist\"><code>");
    um_html_text(b, f->signal->name);
    um_buf_text(b, "</code>");
    if (r && r->calibrated) {
        const um_verdict v = {.log_lr = r->log_lr};
        um_buf_printf(b, " <b class=\"%s\">%s: %s</b>", um_html_leaning(&v),
                      um_words_subject(who, &r->subject), um_scale_words(r->log_lr));
    } else if (r) {
        um_buf_printf(b, " %s: %s ", um_words_subject(who, &r->subject), um_words_number(score, r->score));
        um_html_text(b, f->signal->score_unit ? f->signal->score_unit : "");
        um_buf_text(b, ", not calibrated");
    }
    if (f->n_evidence)
        um_buf_printf(b, " <span>%d moment%s</span>", f->n_evidence, f->n_evidence == 1 ? "" : "s");
    um_buf_text(b, "</span></summary>");
}

static void signal(um_buf *b, const um_results *r, int index)
{
    const um_findings *f = r->findings[index];
    const um_signal *s = f->signal;
    um_buf_printf(b, "<details class=\"signal\" id=\"s%d\"%s>", index, stands_open(r, index) ? " open" : "");
    summary(b, f);
    um_buf_text(b, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Who</th><th "
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
    moments(b, r, index);
    um_buf_text(b, "<p class=\"source\"><b>How often it errs.</b> ");
    um_html_text(b, f->error_rate[0]
                        ? f->error_rate
                        : "Not calibrated: it has not been shown to tell manipulated recordings from "
                          "others, so it weighs nothing.");
    um_buf_text(b, "</p><p class=\"source\"><code>");
    um_html_text(b, s->name);
    um_buf_printf(b, "</code> version %u. ", s->version);
    um_html_text(b, s->paper ? s->paper : "");
    um_buf_text(b, "</p></details>\n");
}

/* ---- families ---- */

static void family(um_buf *b, const um_results *r, int which)
{
    int n = 0;
    for (int i = 0; i < r->n_findings; i++) {
        if (r->findings[i]->outcome != UM_SCORED || um_html_family(r->findings[i]->signal) != which)
            continue;
        if (!n++)
            um_buf_printf(b, "<section aria-labelledby=\"f%d\"><h2 id=\"f%d\">%s</h2>\n", which, which,
                          um_html_family_title(which));
        signal(b, r, i);
    }
    if (n)
        um_buf_text(b, "</section>\n");
}

static int count(const um_results *r, um_outcome outcome)
{
    int n = 0;
    for (int i = 0; i < r->n_findings; i++)
        n += r->findings[i]->outcome == outcome;
    return n;
}

static void unanswered(um_buf *b, const um_results *r, um_outcome outcome, const char *title, const char *id)
{
    const int n = count(r, outcome);
    if (!n)
        return;
    um_buf_printf(b, "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>", id, id, title);
    if (n > LONG_LIST)
        um_buf_printf(b, "<details class=\"list\"><summary>%d questions</summary>", n);
    um_buf_text(b,
                "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">Question</th><th "
                "scope=\"col\">Why</th></tr></thead><tbody>\n");
    for (int i = 0; i < r->n_findings; i++) {
        const um_findings *f = r->findings[i];
        if (f->outcome != outcome)
            continue;
        um_buf_printf(b, "<tr id=\"s%d\"><th scope=\"row\">", i);
        um_html_text(b, f->signal->question);
        um_buf_text(b, " <code>");
        um_html_text(b, f->signal->name);
        um_buf_text(b, "</code></th><td>");
        um_html_text(b, f->reason[0] ? f->reason : "no reason given");
        um_buf_text(b, "</td></tr>\n");
    }
    um_buf_printf(b, "</tbody></table></div>%s</section>\n", n > LONG_LIST ? "</details>" : "");
}

void um_html_signals(um_buf *b, const um_results *r)
{
    if (count(r, UM_SCORED))
        um_buf_text(
            b, "<p class=\"polarity\">In every score below, higher means more likely manipulated.</p>\n");
    for (int i = 0; i < UM_HTML_FAMILIES; i++)
        family(b, r, i);
    unanswered(b, r, UM_NOT_APPLICABLE, "What could not be asked", "h-not");
    unanswered(b, r, UM_FAILED, "What failed", "h-fail");
}
