/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_text.c: the summary for a terminal. The answer comes first; lines are broken to the width. */
#include "report/words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 4 << 20,
    NARROWEST = 40,
    WIDEST = 120,
    SPARK = 20,
    SPARK_LEAST = 4,
    SPARK_FROM = 60,
    MARGIN = 2,
    LABEL = 13
};

typedef struct page {
    um_buf out;
    int columns;
    bool colour;
} page;

typedef enum style { PLAIN, DIM, FOR, AGAINST, WARN, BOLD = 8 } style; /* BOLD is added to the others */

static void start(page *p, style s)
{
    static const char *const code[] = {"", "\x1b[2m", "\x1b[31m", "\x1b[36m", "\x1b[33m"};
    if (!p->colour)
        return;
    if (s & BOLD)
        um_buf_text(&p->out, "\x1b[1m");
    um_buf_text(&p->out, code[s & ~BOLD]);
}

static void stop(page *p, style s)
{
    if (p->colour && s != PLAIN)
        um_buf_text(&p->out, "\x1b[0m");
}

static int cell_width(uint32_t c)
{
    if ((c >= 0x300 && c < 0x370) || c == 0x200C || c == 0x200D || (c >= 0xFE00 && c < 0xFE10))
        return 0;
    return (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xAC00 && c < 0xD7A4) ||
                   (c >= 0xF900 && c < 0xFB00) || (c >= 0xFE30 && c < 0xFE70) ||
                   (c >= 0xFF00 && c < 0xFF61) || (c >= 0x1F300 && c < 0x1FB00) ||
                   (c >= 0x20000 && c < 0x40000)
               ? 2
               : 1;
}

static int text_width(const char *text, size_t n)
{
    int width = 0;
    for (const char *p = text; p < text + n;)
        width += cell_width(um_utf8_next(&p));
    return width;
}

static void spaces(page *p, int n)
{
    um_buf_printf(&p->out, "%*s", n > 0 ? n : 0, "");
}

/* Words of `text`, broken at the width; the cursor stands at column `at`, further lines begin at `indent`. A
 * word that is too long for a line is cut. Ends with a line feed. */
static void wrap(page *p, int at, int indent, style s, const char *text)
{
    start(p, s);
    bool first = true;
    while (*text) {
        size_t blank = strspn(text, " \t\n");
        text += blank;
        size_t n = strcspn(text, " \t\n");
        if (!n)
            break;
        int width = text_width(text, n);
        if (at + !first + width > p->columns && at > indent) {
            stop(p, s);
            um_buf_text(&p->out, "\n");
            spaces(p, indent);
            start(p, s);
            at = indent, first = true;
        }
        if (!first)
            um_buf_text(&p->out, " "), at++;
        for (const char *end = text + n; text < end;) {
            uint32_t c = um_utf8_next(&text);
            if (at + cell_width(c) > p->columns && at > indent) {
                um_buf_text(&p->out, "\n");
                spaces(p, indent);
                at = indent;
            }
            um_utf8_add(&p->out, c);
            at += cell_width(c);
        }
        first = false;
    }
    stop(p, s);
    um_buf_text(&p->out, "\n");
}

/* "  label        text" with the text in its own column. */
static void entry_named(page *p, const char *label, style label_style, style s, const char *text)
{
    if (!*text)
        return;
    spaces(p, MARGIN);
    if (*label) {
        start(p, label_style);
        um_words_plain(&p->out, label);
        stop(p, label_style);
    }
    int at = MARGIN + text_width(label, strlen(label));
    if (at >= LABEL + MARGIN) { /* a long name stands on its own line */
        um_buf_text(&p->out, "\n");
        at = 0;
    }
    spaces(p, MARGIN + LABEL - at);
    wrap(p, MARGIN + LABEL, MARGIN + LABEL, s, text);
}

static void entry(page *p, const char *label, style s, const char *text)
{
    entry_named(p, label, DIM, s, text);
}

static void entry_take(page *p, const char *label, style s, um_buf *text)
{
    char *t = um_buf_take(text);
    if (t)
        entry(p, label, s, t);
    else
        p->out.broken = true;
    free(t);
}

static void heading(page *p, const char *text)
{
    um_buf_text(&p->out, "\n");
    wrap(p, 0, 0, BOLD, text);
}

static style ratio_style(double log_lr)
{
    const int side = um_scale_side(log_lr);
    return side > 0 ? FOR : side < 0 ? AGAINST : PLAIN;
}

static style verdict_style(const um_verdict *v)
{
    return v->inconclusive ? WARN : ratio_style(v->log_lr);
}

