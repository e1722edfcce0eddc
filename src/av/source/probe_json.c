/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_json.c: what is known of a file without analysing it, as JSON. */
#include "av/source/probe_json.h"
#include "av/source/source.h"
#include "base/signature.h"
#include "probe/hash.h"
#include "probe/probe.h"
#include <string.h>

static void put_video(um_json_writer *w, const um_media *m)
{
    um_json_put_object(w, "video");
    um_json_put_int(w, "width", m->width);
    um_json_put_int(w, "height", m->height);
    um_json_put_num(w, "pixel_aspect", m->pixel_aspect, 6);
    um_json_put_num(w, "frames_per_s", m->fps, 6);
    um_json_put_int(w, "rotation_deg", m->rotation_deg);
    um_json_put_text_or_null(w, "codec", m->video_codec);
    um_json_put_text_or_null(w, "pixel_format", m->pixel_format);
    um_json_put_bool(w, "interlaced", m->interlaced);
    um_json_put_text_or_null(w, "colour", m->colour);
    um_json_put_text_or_null(w, "remark", m->remark);
    um_json_put_end(w);
}

static void put_sound(um_json_writer *w, const um_media *m)
{
    um_json_put_object(w, "sound");
    um_json_put_int(w, "rate_hz", m->rate_hz);
    um_json_put_int(w, "channels", m->channels);
    um_json_put_text_or_null(w, "codec", m->audio_codec);
    um_json_put_end(w);
}

static const char *const track_kinds[] = {[UM_TRACK_VIDEO] = "video",
                                          [UM_TRACK_SOUND] = "sound",
                                          [UM_TRACK_COVER] = "cover",
                                          [UM_TRACK_SUBTITLES] = "subtitles",
                                          [UM_TRACK_DATA] = "data"};

const char *um_track_kind_key(um_track_kind kind)
{
    return track_kinds[kind];
}

bool um_track_kind_of_key(um_track_kind *out, const char *key)
{
    for (int i = 0; i <= UM_TRACK_DATA; i++)
        if (!strcmp(track_kinds[i], key)) {
            *out = (um_track_kind)i;
            return true;
        }
    return false;
}

