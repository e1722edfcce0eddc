/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results_read.c: results from the JSON that results_json.c writes. The text may come from anybody: sizes are
 * bounded before memory is taken, and every field is checked for kind and range. */
#include "av/source/probe_json.h"
#include "base/json.h"
#include "results/fields.h"
#include "results/keys.h"
#include "results/picture.h"
#include "results/sound_json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Each takes about a hundred bytes while it is parsed. */
enum { VALUES_MOST = 12 << 20 };
static const int64_t MANY = INT64_C(1) << 53; /* whole numbers that every reader of JSON can hold */

static void *several(um_fields *q, const char *key, int n, size_t size)
{
    void *p = um_calloc((size_t)n, size);
    if (!p)
        um_fields_fail(q, UM_ENOMEM, key, "cannot be kept: out of memory");
    return p;
}

/* ---- pieces ---- */

static void read_verdict(um_fields *q, um_verdict *v, const um_json *parent)
{
    const um_json *o = um_field_object(q, parent, "verdict");
    v->log_lr = um_field_num_or_null(q, o, "log_lr");
    um_field_pair(q, o, "interval", &v->lo, &v->hi);
    um_field_text(q, o, "words", v->words, sizeof v->words);
    v->inconclusive = um_field_bool(q, o, "inconclusive");
    um_field_text_or_null(q, o, "inconclusive_reason", v->reason, sizeof v->reason);
    v->n_weighed = (int)um_field_int(q, o, "results_weighed", 0, INT32_MAX);
    if (!um_json_get(o, "called_from"))
        return; /* of a program before 0.9 */
    v->call_from = um_field_num(q, o, "called_from");
    v->call_wrong = (int)um_field_int(q, o, "wrong_calls", 0, INT32_MAX);
    v->call_of = (int)um_field_int(q, o, "wrong_calls_of", 0, INT32_MAX);
}

static um_face_quality read_quality(um_fields *q, const um_json *o)
{
    return (um_face_quality){
        .eye_distance_px = (float)um_field_num_or_null(q, o, "eye_distance_px"),
        .sharpness = (float)um_field_num_or_null(q, o, "sharpness"),
        .frontal = (float)um_field_num_or_null(q, o, "frontal"),
        .visible = (float)um_field_num_or_null(q, o, "visible"),
        .compression = (float)um_field_num_or_null(q, o, "compression"),
        .overall = (float)um_field_num_or_null(q, o, "overall"),
    };
}

static void read_picture(um_fields *q, um_picture *out, const um_json *parent)
{
    const um_json *o = um_field_object_or_null(q, parent, "picture");
    um_error why;
    if (!o)
        return;
    const int64_t width = um_field_int(q, o, "width", 1, UM_PICTURE_SIDE),
                  height = um_field_int(q, o, "height", 1, UM_PICTURE_SIDE);
    const char *base64 = um_json_get_text(o, "jpeg", "");
    if (q->status == UM_OK && um_picture_read(out, base64, width, height, &why) < 0)
        um_fields_fail(q, why.code, "picture", why.code == UM_ENOMEM ? "is too large" : "is not a picture");
}

static um_subject read_subject(um_fields *q, const um_json *parent)
{
    um_subject s = um_file_subject();
    if (um_json_kind_of(um_json_get(parent, "person")) != UM_JSON_NULL)
        return um_person_subject((int)um_field_int(q, parent, "person", 1, INT32_MAX) - 1);
    if (um_json_kind_of(um_json_get(parent, "subject")) == UM_JSON_ABSENT)
        return s;
    const um_json *o = um_field_object(q, parent, "subject");
    if (!um_subject_of_key(&s.kind, um_json_get_text(o, "kind", "")) || s.kind < UM_SUBJECT_VOICE) {
        um_fields_fail(q, UM_EFORMAT, "kind", "is no kind of subject");
        return um_file_subject();
    }
    if (s.kind == UM_SUBJECT_VOICE)
        return um_voice_subject((int)um_field_int(q, o, "id", 1, INT32_MAX) - 1);
    s.from_s = um_field_num(q, o, "from_s");
    s.to_s = um_field_num(q, o, "to_s");
    if (s.kind == UM_SUBJECT_REGION)
        s.region = (um_rect){(float)um_field_num(q, o, "x"), (float)um_field_num(q, o, "y"),
                             (float)um_field_num(q, o, "width"), (float)um_field_num(q, o, "height")};
    if (um_subject_fault(s))
        um_fields_fail(q, UM_EFORMAT, "subject", "is none");
    return s;
}

