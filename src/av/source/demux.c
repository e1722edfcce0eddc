/* SPDX-License-Identifier: GPL-3.0-or-later */
/* demux.c: opens a local file without ever touching another one, and decodes its tracks.
 *
 * Packets of the track that is ahead in the file wait, compressed, in a bounded queue until the other one has
 * caught up in time. Moments therefore leave in order of time for every sanely interleaved file, while the
 * memory stays small for an insane one. */
#include "av/source/demux.h"
#include "av/quiet.h"
#include "av/source/answer.h"
#include "av/source/damage.h"
#include "av/source/tracks.h"
#include "probe/bmff.h"
#include <errno.h>
#include <libavutil/common.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    IO_BUFFER = 1 << 16,
    QUEUE_BYTES = 32 << 20, /* per track */
    QUEUE_PACKETS = 1 << 14,
    PACKET_MAX = 256 << 20,
    BARREN_MAX = 20000, /* packets in a row that give no frame: then the track is given up */
    VIDEO_MAX_PIXELS = 1 << 26,
    RUN_IN_US = 100000,
    ALIGNMENT = 32, /* of rows, in bytes */
};
/* Bytes a demuxer may read without giving a packet, beyond twice the file: ends loops in a hostile index. */
#define BUDGET_EXTRA ((int64_t)256 << 20)

/* Formats that hold a recording in one file. Play lists and others that name further files are not here. */
static const char formats[] =
    "mov,matroska,avi,mpeg,mpegts,mpegvideo,mpegtsraw,flv,asf,ogg,gif,apng,mjpeg,h264,hevc,av1,obu,ivf,m4v,"
    "mxf,nut,rm,dv,yuv4mpegpipe,h263,h261,vc1,dirac,webp,wav,w64,flac,mp3,aac,ac3,eac3,aiff,au,caf,amr,amrnb,"
    "amrwb,wv,ape,tta,tak,dts,dtshd,truehd,mlp,voc,mpc,mpc8,loas,live_flv,swf,3gp,"
    "png_pipe,jpeg_pipe,webp_pipe,tiff_pipe,bmp_pipe,jpegls_pipe,j2k_pipe,pgm_pipe,ppm_pipe,pbm_pipe,pam_"
    "pipe,"
    "pgmyuv_pipe,qoi_pipe,sgi_pipe,sunrast_pipe,psd_pipe,pcx_pipe,dpx_pipe,exr_pipe,gif_pipe";

static int64_t budget_of(const um_input *input)
{
    return av_sat_add64(av_sat_add64(input->size, input->size), BUDGET_EXTRA);
}

static int read_bytes(void *opaque, uint8_t *buffer, int n)
{
    um_demux *d = opaque;
    if (atomic_load_explicit(d->stop, memory_order_relaxed) || d->budget < 0)
        return AVERROR_EXIT;
    int64_t left = d->extent.size - d->position;
    if (left <= 0)
        return AVERROR_EOF;
    ssize_t got = um_input_read(d->input, d->position, buffer, (size_t)(n < left ? n : left));
    if (got < 0)
        return AVERROR(errno);
    um_extent_apply(&d->extent, d->position, buffer, (size_t)got);
    d->position += got;
    d->budget -= got + 64;
    return got ? (int)got : AVERROR_EOF;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    um_demux *d = opaque;
    if (whence & AVSEEK_SIZE)
        return d->extent.size;
    switch (whence & ~AVSEEK_FORCE) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        offset += d->position;
        break;
    case SEEK_END:
        offset += d->extent.size;
        break;
    default:
        return AVERROR(EINVAL);
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return d->position = offset;
}

static int refuse_other_files(AVFormatContext *s, AVIOContext **pb, const char *url, int flags,
                              AVDictionary **options)
{
    return AVERROR(EPERM);
}

static um_status refuse(const um_demux *d, const char *reason, um_error *err)
{
    if (um_bmff_is_cut(d->input))
        reason = "the file seems to end early: its index is not all there";
    else if (d->extent.end > d->input->size)
        reason = "the file seems to end early: nothing can be read yet";
    return um_fail(err, UM_EFORMAT, "%s: %s", d->input->path, reason);
}

/* `code` of FFmpeg, while it opened the file. */
static um_status refuse_code(const um_demux *d, int code, um_error *err)
{
    um_fate fate = um_answer_of_ffmpeg(code);
    if (fate == UM_FATE_TOO_LARGE || fate == UM_FATE_UNREADABLE || fate == UM_FATE_REFERS) {
        um_status st = um_fail_fate(err, fate, "%s", d->input->path);
        if (st != UM_EFORMAT || fate == UM_FATE_REFERS)
            return st;
    }
    return refuse(d, "no video, photo or sound that can be read", err);
}