static void put_tracks(um_json_writer *w, const um_media *m)
{
    um_json_put_array(w, "tracks");
    for (int i = 0; i < m->n_tracks; i++) {
        const um_track_info *t = &m->tracks[i];
        um_json_put_object(w, NULL);
        um_json_put_text(w, "kind", um_track_kind_key(t->kind));
        um_json_put_int(w, "number", t->number);
        um_json_put_bool(w, "chosen", t->chosen);
        um_json_put_bool(w, "encrypted", t->encrypted);
        um_json_put_text_or_null(w, "codec", t->codec);
        um_json_put_text_or_null(w, "language", t->language);
        um_json_put_int(w, "width", t->width);
        um_json_put_int(w, "height", t->height);
        um_json_put_int(w, "rate_hz", t->rate_hz);
        um_json_put_int(w, "channels", t->channels);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

void um_media_json(um_json_writer *w, const char *key, const um_media *m)
{
    um_json_put_object(w, key);
    um_json_put_text_or_null(w, "container", m->container);
    um_json_put_bool(w, "is_photo", m->is_photo);
    um_json_put_num(w, "duration_s", m->duration_s, 9);
    if (m->width > 0)
        put_video(w, m);
    else
        um_json_put_null(w, "video");
    if (m->rate_hz > 0)
        put_sound(w, m);
    else
        um_json_put_null(w, "sound");
    put_tracks(w, m);
    um_json_put_end(w);
}

const char *um_mark_key(um_mark_state state)
{
    switch (state) {
    case UM_MARK_PRESENT:
        return "present";
    case UM_MARK_DECLARES_SYNTHETIC:
        return "declares_synthetic";
    case UM_MARK_BROKEN:
        return "broken";
    case UM_MARK_NOT_LOOKED_AT:
        return "not_looked_at";
    default:
        return "absent";
    }
}

/* Words of the JSON; the first of each is never written. */
static const char *const signature_key[] = {"", "not_checked", "broken", "signer_unknown", "trusted"};
static const char *const content_key[] = {"", "not_checked", "changed", "unchanged"};

bool um_signature_of_key(um_signature *out, const char *key)
{
    for (int i = UM_SIGNATURE_NONE; i <= UM_SIGNATURE_TRUSTED; i++)
        if (!strcmp(signature_key[i], key)) {
            *out = (um_signature)i;
            return true;
        }
    return false;
}

bool um_content_of_key(um_content *out, const char *key)
{
    for (int i = UM_CONTENT_NONE; i <= UM_CONTENT_UNCHANGED; i++)
        if (!strcmp(content_key[i], key)) {
            *out = (um_content)i;
            return true;
        }
    return false;
}

void um_marks_json(um_json_writer *w, const char *key, const um_probe *probe)
{
    um_json_put_array(w, key);
    for (int i = 0; i < probe->n_marks; i++) {
        um_json_put_object(w, NULL);
        um_json_put_text(w, "name", probe->marks[i].name);
        um_json_put_text(w, "state", um_mark_key(probe->marks[i].state));
        um_json_put_text(w, "detail", probe->marks[i].detail);
        if (probe->marks[i].signature != UM_SIGNATURE_NONE) {
            um_json_put_text(w, "signature", signature_key[probe->marks[i].signature]);
            um_json_put_text(w, "content", content_key[probe->marks[i].content]);
        }
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

void um_jpeg_json(um_json_writer *w, const char *key, const um_jpeg *jpeg)
{
    if (!jpeg->quality)
        return;
    um_json_put_object(w, key);
    um_json_put_int(w, "quality", jpeg->quality);
    um_json_put_bool(w, "standard", jpeg->standard);
    um_json_put_row(w, "luma", 8);
    for (int i = 0; i < 64; i++)
        um_json_put_int(w, NULL, jpeg->luma[i]);
    um_json_put_end(w);
    um_json_put_end(w);
}

static void put_streams(um_json_writer *w, const um_source *source, const um_error *why)
{
    if (source) {
        um_media_json(w, "streams", um_source_media(source));
    } else {
        um_json_put_null(w, "streams");
        um_json_put_text(w, "error", why->text);
    }
}

void um_probe_name_kind(um_probe *probe, const um_media *media)
{
    if (!strcmp(probe->kind, "unknown"))
        snprintf(probe->kind, sizeof probe->kind, "%.31s", media->container);
}

um_status um_probe_json(char **out, const char *path, const um_probe_options *options, um_error *err)
{
    const um_probe_options o = options ? *options : (um_probe_options){0};
    enum { JSON_MAX = 1 << 20 };
    um_probe probe;
    um_input *input = NULL;
    um_source *source = NULL;
    /* of a video the first picture is decoded: only then its upright size is known for sure */
    const um_source_options look = {
        .want = UM_WANT_GRAY | UM_WANT_SOUND, .threads = 1, .max_s = 0.01, .look_only = true};
    um_error why;
    um_buf b;
    um_trust *trusted = NULL;
    *out = NULL;
    um_status st = o.trust ? um_trust_open(&trusted, o.trust, err) : UM_OK;
    if (st < 0 || (st = um_input_open(&input, path, err)) < 0 ||
        (st = um_probe_input(&probe, input, trusted, err)) < 0 ||
        (st = um_hash_now(probe.sha256, input, o.progress, o.user, err)) < 0)
        goto done;
    if (um_source_open_input(&source, input, &look, &why) == UM_OK)
        um_probe_name_kind(&probe, um_source_media(source));
    um_buf_init(&b, JSON_MAX);
    um_json_writer w = um_json_writer_to(&b, 2);
    um_json_put_object(&w, NULL);
    um_json_put_text(&w, "path", path);
    um_json_put_int(&w, "bytes", probe.bytes);
    um_json_put_text(&w, "sha256", probe.sha256);
    um_json_put_text(&w, "kind", probe.kind);
    um_jpeg_json(&w, "jpeg", &probe.jpeg);
    um_marks_json(&w, "provenance", &probe);
    put_streams(&w, source, &why);
    um_json_put_end(&w);
    if (!(*out = um_buf_take(&b)))
        st = um_fail_oom(err);
done:
    um_source_close(&source);
    um_trust_free(&trusted);
    um_input_free(&input);
    return st;
}