/* ---- the recording ---- */

static const char *keep_or_empty(um_fields *q, const um_json *o, const char *key)
{
    const char *text = um_field_keep_or_null(q, o, key);
    return text ? text : "";
}

static void read_streams(um_fields *q, um_media *m, const um_json *o)
{
    const um_json *video = um_field_object_or_null(q, o, "video"),
                  *sound = um_field_object_or_null(q, o, "sound");
    if ((m->has_video = video != NULL)) {
        m->width = (int)um_field_int(q, video, "width", 1, INT32_MAX);
        m->height = (int)um_field_int(q, video, "height", 1, INT32_MAX);
        m->pixel_aspect = um_field_num(q, video, "pixel_aspect");
        m->fps = um_field_num_or_null(q, video, "frames_per_s");
        m->rotation_deg = (int)um_field_int(q, video, "rotation_deg", 0, 270);
        m->video_codec = keep_or_empty(q, video, "codec");
        m->pixel_format = keep_or_empty(q, video, "pixel_format");
        m->interlaced = um_field_bool(q, video, "interlaced");
        m->colour = um_json_get(video, "colour") ? keep_or_empty(q, video, "colour") : "";
        m->remark = um_json_get(video, "remark") ? keep_or_empty(q, video, "remark") : "";
    }
    if ((m->has_sound = sound != NULL)) {
        m->rate_hz = (int)um_field_int(q, sound, "rate_hz", 1, INT32_MAX);
        m->channels = (int)um_field_int(q, sound, "channels", 1, INT32_MAX);
        m->audio_codec = keep_or_empty(q, sound, "codec");
    }
}

/* The first reports had none. */
static void read_tracks(um_fields *q, um_media *m, const um_json *o)
{
    char kind[12] = "";
    const um_json *tracks =
        um_json_get(o, "tracks") ? um_field_array(q, o, "tracks", &m->n_tracks, UM_MAX_TRACKS) : NULL;
    for (int i = 0; tracks && i < m->n_tracks && q->status == UM_OK; i++) {
        const um_json *track = um_json_at(tracks, (size_t)i);
        um_track_info *t = &m->tracks[i];
        um_field_text(q, track, "kind", kind, sizeof kind);
        if (q->status == UM_OK && !um_track_kind_of_key(&t->kind, kind))
            um_fields_fail(q, UM_EFORMAT, "kind", "is none of a track");
        t->number = (int)um_field_int(q, track, "number", 1, INT32_MAX);
        t->chosen = um_field_bool(q, track, "chosen");
        t->encrypted = um_field_bool(q, track, "encrypted");
        um_field_text_or_null(q, track, "codec", t->codec, sizeof t->codec);
        um_field_text_or_null(q, track, "language", t->language, sizeof t->language);
        t->width = (int)um_field_int(q, track, "width", 0, INT32_MAX);
        t->height = (int)um_field_int(q, track, "height", 0, INT32_MAX);
        t->rate_hz = (int)um_field_int(q, track, "rate_hz", 0, INT32_MAX);
        t->channels = (int)um_field_int(q, track, "channels", 0, INT32_MAX);
    }
}

static void read_media(um_fields *q, um_media *m, const um_json *root)
{
    const um_json *o = um_field_object(q, root, "media");
    *m = (um_media){.path = q->results->path,
                    .pixel_aspect = 1,
                    .video_codec = "",
                    .pixel_format = "",
                    .colour = "",
                    .remark = "",
                    .audio_codec = ""};
    m->container = keep_or_empty(q, o, "container");
    m->is_photo = um_field_bool(q, o, "is_photo");
    m->duration_s = um_field_num_or_null(q, o, "duration_s");
    if (q->status == UM_OK)
        read_streams(q, m, o);
    if (q->status == UM_OK)
        read_tracks(q, m, o);
}

