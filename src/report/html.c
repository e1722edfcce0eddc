/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.c: small pieces of the page. */
#include "report/html.h"
#include "report/palette.h"
#include <math.h>

void um_html_picture(um_buf *b, const um_picture *picture, const char *alternative)
{
    um_buf_printf(b, "<img width=\"%d\" height=\"%d\" alt=\"", picture->width, picture->height);
    um_html_text(b, alternative);
    um_buf_text(b, "\" src=\"data:image/jpeg;base64,");
    um_base64(b, picture->jpeg, picture->n);
    um_buf_text(b, "\">");
}

int um_html_colour(const um_subject *s)
{
    return s->kind == UM_SUBJECT_PERSON || s->kind == UM_SUBJECT_VOICE ? s->id % UM_PERSON_COLOURS + 1 : 0;
}

const char *um_html_leaning(const um_verdict *v)
{
    const int side = v->inconclusive ? 0 : um_scale_side(v->log_lr);
    return side > 0 ? "for" : side < 0 ? "against" : "open";
}

void um_html_ratio(um_buf *b, double log_lr, double lo, double hi)
{
    char ratio[32], l[32], h[32];
    um_buf_printf(b, "<b>%s</b> <span>likelihood ratio %s (%s to %s)</span>", um_scale_words(log_lr),
                  um_words_ratio(ratio, log_lr), um_words_ratio(l, lo), um_words_ratio(h, hi));
}
