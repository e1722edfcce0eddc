/* report_json.c: the JSON report, as docs/report.schema.json publishes it. */
#include "report/words.h"
#include "source/probe_json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_VERSION = 1 };

static void set_person(um_json *o, int person)
{
    if (person == UM_FILE)
        um_json_set_null(o, "person");
    else
        um_json_set_int(o, "person", um_person_number(person));
}

static um_json *pair(double a, double b, int digits)
{
    um_json *array = um_json_array();
    um_json_add_num(array, a, digits);
    um_json_add_num(array, b, digits);
    return array;
}

static um_json *tool_json(void)
{
    um_json *o = um_json_object();
    um_json_set_text(o, "name", "unmask");
    um_json_set_text(o, "version", um_version());
    return o;
}

static um_json *input_json(const um_report *r)
{
    um_json *o = um_json_object();
    um_json_set_text(o, "file", um_file_name(r->path));
    um_json_set_int(o, "bytes", r->probe.bytes);
    um_json_set_text(o, "sha256", r->probe.sha256);
    um_json_set_text(o, "kind", r->probe.kind);
    return o;
}

static um_json *analysed_json(const um_report *r)
{
    um_json *o = um_json_object();
    um_json_set_int(o, "frames", r->n_frames);
    um_json_set_int(o, "samples", r->n_samples);
    um_json_set_num(o, "seconds", r->analysed_s, 9);
    um_json_set_bool(o, "partial", r->partial);
    um_json_set_int(o, "faces", r->n_faces);
    um_json_set_text_or_null(o, "faces_note", r->faces_note);
    um_json_set_int(o, "persons_dropped", r->n_persons_dropped);
    return o;
}

static um_json *damage_json(const um_damage *d)
{
    um_json *o = um_json_object();
    um_json_set_int(o, "broken_frames", d->broken_frames);
    um_json_set_int(o, "broken_packets", d->broken_packets);
    um_json_set_bool(o, "truncated", d->truncated);
    um_json_set_text_or_null(o, "note", d->note);
    return o;
}

static um_json *quality_json(const um_face_quality *q)
{
    um_json *o = um_json_object();
    um_json_set_num(o, "eye_distance_px", q->eye_distance_px, 4);
    um_json_set_num(o, "sharpness", q->sharpness, 3);
    um_json_set_num(o, "frontal", q->frontal, 3);
    um_json_set_num(o, "visible", q->visible, 3);
    um_json_set_num(o, "compression", q->compression, 3);
    um_json_set_num(o, "overall", q->overall, 3);
    return o;
}

static um_json *verdict_json(const um_verdict *v)
{
    um_json *o = um_json_object();
    um_json_set_num(o, "log_lr", v->log_lr, 4);
    um_json_set(o, "interval", pair(v->lo, v->hi, 4));
    um_json_set_text(o, "words", v->inconclusive ? "inconclusive" : um_scale_words(v->log_lr));
    um_json_set_bool(o, "inconclusive", v->inconclusive);
    um_json_set_text_or_null(o, "inconclusive_reason", v->inconclusive ? v->reason : NULL);
    um_json_set_int(o, "results_weighed", v->n_weighed);
    return o;
}

static um_json *person_json(const um_person *p)
{
    um_json *o = um_json_object();
    um_json_set_int(o, "id", um_person_number(p->id));
    um_json_set(o, "seen_s", pair(p->first_s, p->last_s, 9));
    um_json_set_int(o, "frames", p->n_frames);
    um_json_set(o, "quality", quality_json(&p->quality));
    um_json_set(o, "verdict", verdict_json(&p->verdict));
    return o;
}

