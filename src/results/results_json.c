/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results_json.c: results as JSON, as docs/report.schema.json publishes it. The digits are those of seal.c.
 */
#include "av/source/probe_json.h"
#include "base/json_write.h"
#include "results/digits.h"
#include "results/keys.h"
#include "results/results.h"
#include "results/sound_json.h"
#include <math.h>
#include <string.h>

/* Reports count from 1. */
static void put_subject(um_json_writer *w, const um_subject *s)
{
    if (s->kind == UM_SUBJECT_PERSON)
        um_json_put_int(w, "person", s->id + 1);
    else
        um_json_put_null(w, "person");
    if (s->kind == UM_SUBJECT_PERSON || s->kind == UM_SUBJECT_FILE)
        return;
    um_json_put_object(w, "subject");
    um_json_put_text(w, "kind", um_key_of_subject(s->kind));
    if (s->kind == UM_SUBJECT_VOICE)
        um_json_put_int(w, "id", s->id + 1);
    else {
        um_json_put_num(w, "from_s", s->from_s, DIGITS_TIME);
        um_json_put_num(w, "to_s", s->to_s, DIGITS_TIME);
    }
    if (s->kind == UM_SUBJECT_REGION) {
        um_json_put_num(w, "x", s->region.x, DIGITS_PIXELS);
        um_json_put_num(w, "y", s->region.y, DIGITS_PIXELS);
        um_json_put_num(w, "width", s->region.w, DIGITS_PIXELS);
        um_json_put_num(w, "height", s->region.h, DIGITS_PIXELS);
    }
    um_json_put_end(w);
}

static void put_pair(um_json_writer *w, const char *key, double a, double b, int digits)
{
    um_json_put_row(w, key, 0);
    um_json_put_num(w, NULL, a, digits);
    um_json_put_num(w, NULL, b, digits);
    um_json_put_end(w);
}

static void put_tool(um_json_writer *w, const um_results *r)
{
    um_json_put_object(w, "tool");
    um_json_put_text(w, "name", "unmask");
    um_json_put_text(w, "version", r->version);
    um_json_put_end(w);
}

static void put_input(um_json_writer *w, const um_results *r)
{
    um_json_put_object(w, "input");
    const char *slash = strrchr(r->path, '/');
    um_json_put_text(w, "file", slash ? slash + 1 : r->path);
    um_json_put_int(w, "bytes", r->probe.bytes);
    um_json_put_text(w, "sha256", r->probe.sha256);
    um_json_put_text(w, "kind", r->probe.kind);
    um_jpeg_json(w, "jpeg", &r->probe.jpeg);
    um_json_put_end(w);
}

static void put_analysed(um_json_writer *w, const um_results *r)
{
    um_json_put_object(w, "analysed");
    um_json_put_int(w, "frames", r->n_frames);
    um_json_put_int(w, "samples", r->n_samples);
    um_json_put_num(w, "seconds", r->analysed_s, DIGITS_TIME);
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
    um_json_put_num(w, "eye_distance_px", q->eye_distance_px, DIGITS_EYES);
    um_json_put_num(w, "sharpness", q->sharpness, DIGITS_QUALITY);
    um_json_put_num(w, "frontal", q->frontal, DIGITS_QUALITY);
    um_json_put_num(w, "visible", q->visible, DIGITS_QUALITY);
    um_json_put_num(w, "compression", q->compression, DIGITS_QUALITY);
    um_json_put_num(w, "overall", q->overall, DIGITS_QUALITY);
    um_json_put_end(w);
}

static void put_verdict(um_json_writer *w, const um_verdict *v)
{
    um_json_put_object(w, "verdict");
    um_json_put_num(w, "log_lr", v->log_lr, DIGITS_LR);
    put_pair(w, "interval", v->lo, v->hi, DIGITS_LR);
    um_json_put_text(w, "words", v->words);
    um_json_put_bool(w, "inconclusive", v->inconclusive);
    um_json_put_text_or_null(w, "inconclusive_reason", v->inconclusive ? v->reason : NULL);
    um_json_put_int(w, "results_weighed", v->n_weighed);
    um_json_put_num(w, "called_from", v->call_from, DIGITS_LR);
    um_json_put_int(w, "wrong_calls", v->call_wrong);
    um_json_put_int(w, "wrong_calls_of", v->call_of);
    um_json_put_end(w);
}

