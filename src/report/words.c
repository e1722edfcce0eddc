/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.c: small formats of the text and HTML reports. */
#include "report/words.h"
#include <math.h>
#include <string.h>

void um_words_plain(um_buf *b, const char *text)
{
    for (uint32_t c; (c = um_utf8_next(&text));)
        um_utf8_add(b, c);
}

const char *um_file_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path ? path : "";
}

const char *um_words_time(char out[32], double t_s)
{
    if (!isfinite(t_s) || fabs(t_s) > 1e9) {
        snprintf(out, 32, "?");
        return out;
    }
    const char *sign = t_s < -.05 ? "-" : "";
    int64_t tenths = (int64_t)floor(fabs(t_s) * 10 + .5);
    int64_t s = tenths / 10;
    if (s >= 3600)
        snprintf(out, 32, "%s%d:%02d:%02d.%d", sign, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60),
                 (int)(tenths % 10));
    else
        snprintf(out, 32, "%s%d:%02d.%d", sign, (int)(s / 60), (int)(s % 60), (int)(tenths % 10));
    return out;
}

const char *um_words_number(char out[32], double v)
{
    double size = fabs(v);
    if (size >= 999.5 && size < 1e9) {
        double step = pow(10, floor(log10(size)) - 2);
        snprintf(out, 32, "%.0f", floor(v / step + .5) * step);
    } else
        snprintf(out, 32, "%.3g", v == 0 ? 0 : v * (1 + 1e-12)); /* 2.925, kept as a little less, is 2.93 */
    return out;
}

const char *um_words_bytes(char out[32], int64_t bytes)
{
    static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB"};
    double v = (double)bytes;
    int i = 0;
    while (v >= 999.5 && i < 4)
        v /= 1000, i++;
    snprintf(out, 32, "%.*f %s", i && v < 99.5 ? 1 : 0, v, bytes == 1 ? "byte" : unit[i]);
    return out;
}

const char *um_words_fraction(char out[32], double v)
{
    const double half = .5 + 1e-5; /* quality is a float: 0.885 lies a little below */
    snprintf(out, 32, "%.2f", floor(v * 100 + half) / 100);
    return out;
}

const char *um_words_quality(double quality)
{
    return quality >= .6 ? "good" : quality >= .3 ? "fair" : "poor";
}

const char *um_words_mark(um_mark_state state)
{
    switch (state) {
    case UM_MARK_PRESENT:
        return "present";
    case UM_MARK_DECLARES_SYNTHETIC:
        return "says it is synthetic";
    case UM_MARK_BROKEN:
        return "present but broken";
    case UM_MARK_NOT_LOOKED_AT:
        return "not looked at";
    default:
        return "absent";
    }
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

void um_words_video(um_buf *b, const um_media *m)
{
    if (m->width <= 0)
        return;
    um_buf_printf(b, "%d \xC3\x97 %d", m->width, m->height);
    if (!m->is_photo && m->fps > 0)
        um_buf_printf(b, ", %.4g frames/s", m->fps);
    um_buf_printf(b, ", %s", text_or(m->video_codec, "unknown codec"));
    if (m->pixel_format && *m->pixel_format)
        um_buf_printf(b, " (%s)", m->pixel_format);
    if (m->pixel_aspect != 1)
        um_buf_printf(b, ", from pixels %.3g times as wide as high", m->pixel_aspect);
    if (m->rotation_deg)
        um_buf_printf(b, ", turned by %d\xC2\xB0", m->rotation_deg);
    if (m->interlaced)
        um_buf_text(b, ", interlaced");
    if (m->colour && *m->colour)
        um_buf_printf(b, "; %s", m->colour);
    if (m->remark && *m->remark)
        um_buf_printf(b, "; %s", m->remark);
}

void um_words_sound(um_buf *b, const um_media *m)
{
    if (m->rate_hz > 0)
        um_buf_printf(b, "%d Hz, %d channel%s, %s", m->rate_hz, m->channels, m->channels == 1 ? "" : "s",
                      text_or(m->audio_codec, "unknown codec"));
}

void um_words_analysed(um_buf *b, const um_results *r)
{
    char t[32];
    const char *join = "";
    if (r->media.is_photo) {
        um_buf_text(b, "one picture");
    } else {
        if (r->n_frames)
            um_buf_printf(b, "%lld frame%s", (long long)r->n_frames, r->n_frames == 1 ? "" : "s"),
                join = " and ";
        if (r->n_samples)
            um_buf_printf(b, "%sthe sound", join);
        join = r->n_frames || r->n_samples ? ", " : "";
        um_buf_printf(b, "%s%s", join, um_words_time(t, r->analysed_s));
        if (r->media.duration_s > 0)
            um_buf_printf(b, " of %s", um_words_time(t, r->media.duration_s));
    }
    if (r->partial)
        um_buf_text(b, "; a part of the recording was not analysed");
}

void um_words_tracks(um_buf *b, const um_media *m)
{
    static const char *const kinds[] = {[UM_TRACK_VIDEO] = "video track",
                                        [UM_TRACK_SOUND] = "audio track",
                                        [UM_TRACK_COVER] = "cover picture",
                                        [UM_TRACK_SUBTITLES] = "subtitles",
                                        [UM_TRACK_DATA] = "data track"};
    const char *join = "not analysed: ";
    for (int i = 0; i < m->n_tracks; i++) {
        const um_track_info *t = &m->tracks[i];
        if (t->chosen)
            continue;
        um_buf_printf(b, "%s%s %d (%s", join, kinds[t->kind], t->number, text_or(t->codec, "unknown codec"));
        if (t->width > 0)
            um_buf_printf(b, ", %d \xC3\x97 %d", t->width, t->height);
        if (t->channels > 0)
            um_buf_printf(b, ", %d channel%s", t->channels, t->channels == 1 ? "" : "s");
        if (*t->language)
            um_buf_printf(b, ", %s", t->language);
        um_buf_printf(b, "%s)", t->encrypted ? ", encrypted" : "");
        join = "; ";
    }
}

void um_words_damage(um_buf *b, const um_damage *d)
{
    const char *join = "";
    if (d->note[0]) { /* which names the counts */
        um_buf_text(b, d->note);
        return;
    }
    if (d->truncated)
        um_buf_text(b, "the file ends early"), join = "; ";
    if (d->broken_frames)
        um_buf_printf(b, "%s%lld broken picture%s", join, (long long)d->broken_frames,
                      d->broken_frames == 1 ? "" : "s"),
            join = "; ";
    if (d->broken_packets)
        um_buf_printf(b, "%s%lld unreadable packet%s", join, (long long)d->broken_packets,
                      d->broken_packets == 1 ? "" : "s");
}

const char *um_words_subject(char out[80], const um_subject *s)
{
    char from[32], to[32];
    switch (s->kind) {
    case UM_SUBJECT_FILE:
        snprintf(out, 80, "whole file");
        break;
    case UM_SUBJECT_PERSON:
        snprintf(out, 80, "person %d", um_person_number(s->id));
        break;
    case UM_SUBJECT_VOICE:
        snprintf(out, 80, "voice %d", um_person_number(s->id));
        break;
    case UM_SUBJECT_INTERVAL:
        snprintf(out, 80, "%s to %s", um_words_time(from, s->from_s), um_words_time(to, s->to_s));
        break;
    case UM_SUBJECT_REGION:
        snprintf(out, 80, "region at %s", um_words_time(from, s->from_s));
        break;
    }
    return out;
}
