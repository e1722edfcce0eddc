/* report_json.c: the JSON report, as docs/report.schema.json publishes it. */
#include "av/source/probe_json.h"
#include "base/json_write.h"
#include "report/words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_VERSION = 1 };

static void put_person_of(um_json_writer *w, int person)
{
    if (person == UM_FILE)
        um_json_put_null(w, "person");
    else
        um_json_put_int(w, "person", um_person_number(person));
}

static void put_pair(um_json_writer *w, const char *key, double a, double b, int digits)
{
    um_json_put_row(w, key, 0);
    um_json_put_num(w, NULL, a, digits);
    um_json_put_num(w, NULL, b, digits);
    um_json_put_end(w);
}

static void put_tool(um_json_writer *w)
{
    um_json_put_object(w, "tool");
    um_json_put_text(w, "name", "unmask");
    um_json_put_text(w, "version", um_version());
    um_json_put_end(w);
}

static void put_input(um_json_writer *w, const um_report *r)
{
    um_json_put_object(w, "input");
    um_json_put_text(w, "file", um_file_name(r->path));
    um_json_put_int(w, "bytes", r->probe.bytes);
    um_json_put_text(w, "sha256", r->probe.sha256);
    um_json_put_text(w, "kind", r->probe.kind);
    um_json_put_end(w);
}

static void put_analysed(um_json_writer *w, const um_report *r)
{
    um_json_put_object(w, "analysed");
    um_json_put_int(w, "frames", r->n_frames);
    um_json_put_int(w, "samples", r->n_samples);
    um_json_put_num(w, "seconds", r->analysed_s, 9);
    um_json_put_bool(w, "partial", r->partial);
    um_json_put_int(w, "faces", r->n_faces);
    um_json_put_text_or_null(w, "faces_note", r->faces_note);
    um_json_put_int(w, "persons_dropped", r->n_persons_dropped);
    um_json_put_end(w);
}

static void put_damage(um_json_writer *w, const um_damage *d)
{
    um_json_put_object(w, "damage");
    um_json_put_int(w, "broken_frames", d->broken_frames);
    um_json_put_int(w, "broken_packets", d->broken_packets);
    um_json_put_bool(w, "truncated", d->truncated);
    um_json_put_text_or_null(w, "note", d->note);
    um_json_put_end(w);
}

static void put_quality(um_json_writer *w, const um_face_quality *q)
{
    um_json_put_object(w, "quality");
    um_json_put_num(w, "eye_distance_px", q->eye_distance_px, 4);
    um_json_put_num(w, "sharpness", q->sharpness, 3);
    um_json_put_num(w, "frontal", q->frontal, 3);
    um_json_put_num(w, "visible", q->visible, 3);
    um_json_put_num(w, "compression", q->compression, 3);
    um_json_put_num(w, "overall", q->overall, 3);
    um_json_put_end(w);
}

static void put_verdict(um_json_writer *w, const um_verdict *v)
{
    um_json_put_object(w, "verdict");
    um_json_put_num(w, "log_lr", v->log_lr, 4);
    put_pair(w, "interval", v->lo, v->hi, 4);
    um_json_put_text(w, "words", v->inconclusive ? "inconclusive" : um_scale_words(v->log_lr));
    um_json_put_bool(w, "inconclusive", v->inconclusive);
    um_json_put_text_or_null(w, "inconclusive_reason", v->inconclusive ? v->reason : NULL);
    um_json_put_int(w, "results_weighed", v->n_weighed);
    um_json_put_end(w);
}