static void read_jpeg(um_fields *q, um_jpeg *jpeg, const um_json *input)
{
    int n = 0;
    if (!um_json_get(input, "jpeg")) /* another kind of file, or a report from before */
        return;
    const um_json *o = um_field_object(q, input, "jpeg"), *luma;
    jpeg->quality = (int)um_field_int(q, o, "quality", 1, 100);
    jpeg->standard = um_field_bool(q, o, "standard");
    luma = um_field_array(q, o, "luma", &n, 64);
    for (int i = 0; i < n && q->status == UM_OK; i++) {
        const double step = um_json_as_num(um_json_at(luma, (size_t)i), 0);
        if (n != 64 || !(step >= 1 && step <= UINT16_MAX))
            um_fields_fail(q, UM_EFORMAT, "luma", "is no table of 64 steps");
        else
            jpeg->luma[i] = (uint16_t)step;
    }
}

static void read_file(um_fields *q, um_results *r, const um_json *root)
{
    const um_json *input = um_field_object(q, root, "input"), *tool = um_field_object(q, root, "tool"),
                  *damage = um_field_object(q, root, "damage"), *marks;
    um_probe *p = &r->probe;
    p->bytes = um_field_int(q, input, "bytes", 0, INT64_MAX);
    um_field_text(q, input, "sha256", p->sha256, sizeof p->sha256);
    um_field_text(q, input, "kind", p->kind, sizeof p->kind);
    read_jpeg(q, &p->jpeg, input);
    um_field_text(q, tool, "version", r->version, sizeof r->version);
    r->damage.broken_frames = um_field_int(q, damage, "broken_frames", 0, MANY);
    r->damage.broken_packets = um_field_int(q, damage, "broken_packets", 0, MANY);
    r->damage.truncated = um_field_bool(q, damage, "truncated");
    um_field_text_or_null(q, damage, "note", r->damage.note, sizeof r->damage.note);
    marks = um_field_array(q, root, "provenance", &p->n_marks, UM_MAX_MARKS);
    for (int i = 0; i < p->n_marks; i++) {
        const um_json *o = um_json_at(marks, (size_t)i);
        um_mark *m = &p->marks[i];
        m->name = um_field_keep(q, o, "name");
        um_field_text(q, o, "detail", m->detail, sizeof m->detail);
        if (!um_mark_of_key(&m->state, um_json_get_text(o, "state", "")))
            um_fields_fail(q, UM_EFORMAT, "state", "is no state of a mark");
        if (!um_signature_of_key(&m->signature, um_json_get_text(o, "signature", "")) ||
            !um_content_of_key(&m->content, um_json_get_text(o, "content", "")))
            um_fields_fail(q, UM_EFORMAT, "signature", "or content is not one of the known words");
    }
}

static void read_analysed(um_fields *q, um_results *r, const um_json *root)
{
    const um_json *o = um_field_object(q, root, "analysed"),
                  *quality = um_field_object_or_null(q, root, "quality");
    r->n_frames = um_field_int(q, o, "frames", 0, MANY);
    r->n_samples = um_field_int(q, o, "samples", 0, MANY);
    r->analysed_s = um_field_num_or_null(q, o, "seconds");
    r->partial = um_field_bool(q, o, "partial");
    r->n_faces = um_field_int(q, o, "faces", 0, MANY);
    um_field_text_or_null(q, o, "faces_note", r->faces_note, sizeof r->faces_note);
    r->n_persons_dropped = (int)um_field_int(q, o, "persons_dropped", 0, INT32_MAX);
    if ((r->has_quality = quality != NULL))
        r->quality = read_quality(q, quality);
}

