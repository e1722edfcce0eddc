/* probe_json.c: what is known of a file without analysing it, as JSON. */
#include "source/probe_json.h"

static um_json *video_json(const um_media *m)
{
    um_json *o = um_json_object();
    um_json_set_int(o, "width", m->width);
    um_json_set_int(o, "height", m->height);
    um_json_set_num(o, "pixel_aspect", m->pixel_aspect, 6);
    um_json_set_num(o, "frames_per_s", m->fps, 6);
    um_json_set_int(o, "rotation_deg", m->rotation_deg);
    um_json_set_text_or_null(o, "codec", m->video_codec);
    um_json_set_text_or_null(o, "pixel_format", m->pixel_format);
    um_json_set_bool(o, "interlaced", m->interlaced);
    return o;
}

static um_json *sound_json(const um_media *m)
{
    um_json *o = um_json_object();
    um_json_set_int(o, "rate_hz", m->rate_hz);
    um_json_set_int(o, "channels", m->channels);
    um_json_set_text_or_null(o, "codec", m->audio_codec);
    return o;
}

um_json *um_media_json(const um_media *m)
{
    um_json *o = um_json_object();
    um_json_set_text_or_null(o, "container", m->container);
    um_json_set_bool(o, "is_photo", m->is_photo);
    um_json_set_num(o, "duration_s", m->duration_s, 9);
    if (m->width > 0)
        um_json_set(o, "video", video_json(m));
    else
        um_json_set_null(o, "video");
    if (m->rate_hz > 0)
        um_json_set(o, "sound", sound_json(m));
    else
        um_json_set_null(o, "sound");
    return o;
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
    default:
        return "absent";
    }
}

um_json *um_marks_json(const um_probe *probe)
{
    um_json *marks = um_json_array();
    for (int i = 0; i < probe->n_marks; i++) {
        um_json *m = um_json_object();
        um_json_set_text(m, "name", probe->marks[i].name);
        um_json_set_text(m, "state", um_mark_key(probe->marks[i].state));
        um_json_set_text(m, "detail", probe->marks[i].detail);
        um_json_add(marks, m);
    }
    return marks;
}

um_status um_probe_json(char **out, const char *path, um_error *err)
{
    um_probe probe;
    *out = NULL;
    um_status st = um_probe_file(&probe, path, err);
    if (st < 0)
        return st;

    um_json *o = um_json_object();
    um_json_set_text(o, "path", path);
    um_json_set_int(o, "bytes", probe.bytes);
    um_json_set_text(o, "sha256", probe.sha256);
    um_json_set_text(o, "kind", probe.kind);
    um_json_set(o, "provenance", um_marks_json(&probe));

    um_source *source = NULL;
    /* the first picture is decoded: only then its upright size is known for sure */
    um_source_options options = {.want = UM_WANT_GRAY | UM_WANT_SOUND, .threads = 1, .max_s = 0.01};
    um_error why;
    if (um_source_open(&source, path, &options, &why) == UM_OK) {
        um_json_set(o, "streams", um_media_json(um_source_media(source)));
    } else {
        um_json_set_null(o, "streams");
        um_json_set_text(o, "error", why.text);
    }
    um_source_close(&source);
    st = um_json_text(out, o, 2, err);
    um_json_free(&o);
    return st;
}
