/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_glance.c: all signals and all whom they speak of in one table, for reports of many. */
#include "report/html.h"
#include <math.h>

enum { COLUMNS_MOST = 10, FEW_SIGNALS = 4, FEW_COLUMNS = 2 };

typedef struct columns {
    int n, n_left; /* subjects that have no column */
    um_subject subject[COLUMNS_MOST];
} columns;

static bool speaks_of(const um_results *r, um_subject subject)
{
    for (int i = 0; i < r->n_findings; i++)
        if (um_findings_result_of(r->findings[i], subject))
            return true;
    return false;
}

static void add(columns *c, const um_results *r, um_subject subject)
{
    if (!speaks_of(r, subject))
        return;
    if (c->n < COLUMNS_MOST)
        c->subject[c->n++] = subject;
    else
        c->n_left++;
}

static void cell(um_buf *b, const um_result *r)
{
    char ratio[32];
    if (!r)
        um_buf_text(b, "<td></td>");
    else if (r->outcome != UM_SCORED)
        um_buf_text(b, "<td class=\"silent\">\xE2\x80\x93</td>");
    else if (!r->calibrated)
        um_buf_text(b, "<td class=\"silent\">\xE2\x97\x8B</td>");
    else {
        const um_verdict v = {.log_lr = r->log_lr};
        int step = 0;
        while (step < UM_SCALE_STEPS && fabs(r->log_lr) >= um_scale_step[step])
            step++;
        um_buf_printf(b, "<td class=\"%s w%d\">%s</td>", um_html_leaning(&v), step,
                      um_words_ratio(ratio, r->log_lr));
    }
}

static void rows(um_buf *b, const um_results *r, const columns *c, int family)
{
    bool named = false;
    for (int i = 0; i < r->n_findings; i++) {
        const um_findings *f = r->findings[i];
        if (f->outcome != UM_SCORED || um_html_family(f->signal) != family)
            continue;
        if (!named)
            um_buf_printf(b, "<tr class=\"family\"><th scope=\"rowgroup\" colspan=\"%d\">%s</th></tr>\n",
                          c->n + 1, um_html_family_title(family));
        named = true;
        um_buf_printf(b, "<tr><th scope=\"row\"><a href=\"#s%d\">", i);
        um_html_text(b, f->signal->name);
        um_buf_text(b, "</a></th>");
        for (int k = 0; k < c->n; k++)
            cell(b, um_findings_result_of(f, c->subject[k]));
        um_buf_text(b, "</tr>\n");
    }
}

void um_html_glance(um_buf *b, const um_results *r)
{
    columns c = {0};
    int n_signals = 0;
    for (int i = 0; i < r->n_findings; i++)
        n_signals += r->findings[i]->outcome == UM_SCORED;
    add(&c, r, um_file_subject());
    for (int i = 0; i < r->n_persons; i++)
        add(&c, r, um_person_subject(r->person[i].id));
    for (int i = 0; i < r->n_voices; i++)
        add(&c, r, um_voice_subject(r->voice[i].id));
    if (!c.n || (n_signals <= FEW_SIGNALS && c.n <= FEW_COLUMNS))
        return;
    um_buf_text(
        b, "<section aria-labelledby=\"h-glance\"><h2 id=\"h-glance\">At a glance</h2><p>Likelihood ratio of "
           "each signal: above 1 for manipulation, below 1 against it. \xE2\x97\x8B answered but not "
           "calibrated, weighs nothing; \xE2\x80\x93 not applicable.</p><div class=\"scroll\"><table "
           "class=\"glance\"><thead><tr><th scope=\"col\">Signal</th>");
    for (int k = 0; k < c.n; k++) {
        char who[80];
        um_buf_printf(b, "<th scope=\"col\">%s</th>", um_words_subject(who, &c.subject[k]));
    }
    um_buf_text(b, "</tr></thead><tbody>\n");
    for (int i = 0; i < UM_HTML_FAMILIES; i++)
        rows(b, r, &c, i);
    um_buf_text(b, "</tbody></table></div>");
    if (c.n_left)
        um_buf_printf(b, "<p class=\"note\">%d more persons or voices stand with each signal.</p>", c.n_left);
    um_buf_text(b, "</section>\n");
}
