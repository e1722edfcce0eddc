/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey.c: recordings of browsers begin small and grow, and streams without an index do not know how long
 * they are. Packets tell both without being decoded: they have durations, and those that begin a sequence
 * name the size of its pictures. */
#include "av/source/survey.h"
#include <libavutil/common.h>
#include <math.h>
#include <string.h>

/* A few hours of sound, or the time in which a recording has found its size; read in a fraction of a second.
 */
#define SURVEY_BYTES ((int64_t)256 << 20)

typedef struct sizes {
    um_survey *out;
    AVCodecParserContext *parser;
    AVCodecContext *codec;
    int width, height; /* of the pictures since the last packet that told */
} sizes;

typedef struct span { /* of one track */
    AVRational base;
    int64_t from, to; /* of the part that is being read, in `base` */
    double before_s;  /* the parts before */
    bool any;
} span;

static void count_size(sizes *s)
{
    um_survey *o = s->out;
    int i = 0;
    while (i < o->n_sizes && (o->size[i].width != s->width || o->size[i].height != s->height))
        i++;
    if (s->width < 1 || s->height < 1 || i == UM_SURVEY_SIZES)
        return;
    if (i == o->n_sizes) {
        o->size[o->n_sizes++].width = s->width;
        o->size[i].height = s->height;
    }
    o->size[i].n++;
}

static unsigned bits(const uint8_t *data, int *at, int n)
{
    unsigned v = 0;
    for (; n > 0; n--, ++*at)
        v = v << 1 | (data[*at / 8] >> (7 - *at % 8) & 1);
    return v;
}

/* The uncompressed header of a VP9 key frame (VP9 bitstream specification 6.2); FFmpeg's parser skips it. */
static bool vp9_size(const uint8_t *data, int n, int *width, int *height)
{
    int at = 0;
    if (n < 16 || bits(data, &at, 2) != 2)
        return false;
    unsigned profile = bits(data, &at, 1);
    profile |= bits(data, &at, 1) << 1;
    if (profile == 3)
        at++;
    unsigned earlier = bits(data, &at, 1), inter = bits(data, &at, 1);
    if (earlier || inter) /* shows an earlier picture; is no key frame */
        return false;
    at += 2;
    if (bits(data, &at, 24) != 0x498342)
        return false;
    if (profile >= 2)
        at++;
    bool is_rgb = bits(data, &at, 3) == 7;
    if (!is_rgb)
        at += 1 + (profile & 1 ? 3 : 0);
    else if (profile & 1)
        at++;
    *width = (int)bits(data, &at, 16) + 1;
    *height = (int)bits(data, &at, 16) + 1;
    return true;
}

static void renew(sizes *s, const AVPacket *p)
{
    size_t n = 0;
    const uint8_t *extra = av_packet_get_side_data(p, AV_PKT_DATA_NEW_EXTRADATA, &n);
    uint8_t *copy = extra && n < 1 << 20 ? av_mallocz(n + AV_INPUT_BUFFER_PADDING_SIZE) : NULL;
    if (!copy)
        return;
    memcpy(copy, extra, n);
    av_freep(&s->codec->extradata);
    s->codec->extradata = copy;
    s->codec->extradata_size = (int)n;
    av_parser_close(s->parser);
    if ((s->parser = av_parser_init((int)s->codec->codec_id)))
        s->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

static void look_at(sizes *s, const AVPacket *p)
{
    uint8_t *out;
    int n;
    if (!s->codec)
        return;
    renew(s, p);
    if (s->codec->codec_id == AV_CODEC_ID_VP9) {
        vp9_size(p->data, p->size, &s->width, &s->height);
    } else if (s->parser) {
        av_parser_parse2(s->parser, s->codec, &out, &n, p->data, p->size, p->pts, p->dts, p->pos);
        if (s->parser->width > 0 && s->parser->height > 0) {
            s->width = s->parser->width;
            s->height = s->parser->height;
        }
    }
    count_size(s);
}

/* Codecs of streams that change the size of their pictures on the way. */
static bool may_change(enum AVCodecID codec)
{
    switch (codec) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
    case AV_CODEC_ID_VP8:
    case AV_CODEC_ID_VP9:
    case AV_CODEC_ID_AV1:
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO:
    case AV_CODEC_ID_MPEG4:
        return true;
    default:
        return false;
    }
}