static um_status open_format(um_demux *d, um_error *err)
{
    AVDictionary *options = NULL;
    uint8_t *buffer = av_malloc(IO_BUFFER);
    if (!buffer || !(d->io = avio_alloc_context(buffer, IO_BUFFER, 0, d, read_bytes, NULL, seek))) {
        av_free(buffer);
        return um_fail_oom(err);
    }
    if (!(d->packet = av_packet_alloc()) || !(d->format = avformat_alloc_context()))
        return um_fail_oom(err);
    d->format->pb = d->io;
    d->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    d->format->io_open = refuse_other_files;
    d->format->max_streams = UM_DEMUX_STREAMS;
    av_dict_set(&options, "format_whitelist", formats, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    /* no name is given: ':' and '%' in it mean nothing, and the content alone decides the format */
    int r = avformat_open_input(&d->format, NULL, NULL, &options);
    av_dict_free(&options);
    if (r < 0)
        return refuse_code(d, r, err);
    for (unsigned i = 0; i < d->format->nb_streams && i < UM_DEMUX_STREAMS; i++) {
        const AVStream *s = d->format->streams[i];
        d->declared[i] = s->duration == AV_NOPTS_VALUE ? 0 : s->duration;
    }
    return UM_OK;
}

bool um_demux_is_picture(const um_demux *d)
{
    const char *name = d->format->iformat->name;
    size_t n = strlen(name);
    return n > 5 && !strcmp(name + n - 5, "_pipe");
}

static um_status find_tracks(um_demux *d, const um_source_options *opt, um_error *err)
{
    um_status st;
    if (!um_demux_is_picture(d)) { /* pictures need no look ahead: the decoder tells everything */
        unsigned n = d->format->nb_streams;
        AVDictionary **options = um_calloc(n, sizeof(AVDictionary *));
        if (!options)
            return um_fail_oom(err);
        for (unsigned i = 0; i < n; i++) {
            av_dict_set_int(&options[i], "max_pixels", VIDEO_MAX_PIXELS, 0);
            av_dict_set_int(&options[i], "threads", 1, 0);
        }
        avformat_find_stream_info(d->format, options); /* what it cannot find is not known */
        for (unsigned i = 0; i < n; i++)
            av_dict_free(&options[i]);
        free(options);
    }
    um_tracks tracks = {.input = d->input, .format = d->format};
    if ((st = um_tracks_choose(&tracks, opt->video_track, opt->audio_track, err)) < 0)
        return st;
    d->video.stream = tracks.video;
    d->sound.stream = tracks.sound;
    if (!d->video.stream && !d->sound.stream)
        return refuse(d, "holds neither pictures nor sound", err);
    for (unsigned i = 0; i < d->format->nb_streams; i++)
        d->format->streams[i]->discard = AVDISCARD_ALL;
    return UM_OK;
}

static um_status open_decoder(um_demux *d, um_track *t, int threads, um_error *err)
{
    const AVCodecParameters *p = t->stream->codecpar;
    const AVCodec *decoder = avcodec_find_decoder(p->codec_id);
    int64_t max_pixels = um_demux_is_picture(d) ? UM_IMAGE_MAX_PIXELS : VIDEO_MAX_PIXELS;
    if (!decoder)
        return um_fail(err, UM_EUNSUPPORTED, "%s: no decoder for %s", d->input->path,
                       avcodec_get_name(p->codec_id));
    if (p->width > UM_IMAGE_MAX_SIDE || p->height > UM_IMAGE_MAX_SIDE ||
        (int64_t)p->width * p->height > max_pixels)
        return um_fail(err, UM_EUNSUPPORTED, "%s: pictures of %d x %d are too large", d->input->path,
                       p->width, p->height);
    if (!(t->codec = avcodec_alloc_context3(decoder)))
        return um_fail_oom(err);
    int r = avcodec_parameters_to_context(t->codec, p);
    um_quiet_codec(t->codec);
    t->codec->pkt_timebase = t->stream->time_base;
    t->codec->max_pixels = max_pixels;
    if (t->exports)
        t->codec->export_side_data = AV_CODEC_EXPORT_DATA_MVS | AV_CODEC_EXPORT_DATA_VIDEO_ENC_PARAMS;
    t->codec->apply_cropping = 0; /* crop does it: to the pixel, and keeps where the blocks begin */
    if (um_demux_is_picture(d) ||
        p->codec_id == AV_CODEC_ID_APNG) /* else they show what is missing as black */
        t->codec->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
    t->codec->thread_count = p->codec_type == AVMEDIA_TYPE_VIDEO && !um_demux_is_picture(d) ? threads : 1;
    if (r >= 0)
        r = avcodec_open2(t->codec, decoder, NULL);
    if (r < 0)
        return um_fail_fate(err, um_answer_of_ffmpeg(r), "%s: the %s decoder refuses this stream",
                            d->input->path, decoder->name);
    t->stream->discard = AVDISCARD_DEFAULT;
    return UM_OK;
}

um_status um_demux_open(um_demux *d, const um_input *input, const um_source_options *opt,
                        const atomic_bool *stop, um_error *err)
{
    const unsigned want = opt->want;
    const int threads = opt->threads;
    um_status st;
    *d = (um_demux){.input = input, .budget = budget_of(input), .stop = stop, .extent = um_extent_of(input)};
    if (!input->size)
        return um_fail(err, UM_EFORMAT, "%s: the file is empty", input->path);
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    if ((st = open_format(d, err)) < 0 || (st = find_tracks(d, opt, err)) < 0)
        return st;
    d->video.exports = want & UM_WANT_CODEC && !um_demux_is_picture(d);
    if (d->video.stream && want & (UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_CODEC) &&
        (st = open_decoder(d, &d->video, threads, err)) < 0)
        return st;
    if (d->sound.stream && want & UM_WANT_SOUND && (st = open_decoder(d, &d->sound, 1, err)) < 0) {
        if (!d->video.codec || st == UM_ENOMEM)
            return st;
        /* the pictures can still be analysed */
        avcodec_free_context(&d->sound.codec);
        um_damage_note(&d->damage, "the sound (%s) cannot be decoded",
                       avcodec_get_name(d->sound.stream->codecpar->codec_id));
        d->sound.stream = NULL;
    }
    d->video.ended = !d->video.codec;
    d->sound.ended = !d->sound.codec;
    return UM_OK;
}

static void close_track(um_track *t)
{
    for (; t->packets.n; t->packets.n--) {
        av_packet_free(&t->packets.ring[t->packets.head]);
        t->packets.head = (t->packets.head + 1) % t->packets.capacity;
    }
    free(t->packets.ring);
    avcodec_free_context(&t->codec);
}

void um_demux_close(um_demux *d)
{
    if (!d->format && !d->io && !d->packet) /* never opened */
        return;
    close_track(&d->video);
    close_track(&d->sound);
    avformat_close_input(&d->format);
    av_packet_free(&d->packet);
    if (d->io)
        av_freep(&d->io->buffer);
    avio_context_free(&d->io);
}

/* ---- packets ---- */

static bool enqueue(um_packets *q, AVPacket *packet)
{
    if (q->n == q->capacity) {
        size_t grown = q->capacity ? q->capacity * 2 : 64;
        AVPacket **ring = um_calloc(grown, sizeof *ring);
        if (!ring)
            return false;
        for (size_t i = 0; i < q->n; i++)
            ring[i] = q->ring[(q->head + i) % q->capacity];
        free(q->ring);
        *q = (um_packets){ring, grown, 0, q->n, q->bytes};
    }
    AVPacket *own = av_packet_alloc();
    if (!own)
        return false;
    av_packet_move_ref(own, packet);
    q->ring[(q->head + q->n++) % q->capacity] = own;
    q->bytes += (size_t)own->size;
    return true;
}

static AVPacket *dequeue(um_packets *q)
{
    if (!q->n)
        return NULL;
    AVPacket *packet = q->ring[q->head];
    q->head = (q->head + 1) % q->capacity;
    q->n--;
    q->bytes -= (size_t)packet->size;
    return packet;
}

bool um_demux_full(const um_track *t)
{
    return t->packets.bytes >= QUEUE_BYTES || t->packets.n >= QUEUE_PACKETS;
}

double um_demux_time_s(const um_demux *d, const um_track *t, int64_t timestamp)
{
    if (timestamp == AV_NOPTS_VALUE)
        return NAN;
    /* The start in ticks of this track, so that differences of ticks stay exact. A little below zero it is
     * the run-in of a sound codec, which is not played. */
    int64_t start = d->format->start_time == AV_NOPTS_VALUE ||
                            (d->format->start_time > -RUN_IN_US && d->format->start_time < 0)
                        ? 0
                        : av_rescale_q(d->format->start_time, AV_TIME_BASE_Q, t->stream->time_base);
    double t_s = ((double)timestamp - (double)start) * av_q2d(t->stream->time_base);
    return fabs(t_s) < 1e8 ? t_s : NAN; /* three years: a damaged clock */
}

/* Where the length is a placeholder, sound is read as long as it comes; whoever stopped writing did so within
 * a block. */
static void drop_rest(AVPacket *p, int block)
{
    if (block > 1 && p->size % block && p->size > block)
        av_shrink_packet(p, p->size - p->size % block);
    p->flags &= ~AV_PKT_FLAG_CORRUPT;
}

/* Did the demuxer give up while a good part of the file was left? A little of something else at the end is
 * common. */
static bool is_before_end(const um_demux *d, int code)
{
    enum { LITTLE = 4096 };
    int64_t at = d->io->pos - (d->io->buf_end - d->io->buf_ptr);
    return code != AVERROR_EOF && d->extent.size - at > LITTLE;
}

void um_demux_read(um_demux *d)
{
    int r = av_read_frame(d->format, d->packet);
    if (r < 0) {
        d->ended = true;
        d->failed = r != AVERROR_EXIT && (d->io->error < 0 || d->budget < 0);
        d->unread = r != AVERROR_EXIT && is_before_end(d, r);
        return;
    }
    d->budget = budget_of(d->input);
    um_track *t = d->video.codec && d->packet->stream_index == d->video.stream->index   ? &d->video
                  : d->sound.codec && d->packet->stream_index == d->sound.stream->index ? &d->sound
                                                                                        : NULL;
    if (t && !t->ended && d->packet->size <= PACKET_MAX) {
        if (d->extent.open)
            drop_rest(d->packet, t->stream->codecpar->block_align);
        d->cut_packet = d->packet->flags & AV_PKT_FLAG_CORRUPT;
        d->damage.broken_packets += d->cut_packet;
        int64_t pts = d->packet->pts == AV_NOPTS_VALUE ? d->packet->dts : d->packet->pts;
        double end_s =
            um_demux_time_s(d, t, pts == AV_NOPTS_VALUE ? pts : av_sat_add64(pts, d->packet->duration));
        if (end_s > t->end_s)
            t->end_s = end_s;
        if (!enqueue(&t->packets, d->packet))
            d->no_memory = d->ended = true;
    }
    av_packet_unref(d->packet);
}

/* Rows begin where FFmpeg's own code expects it. */
static bool is_aligned(const AVFrame *frame)
{
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->data[i]; i++)
        if ((uintptr_t)frame->data[i] % ALIGNMENT)
            return false;
    return true;
}

