/* SPDX-License-Identifier: GPL-3.0-or-later */
/* findings.c: what a signal says, kept within fixed bounds whatever the recording. */
#include "results/findings.h"
#include "results/picture.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

um_status um_findings_new(um_findings **out, const um_signal *signal, um_error *err)
{
    if (!(*out = um_calloc(1, sizeof **out)))
        return um_fail_oom(err);
    (*out)->signal = signal;
    (*out)->outcome = UM_NOT_APPLICABLE;
    return UM_OK;
}

void um_findings_free(um_findings **f)
{
    if (!f || !*f)
        return;
    for (int i = 0; i < (*f)->n_series; i++)
        free((*f)->series[i].sample);
    for (int i = 0; i < (*f)->n_evidence; i++)
        um_image_free(&(*f)->evidence[i].image), um_picture_clear(&(*f)->evidence[i].picture);
    free((*f)->series);
    free((*f)->evidence);
    free((*f)->result);
    free((*f)->link);
    free(*f);
    *f = NULL;
}

/* One line, cut at a whole character. */
static void say(char *out, size_t size, const char *format, va_list args)
{
    char line[1024];
    vsnprintf(line, sizeof line, format, args);
    um_printable(out, size, line);
}

static um_status refuse(const um_findings *f, const char *fault, um_error *err)
{
    return um_fail(err, UM_EINVAL, "%s: %s", f->signal->name, fault);
}

/* ---- series ---- */

um_status um_findings_series(um_findings *f, int *series, um_subject subject, const char *name,
                             const char *unit, um_error *err)
{
    const char *fault = um_subject_fault(subject);
    *series = -1;
    if (fault)
        return refuse(f, fault, err);
    for (int i = 0; i < f->n_series; i++)
        if (um_subject_equal(f->series[i].subject, subject) && !strcmp(f->series[i].name, name)) {
            *series = i;
            return UM_OK;
        }
    if (f->n_series == UM_MAX_SERIES) {
        f->series_dropped++;
        return UM_OK;
    }
    if (!um_grow(&f->series, &f->series_capacity, (size_t)f->n_series + 1, UM_MAX_SERIES, sizeof *f->series))
        return um_fail_oom(err);
    um_series *s = &f->series[f->n_series];
    *s = (um_series){.subject = subject,
                     .thinning = 1,
                     .most = f->n_series < UM_MAX_LONG_SERIES ? UM_MAX_POINTS : UM_MAX_CROWD_POINTS};
    um_printable(s->name, sizeof s->name, name);
    um_printable(s->unit, sizeof s->unit, unit);
    *series = f->n_series++;
    return UM_OK;
}

/* Every two neighbours become one, so that a full series has room for as much again. */
static void halve(um_series *s)
{
    for (size_t i = 0; i < s->n / 2; i++) {
        const um_sample a = s->sample[2 * i], b = s->sample[2 * i + 1];
        s->sample[i] = (um_sample){(a.t_s + b.t_s) / 2, (a.value + b.value) / 2};
    }
    s->n /= 2;
    s->thinning *= 2;
}

static bool keep(um_series *s)
{
    if (!um_grow(&s->sample, &s->capacity, s->n + 1, s->most, sizeof *s->sample))
        return false;
    s->sample[s->n++] = (um_sample){s->sum_t / s->filled, s->sum_v / s->filled};
    s->sum_t = s->sum_v = 0;
    s->filled = 0;
    return true;
}

um_status um_findings_point(um_findings *f, int series, double t_s, double value, um_error *err)
{
    if (series == -1)
        return UM_OK;
    if (series < 0 || series >= f->n_series)
        return refuse(f, "a point of no series", err);
    if (!isfinite(t_s) || !isfinite(value))
        return um_fail(err, UM_EINVAL, "%s: a point of '%s' that is not a number", f->signal->name,
                       f->series[series].name);
    um_series *s = &f->series[series];
    if (s->n == s->most)
        halve(s);
    s->sum_t += t_s;
    s->sum_v += value;
    if (++s->filled < s->thinning || keep(s))
        return UM_OK;
    s->sum_t -= t_s;
    s->sum_v -= value;
    s->filled--;
    return um_fail_oom(err);
}

/* ---- evidence and results ---- */

um_status um_findings_evidence(um_findings *f, um_subject subject, double from_s, double to_s,
                               um_image *image, um_error *err, const char *format, ...)
{
    const char *fault = um_subject_fault(subject);
    if (!fault && (!isfinite(from_s) || !isfinite(to_s)))
        fault = "evidence at a time that is not a number";
    if (!fault && to_s < from_s)
        fault = "evidence that ends before it begins";
    if (!fault && image && image->pixel != UM_GRAY8 && image->pixel != UM_RGB24)
        fault = "evidence with a picture that no file can hold";
    if (fault)
        return refuse(f, fault, err);
    if (f->n_evidence == UM_MAX_EVIDENCE) {
        f->evidence_dropped++;
        return UM_OK;
    }
    if (!um_grow(&f->evidence, &f->evidence_capacity, (size_t)f->n_evidence + 1, UM_MAX_EVIDENCE,
                 sizeof *f->evidence))
        return um_fail_oom(err);
    um_evidence *e = &f->evidence[f->n_evidence++];
    *e = (um_evidence){.subject = subject, .from_s = from_s, .to_s = to_s};
    if (image && f->n_pictures < UM_MAX_PICTURES) {
        e->image = um_image_ref(image);
        f->n_pictures++;
    }
    va_list args;
    va_start(args, format);
    say(e->text, sizeof e->text, format, args);
    va_end(args);
    return UM_OK;
}