static void read_subjects(um_fields *q, um_results *r, const um_json *root)
{
    int n;
    const um_json *persons = um_field_array(q, root, "persons", &n, UM_MAX_PERSONS);
    if (n && (r->person = several(q, "persons", n, sizeof *r->person)))
        r->n_persons = n;
    for (int i = 0; i < r->n_persons && q->status == UM_OK; i++) {
        const um_json *o = um_json_at(persons, (size_t)i);
        um_person *p = &r->person[i];
        p->id = (int)um_field_int(q, o, "id", 1, INT32_MAX) - 1;
        um_field_pair(q, o, "seen_s", &p->first_s, &p->last_s);
        p->n_frames = um_field_int(q, o, "frames", 0, MANY);
        p->quality = read_quality(q, um_field_object(q, o, "quality"));
        read_picture(q, &p->picture, o);
        read_verdict(q, &p->verdict, o);
    }
    const um_json *voices = um_field_array(q, root, "voices", &n, UM_MAX_VOICES);
    if (n && (r->voice = several(q, "voices", n, sizeof *r->voice)))
        r->n_voices = n;
    for (int i = 0; i < r->n_voices && q->status == UM_OK; i++) {
        const um_json *o = um_json_at(voices, (size_t)i);
        r->voice[i].id = (int)um_field_int(q, o, "id", 1, INT32_MAX) - 1;
        read_verdict(q, &r->voice[i].verdict, o);
    }
}

/* ---- findings ---- */

/* NAN for null, and where an older report does not have it. */
static double read_share_or_none(um_fields *q, const um_json *o, const char *key)
{
    const um_json_kind kind = um_json_kind_of(um_json_get(o, key));
    if (kind == UM_JSON_ABSENT || kind == UM_JSON_NULL)
        return NAN;
    const double v = um_field_num(q, o, key);
    if (!(v >= 0 && v <= 1))
        um_fields_fail(q, UM_EFORMAT, key, "is not between 0 and 1");
    return v;
}

static void read_results(um_fields *q, um_findings *f, um_signal *s, const um_json *signal)
{
    int n;
    const um_json *list = um_field_array(q, signal, "results", &n, UM_MAX_RESULTS);
    if (n && (f->result = several(q, "results", n, sizeof *f->result)))
        f->n_results = n;
    for (int i = 0; i < f->n_results && q->status == UM_OK; i++) {
        const um_json *o = um_json_at(list, (size_t)i);
        um_result *r = &f->result[i];
        r->subject = read_subject(q, o);
        if (!um_outcome_of_key(&r->outcome, um_json_get_text(o, "status", "")) || r->outcome == UM_FAILED)
            um_fields_fail(q, UM_EFORMAT, "status", "is no outcome of a result");
        if (r->outcome == UM_SCORED)
            r->score = um_field_num(q, o, "score");
        if (i == 0)
            s->score_unit = um_field_keep(q, o, "score_unit");
        um_field_text(q, o, "words", r->text, sizeof r->text);
        r->quality = read_share_or_none(q, o, "quality");
        if (!(r->calibrated = um_field_bool(q, o, "calibrated")))
            continue;
        r->log_lr = um_field_num(q, o, "log_lr");
        um_field_pair(q, o, "interval", &r->lo, &r->hi);
    }
}

static void read_samples(um_fields *q, um_series *s, const um_json *o)
{
    int n;
    const um_json *list = um_field_array(q, o, "samples", &n, UM_MAX_POINTS);
    if (n && (s->sample = several(q, "samples", n, sizeof *s->sample)))
        s->n = s->capacity = (size_t)n;
    for (size_t i = 0; i < s->n; i++) {
        const um_json *pair = um_json_at(list, i), *value = um_json_at(pair, 1);
        const double t_s = um_json_as_num(um_json_at(pair, 0), NAN), v = um_json_as_num(value, NAN);
        if (um_json_count(pair) != 2 || !isfinite(t_s) ||
            (isnan(v) && um_json_kind_of(value) != UM_JSON_NULL)) {
            um_fields_fail(q, UM_EFORMAT, "samples", "is not a list of pairs of numbers");
            return;
        }
        s->sample[i] = (um_sample){t_s, v};
    }
}