static int copy_aligned(AVFrame *frame)
{
    AVFrame *copy = av_frame_alloc();
    if (!copy)
        return AVERROR(ENOMEM);
    copy->format = frame->format;
    copy->width = frame->width;
    copy->height = frame->height;
    int r = av_frame_get_buffer(copy, 0);
    if (r >= 0 && (r = av_frame_copy(copy, frame)) >= 0 && (r = av_frame_copy_props(copy, frame)) >= 0) {
        av_frame_unref(frame);
        av_frame_move_ref(frame, copy);
    }
    av_frame_free(&copy);
    return r;
}

/* To the pixel: the decoder itself cuts only where rows stay aligned, and shows the rest at the left. */
static int crop(um_track *t, AVFrame *frame)
{
    const int left = (int)frame->crop_left, top = (int)frame->crop_top;
    t->crop_x = t->crop_y = 0;
    if (!(frame->crop_left | frame->crop_right | frame->crop_top | frame->crop_bottom) ||
        av_frame_apply_cropping(frame, AV_FRAME_CROP_UNALIGNED) < 0) /* more than there is: all is shown */
        return 0;
    t->crop_x = left;
    t->crop_y = top;
    return is_aligned(frame) ? 0 : copy_aligned(frame);
}

um_supply um_demux_decode(um_demux *d, um_track *t, AVFrame *frame)
{
    while (!t->ended) {
        int r = avcodec_receive_frame(t->codec, frame);
        if (r >= 0 && (r = crop(t, frame)) >= 0) {
            t->barren = 0;
            return UM_SUPPLY_READY;
        }
        d->given_up |= t->barren > BARREN_MAX;
        if (r == AVERROR_EOF || t->barren > BARREN_MAX ||
            atomic_load_explicit(d->stop, memory_order_relaxed)) {
            t->ended = true;
            break;
        }
        if (r == AVERROR(ENOMEM) && um_memory_is_exhausted())
            d->no_memory = true;
        if (r != AVERROR(EAGAIN)) { /* frame threads report the error of an earlier packet here */
            d->damage.broken_packets++;
            t->barren++;
            continue;
        }
        AVPacket *packet = dequeue(&t->packets);
        if (!packet && !d->ended)
            return UM_SUPPLY_NEEDS_PACKET;
        if (!packet && t->draining) { /* a decoder that never says end */
            t->ended = true;
            break;
        }
        t->draining = !packet;
        if (avcodec_send_packet(t->codec, packet) < 0 && packet && !(packet->flags & AV_PKT_FLAG_CORRUPT))
            d->damage.broken_packets++;
        t->barren++;
        av_packet_free(&packet);
    }
    return UM_SUPPLY_END;
}