static void put_picture(um_json_writer *w, const um_picture *p)
{
    if (!p->jpeg) {
        um_json_put_null(w, "picture");
        return;
    }
    um_json_put_object(w, "picture");
    um_json_put_int(w, "width", p->width);
    um_json_put_int(w, "height", p->height);
    um_json_put_base64(w, "jpeg", p->jpeg, p->n);
    um_json_put_end(w);
}

static void put_persons(um_json_writer *w, const um_results *r)
{
    um_json_put_array(w, "persons");
    for (int i = 0; i < r->n_persons; i++) {
        const um_person *p = &r->person[i];
        um_json_put_object(w, NULL);
        um_json_put_int(w, "id", p->id + 1);
        put_pair(w, "seen_s", p->first_s, p->last_s, DIGITS_TIME);
        um_json_put_int(w, "frames", p->n_frames);
        put_quality(w, &p->quality);
        put_picture(w, &p->picture);
        put_verdict(w, &p->verdict);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_voices(um_json_writer *w, const um_results *r)
{
    um_json_put_array(w, "voices");
    for (int i = 0; i < r->n_voices; i++) {
        um_json_put_object(w, NULL);
        um_json_put_int(w, "id", r->voice[i].id + 1);
        put_verdict(w, &r->voice[i].verdict);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_result(um_json_writer *w, const um_result *r, const um_signal *signal)
{
    um_json_put_object(w, NULL);
    put_subject(w, &r->subject);
    um_json_put_text(w, "status", um_key_of_outcome(r->outcome));
    um_json_put_num(w, "score", r->outcome == UM_SCORED ? r->score : NAN, DIGITS_SCORE);
    um_json_put_text(w, "score_unit", signal->score_unit ? signal->score_unit : "");
    um_json_put_text(w, "words", r->text);
    um_json_put_num(w, "quality", r->quality, DIGITS_QUALITY);
    um_json_put_bool(w, "calibrated", r->calibrated);
    um_json_put_num(w, "log_lr", r->calibrated ? r->log_lr : NAN, DIGITS_LR);
    if (r->calibrated)
        put_pair(w, "interval", r->lo, r->hi, DIGITS_LR);
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
    put_subject(w, &s->subject);
    um_json_put_int(w, "mean_of", s->thinning > 0 ? s->thinning : 1);
    um_json_put_row(w, "samples", PER_LINE);
    for (size_t i = 0; i < s->n; i++) {
        um_json_put_row(w, NULL, 0);
        um_json_put_short(w, s->sample[i].t_s, DIGITS_SAMPLE_TIME);
        um_json_put_short(w, s->sample[i].value, DIGITS_SAMPLE);
        um_json_put_end(w);
    }
    um_json_put_end(w);
    um_json_put_end(w);
}

static void put_evidence(um_json_writer *w, const um_evidence *e)
{
    um_json_put_object(w, NULL);
    um_json_put_num(w, "from_s", e->from_s, DIGITS_TIME);
    um_json_put_num(w, "to_s", e->to_s, DIGITS_TIME);
    um_json_put_text(w, "text", e->text);
    put_subject(w, &e->subject);
    put_picture(w, &e->picture);
    um_json_put_end(w);
}

static void put_links(um_json_writer *w, const um_findings *f)
{
    um_json_put_array(w, "links");
    for (int i = 0; i < f->n_links; i++) {
        um_json_put_object(w, NULL);
        um_json_put_int(w, "voice", f->link[i].voice + 1);
        um_json_put_int(w, "person", f->link[i].person + 1);
        um_json_put_num(w, "confidence", f->link[i].confidence, DIGITS_QUALITY);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_signal(um_json_writer *w, const um_findings *f, bool timing)
{
    const um_signal *s = f->signal;
    um_json_put_object(w, NULL);
    um_json_put_text(w, "name", s->name);
    um_json_put_text(w, "family", s->family ? s->family : "");
    um_json_put_int(w, "version", s->version);
    um_json_put_text(w, "question", s->question);
    um_json_put_text(w, "meaning", s->meaning ? s->meaning : "");
    um_json_put_text(w, "paper", s->paper ? s->paper : "");
    um_json_put_text(w, "status", um_key_of_outcome(f->outcome));
    um_json_put_text_or_null(w, "reason", f->outcome == UM_SCORED ? NULL : f->reason);
    um_json_put_text_or_null(w, "network", f->network);
    um_json_put_text_or_null(w, "error_rate", f->error_rate);
    um_json_put_array(w, "results");
    for (int i = 0; i < f->n_results; i++)
        put_result(w, &f->result[i], s);
    um_json_put_end(w);
    um_json_put_int(w, "results_dropped", f->results_dropped);
    um_json_put_array(w, "series");
    for (int i = 0; i < f->n_series; i++)
        put_series(w, &f->series[i]);
    um_json_put_end(w);
    um_json_put_int(w, "series_dropped", f->series_dropped);
    um_json_put_array(w, "evidence");
    for (int i = 0; i < f->n_evidence; i++)
        put_evidence(w, &f->evidence[i]);
    um_json_put_end(w);
    um_json_put_int(w, "evidence_dropped", f->evidence_dropped);
    put_links(w, f);
    if (timing)
        um_json_put_num(w, "seconds", f->seconds, DIGITS_COST);
    um_json_put_end(w);
}

static void put_networks(um_json_writer *w, const um_results *r)
{
    um_json_put_array(w, "models");
    for (int i = 0; i < r->n_networks; i++) {
        um_json_put_object(w, NULL);
        um_json_put_text(w, "role", r->network[i].role);
        um_json_put_text(w, "name", r->network[i].name);
        um_json_put_text(w, "sha256", r->network[i].sha256);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_options(um_json_writer *w, const um_results *r)
{
    um_json_put_object(w, "options");
    um_json_put_text(w, "path", r->path);
    um_json_put_text(w, "signals", r->options.signals);
    um_json_put_text(w, "models", r->options.models_dir);
    um_json_put_text(w, "calibration", r->options.calibration);
    um_json_put_num(w, "max_seconds", r->options.max_s > 0 ? r->options.max_s : NAN, DIGITS_TIME);
    um_json_put_end(w);
}

static void put_results(um_json_writer *w, const um_results *r, bool timing)
{
    um_json_put_object(w, NULL);
    um_json_put_int(w, "report_version", UM_REPORT_VERSION);
    put_tool(w, r);
    um_json_put_text(w, "polarity", "higher means more likely manipulated");
    um_json_put_text(w, "answer", r->answer);
    put_verdict(w, &r->verdict);
    put_input(w, r);
    um_media_json(w, "media", &r->media);
    put_analysed(w, r);
    put_damage(w, &r->damage);
    if (r->has_quality)
        put_quality(w, &r->quality);
    else
        um_json_put_null(w, "quality");
    put_networks(w, r);
    um_json_put_text_or_null(w, "calibration", r->calibration);
    um_marks_json(w, "provenance", &r->probe);
    put_persons(w, r);
    put_voices(w, r);
    um_json_put_array(w, "signals");
    for (int i = 0; i < r->n_findings; i++)
        put_signal(w, r->findings[i], timing);
    um_json_put_end(w);
    um_sound_view_put(w, "sound_view", &r->sound);
    um_sound_copy_put(w, "embedded_sound", &r->copy);
    put_options(w, r);
    if (timing) {
        um_json_put_object(w, "timing");
        um_json_put_num(w, "wall_s", r->timing.wall_s, DIGITS_COST);
        um_json_put_num(w, "decode_wait_s", r->timing.decode_wait_s, DIGITS_COST);
        um_json_put_num(w, "faces_s", r->timing.faces_s, DIGITS_COST);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

um_status um_results_json(char **out, const um_results *results, bool timing, um_error *err)
{
    enum { JSON_MAX = 512 << 20 };
    um_buf b;
    um_buf_init(&b, JSON_MAX);
    um_json_writer w = um_json_writer_to(&b, 1);
    put_results(&w, results, timing && results->has_timing);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