/* "likelihood ratio 6 (90 % interval 2 to 20)" */
static void ratio_text(um_buf *b, double log_lr, double lo, double hi)
{
    char r[32], l[32], h[32];
    um_buf_printf(b, "likelihood ratio %s (90 %% interval %s to %s)", um_words_ratio(r, log_lr),
                  um_words_ratio(l, lo), um_words_ratio(h, hi));
}

static void answer(page *p, const um_results *r)
{
    wrap(p, 0, 0, verdict_style(&r->verdict) | BOLD, r->answer);
    if (!r->verdict.inconclusive) {
        char lo[32], hi[32], line[200];
        snprintf(line, sizeof line,
                 "Likelihood ratio, 90 %% interval: %s to %s, from %d calibrated result%s.",
                 um_words_ratio(lo, r->verdict.lo), um_words_ratio(hi, r->verdict.hi), r->verdict.n_weighed,
                 r->verdict.n_weighed == 1 ? "" : "s");
        wrap(p, 0, 0, PLAIN, line);
    }
    wrap(p, 0, 0, DIM, um_words_caution);
}

static void recording(page *p, const um_results *r)
{
    um_buf b;
    char size[32], time[32];
    heading(p, "Recording");
    entry(p, "file", PLAIN, um_file_name(r->path));
    um_buf_init(&b, 4096);
    um_buf_printf(&b, "%s, %s", r->probe.kind[0] ? r->probe.kind : "unknown type",
                  um_words_bytes(size, r->probe.bytes));
    if (r->media.duration_s > 0)
        um_buf_printf(&b, ", %s", um_words_time(time, r->media.duration_s));
    if (r->probe.sha256[0])
        um_buf_printf(&b, ", sha256 %.16s\xE2\x80\xA6", r->probe.sha256);
    entry_take(p, "type", PLAIN, &b);
    um_buf_init(&b, 4096);
    um_words_video(&b, &r->media);
    entry_take(p, r->media.is_photo ? "picture" : "video", PLAIN, &b);
    um_buf_init(&b, 4096);
    um_words_sound(&b, &r->media);
    entry_take(p, "sound", PLAIN, &b);
    um_buf_init(&b, 4096);
    um_words_tracks(&b, &r->media);
    entry_take(p, "other", PLAIN, &b);
    um_buf_init(&b, 4096);
    um_words_analysed(&b, r);
    entry_take(p, "analysed", PLAIN, &b);
    um_buf_init(&b, 4096);
    um_words_damage(&b, &r->damage);
    entry_take(p, "damage", WARN, &b);
    if (r->media.width > 0)
        entry(p, "faces", PLAIN, r->faces_note[0] || r->n_faces ? r->faces_note : "none found");
    const um_face_quality *q = &r->quality;
    if (r->has_quality) {
        um_buf_init(&b, 4096);
        um_buf_printf(&b, "%s (%s); %.0f pixels between the eyes, %lld face%s in all",
                      um_words_quality(q->overall), um_words_fraction(size, q->overall),
                      (double)q->eye_distance_px, (long long)r->n_faces, r->n_faces == 1 ? "" : "s");
        entry_take(p, "face quality", PLAIN, &b);
    }
}

static void about(page *p, const char *label, const um_verdict *v)
{
    um_buf b;
    um_buf_init(&b, 4096);
    if (v->inconclusive)
        um_buf_printf(&b, "inconclusive: %s", v->reason);
    else {
        um_buf_printf(&b, "%s, ", um_scale_words(v->log_lr));
        ratio_text(&b, v->log_lr, v->lo, v->hi);
    }
    entry_take(p, label, verdict_style(v), &b);
}

static void persons(page *p, const um_results *r)
{
    if (!r->n_persons)
        return;
    heading(p, "Persons");
    for (int i = 0; i < r->n_persons; i++) {
        const um_person *who = &r->person[i];
        char from[32], to[32], label[32];
        um_buf b;
        um_buf_init(&b, 4096);
        if (!r->media.is_photo)
            um_buf_printf(&b, "%s to %s, %lld frame%s, ", um_words_time(from, who->first_s),
                          um_words_time(to, who->last_s), (long long)who->n_frames,
                          who->n_frames == 1 ? "" : "s");
        um_buf_printf(&b, "quality %s (%s)", um_words_quality(who->quality.overall),
                      um_words_fraction(from, who->quality.overall));
        snprintf(label, sizeof label, "person %d", um_person_number(who->id));
        entry_take(p, label, PLAIN, &b);
        about(p, "", &who->verdict);
    }
    if (r->n_persons_dropped)
        um_buf_printf(&p->out, "  and %d more, left out\n", r->n_persons_dropped);
}

