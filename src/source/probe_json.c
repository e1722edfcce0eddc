/* probe_json.c: what is known of a file without analysing it, as JSON. */
#include "base/json.h"
#include <unmask/source.h>

/* Keys as in the report of an analysis. */
static um_json *streams_json(const um_media *m)
{
    um_json *o = um_json_object();
    um_json_set_text(o, "container", m->container);
    um_json_set_bool(o, "is_photo", m->is_photo);
    um_json_set_num(o, "duration_s", m->duration_s, 9);
    if (m->width > 0) {
        um_json *v = um_json_object();
        um_json_set_int(v, "width", m->width);
        um_json_set_int(v, "height", m->height);
        um_json_set_num(v, "frames_per_s", m->fps, 6);
        um_json_set_int(v, "rotation_deg", m->rotation_deg);
        um_json_set_text(v, "codec", m->video_codec);
        um_json_set_text(v, "pixel_format", m->pixel_format);
        um_json_set_bool(v, "interlaced", m->interlaced);
        um_json_set(o, "video", v);
    } else {
        um_json_set_null(o, "video");
    }
    if (m->rate_hz > 0) {
        um_json *a = um_json_object();
        um_json_set_int(a, "rate_hz", m->rate_hz);
        um_json_set_int(a, "channels", m->channels);
        um_json_set_text(a, "codec", m->audio_codec);
        um_json_set(o, "sound", a);
    } else {
        um_json_set_null(o, "sound");
    }
    return o;
}

um_status um_probe_json(char **out, const char *path, um_error *err)
{
    static const char *const states[] = {[UM_MARK_ABSENT] = "absent",
                                         [UM_MARK_PRESENT] = "present",
                                         [UM_MARK_DECLARES_SYNTHETIC] = "declares_synthetic",
                                         [UM_MARK_BROKEN] = "broken"};
    um_probe probe;
    *out = NULL;
    um_status st = um_probe_file(&probe, path, err);
    if (st < 0)
        return st;

    um_json *o = um_json_object(), *marks = um_json_array();
    um_json_set_text(o, "path", path);
    um_json_set_int(o, "bytes", probe.bytes);
    um_json_set_text(o, "sha256", probe.sha256);
    um_json_set_text(o, "kind", probe.kind);
    for (int i = 0; i < probe.n_marks; i++) {
        um_json *m = um_json_object();
        um_json_set_text(m, "name", probe.marks[i].name);
        um_json_set_text(m, "state", states[probe.marks[i].state]);
        um_json_set_text(m, "detail", probe.marks[i].detail);
        um_json_add(marks, m);
    }
    um_json_set(o, "provenance", marks);

    um_source *source = NULL;
    /* the first picture is decoded: only then its upright size is known for sure */
    um_source_options options = {.want = UM_WANT_GRAY | UM_WANT_SOUND, .threads = 1, .max_s = 0.01};
    um_error why;
    if (um_source_open(&source, path, &options, &why) == UM_OK) {
        um_json_set(o, "streams", streams_json(um_source_media(source)));
    } else {
        um_json_set_null(o, "streams");
        um_json_set_text(o, "error", why.text);
    }
    um_source_close(&source);
    st = um_json_text(out, o, 2, err);
    um_json_free(&o);
    return st;
}