static void read_series(um_fields *q, um_findings *f, const um_json *signal)
{
    int n;
    const um_json *list = um_field_array(q, signal, "series", &n, UM_MAX_SERIES);
    if (n && (f->series = several(q, "series", n, sizeof *f->series)))
        f->n_series = n;
    for (int i = 0; i < f->n_series && q->status == UM_OK; i++) {
        const um_json *o = um_json_at(list, (size_t)i);
        um_series *s = &f->series[i];
        um_field_text(q, o, "name", s->name, sizeof s->name);
        um_field_text(q, o, "unit", s->unit, sizeof s->unit);
        s->subject = read_subject(q, o);
        s->thinning = (int)um_field_int(q, o, "mean_of", 1, INT32_MAX);
        read_samples(q, s, o);
    }
}

static void read_evidence(um_fields *q, um_findings *f, const um_json *signal)
{
    int n;
    const um_json *list = um_field_array(q, signal, "evidence", &n, UM_MAX_EVIDENCE);
    if (n && (f->evidence = several(q, "evidence", n, sizeof *f->evidence)))
        f->n_evidence = n;
    for (int i = 0; i < f->n_evidence && q->status == UM_OK; i++) {
        const um_json *o = um_json_at(list, (size_t)i);
        um_evidence *e = &f->evidence[i];
        e->from_s = um_field_num(q, o, "from_s");
        e->to_s = um_field_num(q, o, "to_s");
        um_field_text(q, o, "text", e->text, sizeof e->text);
        e->subject = read_subject(q, o);
        read_picture(q, &e->picture, o);
    }
}

static void read_links(um_fields *q, um_findings *f, const um_json *signal)
{
    int n;
    const um_json *list = um_field_array(q, signal, "links", &n, UM_MAX_LINKS);
    if (n && (f->link = several(q, "links", n, sizeof *f->link)))
        f->n_links = n;
    for (int i = 0; i < f->n_links; i++) {
        const um_json *o = um_json_at(list, (size_t)i);
        f->link[i] =
            (um_link){(int)um_field_int(q, o, "voice", 1, INT32_MAX) - 1,
                      (int)um_field_int(q, o, "person", 1, INT32_MAX) - 1, um_field_num(q, o, "confidence")};
    }
}

static void read_signal(um_fields *q, um_findings *f, um_signal *s, const um_json *o)
{
    *s = (um_signal){.name = um_field_keep(q, o, "name"),
                     .family = um_field_keep(q, o, "family"),
                     .question = um_field_keep(q, o, "question"),
                     .meaning = um_field_keep(q, o, "meaning"),
                     .paper = um_field_keep(q, o, "paper"),
                     .score_unit = "",
                     .version = (unsigned)um_field_int(q, o, "version", 0, INT32_MAX)};
    if (!um_outcome_of_key(&f->outcome, um_json_get_text(o, "status", "")))
        um_fields_fail(q, UM_EFORMAT, "status", "is no outcome of a signal");
    um_field_text_or_null(q, o, "reason", f->reason, sizeof f->reason);
    if (um_json_kind_of(um_json_get(o, "network")) != UM_JSON_ABSENT)
        um_field_text_or_null(q, o, "network", f->network, sizeof f->network);
    um_field_text_or_null(q, o, "error_rate", f->error_rate, sizeof f->error_rate);
    f->results_dropped = um_field_int(q, o, "results_dropped", 0, MANY);
    f->series_dropped = um_field_int(q, o, "series_dropped", 0, MANY);
    f->evidence_dropped = um_field_int(q, o, "evidence_dropped", 0, MANY);
    if (q->results->has_timing)
        f->seconds = um_field_num(q, o, "seconds");
    read_results(q, f, s, o);
    read_series(q, f, o);
    read_evidence(q, f, o);
    read_links(q, f, o);
}

static void read_signals(um_fields *q, um_results *r, const um_json *root)
{
    int n;
    um_error why;
    const um_json *list = um_field_array(q, root, "signals", &n, UM_MAX_FINDINGS);
    if (!n || !(r->findings = several(q, "signals", n, sizeof *r->findings)) ||
        !(r->read_signal = several(q, "signals", n, sizeof *r->read_signal)))
        return;
    for (int i = 0; i < n && q->status == UM_OK; i++) {
        if (um_findings_new(&r->findings[i], &r->read_signal[i], &why) < 0)
            um_fields_fail(q, UM_ENOMEM, "signals", "cannot be kept: out of memory");
        else
            read_signal(q, r->findings[r->n_findings++], &r->read_signal[i], um_json_at(list, (size_t)i));
    }
}