/* Later words about a subject replace earlier ones. A full table keeps what matters most: it gives up a
 * reason for a score, and a lower score for a higher one. NULL with UM_OK: nothing is to be replaced. */
static um_status place(um_result **out, um_findings *f, um_subject subject, um_outcome outcome, double score,
                       um_error *err)
{
    um_result *least = NULL;
    for (int i = 0; i < f->n_results; i++) {
        um_result *r = &f->result[i];
        if (um_subject_equal(r->subject, subject)) {
            *out = r;
            return UM_OK;
        }
        if (!least || (r->outcome != UM_SCORED && least->outcome == UM_SCORED) ||
            (r->outcome == UM_SCORED && least->outcome == UM_SCORED && r->score < least->score))
            least = r;
    }
    *out = NULL;
    if (f->n_results < UM_MAX_RESULTS) {
        if (!um_grow(&f->result, &f->result_capacity, (size_t)f->n_results + 1, UM_MAX_RESULTS,
                     sizeof *f->result))
            return um_fail_oom(err);
        *out = &f->result[f->n_results++];
        return UM_OK;
    }
    f->results_dropped++;
    if (outcome == UM_SCORED && (least->outcome != UM_SCORED || least->score < score))
        *out = least;
    return UM_OK;
}

static um_status result(um_findings *f, um_subject subject, um_outcome outcome, double score, um_error *err,
                        const char *format, va_list args)
{
    um_result *r;
    const char *fault = um_subject_fault(subject);
    if (fault)
        return refuse(f, fault, err);
    um_status st = place(&r, f, subject, outcome, score, err);
    if (st < 0 || !r)
        return st;
    *r = (um_result){.subject = subject, .outcome = outcome, .score = score, .quality = NAN};
    say(r->text, sizeof r->text, format, args);
    return UM_OK;
}

um_status um_findings_score(um_findings *f, um_subject subject, double score, um_error *err,
                            const char *format, ...)
{
    if (!isfinite(score))
        return refuse(f, "a score that is not a number", err);
    va_list args;
    va_start(args, format);
    um_status st = result(f, subject, UM_SCORED, score, err, format, args);
    va_end(args);
    return st;
}

um_status um_findings_quality(um_findings *f, um_subject subject, double quality, um_error *err)
{
    if (!(quality >= 0 && quality <= 1))
        return refuse(f, "a quality that is not between 0 and 1", err);
    for (int i = 0; i < f->n_results; i++)
        if (um_subject_equal(f->result[i].subject, subject))
            f->result[i].quality = quality;
    return UM_OK;
}

um_status um_findings_skip(um_findings *f, um_subject subject, um_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    um_status st = result(f, subject, UM_NOT_APPLICABLE, 0, err, format, args);
    va_end(args);
    return st;
}

um_status um_findings_link(um_findings *f, int voice, int person, double confidence, um_error *err)
{
    if (voice < 0 || person < 0)
        return refuse(f, "a link to a negative voice or person", err);
    if (!(confidence >= 0 && confidence <= 1))
        return refuse(f, "a link whose confidence is not between 0 and 1", err);
    int i = 0;
    while (i < f->n_links && (f->link[i].voice != voice || f->link[i].person != person))
        i++;
    if (i == UM_MAX_LINKS)
        return UM_OK;
    if (!um_grow(&f->link, &f->link_capacity, (size_t)i + 1, UM_MAX_LINKS, sizeof *f->link))
        return um_fail_oom(err);
    f->link[i] = (um_link){voice, person, confidence};
    f->n_links += i == f->n_links;
    return UM_OK;
}

/* ---- the end ---- */

void um_findings_fail(um_findings *f, const um_error *err)
{
    f->outcome = UM_FAILED;
    um_printable(f->reason, sizeof f->reason, err && err->text[0] ? err->text : "failed without a word");
}

void um_findings_close(um_findings *f)
{
    for (int i = 0; i < f->n_series; i++) {
        um_series *s = &f->series[i];
        if (s->filled && s->n < s->most)
            (void)keep(s); /* without memory the last, partial sample is lost: nothing else depends on it */
    }
    if (f->outcome == UM_FAILED)
        return;
    const um_result *why = NULL;
    for (int i = 0; i < f->n_results; i++) {
        const um_result *r = &f->result[i];
        if (r->outcome == UM_SCORED) {
            f->outcome = UM_SCORED;
            f->reason[0] = 0;
            return;
        }
        if (!why || r->subject.kind == UM_SUBJECT_FILE)
            why = r;
    }
    f->outcome = UM_NOT_APPLICABLE;
    um_printable(f->reason, sizeof f->reason, why ? why->text : "nothing in this recording to look at");
}
