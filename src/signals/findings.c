/* findings.c: what a signal says, kept within fixed bounds whatever the recording. */
#include "signals/findings.h"
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
        um_image_free(&(*f)->evidence[i].image);
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

/* ---- series ---- */

int um_findings_series(um_findings *f, const char *name, const char *unit, int person)
{
    if (person < UM_FILE)
        return UM_EINVAL;
    for (int i = 0; i < f->n_series; i++)
        if (f->series[i].person == person && !strcmp(f->series[i].name, name))
            return i;
    if (f->n_series == UM_MAX_SERIES)
        return UM_ENOMEM;
    um_series *s = &f->series[f->n_series];
    *s = (um_series){.person = person, .thinning = 1};
    um_printable(s->name, sizeof s->name, name);
    um_printable(s->unit, sizeof s->unit, unit);
    return f->n_series++;
}

/* Every two neighbours become one, so that a full series has room for as much again. */
static void halve(um_series *s)
{
    for (size_t i = 0; i < s->n / 2; i++) {
        const struct um_sample a = s->sample[2 * i], b = s->sample[2 * i + 1];
        s->sample[i] = (struct um_sample){(a.t_s + b.t_s) / 2, (a.value + b.value) / 2};
    }
    s->n /= 2;
    s->thinning *= 2;
}

static bool keep(um_series *s)
{
    if (!um_grow(&s->sample, &s->capacity, s->n + 1, UM_MAX_POINTS, sizeof *s->sample))
        return false;
    s->sample[s->n++] = (struct um_sample){s->sum_t / s->filled, s->sum_v / s->filled};
    s->sum_t = s->sum_v = 0;
    s->filled = 0;
    return true;
}

um_status um_findings_point(um_findings *f, int series, double t_s, double value)
{
    if (series < 0)
        return UM_OK;
    if (series >= f->n_series || !isfinite(t_s) || !isfinite(value))
        return UM_EINVAL;
    um_series *s = &f->series[series];
    if (s->n == UM_MAX_POINTS)
        halve(s);
    s->sum_t += t_s;
    s->sum_v += value;
    if (++s->filled < s->thinning || keep(s))
        return UM_OK;
    s->sum_t -= t_s;
    s->sum_v -= value;
    s->filled--;
    return UM_ENOMEM;
}

/* ---- evidence and results ---- */

um_status um_findings_evidence(um_findings *f, int person, double from_s, double to_s, um_image *image,
                               const char *format, ...)
{
    if (person < UM_FILE || !isfinite(from_s) || !isfinite(to_s) || to_s < from_s)
        return UM_EINVAL;
    if (f->n_evidence == UM_MAX_EVIDENCE) {
        f->evidence_dropped++;
        return UM_OK;
    }
    um_evidence *e = &f->evidence[f->n_evidence++];
    *e = (um_evidence){.person = person, .from_s = from_s, .to_s = to_s, .image = um_image_ref(image)};
    va_list args;
    va_start(args, format);
    say(e->text, sizeof e->text, format, args);
    va_end(args);
    return UM_OK;
}

/* Later words about a person replace earlier ones. A full table keeps what matters most: it gives up a reason
 * for a score, and a lower score for a higher one. NULL: nothing is to be replaced. */
static um_result *place(um_findings *f, int person, um_outcome outcome, double score)
{
    um_result *least = NULL;
    for (int i = 0; i < f->n_results; i++) {
        um_result *r = &f->result[i];
        if (r->person == person)
            return r;
        if (!least || (r->outcome != UM_SCORED && least->outcome == UM_SCORED) ||
            (r->outcome == UM_SCORED && least->outcome == UM_SCORED && r->score < least->score))
            least = r;
    }
    if (f->n_results < UM_MAX_RESULTS)
        return &f->result[f->n_results++];
    f->results_dropped++;
    bool better = outcome == UM_SCORED && (least->outcome != UM_SCORED || least->score < score);
    return better ? least : NULL;
}

static void result(um_findings *f, int person, um_outcome outcome, double score, const char *format,
                   va_list args)
{
    um_result *r = place(f, person, outcome, score);
    if (!r)
        return;
    *r = (um_result){.person = person, .outcome = outcome, .score = score};
    say(r->text, sizeof r->text, format, args);
}

um_status um_findings_score(um_findings *f, int person, double score, const char *format, ...)
{
    if (person < UM_FILE || !isfinite(score))
        return UM_EINVAL;
    va_list args;
    va_start(args, format);
    result(f, person, UM_SCORED, score, format, args);
    va_end(args);
    return UM_OK;
}

um_status um_findings_skip(um_findings *f, int person, const char *format, ...)
{
    if (person < UM_FILE)
        return UM_EINVAL;
    va_list args;
    va_start(args, format);
    result(f, person, UM_NOT_APPLICABLE, 0, format, args);
    va_end(args);
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
        if (s->filled && s->n < UM_MAX_POINTS)
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
        if (!why || r->person == UM_FILE)
            why = r;
    }
    f->outcome = UM_NOT_APPLICABLE;
    um_printable(f->reason, sizeof f->reason, why ? why->text : "nothing in this recording to look at");
}
