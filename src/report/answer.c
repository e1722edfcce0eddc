/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.c: a likelihood ratio as a number, and the answer in one sentence. The ENFSI guideline
 * (fusion/scale.h) has two readings of a ratio, "weak support" and its number; both are always shown. */
#include "fusion/fusion.h"
#include "report/words.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char um_words_caution[] =
    "A likelihood ratio says how much the findings speak for manipulation or against it. It is not the "
    "probability that the recording is fake: that also depends on everything else known about it.";

const char *um_words_ratio(char out[32], double log_lr)
{
    double size = fabs(log_lr);
    if (!isfinite(log_lr))
        snprintf(out, 32, "%s", isnan(log_lr) ? "unknown" : log_lr > 0 ? "without bound" : "0");
    else if (size >= 6.5)
        snprintf(out, 32, "%s10^%.0f", log_lr > 0 ? "" : "1/", floor(size + .5));
    else {
        /* two significant digits: the interval beside it does not allow more */
        double ratio = pow(10, size), step = pow(10, floor(size + 1e-9) - 1);
        ratio = floor(ratio / step + .5) * step;
        snprintf(out, 32, "%s%.*f", log_lr < 0 && ratio > 1 ? "1/" : "", ratio < 10 ? 1 : 0, ratio);
        size_t n = strlen(out); /* "2.0" is read as "2" */
        if (n > 2 && !strcmp(out + n - 2, ".0"))
            out[n - 2] = 0;
    }
    return out;
}

static void add_sentence(um_buf *b, const char *text)
{
    size_t n = strlen(text);
    um_buf_text(b, text);
    if (n && !strchr(".!?", text[n - 1]))
        um_buf_text(b, ".");
}

static void verdict_sentence(um_buf *b, const um_results *report)
{
    const um_verdict *v = &report->verdict;
    if (report->declaration[0]) { /* its own word comes first; what was measured follows */
        um_buf_text(b, "The file itself says that it is synthetic (");
        um_words_plain(b, report->declaration);
        um_buf_text(b, "). ");
    }
    if (v->inconclusive || isnan(v->log_lr)) {
        um_buf_text(b, report->declaration[0] ? "By measurement alone, inconclusive: " : "Inconclusive: ");
        add_sentence(b, v->reason[0] ? v->reason : "the findings do not allow an answer");
        return;
    }
    const char *words = um_scale_words(v->log_lr);
    um_buf_printf(b, "%c%s: ", toupper((unsigned char)words[0]), words + 1);
    if (!um_scale_side(v->log_lr)) {
        um_buf_text(
            b, "what was found is about as likely in a manipulated recording as in one that was left alone.");
        return;
    }
    char times[32];
    um_buf_printf(b, "what was found is about %s times more likely in a %s.",
                  um_words_ratio(times, fabs(v->log_lr)),
                  v->log_lr > 0 ? "manipulated recording than in one that was left alone"
                                : "recording that was left alone than in a manipulated one");
    if (v->call_of)
        um_buf_printf(b, " Of %d %s recordings that this was measured on, %d looked like that.", v->call_of,
                      v->log_lr > 0 ? "real" : "manipulated", v->call_wrong);
}

static void settle(um_verdict *v)
{
    const um_verdict told = *v;
    um_fusion_settle(v);
    if (told.inconclusive && told.reason[0]) { /* for a reason that the numbers do not show */
        v->inconclusive = true;
        memcpy(v->reason, told.reason, sizeof v->reason);
    }
    snprintf(v->words, sizeof v->words, "%s", v->inconclusive ? "inconclusive" : um_scale_words(v->log_lr));
}

um_status um_words_settle(um_results *r, um_error *err)
{
    um_buf b;
    settle(&r->verdict);
    for (int i = 0; i < r->n_persons; i++)
        settle(&r->person[i].verdict);
    for (int i = 0; i < r->n_voices; i++)
        settle(&r->voice[i].verdict);
    um_buf_init(&b, 4096);
    verdict_sentence(&b, r);
    if (r->partial)
        um_buf_text(&b, " A part of the recording was not analysed.");
    free(r->answer);
    r->answer = um_buf_take(&b);
    return r->answer ? UM_OK : um_fail_oom(err);
}