static void sizes_begin(sizes *s, const AVStream *stream)
{
    if (!(s->codec = avcodec_alloc_context3(NULL)) ||
        avcodec_parameters_to_context(s->codec, stream->codecpar) < 0)
        return;
    if ((s->parser = av_parser_init((int)s->codec->codec_id)))
        s->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

static double seconds(const span *s)
{
    return s->before_s + (s->any ? (double)av_sat_sub64(s->to, s->from) * av_q2d(s->base) : 0);
}

/* The clock of chained streams and of joined files starts again, perhaps with other ticks: the parts add up.
 */
static void extend(span *s, const AVPacket *p, AVRational base)
{
    int64_t from = p->pts == AV_NOPTS_VALUE ? p->dts : p->pts;
    if (from == AV_NOPTS_VALUE)
        from = s->any ? s->to : 0;
    int64_t to = av_sat_add64(from, p->duration > 0 ? p->duration : 0);
    bool same = s->any && !av_cmp_q(base, s->base);
    if (s->any && (!same || from < av_sat_sub64(s->to, av_rescale_q(1, (AVRational){1, 1}, base)))) {
        s->before_s = seconds(s);
        s->any = false;
    }
    if (!s->any)
        *s = (span){base, from, to, s->before_s, true};
    s->from = from < s->from ? from : s->from;
    s->to = to > s->to ? to : s->to;
}

/* FFmpeg's answer rests on a declaration, or on arithmetic: samples of a fixed number of bits. */
static bool knows_duration(const um_demux *d)
{
    const AVFormatContext *f = d->format;
    const AVStream *sound = d->sound.stream;
    if (f->duration <= 0 || !strcmp(f->iformat->name, "ogg"))
        return false;
    return f->duration_estimation_method == AVFMT_DURATION_FROM_STREAM ||
           (!d->video.stream && sound && av_get_exact_bits_per_sample(sound->codecpar->codec_id) > 0);
}

static void sort_sizes(um_survey *o)
{
    for (int i = 1; i < o->n_sizes; i++)
        if (o->size[i].n > o->size[0].n) {
            __typeof__(o->size[0]) first = o->size[0];
            o->size[0] = o->size[i];
            o->size[i] = first;
        }
}

static void read_through(um_survey *out, um_demux *own, bool wants_sizes, bool wants_duration)
{
    AVPacket *p = av_packet_alloc();
    sizes s = {.out = out};
    span video = {0}, sound = {0};
    int r = AVERROR_EXIT;
    if (own->video.stream) {
        own->video.stream->discard = AVDISCARD_DEFAULT;
        if (wants_sizes)
            sizes_begin(&s, own->video.stream);
    }
    if (own->sound.stream && wants_duration)
        own->sound.stream->discard = AVDISCARD_DEFAULT;
    own->budget = SURVEY_BYTES;
    while (p && (r = av_read_frame(own->format, p)) >= 0) {
        if (own->video.stream && p->stream_index == own->video.stream->index) {
            look_at(&s, p);
            extend(&video, p, own->video.stream->time_base);
        } else if (own->sound.stream && p->stream_index == own->sound.stream->index) {
            extend(&sound, p, own->sound.stream->time_base);
        }
        av_packet_unref(p);
    }
    if (wants_duration && own->budget >= 0 && r != AVERROR_EXIT)
        out->duration_s = fmax(seconds(&video), seconds(&sound));
    sort_sizes(out);
    av_parser_close(s.parser);
    avcodec_free_context(&s.codec);
    av_packet_free(&p);
}

um_status um_survey_take(um_survey *out, const um_demux *d, const um_source_options *opt, um_error *err)
{
    um_demux own;
    const um_source_options same = {.video_track = opt->video_track, .audio_track = opt->audio_track};
    const AVFormatContext *f = d->format;
    const bool grows = d->video.codec && may_change(d->video.stream->codecpar->codec_id);
    const bool known = knows_duration(d);
    *out = (um_survey){0};
    if (um_demux_is_picture(d))
        return UM_OK;
    if (grows || !known) {
        um_status st = um_demux_open(&own, d->input, &same, d->stop, err);
        if (st == UM_OK)
            read_through(out, &own, grows, !known);
        um_demux_close(&own);
        if (st == UM_ENOMEM)
            return st;
    }
    /* the clock at the end of a transport stream too long to be counted is a good answer, too */
    bool by_clock = f->duration_estimation_method == AVFMT_DURATION_FROM_PTS;
    if (out->duration_s <= 0 && (known || by_clock) && f->duration > 0 &&
        f->duration < (int64_t)100000000 * AV_TIME_BASE)
        out->duration_s = (double)f->duration / AV_TIME_BASE;
    return UM_OK;
}
