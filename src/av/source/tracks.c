/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tracks.c: films have several sound tracks, cameras a second picture, players a cover: one of each kind is
 * analysed, and all are named. */
#include "av/source/tracks.h"
#include "av/source/encrypted.h"
#include <string.h>

static um_track_kind kind_of(const AVStream *s)
{
    switch (s->codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
        return s->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)
                   ? UM_TRACK_COVER
                   : UM_TRACK_VIDEO;
    case AVMEDIA_TYPE_AUDIO:
        return UM_TRACK_SOUND;
    case AVMEDIA_TYPE_SUBTITLE:
        return UM_TRACK_SUBTITLES;
    default:
        return UM_TRACK_DATA;
    }
}

static int64_t rank(const AVStream *s)
{
    const AVCodecParameters *p = s->codecpar;
    int64_t size =
        p->codec_type == AVMEDIA_TYPE_VIDEO ? (int64_t)p->width * p->height : p->ch_layout.nb_channels;
    if (p->codec_id == AV_CODEC_ID_NONE)
        return -1;
    return size + (s->disposition & AV_DISPOSITION_DEFAULT ? (int64_t)1 << 40 : 0);
}

static bool is_encrypted(const um_tracks *d, const AVStream *s)
{
    return um_encrypted_track(d->input, d->format, s) != NULL;
}

static um_status refuse(const um_tracks *d, const char *what, const char *scheme, um_error *err)
{
    return um_fail(err, UM_EUNSUPPORTED, "%s: %s encrypted (%s) and cannot be seen without the key",
                   d->input->path, what, scheme);
}

static um_status choose(AVStream **out, const um_tracks *d, um_track_kind kind, int number, um_error *err)
{
    int n = 0;
    int64_t best = -1;
    *out = NULL;
    for (unsigned i = 0; i < d->format->nb_streams; i++) {
        AVStream *s = d->format->streams[i];
        if (kind_of(s) != kind)
            continue;
        n++;
        if (number ? n != number : rank(s) <= best || is_encrypted(d, s))
            continue;
        if (is_encrypted(d, s))
            return refuse(d, "this track is", um_encrypted_track(d->input, d->format, s), err);
        *out = s;
        best = rank(s);
    }
    if (number > n)
        return um_fail(err, UM_EINVAL, "%s: has %d %s track%s, not %d", d->input->path, n,
                       kind == UM_TRACK_VIDEO ? "video" : "audio", n == 1 ? "" : "s", number);
    return UM_OK;
}

um_status um_tracks_choose(um_tracks *d, int video, int sound, um_error *err)
{
    const char *scheme;
    um_status st = um_encrypted_file(&scheme, d->input, err);
    if (st < 0)
        return st;
    if (scheme)
        return refuse(d, "the file is", scheme, err);
    if ((st = choose(&d->video, d, UM_TRACK_VIDEO, video, err)) < 0 ||
        (st = choose(&d->sound, d, UM_TRACK_SOUND, sound, err)) < 0)
        return st;
    for (unsigned i = 0; i < d->format->nb_streams && !d->video && !d->sound; i++)
        if ((scheme = um_encrypted_track(d->input, d->format, d->format->streams[i])))
            return refuse(d, "its content is", scheme, err);
    return UM_OK;
}

void um_tracks_list(um_media *m, const um_tracks *d)
{
    int numbers[UM_TRACK_DATA + 1] = {0};
    m->n_tracks = 0;
    for (unsigned i = 0; i < d->format->nb_streams; i++) {
        const AVStream *s = d->format->streams[i];
        const AVCodecParameters *p = s->codecpar;
        const AVDictionaryEntry *language = av_dict_get(s->metadata, "language", NULL, 0);
        um_track_kind kind = kind_of(s);
        int number = ++numbers[kind];
        if (m->n_tracks == UM_MAX_TRACKS)
            break;
        um_track_info *t = &m->tracks[m->n_tracks++];
        *t = (um_track_info){.kind = kind, .number = number};
        t->chosen = s == d->video || s == d->sound;
        t->encrypted = um_encrypted_track(d->input, d->format, s) != NULL;
        snprintf(t->codec, sizeof t->codec, "%s", p->codec_id ? avcodec_get_name(p->codec_id) : "");
        if (language)
            um_printable(t->language, sizeof t->language, language->value);
        if (p->codec_type == AVMEDIA_TYPE_VIDEO) {
            t->width = p->width;
            t->height = p->height;
        } else if (p->codec_type == AVMEDIA_TYPE_AUDIO) {
            t->rate_hz = p->sample_rate;
            t->channels = p->ch_layout.nb_channels;
        }
    }
}