/* Whose voice it is, as each signal that knows says. */
static void links(page *p, const um_results *r, int voice)
{
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_links; k++) {
            const um_link *l = &r->findings[i]->link[k];
            char line[160], sure[32];
            if (l->voice != voice)
                continue;
            snprintf(line, sizeof line, "the voice of person %d, says %.80s (%s of 1)",
                     um_person_number(l->person), r->findings[i]->signal->name,
                     um_words_fraction(sure, l->confidence));
            entry(p, "", PLAIN, line);
        }
}

/* Why a signal says nothing of it: nobody's lips move, or there is too little of it. */
static void silences(page *p, const um_results *r, const um_voice *v)
{
    for (int i = 0; i < r->n_findings; i++) {
        const um_result *said = um_findings_result_of(r->findings[i], um_voice_subject(v->id));
        if (said && said->outcome == UM_NOT_APPLICABLE && !strstr(v->verdict.reason, said->text))
            entry(p, "", PLAIN, said->text);
    }
}

static void voices(page *p, const um_results *r)
{
    if (!r->n_voices)
        return;
    heading(p, "Voices");
    for (int i = 0; i < r->n_voices; i++) {
        char label[32];
        snprintf(label, sizeof label, "voice %d", um_person_number(r->voice[i].id));
        about(p, label, &r->voice[i].verdict);
        links(p, r, r->voice[i].id);
        silences(p, r, &r->voice[i]);
    }
}

/* The course of a series in `n` cells; its range is spread over eight heights. */
static void sparkline(um_buf *b, const um_series *s, int n)
{
    double sum[SPARK] = {0}, lo = INFINITY, hi = -INFINITY;
    int count[SPARK] = {0};
    double from = s->sample[0].t_s, length = s->sample[s->n - 1].t_s - from;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->sample[i].value) || !isfinite(s->sample[i].t_s))
            continue;
        int k = (int)um_clampd((s->sample[i].t_s - from) / length * n, 0, n - 1);
        sum[k] += s->sample[i].value;
        count[k]++;
    }
    for (int k = 0; k < n; k++)
        if (count[k])
            lo = fmin(lo, sum[k] / count[k]), hi = fmax(hi, sum[k] / count[k]);
    for (int k = 0; k < n; k++) {
        if (!count[k]) {
            um_buf_text(b, " ");
            continue;
        }
        double v = hi > lo ? (sum[k] / count[k] - lo) / (hi - lo) : .5;
        um_utf8_add(b, 0x2581 + (uint32_t)um_clampi((int)(v * 8), 0, 7));
    }
}

static const um_series *series_of(const um_findings *f, um_subject subject)
{
    for (int i = 0; i < f->n_series; i++)
        if (um_subject_equal(f->series[i].subject, subject) && f->series[i].n > 1)
            return &f->series[i];
    return NULL;
}

/* Not wrapped: blanks inside a sparkline are gaps. */
static void course(page *p, const um_series *s)
{
    if (s->n < SPARK_LEAST || !(s->sample[s->n - 1].t_s > s->sample[0].t_s))
        return;
    int n = s->n < SPARK ? (int)s->n : SPARK, at = MARGIN + LABEL + n + 2;
    spaces(p, MARGIN + LABEL);
    sparkline(&p->out, s, n);
    um_buf_text(&p->out, "  ");
    char name[160];
    snprintf(name, sizeof name, "%s%s%s over time", s->name, s->unit[0] ? ", " : "", s->unit);
    wrap(p, at, at, DIM, name);
}

static void result(page *p, const um_findings *f, const um_result *r)
{
    char label[80] = "file", score[32];
    um_buf b;
    if (r->subject.kind != UM_SUBJECT_FILE)
        um_words_subject(label, &r->subject);
    um_buf_init(&b, 8192);
    if (r->outcome != UM_SCORED) {
        um_buf_printf(&b, "not applicable: %s", r->text);
        entry_take(p, label, DIM, &b);
        return;
    }
    um_buf_printf(&b, "%s %s. %s", um_words_number(score, r->score),
                  f->signal->score_unit ? f->signal->score_unit : "", r->text);
    entry_take(p, label, PLAIN, &b);
    um_buf_init(&b, 4096);
    style s = DIM;
    if (r->calibrated) {
        um_buf_printf(&b, "%s, ", um_scale_words(r->log_lr));
        ratio_text(&b, r->log_lr, r->lo, r->hi);
        s = ratio_style(r->log_lr);
    } else
        um_buf_text(&b, "not calibrated: shown, weighs nothing");
    entry_take(p, "", s, &b);
    const um_series *line = series_of(f, r->subject);
    if (line && p->columns >= SPARK_FROM)
        course(p, line);
}