static void put_persons(um_json_writer *w, const um_report *r)
{
    um_json_put_array(w, "persons");
    for (int i = 0; i < r->n_persons; i++) {
        const um_person *p = &r->person[i];
        um_json_put_object(w, NULL);
        um_json_put_int(w, "id", um_person_number(p->id));
        put_pair(w, "seen_s", p->first_s, p->last_s, 9);
        um_json_put_int(w, "frames", p->n_frames);
        put_quality(w, &p->quality);
        put_verdict(w, &p->verdict);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_result(um_json_writer *w, const um_result *r, const um_signal *signal)
{
    um_json_put_object(w, NULL);
    put_person_of(w, um_subject_person(r->subject));
    um_json_put_text(w, "status", um_words_outcome(r->outcome));
    um_json_put_num(w, "score", r->outcome == UM_SCORED ? r->score : NAN, 6);
    um_json_put_text(w, "score_unit", signal->score_unit ? signal->score_unit : "");
    um_json_put_text(w, "words", r->text);
    um_json_put_bool(w, "calibrated", r->calibrated);
    um_json_put_num(w, "log_lr", r->calibrated ? r->log_lr : NAN, 4);
    if (r->calibrated)
        put_pair(w, "interval", r->lo, r->hi, 4);
    else
        um_json_put_null(w, "interval");
    um_json_put_end(w);
}

static void put_series(um_json_writer *w, const um_series *s)
{
    enum { PER_LINE = 8 };
    um_json_put_object(w, NULL);
    um_json_put_text(w, "name", s->name);
    um_json_put_text(w, "unit", s->unit);
    put_person_of(w, um_subject_person(s->subject));
    um_json_put_int(w, "mean_of", s->thinning > 0 ? s->thinning : 1);
    um_json_put_row(w, "samples", PER_LINE);
    for (size_t i = 0; i < s->n; i++) {
        um_json_put_row(w, NULL, 0);
        um_json_put_short(w, s->sample[i].t_s, 8);
        um_json_put_short(w, s->sample[i].value, 5);
        um_json_put_end(w);
    }
    um_json_put_end(w);
    um_json_put_end(w);
}

static void put_evidence(um_json_writer *w, const um_evidence *e)
{
    um_json_put_object(w, NULL);
    um_json_put_num(w, "from_s", e->from_s, 9);
    um_json_put_num(w, "to_s", e->to_s, 9);
    um_json_put_text(w, "text", e->text);
    put_person_of(w, um_subject_person(e->subject));
    um_json_put_end(w);
}

static void put_signal(um_json_writer *w, const um_findings *f, bool timing)
{
    const um_signal *s = f->signal;
    um_json_put_object(w, NULL);
    um_json_put_text(w, "name", s->name);
    um_json_put_int(w, "version", s->version);
    um_json_put_text(w, "question", s->question);
    um_json_put_text(w, "meaning", s->meaning ? s->meaning : "");
    um_json_put_text(w, "paper", s->paper ? s->paper : "");
    um_json_put_text(w, "status", um_words_outcome(f->outcome));
    um_json_put_text_or_null(w, "reason", f->outcome == UM_SCORED ? NULL : f->reason);
    um_json_put_text_or_null(w, "error_rate", f->error_rate);
    um_json_put_array(w, "results");
    for (int i = 0; i < f->n_results; i++)
        put_result(w, &f->result[i], s);
    um_json_put_end(w);
    um_json_put_array(w, "series");
    for (int i = 0; i < f->n_series; i++)
        put_series(w, &f->series[i]);
    um_json_put_end(w);
    um_json_put_array(w, "evidence");
    for (int i = 0; i < f->n_evidence; i++)
        put_evidence(w, &f->evidence[i]);
    um_json_put_end(w);
    um_json_put_int(w, "evidence_dropped", f->evidence_dropped);
    if (timing)
        um_json_put_num(w, "seconds", f->seconds, 4);
    um_json_put_end(w);
}

static void put_models(um_json_writer *w, const um_report *r)
{
    um_json_put_array(w, "models");
    for (int i = 0; i < r->n_models; i++) {
        um_json_put_object(w, NULL);
        um_json_put_text(w, "role", r->model[i].role);
        um_json_put_text(w, "name", r->model[i].name);
        um_json_put_text(w, "sha256", r->model[i].sha256);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_answer(um_json_writer *w, const um_report *r)
{
    um_buf answer;
    um_buf_init(&answer, 4096);
    um_words_answer(&answer, r);
    char *text = um_buf_take(&answer);
    if (text)
        um_json_put_text(w, "answer", text);
    else
        w->out->broken = true;
    free(text);
}

static void put_report(um_json_writer *w, const um_report *r, bool timing)
{
    um_face_quality quality;
    um_json_put_object(w, NULL);
    um_json_put_int(w, "report_version", REPORT_VERSION);
    put_tool(w);
    um_json_put_text(w, "polarity", "higher means more likely manipulated");
    put_answer(w, r);
    put_verdict(w, &r->verdict);
    put_input(w, r);
    um_media_json(w, "media", &r->media);
    put_analysed(w, r);
    put_damage(w, &r->damage);
    if (um_report_face_quality(&quality, r))
        put_quality(w, &quality);
    else
        um_json_put_null(w, "quality");
    put_models(w, r);
    um_json_put_text_or_null(w, "calibration", r->calibration);
    um_marks_json(w, "provenance", &r->probe);
    put_persons(w, r);
    um_json_put_array(w, "signals");
    for (int i = 0; i < r->n_findings; i++)
        put_signal(w, r->findings[i], timing);
    um_json_put_end(w);
    um_json_put_text(w, "repeat", r->command ? r->command : "");
    if (timing) {
        um_json_put_object(w, "timing");
        um_json_put_num(w, "wall_s", r->timing.wall_s, 4);
        um_json_put_num(w, "decode_wait_s", r->timing.decode_wait_s, 4);
        um_json_put_num(w, "faces_s", r->timing.faces_s, 4);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

um_status um_report_json(char **out, const um_report *report, bool timing, um_error *err)
{
    enum { JSON_MAX = 512 << 20 };
    um_buf b;
    um_buf_init(&b, JSON_MAX);
    um_json_writer w = um_json_writer_to(&b, 1);
    put_report(&w, report, timing);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