static um_json *result_json(const um_result *r, const um_signal *signal)
{
    um_json *o = um_json_object();
    set_person(o, r->person);
    um_json_set_text(o, "status", um_words_outcome(r->outcome));
    if (r->outcome == UM_SCORED)
        um_json_set_num(o, "score", r->score, 6);
    else
        um_json_set_null(o, "score");
    um_json_set_text(o, "score_unit", signal->score_unit ? signal->score_unit : "");
    um_json_set_text(o, "words", r->text);
    um_json_set_bool(o, "calibrated", r->calibrated);
    if (r->calibrated) {
        um_json_set_num(o, "log_lr", r->log_lr, 4);
        um_json_set(o, "interval", pair(r->lo, r->hi, 4));
    } else {
        um_json_set_null(o, "log_lr");
        um_json_set_null(o, "interval");
    }
    return o;
}

static um_json *series_json(const um_series *s)
{
    um_json *o = um_json_object();
    um_json_set_text(o, "name", s->name);
    um_json_set_text(o, "unit", s->unit);
    set_person(o, s->person);
    um_json_set_int(o, "mean_of", s->thinning > 0 ? s->thinning : 1);
    um_json_set_null(o, "samples"); /* see with_samples */
    return o;
}

static um_json *signal_json(const um_findings *f, bool timing)
{
    const um_signal *s = f->signal;
    um_json *o = um_json_object(), *results = um_json_array(), *series = um_json_array(),
            *evidence = um_json_array();
    um_json_set_text(o, "name", s->name);
    um_json_set_int(o, "version", s->version);
    um_json_set_text(o, "question", s->question);
    um_json_set_text(o, "meaning", s->meaning ? s->meaning : "");
    um_json_set_text(o, "paper", s->paper ? s->paper : "");
    um_json_set_text(o, "status", um_words_outcome(f->outcome));
    um_json_set_text_or_null(o, "reason", f->outcome == UM_SCORED ? NULL : f->reason);
    um_json_set_text_or_null(o, "error_rate", f->error_rate);
    for (int i = 0; i < f->n_results; i++)
        um_json_add(results, result_json(&f->result[i], s));
    for (int i = 0; i < f->n_series; i++)
        um_json_add(series, series_json(&f->series[i]));
    for (int i = 0; i < f->n_evidence; i++) {
        um_json *e = um_json_object();
        um_json_set_num(e, "from_s", f->evidence[i].from_s, 9);
        um_json_set_num(e, "to_s", f->evidence[i].to_s, 9);
        um_json_set_text(e, "text", f->evidence[i].text);
        set_person(e, f->evidence[i].person);
        um_json_add(evidence, e);
    }
    um_json_set(o, "results", results);
    um_json_set(o, "series", series);
    um_json_set(o, "evidence", evidence);
    um_json_set_int(o, "evidence_dropped", f->evidence_dropped);
    if (timing)
        um_json_set_num(o, "seconds", f->seconds, 4);
    return o;
}

static void set_lists(um_json *o, const um_report *r)
{
    um_json *models = um_json_array(), *persons = um_json_array();
    for (int i = 0; i < r->n_models; i++) {
        um_json *m = um_json_object();
        um_json_set_text(m, "role", r->model[i].role);
        um_json_set_text(m, "name", r->model[i].name);
        um_json_set_text(m, "sha256", r->model[i].sha256);
        um_json_add(models, m);
    }
    um_json_set(o, "models", models);
    um_json_set_text_or_null(o, "calibration", r->calibration);
    um_json_set(o, "provenance", um_marks_json(&r->probe));
    for (int i = 0; i < r->n_persons; i++)
        um_json_add(persons, person_json(&r->person[i]));
    um_json_set(o, "persons", persons);
}