static void signals(page *p, const um_results *r)
{
    int n[3] = {0};
    for (int i = 0; i < r->n_findings; i++)
        n[r->findings[i]->outcome]++;
    if (n[UM_SCORED])
        heading(p, "Signals: a higher score means more likely manipulated");
    for (int i = 0; i < r->n_findings; i++) {
        const um_findings *f = r->findings[i];
        if (f->outcome != UM_SCORED)
            continue;
        um_buf_text(&p->out, "\n");
        entry_named(p, f->signal->name, BOLD, BOLD, f->signal->question);
        for (int k = 0; k < f->n_results; k++)
            result(p, f, &f->result[k]);
        if (f->n_evidence) {
            char moments[96], more[48] = "";
            if (f->evidence_dropped)
                snprintf(more, sizeof more, "; %lld more counted", (long long)f->evidence_dropped);
            snprintf(moments, sizeof moments, "%d moment%s to look at, in the HTML report%s", f->n_evidence,
                     f->n_evidence == 1 ? "" : "s", more);
            entry(p, "evidence", PLAIN, moments);
        }
    }
    for (int outcome = UM_NOT_APPLICABLE; outcome <= UM_FAILED; outcome++) {
        if (n[outcome])
            heading(p, outcome == UM_FAILED ? "Failed" : "Not applicable");
        for (int i = 0; i < r->n_findings; i++)
            if ((int)r->findings[i]->outcome == outcome)
                entry(p, r->findings[i]->signal->name, outcome == UM_FAILED ? WARN : DIM,
                      r->findings[i]->reason[0] ? r->findings[i]->reason : "no reason given");
    }
}

/* Marks that were not looked at, those with one reason together. */
static void not_looked_at(page *p, const um_probe *probe)
{
    const char *reason = NULL;
    um_buf b;
    um_buf_init(&b, 4096);
    for (int i = 0; i < probe->n_marks; i++) {
        const um_mark *m = &probe->marks[i];
        if (m->state != UM_MARK_NOT_LOOKED_AT)
            continue;
        if (reason && strcmp(reason, m->detail) != 0)
            um_buf_printf(&b, " (%s)", reason);
        um_buf_printf(&b, "%s%s", b.n ? ", " : "", m->name);
        reason = m->detail;
    }
    if (reason && *reason)
        um_buf_printf(&b, " (%s)", reason);
    entry_take(p, "not looked at", WARN, &b);
}

static void provenance(page *p, const um_results *r)
{
    um_buf absent;
    um_buf_init(&absent, 4096);
    if (r->probe.n_marks)
        heading(p, "Provenance (an absent mark is never evidence)");
    for (int i = 0; i < r->probe.n_marks; i++) {
        const um_mark *m = &r->probe.marks[i];
        if (m->state == UM_MARK_NOT_LOOKED_AT)
            continue;
        if (m->state == UM_MARK_ABSENT) {
            um_buf_printf(&absent, "%s%s", absent.n ? ", " : "", m->name);
            continue;
        }
        um_buf b;
        um_buf_init(&b, 4096);
        um_buf_printf(&b, "%s%s%s", um_words_mark(m->state), m->detail[0] ? ": " : "", m->detail);
        entry_take(p, m->name, m->state == UM_MARK_PRESENT ? PLAIN : WARN, &b);
    }
    not_looked_at(p, &r->probe);
    entry_take(p, "absent", DIM, &absent);
}

um_status um_results_text(char **out, const um_results *results, int columns, bool colour, um_error *err)
{
    page p = {.columns = um_clampi(columns, NARROWEST, WIDEST), .colour = colour};
    um_buf_init(&p.out, TEXT_MAX);
    if (columns) {
        answer(&p, results);
        recording(&p, results);
        persons(&p, results);
        voices(&p, results);
        signals(&p, results);
        provenance(&p, results);
    } else {
        um_words_plain(&p.out, results->path);
        um_buf_text(&p.out, ": ");
        um_words_plain(&p.out, results->answer);
        um_buf_text(&p.out, "\n");
    }
    *out = um_buf_take(&p.out);
    return *out ? UM_OK : um_fail_oom(err);
}