/* ---- how it was made ---- */

static void read_made(um_fields *q, um_results *r, const um_json *root)
{
    int n;
    const um_json *list = um_field_array(q, root, "models", &n, UM_MAX_NETWORKS),
                  *o = um_field_object(q, root, "options"), *timing;
    if (n && (r->network = several(q, "models", n, sizeof *r->network)))
        r->n_networks = n;
    for (int i = 0; i < r->n_networks; i++) {
        const um_json *one = um_json_at(list, (size_t)i);
        um_network_used *used = &r->network[i];
        um_field_text(q, one, "role", used->role, sizeof used->role);
        um_field_text(q, one, "name", used->name, sizeof used->name);
        um_field_text(q, one, "sha256", used->sha256, sizeof used->sha256);
    }
    um_field_text_or_null(q, root, "calibration", r->calibration, sizeof r->calibration);
    r->options.signals = um_field_keep_or_null(q, o, "signals");
    r->options.models_dir = um_field_keep_or_null(q, o, "models");
    r->options.calibration = um_field_keep_or_null(q, o, "calibration");
    const double max_s = um_field_num_or_null(q, o, "max_seconds");
    r->options.max_s = isfinite(max_s) ? max_s : 0;
    if ((r->has_timing = um_json_kind_of(um_json_get(root, "timing")) != UM_JSON_ABSENT)) {
        timing = um_field_object(q, root, "timing");
        r->timing.wall_s = um_field_num(q, timing, "wall_s");
        r->timing.decode_wait_s = um_field_num(q, timing, "decode_wait_s");
        r->timing.faces_s = um_field_num(q, timing, "faces_s");
    }
}

/* ---- the whole ---- */

/* Every value follows one of these, outside of texts. */
static size_t count_values(const char *json, size_t n)
{
    size_t count = 1;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        if (json[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += json[i] == '\\';
        else
            count += json[i] == ',' || json[i] == '[' || json[i] == '{';
    }
    return count;
}

static um_status read_root(um_results **out, const um_json *root, const char *name, um_error *err)
{
    um_fields q = {.name = name, .err = err};
    um_results *r = NULL;
    const um_json *options = um_field_object(&q, root, "options");
    const int64_t version = um_field_int(&q, root, "report_version", 0, MANY);
    if (q.status == UM_OK && version != UM_REPORT_VERSION)
        return um_fail(err, UM_EUNSUPPORTED, "%s: a report of version %lld; this program reads version %d",
                       name, (long long)version, UM_REPORT_VERSION);
    if (q.status < 0)
        return q.status;
    const char *path = um_json_get_text(options, "path", NULL),
               *answer = um_json_get_text(root, "answer", NULL);
    if (!path || !answer)
        return um_fail(err, UM_EFORMAT, "%s: without '%s'", name, path ? "answer" : "path");
    if ((q.status = um_results_new(&r, path, err)) < 0)
        return q.status;
    q.results = r;
    read_made(&q, r, root);
    read_media(&q, &r->media, root);
    read_file(&q, r, root);
    read_analysed(&q, r, root);
    read_verdict(&q, &r->verdict, root);
    read_subjects(&q, r, root);
    um_sound_view_read(&q, &r->sound, root, "sound_view"); /* of no program before 0.9 */
    um_sound_copy_read(&q, &r->copy, root, "embedded_sound");
    read_signals(&q, r, root);
    um_results_declare(r);
    if (q.status < 0)
        um_results_free(&r);
    *out = r;
    return q.status;
}

um_status um_results_parse(um_results **out, const char *json, size_t n, const char *name, um_error *err)
{
    um_json *root = NULL;
    *out = NULL;
    if (n > UM_REPORT_MOST_BYTES || count_values(json, n) > VALUES_MOST)
        return um_fail(err, UM_ENOMEM, "%s: larger than any report", name);
    um_status st = um_json_parse(&root, json, n, name, err);
    if (st == UM_OK)
        st = read_root(out, root, name, err);
    um_json_free(&root);
    return st;
}