static um_json *report_json(const um_report *r, bool timing)
{
    um_json *o = um_json_object(), *signals = um_json_array();
    um_buf answer;
    um_buf_init(&answer, 4096);
    um_words_answer(&answer, r);
    char *text = um_buf_take(&answer);

    um_json_set_int(o, "report_version", REPORT_VERSION);
    um_json_set(o, "tool", tool_json());
    um_json_set_text(o, "polarity", "higher means more likely manipulated");
    if (text)
        um_json_set_text(o, "answer", text);
    else
        um_json_set(o, "answer", NULL); /* marks the whole as failed */
    free(text);
    um_json_set(o, "verdict", verdict_json(&r->verdict));
    um_json_set(o, "input", input_json(r));
    um_json_set(o, "media", um_media_json(&r->media));
    um_json_set(o, "analysed", analysed_json(r));
    um_json_set(o, "damage", damage_json(&r->damage));
    um_face_quality quality;
    if (um_report_face_quality(&quality, r))
        um_json_set(o, "quality", quality_json(&quality));
    else
        um_json_set_null(o, "quality");
    set_lists(o, r);
    for (int i = 0; i < r->n_findings; i++)
        um_json_add(signals, signal_json(r->findings[i], timing));
    um_json_set(o, "signals", signals);
    um_json_set_text(o, "repeat", r->command ? r->command : "");
    if (timing) {
        um_json *t = um_json_object();
        um_json_set_num(t, "wall_s", r->timing.wall_s, 4);
        um_json_set_num(t, "decode_wait_s", r->timing.decode_wait_s, 4);
        um_json_set_num(t, "faces_s", r->timing.faces_s, 4);
        um_json_set(o, "timing", t);
    }
    return o;
}

/* Puts each array of plain numbers, such as an interval, on one line, in place. */
static void fold_numbers(char *text)
{
    char *to = text;
    bool quoted = false;
    for (const char *p = text; *p;) {
        if (quoted || *p != '[') {
            if (*p == '\\' && quoted)
                *to++ = *p++;
            else if (*p == '"')
                quoted = !quoted;
            *to++ = *p++;
            continue;
        }
        size_t n = strspn(p + 1, "0123456789+-.eE, \nnul");
        if (!n || p[1 + n] != ']') {
            *to++ = *p++;
            continue;
        }
        for (const char *end = p + n + 2; p < end; p++)
            if (*p != '\n' && !(*p == ' ' && (p[-1] == ' ' || p[-1] == '\n' || p[-1] == '[')))
                *to++ = *p;
            else if (*p == '\n' && p[-1] == ',')
                *to++ = ' ';
    }
    *to = 0;
}

static void add_number(um_buf *b, double v, int digits)
{
    if (isfinite(v))
        um_buf_printf(b, "%.*g", digits, v == 0 ? 0 : v); /* no negative zero */
    else
        um_buf_text(b, "null");
}

/* The samples of all series, written in place of their nulls: as JSON values, millions of them would fill
 * gigabytes. The mark cannot occur inside a string, where its quotes would be escaped. */
static char *with_samples(const char *text, const um_report *r)
{
    enum { JSON_MAX = 512 << 20, PER_LINE = 8 };
    static const char mark[] = "\"samples\": null";
    um_buf b;
    um_buf_init(&b, JSON_MAX);
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_series; k++) {
            const um_series *s = &r->findings[i]->series[k];
            const char *at = strstr(text, mark);
            if (!at) {
                b.broken = true;
                continue;
            }
            um_buf_add(&b, text, (size_t)(at - text));
            text = at + sizeof mark - 1;
            um_buf_text(&b, "\"samples\": [");
            for (size_t j = 0; j < s->n; j++) {
                um_buf_text(&b, !j ? "[" : j % PER_LINE ? ", [" : ",\n     [");
                add_number(&b, s->sample[j].t_s, 8);
                um_buf_text(&b, ", ");
                add_number(&b, s->sample[j].value, 5);
                um_buf_text(&b, "]");
            }
            um_buf_text(&b, "]");
        }
    um_buf_text(&b, text);
    return um_buf_take(&b);
}

um_status um_report_json(char **out, const um_report *report, bool timing, um_error *err)
{
    char *text;
    um_json *json = report_json(report, timing);
    um_status st = um_json_text(&text, json, 1, err);
    *out = NULL;
    um_json_free(&json);
    if (st < 0)
        return st;
    fold_numbers(text);
    *out = with_samples(text, report);
    free(text);
    return *out ? UM_OK : um_fail_oom(err);
}
